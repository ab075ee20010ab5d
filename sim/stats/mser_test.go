package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// slowMSER5 follows the definition, with two passes a cut: its own, and the longest
// whose squared standard error is up to so many times as large.
func slowMSER5(series []float64, times float64) (cut, late int) {
	n := len(series) / 5
	means := make([]float64, n)
	for i := range means {
		for _, v := range series[5*i : 5*i+5] {
			means[i] += v / 5
		}
	}
	least := math.Inf(1)
	for d := 0; d <= n/2; d++ {
		if e := squaredError(means[d:]); e < least {
			cut, least = d, e
		}
	}
	late = cut
	for d := cut; d <= n/2 && least > 0; d++ {
		if squaredError(means[d:]) <= least*times {
			late = d
		}
	}
	return 5 * cut, 5 * late
}

func squaredError(rest []float64) float64 {
	centre, sum := Mean(rest), 0.0
	for _, v := range rest {
		sum += (v - centre) * (v - centre)
	}
	return sum / float64(len(rest)*len(rest))
}

func TestMSER5CutsWhatHasNotSettled(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 1))
	series := func(n, ramp int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = 10 + noise.NormFloat64()/10
			if i < ramp {
				v[i] *= float64(i) / float64(ramp)
			}
		}
		return v
	}
	for _, c := range []struct{ n, ramp, from, to int }{{400, 0, 0, 40}, {400, 100, 90, 130}, {400, 50, 45, 80}} {
		if cut, settled := MSER5(series(c.n, c.ramp)); cut < c.from || cut > c.to || !settled {
			t.Errorf("ramp of %d: cut %d, settled %v; want %d to %d", c.ramp, cut, settled, c.from, c.to)
		}
	}
	if cut, settled := MSER5(series(400, 400)); settled {
		t.Errorf("a ramp to the end: cut %d, and settled", cut)
	}
}

func TestMSER5OfFewOrEqualValues(t *testing.T) {
	for _, c := range []struct {
		series  []float64
		cut     int
		settled bool
	}{{nil, 0, false}, {make([]float64, 9), 0, false}, {make([]float64, 10), 0, true}, {make([]float64, 100), 0, true}} {
		if cut, settled := MSER5(c.series); cut != c.cut || settled != c.settled {
			t.Errorf("%d equal values: %d, %v; want %d, %v", len(c.series), cut, settled, c.cut, c.settled)
		}
	}
}

func TestMSER5FollowsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.IntRange(0, 1000), 10, 200).Draw(t, "series")
		series := make([]float64, len(v))
		for i := range v {
			series[i] = float64(v[i])
		}
		cut, settled := MSER5(series)
		want, _ := slowMSER5(series, 1)
		if cut != want || settled != (cut < len(series)/5/2*5) {
			t.Fatalf("cut %d, settled %v; want %d", cut, settled, want)
		}
		late := LateMSER5(series)
		_, least := slowMSER5(series, 1.05-1e-9) // what lies on the bound may fall on either side of it
		_, most := slowMSER5(series, 1.05+1e-9)
		if late < least || late > most {
			t.Fatalf("late cut %d, want %d to %d", late, least, most)
		}
	})
}

func TestALateCutOfEqualValuesIsNone(t *testing.T) {
	for _, n := range []int{0, 4, 9, 10, 100} {
		if cut := LateMSER5(make([]float64, n)); cut != 0 {
			t.Errorf("%d equal values: %d are cut", n, cut)
		}
	}
}

// TestALateCutLeavesLessOfTheBeginning: an AR(1) process that starts far from its
// mean, zero, averaged over ten replications.
func TestALateCutLeavesLessOfTheBeginning(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	const trials, length, forget = 2000, 500, 0.95
	left := func(cut int) float64 { // of the beginning, in the mean of what remains
		return 8 * math.Pow(forget, float64(cut)) / (1 - forget) / float64(length-cut)
	}
	var bias, cuts [2]float64 // of MSER-5, and of the late cut
	series := make([]float64, length)
	for range trials {
		x, start := 0.0, 8.0
		for k := range series {
			x = forget*x + r.NormFloat64()/math.Sqrt(10)
			start *= forget
			series[k] = x + start
		}
		a, _ := MSER5(series)
		for i, cut := range []int{a, LateMSER5(series)} {
			cuts[i] += float64(cut) / trials
			bias[i] += left(cut) / trials
		}
	}
	t.Logf("MSER-5 cuts %.0f values and leaves a bias of %.3f, the late cut %.0f and %.3f", cuts[0], bias[0], cuts[1], bias[1])
	if bias[1] > 0.5*bias[0] {
		t.Errorf("the late cut leaves a bias of %v, MSER-5 one of %v", bias[1], bias[0])
	}
	if cuts[1]-cuts[0] > 0.12*length {
		t.Errorf("cuts of %v and %v of %d values: too much is lost", cuts[0], cuts[1], length)
	}
}

// TestOneCommonCutCovers estimates the mean of an AR(1) process that starts far from
// it, over ten replications.
func TestOneCommonCutCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const trials, replications, length = 400, 10, 500
	common, whole := 0, 0
	for range trials {
		all := make([][]float64, replications)
		average := make([]float64, length)
		for i := range all {
			all[i] = make([]float64, length)
			x := 8.0
			for k := range all[i] {
				x = 0.9*x + r.NormFloat64()
				all[i][k] = x
				average[k] += x / replications
			}
		}
		one, _ := MSER5(average)
		var a, b []float64
		for _, v := range all {
			a, b = append(a, Mean(v[one:])), append(b, Mean(v))
		}
		if _, low, high, _ := Interval(a); low <= 0 && 0 <= high {
			common++
		}
		if _, low, high, _ := Interval(b); low <= 0 && 0 <= high {
			whole++
		}
	}
	if share := float64(common) / trials; share < 0.92 {
		t.Errorf("one cut for all covers %v of the trials", share)
	}
	if share := float64(whole) / trials; share > 0.85 {
		t.Errorf("without a cut %v of the trials are covered: the test shows nothing", share)
	}
}
