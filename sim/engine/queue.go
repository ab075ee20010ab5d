package engine

import (
	"faultline/sim/des"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// waiters is a list of frames that wait for a worker, linked by their next and ngen.
type waiters struct{ head, tail int32 }

func nobodyWaits() [2]waiters { return [2]waiters{{none, none}, {none, none}} }

var placeQueue = rng.Place("instance", "queue timeout")

// queueOf is the queue of a class: the first stands in the instance's first lines.
func (inst *instance) queueOf(class uint16) (head, tail *int32) {
	if class == 0 {
		return &inst.head, &inst.tail
	}
	q := &inst.lower[class-1]
	return &q.head, &q.tail
}

// enqueue lets a request wait for a worker.
func (e *engine) enqueue(id int32, inst *instance, st *station) {
	f := &e.frames[id]
	f.state, f.next, f.pending = stQueued, none, 0
	if st.priority {
		f.pending = uint16(f.class)
	}
	head, tail := inst.queueOf(f.pending)
	f.ngen = uint32(*tail)
	if *tail == none {
		*head = id
	} else {
		e.frames[*tail].next = id
	}
	*tail = id
	inst.waiting++
	st.queue.add(e.Now(), 1)
	if st.QueueTimeout != nil {
		e.After(st.QueueTimeout.Sample(f.key.Stream(placeQueue)), evLeaveQueue, e.ref(id))
	}
}

// dequeue takes out whose turn it is; somebody waits.
func (e *engine) dequeue(inst *instance, st *station) int32 {
	id := inst.head
	if st.Discipline == model.QueueLIFO {
		id = inst.tail
	}
	for i := 0; id == none; i++ {
		id = inst.lower[i].head
	}
	e.unqueue(id, inst, st)
	return id
}

// unqueue takes a frame out of the queue that it waits in.
func (e *engine) unqueue(id int32, inst *instance, st *station) {
	f := &e.frames[id]
	head, tail := inst.queueOf(f.pending)
	before, after := int32(f.ngen), f.next
	if before == none {
		*head = after
	} else {
		e.frames[before].next = after
	}
	if after == none {
		*tail = before
	} else {
		e.frames[after].ngen = uint32(before)
	}
	f.next, f.ngen, f.pending = none, 0, 0
	inst.waiting--
	st.queue.add(e.Now(), -1)
}

// onLeaveQueue is the end of a request's patience with the queue.
func (e *engine) onLeaveQueue(k des.Kind, r des.Ref) {
	if e.alive(r) && e.frames[r.ID].state == stQueued && !e.isPutOff(k, r, e.frames[r.ID].inst) {
		e.step(e.leaveQueue(r.ID))
	}
}

func (e *engine) leaveQueue(id int32) int32 {
	f := &e.frames[id]
	inst := &e.instances[f.inst]
	st := inst.st
	e.unqueue(id, inst, st)
	f.outcome = measure.Rejected
	e.seeLeft(st, f)
	return e.answer(id, &e.frames[id])
}
