package engine

import (
	"context"
	"errors"
	"testing"
	"unsafe"

	"faultline/sim/des"
	"faultline/sim/model"
)

func TestSizesAreWhatTheLimitsSay(t *testing.T) {
	for name, sizes := range map[string][2]uintptr{"frame": {unsafe.Sizeof(frame{}), frameBytes}, "event": {unsafe.Sizeof(des.Event{}), eventBytes},
		"links": {unsafe.Sizeof(links{}), linkBytes}, "putOff": {unsafe.Sizeof(putOff{}), putBytes}, "user": {unsafe.Sizeof(user{}), userBytes}} {
		if sizes[0] != sizes[1] {
			t.Errorf("%s takes %d bytes, not %d", name, sizes[0], sizes[1])
		}
	}
}

// filling is a job whose queue grows without a bound.
func filling(t *testing.T) *Job {
	b := newBuilder()
	b.service(small("s", 1, 1, model.Unlimited), cpu("1s"))
	b.journey("s.do")
	return b.job(t, 10_000, 600*sec)
}

// The limit is not passed by more than what one request brings.
func TestNoMoreCallsAreInFlightThanTheLimit(t *testing.T) {
	for _, most := range []int{10, 1000, 65_536, 100_000} {
		job := filling(t)
		job.MaxFrames = most
		e := setup(job)
		e.ctx = context.Background()
		for !e.limits.full {
			ev, _ := e.next()
			e.happen(ev.Kind(), ev.Ref())
		}
		if n := len(e.frames); n > most+2 {
			t.Errorf("limit %d: %d calls", most, n)
		}
		if r := mustRun(t, job); r.Partial == "" || r.End == 0 {
			t.Errorf("limit %d: partial %q at %v", most, r.Partial, r.End)
		}
	}
}

func TestMemoryIsALimitToo(t *testing.T) {
	job := filling(t)
	job.MaxMemory = 30 << 20
	r := mustRun(t, job)
	if calls := r.Journeys[0].Counts.Offered(); r.Partial == "" || calls < 50_000 || calls > 150_000 {
		t.Errorf("partial %q after %d requests", r.Partial, calls)
	}
}

// A large run asks once, and its result is that of one that need not ask.
func TestALargeRunAsksForLeaveOnce(t *testing.T) {
	job := filling(t)
	job.MaxFrames = 1_800_000
	want := mustRun(t, job).Fingerprint
	asked := 0
	job.Grow = func() error { asked++; return nil }
	if r := mustRun(t, job); asked != 1 || r.Fingerprint != want {
		t.Errorf("asked %d times, fingerprint %x, want %x", asked, r.Fingerprint, want)
	}
	refused := errors.New("no")
	job.Grow = func() error { return refused }
	if _, err := Run(context.Background(), job); err != refused {
		t.Errorf("refused, the run ends with %v", err)
	}
	small := filling(t)
	small.MaxFrames = 1000
	small.Grow = func() error { t.Error("a small run asks"); return nil }
	mustRun(t, small)
}

// TestARunThatEndsEarlyCountsWhoHasCome: not those who were drawn to come.
func TestARunThatEndsEarlyCountsWhoHasCome(t *testing.T) {
	job := filling(t)
	job.MaxFrames, job.Ledger = 1000, true
	r := mustRun(t, job)
	n := int64(len(r.Ledger.Flows[0]))
	if offered := r.Flows[0].Offered; r.Partial == "" || n != offered || int64(len(r.Ledger.Journey[0])) != n || n < 400 || n > 1000 {
		t.Errorf("partial %q: %d in the ledger, %d offered", r.Partial, n, r.Flows[0].Offered)
	}
}
