package load

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/rng"
)

func stream(replication int, n uint64) rng.Stream {
	return rng.Root(1, replication).Child(uint32(n)).Stream(0)
}

// most bounds how many arrivals arrive returns.
const most = 200_000

// arrive is the arrivals of a under p before the horizon, in one replication.
func arrive(a Arrivals, p Profile, horizon time.Duration, replication int) (instants []time.Duration) {
	hits := 0.0
	for n := range uint64(most) {
		hits = a.Next(hits, n, stream(replication, n))
		at, ok := p.At(hits)
		if !ok || at >= horizon {
			return instants
		}
		instants = append(instants, at)
	}
	return instants
}

func kinds(t *testing.T, f func(t *testing.T, a Arrivals)) {
	for _, k := range Table {
		t.Run(k.Name, func(t *testing.T) {
			a, err := ParseArrivals(k.Example)
			if err != nil {
				t.Fatal(err)
			}
			f(t, a)
		})
	}
}

func TestTableIsDocumented(t *testing.T) {
	for _, k := range Table {
		if k.Name == "" || k.Syntax == "" || k.Doc == "" || k.Source == "" || k.Example == "" {
			t.Errorf("%+v leaves something out", k)
		}
		if slices.Contains(notYet, k.Name) {
			t.Errorf("%s is in the table and among those that are not supported yet", k.Name)
		}
	}
	if Table[0].Name != "poisson" {
		t.Errorf("the default is %s", Table[0].Name)
	}
}

// The mean count over replications is the count that the profile expects. No
// process of the table varies more than Poisson's.
func TestConformanceExpectedCount(t *testing.T) {
	const replications, horizon = 100, 60 * sec
	kinds(t, func(t *testing.T, a Arrivals) {
		for _, p := range profiles {
			want := p.profile.Hits(horizon)
			if want > 1e5 {
				continue
			}
			sum := 0
			for r := range replications {
				sum += len(arrive(a, p.profile, horizon, r))
			}
			got, tolerance := float64(sum)/replications, 4*math.Sqrt(want/replications)+0.5
			if math.Abs(got-want) > tolerance {
				t.Errorf("%s: %v requests on average, want %v ± %v", p.name, got, want, tolerance)
			}
		}
	})
}

func TestConformanceArrivalsComeInOrder(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		hits := 0.0
		for n := range uint64(100_000) {
			next := a.Next(hits, n, stream(0, n))
			if !(next >= hits) {
				t.Fatalf("request %d arrives at %v, the one before at %v", n, next, hits)
			}
			hits = next
		}
	})
}

// What becomes of a request must not move the others: each gap depends on its own
// stream alone.
func TestConformanceAnArrivalDependsOnItsOwnStream(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		for n := range uint64(1000) {
			x, y := a.Next(float64(n), n, stream(0, n)), a.Next(float64(n), n, stream(0, n))
			if x != y {
				t.Fatalf("request %d arrives at %v and at %v", n, x, y)
			}
		}
	})
}

func TestConformanceTextRoundTrip(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		var v Value
		if err := v.UnmarshalText([]byte(a.String())); err != nil || v.Arrivals != a {
			t.Errorf("%s is read back as %v, %v", a, v, err)
		}
		if text, err := v.MarshalText(); err != nil || string(text) != a.String() {
			t.Errorf("MarshalText is %q, %v", text, err)
		}
	})
}

func TestConformanceNoAllocation(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		hits, n := 0.0, uint64(0)
		if allocs := testing.AllocsPerRun(1000, func() {
			hits = a.Next(hits, n, stream(0, n))
			n++
		}); allocs != 0 {
			t.Errorf("an arrival allocates %v times", allocs)
		}
	})
}

// TestConformancePinnedArrivals guards every committed result.
func TestConformancePinnedArrivals(t *testing.T) {
	ramp := NewStages(100, []Stage{{60 * sec, 800}, {60 * sec, 0}})
	pinned := map[string]struct {
		first [3]time.Duration
		hash  uint64
	}{
		"poisson": {[3]time.Duration{1336934, 19163900, 35973959}, 0x7f32af15cbe6866d},
		"uniform": {[3]time.Duration{4998543, 14986898, 24963648}, 0x1fa46e847224b86e},
	}
	kinds(t, func(t *testing.T, a Arrivals) {
		all := arrive(a, ramp, 120*sec, 0)
		hash := uint64(14695981039346656037)
		for _, at := range all {
			hash = (hash ^ uint64(at)) * 1099511628211
		}
		if want := pinned[a.String()]; [3]time.Duration(all) != want.first || hash != want.hash {
			t.Errorf("arrivals at %d, hash %#x; want %d, %#x", all[:3], hash, want.first, want.hash)
		}
	})
}

// kolmogorov is the distance of the sorted xs from the uniform distribution on
// [0, 1], times √n: above 1.95 with probability 0.001.
func kolmogorov(xs []float64) float64 {
	slices.Sort(xs)
	n, d := float64(len(xs)), 0.0
	for i, x := range xs {
		d = max(d, x-float64(i)/n, float64(i+1)/n-x)
	}
	return d * math.Sqrt(n)
}

// By the time-rescaling theorem, the gaps between the counts that are expected at
// the arrivals of a Poisson process are exponential, whatever its rate does.
func TestPoissonGapsAreExponentialOverEveryProfile(t *testing.T) {
	for _, p := range profiles {
		last, uniform := 0.0, []float64{}
		for _, at := range arrive(Poisson{}, p.profile, 90*sec, 0) {
			now := p.profile.Hits(at)
			uniform = append(uniform, -math.Expm1(last-now))
			last = now
		}
		if len(uniform) < 50 {
			continue
		}
		// At one hit a nanosecond the clock itself is too coarse for the test.
		if d := kolmogorov(uniform); d > 1.95 && p.profile.Rate(sec) < 1e8 {
			t.Errorf("%s: %d gaps have the Kolmogorov-Smirnov statistic %.2f", p.name, len(uniform), d)
		}
	}
}

func TestPoissonGapsAreIndependent(t *testing.T) {
	const n = 200_000
	var sum, last, hits float64
	for i := range uint64(n) {
		next := Poisson{}.Next(hits, i, stream(0, i))
		gap := next - hits - 1
		sum += gap * last
		last, hits = gap, next
	}
	if r := sum / n; math.Abs(r) > 4/math.Sqrt(n) {
		t.Errorf("neighbouring gaps have the correlation %v", r)
	}
}

// The counts in disjoint seconds of a ramp: their variance is their mean.
func TestPoissonCountsAreDispersedAsTheyShould(t *testing.T) {
	ramp := NewStages(10, []Stage{{60 * sec, 100}})
	const replications, seconds = 200, 60
	sum := 0.0
	for r := range replications {
		counts := make([]float64, seconds)
		for _, at := range arrive(Poisson{}, ramp, seconds*sec, r) {
			counts[at/sec]++
		}
		for i, c := range counts {
			want := ramp.Hits(time.Duration(i+1)*sec) - ramp.Hits(time.Duration(i)*sec)
			sum += (c - want) * (c - want) / want
		}
	}
	n := float64(replications * seconds)
	if z := (sum - n) / math.Sqrt(2*n); math.Abs(z) > 4 {
		t.Errorf("the counts are %.1f standard deviations from Poisson's dispersion", z)
	}
}

func TestUniformArrivalsAreEvenlySpaced(t *testing.T) {
	all := arrive(Uniform{}, Constant(100), 10*sec, 0)
	if len(all) != 1000 {
		t.Fatalf("%d requests in 10 s at 100/s", len(all))
	}
	for n, at := range all {
		if want := time.Duration(n)*10*time.Millisecond + 5*time.Millisecond; at != want {
			t.Fatalf("request %d arrives at %v, want %v", n, at, want)
		}
	}
}

func TestUniformCountsStayWithinHalfARequest(t *testing.T) {
	for _, p := range profiles {
		if p.profile.Hits(60*sec) > 1e6 {
			continue
		}
		for n, at := range arrive(Uniform{}, p.profile, 60*sec, 0) {
			if d := p.profile.Hits(at) - float64(n); d < 0.4999 || d > 0.5001 {
				t.Fatalf("%s: %v requests are expected when request %d arrives", p.name, p.profile.Hits(at), n)
			}
		}
	}
}

func TestParseArrivalsSaysWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"":              "the arrival process is empty (known: poisson, uniform)",
		"poisson()":     "poisson takes no arguments (write poisson)",
		"uniform(3)":    "uniform takes no arguments (write uniform)",
		"gamma(cv=2)":   "arrival process gamma is not supported yet (supported: poisson, uniform)",
		"mmpp":          "arrival process mmpp is not supported yet",
		"trace(a.csv)":  "arrival process trace is not supported yet",
		"poison":        `unknown arrival process "poison" (known: poisson, uniform)`,
		"gamma(cv=2":    "cut off at a comma",
		"Poisson":       `unknown arrival process "Poisson"`,
		"poisson\x1b[m": `\x1b`,
	} {
		if a, err := ParseArrivals(text); err == nil {
			t.Errorf("%q is accepted as %v", text, a)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %q, want %q in it", text, err, want)
		}
	}
	if s := (Value{}).String(); s != "" {
		t.Errorf("no arrivals print as %q", s)
	}
}

func BenchmarkPoisson(b *testing.B) {
	var a Arrivals = Poisson{}
	hits := 0.0
	key := rng.Root(1, 0)
	for i := range b.N {
		hits = a.Next(hits, uint64(i), key.Stream(uint32(i)))
	}
	sink = hits
}
