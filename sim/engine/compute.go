package engine

import (
	"time"

	"faultline/sim/cores"
	"faultline/sim/des"
	"faultline/sim/model"
)

// compute is a CPU step of the frame's program; it returns the frame if there is no
// work to do, else none.
func (e *engine) compute(id int32, f *frame, in *model.Instr) int32 {
	if !e.cpu(id, f, &e.instances[f.inst], e.dists[in.A].Sample(f.key.Stream(in.P)), stCPU) {
		return none
	}
	return id
}

// cpu gives a frame work on the cores of its instance and reports true if there
// is none to do. What follows the work is what st says.
func (e *engine) cpu(id int32, f *frame, inst *instance, work time.Duration, st state) bool {
	if work <= 0 {
		return true
	}
	f.state = st
	if inst.altered || inst.quirky {
		work = cores.Stretch(work, e.pace(f, inst))
	}
	e.occupy(id, f, inst, work)
	return false
}

// occupy gives a frame the cores of its instance for so much work.
func (e *engine) occupy(id int32, f *frame, inst *instance, work time.Duration) {
	if !inst.infinite {
		if inst.sharing != model.FIFO {
			f.until = -1
			inst.ps.Start(e.Now(), id, work)
			e.rearm(f.inst)
			return
		}
		var ok bool
		if work, ok = inst.fifo.Start(id, work); !ok {
			f.until = -1
			return
		}
	}
	inst.running++
	inst.busy.add(e.Now(), 1)
	f.until = e.Now() + work
	e.After(work, evWork, des.Ref{ID: id, Gen: f.gen})
}

// work schedules the end of a step that nobody can share or hold up.
func (e *engine) work(id int32, d time.Duration) {
	f := &e.frames[id]
	f.until = e.Now() + d
	e.After(d, evWork, des.Ref{ID: id, Gen: f.gen})
}

// sleep holds the worker off the CPU.
func (e *engine) sleep(id int32, d time.Duration) {
	f := &e.frames[id]
	f.state = stSleep
	if inst := &e.instances[f.inst]; inst.altered || inst.quirky {
		d = cores.Stretch(d, e.pace(f, inst))
	}
	if f.inst == 0 {
		e.rest(id, d)
	}
	e.work(id, d)
}

// pace is the factor by which a step that starts now takes longer: by what faults
// have turned, by those who share locks and caches with it, and for want of
// warmth. The latter two are read as the step starts.
func (e *engine) pace(f *frame, inst *instance) float64 {
	v := e.slowness(f)
	st := inst.st
	if st.Contention > 0 && (f.state == stCPU || f.state == stSleep) {
		v *= 1 + float64(st.Contention*float64(inst.capacity-inst.free))
	}
	if inst.deaths > 0 && f.state != stSleep {
		v *= st.Warmup.Factor(e.Now() - inst.born)
	}
	return v
}

// rest is a pause that a user makes: it is no latency, unless something else goes
// on beside it.
func (e *engine) rest(id int32, d time.Duration) {
	for e.frames[id].role == roleLoop {
		id = e.frames[id].parent
	}
	if f := &e.frames[id]; f.role == roleRoot {
		f.sent += d
	}
}

// onWork is the end of a sleep, or of a CPU step on a core of its own. A step
// that was stretched or shrunk has left an event behind that is not its end.
func (e *engine) onWork(id int32, f *frame) int32 {
	if f.until != e.Now() || !f.working() {
		return none
	}
	if f.state == stSleep {
		return e.worked(id, f)
	}
	inst := &e.instances[f.inst]
	if job, d, ok := inst.next(); ok {
		e.work(job, d)
	} else {
		inst.busy.add(e.Now(), -1)
	}
	if f.flags&flLeaf != 0 && f.state == stCPU {
		f.state = stReady
		return e.leave(id, f, inst) // without another look at the program
	}
	return e.worked(id, f)
}

// next is the job that takes over a FIFO core that has become free, if one waits.
func (inst *instance) next() (job int32, d time.Duration, ok bool) {
	if !inst.infinite {
		job, d, ok = inst.fifo.Done()
	}
	if !ok {
		inst.running--
	}
	return job, d, ok
}

// worked goes on after CPU work or sleep.
func (e *engine) worked(id int32, f *frame) int32 {
	if f.state == stCPU || f.state == stSleep {
		f.state = stReady
		return id
	}
	return e.communicated(id, f)
}

// communicated goes on after work for the protocol.
func (e *engine) communicated(id int32, f *frame) int32 {
	if f.state == stClientCPU {
		return e.clientDone(id)
	}
	return e.beginHere(id)
}

// rearm schedules the end of the processor-sharing job that ends first, unless
// that is scheduled already.
func (e *engine) rearm(id int32) {
	inst := &e.instances[id]
	p := inst.ps
	if d := p.Busy() - p.used; d != 0 {
		inst.st.parts.cores.add(e.Now(), d)
		p.used += d
	}
	at, ok := p.Next()
	if !ok {
		p.disarm()
		return
	}
	if at == p.armed {
		return
	}
	p.armed = at
	p.gen++
	e.After(at-e.Now(), evCores, des.Ref{ID: id, Gen: p.gen})
}

// disarm makes the event that is scheduled void.
func (p *processor) disarm() {
	p.armed = -1
	p.gen++
}

// release lets go of the cores in use, of a process that stands still or has died.
func (p *processor) release(now time.Duration, st *station) {
	st.parts.cores.add(now, -p.used)
	p.used = 0
}

// onCores is the end of a processor-sharing job.
func (e *engine) onCores(r des.Ref) {
	inst := &e.instances[r.ID]
	p := inst.ps
	if p.gen != r.Gen {
		return
	}
	p.armed = -1
	job := p.Done(e.Now())
	e.rearm(r.ID)
	e.step(e.worked(job, &e.frames[job]))
}
