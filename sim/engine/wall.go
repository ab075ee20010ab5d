package engine

import (
	"faultline/sim/measure"
	"faultline/sim/rng"
)

// enterWall starts a function call between two modules of one process behind
// the wall that its edge puts between them: timeout, circuit breaker, bulkhead.
func (e *engine) enterWall(c int32, key rng.Key, ed *edge) int32 {
	f := &e.frames[c]
	site, ch := f.site, ed.base+e.instances[f.inst].index
	permit, o := e.admit(ed, ch, key)
	if o.Failed() {
		return e.refuse(c, site, ed, o)
	}
	id, l := e.local(c, site, key)
	f = &e.frames[c]
	l.channel, l.permit, l.attempt = ch, permit, f.attempt
	l.flags = l.flags&^flMeasured | f.flags&flMeasured | flGuarded
	f.next, f.ngen = id, l.gen
	ed.sent++
	e.seeSent(ed, l)
	return e.beginHere(id)
}

// wallDone ends a function call behind a wall. One that its caller has given up
// on gives back its place in the bulkhead only now: nothing could stop it.
func (e *engine) wallDone(id int32, o measure.Outcome) int32 {
	f := &e.frames[id]
	ed := e.sites[f.site].ed
	p := e.parentOf(f)
	e.leaveWall(f, o)
	site, began, measured := f.site, f.sent, f.flags&flMeasured != 0
	e.free(id)
	if p == none {
		return none
	}
	return e.settle(p, site, ed, o, began, measured)
}

// leaveWall tells the guard, and the books unless they were told before.
func (e *engine) leaveWall(f *frame, o measure.Outcome) {
	ed := e.sites[f.site].ed
	if f.flags&flOrphan != 0 {
		e.guardOf(ed, f.channel).inFlight--
		return
	}
	e.tell(f, ed, o, ed.first)
	e.seeTry(ed, f, o)
}

// abandonWall leaves a function call to itself: the breaker hears of a failure,
// the bulkhead keeps its place.
func (e *engine) abandonWall(id int32, ed *edge) {
	f := &e.frames[id]
	if ed.CircuitBreaker != nil {
		e.guardOf(ed, f.channel).breaker.Done(f.permit, e.Now(), e.Now()-f.sent, true)
	}
	e.seeTry(ed, f, measure.Timeout)
	f.flags |= flOrphan
}
