package sim

import (
	"testing"
	"time"
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
		store, err := Run(t.Context(), plans, Options{Seed: 4, Replications: 5})
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
