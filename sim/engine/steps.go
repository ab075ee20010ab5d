package engine

import (
	"time"

	"faultline/sim/measure"
	"faultline/sim/model"
)

// choose draws one of the branches listed by the N OpBranch after in, and
// returns where its code begins.
func (e *engine) choose(f *frame, in *model.Instr) int32 {
	s := f.key.Stream(in.P)
	u := s.Float64()
	list := e.code[f.pc+1 : f.pc+1+int32(in.N)]
	for i := range list {
		if u < e.sys.Shares[list[i].B] {
			return list[i].A
		}
	}
	return list[len(list)-1].A
}

// hits draws whether a cache has the answer.
func (e *engine) hits(f *frame, in *model.Instr) bool {
	s := f.key.Stream(in.P)
	return s.Float64() < e.hitRatio(&e.sys.Caches[in.A], &e.instances[f.inst])
}

// hitRatio is the ratio in force: it climbs linearly from 0 after the cache was
// emptied.
func (e *engine) hitRatio(c *model.Cache, inst *instance) float64 {
	if inst.cacheBorn < 0 || c.Refill <= 0 {
		return c.HitRatio
	}
	age := e.Now() - inst.cacheBorn
	if age >= c.Refill {
		return c.HitRatio
	}
	return float64(c.HitRatio*float64(age)) / float64(c.Refill)
}

// loop starts the rounds of a loop and returns the frame that goes on: the
// loop's, or id if there is no round.
func (e *engine) loop(id int32, in *model.Instr) int32 {
	f := &e.frames[id]
	body := f.pc + 1
	f.pc = in.B
	n := e.sys.Counts[in.A].Sample(f.key.Stream(in.P))
	if n == 0 {
		return id
	}
	f.pending = 1
	l, _ := e.child(id, roleLoop)
	g, p := &e.frames[l], &e.frames[id]
	g.key, g.inst, g.site = p.key.Child(in.P).Child(0), p.inst, p.site
	g.pc, g.channel, g.ngen = body, body, in.P
	g.sent = time.Duration(n)
	return l
}

// again begins the next round of a loop; false if it was the last, or failed.
func (e *engine) again(f *frame, o measure.Outcome) bool {
	f.arrived++
	e.lookAtRounds()
	if o.Failed() || f.arrived >= f.sent || e.limits.full {
		return false
	}
	p := e.parentOf(f)
	if p == none {
		return false // nobody waits for the loop any more
	}
	f.key, f.pc = e.frames[p].key.Child(f.ngen).Child(uint32(f.arrived)), f.channel
	return true
}

// group is the parent of n concurrent branches of which k are waited for.
func (e *engine) group(id int32, n, k int) int32 {
	e.frames[id].pending = 1
	g, _ := e.child(id, roleGroup)
	f, p := &e.frames[g], &e.frames[id]
	f.key, f.inst, f.site = p.key, p.inst, p.site
	f.arrived, f.sent = time.Duration(k), time.Duration(n-k)
	return g
}

// groupDone counts a branch: the group's parent goes on as soon as enough have
// succeeded, or too few still can.
func (e *engine) groupDone(id int32, o measure.Outcome, l leniency) int32 {
	f := &e.frames[id]
	failed := o.Failed() && l == fatal
	switch {
	case f.flags&flSettled != 0:
	case failed:
		f.sent--
	default:
		f.arrived--
		if o != measure.Succeeded {
			f.flags |= flDegraded
		}
	}
	f.pending--
	next := int32(none)
	switch {
	case f.flags&flSettled != 0:
	case f.sent < 0:
		next = e.groupSettled(id, o)
	case f.arrived == 0:
		o = measure.Succeeded
		if f.flags&flDegraded != 0 {
			o = measure.Degraded
		}
		next = e.groupSettled(id, o)
	}
	e.groupEnd(id)
	return next
}

// tokenBack is the end of a group's fork: all its branches have been started.
func (e *engine) tokenBack(id int32) int32 {
	e.frames[id].pending--
	e.groupEnd(id)
	return none
}

// groupSettled tells the group's parent. Branches that run on hold the worker of
// the request that they belong to.
func (e *engine) groupSettled(id int32, o measure.Outcome) int32 {
	f := &e.frames[id]
	f.flags |= flSettled
	p := e.parentOf(f)
	if p == none {
		return none
	}
	f.next = none
	if f.pending > 0 {
		if h := e.holder(p); h != none {
			f.next, f.ngen = h, e.frames[h].gen
			e.frames[h].ngen++
		}
	}
	return e.childDone(p, o, fatal)
}

// holder is the request at whose worker a frame works: none for users and for
// work that nobody waits for.
func (e *engine) holder(id int32) int32 {
	for id != none && e.frames[id].role != roleTry {
		f := &e.frames[id]
		if f.role == roleGroup && f.flags&flSettled != 0 { // what it was part of may have ended
			if f.next == none || e.frames[f.next].gen != f.ngen {
				return none
			}
			return f.next
		}
		id = e.parentOf(f)
	}
	return id
}

// groupEnd frees a settled group whose branches are all done, and the worker
// that they held.
func (e *engine) groupEnd(id int32) {
	f := &e.frames[id]
	if f.pending > 0 || f.flags&flSettled == 0 {
		return
	}
	h, gen := f.next, f.ngen
	e.free(id)
	if h == none || e.frames[h].gen != gen {
		return
	}
	t := &e.frames[h]
	t.ngen--
	if t.ngen == 0 && t.flags&flLingering != 0 {
		e.release(h)
	}
}
