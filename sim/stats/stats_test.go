package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

func TestStudentQuantileAgreesWithGonum(t *testing.T) {
	for _, df := range []int{1, 2, 3, 4, 5, 7, 9, 10, 19, 29, 30, 49, 99, 100, 101, 102, 199, 999, 5000, 100000} {
		ref := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}
		for _, p := range []float64{0.5, 0.501, 0.51, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.9995, 0.99999, 0.025, 0.1} {
			got := TQuantile(p, df)
			if back := ref.CDF(got); math.Abs(back-p) > 1e-10*math.Min(1, (1-p)*1e4) {
				t.Errorf("df %d: F(%v) = %.15g, want %v", df, got, back, p)
			}
			near(t, "quantile", got, ref.Quantile(p), 1e-9)
		}
	}
}

func TestStudentQuantileMatchesPublishedTables(t *testing.T) {
	// Abramowitz and Stegun, table 26.10 (0.975); exact values for 1 and 2 degrees of freedom.
	near(t, "df 1", TQuantile(0.975, 1), 12.706204736174694, 1e-12)
	near(t, "df 2", TQuantile(0.975, 2), 4.3026527297494637, 1e-12)
	for df, want := range map[int]float64{5: 2.571, 10: 2.228, 19: 2.093, 30: 2.042, 120: 1.980} {
		if got := TQuantile(0.975, df); math.Abs(got-want) > 0.0005 {
			t.Errorf("df %d: %v, want %v", df, got, want)
		}
	}
	for _, p := range []float64{0, 1, -1, 2, math.NaN()} {
		if got := TQuantile(p, 5); !math.IsNaN(got) {
			t.Errorf("TQuantile(%v) = %v, want NaN", p, got)
		}
	}
	if got := TQuantile(0.9, 0); !math.IsNaN(got) {
		t.Errorf("0 degrees of freedom: %v, want NaN", got)
	}
}

func TestRememberedQuantileIsTheQuantile(t *testing.T) {
	var s Students
	for _, df := range []int{19, 1, 19, 3} {
		if got, want := s.T95(df), TQuantile(0.975, df); math.Abs(got-want) > 1e-12*want {
			t.Errorf("T95(%d) = %v, want %v", df, got, want)
		}
	}
}

func TestIntervalOfKnownValues(t *testing.T) {
	// Mean 5, s = √(20/3), n = 4: half-width 3.182446·s/2.
	mean, low, high, ok := Interval([]float64{2, 4, 6, 8})
	if !ok {
		t.Fatal("no interval for four values")
	}
	half := 3.182446305284263 * math.Sqrt(20.0/3) / 2
	near(t, "mean", mean, 5, 1e-15)
	near(t, "low", low, 5-half, 1e-12)
	near(t, "high", high, 5+half, 1e-12)
}

func TestFewerThanTwoValuesHaveNoInterval(t *testing.T) {
	if mean, _, _, ok := Interval([]float64{7}); ok || mean != 7 {
		t.Errorf("one value: mean %v, ok %v; want 7, false", mean, ok)
	}
	if mean, _, _, ok := Interval(nil); ok || !math.IsNaN(mean) {
		t.Errorf("no value: mean %v, ok %v; want NaN, false", mean, ok)
	}
	var s Students
	if _, _, ok := s.Section(3, []float64{3}); ok {
		t.Error("sectioning over one replication gave an interval")
	}
	if d := s.Paired([]float64{1}, []float64{2}); d.OK || d.Mean != 1 {
		t.Errorf("one pair: %+v; want a mean of 1 and no interval", d)
	}
	w := Welford{}
	w.Add(3)
	if _, _, ok := s.Band(&w); ok {
		t.Error("one value gave a band")
	}
}

func TestIntervalCoversTheMeanIn95PercentOfTrials(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var s Students
	const trials = 20000
	covered, paired := 0, 0
	a, b := make([]float64, 5), make([]float64, 5)
	for range trials {
		for i := range a {
			common := 10 * r.NormFloat64()
			a[i] = common + r.NormFloat64()
			b[i] = common + r.NormFloat64() + 1
		}
		if _, low, high, _ := s.Interval(a); low <= 0 && 0 <= high {
			covered++
		}
		if d := s.Paired(a, b); d.Low <= 1 && 1 <= d.High {
			paired++
		}
	}
	// Binomial: σ = √(0.95·0.05/20000) = 0.15%; 4σ.
	for _, n := range []int{covered, paired} {
		if share := float64(n) / trials; math.Abs(share-0.95) > 0.0062 {
			t.Errorf("covered %v of the trials, want 0.95 ± 0.006", share)
		}
	}
}

func TestSectioningCoversAQuantile(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var s Students
	const trials, sections, each = 1500, 10, 400
	want := -math.Log(0.1) // the 90th percentile of exp(1)
	covered := 0
	for range trials {
		var all, quantiles []float64
		for range sections {
			one := make([]float64, each)
			for i := range one {
				one[i] = r.ExpFloat64()
			}
			all = append(all, one...)
			quantiles = append(quantiles, empirical(one, 0.9))
		}
		if low, high, ok := s.Section(empirical(all, 0.9), quantiles); ok && low <= want && want <= high {
			covered++
		}
	}
	if share := float64(covered) / trials; share < 0.93 || share > 0.975 {
		t.Errorf("covered %v of the trials, want about 0.95", share)
	}
}

func empirical(v []float64, q float64) float64 {
	sorted := append([]float64(nil), v...)
	stat.SortWeighted(sorted, nil)
	return stat.Quantile(q, stat.LinInterp, sorted, nil)
}

func TestSectioningWidensWithTheBiasOfItsSections(t *testing.T) {
	var s Students
	low, high, _ := s.Section(10, []float64{9, 11})
	biasedLow, biasedHigh, _ := s.Section(10, []float64{7, 9})
	if biasedHigh-biasedLow <= high-low {
		t.Errorf("biased sections: width %v, unbiased %v; want wider", biasedHigh-biasedLow, high-low)
	}
	near(t, "centre", (low+high)/2, 10, 1e-14)
}

func TestPairingRemovesWhatIsCommon(t *testing.T) {
	var s Students
	a := []float64{1, 20, 300, 4000}
	b := []float64{2, 21.5, 301, 4000.5}
	d := s.Paired(a, b)
	mean, low, high, _ := Interval([]float64{1, 1.5, 1, 0.5})
	if d.Mean != mean || d.Low != low || d.High != high || !d.OK {
		t.Errorf("paired = %+v, want the interval of the differences (%v, %v, %v)", d, mean, low, high)
	}
	near(t, "reduction", d.Reduction, (stat.Variance(a, nil)+stat.Variance(b, nil))/(1.0/6), 1e-9)
	same := s.Paired(a, a)
	if same.Mean != 0 || same.Low != 0 || same.High != 0 || same.Reduction != 0 {
		t.Errorf("a system against itself: %+v, want exactly zero", same)
	}
}

func TestASectionedDifferenceIsCentredOnTheMerged(t *testing.T) {
	var s Students
	a, b := []float64{1, 20, 300, 4000}, []float64{2, 22, 301, 4004}
	paired := s.Paired(a, b)
	at := s.PairedSection(paired.Mean, a, b)
	if at != paired {
		t.Errorf("about the mean of the differences: %+v, want %+v", at, paired)
	}
	off := s.PairedSection(paired.Mean+1, a, b)
	near(t, "centre", (off.Low+off.High)/2, paired.Mean+1, 1e-12)
	if off.Mean != paired.Mean+1 || off.High-off.Low <= paired.High-paired.Low || off.Reduction != paired.Reduction {
		t.Errorf("about another value: %+v, about the mean %+v", off, paired)
	}
	if s.PairedSection(1, a[:1], b[:1]).OK {
		t.Error("one pair has an interval")
	}
}

func TestRuleOfThree(t *testing.T) {
	for n, want := range map[int]float64{0: 1, 1: 1, 3: 1, 20: 0.15, 300: 0.01} {
		if got := RuleOfThree(n); math.Abs(got-want) > 1e-15 {
			t.Errorf("RuleOfThree(%d) = %v, want %v", n, got, want)
		}
	}
	// It holds: at p = 3/n the chance of no event is at most 5%.
	for _, n := range []int{4, 10, 100} {
		if p := math.Pow(1-RuleOfThree(n), float64(n)); p > 0.05 {
			t.Errorf("n = %d: the bound would be missed with probability %v", n, p)
		}
	}
}

func TestSlope(t *testing.T) {
	var s Students
	x := []float64{0, 10, 20, 30}
	slope, low, high, ok := s.Slope(x, []float64{5, 4, 3, 2})
	if !ok || slope != -0.1 || low != slope || high != slope {
		t.Errorf("exact line: %v [%v, %v] %v; want −0.1 without width", slope, low, high, ok)
	}
	y := []float64{5, 4.2, 2.9, 2}
	slope, low, high, _ = s.Slope(x, y)
	_, want := stat.LinearRegression(x, y, nil, false)
	near(t, "slope", slope, want, 1e-12)
	// The residuals are −0.07, 0.16, −0.11, 0.02: se² = Σr²/(n−2)/Sxx = (0.043/2)/500.
	half := 4.3026527297494637 * math.Sqrt(0.043/2/500)
	near(t, "low", low, want-half, 1e-9)
	near(t, "high", high, want+half, 1e-9)
	for _, bad := range [][2][]float64{{{1, 2}, {1, 2}}, {{3, 3, 3}, {1, 2, 3}}, {nil, nil}} {
		if _, _, _, ok := s.Slope(bad[0], bad[1]); ok {
			t.Errorf("slope over x = %v exists, want none", bad[0])
		}
	}
}

// TestASlopeFarFromZeroIsTheSlope: late in a long run the same points have the same
// slope. Sums of squares that are taken about zero would lose all digits.
func TestASlopeFarFromZeroIsTheSlope(t *testing.T) {
	const far = 1e8
	x, y := []float64{0, 0.1, 0.2, 0.3, 0.7}, []float64{5, 4.2, 2.9, 2, 1.3}
	late, high := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		late[i], high[i] = x[i]+far, y[i]+far
	}
	var s Students
	want, wantLow, wantHigh, _ := s.Slope(x, y)
	slope, low, up, ok := s.Slope(late, high)
	if !ok {
		t.Fatal("no slope")
	}
	near(t, "slope", slope, want, 1e-5)
	near(t, "low", low, wantLow, 1e-5)
	near(t, "high", up, wantHigh, 1e-5)
}

// TestPinnedStudentQuantiles guards the half-widths of every committed result.
func TestPinnedStudentQuantiles(t *testing.T) {
	for df, want := range map[int]float64{
		1: 12.706204736174694, 2: 4.302652729749463, 3: 3.182446305283708, 4: 2.7764451051977934, 9: 2.2621571627982053,
		19: 2.093024054408309, 29: 2.0452296421327043, 99: 1.984216951586417, 100: 1.9839715185235511, 101: 1.9837310029556068,
		199: 1.9719565442517495, 999: 1.9623414611334469, 10000: 1.960201239890722,
	} {
		if got := TQuantile(upper, df); got != want {
			t.Errorf("%d degrees of freedom: %v, want %v", df, got, want)
		}
	}
}

func TestWelfordAgreesWithTwoPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 2, 50).Draw(t, "values")
		var w Welford
		for _, x := range v {
			w.Add(x)
		}
		if math.Abs(w.Mean()-Mean(v)) > 1e-9*1e6 || math.Abs(w.Variance()-Variance(v)) > 1e-9*(1+Variance(v)) {
			t.Fatalf("Welford %v, %v; two passes %v, %v", w.Mean(), w.Variance(), Mean(v), Variance(v))
		}
		if want := stat.Variance(v, nil); math.Abs(Variance(v)-want) > 1e-9*(1+want) {
			t.Fatalf("variance %v, gonum %v", Variance(v), want)
		}
	})
	if w := (Welford{}); !math.IsNaN(w.Mean()) || !math.IsNaN(w.Variance()) {
		t.Error("an empty Welford has a mean or a variance")
	}
}
