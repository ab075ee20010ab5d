package engine

import (
	"slices"

	"faultline/sim/des"
	"faultline/sim/measure"
)

// warm begins the measured window.
func (e *engine) warm() {
	e.measuring = true
	e.seeWarm()
}

// close ends the measured window, and the arrivals with it.
func (e *engine) close() {
	e.measuring, e.closed = false, true
	e.seeClose()
	e.planAfter(e.job.Drain, evDrained, des.Ref{})
	e.done = e.openRequests() == 0
}

// plan schedules all that is known before the run. Order matters where instants
// coincide: a mark at a fault's start sees the system just before it.
func (e *engine) plan() {
	if e.job.Warmup == 0 {
		e.warm()
	} else {
		e.planAfter(e.job.Warmup, evWarm, des.Ref{})
	}
	e.planAfter(e.job.Duration, evClose, des.Ref{})
	for i, at := range e.job.Marks {
		e.planAfter(at, evMark, des.Ref{ID: int32(i)})
	}
	for i, s := range e.job.Spans {
		if s.From < s.To {
			e.planAfter(s.From, evSpan, des.Ref{ID: int32(i)})
			e.planAfter(s.To, evSpan, des.Ref{ID: int32(i)})
		}
	}
	for i := range e.job.Faults {
		in := &e.job.Faults[i]
		if end, ok := in.End(); ok {
			// Scheduled before any begins, so that a fault that ends where another
			// begins is gone by then; one of no length ends after it began, below.
			if in.Duration > 0 {
				e.planAfter(end, evUndo, des.Ref{ID: int32(i)})
			}
		}
	}
	for i := range e.job.Faults {
		e.planAfter(e.job.Faults[i].At, evFault, des.Ref{ID: int32(i)})
		if e.job.Faults[i].Duration == 0 {
			e.planAfter(e.job.Faults[i].At, evUndo, des.Ref{ID: int32(i)})
		}
	}
	e.planAfter(e.job.Window, evTick, des.Ref{ID: 0})
	for id := range e.instances {
		e.awaitPause(int32(id))
	}
	for i := range e.flows {
		e.startFlow(int32(i))
	}
}

// onTick closes a window of the series.
func (e *engine) onTick() {
	e.seeWindow()
	if e.job.Enough != nil {
		e.seeAnswers()
		if e.job.Enough(e.run) {
			e.stop(Enough)
			return
		}
	}
	if e.ticks < e.windows() {
		e.planAfter(e.job.Window, evTick, des.Ref{})
	}
}

// windows is how many windows of the series the arrivals last for; the last may
// be shorter.
func (e *engine) windows() int {
	return int((e.job.Duration + e.job.Window - 1) / e.job.Window)
}

// onMark counts the requests so far, and lists those in flight if asked to.
func (e *engine) onMark(i int32) {
	m := measure.Mark{At: e.job.Marks[i]}
	for k := range e.flows {
		m.Arrived = append(m.Arrived, e.flows[k].count)
	}
	if slices.Contains(e.job.Open, m.At) {
		m.Open = make([][]uint64, len(e.flows))
		for k := range e.frames {
			if f := &e.frames[k]; f.state != stFree && f.role == roleRoot && f.flags&flSurge == 0 {
				m.Open[f.channel] = append(m.Open[f.channel], uint64(f.arrived))
			}
		}
		for k := range m.Open {
			slices.Sort(m.Open[k])
		}
	}
	e.run.Marks = append(e.run.Marks, m)
}
