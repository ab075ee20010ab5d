package detmath

import "math"

// Pow is x^y. Special cases as math.Pow. Within 1 ulp (FreeBSD e_pow.c: the
// logarithm to base 2 in two parts, times y in two parts, and back).
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case math.Signbit(x):
		return powNegative(-x, y)
	}
	return powPositive(x, y)
}

// powNegative is (-a)^y for a ≥ 0.
func powNegative(a, y float64) float64 {
	half := float64(0.5 * y)
	switch {
	case math.Floor(y) != y && a > 0 && a <= math.MaxFloat64:
		return math.NaN()
	case math.Floor(y) == y && math.Floor(half) != half: // odd
		return -powPositive(a, y)
	}
	return powPositive(a, y)
}

// powPositive is x^y for x ≥ 0 and no NaN.
func powPositive(x, y float64) float64 {
	switch {
	case x == 1:
		return 1
	case x == 0 || x > math.MaxFloat64 || math.Abs(y) > 0x1p64: // also where |y log2 x| ≥ 2^11
		if (x > 1) == (y > 0) {
			return math.Inf(1)
		}
		return 0
	}
	high, low := log2(x)
	yHigh := upper(y)
	small := float64((y-yHigh)*high) + float64(y*low)
	large := float64(yHigh * high)
	switch z := small + large; {
	case z >= 1025:
		return math.Inf(1)
	case z < -1080:
		return 0
	}
	return exp2(large, small)
}

// upper is x with the lower half of its bits cleared: the product of two such
// numbers is exact.
func upper(x float64) float64 {
	return math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1))
}

// log2 is the logarithm to base 2 of x > 0 in two parts, with a relative error
// below 2^-67. With s = (f-c)/(f+c) about c = 1 or 3/2, log(f/c) is
// 2s + 2/3 s³ + s⁵ L(s²), here in the form 2/3 s (3 + s² + …).
func log2(x float64) (high, low float64) {
	const (
		l1     = 5.99999999999994648725e-01
		l2     = 4.28571428578550184252e-01
		l3     = 3.33333329818377432918e-01
		l4     = 2.72728123808534006489e-01
		l5     = 2.30660745775561754067e-01
		l6     = 2.06975017800338417784e-01
		scale  = 9.61796693925975554329e-01 // 2/(3 log 2)
		scaleH = 9.61796700954437255859e-01
		scaleL = -7.02846165095275826516e-09
	)
	f, centre, addH, addL, exponent := centred(x)
	u, v := f-centre, 1/(f+centre)
	s := float64(u * v)
	sH := upper(s)
	sumH := upper(f + centre)
	sumL := f - (sumH - centre)
	sL := float64(v * ((u - float64(sH*sumH)) - float64(sH*sumL)))
	s2 := float64(s * s)
	r := float64(float64(s2*s2) * (l1 + float64(s2*(l2+float64(s2*(l3+float64(s2*(l4+float64(s2*(l5+float64(s2*l6)))))))))))
	r += float64(sL * (sH + s))
	s2 = float64(sH * sH)
	tH := upper(3 + s2 + r)
	tL := r - ((tH - 3) - s2)
	u = float64(sH * tH)
	v = float64(sL*tH) + float64(tL*s)
	pH := upper(u + v)
	pL := v - (pH - u)
	zH := float64(scaleH * pH)
	zL := float64(scaleL*pH) + float64(pL*scale) + addL
	high = upper(((zH + zL) + addH) + exponent)
	return high, zL - (((high - exponent) - addH) - zH)
}

// centred is x = f × 2^exponent with f near the centre, 1 or 3/2, and the
// centre's logarithm to base 2 in two parts.
func centred(x float64) (f, centre, logH, logL, exponent float64) {
	f, k := split(x)
	exponent = float64(k)
	if f < 0.8660254037844386 { // √3/2: nearer to 3/4
		f, exponent = float64(f*2), exponent-1
	}
	if f >= 1.224744871391589 { // √(3/2)
		return f, 1.5, 5.84962487220764160156e-01, 1.35003920212974897128e-08, exponent
	}
	return f, 1, 0, 0, exponent
}

// exp2 is 2^(high+low).
func exp2(high, low float64) float64 {
	const (
		ln2H = 6.93147182464599609375e-01
		ln2L = -1.90465429995776804525e-09
	)
	n := math.Floor(high + low + 0.5)
	high -= n
	t := upper(high + low)
	u := float64(t * ln2H)
	v := float64((low-(t-high))*math.Ln2) + float64(t*ln2L)
	z := u + v
	w := v - (z - u)
	// expOf takes the remainder that it subtracts.
	return scale(expOf(z, -w), int(n))
}
