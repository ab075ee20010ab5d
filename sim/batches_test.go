package sim

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/blast"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/metric"
	"faultline/sim/result"
)

func selector(t *testing.T, text string, by metric.Aggregator) metric.Selector {
	t.Helper()
	s, err := metric.ParseSelector(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Aggregator = by
	return s
}

func text(t *testing.T, s *result.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exponential is exp(text).
func exponential(text string) dist.Dist {
	d, err := dist.Parse("exp(" + text + ")")
	if err != nil {
		panic(err)
	}
	return d
}

var busy = exponential("30ms")

func TestAPrecisionGoesOnUntilItIsReached(t *testing.T) {
	latency := selector(t, "latency", "p(98)")
	for _, c := range []struct {
		name      string
		precision Precision
		least     int
		most      int
		warned    bool
	}{
		{"reached at once", Precision{latency, 0.9, 200}, 20, 20, false},
		{"reached later", Precision{latency, 0.05, 400}, 21, 399, false},
		{"not reached", Precision{latency, 0.001, 25}, 25, 25, true},
		{"fewer allowed than the first batch", Precision{latency, 0.001, 5}, 5, 5, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := Run(context.Background(), []Plan{plan(busy)}, Options{Seed: 1, Replications: 3, Precision: &c.precision})
			if err != nil {
				t.Fatal(err)
			}
			doc := store.Document()
			if doc.Replications < c.least || doc.Replications > c.most || doc.Partial {
				t.Errorf("%d replications, partial %v; want %d to %d", doc.Replications, doc.Partial, c.least, c.most)
			}
			warned := slices.ContainsFunc(doc.Warnings, func(w string) bool { return strings.Contains(w, "precision: the half-width of latency.p98") })
			if p := doc.Precision; p == nil || p.Reached == nil || (*p.Reached > p.HalfWidth) != c.warned || warned != c.warned || p.Metric != "latency.p98" {
				t.Errorf("%+v, warnings %q", doc.Precision, doc.Warnings)
			}
			f, ok := store.Figure(latency)
			if half := (*f.High - *f.Low) / 2 / *f.Value; !ok || !c.warned && half > c.precision.HalfWidth {
				t.Errorf("half-width %v", half)
			}
		})
	}
}

func TestTheNumberOfJobsChangesNoPrecision(t *testing.T) {
	var first []byte
	for _, jobs := range []int{1, 2, 5} {
		p := plan(busy)
		p.AutoWarmup = true
		store, err := Run(context.Background(), []Plan{p}, Options{Seed: 9, Replications: 2, Jobs: jobs,
			Precision: &Precision{selector(t, "latency", "avg"), 0.03, 300}})
		if err != nil {
			t.Fatal(err)
		}
		if b := text(t, store); first == nil {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Errorf("%d jobs give another result than one", jobs)
		}
	}
}

func TestAPrecisionThatCannotBe(t *testing.T) {
	for want, p := range map[string]Precision{
		"half-width of 0":              {selector(t, "latency", "avg"), 0, 100},
		"1 replications at most":       {selector(t, "latency", "avg"), 0.1, 1},
		"the result has no":            {selector(t, "latency{journey:other}", "avg"), 0.1, 100},
		"unknown metric":               {metric.Selector{Metric: "latencee"}, 0.1, 100},
		"leave versus out":             {selector(t, "latency{versus:one}", "avg"), 0.1, 100},
		"precision: the result has no": {selector(t, "blastRadius", ""), 0.1, 100},
	} {
		if _, err := Run(context.Background(), []Plan{plan(service)}, Options{Replications: 1, Precision: &p}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error with %q", p, err, want)
		}
	}
}

func TestBatchesGrowAsTheIntervalAsks(t *testing.T) {
	p := Precision{HalfWidth: 0.02, MaxReplications: 1000}
	for _, c := range []struct {
		n       int
		reached float64
		want    int
	}{
		{20, 0.021, 25},       // nearly there: a quarter more
		{20, 0.025, 32},       // 20·1.25² = 31.25
		{20, 0.2, 40},         // far: twice as many
		{20, math.Inf(1), 40}, // undefined
		{900, 0.03, 1000},     // the limit
		{1, math.Inf(1), 2},
	} {
		if got := p.next(c.n, c.reached); got != c.want {
			t.Errorf("%d replications at %v: %d next, want %d", c.n, c.reached, got, c.want)
		}
	}
}

func TestAStoppedPrecisionIsPartial(t *testing.T) {
	stop := make(chan struct{})
	store, err := Run(context.Background(), []Plan{plan(busy)}, Options{Seed: 1, Replications: 2, Jobs: 1, Stop: stop,
		Precision: &Precision{selector(t, "latency", "avg"), 1e-6, 1000}, Progress: func(n, _ int) {
			if n == 23 {
				close(stop)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if doc := store.Document(); !doc.Partial || doc.Replications < 23 || doc.Replications > 24 || len(doc.Samples[0].Values) != doc.Replications {
		t.Errorf("partial %v, %d replications", doc.Partial, doc.Replications)
	}
}

func TestAReplicationThatWasBegunIsDoneWithAllPlans(t *testing.T) {
	stop := make(chan struct{})
	other := plan(busy)
	sys := *other.System
	sys.Name, other.System = "other", &sys
	crash := injected("crash", 5*time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}})
	a := plan(service, crash)
	other.Faults = a.Faults
	store, err := Run(context.Background(), []Plan{a, other}, Options{Seed: 1, Replications: 50, Jobs: 1, Stop: stop,
		Progress: func(n, _ int) {
			if n == 9 { // the first of the four simulations of the third replication
				close(stop)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if doc := store.Document(); !doc.Partial || doc.Replications != 3 {
		t.Errorf("partial %v, %d replications; want the three that were begun", doc.Partial, doc.Replications)
	}
	var again bytes.Buffer
	if err := store.WriteJSON(&again); err != nil {
		t.Fatal(err)
	}
	if _, err := result.ReadJSON(&again); err != nil {
		t.Errorf("a partial result cannot be read: %v", err)
	}
	whole, err := Run(context.Background(), []Plan{a, other}, Options{Seed: 1, Replications: 3})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Document().Fingerprint != store.Document().Fingerprint {
		t.Error("stopped after three replications is not three replications")
	}
}

// slowStart is a plan that loads two instances to 90% and finds its own warm-up.
func slowStart(at time.Duration, faults ...fault.Injection) Plan {
	p := plan(exponential("36ms"), faults...) // 90% of two cores
	p.AutoWarmup, p.Duration, p.Warmup = true, at, 19*time.Second
	return p
}

func TestTheWarmupIsFoundByPilots(t *testing.T) {
	store, err := Run(context.Background(), []Plan{slowStart(60 * time.Second)}, Options{Seed: 4, Replications: 20})
	if err != nil {
		t.Fatal(err)
	}
	s := store.Document().Scenario
	// An M/M/2 queue at 90% from empty settles in a few seconds; 60 s hold 100 batches.
	if !s.AutoWarmup || s.Warmup > 30 || s.Warmup == 19 {
		t.Errorf("warm-up %v s, automatic %v", s.Warmup, s.AutoWarmup)
	}
	given := slowStart(60 * time.Second)
	given.AutoWarmup, given.Warmup = false, time.Duration(math.Round(s.Warmup*1e9))
	same, err := Run(context.Background(), []Plan{given}, Options{Seed: 4, Replications: 20})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := figure(t, store, "latency"), figure(t, same, "latency"); a != b {
		t.Errorf("latency %v with the warm-up found, %v with the same one given", a, b)
	}
}

func TestTheWarmupEndsBeforeTheFirstFault(t *testing.T) {
	ramp := func(p Plan) Plan {
		p.Flows = slices.Clone(p.Flows)
		p.Flows[0].Profile = load.NewStages(0, []load.Stage{{Duration: 60 * time.Second, Target: 100}})
		return p
	}
	crash := injected("crash", time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}})
	store, err := Run(context.Background(), []Plan{ramp(slowStart(60*time.Second, crash))}, Options{Seed: 4, Replications: 5})
	if err != nil {
		t.Fatal(err)
	}
	doc := store.Document()
	warnings := strings.Join(doc.Warnings, "\n")
	if doc.Scenario.Warmup != 1 || !strings.Contains(warnings, "the first fault is at 1s") || !strings.Contains(warnings, "one has not settled") {
		t.Errorf("warm-up %v s, warnings %q", doc.Scenario.Warmup, doc.Warnings)
	}
}

func TestStoppedPilotsAreNoResult(t *testing.T) {
	stop := make(chan struct{})
	_, err := Run(context.Background(), []Plan{slowStart(60 * time.Second)}, Options{Seed: 4, Replications: 5, Jobs: 1, Stop: stop,
		Progress: func(n, _ int) {
			if n == 2 {
				close(stop)
			}
		}})
	if !errors.Is(err, ErrStopped) {
		t.Errorf("%v, want ErrStopped", err)
	}
}

func TestObjectivesOfAJourney(t *testing.T) {
	p := plan(service)
	for _, c := range []struct {
		latency      string
		bound        time.Duration
		availability float64
		want         blast.Objective
	}{
		{"", 0, 0, blast.Objective{}},
		{"p(99)<300ms", 300 * time.Millisecond, 0.999, blast.Objective{Availability: 0.999, Quantile: 0.99}},
		{"p(50)<20ms, p(99.9) < 1s", time.Second, 0, blast.Objective{Quantile: 0.999}},
		{"p(50)<1s, p(90)<1s", time.Second, 0, blast.Objective{Quantile: 0.9}},
		{"max<2s", 2 * time.Second, 0, blast.Objective{Quantile: 1}},
		{"med<2s", 2 * time.Second, 0, blast.Objective{Quantile: 0.5}},
		{"avg<100ms", 100 * time.Millisecond, 0, blast.Objective{Mean: 100 * time.Millisecond}},
	} {
		j := &p.System.Journeys[0]
		j.Latency, j.LatencyBound, j.Availability = c.latency, c.bound, c.availability
		got := objectives(p.System)[0]
		if math.Abs(got.Quantile-c.want.Quantile) < 1e-12 {
			got.Quantile = c.want.Quantile
		}
		if got != c.want {
			t.Errorf("%q: %+v, want %+v", c.latency, got, c.want)
		}
	}
}

func TestUsersAreThoseOfTheLoad(t *testing.T) {
	crash := injected("crash", 5*time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}})
	few, many := plan(service, crash), plan(service, crash)
	few.Flows[0].Population = 10
	for name, c := range map[string]struct {
		p         Plan
		low, high float64
	}{
		"ten users are all hit":          {few, 1, 1},
		"of ten thousand few come twice": {many, 0.3, 0.38}, // the fault and the start-up take 5 of 15 s
	} {
		store, err := Run(context.Background(), []Plan{c.p}, Options{Seed: 1, Replications: 3})
		if err != nil {
			t.Fatal(err)
		}
		if got := figure(t, store, "userBlastRadius{fault:crash}"); got < c.low || got > c.high {
			t.Errorf("%s: %v, want %v to %v", name, got, c.low, c.high)
		}
	}
}

func TestHitsOfAClosedLoop(t *testing.T) {
	p := plan(service)
	p.Flows[0] = load.Flow{Name: "loop", VUs: 10, ThinkTime: dist.Constant(995 * time.Millisecond), Weights: []float64{1}}
	// 10 users, each every 995 + 5 ms, for 20 s.
	if got := p.weights()[0]; math.Abs(got-200) > 1e-9 {
		t.Errorf("%v requests, want 200", got)
	}
}

func TestAClosedLoopLosesByCounts(t *testing.T) {
	slow := injected("slow", 5*time.Second, &fault.Slow{Target: fault.Target{Service: "shop"}, Factor: 10})
	p := plan(service, slow)
	p.Flows[0] = load.Flow{Name: "loop", VUs: 10, ThinkTime: dist.Constant(45 * time.Millisecond), Weights: []float64{1}}
	store, err := Run(context.Background(), []Plan{p}, Options{Seed: 1, Replications: 3})
	if err != nil {
		t.Fatal(err)
	}
	f := store.Document().Topologies[0].Faults[0]
	// Ten users on two instances: at 50 ms a call 40 a second are served; without the
	// fault each asks every 50 ms and what it waits for the others.
	if f.BlastRadius.Value == nil || *f.BlastRadius.Value < 0.6 || *f.BlastRadius.Value > 0.85 {
		t.Errorf("blast radius %+v", f.BlastRadius)
	}
	if f.Pairs.During != 0 || f.Lost.During != 0 || !strings.Contains(f.Note, "closed loop") || f.UserBlastRadius.Value != nil {
		t.Errorf("pairs %+v, lost %+v, note %q, users %+v", f.Pairs, f.Lost, f.Note, f.UserBlastRadius)
	}
}
