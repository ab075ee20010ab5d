package detmath

import "math"

// Expm1 is e^x - 1, exact near x = 0. Special cases as math.Expm1. Within 1 ulp
// (FreeBSD s_expm1.c).
func Expm1(x float64) float64 {
	const (
		overflow = 7.09782712893383973096e+02
		minusOne = -3.88162421113569373274e+01 // -56 log 2: the result is -1 from here down
	)
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x > overflow:
		return math.Inf(1)
	case x < minusOne:
		return -1
	case math.Abs(x) < 0x1p-54:
		return x
	case math.Abs(x) <= math.Ln2/2:
		return expm1Of(x, 0, 0)
	}
	k, hi, lo := reduce(x)
	r := hi - lo
	return expm1Of(r, (hi-r)-lo, k)
}

// expm1Of is 2^k e^(r+c) - 1 for |r| ≤ log(2)/2 and a small correction c. With
// h = r²/2, R(h) the minimax polynomial and t = 3 - R r/2,
// e^r - 1 = r - (r e - h), e = h (R-t)/(6 - r t).
func expm1Of(r, c float64, k int) float64 {
	const (
		q1 = -3.33333333333331316428e-02
		q2 = 1.58730158725481460165e-03
		q3 = -7.93650757867487942473e-05
		q4 = 4.00821782732936239552e-06
		q5 = -2.01099218183624371326e-07
	)
	half := float64(0.5 * r)
	h := float64(r * half)
	p := 1 + float64(h*(q1+float64(h*(q2+float64(h*(q3+float64(h*(q4+float64(h*q5)))))))))
	t := 3 - float64(p*half)
	e := float64(h * ((p - t) / (6 - float64(r*t))))
	if k == 0 {
		return r - (float64(r*e) - h)
	}
	e = (float64(r*(e-c)) - c) - h
	power := power2(-min(k, exponentBias-1))
	switch {
	case k == -1:
		return float64(0.5*(r-e)) - 0.5
	case k == 1 && r < -0.25:
		return float64(-2 * (e - (r + 0.5)))
	case k == 1:
		return 1 + float64(2*(r-e))
	case k < -1 || k > 56:
		return scale(1-(e-r), k) - 1
	case k < 20:
		return scale((1-power)-(e-r), k)
	}
	return scale((r-(e+power))+1, k)
}
