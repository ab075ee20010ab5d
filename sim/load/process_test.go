package load

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"faultline/cmd/bounded"
	"faultline/sim/dist"
	"faultline/sim/rng"
)

// wait is the mean time that customers spend at a server with exponential service
// of mean 1 s, by Lindley's recursion over the arrivals before the horizon, with
// the standard error over ten replications.
func wait(a Arrivals, rate float64, horizon time.Duration) (mean, deviation float64) {
	const replications = 10
	sum, squares := 0.0, 0.0
	for r := range replications {
		p := Start(a, Clock{Key: rng.Root(3, r), End: horizon, Hits: Constant(rate).Hits})
		hits, last, here, total, n := 0.0, 0.0, 0.0, 0.0, uint64(0)
		for ; ; n++ {
			key := rng.Root(4, r).Child(uint32(n))
			hits = p.Next(hits, n, key.Stream(0))
			now := hits / rate
			if now >= horizon.Seconds() {
				break
			}
			here = max(here-(now-last), 0) + dist.Exponential(key.Stream(1))
			last = now
			total += here
		}
		sum += total / float64(n)
		squares += total / float64(n) * total / float64(n)
	}
	mean = sum / replications
	return mean, math.Sqrt((squares/replications - mean*mean) / (replications - 1))
}

// Reference rows gm1-2, gm1-3, mmpp-1 and mmpp-2, written as a scenario would.
func TestProcessesMeetTheReferences(t *testing.T) {
	for _, c := range []struct {
		text string
		rate float64
		want float64
	}{
		{"poisson", 0.8, 5},
		{"gamma(cv=0.7071067811865476)", 0.8, 3.84397977},
		{"gamma(cv=0.5)", 0.8, 3.26738361},
		{"mmpp(0.2 for 20s 1.4 for 10s)", 0.6, 8.07160475},
		{"mmpp(0 for 10s 1.6 for 10s)", 0.8, 21.1803399},
	} {
		got, deviation := wait(must(t, c.text), c.rate, 400_000*sec)
		if math.Abs(got-c.want) > 4.8*deviation || deviation > 0.03*c.want {
			t.Errorf("%s: the mean response is %v ± %v, want %v", c.text, got, deviation, c.want)
		}
	}
}

// The share of time of each phase and its rate: half of the requests of
// mmpp(1 for 20s 7 for 10s) come in gaps of 1/7.
func TestMMPPPhasesTakeTheirShares(t *testing.T) {
	m := must(t, "mmpp(1 for 20s 7 for 10s)").(*MMPP)
	for i, want := range []float64{1.0 / 3, 7.0 / 3} {
		if math.Abs(m.phases[i].factor-want) > 1e-15 {
			t.Errorf("phase %d has the factor %v, want %v", i, m.phases[i].factor, want)
		}
	}
	first := 0
	for r := range 3000 {
		run := m.Start(Clock{Key: rng.Root(9, r), End: sec, Hits: Constant(1).Hits}).(*modulated)
		if run.phase == 0 {
			first++
		}
	}
	if first < 2000-130 || first > 2000+130 {
		t.Errorf("%d of 3000 runs begin in the first phase, want 2000", first)
	}
}

// A process that multiplies the rate from a moment on (a surge) is in the phase
// that the flow is in then.
func TestMMPPThatBeginsLateIsInTheFlowsPhase(t *testing.T) {
	m, flow, from := must(t, "mmpp(0 for 5s 1 for 5s)"), Constant(10), 100*sec
	whole := Start(m, Clock{Key: 7, End: 1000 * sec, Hits: flow.Hits})
	late := Start(m, Clock{Key: 7, End: 1000 * sec, Hits: func(t time.Duration) float64 { return 3 * (flow.Hits(t) - flow.Hits(from)) }})
	busy := func(p Process, at func(float64) time.Duration) map[time.Duration]bool {
		seconds, hits := map[time.Duration]bool{}, 0.0
		for n := uint64(0); ; n++ {
			if hits = p.Next(hits, n, stream(0, n)); math.IsInf(hits, 1) || at(hits) > 400*sec {
				return seconds
			}
			seconds[at(hits)/sec] = true
		}
	}
	at := func(hits float64) time.Duration { t, _ := flow.At(hits); return t }
	a, b := busy(whole, at), busy(late, func(h float64) time.Duration { return at(1000 + h/3) })
	silent, both := 0, 0
	for s := time.Duration(101); s < 400; s++ {
		if !a[s] && !a[s-1] && !a[s+1] { // the flow is in its silent phase
			silent++
			if b[s] {
				t.Errorf("requests of the late process in second %d, where the flow is silent", s)
			}
		}
		if a[s] && b[s] {
			both++
		}
	}
	if silent < 50 || both < 50 {
		t.Errorf("%d silent seconds, %d busy ones: the test tests nothing", silent, both)
	}
}

// Nothing hangs where no request comes any more.
func TestMMPPEndsWithTheRun(t *testing.T) {
	p := NewStages(10, []Stage{{sec, 10}, {0, 0}})
	process, hits := Start(must(t, "mmpp(1 for 1ms 2 for 1ms)"), Clock{Key: 1, End: 3600 * sec, Hits: p.Hits}), 0.0
	for n := uint64(0); !math.IsInf(hits, 1); n++ {
		if hits = process.Next(hits, n, stream(0, n)); n > 1000 {
			t.Fatal("more than 1000 requests of 10")
		}
	}
}

func TestMMPPMustBeStarted(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an mmpp that was not started answers")
		}
	}()
	must(t, "mmpp(1 for 20s 7 for 10s)").Next(0, 0, stream(0, 0))
}

func TestTraceArrivesAtItsTimes(t *testing.T) {
	tr := must(t, "trace(arrivals.csv)").(*Trace)
	got := arrive(tr, Constant(tr.Rate()), 60*sec, 0)
	if len(got) != len(tr.times) || len(got) != 10 {
		t.Fatalf("%d requests", len(got))
	}
	for i := range got {
		if got[i] != tr.times[i] {
			t.Errorf("request %d arrives at %v, want %v", i, got[i], tr.times[i])
		}
	}
	// At 4/s in place of its own 2/s, it is over in half of the time.
	for i, at := range arrive(tr, Constant(4), 60*sec, 0) {
		if d := at - tr.times[i]/2; d < -1 || d > 1 {
			t.Errorf("played at twice the rate, request %d arrives at %v", i, at)
		}
	}
}

// Odd times over hours: the way over the count of hits costs no nanosecond.
func TestTraceIsExact(t *testing.T) {
	tr, s := &Trace{name: "long"}, rng.Key(5).Stream(0)
	at := time.Duration(0)
	for range 100_000 {
		at += time.Duration(s.IntN(999_999_999))
		tr.times = append(tr.times, at)
	}
	for i, at := range arrive(tr, Constant(tr.Rate()), 1e6*sec, 0) {
		if at != tr.times[i] {
			t.Fatalf("request %d arrives at %d, want %d", i, at, tr.times[i])
		}
	}
}

func TestTraceErrorsSayTheLine(t *testing.T) {
	for data, want := range map[string]string{
		"":                "a.csv: the file has no rows",
		"1s\n500ms\n":     "a.csv: line 2: 500ms is before the time above it",
		"time\n1s\n2\n":   `a.csv: line 3: "2" has no unit`,
		"1s,5\n":          "a.csv: line 1: 2 columns",
		"0\n0\n":          "a.csv: all times are 0",
		"time\n0\nsoon\n": `a.csv: line 3: "soon" is not a number`,
	} {
		v := Value{&Trace{name: "a.csv"}}
		if err := v.Open(func(string) ([]byte, error) { return []byte(data), nil }); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: the error is %v, want %q", data, err, want)
		}
	}
	gone := errors.New("gone")
	if err := (Value{&Trace{name: "a.csv"}}).Open(func(string) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
	if err := (Value{Poisson{}}).Open(nil); err != nil {
		t.Error(err)
	}
	if r := (&Trace{name: "a.csv"}).Rate(); r != 0 {
		t.Errorf("an unread trace has the rate %v", r)
	}
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), "before Open has read") {
			t.Errorf("recovered %v", r)
		}
	}()
	(&Trace{name: "a.csv"}).Next(0, 0, stream(0, 0))
}

// These are promises to everyone who computes them again.
func TestIdentityIsPinned(t *testing.T) {
	root := rng.Root(42, 3)
	flow := FlowKey(root, "shoppers")
	if flow != root.Child(rng.Place("flow", "shoppers")) || flow == FlowKey(root, "shopper") {
		t.Errorf("the key of the flow is %#x", flow)
	}
	if RequestKey(flow, 5) != flow.Child(5) || RequestKey(flow, 5+1<<32) != flow.Child(5).Child(1) {
		t.Errorf("the keys of requests are %#x, %#x", RequestKey(flow, 5), RequestKey(flow, 5+1<<32))
	}
	var users [5]uint32
	for n := range users {
		users[n] = (&Flow{}).User(RequestKey(flow, uint64(n)))
	}
	if want := [5]uint32{5349, 4212, 4656, 2950, 1354}; users != want {
		t.Errorf("the users are %v, want %v", users, want)
	}
}

func TestExpectedRequestsCountTheBatches(t *testing.T) {
	for want, f := range map[float64]Flow{
		500: {Profile: Constant(50)}, 2000: {Profile: Constant(50), Batch: count(t, "geometric(4)")}, 0: {VUs: 5},
	} {
		if got := f.Expected(10 * sec); got != want {
			t.Errorf("%+v expects %v requests, want %v", f, got, want)
		}
	}
}

func TestUsersAreAllAlike(t *testing.T) {
	const n, population = 100_000, 50
	counts := [population]int{}
	for i := range uint64(n) {
		counts[(&Flow{Population: population}).User(RequestKey(3, i))]++
	}
	for u, c := range counts {
		if math.Abs(float64(c)-n/population) > 5*math.Sqrt(n/population) {
			t.Errorf("user %d sends %d of %d requests", u, c, n)
		}
	}
	for i := range uint64(1000) {
		if u := (&Flow{}).User(RequestKey(3, i)); u >= DefaultPopulation {
			t.Fatalf("user %d of %d", u, DefaultPopulation)
		}
		if u := (&Flow{Population: 1}).User(RequestKey(3, i)); u != 0 {
			t.Fatalf("user %d of one", u)
		}
	}
}

func FuzzParseArrivals(f *testing.F) {
	for _, k := range Table {
		for _, text := range append([]string{k.Example}, k.Examples...) {
			f.Add(text, trace)
		}
	}
	for _, text := range []string{"", "gamma(cv=", "mmpp(1 for 1h 1000000000 for 1ms)", "mmpp(for for for for for for)", "gamma(cv=100)", "trace(\x00)"} {
		f.Add(text, "0\n0\n1ns\n")
	}
	f.Fuzz(func(t *testing.T, text, file string) {
		defer bounded.Input(t)()
		var v, again Value
		if err := v.UnmarshalText([]byte(text)); err != nil {
			return
		}
		if err := again.UnmarshalText([]byte(v.String())); err != nil || again.String() != v.String() {
			t.Fatalf("%q prints as %q, which is read as %q, %v", text, v, again, err)
		}
		if err := v.Open(func(string) ([]byte, error) { return []byte(file), nil }); err != nil {
			return
		}
		p, hits := Start(v.Arrivals, Clock{Key: 1, End: sec, Hits: Constant(50).Hits}), 0.0
		for n := range uint64(20) {
			next := p.Next(hits, n, stream(0, n))
			if !(next >= hits) {
				t.Fatalf("%q: request %d arrives at %v, the one before at %v", text, n, next, hits)
			}
			hits = next
		}
	})
}

func FuzzSpec(f *testing.F) {
	f.Add("100/s", "5", "10m", "50/s", "Peak")
	f.Add("1000000000/s", "-1000000000", "1ns", "1/s", "Trough")
	f.Fuzz(func(t *testing.T, start, slope, period, amp, offset string) {
		defer bounded.Input(t)()
		var l LinearSpec
		var s SineSpec
		for _, v := range []struct {
			to   interface{ UnmarshalText([]byte) error }
			text string
		}{{&l.StartAt, start}, {&l.Slope, slope}, {&s.Mean, start}, {&s.Period, period}, {&s.Amp, amp}, {&s.StartAt, offset}} {
			if v.to.UnmarshalText([]byte(v.text)) != nil {
				return
			}
		}
		for _, c := range []struct {
			err     error
			profile func() Profile
		}{{l.Validate(), l.Profile}, {s.Validate(), s.Profile}} {
			if c.err != nil {
				continue
			}
			p, last := c.profile(), time.Duration(0)
			for _, hits := range []float64{0.5, 1, 10, 1e6, 1e12} {
				at, ok := p.At(hits)
				if ok && at < last {
					t.Fatalf("%v: %v hits come at %v, fewer at %v", p, hits, at, last)
				}
				if ok {
					last = at
				}
				p.Pace(at, uint64(hits))
			}
		}
	})
}
