package engine

import (
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
	roleCall               // a remote call that may be retried: parent of its tries
)

// state is where a frame is.
type state uint8

const (
	stFree      state = iota
	stReady           // about to run, or waiting for children
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
	flDegraded uint8 = 1 << iota
	flOrphan         // nobody waits for the reply
	flSurge          // request of a surge: in no ledger
	flMeasured       // began within the measured window
	flHolds          // holds memory of its process
)

// frame is one call in progress, 80 bytes in a slab. Others refer to it by
// index and generation, so that a late timer or reply finds nothing.
type frame struct {
	key     rng.Key
	sent    time.Duration // when the call step (roleRoot: the request) began
	arrived time.Duration // at the instance; roleRoot: the number of the request
	until   time.Duration // end of the current sleep or FIFO CPU step; while its process stands still, see frozenUntil; in stTravel and stReply: times that its message was lost
	gen     uint32
	parent  int32 // frame index, none at the root; next free slot when free
	pgen    uint32
	pc      int32
	inst    int32 // instance it occupies: the callee's, or for stClientCPU and roleCall the caller's
	site    int32 // model.SiteID; roleRoot: model.JourneyID
	channel int32 // roleTry: caller's channel; roleRoot: flow
	next    int32 // stQueued: next in the queue, ngen the one before; stClientCPU: the callee's instance; roleCall: the try in progress
	ngen    uint32
	pending uint16 // children not yet done; stQueued: class of its queue
	role    role
	state   state
	flags   uint8
	outcome measure.Outcome // failure so far; else InFlight until it ends
	attempt uint8
}

const none = -1

// alloc takes a slot; pointers to frames are invalid afterwards.
func (e *engine) alloc() int32 {
	if e.freeFrame != none {
		id := e.freeFrame
		f := &e.frames[id]
		e.freeFrame = f.parent
		*f = frame{gen: f.gen, parent: none, next: none}
		e.live++
		return id
	}
	e.frames = append(e.frames, frame{parent: none, next: none})
	e.live++
	return int32(len(e.frames) - 1)
}

// free gives the slot back and makes all references to it stale.
func (e *engine) free(id int32) {
	f := &e.frames[id]
	if f.flags&flHolds != 0 {
		e.giveMemory(f)
	}
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
func (e *engine) child(parent int32, r role) int32 {
	id := e.alloc()
	f, p := &e.frames[id], &e.frames[parent]
	f.role, f.state = r, stReady
	f.parent, f.pgen = parent, p.gen
	return id
}

// parentOf is the frame that waits for f, none if it is gone or has given up.
func (e *engine) parentOf(f *frame) int32 {
	if f.parent == none || f.flags&flOrphan != 0 || e.frames[f.parent].gen != f.pgen {
		return none
	}
	return f.parent
}
