package engine

import (
	"slices"
	"time"

	"faultline/sim/des"
	"faultline/sim/measure"
	"faultline/sim/rng"
)

// role is what a frame stands for.
type role uint8

const (
	roleRoot   role = iota // a request, at the users' station
	roleTry                // one send of a remote call, at the callee's instance
	roleLocal              // a function call in the same process
	roleBranch             // a concurrent branch, in the same process
	roleCall               // a call with retries, hedges or walls: parent of its tries
	roleGroup              // concurrent branches of which not all are waited for
	roleLoop               // the body of a loop, in the same process
)

// state is where a frame is.
type state uint8

const (
	stFree      state = iota
	stReady           // about to run, or waiting for children
	stPool            // a try that waits for a connection at its caller
	stClientCPU       // a try whose request is being serialised by its caller
	stTravel          // a try on its way to the callee
	stQueued          // waiting for a worker
	stServerCPU       // being parsed by the callee
	stCPU             // in a CPU step
	stSleep           // in a sleep step
	stReply           // on its way back to the caller
	stLost            // a try whose message has vanished: its caller waits for ever, or for its patience
)

// Flags of a frame.
const (
	flDegraded  uint16 = 1 << iota
	flOrphan           // nobody waits for the reply
	flSurge            // request of a surge: in no ledger
	flMeasured         // began within the measured window
	flFell             // the call before has failed, and a fallback follows
	flWrapped          // a try whose parent is a roleCall
	flGuarded          // holds what its caller's guard has lent: a permit, a place
	flPooled           // holds a connection of its caller's pool
	flCancelled        // nobody wants the work either
	flSettled          // a group that has told its parent
	flLingering        // replied; the worker is held by branches that run on
	flHolds            // holds memory of its process
	flAsked            // a try over a plain edge
	flInside           // asked by a branch, a group or a loop
	flLeaf             // a try whose program is one CPU step, a request that is one call
)

// frame is one call in progress, 80 bytes in a slab. Others refer to it by
// index and generation, so that a late timer or reply finds nothing.
type frame struct {
	key     rng.Key
	sent    time.Duration // when the call step (roleRoot: the request) began; roleGroup: failures that can still be borne; roleLoop: rounds in all
	arrived time.Duration // at the instance; roleRoot: the number of the request; roleGroup: successes still to come; roleLoop: rounds done
	until   time.Duration // end of the current sleep or FIFO CPU step; while its process stands still, see frozenUntil; flAsked, until it has a worker: the work that it begins with; else in stTravel, and in stReply: times that its message was lost; roleCall: the last backoff, or when the next hedge is due
	gen     uint32
	parent  int32 // frame index, none at the root; next free slot when free
	pgen    uint32
	pc      int32
	inst    int32  // instance it occupies: the callee's, or for stClientCPU and roleCall the caller's
	site    int32  // model.SiteID; roleRoot: model.JourneyID
	channel int32  // roleTry: caller's channel; roleRoot: flow; roleLoop: where the body begins
	next    int32  // stQueued: next in the queue, ngen the one before; stPool, stClientCPU: the callee's instance; roleCall: the try in progress; roleRoot: virtual user; settled roleGroup: who holds its worker
	ngen    uint32 // generation of next; roleTry: groups that run on; roleRoot: which request of its user; roleLoop: place
	pending uint16 // children not yet done; stQueued: class of its queue
	flags   uint16
	permit  uint16 // of the circuit breaker
	role    role
	state   state
	outcome measure.Outcome // failure so far; else InFlight until it ends
	attempt uint8
	class   uint8 // criticality of the journey, 0 first
	lane    int8  // of the calendar, in which its reply travels if it was asked; des.NoLane
}

const none = -1

// alloc takes a slot; pointers to frames are invalid afterwards.
func (e *engine) alloc() (int32, *frame) {
	id := e.freeFrame
	if id == none {
		id = e.grow()
		return id, &e.frames[id]
	}
	f := &e.frames[id]
	e.freeFrame = f.parent
	f.clear()
	e.live++
	return id, f
}

// clear makes a frame new, but for its generation.
func (f *frame) clear() {
	gen := f.gen
	*f = frame{}
	f.gen, f.parent, f.next = gen, none, none
}

// grow makes a new slot.
func (e *engine) grow() int32 {
	if len(e.frames) >= e.limits.lookAt {
		e.lookAtFrames()
	}
	if len(e.frames) == cap(e.frames) {
		e.frames = slices.Grow(e.frames, max(64, len(e.frames))) // twice as many: append leaves more behind
	}
	e.frames = append(e.frames, frame{parent: none, next: none})
	e.live++
	return int32(len(e.frames) - 1)
}

// free gives the slot back and makes all references to it stale.
func (e *engine) free(id int32) {
	if e.kin != nil {
		e.unlink(id)
	}
	f := &e.frames[id]
	if f.flags&flHolds != 0 {
		e.giveMemory(f)
	}
	e.shelve(id, f)
}

// shelve is free, where the frame has no kin and no memory.
func (e *engine) shelve(id int32, f *frame) {
	f.gen++
	f.state = stFree
	f.parent = e.freeFrame
	e.freeFrame = id
	e.live--
}

func (e *engine) ref(id int32) des.Ref { return des.Ref{ID: id, Gen: e.frames[id].gen} }

// alive reports whether the frame of a reference is still the same.
func (e *engine) alive(r des.Ref) bool { return e.frames[r.ID].gen == r.Gen }

// child allocates a frame that answers to parent.
func (e *engine) child(parent int32, r role) (int32, *frame) {
	id, f := e.alloc()
	p := &e.frames[parent]
	f.role, f.state = r, stReady
	f.parent, f.pgen, f.class = parent, p.gen, p.class
	if e.kin != nil {
		e.link(parent, id)
	}
	return id, f
}

// usual reports whether a frame is a call that was asked over a plain edge, of
// which nothing else is to be known.
func (f *frame) usual() bool { return f.flags&^(flMeasured|flInside|flLeaf) == flAsked }

// result is how a frame whose program has ended has ended.
func (f *frame) result() measure.Outcome {
	switch {
	case f.outcome.Failed():
		return f.outcome
	case f.flags&flDegraded != 0:
		return measure.Degraded
	}
	return measure.Succeeded
}

// waiter is the frame that waits for f, nil if it is gone or has given up.
func (e *engine) waiter(f *frame) *frame {
	if f.parent == none || f.flags&flOrphan != 0 {
		return nil
	}
	p := &e.frames[f.parent]
	if p.gen != f.pgen {
		return nil
	}
	return p
}

// parentOf is the frame that waits for f, none if it is gone or has given up.
func (e *engine) parentOf(f *frame) int32 {
	if f.parent == none || f.flags&flOrphan != 0 || e.frames[f.parent].gen != f.pgen {
		return none
	}
	return f.parent
}
