package engine

import (
	"time"

	"faultline/sim/cores"
	"faultline/sim/des"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/platform"
)

// station is the engine's view of a model.Station. The usual call touches its instance
// alone.
type station struct {
	queue      level             // calls that wait for a worker
	wait       *measure.Recorder // of calls that had to; nil: none yet
	queueLimit int32
	first      int32 // instance
	n          int32
	priority   bool  // its queue is by class
	up         level // instances
	stat       *measure.Station
	unwaited   uint64 // measured calls that found a free worker, but for those that its instances still hold
	failed     int64  // ns at the station of measured calls that were not answered
	wasted     int64  // the same of calls whose reply nobody took, answered or not
	*model.Station
	parts *parts // nil: cores are not shared, and no call has held memory yet
}

// parts is what is used in fractions.
type parts struct {
	cores  sharedCores // by processor sharing
	memory sharedCores // bytes held, and byte-nanoseconds
	leaked float64     // byte-seconds leaked in the measured window
}

// inParts makes room for what is used in fractions.
func (st *station) inParts() *parts {
	if st.parts == nil {
		st.parts = new(parts)
	}
	return st.parts
}

// instance is one process: what every call touches, in three lines of the cache, and
// the rest. With a thousand services, cache lines are what calls cost. Arrivals touch
// the first two.
type instance struct {
	service  level // calls that hold a worker
	busy     level // jobs on cores of their own
	free     int32 // workers
	waiting  int32 // frames that wait for a worker
	running  int32 // jobs on cores of their own, those that stand still with the process included
	unwaited uint32
	sharing  model.Scheduling
	infinite bool // cores without a bound
	open     bool // up, neither silent nor still, no limit on its rate: calls are taken as they come
	quirky   bool // its station has contention, warm-up, errors or memory of its own
	altered  bool // some fault has turned something here
	sole     bool // there is a single component here: see served
	*instanceRest

	fifo      cores.FIFO
	st        *station
	served    uint32 // usual calls that left since gather was called, where the component is the only one
	succeeded uint32 // of them, those of the measured window

	stay    int64            // Σ time here of those served, in ns
	latency measure.Recorder // of answered calls
}

// instanceRest is what some calls touch.
type instanceRest struct {
	head      int32 // queue of frames that wait for a worker
	tail      int32
	stayed    int64            // Σ time here of calls that left, but for stay
	handled   *handled         // of the only component here; nil if there are several, or none
	ps        *processor       // nil: jobs have cores of their own
	bucket    *platform.Bucket // nil: its rate has no limit
	lower     *[2]waiters      // of the classes below the first; nil: all wait in one queue
	station   int32
	index     int32 // within the station
	zone      int32 // none for users and external components
	capacity  int32 // workers in force
	up        bool
	starting  bool
	listed    bool   // known to clients
	frozen    bool   // it stands still
	dark      bool   // messages to it and from it vanish
	pausing   bool   // its runtime has stopped it
	gen       uint32 // of the start-up
	deaths    uint32
	pauseGen  uint32
	pauses    uint32 // so far
	memoryGen uint32
	island    int32
	born      time.Duration // when the process started
	cacheBorn time.Duration // when its caches were last emptied; -1: never
	memory    int64         // bytes that its calls hold
	leakFrom  time.Duration
}

// processor is the cores of an instance that all its jobs share.
type processor struct {
	cores.PS
	armed time.Duration // when the next job ends; -1: none runs
	used  float64       // cores
	gen   uint32        // of the event at which it ends
}

// arrive is a request that reaches its instance.
func (e *engine) arrive(id int32, f *frame) int32 {
	if f.flags&flCancelled != 0 {
		e.discard(id)
		return none
	}
	inst := &e.instances[f.inst]
	f.arrived = e.Now()
	if !inst.open && !e.welcome(id, inst, inst.st) {
		return e.turnedAway(id, inst, inst.st)
	}
	if inst.free > 0 {
		inst.service.add(e.Now(), 1)
		return e.start(id, f, inst)
	}
	st := inst.st
	if inst.waiting >= st.queueLimit {
		f.outcome = measure.Rejected
		e.seeTurnedAway(st, f)
		return e.answer(id, &e.frames[id])
	}
	e.enqueue(id, inst, st)
	return none
}

// welcome reports whether an instance that does not take calls as they come takes
// this one; if not, the outcome says why, and is none where nobody answers.
func (e *engine) welcome(id int32, inst *instance, st *station) bool {
	f := &e.frames[id]
	switch {
	case inst.dark:
	case !inst.up:
		f.outcome = measure.ConnectionRefused
	case inst.frozen:
	case st.RateLimit != nil && !inst.bucket.Take(e.Now()):
		f.outcome = measure.Rejected
	default:
		return true
	}
	return false
}

// turnedAway is a call that is not welcome: answered, lost, or left to wait,
// beyond any limit, until its process goes on.
func (e *engine) turnedAway(id int32, inst *instance, st *station) int32 {
	f := &e.frames[id]
	switch {
	case f.outcome.Failed():
		e.seeTurnedAway(st, f)
		return e.answer(id, &e.frames[id])
	case inst.dark:
		e.vanish(id)
	default:
		e.enqueue(id, inst, st)
	}
	return none
}

// start gives a worker to a request.
func (e *engine) start(id int32, f *frame, inst *instance) int32 {
	inst.free--
	if f.flags&flMeasured != 0 {
		if wait := e.Now() - f.arrived; wait > 0 {
			inst.st.seeWait(wait)
		} else {
			inst.unwaited++
		}
	}
	if f.flags&flAsked != 0 && !inst.altered && !inst.quirky {
		return e.beginAsked(id, f, inst)
	}
	s := &e.sites[f.site]
	if s.parsed && !e.cpu(id, f, inst, e.protocolWork(s.ed, s.ed.To, f.key.Stream(placeServer)), stServerCPU) {
		return none
	}
	return e.begin(id, f, s, inst)
}

// leave is the end of a request's stay: its worker goes to the next in the
// queue, its reply to the caller.
func (e *engine) leave(id int32, f *frame, inst *instance) int32 {
	if !f.usual() || f.outcome != measure.InFlight || f.ngen > 0 || e.struck || inst.quirky || !inst.sole || len(e.spans) > 0 {
		return e.leaveAnyhow(id, f, inst)
	}
	f.outcome, f.state = measure.Succeeded, stReply
	stay := e.Now() - f.arrived
	inst.stay += int64(stay)
	inst.served++
	if f.flags&flMeasured != 0 {
		inst.succeeded++
		inst.latency.Record(stay)
		if f.flags&flInside != 0 && e.inVain(f) {
			inst.st.wasted += int64(stay)
		}
	}
	inst.free++
	if inst.waiting == 0 || inst.free <= 0 {
		inst.service.add(e.Now(), -1)
	} else {
		e.admitNext(inst)
		f = &e.frames[id]
	}
	if f.lane >= 0 {
		e.AfterLane(int(f.lane), 0, evReply, des.Ref{ID: id, Gen: f.gen})
		return none
	}
	if ed := &e.edges[e.edgeAt[f.site]]; ed.instant {
		return e.repliedOver(id, f, ed)
	}
	return e.answer(id, f)
}

// leaveAnyhow is leave, whatever there is to be said of the call.
func (e *engine) leaveAnyhow(id int32, f *frame, inst *instance) int32 {
	f.outcome = f.result()
	e.seeServed(inst, f, e.waiter(f))
	if f.ngen > 0 {
		return e.linger(id)
	}
	if f.flags&flHolds != 0 {
		e.giveMemory(f)
	}
	f.state = stReply // it has left: the next may kill the process before its reply is sent
	e.giveBack(inst)
	return e.answer(id, &e.frames[id])
}

// linger answers a request whose worker is held by branches that run on: the
// reply leaves as a frame of its own.
func (e *engine) linger(id int32) int32 {
	old := e.frames[id]
	f := &e.frames[id]
	f.flags = f.flags&^(flMeasured|flGuarded|flPooled) | flLingering | flOrphan
	f.arrived = e.Now() // what came before is in the books
	f.pending = 1       // its program is done
	reply := e.stand(&old)
	e.frames[reply].outcome = old.outcome
	return e.answer(reply, &e.frames[reply])
}

// release ends a lingering request.
func (e *engine) release(id int32) {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	inst.stayed += int64(e.Now() - f.arrived)
	if f.flags&flHolds != 0 {
		e.giveMemory(f)
	}
	f.state = stReply
	e.giveBack(inst)
	e.free(id)
}

// giveBack hands a worker to the next in the queue.
func (e *engine) giveBack(inst *instance) {
	inst.free++
	if inst.waiting == 0 || inst.free <= 0 {
		inst.service.add(e.Now(), -1)
	} else {
		e.admitNext(inst)
	}
}

// admitNext gives a worker that has just become free to the next that waits.
func (e *engine) admitNext(inst *instance) {
	id := e.dequeue(inst, inst.st)
	f := &e.frames[id]
	f.state = stReady // one leaves service, one enters it
	if next := e.start(id, f, inst); next != none {
		e.wake(next)
	}
}

// fill gives the free workers of an instance to those who wait.
func (e *engine) fill(id int32) {
	inst := &e.instances[id]
	for inst.up && !inst.frozen && inst.free > 0 && inst.waiting > 0 {
		inst.service.add(e.Now(), 1)
		e.admitNext(inst)
	}
}

// conform brings an instance in line with all that is in force there.
func (e *engine) conform(id int32) {
	inst := &e.instances[id]
	st := inst.st
	dark := e.whole(fault.Dark, id) > 0
	if inst.dark && !dark && !inst.up {
		e.notice(id, platform.Refusing)
	}
	inst.dark = dark
	if frozen := inst.pausing || e.whole(fault.Frozen, id) > 0; frozen != inst.frozen {
		inst.frozen = frozen
		if frozen {
			e.freeze(id)
		} else {
			e.thaw(id)
		}
	}
	workers := min(float64(st.Workers), e.whole(fault.WorkerLimit, id)) - e.whole(fault.LostWorkers, id)
	if c := int32(max(workers, 0)); c != inst.capacity {
		inst.free += c - inst.capacity
		inst.capacity = c
		e.world.resumed = append(e.world.resumed, id)
	}
	inst.open = inst.up && !inst.dark && !inst.frozen && st.RateLimit == nil
	e.armMemory(id)
}
