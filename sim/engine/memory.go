package engine

import (
	"time"

	"faultline/sim/des"
	"faultline/sim/fault"
)

// takeMemory gives a call its memory; false if that kills the process.
func (e *engine) takeMemory(f *frame, n int64) bool {
	id := f.inst
	inst := &e.instances[id]
	f.flags |= flHolds
	inst.memory += n
	inst.st.inParts().memory.add(e.Now(), float64(n))
	if e.overMemory(id) {
		e.crash(id)
		return false
	}
	if inst.altered {
		e.armMemory(id)
	}
	return true
}

// giveMemory takes it back. It stays out of line, so that a frame without memory
// is freed in few instructions.
//
//go:noinline
func (e *engine) giveMemory(f *frame) {
	n := e.ops[e.sites[f.site].op].Memory
	f.flags &^= flHolds
	inst := &e.instances[f.inst]
	inst.memory -= n
	inst.st.inParts().memory.add(e.Now(), -float64(n))
}

// leakSince is when a leak began in the process that is there now.
func (inst *instance) leakSince(t *turn) time.Duration { return max(t.since, inst.born) }

// leakedBytes is what a process has leaked, and at what rate it goes on.
func (e *engine) leakedBytes(id int32) (bytes, rate float64) {
	inst := &e.instances[id]
	turns := e.world.at(id).turns
	for i := range turns {
		if t := &turns[i]; t.knob == fault.Leak {
			bytes += float64(t.value * inSeconds(e.Now()-inst.leakSince(t)))
			rate += t.value
		}
	}
	return bytes, rate
}

// overMemory reports whether a process holds more than its bound.
func (e *engine) overMemory(id int32) bool {
	inst := &e.instances[id]
	bound := inst.st.Memory
	if bound <= 0 || !inst.up {
		return false
	}
	leaked, _ := e.leakedBytes(id)
	return float64(inst.memory)+leaked > float64(bound)
}

// armMemory schedules the moment at which a leak reaches the bound, as things are.
func (e *engine) armMemory(id int32) {
	inst := &e.instances[id]
	bound := inst.st.Memory
	if bound <= 0 {
		return
	}
	inst.memoryGen++
	leaked, rate := e.leakedBytes(id)
	if !inst.up || rate == 0 {
		return
	}
	left := max(float64(bound)-float64(inst.memory)-leaked, 0)
	if d := left / rate * 1e9; d < 1<<62 {
		e.After(time.Duration(d)+1, evMemory, des.Ref{ID: id, Gen: inst.memoryGen}) // the first nanosecond beyond it
	}
}

// onMemory kills a process that has grown beyond its bound; one that has shrunk
// meanwhile has more time.
func (e *engine) onMemory(r des.Ref) {
	if e.instances[r.ID].memoryGen != r.Gen {
		return
	}
	if e.overMemory(r.ID) {
		e.crash(r.ID)
		e.resume()
		return
	}
	e.armMemory(r.ID)
}

// settleLeaks adds what has leaked since the last time to the measured integral:
// a rate r from s on makes r·((y−s)² − (x−s)²)/2 between x and y.
func (e *engine) settleLeaks(id int32) {
	inst := &e.instances[id]
	x, y := max(inst.leakFrom, e.job.Warmup), min(e.Now(), e.job.Duration)
	inst.leakFrom = e.Now()
	if !inst.up || x >= y {
		return
	}
	turns := e.world.at(id).turns
	for i := range turns {
		t := &turns[i]
		if t.knob != fault.Leak {
			continue
		}
		s := inst.leakSince(t)
		from, to := inSeconds(max(x-s, 0)), inSeconds(y-s)
		inst.st.inParts().leaked += float64(t.value * (float64(to*to) - float64(from*from)) / 2)
	}
}

// loseWorker takes a worker of a process away, until it restarts or the fault ends.
func (e *engine) loseWorker(id int32, t turn) {
	if !e.instances[id].up {
		return
	}
	force := &e.world.instances[id]
	for i := range force.turns {
		if old := &force.turns[i]; old.knob == t.knob && old.owner == t.owner && old.place == t.place {
			old.value += t.value
			e.conform(id)
			return
		}
	}
	force.add(t)
	e.instances[id].altered = true
	e.conform(id)
}
