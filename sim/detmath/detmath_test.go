package detmath

import (
	"math"
	"math/rand/v2"
	"testing"
)

// ulps is how many float64 lie between a and b.
func ulps(a, b float64) float64 {
	if a == b || a != a && b != b {
		return 0
	}
	if a != a || b != b {
		return math.Inf(1)
	}
	return math.Abs(float64(ordinal(a) - ordinal(b)))
}

// ordinal numbers the floats in their order.
func ordinal(x float64) int64 {
	if i := int64(math.Float64bits(x)); i >= 0 {
		return i
	} else {
		return math.MinInt64 - i
	}
}

// sampler draws arguments for one function.
type sampler func(*rand.Rand) float64

func between(low, high float64) sampler {
	return func(r *rand.Rand) float64 { return low + r.Float64()*(high-low) }
}

// magnitudes draws positive numbers of any size. (Not subnormal ones, whose
// logarithms package math gets wrong on amd64; see truth.)
func magnitudes(r *rand.Rand) float64 {
	return math.Float64frombits(0x0010000000000000 + r.Uint64N(0x7fe0000000000000))
}

// Package math is itself up to an ulp off where it has assembly, hence 2.
func TestFunctionsAgreeWithMath(t *testing.T) {
	lgamma := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	for _, c := range []struct {
		name      string
		ours, go_ func(float64) float64
		draw      sampler
		bound     float64
	}{
		{"Log of any size", Log, math.Log, magnitudes, 1},
		{"Log near 1", Log, math.Log, between(0.5, 2), 1},
		{"Log1p of any size", Log1p, math.Log1p, magnitudes, 1},
		{"Log1p near 0", Log1p, math.Log1p, between(-1, 1), 1},
		{"Exp", Exp, math.Exp, between(-746, 709), 2},
		{"Exp near 0", Exp, math.Exp, between(-1, 1), 2},
		{"Expm1", Expm1, math.Expm1, between(-40, 709), 1},
		{"Expm1 near 0", Expm1, math.Expm1, between(-1.5, 1.5), 1},
		{"Sin", Sin, math.Sin, between(-100, 100), 2},
		{"Sin of many turns", Sin, math.Sin, between(-MaxAngle, MaxAngle), 2},
		{"Cos", Cos, math.Cos, between(-100, 100), 2},
		{"Cos of many turns", Cos, math.Cos, between(-MaxAngle, MaxAngle), 2},
		{"Erf", Erf, math.Erf, between(-7, 7), 1},
		{"Erfc", Erfc, math.Erfc, between(-7, 26), 5},
		{"Lgamma from 2", Lgamma, lgamma, between(2.2, 100), 3}, // below 1.24 math is 360 ulp off
		{"Gamma", Gamma, math.Gamma, between(0, 33), 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for range 100_000 {
				x := c.draw(r)
				if got, want := c.ours(x), c.go_(x); ulps(got, want) > c.bound {
					t.Fatalf("f(%v) = %v, math has %v: %v ulp apart, want at most %v", x, got, want, ulps(got, want), c.bound)
				}
			}
		})
	}
}

func TestPowAgreesWithMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		x, y := 0.1+3*r.Float64(), 8*r.Float64()-4
		if got, want := Pow(x, y), math.Pow(x, y); ulps(got, want) > 8 { // math multiplies up
			t.Fatalf("Pow(%v, %v) = %v, math has %v", x, y, got, want)
		}
	}
}

// TestSpecialCases runs over what breaks naive code: zeros, infinities, NaN, the
// edges of the format and of each function's domain.
func TestSpecialCases(t *testing.T) {
	odd := []float64{0, math.Copysign(0, -1), 0x1p-1022, -0x1p-1022, 0x1p-60, -0x1p-60, 0.5, -0.5, 1, -1, 2, -2,
		3, -3, 1 - 0x1p-53, 1 + 0x1p-52, 709.4, 709.7827128933841, -745.1332191019411, -745.1332191019412,
		0x1p53, 0x1p64, -0x1p53 - 2, 0x1p70, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, c := range []struct {
		name      string
		ours, go_ func(float64) float64
	}{
		{"Log", Log, math.Log}, {"Log1p", Log1p, math.Log1p}, {"Exp", Exp, math.Exp}, {"Expm1", Expm1, math.Expm1},
		{"Erf", Erf, math.Erf}, {"Erfc", Erfc, math.Erfc}, {"Erfinv", Erfinv, math.Erfinv},
	} {
		for _, x := range odd {
			got, want := c.ours(x), c.go_(x)
			if ulps(got, want) > 5 || got == 0 && math.Signbit(got) != math.Signbit(want) {
				t.Errorf("%s(%v) = %v, want %v", c.name, x, got, want)
			}
		}
	}
	for _, x := range odd {
		for _, y := range odd {
			got, want := Pow(x, y), math.Pow(x, y)
			// Where math multiplies 1±ε up 2^53 times, it loses half of its digits.
			if ulps(got, want) > 0x1p28 || got == 0 && math.Signbit(got) != math.Signbit(want) {
				t.Errorf("Pow(%v, %v) = %v, want %v", x, y, got, want)
			}
		}
	}
}

func TestDomains(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"NormQuantile(0)", NormQuantile(0), -inf},
		{"NormQuantile(1)", NormQuantile(1), inf},
		{"NormQuantile(0.5)", NormQuantile(0.5), 0},
		{"NormQuantile(-0.1)", NormQuantile(-0.1), nan},
		{"NormQuantile(1.1)", NormQuantile(1.1), nan},
		{"NormQuantile(NaN)", NormQuantile(nan), nan},
		{"Lgamma(0)", Lgamma(0), inf},
		{"Lgamma(1)", Lgamma(1), 0},
		{"Lgamma(2)", Lgamma(2), 0},
		{"Lgamma(-1.5)", Lgamma(-1.5), nan},
		{"Lgamma(+Inf)", Lgamma(inf), inf},
		{"Lgamma(NaN)", Lgamma(nan), nan},
		{"Gamma(0)", Gamma(0), inf},
		{"Gamma(4)", Gamma(4), 6},
		{"Gamma(172)", Gamma(172), inf},
		{"Gamma(200)", Gamma(200), inf},
		{"Gamma(-1.5)", Gamma(-1.5), nan},
		{"Gamma(NaN)", Gamma(nan), nan},
		{"Sin(0)", Sin(0), 0},
		{"Cos(0)", Cos(0), 1},
		{"Sin(beyond)", Sin(1.01 * MaxAngle), nan},
		{"Cos(beyond)", Cos(-1.01 * MaxAngle), nan},
		{"Sin(Inf)", Sin(inf), nan},
		{"Cos(NaN)", Cos(nan), nan},
	} {
		if ulps(c.got, c.want) != 0 {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestNormQuantileInvertsTheDistribution(t *testing.T) {
	last := math.Inf(-1)
	for i := 1; i < 1000; i++ {
		p := float64(i) / 1000
		z := NormQuantile(p)
		if back := 0.5 * Erfc(-z/math.Sqrt2); math.Abs(back-p) > 1e-15 {
			t.Errorf("the distribution at NormQuantile(%v) is %v", p, back)
		}
		if z <= last {
			t.Errorf("NormQuantile(%v) = %v does not exceed its neighbour's %v", p, z, last)
		}
		last = z
	}
}

// TestSameBitsEverywhere pins a hash over the bits of every function on a grid.
// It must pass on every architecture, and for any GOAMD64.
func TestSameBitsEverywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(float64) float64
		want uint64
	}{
		{"Log", Log, 0x538c57c29a97f8a7}, {"Log1p", Log1p, 0xcf5e732b68f8b690}, {"Exp", Exp, 0x9b18260b436d40bb}, {"Expm1", Expm1, 0x4f397ccf854a3023},
		{"Sin", Sin, 0x7a9519cd7986f017}, {"Cos", Cos, 0x644bac7a7791f370}, {"Erf", Erf, 0xbc0e48d4d0238e65}, {"Erfc", Erfc, 0x8e584c891f5f7f04},
		{"Erfinv", func(x float64) float64 { return Erfinv(Erf(x)) }, 0x36e69e9871bdf4e5},
		{"NormQuantile", func(x float64) float64 { return NormQuantile(0.5 + 0.5*Erf(x)) }, 0x129e9b4aa80a8614},
		{"Lgamma", Lgamma, 0x2b40570cd1488263}, {"Gamma", Gamma, 0x10b5a59ce690492e},
		{"Pow", func(x float64) float64 { return Pow(x, 1.7-x) }, 0xde1fa6014381dacd},
	} {
		hash := uint64(14695981039346656037)
		for i := range 20_000 {
			x := float64(i-4000) * 0x1.91p-10 // -6 to 25
			y := c.f(x)
			if y != y {
				y = -1 // a NaN's payload may differ
			}
			hash = (hash ^ math.Float64bits(y)) * 1099511628211
		}
		if hash != c.want {
			t.Errorf("%s: hash %#x, want %#x", c.name, hash, c.want)
		}
	}
}

func BenchmarkLog(b *testing.B)          { bench(b, Log, 1.2345) }
func BenchmarkExp(b *testing.B)          { bench(b, Exp, 1.2345) }
func BenchmarkPow(b *testing.B)          { bench(b, func(x float64) float64 { return Pow(x, 1.7) }, 1.2345) }
func BenchmarkSin(b *testing.B)          { bench(b, Sin, 1.2345) }
func BenchmarkNormQuantile(b *testing.B) { bench(b, NormQuantile, 0.2345) }
func BenchmarkLgamma(b *testing.B)       { bench(b, Lgamma, 12.345) }

// Package math's, to compare.
func BenchmarkMathLog(b *testing.B) { bench(b, math.Log, 1.2345) }
func BenchmarkMathExp(b *testing.B) { bench(b, math.Exp, 1.2345) }

func bench(b *testing.B, f func(float64) float64, x float64) {
	var sum float64
	for i := range b.N {
		sum += f(x + float64(i&1023)*0x1p-14)
	}
	sink = sum
}

var sink float64
