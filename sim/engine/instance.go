package engine

import (
	"time"

	"faultline/sim/cores"
	"faultline/sim/measure"
	"faultline/sim/model"
)

// station is the engine's view of a model.Station. What every call touches comes
// first: with a thousand services, cache lines are what calls cost.
type station struct {
	gauge      gauge
	stat       *measure.Station
	queueLimit int32
	first      int32 // instance
	work       int64 // ns at the station of measured calls
	wasted     int64 // of that, of calls whose reply nobody took
	// Whole-run integer sums for the audit.
	workersTaken, workersGiven int64
	stayed                     int64 // Σ time at the station of calls that left

	*model.Station
	n         int32
	coreSpeed float64 // of one FIFO core, for fractions of one
	shared    sharedCores
	atTick    integrals
	atWarm    integrals
}

// instance is one process; what every call touches comes first here too.
type instance struct {
	station  int32
	index    int32 // within the station
	zone     int32 // none for users and external components
	free     int32 // workers
	head     int32 // queue of frames that wait for a worker
	tail     int32
	waiting  int32
	sharing  model.Scheduling
	infinite bool // cores without a bound
	up       bool
	starting bool
	listed   bool  // known to clients
	altered  bool  // some fault has turned something here
	running  int32 // jobs on cores of their own
	fifo     cores.FIFO

	ps        cores.PS
	armed     time.Duration // when the next processor-sharing job ends
	shared    float64       // cores in use by processor sharing
	cacheBorn time.Duration // when its caches were emptied; -1: warm from the start
	gen       uint32        // of the start-up
	deaths    uint32
	coreGen   uint32
}

// arrive is a request that reaches its instance.
func (e *engine) arrive(id int32) int32 {
	f := &e.frames[id]
	if f.flags&flCancelled != 0 {
		e.discard(id)
		return none
	}
	inst := &e.instances[f.inst]
	st := &e.stations[inst.station]
	f.arrived = e.Now()
	if !inst.up {
		f.outcome = measure.ConnectionRefused
		e.seeTurnedAway(st, f)
		return e.answer(id)
	}
	if inst.free > 0 {
		st.gauge.service.add(e.Now(), 1)
		return e.start(id, inst, st)
	}
	if inst.waiting >= st.queueLimit {
		f.outcome = measure.Rejected
		e.seeTurnedAway(st, f)
		return e.answer(id)
	}
	f.state, f.next = stQueued, none
	if inst.tail == none {
		inst.head = id
	} else {
		e.frames[inst.tail].next = id
	}
	inst.tail = id
	inst.waiting++
	st.gauge.queue.add(e.Now(), 1)
	return none
}

// start gives a worker to a request.
func (e *engine) start(id int32, inst *instance, st *station) int32 {
	f := &e.frames[id]
	inst.free--
	st.workersTaken++
	e.seeAdmitted(st, f)
	ed := &e.edges[e.sites[f.site].Edge]
	if ed.protocol != nil && !e.cpu(id, ed.protocol.Sample(f.key.Stream(placeServer)), stServerCPU) {
		return none
	}
	return e.begin(id)
}

// leave is the end of a request's stay: its worker goes to the next in the
// queue, its reply to the caller.
func (e *engine) leave(id int32) int32 {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	st := &e.stations[inst.station]
	e.seeServed(st, f)
	if f.ngen > 0 {
		return e.linger(id)
	}
	f.state = stReply // it has left: the next may kill the process before its reply is sent
	e.giveBack(inst, st)
	return e.answer(id)
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
	return e.answer(reply)
}

// release ends a lingering request.
func (e *engine) release(id int32) {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	st := &e.stations[inst.station]
	st.stayed += int64(e.Now() - f.arrived)
	f.state = stReply
	e.giveBack(inst, st)
	e.free(id)
}

// giveBack hands a worker to the next in the queue.
func (e *engine) giveBack(inst *instance, st *station) {
	inst.free++
	st.workersGiven++
	if inst.head == none {
		st.gauge.service.add(e.Now(), -1)
	} else {
		e.admitNext(inst, st)
	}
}

func (e *engine) admitNext(inst *instance, st *station) {
	id := inst.head
	f := &e.frames[id]
	inst.head = f.next
	if inst.head == none {
		inst.tail = none
	}
	inst.waiting--
	f.next = none
	st.gauge.queue.add(e.Now(), -1) // one leaves service, one enters it
	f.state = stReady
	if next := e.start(id, inst, st); next != none {
		e.wake(next)
	}
}
