package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestPoissonLimitsLeaveTheirTails(t *testing.T) {
	for _, k := range []int{1, 2, 5, 25, 46, 100, 500, 5000} {
		low, high := PoissonLimits(k)
		for _, c := range []struct{ mean, below float64 }{{low, 0.975}, {high, 0.025}} {
			p := distuv.Poisson{Lambda: c.mean}
			if got := p.CDF(float64(k-1)) + p.Prob(float64(k))/2; math.Abs(got-c.below) > 1e-9 {
				t.Errorf("%d: fewer than that, and half of it, have probability %v at a mean of %v, want %v", k, got, c.mean, c.below)
			}
		}
	}
	// Of one: e^−λ·(1 + λ/2) is 0.975 and 0.025.
	low, high := PoissonLimits(1)
	near(t, "low", math.Exp(-low)*(1+low/2), 0.975, 1e-12)
	near(t, "high", math.Exp(-high)*(1+high/2), 0.025, 1e-12)
}

// rareValues are n values of which the first k are v.
func rareValues(n, k int, v float64) []float64 {
	values := make([]float64, n)
	for i := range k {
		values[i] = v
	}
	return values
}

func TestAFewLossesAreCounted(t *testing.T) {
	var s Students
	for _, k := range []int{1, 3, 10} {
		least, most := PoissonLimits(k)
		mean, low, high, ok := s.Rare(rareValues(20, k, 0.02))
		if !ok {
			t.Fatal("no interval")
		}
		near(t, "mean", mean, float64(k)*0.001, 1e-12)
		near(t, "low", low, least*0.001, 1e-12)
		near(t, "high", high, most*0.001, 1e-12)
	}
	// Of 1 and 7 in ten: y = 0.8, √(Σw²/2) = √(0.5/2) = 0.5.
	least, most := PoissonLimits(2)
	_, low, high, _ := s.Rare([]float64{0, 0, 1, 0, 0, 0, 7, 0, 0, 0})
	near(t, "low", low, 0.8+0.5*(least-2), 1e-12)
	near(t, "high", high, 0.8+0.5*(most-2), 1e-12)
}

func TestOthersHaveStudentsInterval(t *testing.T) {
	var s Students
	for name, values := range map[string][]float64{
		"most": rareValues(20, 11, 0.02), "none": rareValues(20, 0, 0), "few replications": rareValues(9, 1, 0.02), "one": {0.3},
	} {
		mean, low, high, ok := s.Rare(values)
		if m, l, h, o := Interval(values); mean != m || low != l || high != h || ok != o {
			t.Errorf("%s: %v from %v to %v, %v; want %v from %v to %v, %v", name, mean, low, high, ok, m, l, h, o)
		}
	}
}

func TestWhatIsRarelyMissingMirrorsWhatIsRare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lost := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 0, 0, 1.0 / 16, 1.0 / 4, 1}), 2, 40).Draw(t, "lost")
		kept := make([]float64, len(lost))
		twice := make([]float64, len(lost))
		for i, v := range lost {
			kept[i], twice[i] = 1-v, 2*v
		}
		var s Students
		mean, low, high, _ := s.Rare(lost)
		if !(low <= mean && mean <= high) {
			t.Fatalf("%v lies outside %v to %v", mean, low, high)
		}
		m, l, h, _ := s.RarelyMissing(kept)
		if m != Mean(kept) || math.Abs(l-(1-high)) > 1e-12 || math.Abs(h-(1-low)) > 1e-12 {
			t.Fatalf("missing: %v from %v to %v, rare: %v from %v to %v", m, l, h, mean, low, high)
		}
		if m, l, h, _ := s.Rare(twice); m != 2*mean || math.Abs(l-2*low) > 1e-12 || math.Abs(h-2*high) > 1e-12 {
			t.Fatalf("twice the losses: %v from %v to %v, once: %v from %v to %v", m, l, h, mean, low, high)
		}
	})
}

// TestRareLossesAreCovered: twenty replications, of which one in six loses something.
func TestRareLossesAreCovered(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const trials, n, share = 2000, 20, 1.0 / 6
	var s Students
	rare, student := 0, 0
	values := make([]float64, n)
	for range trials {
		for i := range values {
			values[i] = 0
			if r.Float64() < share {
				values[i] = 1
			}
		}
		if _, low, high, _ := s.Rare(values); low <= share && share <= high {
			rare++
		}
		if _, low, high, _ := s.Interval(values); low <= share && share <= high {
			student++
		}
	}
	if share := float64(rare) / trials; share < 0.933 || share > 0.99 {
		t.Errorf("covered %v of the trials", share)
	}
	if share := float64(student) / trials; share > 0.92 {
		t.Errorf("Student's interval covers %v of the trials: the test shows nothing", share)
	}
}
