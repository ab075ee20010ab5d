package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"faultline/sim/stats"
)

// TestSoakOtherIntervalsOfPercentiles shows why percentiles have the intervals that they
// have: how often others, from the same sections, hold the truth. It simulates
// M/M/1 by Lindley's recursion, since so many sections take the engine too long.
func TestSoakOtherIntervalsOfPercentiles(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("two minutes of CPU time; FAULTLINE_SOAK=1 runs it")
	}
	for _, c := range []struct {
		name                string
		waits               bool // or all requests independent
		n, requests, macros int
		percent             float64
	}{
		{"mm1-80", true, 10, 8800, 4000, 99},
		{"mm1-80, 80 replications", true, 80, 8800, 500, 99},
		{"mm1-80, 80 replications", true, 80, 8800, 500, 99.9},
		{"independent", false, 10, 1000, 4000, 99},
	} {
		r := rand.New(rand.NewPCG(uint64(c.n), uint64(c.requests)))
		truth := -math.Log(1 - c.percent/100) // in mean sojourns
		rows := make([]row, len(others))
		for i := range rows {
			rows[i] = row{model: c.name, figure: fmt.Sprintf("p%v, %s", c.percent, others[i].name), replications: float64(c.n), truth: truth}
		}
		for range c.macros {
			var all, own []float64
			for range c.n {
				one := sojourns(r, c.requests, c.waits)
				own = append(own, quantile(one, c.percent/100))
				all = append(all, one[len(one)*4/5:]...) // the others are below any of the percentiles
			}
			slices.Sort(all)
			q := quantile(all, 1-(1-c.percent/100)*float64(c.n*c.requests)/float64(len(all)))
			for i := range rows {
				low, high := others[i].of(q, own)
				rows[i].add(interval{q, low, high})
			}
		}
		for i := range rows {
			t.Log(&rows[i])
		}
		check(t, rows, c.percent)
	}
}

// check holds what docs/statistics.md says of them.
func check(t *testing.T, rows []row, percent float64) {
	t.Helper()
	at := map[string]float64{}
	for i := range rows {
		at[others[i].name] = rows[i].coverage()
	}
	plain := at["by sectioning"]
	switch {
	case percent > 99 && plain > 0.8:
		t.Errorf("many short replications cover a 99.9th percentile in %v", plain)
	case rows[0].model == "mm1-80" && (math.Abs(at["of the logarithm"]-plain) > 0.015 || at["mean of the replications'"] > plain):
		t.Errorf("of mm1-80 the others cover %v", at)
	case rows[0].model == "independent" && at["with the sections' bias"] < 0.967:
		t.Errorf("of independent requests the sections' bias covers %v only", at["with the sections' bias"])
	}
}

// sojourns are the sorted times in the system of an M/M/1 at ρ = 0.8 in units of their
// mean, from the steady state on, or independent ones of the same distribution.
func sojourns(r *rand.Rand, n int, waits bool) []float64 {
	const load = 0.8
	out := make([]float64, n)
	last := r.ExpFloat64() // of the request before
	for i := range out {
		if waits {
			between, service := r.ExpFloat64()*(1-load)/load, r.ExpFloat64()*(1-load)
			last = max(0, last-between) + service
		} else {
			last = r.ExpFloat64()
		}
		out[i] = last
	}
	slices.Sort(out)
	return out
}

func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-2)
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// others are intervals of a percentile q of all, from those of the replications.
var others = []struct {
	name string
	of   func(q float64, own []float64) (low, high float64)
}{
	{"by sectioning", sectioning},
	{"mean of the replications'", func(_ float64, own []float64) (low, high float64) {
		_, low, high, _ = stats.Interval(own)
		return low, high
	}},
	{"of the logarithm", func(q float64, own []float64) (low, high float64) {
		logs := make([]float64, len(own))
		for i, v := range own {
			logs[i] = math.Log(v)
		}
		low, high = sectioning(math.Log(q), logs)
		return math.Exp(low), math.Exp(high)
	}},
	{"corrected for skewness", skewed},
	{"with the sections' bias", func(q float64, own []float64) (low, high float64) {
		low, high = sectioning(q, own)
		wider := tail(len(own)) * max(0, q-stats.Mean(own))
		return low - wider, high + wider
	}},
}

func sectioning(q float64, own []float64) (low, high float64) {
	low, high, _ = new(stats.Students).Section(q, own)
	return low, high
}

// tail is t/√n.
func tail(n int) float64 { return stats.TQuantile(0.975, n-1) / math.Sqrt(float64(n)) }

// skewed is the interval by sectioning with the correction for skewness of Willink, A
// confidence interval and test for the mean of an asymmetric distribution,
// Communications in Statistics 34(4), 2005, as steady-state procedures use it.
func skewed(q float64, own []float64) (low, high float64) {
	n, mean := float64(len(own)), stats.Mean(own)
	var third float64
	for _, v := range own {
		third += math.Pow(v-mean, 3)
	}
	beta := third * n / ((n - 1) * (n - 2)) / math.Pow(stats.Variance(own), 1.5) / (6 * math.Sqrt(n))
	low, high = sectioning(q, own)
	if math.Abs(beta) < 1e-3 {
		return low, high
	}
	t := stats.TQuantile(0.975, len(own)-1)
	by := func(t float64) float64 { return (math.Cbrt(1+6*beta*(t-beta)) - 1) / (2 * beta) }
	se := (high - low) / 2 / t
	return q - by(t)*se, q - by(-t)*se
}
