package detmath

import "math"

// Erf is the error function, 2/√π ∫₀ˣ e^(-t²) dt. Within 1 ulp (FreeBSD
// s_erf.c).
func Erf(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case x != x:
		return x
	case a < 0x1p-28:
		// The two products are kept from underflowing: 2/√π - 1 is 0.128….
		return float64(0.125 * (float64(8*x) + float64(erfSlope8*x)))
	case a < 0.84375:
		return x + float64(x*erfSmall(x))
	case a < 1.25:
		y = erfOne + erfMiddle(a)
	case a < 6:
		y = 1 - erfcFar(a)
	default:
		y = 1
	}
	return math.Copysign(y, x)
}

// Erfc is 1 - Erf, computed without that subtraction in the upper tail. Within
// 3 ulp (FreeBSD s_erf.c).
func Erfc(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x:
		return x
	case a < 0x1p-56:
		return 1 - x
	case x < 0.25 && a < 0.84375:
		return 1 - (x + float64(x*erfSmall(x)))
	case a < 0.84375:
		return 0.5 - (x - 0.5 + float64(x*erfSmall(x)))
	case a < 1.25 && x > 0:
		return 1 - erfOne - erfMiddle(a)
	case a < 1.25:
		return 1 + (erfOne + erfMiddle(a))
	case x < -6:
		return 2
	case x < 0:
		return 2 - erfcFar(a)
	case a < 28:
		return erfcFar(a)
	}
	return 0
}

const (
	erfSlope8 = 1.02703333676410069053 // 8 (2/√π - 1)
	erfOne    = 8.45062911510467529297e-01
)

// erfSmall is erf(x)/x - 1 for |x| < 0.84375.
func erfSmall(x float64) float64 {
	z := float64(x * x)
	return horner(z, erfSmallTop) / horner(z, erfSmallBottom)
}

// erfMiddle is erf(x) - erfOne for 0.84375 ≤ x < 1.25.
func erfMiddle(x float64) float64 {
	return horner(x-1, erfMiddleTop) / horner(x-1, erfMiddleBottom)
}

// erfcFar is erfc(x) for 1.25 ≤ x < 28: e^(-x²) P(1/x²)/(x Q(1/x²)), the exponent
// computed from the upper half of x's bits, whose square is exact.
func erfcFar(x float64) float64 {
	s := 1 / float64(x*x)
	var p float64
	if x < 1/0.35 {
		p = horner(s, erfNearTop) / horner(s, erfNearBottom)
	} else {
		p = horner(s, erfTailTop) / horner(s, erfTailBottom)
	}
	z := math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1))
	return float64(Exp(-float64(z*z)-0.5625)*Exp(float64((z-x)*(z+x))+p)) / x
}

// The coefficients of s_erf.c: pp and qq, pa and qa, ra and sa, rb and sb.
var (
	erfSmallTop = []float64{1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
		-5.77027029648944159157e-03, -2.37630166566501626084e-05}
	erfSmallBottom = []float64{1, 3.97917223959155352819e-01, 6.50222499887672944485e-02,
		5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06}
	erfMiddleTop = []float64{-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
		3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03}
	erfMiddleBottom = []float64{1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
		1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02}
	erfNearTop = []float64{-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
		-6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02,
		-8.12874355063065934246e+01, -9.81432934416914548592e+00}
	erfNearBottom = []float64{1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
		6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02,
		6.57024977031928170135e+00, -6.04244152148580987438e-02}
	erfTailTop = []float64{-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
		-1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02}
	erfTailBottom = []float64{1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
		3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01}
)
