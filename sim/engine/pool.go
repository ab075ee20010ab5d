package engine

import (
	"faultline/sim/des"
	"faultline/sim/measure"
	"faultline/sim/model"
)

// pool is the connections that one client instance keeps to a database.
type pool struct {
	free    int32
	head    int
	waiting []des.Ref // tries in order; those that have left are skipped
}

func (p *pool) reset(size int) { p.free, p.head, p.waiting = int32(size), 0, p.waiting[:0] }

// poolOf is the pool that a try draws on.
func (e *engine) poolOf(f *frame, ed *edge) *pool { return &e.pools[ed.pools+f.channel-ed.base] }

// connections are those that an edge draws on.
func (e *engine) connections(ed *edge) *model.Pool { return &e.sys.Pools[ed.Pool-1] }

// connect takes a connection for a try; false if it has to wait for one.
func (e *engine) connect(id int32, ed *edge, target int32) bool {
	f := &e.frames[id]
	p := e.poolOf(f, ed)
	e.skipGone(p)
	if p.free > 0 {
		p.free--
		e.connected(id, ed)
		return true
	}
	f.state, f.next = stPool, target
	f.inst = e.stations[ed.From].first + f.channel - ed.base
	p.waiting = append(p.waiting, e.ref(id))
	if patience := e.connections(ed).Timeout; patience > 0 {
		e.After(patience, evPool, e.ref(id))
	}
	return false
}

// connected is a try that has its connection: now its own patience begins.
func (e *engine) connected(id int32, ed *edge) {
	f := &e.frames[id]
	f.flags |= flPooled
	if f.flags&flWrapped != 0 && ed.PerTryTimeout > 0 {
		e.AfterLane(int(ed.tryLane), ed.PerTryTimeout, evTimeout, e.ref(id))
	}
}

// disconnect hands the connection of a try to the next that waits.
func (e *engine) disconnect(f *frame, ed *edge) {
	f.flags &^= flPooled
	p := e.poolOf(f, ed)
	e.skipGone(p)
	if p.head == len(p.waiting) {
		p.free++
		return
	}
	id := p.waiting[p.head].ID
	p.head++
	w := &e.frames[id]
	ed = e.edgeOf(w) // edges to one database share its pool
	from, target := w.inst, w.next
	w.state, w.next = stReady, none
	e.connected(id, ed)
	if next := e.dispatch(id, ed, from, target); next != none {
		e.wake(next)
	}
}

// discard frees a try that nobody waits for, and the connection that it holds: a
// client that stands still learns of that later, as of a reply.
func (e *engine) discard(id int32) {
	f := &e.frames[id]
	if f.flags&flPooled != 0 {
		if caller := e.callerOf(id); e.instances[caller].frozen {
			f.gen++ // what it had begun, if its process has died, does not go on
			f.state = stReply
			f.flags |= flOrphan
			e.isPutOff(evReply, e.ref(id), caller)
			return
		}
		e.disconnect(f, e.edgeOf(f))
	}
	e.free(id)
}

// skipGone forgets those at the head of the queue who have left.
func (e *engine) skipGone(p *pool) {
	for p.head < len(p.waiting) && !e.alive(p.waiting[p.head]) {
		p.head++
	}
	if p.head == len(p.waiting) {
		p.head, p.waiting = 0, p.waiting[:0]
	} else if p.head > 64 && p.head > len(p.waiting)/2 {
		p.waiting = p.waiting[:copy(p.waiting, p.waiting[p.head:])]
		p.head = 0
	}
}

// onPoolTimeout is the end of a try's patience with its pool.
func (e *engine) onPoolTimeout(id int32) int32 {
	f := &e.frames[id]
	if f.state != stPool {
		return none
	}
	p := e.parentOf(f)
	ed := e.sites[f.site].ed
	site, began, measured := f.site, f.sent, f.flags&flMeasured != 0
	e.abandon(id, ed, measure.PoolTimeout)
	return e.settle(p, site, ed, measure.PoolTimeout, began, measured)
}
