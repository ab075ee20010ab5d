package sim

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/engine"
	"faultline/sim/fault"
	"faultline/sim/stats"
)

// TestTheLongestWarmupIsThatOfAllTopologies: one topology takes long to settle, and
// one does at once. In whichever order they stand, both leave out the same time.
func TestTheLongestWarmupIsThatOfAllTopologies(t *testing.T) {
	warmup := func(services ...string) float64 {
		var plans []Plan
		for _, s := range services {
			p := plan(exponential(s))
			p.System.Name = s
			p.AutoWarmup, p.Duration = true, 60*time.Second
			plans = append(plans, p)
		}
		store, err := Run(t.Context(), plans, Options{Seed: 5, Replications: 5})
		if err != nil {
			t.Fatal(err)
		}
		return store.Document().Scenario.Warmup
	}
	const slow, quick = "37ms", "1ms"
	alone, at := warmup(slow), warmup(quick)
	if alone <= at {
		t.Fatalf("a queue at 93%% settles in %v s, an idle one in %v s", alone, at)
	}
	if a, b := warmup(slow, quick), warmup(quick, slow); a != alone || b != alone {
		t.Errorf("together %v and %v s, want the %v s of the slow one", a, b, alone)
	}
}

// TestPilotsDrawForThemselves: the runs that show where to cut are none of those
// that are measured, and are the same each time.
func TestPilotsDrawForThemselves(t *testing.T) {
	p := plan(exponential("5ms"))
	r := begin([]Plan{p}, Options{Seed: 4, Replications: 2})
	pilot := func() []float64 {
		v, err := r.pilot(t.Context(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	run, err := engine.Run(t.Context(), &engine.Job{System: p.System, Flows: p.Flows, Seed: 4, Duration: p.Duration, Window: p.pilotWindow()})
	if err != nil {
		t.Fatal(err)
	}
	if once := pilot(); slices.Equal(once, inProgress(run)) || !slices.Equal(once, pilot()) {
		t.Error("the pilot is the run that is measured, or another one each time")
	}
}

// TestTheWarmupIsTheLateCutOfThePilots: of their average, ten of them at least.
func TestTheWarmupIsTheLateCutOfThePilots(t *testing.T) {
	p := plan(exponential("30ms"))
	p.AutoWarmup, p.Duration = true, 60*time.Second
	o := Options{Seed: 5, Replications: 3}
	r := begin([]Plan{p}, o)
	var series [][][]float64
	for n := range 10 {
		v, err := r.pilot(t.Context(), n, 0)
		if err != nil {
			t.Fatal(err)
		}
		series = append(series, [][]float64{v})
	}
	late := stats.LateMSER5(average(series, 0))
	if own, _ := stats.MSER5(average(series, 0)); own >= late {
		t.Fatalf("cuts of %d and %d windows: the test shows nothing", own, late)
	}
	store, err := Run(t.Context(), []Plan{p}, o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := store.Document().Scenario.Warmup, (time.Duration(late) * p.pilotWindow()).Seconds(); got != want {
		t.Errorf("a warm-up of %v s, want %v s", got, want)
	}
}

// TestALateCutBeyondAFaultIsNoWarning where the system settles before it.
func TestALateCutBeyondAFaultIsNoWarning(t *testing.T) {
	for _, c := range []struct {
		settle time.Duration
		warned bool
	}{{4 * time.Second, false}, {6 * time.Second, true}} {
		p := plan(exponential("5ms"), injected("crash", 5*time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}}))
		p.Duration = 60 * time.Second
		r := begin([]Plan{p}, Options{Seed: 1, Replications: 2})
		r.cutAt(c.settle, 8*time.Second)
		if r.plans[0].Warmup != 5*time.Second || (len(r.found) > 0) != c.warned {
			t.Errorf("settled after %v: a warm-up of %v, warnings %q", c.settle, r.plans[0].Warmup, r.found)
		}
	}
}
