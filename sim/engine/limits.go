package engine

import "math"

// What a run may take at most, where a [Job] does not say: a system that is
// overloaded without a bound, or calls that multiply, fill any machine.
const (
	DefaultMaxFrames = 4_000_000      // calls in flight at once
	DefaultMaxEvents = 10_000_000_000 // half an hour to an hour
	DefaultMaxMemory = 1 << 30        // bytes
)

// largeMemory is from where on a run asks for leave to grow; see [Job].
const largeMemory = 256 << 20

// How many bytes what grows with the load takes.
const (
	frameBytes = 80
	eventBytes = 24
	linkBytes  = 16
	putBytes   = 16
	userBytes  = 40
)

// lookEvery is how many events, frames or rounds of loops lie between two looks at
// the limits.
const lookEvery = 1 << 16

// limits are those of a run, and what it has found.
type limits struct {
	frames  int
	events  uint64
	memory  int64
	lookAt  int    // frames of the slab at which to look again
	rounds  uint64 // of loops: they may take no event
	granted bool   // leave to grow
	full    bool   // a limit is reached: the run ends where it is
	failed  error  // why it cannot go on
}

func newLimits(job *Job) limits {
	l := limits{frames: job.MaxFrames, events: job.MaxEvents, memory: job.MaxMemory}
	if l.frames <= 0 {
		l.frames = DefaultMaxFrames
	}
	if l.frames = min(l.frames, math.MaxInt32); l.events == 0 {
		l.events = DefaultMaxEvents
	}
	if l.memory <= 0 {
		l.memory = DefaultMaxMemory
	}
	l.lookAt = min(l.frames, lookEvery)
	return l
}

// look ends the run if a limit is reached, or if nobody waits for it any more.
func (e *engine) look() {
	l := &e.limits
	if l.full {
		return
	}
	if err := e.ctx.Err(); err != nil {
		e.fail(err)
		return
	}
	memory := e.memory()
	switch {
	case e.live > l.frames:
		e.stop(tooManyFrames)
	case e.run.Events+l.rounds > l.events:
		e.stop("more events than the limit allows: shorten the run, or lower the load (--max-events)")
	case memory > l.memory:
		e.stop("more memory than the limit allows: shorten the run, or lower the load (--max-memory)")
	case memory > largeMemory && !l.granted && e.job.Grow != nil:
		l.granted = true
		if err := e.job.Grow(); err != nil {
			e.fail(err)
		}
	}
}

// stop ends the run as partial.
func (e *engine) stop(why string) { e.run.Partial, e.limits.full, e.done = why, true, true }

// fail ends the run without a result.
func (e *engine) fail(err error) { e.limits.failed, e.limits.full, e.done = err, true, true }

// Enough is why a run ended early that its job's Enough has ended.
const Enough = "what was asked is answered"

const tooManyFrames = "more calls in flight than the limit allows: the system is overloaded without a bound, or its calls multiply (--max-in-flight)"

// lookAtFrames looks at the limits before the slab grows beyond lookAt.
func (e *engine) lookAtFrames() {
	l := &e.limits
	if e.look(); !l.full && len(e.frames) >= l.frames {
		e.stop(tooManyFrames)
	}
	if l.lookAt += lookEvery; len(e.frames) < l.frames {
		l.lookAt = min(l.lookAt, l.frames)
	}
}

// lookAtRounds counts a round of a loop: one that does nothing but draw takes no event.
func (e *engine) lookAtRounds() {
	if e.limits.rounds++; e.limits.rounds%lookEvery == 0 {
		e.look()
	}
}

// memory is about how many bytes that grow with the load are in use: twice what is
// filled, since a slice that grows is copied. What is set aside does not count, so
// that it is the same everywhere.
func (e *engine) memory() int64 {
	n := int64(frameBytes*len(e.frames)) + int64(eventBytes*(e.Len()+len(e.islands.pending)+e.course.agenda.Len())) + int64(linkBytes*len(e.kin)) +
		int64(putBytes*len(e.put)) + int64(userBytes*len(e.users))
	if l := e.run.Ledger; l != nil {
		for i := range l.Flows {
			n += int64(2*len(l.Flows[i])) + int64(4*len(l.Users[i]))
		}
	}
	return 2 * n
}
