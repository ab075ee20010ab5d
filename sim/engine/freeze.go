package engine

import (
	"slices"
	"time"

	"faultline/sim/des"
	"faultline/sim/rng"
)

// frozenUntil and below is until of a step whose process stands still: so much
// less as is left of it.
const frozenUntil time.Duration = -2

// putOff is an event of a process that stands still: it happens when it goes on.
type putOff struct {
	kind des.Kind
	ref  des.Ref
	inst int32
}

// freeze lets all that an instance does stand still where it is.
func (e *engine) freeze(id int32) {
	inst := &e.instances[id]
	e.still++
	for i := range e.frames {
		if f := &e.frames[i]; f.inst == id && f.working() && f.until >= e.Now() {
			f.until = frozenUntil - (f.until - e.Now())
		}
	}
	inst.busy.add(e.Now(), -int64(inst.running))
	if p := inst.ps; p != nil {
		p.release(e.Now(), inst.st)
		p.Stop(e.Now())
		p.disarm()
	}
}

// thaw lets it go on as if no time had passed.
func (e *engine) thaw(id int32) {
	inst := &e.instances[id]
	e.still--
	for i := range e.frames {
		if f := &e.frames[i]; f.inst == id && f.working() && f.until <= frozenUntil {
			e.work(int32(i), frozenUntil-f.until)
		}
	}
	inst.busy.add(e.Now(), int64(inst.running))
	if p := inst.ps; p != nil {
		p.Resume(e.Now())
		if p.Len() > 0 {
			e.rearm(id)
		}
	}
	e.world.resumed = append(e.world.resumed, id)
}

// callerOf is the instance whose process learns what becomes of a call or a try.
func (e *engine) callerOf(id int32) int32 {
	f := &e.frames[id]
	if f.role != roleTry {
		return f.inst
	}
	ed := e.sites[f.site].ed
	return e.stations[ed.From].first + f.channel - ed.base
}

// hears reports whether a call or a try is still there and its caller can learn
// of an event now; a caller that stands still learns of it later.
func (e *engine) hears(k des.Kind, r des.Ref) bool {
	return e.alive(r) && !(e.still > 0 && e.callerWaits(k, r.ID))
}

// callerWaits puts an event off that the caller of a try learns of while it stands
// still. It stays out of line: callers ask only while some process does.
//
//go:noinline
func (e *engine) callerWaits(k des.Kind, id int32) bool {
	return e.isPutOff(k, e.ref(id), e.callerOf(id))
}

// isPutOff puts an event of a process off while it stands still.
func (e *engine) isPutOff(k des.Kind, r des.Ref, inst int32) bool {
	if !e.instances[inst].frozen {
		return false
	}
	e.put = append(e.put, putOff{k, r, inst})
	return true
}

// resume lets instances go on with what has waited for them, in order: first what
// has reached them, then the requests in the queue.
func (e *engine) resume() {
	for len(e.world.resumed) > 0 {
		id := e.world.resumed[0]
		e.world.resumed = slices.Delete(e.world.resumed, 0, 1)
		if !e.instances[id].frozen {
			e.handlePutOff(id)
		}
		e.fill(id)
	}
	e.step(none)
}

// handlePutOff lets the events of an instance happen that were put off.
func (e *engine) handlePutOff(id int32) {
	mine := func(p putOff) bool { return p.inst == id }
	if !slices.ContainsFunc(e.put, mine) {
		return
	}
	due := slices.DeleteFunc(slices.Clone(e.put), func(p putOff) bool { return !mine(p) })
	e.put = slices.DeleteFunc(e.put, mine)
	for _, p := range due {
		e.happen(p.kind, p.ref)
	}
}

// dropPutOff frees what a process that died still had before it: replies that
// nobody waits for. Its other events find nothing.
func (e *engine) dropPutOff(id int32) {
	for i := 0; i < len(e.put); i++ {
		p := e.put[i]
		if p.inst != id {
			continue
		}
		e.put = slices.Delete(e.put, i, i+1)
		i--
		if e.alive(p.ref) && e.frames[p.ref.ID].state == stReply && e.callerOf(p.ref.ID) == id {
			e.frames[p.ref.ID].flags &^= flPooled
			e.discard(p.ref.ID)
		}
	}
}

var placePauses = rng.Place("instance", "pauses")

// awaitPause schedules the next pause of an instance's runtime, by its own stream.
func (e *engine) awaitPause(id int32) {
	inst := &e.instances[id]
	if p := inst.st.Pauses; p != nil {
		inst.pauseGen++
		s := e.pauseKey(inst).Stream(0)
		e.After(max(p.Every.Sample(s), 1), evStop, des.Ref{ID: id, Gen: inst.pauseGen})
	}
}

func (e *engine) pauseKey(inst *instance) rng.Key {
	return e.root.Child(placePauses).Child(rng.Place(inst.st.Name)).Child(uint32(inst.index)).Child(inst.pauses)
}

// onStop is the beginning or the end of a pause of a runtime.
func (e *engine) onStop(r des.Ref) {
	inst := &e.instances[r.ID]
	if inst.pauseGen != r.Gen || !inst.up {
		return
	}
	inst.pausing = !inst.pausing
	e.conform(r.ID)
	if inst.pausing {
		s := e.pauseKey(inst).Stream(1)
		e.After(max(inst.st.Pauses.Length.Sample(s), 1), evStop, r)
		inst.pauses++
		return
	}
	e.awaitPause(r.ID)
	e.resume()
}
