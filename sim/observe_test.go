package sim

import (
	"context"
	"slices"
	"testing"

	"faultline/sim/dist"
	"faultline/sim/measure"
)

func TestAReplicationByItselfIsThatOfTheWholeRun(t *testing.T) {
	var whole []uint64
	_, err := Run(context.Background(), []Plan{plan(exponential("20ms"))}, Options{Seed: 4, Replications: 4,
		Observe: func(_, n int, run *measure.Run) {
			if n != len(whole) {
				t.Errorf("replication %d is observed as the %dth", n, len(whole)+1)
			}
			whole = append(whole, run.Fingerprint)
		}})
	if err != nil || len(whole) != 4 {
		t.Fatalf("%d observed: %v", len(whole), err)
	}
	for n, want := range whole {
		_, err := Run(context.Background(), []Plan{plan(exponential("20ms"))}, Options{Seed: 4, Replications: 1, First: n,
			Observe: func(_, got int, run *measure.Run) {
				if got != n || run.Fingerprint != want {
					t.Errorf("replication %d by itself is %d, with another fingerprint: %v", n, got, run.Fingerprint != want)
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEnoughEndsARunAtTheSameMomentAlways(t *testing.T) {
	seen := map[uint64]bool{}
	for range 3 {
		store, err := Run(context.Background(), []Plan{plan(dist.Constant(0))}, Options{Seed: 4, Replications: 1,
			Enough:  func(_ int, sofar *measure.Run) bool { return sofar.Journeys[0].Counts.Of(measure.Succeeded) >= 200 },
			Observe: func(_, _ int, run *measure.Run) { seen[run.Events] = true }})
		if err != nil {
			t.Fatal(err)
		}
		doc := store.Document()
		if n := doc.Topologies[0].Journeys[0].Counts.Succeeded; !doc.Partial || n < 200 || n > 300 {
			t.Errorf("partial is %v after %d of about 900 requests, want an end within a second after 200", doc.Partial, n)
		}
	}
	if len(seen) != 1 {
		t.Errorf("ended after %v events", slices.Sorted(func(yield func(uint64) bool) {
			for k := range seen {
				if !yield(k) {
					return
				}
			}
		}))
	}
}
