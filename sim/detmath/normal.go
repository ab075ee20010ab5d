package detmath

import "math"

// NormQuantile is the p-quantile of the standard normal distribution: -Inf at 0,
// +Inf at 1, NaN outside. Relative error about 1e-15 (Wichura, "Algorithm AS 241:
// The Percentage Points of the Normal Distribution", PPND16, 1988).
func NormQuantile(p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1):
		return math.NaN()
	case p == 0:
		return math.Inf(-1)
	case p == 1:
		return math.Inf(1)
	}
	return wichura(p-0.5, min(p, 1-p))
}

// Erfinv is the inverse of [Erf]: ±Inf at ±1, NaN outside. Relative error about
// 1e-15.
func Erfinv(x float64) float64 {
	switch {
	case !(x >= -1 && x <= 1):
		return math.NaN()
	case x == 0:
		return x
	case math.Abs(x) == 1:
		return math.Inf(int(x))
	}
	return wichura(0.5*x, 0.5*(1-math.Abs(x))) / math.Sqrt2
}

// wichura is the normal quantile at q from the median, with tail probability
// tail = 1/2 - |q|, which the caller knows better than the subtraction would.
func wichura(q, tail float64) float64 {
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q*horner(r, centreTop)) / horner(r, centreBottom)
	}
	r := math.Sqrt(-Log(tail))
	var z float64
	if r <= 5 {
		z = horner(r-1.6, middleTop) / horner(r-1.6, middleBottom)
	} else {
		z = horner(r-5, farTop) / horner(r-5, farBottom)
	}
	return math.Copysign(z, q)
}

// horner is the polynomial with the given coefficients, the constant one first.
func horner(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = float64(y*x) + c[i]
	}
	return y
}

// The coefficients of PPND16, for |q| ≤ 0.425, for tails down to e^-25, and beyond.
var (
	centreTop = []float64{3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
		1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
		3.3430575583588128105e+4, 2.5090809287301226727e+3}
	centreBottom = []float64{1, 4.2313330701600911252e+1, 6.8718700749205790830e+2,
		5.3941960214247511077e+3, 2.1213794301586595867e+4, 3.9307895800092710610e+4,
		2.8729085735721942674e+4, 5.2264952788528545610e+3}
	middleTop = []float64{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4}
	middleBottom = []float64{1, 2.05319162663775882187e0, 1.67638483018380384940e0,
		6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9}
	farTop = []float64{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7}
	farBottom = []float64{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15}
)
