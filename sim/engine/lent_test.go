package engine

import (
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/unit"
)

// TestABudgetGetsItsPlacesBack: one retry at a time, of calls a second apart that
// all fail. Each finds the place free, however the one before it has ended.
func TestABudgetGetsItsPlacesBack(t *testing.T) {
	const n = 5
	none, one := unit.Share(0), 1
	for _, c := range []struct {
		name    string
		backoff time.Duration
		edge    func(*model.Edge)
		share   unit.Share // of the calls that fail; the others take 20 ms
		sent    int64
	}{
		{"the retry fails too", 0, func(*model.Edge) {}, 1, 2 * n},
		{"the call's time is up in the retry", 15 * ms, func(e *model.Edge) { e.Timeout, e.PerTryTimeout = 25*ms, 5*ms }, 0, 2 * n},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			policy := retries(1, c.backoff, "error", "timeout")
			policy.Budget = &resilience.Budget{Ratio: &none, MinRetryConcurrency: &one}
			hop(b, func(e *model.Edge) { e.Retries = policy; c.edge(e) }, ample("back"), "20ms")
			job := b.few(t, n, sec)
			if c.share > 0 {
				inject(job, "errors", 0, fault.Open, &fault.Errors{Target: onComponent("back"), Share: c.share})
			}
			e := setup(job)
			e.drive(t)
			if sent := e.run.Edges[0].Sent; sent != c.sent {
				t.Errorf("%d tries of %d calls, want %d", sent, n, c.sent)
			}
			if b := e.guards[e.edges[0].guards].budget; !b.AllowRetry(e.Now()) {
				t.Error("after all calls have ended a retry's place is still taken")
			}
		})
	}
}

// TestNothingArrivesInTheDark: what reaches a silent place is not only not
// answered, it is neither refused nor worked on.
func TestNothingArrivesInTheDark(t *testing.T) {
	for name, f := range map[string]fault.Fault{
		"a zone":       &fault.ZoneOutage{Target: fault.Target{Zone: "b"}},
		"a dependency": &fault.DependencyOutage{Target: onComponent("back")},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone, b.edge.CrossZone = constant(ms), constant(ms)
			hop(b, func(e *model.Edge) { e.Timeout = 50 * ms }, ample("back"), "10ms")
			b.sys.Stations[1].Kind, b.sys.Stations[1].Zones = model.KindExternal, []int{1}
			if name == "a zone" {
				b.sys.Stations[1].Kind = model.KindService
			}
			b.sys.Zones = []string{"a", "b"}
			rs, r := replies(t, inject(b.few(t, 10, 100*ms), "dark", 0, fault.Open, f))
			for _, q := range rs {
				if q.outcome != measure.Timeout {
					t.Errorf("request %d: %v", q.n, q.outcome)
				}
			}
			if s := &r.Stations[1]; s.InServiceTime != 0 || s.Counts.Offered() != 0 {
				t.Errorf("the silent instance was in service for %v s, and counts %v", s.InServiceTime, s.Counts)
			}
		})
	}
}
