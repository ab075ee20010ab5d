package sim

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/engine"
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
