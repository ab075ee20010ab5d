package engine

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// bytesPerCall is what a call in flight takes: its frame, and its share of the
// pending events. It is taken over the first events of a run.
func bytesPerCall(job *Job, events int) float64 {
	e := setup(job)
	e.ctx = context.Background()
	calls, bytes := 0, 0
	for range events {
		ev, ok := e.next()
		if !ok || e.done {
			break
		}
		e.handle(&ev)
		calls += e.live
		bytes += e.live*frameBytes + e.Len()*eventBytes
	}
	return float64(bytes) / float64(max(calls, 1))
}

// TestACallInFlightTakesFewBytes: docs/performance.md allows 96, frame and event
// together.
func TestACallInFlightTakesFewBytes(t *testing.T) {
	if n := bytesPerCall(w2(t, 100_000, 0), 200_000); n > 96 {
		t.Errorf("%.1f bytes a call in flight, want at most 96", n)
	}
}

// TestTenHoursTakeTheMemoryOfTenMinutes: of what grows with the load, nothing grows
// with time, timeouts that are never reached included.
func TestTenHoursTakeTheMemoryOfTenMinutes(t *testing.T) {
	for _, patience := range []time.Duration{0, time.Second} {
		size := func(d time.Duration) int64 {
			job := w2(t, 0, patience)
			job.Flows[0].Profile = job.Flows[0].Profile.Scale(0.005) // 7.5 requests/s
			job.Duration, job.Window = d, d/1200
			e := setup(job)
			e.drive(t)
			return e.memory()
		}
		if short, long := size(10*time.Minute), size(10*time.Hour); long > 2*short {
			t.Errorf("with a timeout of %v: %d bytes after 10 minutes, %d after 10 hours", patience, short, long)
		}
	}
}

// TestAServiceIsHeldInFewBytes: its model, what the engine keeps of it and its edge, and
// what is measured of a hundred calls. A hundred thousand of them fit in 250 MiB.
func TestAServiceIsHeldInFewBytes(t *testing.T) {
	const services, most = 1000, 2550
	before := heap()
	job := w3(t, services/10, services*10, services*10)
	e := setup(job)
	e.drive(t)
	after := heap()
	n := (int64(after) - int64(before)) / services
	t.Logf("%d bytes", n)
	if n > most {
		t.Errorf("%d bytes a service, want at most %d", n, most)
	}
	runtime.KeepAlive(e)
}

// TestAThousandServicesAreHeldInLittleMemory: the engine and all its histograms and
// series, 600 windows of them, in 32 MiB, of which the series take 19.
func TestAThousandServicesAreHeldInLittleMemory(t *testing.T) {
	const most = 32 << 20
	job := w3(t, 100, 200, 120_000)
	job.Window = time.Second
	before := heap()
	e := setup(job)
	e.drive(t)
	after := heap()
	n := int64(after) - int64(before)
	t.Logf("%.1f MiB", float64(n)/(1<<20))
	if n > most {
		t.Errorf("%d MiB for %d services and %d windows, want at most %d", n>>20, len(e.stations), e.ticks, most>>20)
	}
	runtime.KeepAlive(e)
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
