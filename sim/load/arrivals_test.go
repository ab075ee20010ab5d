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

// begin starts the process of one replication.
func begin(a Arrivals, p Profile, horizon time.Duration, replication int) Process {
	return Start(a, Clock{Key: rng.Root(2, replication), End: horizon, Hits: p.Hits})
}

// arrive is the arrivals of a under p before the horizon, in one replication.
func arrive(a Arrivals, p Profile, horizon time.Duration, replication int) (instants []time.Duration) {
	hits, process := 0.0, begin(a, p, horizon, replication)
	for n := range uint64(most) {
		hits = process.Next(hits, n, stream(replication, n))
		at, ok := p.At(hits)
		if !ok || at >= horizon {
			return instants
		}
		instants = append(instants, at)
	}
	return instants
}

// must reads an arrival process and its file.
func must(t *testing.T, text string) Arrivals {
	t.Helper()
	var v Value
	if err := v.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := v.Open(func(string) ([]byte, error) { return []byte(trace), nil }); err != nil {
		t.Fatal(err)
	}
	return v.Arrivals
}

// trace is what the examples name: ten requests in five seconds.
const trace = "time\n0\n1.5s\n1500000us\n\n1.6s\n2s\n2.5s\n3s\n3.000000001s\n4s\n5s\n"

func kinds(t *testing.T, f func(t *testing.T, a Arrivals)) {
	for _, k := range Table {
		for _, text := range append([]string{k.Example}, k.Examples...) {
			t.Run(text, func(t *testing.T) { f(t, must(t, text)) })
		}
	}
}

func TestTableIsDocumented(t *testing.T) {
	for _, k := range Table {
		if k.Name == "" || k.Syntax == "" || k.Doc == "" || k.Source == "" || k.Example == "" {
			t.Errorf("%+v leaves something out", k)
		}
	}
	if Table[0].Name != "poisson" {
		t.Errorf("the default is %s", Table[0].Name)
	}
}

// The mean count over replications is the count that the profile expects, from the
// start: a run begins as it goes on. (A trace has its own count, tested below.)
func TestConformanceExpectedCount(t *testing.T) {
	const horizon = 60 * sec
	kinds(t, func(t *testing.T, a Arrivals) {
		if _, ok := a.(*Trace); ok {
			return
		}
		for _, p := range profiles {
			want := p.profile.Hits(horizon)
			if want > 3e4 {
				continue
			}
			replications := math.Floor(min(max(1e5/want, 30), 100))
			sum, squares := 0.0, 0.0
			for r := range int(replications) {
				n := float64(len(arrive(a, p.profile, horizon, r)))
				sum += n
				squares += n * n
			}
			got := sum / replications
			if tolerance := 4*math.Sqrt(max(squares/replications-got*got, want)/replications) + 0.5; math.Abs(got-want) > tolerance {
				t.Errorf("%s: %v requests on average, want %v ± %v", p.name, got, want, tolerance)
			}
		}
	})
}

func TestConformanceArrivalsComeInOrder(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		hits, process := 0.0, begin(a, Constant(100), 1e6*sec, 0)
		for n := range uint64(100_000) {
			next := process.Next(hits, n, stream(0, n))
			if !(next >= hits) {
				t.Fatalf("request %d arrives at %v, the one before at %v", n, next, hits)
			}
			hits = next
		}
	})
}

// What becomes of a request must not move the others: each gap depends on its own
// stream and on the flow alone.
func TestConformanceAnArrivalDependsOnItsOwnStream(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		p, q := begin(a, Constant(1), 1e6*sec, 0), begin(a, Constant(1), 1e6*sec, 0)
		for n := range uint64(1000) {
			x, y := p.Next(float64(n), n, stream(0, n)), q.Next(float64(n), n, stream(0, n))
			if x != y {
				t.Fatalf("request %d arrives at %v and at %v", n, x, y)
			}
		}
	})
}

func TestConformanceTextRoundTrip(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		var v Value
		if err := v.UnmarshalText([]byte(a.String())); err != nil || v.String() != a.String() {
			t.Errorf("%s is read back as %v, %v", a, v, err)
		}
		if text, err := v.MarshalText(); err != nil || string(text) != a.String() {
			t.Errorf("MarshalText is %q, %v", text, err)
		}
	})
}

func TestConformanceNoAllocation(t *testing.T) {
	kinds(t, func(t *testing.T, a Arrivals) {
		hits, n, process := 0.0, uint64(0), begin(a, Constant(100), 1e6*sec, 0)
		if allocs := testing.AllocsPerRun(1000, func() {
			hits = process.Next(hits, n, stream(0, n))
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
		"poisson":                               {[3]time.Duration{1336934, 19163900, 35973959}, 0x7f32af15cbe6866d},
		"uniform":                               {[3]time.Duration{4998543, 14986898, 24963648}, 0x1fa46e847224b86e},
		"gamma(cv=2)":                           {[3]time.Duration{40591293, 73877012, 79986062}, 0xf946800e909189b2},
		"gamma(cv=0.5)":                         {[3]time.Duration{7762927, 18569168, 35399523}, 0xda18d87454ac16b1},
		"gamma(cv=1)":                           {[3]time.Duration{14735386, 24422125, 48176319}, 0x7eaa0b67481eff44},
		"mmpp(1 for 20s 7 for 10s)":             {[3]time.Duration{4010177, 57364015, 107474553}, 0x9812d9ae233f8cca},
		"mmpp(0 for 2s 1.6 for 2s)":             {[3]time.Duration{7705035979, 7709734887, 7714173450}, 0xad7e625b8f10e85e},
		"mmpp(0.5 for 1s 1 for 3s 4 for 500ms)": {[3]time.Duration{1634002, 23416741, 43947773}, 0x8183bec4ef08d2cc},
		"trace(arrivals.csv)":                   {[3]time.Duration{0, 29947683, 29947683}, 0x99ca4c800f70571},
		"trace(../data/herd.csv)":               {[3]time.Duration{0, 29947683, 29947683}, 0x99ca4c800f70571},
	}
	kinds(t, func(t *testing.T, a Arrivals) {
		all := arrive(a, ramp, 120*sec, 0)
		hash := uint64(14695981039346656037)
		for _, at := range all {
			hash = (hash ^ uint64(at)) * 1099511628211
		}
		if want := pinned[a.String()]; len(all) < 3 || [3]time.Duration(all) != want.first || hash != want.hash {
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
		"":                             "the arrival process is empty (known: poisson, uniform, gamma(cv=RATIO), mmpp(",
		"poisson()":                    "poisson takes no arguments (write poisson, as in poisson)",
		"uniform(3)":                   "uniform takes no arguments",
		"gamma":                        "gamma takes one argument, cv (write gamma(cv=RATIO), as in gamma(cv=2))",
		"gamma(2)":                     "gamma takes one argument, cv",
		"gamma(cv=2 cv=3)":             `gives "cv" twice`,
		"gamma(cv=0)":                  "not above 0",
		"gamma(cv=101)":                "cv is outside 0.001 to 100",
		"gamma(cv=0.0001)":             "cv is outside 0.001 to 100",
		"mmpp":                         "write two to 16 phases",
		"mmpp(1 for 20s)":              "write two to 16 phases",
		"mmpp(1 20s 7 10s)":            "write two to 16 phases",
		"mmpp(1 for 20s 7 to 10s)":     "write two to 16 phases",
		"mmpp(0 for 20s 0 for 10s)":    "every level is 0",
		"mmpp(1 for 20s -7 for 10s)":   "negative",
		"mmpp(1 for 20s 1e9 for 10s)":  "exponent",
		"mmpp(1 for 20s 7 for 10)":     "has no unit",
		"mmpp(1 for 20s 7 for 10us)":   "shorter than 1ms",
		"mmpp(1/s for 20s 7/s for 2s)": "has a unit",
		"trace":                        "trace takes one argument, a file",
		"trace(a b)":                   "trace takes one argument, a file",
		"poison":                       `unknown arrival process "poison" (known: poisson, uniform,`,
		"gamma(cv=2":                   "cut off at a comma",
		"Poisson":                      `unknown arrival process "Poisson"`,
		"poisson\x1b[m":                `\x1b`,
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
