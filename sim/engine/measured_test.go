package engine

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/measure"
	"faultline/sim/model"
)

func TestJourneysComeByTheirWeights(t *testing.T) {
	b := newBuilder()
	for _, name := range []string{"a", "b", "c", "d"} {
		b.service(ample(name), sleep("1ms"))
		b.journey(name + ".do")
	}
	job := b.job(t, 1000, 40*sec)
	job.Flows[0].Weights = []float64{1, 0, 3, 6}
	r := mustRun(t, job)
	n := r.Flows[0].Offered
	for i, w := range job.Flows[0].Weights {
		if got := float64(r.Journeys[i].Counts.Offered()) / float64(n); !within(got, w/10, int(n)) {
			t.Errorf("journey %d: %v of the requests, want %v", i, got, w/10)
		}
	}
}

func TestWhatIsNotAnsweredInTheDrainIsInFlight(t *testing.T) {
	for _, c := range []struct {
		drain time.Duration
		names []string
		open  int64
		end   time.Duration
	}{
		{2 * sec, []string{ok, ok}, 0, 1150 * ms},
		{900 * ms, []string{ok}, 1, 1100 * ms},
		{0, nil, 2, 200 * ms},
	} {
		b := newBuilder()
		b.service(ample("s"), sleep("1s"))
		b.journey("s.do")
		job := b.few(t, 2, 100*ms)
		job.Drain, job.Ledger = c.drain, true
		rs, r := replies(t, job)
		expect(t, rs, c.names, nil)
		if got := r.Journeys[0].Counts.Of(measure.InFlight); got != c.open || r.End != c.end {
			t.Errorf("drain %v: %d in flight at %v, want %d at %v", c.drain, got, r.End, c.open, c.end)
		}
		if last := r.Ledger.Flows[0][1]; last.Good() != (c.open == 0) {
			t.Errorf("drain %v: the last request is good: %v", c.drain, last.Good())
		}
	}
}

func TestGoodIsAnsweredWithinTheBound(t *testing.T) {
	for _, c := range []struct {
		bound time.Duration
		good  int64
	}{{0, 3}, {25 * ms, 3}, {20 * ms, 2}, {20*ms - 1, 1}, {14 * ms, 0}} {
		b := newBuilder()
		b.service(small("s", 1, 1, model.Unlimited), cpu("15ms"))
		b.journey("s.do")
		b.sys.Journeys[0].LatencyBound = c.bound
		r := mustRun(t, b.few(t, 3, 10*ms)) // after 15, 20 and 25 ms
		if r.Journeys[0].Good != c.good || r.Flows[0].Good != c.good {
			t.Errorf("bound %v: %d good, want %d", c.bound, r.Journeys[0].Good, c.good)
		}
	}
}

func TestFiguresAreOfTheMeasuredWindowAlone(t *testing.T) {
	b := newBuilder()
	b.service(ample("s"), sleep("30ms"))
	b.journey("s.do")
	job := b.few(t, 100, 10*ms)
	job.Warmup, job.Ledger, job.Window = 505*ms, true, 100*ms
	r := mustRun(t, job)
	if n := r.Journeys[0].Counts.Of(measure.Succeeded); n != 50 || r.Flows[0].Offered != 50 {
		t.Errorf("%d succeeded of %d offered, want 50: a request at the warm-up's end counts", n, r.Flows[0].Offered)
	}
	if len(r.Ledger.Flows[0]) != 100 {
		t.Errorf("the ledger has %d requests, want all 100", len(r.Ledger.Flows[0]))
	}
	if got := r.Stations[1].InServiceTime; math.Abs(got-3*0.495) > 1e-9 {
		t.Errorf("%v request-seconds in service, want 3 × 0.495", got)
	}
	if got := r.Journeys[0].Series.Arrived; !slices.Equal(got, []uint32{10, 10, 10, 10, 10, 10, 10, 10, 10, 10}) {
		t.Errorf("arrived by window: %v", got)
	}
	if got := r.Journeys[0].Series.Completed; !slices.Equal(got, []uint32{7, 10, 10, 10, 10, 10, 10, 10, 10, 10}) {
		t.Errorf("completed by window: %v", got)
	}
}

// TestWhatIsScheduledFirstHappensFirst: an answer that comes at the very end of a window
// is of that window if it was on its way before that end was planned, which is as the
// window before it ends.
func TestWhatIsScheduledFirstHappensFirst(t *testing.T) {
	for _, c := range []struct {
		sleeps string
		want   []uint32
	}{
		{"10.5ms", []uint32{0, 10, 10}}, // those at 20 and 30 ms were on their way at 9.5 and 19.5
		{"9.5ms", []uint32{0, 10, 10}},  // those at 10, 20 and 30 ms were not, at 0, 10 and 20
	} {
		b := newBuilder()
		b.service(ample("s"), sleep(c.sleeps))
		b.journey("s.do")
		job := b.few(t, 30, ms) // at 0.5, 1.5, …
		job.Window = 10 * ms
		if got := mustRun(t, job).Journeys[0].Series.Completed; !slices.Equal(got, c.want) {
			t.Errorf("asleep for %s: completed by window: %v, want %v", c.sleeps, got, c.want)
		}
	}
}

func TestMarksCountArrivalsAndListWhatIsOpen(t *testing.T) {
	b := newBuilder()
	b.service(ample("s"), sleep("25ms"))
	b.journey("s.do")
	job := b.few(t, 10, 10*ms) // at 5, 15, …
	job.Marks, job.Open = []time.Duration{0, 45 * ms, 50 * ms, 100 * ms}, []time.Duration{45 * ms}
	r := mustRun(t, job)
	for i, want := range []uint64{0, 4, 5, 10} { // a request at the very instant comes after the mark
		if m := r.Marks[i]; m.At != job.Marks[i] || m.Arrived[0] != want {
			t.Errorf("mark %d: %d arrived by %v, want %d", i, m.Arrived[0], m.At, want)
		}
	}
	if got := r.Marks[1].Open; len(got) != 1 || !slices.Equal(got[0], []uint64{2, 3}) {
		t.Errorf("open at 45ms: %v, want requests 2 and 3", got)
	}
	if r.Marks[2].Open != nil {
		t.Error("a mark lists what is open unasked")
	}
}

func TestARunThatFillsWithoutABoundEndsAsPartial(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 1, 1, model.Unlimited), cpu("1s"))
	b.journey("s.do")
	job := b.job(t, 10_000, 60*sec)
	job.MaxFrames = 50_000
	r := mustRun(t, job)
	if r.Partial == "" || r.End >= 60*sec || r.Journeys[0].Counts.Of(measure.InFlight) < 20_000 {
		t.Errorf("partial %q at %v with %d in flight", r.Partial, r.End, r.Journeys[0].Counts.Of(measure.InFlight))
	}
}

func TestARunOfTooManyEventsEndsAsPartial(t *testing.T) {
	job := w1(t, 200_000)
	job.MaxEvents = 100_000
	r := mustRun(t, job)
	if r.Partial == "" || r.Events > 200_000 || r.End >= job.Duration {
		t.Errorf("%q after %d events at %v", r.Partial, r.Events, r.End)
	}
}

func TestACancelledRunGivesItsReason(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Run(ctx, w1(t, 1000)); !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("run %v, error %v", r, err)
	}
}

// Attempts belong to the window in which their call began: retries of calls from
// the warm-up would otherwise lift the amplification above what was sent.
func TestAttemptsCountWithTheirCall(t *testing.T) {
	job := failing(t, "error", retries(2, 400*ms, "error"))
	job.Duration, job.Warmup, job.Window = 10*sec, 5*sec, sec
	job.Faults[0].Duration = 5 * sec // every call of the warm-up fails, and none after it
	r := mustRun(t, evenly(job, 10*ms))
	for i, e := range r.Edges {
		if job.System.Edges[i].Retries != nil && (e.Calls != 500 || e.Sent != 500 || e.Tries.Offered() != 500) {
			t.Errorf("%d calls, %d attempts, %d accounted for; want 500 of each", e.Calls, e.Sent, e.Tries.Offered())
		}
	}
}
