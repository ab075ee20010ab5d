package engine

import (
	"time"

	"faultline/sim/measure"
)

// gauge integrates the numbers in service, waiting and busy over time. The
// integrals of whole numbers are integers, so that the audit needs no tolerance.
type gauge struct {
	last      time.Duration
	inService int64
	queued    int64
	busy      float64 // cores
	up        int64   // instances
	cores     float64 // of the instances up
	sum       integrals
	atTick    integrals
	atWarm    integrals
}

type integrals struct {
	service, queue, up int64
	busy, cores        float64
}

func (g *gauge) flush(now time.Duration) {
	dt := int64(now - g.last)
	if dt == 0 {
		return
	}
	g.last = now
	g.sum.service += g.inService * dt
	g.sum.queue += g.queued * dt
	g.sum.up += g.up * dt
	g.sum.busy += float64(g.busy * float64(dt))
	g.sum.cores += float64(g.cores * float64(dt))
}

// add changes the numbers in service and waiting.
func (g *gauge) add(now time.Duration, service, queued int64) {
	g.flush(now)
	g.inService += service
	g.queued += queued
}

func (e *engine) seeBusy(inst *instance, d float64) {
	if d == 0 {
		return
	}
	g := &e.stations[inst.station].gauge
	g.flush(e.Now())
	inst.busy += d
	g.busy += d
}

func (e *engine) markMeasured(f *frame) {
	if e.measuring {
		f.flags |= flMeasured
	}
}

// seeTransition is an instance that comes up or goes down.
func (e *engine) seeTransition(id int32, up bool) {
	inst := &e.instances[id]
	st := &e.stations[inst.station]
	st.gauge.flush(e.Now())
	d := int64(1)
	if !up {
		d = -1
	}
	st.gauge.up += d
	st.gauge.cores = float64(st.gauge.up) * st.Cores
	e.mix(uint64(id)<<1|uint64(d+1)>>1, uint64(e.Now()))
}

// mix folds two words into the fingerprint (splitmix64's finaliser over the pair).
func (e *engine) mix(a, b uint64) {
	z := (e.run.Fingerprint ^ a) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>29 ^ b) * 0x94d049bb133111eb
	e.run.Fingerprint = z ^ z>>32
}

func (e *engine) seeArrival(f *frame) {
	e.run.Journeys[f.site].Series.Arrived[e.window()]++
	if f.flags&flMeasured != 0 {
		e.flows[f.channel].stat.Offered++
	}
	if l := e.run.Ledger; l != nil && f.flags&flSurge == 0 {
		l.Flows[f.channel] = append(l.Flows[f.channel], measure.NewEntry(measure.InFlight, false))
		l.Journey[f.channel] = append(l.Journey[f.channel], uint8(f.site))
	}
}

// window is the index of the series' window that now lies in, none after the last.
func (e *engine) window() int { return int(e.Now() / e.run.Window) }

func (e *engine) seeAnswer(f *frame, o measure.Outcome, latency time.Duration, good bool) {
	e.mix(uint64(f.key), uint64(e.Now())<<4|uint64(o))
	j := &e.run.Journeys[f.site]
	if f.flags&flMeasured != 0 {
		j.Counts[o]++
		fl := e.flows[f.channel].stat
		fl.Answered++
		if good {
			j.Good++
			fl.Good++
		}
		if o.Answered() {
			j.Latency.Record(latency)
		}
	}
	if w := e.window(); w < len(j.Series.Completed) {
		j.Series.Completed[w]++
		if good {
			j.Series.Good[w]++
		}
		if o.Failed() {
			j.Series.Failed[w]++
		} else {
			j.Series.LatencySum[w] += float64(latency) / 1e9
		}
	}
	if l := e.run.Ledger; l != nil && f.flags&flSurge == 0 {
		l.Flows[f.channel][f.arrived] = measure.NewEntry(o, good)
	}
}

// seeTurnedAway is a call that no worker took.
func (e *engine) seeTurnedAway(st *station, f *frame) {
	if f.flags&flMeasured != 0 {
		st.stat.Counts[f.outcome]++
	}
	e.seeHandled(f, f.outcome)
}

func (e *engine) seeAdmitted(st *station, f *frame) {
	if f.flags&flMeasured == 0 {
		return
	}
	wait := e.Now() - f.arrived
	st.stat.QueueWait.Record(wait)
	if wait > 0 {
		st.stat.Waited++
	}
}

// seeServed is a call that leaves its station with an answer.
func (e *engine) seeServed(st *station, f *frame) {
	stay := e.Now() - f.arrived
	st.stayed += int64(stay)
	if f.flags&flMeasured != 0 {
		st.stat.Counts[f.outcome]++
		if f.outcome.Answered() {
			st.stat.Latency.Record(stay)
		}
		e.seeWork(st, f, stay, e.parentOf(f) == none)
	}
	e.seeHandled(f, f.outcome)
}

func (e *engine) seeWork(st *station, f *frame, stay time.Duration, wasted bool) {
	t := float64(stay) / 1e9
	st.stat.WorkTime += t
	if wasted {
		st.stat.WastedTime += t
	}
}

// seeKilled is a call that dies with its process.
func (e *engine) seeKilled(f *frame) {
	st := &e.stations[e.instances[f.inst].station]
	st.stayed += int64(e.Now() - f.arrived)
	if f.state == stQueued {
		st.gauge.add(e.Now(), 0, -1)
	} else {
		st.gauge.add(e.Now(), -1, 0)
		st.workersGiven++
	}
	if f.flags&flMeasured != 0 {
		st.stat.Counts[measure.ConnectionLost]++
		if f.state != stQueued {
			e.seeWork(st, f, e.Now()-f.arrived, true)
		}
	}
	e.seeHandled(f, measure.ConnectionLost)
}

// seeHandled is a call that a component has ended, remote or local.
func (e *engine) seeHandled(f *frame, o measure.Outcome) {
	c := e.sys.Ops[e.sys.Sites[f.site].Op].Component
	if c < 0 {
		return
	}
	stat := &e.run.Components[c]
	if f.flags&flMeasured != 0 {
		stat.Counts[o]++
	}
	if w := e.window(); w < len(stat.Calls) {
		stat.Calls[w]++
		if o.Failed() {
			stat.Failed[w]++
		} else {
			stat.TimeSum[w] += float64(e.Now()-f.arrived) / 1e9
		}
	}
}

// seeSent is an attempt that leaves its caller. An attempt counts as measured if
// it was sent in the measured window, a call if its first attempt was.
func (e *engine) seeSent(ed *edge, f *frame) {
	if f.flags&flMeasured == 0 {
		return
	}
	ed.stat.Sent++
	if f.attempt == 0 {
		ed.stat.Calls++
	}
}

// seeRefused is an attempt that failed before it was sent.
func (e *engine) seeRefused(ed *edge, first bool, o measure.Outcome) {
	ed.stat.Sent++
	ed.stat.Tries[o]++
	if first {
		ed.stat.Calls++
	}
}

func (e *engine) seeTry(ed *edge, f *frame, o measure.Outcome) {
	ed.triesEnded++
	if f.flags&flMeasured != 0 {
		ed.stat.Tries[o]++
	}
}

func (e *engine) seeCall(ed *edge, o measure.Outcome, began time.Duration, measured bool) {
	ed.ends[o]++
	if !measured {
		return
	}
	ed.stat.Counts[o]++
	if o.Answered() {
		ed.stat.Latency.Record(e.Now() - began)
	}
}

func (e *engine) seeWarm() {
	for i := range e.stations {
		g := &e.stations[i].gauge
		g.flush(e.Now())
		g.atWarm = g.sum
	}
}

func (e *engine) seeClose() {
	for i := range e.stations {
		st := &e.stations[i]
		g := &st.gauge
		g.flush(e.Now())
		s, w := &g.sum, &g.atWarm
		st.stat.BusyCoreTime = (s.busy - w.busy) / 1e9
		st.stat.CoreTime = (s.cores - w.cores) / 1e9
		st.stat.InServiceTime = float64(s.service-w.service) / 1e9
		st.stat.QueuedTime = float64(s.queue-w.queue) / 1e9
		st.stat.UpTime = float64(s.up-w.up) / 1e9
	}
}

// seeWindow writes the averages over a window that ends now; the last may be shorter.
func (e *engine) seeWindow() {
	w := e.ticks
	e.ticks++
	ns := float64(e.Now() - time.Duration(w)*e.run.Window)
	for i := range e.stations {
		st := &e.stations[i]
		g := &st.gauge
		g.flush(e.Now())
		s := &st.stat.Series
		s.BusyCores[w] = float32((g.sum.busy - g.atTick.busy) / ns)
		s.InService[w] = float32(float64(g.sum.service-g.atTick.service) / ns)
		s.Queued[w] = float32(float64(g.sum.queue-g.atTick.queue) / ns)
		s.Up[w] = float32(float64(g.sum.up-g.atTick.up) / ns)
		g.atTick = g.sum
	}
}
