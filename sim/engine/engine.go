// Package engine runs one replication of one compiled system under one load and
// one set of faults. It is the only room that schedules events.
//
// Each file knows one thing: engine.go switches on the event kind, exec.go on
// the instruction; ask.go makes the usual call, and call.go, channel.go and network.go
// know the order of the layers of any other; instance.go admits, queue.go lets wait,
// compute.go gives cores; lifecycle.go starts and crashes, freeze.go lets stand still,
// memory.go counts bytes; control.go ticks; source.go makes requests; stretch.go says
// what happens next, and island.go on which of the system's independent parts; world.go
// applies faults and takes them back, through hand.go they turn knobs, and netfault.go is
// what messages meet; level.go integrates over time, observe.go writes the measures and
// audit.go checks them; ahead.go reads ahead where services are many.
package engine

import (
	"context"
	"time"

	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/rng"
)

// Job is one replication. It is only read.
type Job struct {
	System      *model.System
	Flows       []load.Flow
	Faults      []fault.Injection
	Seed        uint64
	Replication int
	Duration    time.Duration // requests arrive from zero to here
	Warmup      time.Duration
	Drain       time.Duration   // longest wait for answers after Duration
	Window      time.Duration   // of the series
	Marks       []time.Duration // instants at which arrivals are counted, ascending
	Open        []time.Duration // those of Marks at which requests in flight are listed
	Spans       []measure.Span  // over which components and journeys are measured by themselves
	Ledger      bool
	// More than one of these ends the run as partial. 0: DefaultMaxFrames and so on.
	MaxFrames int    // calls in flight at once
	MaxEvents uint64 // events of the run
	MaxMemory int64  // bytes that hold calls, events, users and outcomes
	// Grow is asked once before a run takes more than 256 MiB; it may wait until
	// other runs are done. Its error ends the run. May be nil.
	Grow func() error
	// Enough is asked at the end of each window of the series; once it says true the
	// run ends there, as partial. What it is given may only be read, and holds what
	// was measured so far. May be nil.
	Enough func(sofar *measure.Run) bool
}

// The kinds of event.
const (
	evSource     des.Kind = iota // ID: arrival; in the agenda, source
	evArrive                     // ID: frame
	evReply                      // ID: frame
	evWork                       // ID: frame: a sleep or FIFO CPU step ends
	evCores                      // ID: instance: a processor-sharing job ends
	evTimeout                    // ID: frame: its caller's patience ends
	evRetry                      // ID: frame: a backoff ends
	evHedge                      // ID: frame: the next try of a hedged call is due
	evPool                       // ID: frame: its patience with the connection pool ends
	evCancel                     // ID: frame: its caller's cancel reaches the callee
	evUser                       // ID: virtual user: has thought, and asks
	evResend                     // ID: frame: its message was lost, and is sent again
	evLeaveQueue                 // ID: frame: it has waited for a worker for too long
	evStop                       // ID: instance: the next pause of its runtime
	evMemory                     // ID: instance: its memory is at its bound, if it has grown as it did
	evReady                      // ID: instance: its start-up is done
	evDiscover                   // ID: instance: the news of its death arrives
	evTick                       // a window of the series ends
	evWarm                       // the measured window begins
	evClose                      // the measured window ends, and arrivals with it
	evMark                       // ID: mark
	evSpan                       // ID: span: begins, or ends
	evFault                      // ID: injection: begins
	evUndo                       // ID: injection: ends
	evClock                      // ID: timer of a fault
	evDrained                    // the drain ends
)

type engine struct {
	des.Calendar
	job *Job
	sys *model.System
	// Of sys, a load nearer.
	code     []model.Instr
	sites    []site
	edgeAt   []model.EdgeID // by site: close together
	ops      []model.Op
	dists    []dist.Sampler
	journeys []journey
	run      *measure.Run

	frames    []frame
	freeFrame int32
	live      int
	ready     []des.Ref // frames to run before the next event, in order
	woken     int       // of them, those that have run
	struck    bool      // a fault has begun, if it has not ended too
	still     int       // instances that stand still

	instances []instance
	stations  []station
	edges     []edge
	channels  []channel
	guards    []guard
	pools     []pool
	kin       []links // by frame; nil where no edge needs it
	users     []user
	asking    [1]arrival // of the user who asks now
	handled   []handled  // by component
	sources   []source
	course    course
	islands   islands
	isPast    func(des.Event) bool // past, made once: a method's value allocates
	flows     []flow
	world     world
	fetched   int64    // see ahead
	put       []putOff // events of processes that stand still, in order
	root      rng.Key
	discovery platform.Discovery
	ticks     int         // windows of the series written
	atTick    []integrals // by station, at the end of the last of them; nil: there is but one
	atWarm    []integrals // by station, when the measured window began; nil: at time zero
	closed    bool
	done      bool
	measuring bool
	limits    limits
	ctx       context.Context
	spans     []int32                                      // that are open
	answered  func(*frame, measure.Outcome, time.Duration) // test hook: a request's latency
}

// Run simulates one replication. The error is ctx's, or a broken invariant,
// which is a defect of the program.
func Run(ctx context.Context, job *Job) (*measure.Run, error) { return run(ctx, job, nil) }

func run(ctx context.Context, job *Job, trace func(des.Event)) (*measure.Run, error) {
	e := setup(job)
	e.ctx = ctx
	for !e.done {
		if e.look(); e.limits.full {
			break
		}
		if trace == nil {
			e.runOn(lookEvery)
		} else {
			e.runTraced(lookEvery, trace)
		}
	}
	if e.limits.failed != nil {
		return nil, e.limits.failed
	}
	return e.run, e.finish()
}

// runOn lets so many events happen, if there are so many and no limit is reached.
func (e *engine) runOn(events int) {
	n := 0
	for n < events && !e.done {
		if ev, ok := e.NextBefore(e.course.next); ok {
			n++
			e.happen(ev.Kind(), ev.Ref())
			continue
		}
		if id := e.course.coming; id != none { // as nextOther and happen do
			n++
			e.onSource(e.comes(id))
			continue
		}
		ev, ok := e.nextOther()
		if !ok {
			e.done = true
			break
		}
		n++
		e.happen(ev.Kind(), ev.Ref())
	}
	e.run.Events += uint64(n)
}

// runTraced is runOn, where somebody wants to know of each event.
func (e *engine) runTraced(events int, trace func(des.Event)) {
	for ; events > 0 && !e.done; events-- {
		ev, ok := e.next()
		if !ok {
			e.done = true
			return
		}
		trace(ev)
		e.run.Events++
		e.happen(ev.Kind(), ev.Ref())
	}
}

// happen is the switch on the kinds of event of which every call has some; happenRarely
// is the one on the others.
func (e *engine) happen(k des.Kind, r des.Ref) {
	switch k {
	case evArrive:
		e.goOn(e.arrive(r.ID, &e.frames[r.ID]))
	case evReply:
		if f := &e.frames[r.ID]; f.gen == r.Gen {
			e.goOn(e.replied(r.ID, f))
		}
	case evWork:
		if f := &e.frames[r.ID]; f.gen == r.Gen {
			e.goOn(e.onWork(r.ID, f))
		}
	case evSource:
		e.onSource(&e.course.arrivals[r.ID])
	default:
		e.happenRarely(k, r)
	}
}

// isSource reports whether an event is the next arrival of a source.
func (e *engine) isSource(ev des.Event) bool { return ev.Kind() == evSource }

// past reports whether an event would do nothing any more.
func (e *engine) past(ev des.Event) bool {
	switch ev.Kind() {
	case evArrive, evReply, evWork, evTimeout, evRetry, evHedge, evPool, evCancel, evResend, evLeaveQueue:
		return !e.alive(ev.Ref())
	}
	return false
}

// islandOfEvent is the island of an event that is not of the whole system.
func (e *engine) islandOfEvent(ev des.Event) *island {
	switch id := ev.Ref().ID; ev.Kind() {
	case evUser:
		f := &e.flows[e.users[id].flow]
		return e.journeys[f.journeys[0].journey].island
	case evCores, evStop, evMemory, evReady, evDiscover:
		return e.islandOf(id)
	default:
		return e.islandOfFrame(id)
	}
}

func (e *engine) happenRarely(k des.Kind, r des.Ref) {
	switch k {
	case evCores:
		e.onCores(r)
	case evTimeout:
		if e.hears(k, r) {
			e.step(e.onTimeout(r.ID))
		}
	case evRetry:
		if e.hears(k, r) {
			e.step(e.sendTry(r.ID))
		}
	case evHedge:
		if e.hears(k, r) {
			e.step(e.onHedge(r.ID))
		}
	case evPool:
		if e.hears(k, r) {
			e.step(e.onPoolTimeout(r.ID))
		}
	case evCancel:
		e.onCancel(k, r)
	case evUser:
		e.onUser(r)
	case evResend:
		if e.alive(r) {
			e.step(e.resend(r.ID))
		}
	case evLeaveQueue:
		e.onLeaveQueue(k, r)
	case evStop:
		e.onStop(r)
	case evMemory:
		e.onMemory(r)
	case evReady:
		e.onReady(r)
	case evDiscover:
		e.onDiscover(r)
	case evTick:
		e.onTick()
	case evWarm:
		e.warm()
	case evClose:
		e.close()
	case evMark:
		e.onMark(r.ID)
	case evSpan:
		e.onSpan(r.ID)
	case evFault:
		e.beginFault(r.ID)
	case evUndo:
		e.endFault(r.ID)
	case evClock:
		e.onClock(r)
	case evDrained:
		e.done = true
	}
}
