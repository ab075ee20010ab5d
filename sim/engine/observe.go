package engine

import (
	"time"

	"faultline/sim/measure"
	"faultline/sim/model"
)

// gather adds what the instances have counted by themselves of the usual calls to
// what is counted of their stations and components.
func (e *engine) gather() {
	for i := range e.instances {
		inst := &e.instances[i]
		inst.st.unwaited += uint64(inst.unwaited)
		inst.unwaited = 0
		if h := inst.handled; h != nil {
			h.calls += inst.served
			h.time += time.Duration(inst.stay)
			h.succeeded += uint64(inst.succeeded)
			inst.stayed += inst.stay
			inst.served, inst.stay, inst.succeeded = 0, 0, 0
		}
	}
}

func (e *engine) markMeasured(f *frame) {
	if e.measuring {
		f.flags |= flMeasured
	}
}

// seeTransition is an instance that comes up or goes down.
func (e *engine) seeTransition(id int32, up bool) {
	inst := &e.instances[id]
	st := inst.st
	d := int64(1)
	if !up {
		d = -1
	}
	st.up.add(e.Now(), d)
	e.islandOf(id).mix(uint64(id)<<1|uint64(d+1)>>1, uint64(e.Now()))
}

// record notes a duration.
func record(h *measure.Histogram, d time.Duration) { h.Record(d) }

// journey gathers what a window of the series, and the measured window, hold of the
// requests of a journey.
type journey struct {
	arrived, completed, good, failed uint32
	latency                          float64 // seconds
	bound                            time.Duration
	island                           *island
	stat                             *measure.Journey
	foreseen                         *site            // that is called, if that is all that it does and it goes over a plain edge to work; nil
	times                            measure.Recorder // of answered requests, measured
	entry                            int32            // where its code begins
	only                             int32            // the site that is called, if that is all that the journey does; none
	class                            uint8            // criticality
}

func (e *engine) seeArrival(f *frame, j *journey, fl *measure.Flow) {
	j.arrived++
	if f.flags&flMeasured != 0 {
		fl.Offered++
	}
}

// inSeconds is a duration in seconds; the conversion keeps the product from being
// fused with a sum, which would differ between CPUs.
func inSeconds(d time.Duration) float64 { return float64(float64(d) * 1e-9) }

func (e *engine) seeAnswer(f *frame, j *journey, fl *measure.Flow, o measure.Outcome, latency time.Duration) {
	j.island.mix(uint64(f.key), uint64(e.Now())<<4|uint64(o))
	good := o.Answered() && (j.bound == 0 || latency <= j.bound)
	j.completed++
	if good {
		j.good++
	}
	if f.flags&flMeasured != 0 {
		fl.Answered++
		if good {
			j.stat.Good++
			fl.Good++
		}
		if o != measure.Succeeded {
			j.stat.Counts.Add(o, 1)
		}
		if o.Answered() {
			j.times.Record(latency)
		}
	}
	if o.Failed() {
		j.failed++
		e.seeCause(o, e.ticks)
	} else {
		j.latency += inSeconds(latency)
		if e.job.Spans != nil {
			e.seeAnswerInSpans(f, latency)
		}
	}
	if l := e.run.Ledger; l != nil && f.flags&flSurge == 0 {
		l.Flows[f.channel][f.arrived] = measure.NewEntry(o, good)
	}
}

func (e *engine) seeCause(o measure.Outcome, w int) {
	if w >= e.windows() {
		return
	}
	if e.run.Causes[o] == nil {
		e.run.Causes[o] = make([]uint32, e.windows())
	}
	e.run.Causes[o][w]++
}

// seeCrossing is a message that goes from a zone to another.
func (e *engine) seeCrossing(ed *edge, f *frame) {
	if f.flags&flMeasured != 0 {
		ed.stat.CrossBytes += e.ops[e.sites[f.site].op].Size
	}
}

// seeLeft is a call that leaves the queue without having been served.
func (e *engine) seeLeft(st *station, f *frame) {
	e.instances[f.inst].stayed += int64(e.Now() - f.arrived)
	e.seeTurnedAway(st, f)
}

// seeTurnedAway is a call that no worker took.
func (e *engine) seeTurnedAway(st *station, f *frame) {
	if f.flags&flMeasured != 0 {
		st.stat.Counts.Add(f.outcome, 1)
	}
	e.seeHandled(f, f.outcome)
}

// seeWait is a measured call that had to wait for a worker.
func (st *station) seeWait(wait time.Duration) {
	if st.wait != nil {
		st.wait.Record(wait)
	} else {
		st.seeFirstWaits(wait)
	}
}

// seeFirstWaits is seeWait while few have waited: a recorder is worth its room where
// there are many.
func (st *station) seeFirstWaits(wait time.Duration) {
	h := &st.stat.QueueWait
	if h.Record(wait); h.Count == 16 {
		r := measure.NewRecorder(h)
		st.wait = &r
	}
}

// seeServed is a call that leaves its station with an answer, for p; nil: for nobody.
func (e *engine) seeServed(inst *instance, f, p *frame) {
	o, stay := f.outcome, e.Now()-f.arrived
	inst.stayed += int64(stay)
	if f.flags&flMeasured != 0 {
		st := inst.st
		if o != measure.Succeeded {
			st.stat.Counts.Add(o, 1)
		}
		if o.Answered() {
			inst.latency.Record(stay)
		} else {
			st.failed += int64(stay)
		}
		if p == nil || p.role > roleTry && e.inVain(f) {
			st.wasted += int64(stay)
		}
	}
	e.seeHandled(f, o)
}

// inVain reports whether nobody will take the reply of a call: its caller has
// gone or given up, or has gone on without it.
func (e *engine) inVain(f *frame) bool {
	for {
		p := e.parentOf(f)
		if p == none {
			return true
		}
		f = &e.frames[p]
		switch f.role {
		case roleTry, roleRoot:
			return false
		case roleGroup:
			if f.flags&flSettled != 0 {
				return true
			}
		}
	}
}

// seeKilled is a call that dies with its process.
func (e *engine) seeKilled(f *frame) {
	inst := &e.instances[f.inst]
	st := inst.st
	inst.stayed += int64(e.Now() - f.arrived)
	if f.state == stQueued {
		st.queue.add(e.Now(), -1)
	} else {
		inst.service.add(e.Now(), -1)
	}
	if f.flags&flMeasured != 0 {
		st.stat.Counts.Add(measure.ConnectionLost, 1)
		if f.state != stQueued {
			st.failed += int64(e.Now() - f.arrived)
			st.wasted += int64(e.Now() - f.arrived)
		}
	}
	e.seeHandled(f, measure.ConnectionLost)
}

// seeHandled is a call that a component has ended, remote or local.
func (e *engine) seeHandled(f *frame, o measure.Outcome) {
	h := e.sites[f.site].handled
	if h == nil {
		return
	}
	h.calls++
	if o == measure.Succeeded {
		h.succeeded += uint64(f.flags & flMeasured / flMeasured)
		h.time += e.Now() - f.arrived
	} else {
		e.seeUnusual(f, o, h)
	}
	if len(e.spans) > 0 {
		e.seeInSpans(e.componentAt(f), o, e.Now()-f.arrived)
	}
}

// seeUnusual is a call that a component has ended, but not with success.
func (e *engine) seeUnusual(f *frame, o measure.Outcome, h *handled) {
	if f.flags&flMeasured != 0 {
		e.run.Components[e.componentAt(f)].Add(o, 1)
	}
	if o.Failed() {
		h.failed++
	} else {
		h.time += e.Now() - f.arrived
	}
}

// componentAt is the component that a call has reached; none if it is of none.
func (e *engine) componentAt(f *frame) model.ComponentID { return e.ops[e.sites[f.site].op].Component }

// handled sums the calls of a component over a window of the series.
type handled struct {
	calls, failed uint32
	time          time.Duration // of the answered
	succeeded     uint64        // in the measured window
}

// seeSent is an attempt that leaves its caller. All attempts of a call count as
// measured if the call began in the measured window, so that amplification is
// never above attempts + 1.
func (e *engine) seeSent(ed *edge, f *frame) {
	if f.flags&flMeasured == 0 {
		return
	}
	if f.attempt == 0 {
		ed.began++
	} else {
		ed.stat.Sent++
	}
}

// seeRefused is an attempt that failed before it was sent.
func (e *engine) seeRefused(ed *edge, first bool, o measure.Outcome) {
	ed.stat.Sent++
	ed.stat.Tries.Add(o, 1)
	if first {
		ed.stat.Calls++
	}
}

func (e *engine) seeTry(ed *edge, f *frame, o measure.Outcome) {
	ed.triesEnded++
	if f.flags&flMeasured != 0 {
		ed.stat.Tries.Add(o, 1)
	}
}

// seeOnly is the end of a call that was a single try.
func (e *engine) seeOnly(ed *edge, f *frame, o measure.Outcome) {
	ed.only++
	if f.flags&flMeasured == 0 {
		return
	}
	if o != measure.Succeeded {
		ed.stat.Tries.Add(o, 1)
		ed.stat.Counts.Add(o, 1)
	}
	if o.Answered() {
		ed.latency.Record(e.Now() - f.sent)
	}
}

func (e *engine) seeCall(ed *edge, o measure.Outcome, began time.Duration, measured bool) {
	ed.ended++
	if !measured {
		return
	}
	ed.stat.Counts.Add(o, 1)
	if o.Answered() {
		ed.latency.Record(e.Now() - began)
	}
}

func (e *engine) seeWarm() {
	if e.Now() == 0 {
		return // nothing to remember
	}
	e.atWarm = make([]integrals, len(e.stations))
	for i := range e.stations {
		e.atWarm[i] = e.withMemory(&e.stations[i])
	}
}

// since is what was remembered of a station, zero if nothing was.
func since(all []integrals, i int) (then integrals) {
	if all != nil {
		then = all[i]
	}
	return then
}

func (e *engine) seeClose() {
	for id := range e.instances {
		if e.instances[id].altered {
			e.settleLeaks(int32(id))
		}
	}
	for i := range e.stations {
		st := &e.stations[i]
		s, w := e.withMemory(st), since(e.atWarm, i)
		st.stat.BusyCoreTime = st.busyCores(w, s) / 1e9
		st.stat.CoreTime = float64(s.up-w.up) / 1e9 * st.Cores
		st.stat.InServiceTime = float64(s.service-w.service) / 1e9
		st.stat.QueuedTime = float64(s.queue-w.queue) / 1e9
		st.stat.UpTime = float64(s.up-w.up) / 1e9
		st.stat.ProvisionedTime = float64(float64(st.n) * inSeconds(e.job.Duration-e.job.Warmup))
		if p := st.parts; p != nil {
			st.stat.MemoryTime = (s.memory-w.memory)/1e9 + p.leaked
		}
	}
}

// seeWindow writes the averages over a window that ends now; the last may be shorter.
func (e *engine) seeWindow() {
	w := e.ticks
	e.ticks++
	ns := float64(e.Now() - time.Duration(w)*e.run.Window)
	e.seeJourneys(w)
	e.gather()
	for i := range e.handled {
		h := &e.handled[i]
		e.run.ComponentSeries[w][i] = measure.ComponentWindow{Calls: h.calls, Failed: h.failed, TimeSum: inSeconds(h.time)}
		*h = handled{succeeded: h.succeeded}
	}
	if e.atTick == nil && e.ticks < e.windows() {
		e.atTick = make([]integrals, len(e.stations))
	}
	for i := range e.stations {
		st := &e.stations[i]
		now, last := e.integrals(st), since(e.atTick, i)
		st.stat.Series[w] = measure.StationWindow{
			BusyCores: float32(st.busyCores(last, now) / ns),
			InService: float32(float64(now.service-last.service) / ns),
			Queued:    float32(float64(now.queue-last.queue) / ns),
			Up:        float32(float64(now.up-last.up) / ns),
		}
		if e.atTick != nil {
			e.atTick[i] = now
		}
	}
}

// seeJourneys writes what a window of the series holds of each journey.
func (e *engine) seeJourneys(w int) {
	for i := range e.journeys {
		j := &e.journeys[i]
		s := &j.stat.Series
		s.Arrived[w], s.Completed[w], s.Good[w], s.Failed[w], s.LatencySum[w] = j.arrived, j.completed, j.good, j.failed, j.latency
		j.arrived, j.completed, j.good, j.failed, j.latency = 0, 0, 0, 0, 0
	}
}

// succeeded is how many of those whose latencies were recorded are not in the
// counts: the successes, which are not counted one by one.
func succeeded(h *measure.Histogram, c *measure.Counts) int64 {
	return int64(h.Count) - c.Answered()
}

// seeAnswers adds the requests served since it was last called to the counts that
// are read.
func (e *engine) seeAnswers() {
	for i := range e.run.Journeys {
		e.journeys[i].times.Flush()
		j := &e.run.Journeys[i]
		j.Counts.Add(measure.Succeeded, succeeded(&j.Latency, &j.Counts))
	}
}

// seeEnd adds what was gathered over the whole run to the counts that are read.
func (e *engine) seeEnd() {
	e.gather()
	for i := range e.instances {
		e.instances[i].latency.Flush()
	}
	for i := range e.stations {
		st := &e.stations[i]
		if st.wait != nil {
			st.wait.Flush()
		}
		st.stat.WorkTime, st.stat.WastedTime = inSeconds(st.stat.Latency.Sum+time.Duration(st.failed)), inSeconds(time.Duration(st.wasted))
		st.stat.Waited = int64(st.stat.QueueWait.Count)
		st.stat.QueueWait.RecordZeros(st.unwaited)
		st.stat.Counts.Add(measure.Succeeded, succeeded(&st.stat.Latency, &st.stat.Counts))
	}
	for i := range e.edges {
		ed := &e.edges[i]
		ed.latency.Flush()
		ed.stat.Calls += ed.began
		ed.stat.Sent += ed.began
		only := succeeded(&ed.stat.Latency, &ed.stat.Counts)
		ed.stat.Counts.Add(measure.Succeeded, only)
		ed.stat.Tries.Add(measure.Succeeded, only)
	}
	for i := range e.handled {
		e.run.Components[i].Add(measure.Succeeded, int64(e.handled[i].succeeded))
	}
	e.seeAnswers()
	switch {
	case e.ticks >= e.windows():
	case e.Now() > time.Duration(e.ticks)*e.run.Window:
		e.seeWindow()
	default:
		e.seeJourneys(e.ticks)
	}
}
