// Package engine runs one replication of one compiled system under one load and
// one set of faults. It is the only room that schedules events.
//
// Each file knows one thing: engine.go switches on the event kind, exec.go on
// the instruction; call.go, channel.go and network.go know the order of the
// layers of a call; instance.go admits, compute.go gives cores; lifecycle.go
// starts and crashes; control.go ticks; source.go makes requests; world.go turns
// knobs; observe.go writes the measures and audit.go checks them.
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
	Ledger      bool
	MaxFrames   int // calls in flight at once; more ends the run as partial
}

// DefaultMaxFrames bounds the memory of one replication to about 1.4 GiB.
const DefaultMaxFrames = 20_000_000

// The kinds of event.
const (
	evSource     des.Kind = iota // ID: source
	evArrive                     // ID: frame
	evReply                      // ID: frame
	evWork                       // ID: frame: a sleep or FIFO CPU step ends
	evCores                      // ID: instance: a processor-sharing job ends
	evTimeout                    // ID: frame: its caller's patience ends
	evRetry                      // ID: frame: a backoff ends
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
	code  []model.Instr
	sites []model.Site
	ops   []model.Op
	dists []dist.Dist
	run   *measure.Run

	frames    []frame
	freeFrame int32
	live      int
	ready     []des.Ref // frames to run before the next event, in order
	woken     int       // of them, those that have run
	still     int       // instances that stand still

	instances []instance
	stations  []station
	edges     []edge
	channels  []channel
	handled   []handled // by component
	sources   []source
	flows     []flow
	world     world
	put       []putOff // events of processes that stand still, in order
	root      rng.Key
	discovery platform.Discovery
	ticks     int // windows of the series written
	open      int // requests not yet answered
	closed    bool
	done      bool
	measuring bool
	maxFrames int
	nreadings int
	readings  [256]reading
	trace     func(des.Event)                              // test hook over the raw event stream
	answered  func(*frame, measure.Outcome, time.Duration) // test hook: a request's latency
}

// Run simulates one replication. The error is ctx's, or a broken invariant,
// which is a defect of the program.
func Run(ctx context.Context, job *Job) (*measure.Run, error) { return run(ctx, job, nil) }

func run(ctx context.Context, job *Job, trace func(des.Event)) (*measure.Run, error) {
	e := setup(job)
	e.trace = trace
	for n := 0; !e.done; n++ {
		if n&0xffff == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if e.live > e.maxFrames {
				e.run.Partial = "more calls in flight than the limit allows: the system is overloaded without a bound"
				break
			}
		}
		ev, ok := e.Next()
		if !ok {
			break
		}
		if e.trace != nil {
			e.trace(ev)
		}
		e.run.Events++
		e.handle(&ev)
	}
	return e.run, e.finish()
}

func (e *engine) handle(ev *des.Event) { e.happen(ev.Kind(), ev.Ref) }

// happen is the only switch on the event kind.
func (e *engine) happen(k des.Kind, r des.Ref) {
	switch k {
	case evSource:
		e.onSource(r)
	case evArrive:
		e.step(e.arrive(r.ID))
	case evReply:
		if e.alive(r) {
			e.step(e.replied(r.ID))
		}
	case evWork:
		if e.alive(r) {
			e.step(e.onWork(r.ID))
		}
	case evCores:
		e.onCores(r)
	case evTimeout:
		if e.alive(r) && !(e.still > 0 && e.callerWaits(k, r.ID)) {
			e.step(e.onTimeout(r.ID))
		}
	case evRetry:
		if e.alive(r) && !(e.still > 0 && e.callerWaits(k, r.ID)) {
			e.step(e.sendTry(r.ID))
		}
	case evResend:
		if e.alive(r) {
			e.step(e.resend(r.ID))
		}
	case evLeaveQueue:
		if e.alive(r) && !(e.still > 0 && e.isPutOff(k, r, e.frames[r.ID].inst)) {
			e.step(e.leaveQueue(r.ID))
		}
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
