package engine

import (
	"slices"
	"time"

	"faultline/sim/measure"
	"faultline/sim/model"
)

// A span is a stretch of time, as long as a fault lasts, over which components and
// journeys are measured by themselves.

func (e *engine) setupSpans() {
	n := len(e.job.Spans)
	if n == 0 {
		return
	}
	e.run.ComponentSpans = make([][]measure.ComponentSpan, n)
	for k := range n {
		e.run.ComponentSpans[k] = make([]measure.ComponentSpan, len(e.run.Components))
	}
	for i := range e.run.Journeys {
		e.run.Journeys[i].Spans = make([]measure.Histogram, n)
		e.run.Journeys[i].After = make([]measure.Histogram, n)
	}
}

// onSpan opens a span, or closes it.
func (e *engine) onSpan(id int32) {
	if i := slices.Index(e.spans, id); i >= 0 {
		e.spans = slices.Delete(e.spans, i, i+1)
		e.seeUnfinished(id)
		return
	}
	e.spans = append(e.spans, id)
}

// seeUnfinished counts the calls in progress at the end of a span with the time
// that they have taken so far: one that never ends must not look fast.
func (e *engine) seeUnfinished(span int32) {
	for i := range e.frames {
		f := &e.frames[i]
		if !f.atCallee() {
			continue
		}
		if c := e.componentAt(f); c >= 0 {
			record(&e.run.ComponentSpans[span][c].Times, e.Now()-f.arrived)
		}
	}
}

// atCallee reports whether a frame is a call that has arrived and not been answered.
func (f *frame) atCallee() bool {
	if f.role != roleLocal && f.role != roleTry || f.flags&flLingering != 0 {
		return false
	}
	switch f.state {
	case stReady, stQueued, stServerCPU, stCPU, stSleep:
		return f.role == roleLocal || f.arrived > 0
	}
	return false
}

// seeInSpans is a call that a component has ended, in the spans that are open.
func (e *engine) seeInSpans(c model.ComponentID, o measure.Outcome, stay time.Duration) {
	for _, k := range e.spans {
		s := &e.run.ComponentSpans[k][c]
		s.Calls++
		if o.Failed() {
			s.Failed++
		} else {
			record(&s.Times, stay)
		}
	}
}

// seeAnswerInSpans is the answer to a request, in the spans in which it arrived
// and after those that were over by then.
func (e *engine) seeAnswerInSpans(f *frame, latency time.Duration) {
	if f.flags&flSurge != 0 {
		return
	}
	j := &e.run.Journeys[f.site]
	for k, s := range e.job.Spans {
		switch {
		case f.sent >= s.To:
			record(&j.After[k], latency)
		case f.sent >= s.From:
			record(&j.Spans[k], latency)
		}
	}
}
