package engine

import (
	"testing"
	"time"

	"faultline/sim/measure"
)

func TestSpansMeasureAStretchByItself(t *testing.T) {
	b := newBuilder()
	b.service(ample("back"), sleep("25ms"))
	b.service(ample("front"), call("back.do"))
	b.journey("front.do")
	job := b.few(t, 10, 10*ms) // at 5, 15, … 95 ms
	job.Spans = []measure.Span{{From: 20 * ms, To: 60 * ms}, {From: 40 * ms, To: 40 * ms}, {From: 60 * ms, To: 100 * ms}}
	r := mustRun(t, job)
	// Answered at 30, 40, … 120 ms: before 60 ms three, and three are in progress
	// then; from there on four, and three.
	for _, c := range []struct {
		span     int
		calls    int64
		times    uint64
		requests uint64
		later    uint64
	}{{0, 3, 6, 4, 4}, {1, 0, 0, 0, 6}, {2, 4, 7, 4, 0}} {
		for i := range r.Components {
			s := &r.ComponentSpans[c.span][i]
			if s.Calls != c.calls || s.Failed != 0 || s.Times.Count != c.times || s.Times.Max > 25*ms {
				t.Errorf("span %d of component %d: %d calls, %d times up to %v; want %d and %d", c.span, i, s.Calls, s.Times.Count, s.Times.Max, c.calls, c.times)
			}
		}
		if got := r.Journeys[0].Spans[c.span].Count; got != c.requests {
			t.Errorf("span %d: %d requests that arrived in it were answered, want %d", c.span, got, c.requests)
		}
		if got := r.Journeys[0].After[c.span].Count; got != c.later {
			t.Errorf("span %d: %d requests that arrived after it were answered, want %d", c.span, got, c.later)
		}
	}
}

func TestCallsThatHangAreSlow(t *testing.T) {
	b := newBuilder()
	b.service(ample("s"), sleep("10s"))
	b.journey("s.do")
	job := b.few(t, 5, 100*ms) // at 50, 150, … 450 ms
	job.Spans, job.Drain = []measure.Span{{From: 0, To: 500 * ms}}, sec
	s := &mustRun(t, job).ComponentSpans[0][0]
	if s.Calls != 0 || s.Times.Count != 5 || s.Times.Max != 450*ms || s.Times.Min() != 50*ms {
		t.Errorf("%d calls ended, %d times of %v to %v; want those of five calls in progress", s.Calls, s.Times.Count, s.Times.Min(), s.Times.Max)
	}
}

func TestSpansChangeNothing(t *testing.T) {
	build := func() *Job { return w2(t, 2000, time.Second) }
	with := build()
	with.Spans = []measure.Span{{From: 0, To: with.Duration}}
	if a, b := mustRun(t, build()), mustRun(t, with); a.Fingerprint != b.Fingerprint {
		t.Error("what is measured changes what happens")
	}
}

func BenchmarkW2Spans(b *testing.B) {
	job := w2(b, b.N, 0)
	job.Spans = []measure.Span{{From: 0, To: job.Duration}}
	bench(b, job)
}
