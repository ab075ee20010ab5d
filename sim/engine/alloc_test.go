package engine

import (
	"runtime"
	"testing"
	"time"
	"unsafe"

	"faultline/sim/model"
)

// mallocs counts what a run allocates, its setup left out.
func mallocs(t *testing.T, job *Job) (n uint64, r int64) {
	e := setup(job)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e.drive(t)
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, e.run.Flows[0].Offered
}

// TestTheSteadyStateAllocatesNothing: a run of twice the length allocates no more, but
// for queues that grow to new records, octaves of latency not met before, and counts
// that go beyond a byte.
func TestTheSteadyStateAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		job   func(n int) *Job
		n     int
		grows uint64 // allocations allowed beyond those of the shorter run
	}{
		{"W1", func(n int) *Job { return w1(t, n) }, 100_000, 40},
		{"W2", func(n int) *Job { return w2(t, n, 0) }, 100_000, 40},
		{"W2 with a timeout on each call", func(n int) *Job { return w2(t, n, time.Second) }, 100_000, 40},
		{"W3", func(n int) *Job { return w3(t, 5, 500, n) }, 50_000, 150}, // 50 services with three histograms each
		{"the shop with retries, sharing and balancing", w4ish, 50_000, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			once, n := mallocs(t, c.job(c.n))
			twice, m := mallocs(t, c.job(2*c.n))
			if m < n*3/2 {
				t.Fatalf("%d and %d requests", n, m)
			}
			if twice > once+c.grows {
				t.Errorf("%d allocations for %d requests, %d for %d", once, n, twice, m)
			}
		})
	}
}

// w4ish is the shop in pieces, in the manner of W4.
func w4ish(n int) *Job {
	edge := func(from, to string) model.Edge {
		e := model.Edge{LoadBalancer: "LEAST_REQUEST", Timeout: sec, SameZone: mustDist("lognormal(500us cv=0.5)").Dist, CrossZone: constant(ms), Protocol: constant(50 * us)}
		if from != "users" {
			e.Retries, e.PerTryTimeout = retries(2, 5*ms, "timeout", "rejected", "error"), 60*ms
			e.Retries.Backoff.Jitter = "full"
		}
		return e
	}
	station := func(string) model.Station { return model.Station{Cores: 2, Workers: 32, Queue: 64, Replicas: 3} }
	return jobOf(assemble(shop(), cut{"w4", pieces, station, edge}), 500, time.Duration(n)*2*ms)
}

// TestMemoryDoesNotGrowWithSimulatedTime: the slab and the calendar hold what is
// in flight, not what has been.
func TestMemoryDoesNotGrowWithSimulatedTime(t *testing.T) {
	size := func(n int) int {
		e := setup(w4ish(n))
		e.drive(t)
		return len(e.frames)
	}
	if once, long := size(5_000), size(100_000); long > 2*once {
		t.Errorf("%d frames for 5,000 requests, %d for 100,000", once, long)
	}
}

// TestACallInFlightIsSmall: docs/performance.md allows 96 bytes.
func TestACallInFlightIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(frame{}); n > 96 {
		t.Errorf("a frame takes %d bytes, want at most 96", n)
	}
	if n := unsafe.Sizeof(model.Instr{}); n != 16 {
		t.Errorf("an instruction takes %d bytes, want 16", n)
	}
}
