package engine

import (
	"slices"

	"faultline/sim/des"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/platform"
)

// crash kills the process of an instance, and everything inside with it.
func (e *engine) crash(id int32) {
	inst := &e.instances[id]
	if !inst.up {
		inst.gen++ // a start-up under way is void
		inst.starting = false
		e.restart(id)
		return
	}
	st := inst.st
	e.settleLeaks(id)
	inst.up, inst.open = false, false // what its callers send next, at once, is refused
	inst.deaths++
	e.seeTransition(id, false)
	e.killFrames(id)
	if !inst.frozen {
		inst.busy.add(e.Now(), -int64(inst.running))
		if inst.ps != nil {
			inst.ps.release(e.Now(), st)
		}
	}
	inst.running = 0
	inst.fifo.Clear(st.cores())
	if p := inst.ps; p != nil {
		p.Clear()
		p.disarm()
	}
	inst.head, inst.tail, inst.waiting = none, none, 0
	if inst.lower != nil {
		*inst.lower = nobodyWaits()
	}
	inst.pausing = false
	inst.pauseGen++
	e.regainWorkers(id)
	inst.free = inst.capacity // nobody is in service
	e.conform(id)
	if inst.dark {
		e.notice(id, platform.Silent)
	} else {
		e.notice(id, platform.Refusing)
	}
	e.restart(id)
}

// regainWorkers forgets the workers that a process had lost when it died.
func (e *engine) regainWorkers(id int32) {
	f := e.world.at(id)
	f.turns = slices.DeleteFunc(f.turns, func(t turn) bool { return t.knob == fault.LostWorkers })
	e.instances[id].altered = f.active()
}

// notice lets clients learn what a dead instance shows, when they do.
func (e *engine) notice(id int32, h platform.Health) {
	if after, ok := e.discovery.Notice(h); ok {
		e.After(after, evDiscover, des.Ref{ID: id, Gen: e.instances[id].deaths})
	}
}

// restart begins the start-up of a dead instance, unless a fault keeps it down.
func (e *engine) restart(id int32) {
	inst := &e.instances[id]
	if inst.up || inst.starting || e.held(id) {
		return
	}
	inst.starting = true
	e.After(inst.st.Startup, evReady, des.Ref{ID: id, Gen: inst.gen})
}

// onReady is an instance that can serve; clients learn of it at once.
func (e *engine) onReady(r des.Ref) {
	inst := &e.instances[r.ID]
	if inst.gen != r.Gen || inst.up {
		return
	}
	inst.up, inst.starting = true, false
	inst.born, inst.cacheBorn = e.Now(), e.Now()
	if limit := inst.st.RateLimit; limit != nil {
		*inst.bucket = limit.Start()
	}
	e.seeTransition(r.ID, true)
	e.conform(r.ID)
	e.awaitPause(r.ID)
	e.resetChannels(inst)
	e.list(r.ID, true)
}

// onDiscover is the news of a death.
func (e *engine) onDiscover(r des.Ref) {
	inst := &e.instances[r.ID]
	if inst.deaths != r.Gen || inst.up || inst.dark {
		return
	}
	e.list(r.ID, false)
}

// killFrames ends all that an instance was doing. Its callers lose their
// connections, and hear of it unless it lies in the dark; the calls that it made go on without anybody to answer to.
func (e *engine) killFrames(inst int32) {
	var victims []int32 // a crash is rare: scanning the slab beats a list per instance
	for id := range e.frames {
		f := &e.frames[id]
		if f.inst == inst && f.state != stFree && f.state != stTravel && f.state != stReply && f.state != stLost && f.role != roleRoot {
			victims = append(victims, int32(id))
		}
	}
	var lost []int32
	for _, id := range victims {
		if reply := e.kill(id); reply != none {
			lost = append(lost, reply)
		}
	}
	e.orphanChildren(inst)
	e.dropPutOff(inst)
	for _, id := range lost {
		if next := e.answer(id, &e.frames[id]); next != none {
			e.wake(next)
		}
	}
}

// kill ends one frame of a dying process. A served request leaves a new frame
// that brings the news to its caller.
func (e *engine) kill(id int32) (reply int32) {
	f := &e.frames[id]
	ed := e.edgeOf(f)
	switch {
	case f.role == roleCall:
		e.seeCall(ed, measure.ConnectionLost, f.sent, f.flags&flMeasured != 0)
	case f.role == roleTry && (f.state == stClientCPU || f.state == stPool):
		if f.flags&flOrphan == 0 {
			e.loseTry(f, ed)
		}
	case f.role == roleTry:
		e.seeKilled(f)
		if e.parentOf(f) != none {
			return e.reincarnate(id)
		}
	case f.role == roleLocal:
		e.seeHandled(f, measure.ConnectionLost)
		if ed != nil && f.flags&flOrphan == 0 {
			e.seeTry(ed, f, measure.ConnectionLost)
		}
	}
	e.discard(id)
	return none
}

// reincarnate replaces a try by its failing reply, so that its children find
// nothing.
func (e *engine) reincarnate(id int32) int32 {
	old := e.frames[id]
	e.free(id)
	reply := e.stand(&old)
	e.frames[reply].outcome = measure.ConnectionLost
	return reply
}

// stand puts a new frame, which is the reply on its way, in the place of a try.
func (e *engine) stand(old *frame) int32 {
	reply, f := e.alloc()
	gen := f.gen
	*f = *old
	f.gen, f.state, f.next, f.ngen, f.pending = gen, stReply, none, 0, 0
	f.flags &^= flHolds // the old one gives it back
	if e.parentOf(f) == none {
		return reply
	}
	if e.kin != nil {
		e.link(f.parent, reply)
	}
	ed := e.edgeOf(f)
	patience := ed.Timeout
	if p := &e.frames[f.parent]; p.role == roleCall {
		p.next, p.ngen = reply, gen
		patience = ed.PerTryTimeout
	}
	if patience > 0 { // the caller's patience goes on: the old timer finds nothing
		e.After(f.sent+patience-e.Now(), evTimeout, e.ref(reply))
	}
	return reply
}

// orphanChildren accounts for the tries whose caller has died, and for the
// connections of those that it had given up on.
func (e *engine) orphanChildren(inst int32) {
	for id := range e.frames {
		f := &e.frames[id]
		if f.state != stFree && f.flags&flPooled != 0 && e.callerOf(int32(id)) == inst {
			f.flags &^= flPooled
		}
		if f.state == stFree || f.role != roleTry || f.flags&flOrphan != 0 || e.parentOf(f) != none {
			continue
		}
		e.loseTry(f, e.edgeOf(f))
		f.flags |= flOrphan
		if f.state == stLost {
			e.free(int32(id))
		}
	}
}

// loseTry counts a try, and the call if it was one without retries, whose
// caller is gone.
func (e *engine) loseTry(f *frame, ed *edge) {
	e.seeTry(ed, f, measure.ConnectionLost)
	f.flags &^= flGuarded | flPooled // what it held died with its caller
	if f.flags&flWrapped == 0 {
		e.seeCall(ed, measure.ConnectionLost, f.sent, f.flags&flMeasured != 0)
	}
}

// edgeOf is the edge of a call, nil of a local one.
func (e *engine) edgeOf(f *frame) *edge {
	if f.role == roleRoot || f.role == roleBranch {
		return nil
	}
	return e.sites[f.site].ed
}
