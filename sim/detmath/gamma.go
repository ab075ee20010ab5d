package detmath

import "math"

// Lgamma is the logarithm of the gamma function for x > 0: +Inf at 0, NaN below.
// Within 3 ulp (FreeBSD e_lgamma_r.c; package math takes the wrong one of its
// polynomials between 1.19 and 1.23, and is 360 ulp off there).
func Lgamma(x float64) float64 {
	switch {
	case !(x >= 0):
		return math.NaN()
	case x == 0 || x > math.MaxFloat64:
		return math.Inf(1)
	case x == 1 || x == 2:
		return 0
	case x < 0x1p-70:
		return -Log(x)
	case x <= 0.9:
		return lgammaNear(x+1, x) - Log(x)
	case x < 2:
		return lgammaNear(x, x-1)
	case x < 8:
		return lgammaMiddle(x)
	case x < 0x1p58:
		z := 1 / x
		w := lgammaW0 + float64(z*horner(float64(z*z), lgammaW))
		return float64((x-0.5)*(Log(x)-1)) + w
	}
	return float64(x * (Log(x) - 1))
}

// lgammaNear is lgamma(x) for 0.9 < x < 2, by a polynomial about 2, the minimum
// at 1.46, or 1. Below is x - 1, which the caller may know more exactly.
func lgammaNear(x, below float64) float64 {
	const (
		minimum = 1.46163214496836224576e+00
		value   = -1.21486290535849611461e-01 // there
		tail    = -3.63867699703950536541e-18 // of value, negated
	)
	switch {
	case x >= 1.7316321449683623: // minimum + 0.27
		y := 1 - below
		z := float64(y * y)
		return float64(y*horner(z, lgammaA0)) + float64(z*horner(z, lgammaA1)) - float64(0.5*y)
	case x >= 1.2316321449683623:
		y := below - (minimum - 1)
		z := float64(y * y)
		w := float64(z * y)
		p := horner(w, lgammaT1) + float64(y*horner(w, lgammaT2))
		return value + (float64(z*horner(w, lgammaT0)) - (tail - float64(w*p)))
	}
	return float64(-0.5*below) + float64(below*horner(below, lgammaU))/horner(below, lgammaV)
}

// lgammaMiddle is lgamma(x) for 2 ≤ x < 8: a rational function on [2, 3], and
// Γ(s+1) = s Γ(s) above.
func lgammaMiddle(x float64) float64 {
	whole := math.Floor(x)
	y := x - whole
	r := float64(0.5*y) + float64(y*horner(y, lgammaS))/horner(y, lgammaR)
	product := 1.0
	for i := whole - 1; i >= 2; i-- {
		product = float64(product * (y + i))
	}
	if product == 1 {
		return r
	}
	return r + Log(product)
}

// Gamma is the gamma function for x > 0: +Inf at 0 and above 171.6, NaN below 0.
// Within 8 ulp (Moshier, Cephes gamma.c: up to 33 a rational function on [2, 3]
// and Γ(x+1) = x Γ(x), above it Stirling's formula).
func Gamma(x float64) float64 {
	const euler = 0.57721566490153286060651209008240243
	switch {
	case !(x >= 0):
		return math.NaN()
	case x > 172:
		return math.Inf(1)
	case x > 33:
		return stirling(x)
	case x < 1e-9:
		return 1 / float64((1+float64(euler*x))*x)
	}
	product := 1.0
	for x >= 3 {
		x--
		product = float64(product * x)
	}
	for x < 2 {
		product /= x
		x++
	}
	return float64(product*horner(x-2, gammaP)) / horner(x-2, gammaQ)
}

// stirling is √(2π) x^(x-1/2) e^-x (1 + 1/12x + …), the power taken in two halves,
// so that it does not overflow before the result does.
func stirling(x float64) float64 {
	w := 1 / x
	series := 1 + float64(w*horner(w, gammaS))
	half := Pow(x, float64(0.5*x)-0.25)
	return float64(math.Sqrt(2*math.Pi) * float64(float64(half/Exp(x))*half) * series)
}

// The coefficients of e_lgamma_r.c, the letters as there, and of gamma.c.
const lgammaW0 = 4.18938533204672725052e-01

var (
	lgammaA0 = []float64{7.72156649015328655494e-02, 6.73523010531292681824e-02, 7.38555086081402883957e-03,
		1.19270763183362067845e-03, 2.20862790713908385557e-04, 2.52144565451257326939e-05}
	lgammaA1 = []float64{3.22467033424113591611e-01, 2.05808084325167332806e-02, 2.89051383673415629091e-03,
		5.10069792153511336608e-04, 1.08011567247583939954e-04, 4.48640949618915160150e-05}
	lgammaR = []float64{1, 1.39200533467621045958e+00, 7.21935547567138069525e-01, 1.71933865632803078993e-01,
		1.86459191715652901344e-02, 7.77942496381893596434e-04, 7.32668430744625636189e-06}
	lgammaS = []float64{-7.72156649015328655494e-02, 2.14982415960608852501e-01, 3.25778796408930981787e-01,
		1.46350472652464452805e-01, 2.66422703033638609560e-02, 1.84028451407337715652e-03, 3.19475326584100867617e-05}
	lgammaT0 = []float64{4.83836122723810047042e-01, -3.27885410759859649565e-02, 6.10053870246291332635e-03,
		-1.40346469989232843813e-03, 3.15632070903625950361e-04}
	lgammaT1 = []float64{-1.47587722994593911752e-01, 1.79706750811820387126e-02, -3.68452016781138256760e-03,
		8.81081882437654011382e-04, -3.12754168375120860518e-04}
	lgammaT2 = []float64{6.46249402391333854778e-02, -1.03142241298341437450e-02, 2.25964780900612472250e-03,
		-5.38595305356740546715e-04, 3.35529192635519073543e-04}
	lgammaU = []float64{-7.72156649015328655494e-02, 6.32827064025093366517e-01, 1.45492250137234768737e+00,
		9.77717527963372745603e-01, 2.28963728064692451092e-01, 1.33810918536787660377e-02}
	lgammaV = []float64{1, 2.45597793713041134822e+00, 2.12848976379893395361e+00, 7.69285150456672783825e-01,
		1.04222645593369134254e-01, 3.21709242282423911810e-03}
	lgammaW = []float64{8.33333333333329678849e-02, -2.77777777728775536470e-03, 7.93650558643019558500e-04,
		-5.95187557450339963135e-04, 8.36339918996282139126e-04, -1.63092934096575273989e-03}
	gammaP = []float64{9.99999999999999996796e-01, 4.94214826801497100753e-01, 2.07448227648435975150e-01,
		4.76367800457137231464e-02, 1.04213797561761569935e-02, 1.19135147006586384913e-03, 1.60119522476751861407e-04}
	gammaQ = []float64{1.00000000000000000320e+00, 7.14304917030273074085e-02, -2.34591795718243348568e-01,
		3.58236398605498653373e-02, 1.18139785222060435552e-02, -4.45641913851797240494e-03,
		5.39605580493303397842e-04, -2.31581873324120129819e-05}
	gammaS = []float64{8.33333333333482257126e-02, 3.47222221605458667310e-03, -2.68132617805781232825e-03,
		-2.29549961613378126380e-04, 7.87311395793093628397e-04}
)
