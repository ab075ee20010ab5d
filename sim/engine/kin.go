package engine

import (
	"time"

	"faultline/sim/des"
	"faultline/sim/measure"
	"faultline/sim/rng"
)

// links tie the children of a frame into a list, so that work that nobody wants
// any more can be found. They are kept only where an edge cancels or hedges.
type links struct {
	parent, kids, left, right int32
}

var noLinks = links{none, none, none, none}

var placeCancel = rng.Place("network", "cancel")

// link makes id a child of parent.
func (e *engine) link(parent, id int32) {
	for len(e.kin) < len(e.frames) {
		e.kin = append(e.kin, noLinks)
	}
	first := e.kin[parent].kids
	e.kin[id] = links{parent: parent, kids: none, left: none, right: first}
	if first != none {
		e.kin[first].left = id
	}
	e.kin[parent].kids = id
}

// unlink takes a frame that ends out of its parent's list, and lets go of its
// children.
func (e *engine) unlink(id int32) {
	if int(id) >= len(e.kin) {
		return
	}
	l := e.kin[id]
	for k := l.kids; k != none; {
		next := e.kin[k].right
		e.kin[k].parent, e.kin[k].left, e.kin[k].right = none, none, none
		k = next
	}
	if l.parent != none {
		if l.left != none {
			e.kin[l.left].right = l.right
		} else {
			e.kin[l.parent].kids = l.right
		}
		if l.right != none {
			e.kin[l.right].left = l.left
		}
	}
	e.kin[id] = noLinks
}

// recall stops the work of a try that its caller has given up on, where the edge
// says so: at once where the callee knows the deadline, else when the news has
// crossed the network.
func (e *engine) recall(id int32, ed *edge, o measure.Outcome) {
	switch {
	case ed.DeadlinePropagation && o == measure.Timeout:
		if !e.isPutOff(evCancel, e.ref(id), e.frames[id].inst) {
			e.cancel(id)
		}
	case ed.CancelOnTimeout:
		f := &e.frames[id]
		delay, way := time.Duration(0), e.way(ed, e.stations[ed.From].first+f.channel-ed.base, f.inst)
		if way.dist != nil {
			delay = way.dist.Sample(f.key.Stream(placeCancel))
		}
		e.After(delay, evCancel, des.Ref{ID: id, Gen: f.gen})
	}
}

// onCancel is a cancel that reaches the callee.
func (e *engine) onCancel(k des.Kind, r des.Ref) {
	if e.alive(r) && !e.isPutOff(k, r, e.frames[r.ID].inst) {
		e.cancel(r.ID)
		e.step(none)
	}
}

// cancel ends the work of a try at its callee, wherever it has got to, and what
// it has called where those edges cancel too. Nobody waits for its reply.
func (e *engine) cancel(id int32) {
	f := &e.frames[id]
	switch f.state {
	case stTravel, stClientCPU:
		f.flags |= flCancelled // it ends where it arrives
	case stQueued:
		inst := &e.instances[f.inst]
		st := inst.st
		e.unqueue(id, inst, st)
		f.outcome = measure.Timeout
		e.seeLeft(st, f)
		e.discard(id)
	case stReply, stLost:
	default:
		if f.flags&flLingering == 0 && e.cancelWork(id) {
			e.dropServed(id)
		}
	}
}

// cancelWork stops what a frame does in its process, its children included. It
// is false if the process died of it: a call that took over a worker may kill it.
func (e *engine) cancelWork(id int32) bool {
	f := &e.frames[id]
	gen := f.gen
	if f.state == stCPU || f.state == stServerCPU {
		e.stopWork(id)
	}
	for k := e.kin[id].kids; k != none && e.frames[id].gen == gen; k = e.kin[id].kids {
		e.cancelChild(k)
	}
	return e.frames[id].gen == gen
}

// cancelChild ends one child; it is in its parent's list no more.
func (e *engine) cancelChild(id int32) {
	f := &e.frames[id]
	switch f.role {
	case roleTry:
		if f.flags&flOrphan == 0 {
			ed := e.edgeOf(f)
			if f.flags&flWrapped == 0 {
				e.seeCall(ed, measure.Timeout, f.sent, f.flags&flMeasured != 0)
			}
			gen := f.gen
			e.abandon(id, ed, measure.Timeout)
			if e.frames[id].gen != gen {
				return
			}
		}
		e.detach(id)
		return
	case roleCall:
		ed := e.edgeOf(f)
		e.seeCall(ed, measure.Timeout, f.sent, f.flags&flMeasured != 0)
		e.budgetEnded(f, ed, true)
	case roleLocal:
		e.seeHandled(f, measure.Timeout)
		if e.sites[f.site].ed != nil {
			e.leaveWall(f, measure.Timeout)
		}
	}
	if e.cancelWork(id) {
		e.free(id)
	}
}

// detach takes a frame that lives on out of its parent's list.
func (e *engine) detach(id int32) {
	kids := e.kin[id].kids
	e.kin[id].kids = none
	e.unlink(id)
	e.kin[id].kids = kids
}

// stopWork takes a job off the cores of its instance.
func (e *engine) stopWork(id int32) {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	if f.until >= 0 { // on a core of its own
		if job, d, ok := inst.next(); ok {
			e.work(job, d)
		} else {
			inst.busy.add(e.Now(), -1)
		}
	} else if inst.ps == nil {
		inst.fifo.Remove(id)
	} else {
		inst.ps.Remove(e.Now(), id)
		e.rearm(f.inst)
	}
	f.state = stReady
}

// dropServed gives back the worker of a cancelled request.
func (e *engine) dropServed(id int32) {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	f.outcome = measure.Timeout
	e.seeServed(inst, f, e.waiter(f))
	if f.flags&flHolds != 0 {
		e.giveMemory(f)
	}
	f.state = stReply
	e.giveBack(inst)
	e.discard(id)
}
