package engine

import (
	"faultline/sim/measure"
	"faultline/sim/model"
)

// step runs a frame, and all that it made ready, until everything waits for an
// event. It is the switch on the instructions that every request meets; control is
// the one on the others.
func (e *engine) step(id int32) {
	for {
		for id != none {
			f := &e.frames[id]
			if f.outcome.Failed() {
				id = e.end(id, f)
				continue
			}
			in := &e.code[f.pc]
			switch in.Op {
			case model.OpCPU:
				f.pc++
				id = e.compute(id, f, in)
			case model.OpCall:
				f.pc++
				f.pending = 1
				id = e.call(id, in.A)
			case model.OpEnd:
				id = e.end(id, f)
			case model.OpFork:
				id = e.fork(id, in)
			default:
				id = e.control(id, f, in)
			}
		}
		if len(e.ready) == 0 {
			return
		}
		if e.woken == len(e.ready) || e.limits.full {
			e.ready, e.woken = e.ready[:0], 0
			return
		}
		r := e.ready[e.woken]
		e.woken++
		if e.alive(r) {
			id = r.ID
		}
	}
}

// goOn is step, where there may be nothing to run.
func (e *engine) goOn(id int32) {
	if id != none || len(e.ready) > 0 {
		e.step(id)
	}
}

func (e *engine) wake(id int32) { e.ready = append(e.ready, e.ref(id)) }

// leading is the CPU step that a program begins with, nil if it does not, and whether
// there is more.
func (e *engine) leading(entry int32) (in *model.Instr, more bool) {
	if in = &e.code[entry]; in.Op != model.OpCPU {
		return nil, true
	}
	return in, e.code[entry+1].Op != model.OpEnd
}

// onlyCall is the site that a program calls, none if it does anything else.
func (e *engine) onlyCall(entry int32) int32 {
	if in := &e.code[entry]; in.Op == model.OpCall && e.code[entry+1].Op == model.OpEnd {
		return in.A
	}
	return none
}

// control runs an instruction that only says where a frame goes on, or when. It
// returns the frame that goes on, none if it waits.
func (e *engine) control(id int32, f *frame, in *model.Instr) int32 {
	switch in.Op {
	case model.OpSleep:
		f.pc++
		e.sleep(id, e.dists[in.A].Sample(f.key.Stream(in.P)))
		return none
	case model.OpMaybe:
		if s := f.key.Stream(in.P); s.Float64() < e.sys.Shares[in.A] {
			f.pc++
		} else {
			f.pc = in.B
		}
	case model.OpChoose:
		f.pc = e.choose(f, in)
	case model.OpJump:
		f.pc = in.B
	case model.OpLoop:
		return e.loop(id, in)
	case model.OpCache:
		if e.hits(f, in) {
			f.pc = in.B
		} else {
			f.pc++
		}
	case model.OpFallback:
		if f.flags&flFell != 0 {
			f.flags &^= flFell
			f.pc++
		} else {
			f.pc = in.B
		}
	}
	return id
}

// fork starts the branches that follow the instruction; the frame goes on at
// in.B when all are done. One token more than there are branches keeps a branch
// that ends at once from waking the frame too early.
func (e *engine) fork(id int32, in *model.Instr) int32 {
	f := &e.frames[id]
	list := e.code[f.pc+1 : f.pc+1+int32(in.N)]
	f.pc = in.B
	parent := id
	if in.A > 0 {
		parent = e.group(id, int(in.N), int(in.A))
	}
	f = &e.frames[parent]
	f.pending = in.N + 1
	gen := f.gen
	for i := range list {
		b := &list[i]
		next := int32(none)
		if b.Flags&model.FlagDirect != 0 {
			next = e.call(parent, b.A)
		} else {
			next = e.branch(parent, b.A)
		}
		if next != none {
			e.wake(next)
		}
		if e.frames[parent].gen != gen {
			return none // a call killed this process
		}
	}
	if parent != id {
		return e.tokenBack(parent)
	}
	return e.childDone(id, measure.Succeeded, fatal)
}

func (e *engine) branch(parent, entry int32) int32 {
	id, f := e.child(parent, roleBranch)
	p := &e.frames[parent]
	f.key, f.inst, f.pc = p.key, p.inst, entry
	f.site = p.site
	return id
}

// aheadOfCalls reads ahead what the calls of the instruction at pc will touch.
func (e *engine) aheadOfCalls(pc int32) (sum int64) {
	in := &e.code[pc]
	list := e.code[pc : pc+1]
	if in.Op == model.OpFork {
		list = e.code[pc+1 : pc+1+int32(in.N)]
	} else if in.Op != model.OpCall {
		return 0
	}
	for i := range list {
		if b := &list[i]; in.Op == model.OpCall || b.Flags&model.FlagDirect != 0 {
			if ed := e.sites[b.A].ed; ed != nil {
				sum += ed.asked
			}
		}
	}
	return sum
}

// leniency is what a failed call does to its caller.
type leniency uint8

const (
	fatal      leniency = iota // it fails
	degrading                  // it is degraded
	fallenBack                 // it goes on with the fallback, degraded
)

func (e *engine) leniency(siteID int32) leniency {
	switch s := &e.sites[siteID]; {
	case s.fallback:
		return fallenBack
	case s.optional:
		return degrading
	}
	return fatal
}

// childDone tells a waiting frame that one of its children has ended; it
// returns the frame that goes on, none if more children are to come.
func (e *engine) childDone(id int32, o measure.Outcome, l leniency) int32 {
	f := &e.frames[id]
	if f.role == roleGroup {
		return e.groupDone(id, o, l)
	}
	if o != measure.Succeeded {
		f.take(o, l)
	}
	f.pending--
	if f.pending > 0 {
		return none
	}
	return id
}

// take is what the failure, or the degradation, of a child does to a frame.
func (f *frame) take(o measure.Outcome, l leniency) {
	switch {
	case o == measure.Degraded, o.Failed() && l == degrading:
		f.flags |= flDegraded
	case o.Failed() && l == fallenBack:
		f.flags |= flDegraded | flFell
	case o.Failed() && !f.outcome.Failed():
		f.outcome = o // the first failure in time names the cause
	}
}

// end finishes a frame's program and tells whoever waits for it.
func (e *engine) end(id int32, f *frame) int32 {
	if f.role == roleTry {
		return e.leave(id, f, &e.instances[f.inst])
	}
	o := f.result()
	switch f.role {
	case roleRoot:
		e.finishRequest(id, f, o)
		return none
	case roleLocal:
		e.seeHandled(f, o)
		if e.sites[f.site].ed != nil {
			return e.wallDone(id, o)
		}
		return e.settleLocal(id, o, e.leniency(f.site))
	case roleLoop:
		if e.again(f, o) {
			return id
		}
	}
	return e.settleLocal(id, o, fatal)
}

func (e *engine) settleLocal(id int32, o measure.Outcome, l leniency) int32 {
	p := e.parentOf(&e.frames[id])
	e.free(id)
	if p == none {
		return none
	}
	return e.childDone(p, o, l)
}

// begin is the start of an operation at its instance, remote or local: faults of
// the code act here.
func (e *engine) begin(id int32, f *frame, s *site, inst *instance) int32 {
	f.state, f.pc = stReady, s.entry
	if inst.altered || inst.quirky {
		return e.beginAltered(id, &e.ops[s.op])
	}
	if !s.works {
		return id
	}
	f.pc++
	if f.role == roleTry {
		f.flags |= s.leaf
	}
	work := s.work.Sample(f.key.Stream(s.draw))
	if work <= 0 {
		return id
	}
	f.state = stCPU
	e.occupy(id, f, inst, work)
	return none
}

// beginAsked is begin, of a call of which ask knows what it begins with, at an
// instance where that goes as usual.
func (e *engine) beginAsked(id int32, f *frame, inst *instance) int32 {
	work := f.until
	if work <= 0 {
		f.state = stReady
		return id
	}
	f.pc++
	f.state = stCPU
	e.occupy(id, f, inst, work)
	return none
}

func (e *engine) beginHere(id int32) int32 {
	f := &e.frames[id]
	return e.begin(id, f, &e.sites[f.site], &e.instances[f.inst])
}
