package stats

import (
	"math"

	"faultline/sim/detmath"
)

// TQuantile is the p-quantile of Student's t distribution with df ≥ 1 degrees of
// freedom, 0 < p < 1: NaN outside. It agrees with exact values within 1e-9
// (relative above 1). The tail probability is inverted by Newton's method, kept
// inside a bracket that bisection shrinks when a step leaves it.
func TQuantile(p float64, df int) float64 {
	switch {
	case !(p > 0 && p < 1) || df < 1:
		return math.NaN()
	case p == 0.5:
		return 0
	case p < 0.5:
		return -upperQuantile(p, df)
	}
	return upperQuantile(1-p, df)
}

// upperQuantile is the t > 0 whose upper tail is q, 0 < q < 0.5.
func upperQuantile(q float64, df int) float64 {
	d := newStudent(df)
	low, high := 0.0, 1.0
	for d.tail(high) > q {
		low, high = high, 2*high
	}
	t := low
	for range 200 {
		tail := d.tail(t)
		if tail > q {
			low = t
		} else {
			high = t
		}
		next := t + (tail-q)/d.density(t)
		if !(next >= low && next <= high) {
			next = low + float64((high-low)/2)
		}
		if math.Abs(next-t) <= 1e-14*(1+next) {
			return next
		}
		t = next
	}
	return t
}

// student is a t distribution with its degrees of freedom and 1/B(½, df/2).
type student struct {
	df, scale float64
}

func newStudent(df int) student {
	return student{float64(df), gammaRatio(df) / math.Sqrt(math.Pi)}
}

// gammaRatio is Γ((n+1)/2)/Γ(n/2), through r(n+1) = (n/2)/r(n) up to 100 and the
// asymptotic series of Γ(x+½)/Γ(x) above (Graham, Knuth, Patashnik, Concrete
// Mathematics, exercise 9.60), where its next term is below 1e-14. A difference
// of two logarithms of Γ would lose digits as they grow.
func gammaRatio(n int) float64 {
	if n <= 100 {
		r := 1 / math.Sqrt(math.Pi)
		for k := 1; k < n; k++ {
			r = float64(k) / 2 / r
		}
		return r
	}
	x := float64(n) / 2
	sum := 0.0
	for _, c := range [...]float64{869.0 / 4194304, -399.0 / 262144, -21.0 / 32768, 5.0 / 1024, 1.0 / 128, -1.0 / 8, 1} {
		sum = sum/x + c
	}
	return float64(math.Sqrt(x) * sum)
}

// power is (1 + t²/df)^(−e).
func (s student) power(t, e float64) float64 {
	return detmath.Exp(-float64(e * detmath.Log1p(float64(t*t)/s.df)))
}

// density at t.
func (s student) density(t float64) float64 {
	return float64(s.scale*s.power(t, (s.df+1)/2)) / math.Sqrt(s.df)
}

// tail is P(T > t) for t ≥ 0: half the regularised incomplete beta function
// I_x(df/2, ½) at x = df/(df + t²). Abramowitz and Stegun 26.7.1, 26.5.
func (s student) tail(t float64) float64 {
	if t == 0 {
		return 0.5
	}
	a, b := float64(s.df/2), 0.5
	whole := s.df + float64(t*t)
	x, y := s.df/whole, float64(t*t)/whole
	front := float64(s.scale * s.power(t, a) * math.Sqrt(y))
	if x < (a+1)/(a+b+2) {
		return float64(front*betaFraction(a, b, x)) / a / 2
	}
	return 0.5 - float64(front*betaFraction(b, a, y)) // b is ½, so /b/2 is exactly this
}

// betaFraction is the continued fraction of the incomplete beta function by
// Lentz's method (Press et al., Numerical Recipes, 6.4); it needs O(√max(a, b)) terms.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c := 1.0
	d := 1 / nonzero(1-float64((a+b)*x)/(a+1))
	h := d
	for m := 1.0; m < 10000; m++ {
		am := a + m + m
		even := float64(m*(b-m)*x) / float64((am-1)*am)
		d = 1 / nonzero(1+float64(even*d))
		c = nonzero(1 + even/c)
		h = float64(h * d * c)
		odd := -float64((a+m)*(a+b+m)*x) / float64(am*(am+1))
		d = 1 / nonzero(1+float64(odd*d))
		c = nonzero(1 + odd/c)
		step := float64(d * c)
		h = float64(h * step)
		if math.Abs(step-1) < 4e-16 {
			return h
		}
	}
	return h
}
