package engine

import (
	"slices"
	"time"

	"faultline/sim/des"
	"faultline/sim/dist"
)

// leg is one direction of a network path.
type leg struct {
	dist   dist.Dist // nil: it takes no time
	lane   int8      // where dist is constant
	across bool      // from a zone to another
}

// fixed is how long a leg takes where that is constant, else 0.
func (l leg) fixed() time.Duration {
	c, _ := l.dist.(dist.Constant)
	return c.Mean()
}

// legLane is the lane of messages that all take the same time.
func (e *engine) legLane(d dist.Dist) int8 {
	if c, ok := d.(dist.Constant); ok {
		return int8(e.Lane(c.Mean()))
	}
	return des.NoLane
}

func (ed *edge) sameZone() leg  { return leg{ed.SameZone, ed.same, false} }
func (ed *edge) crossZone() leg { return leg{ed.CrossZone, ed.cross, true} }

// straighten finds out whether messages of an edge all go the same way, and take the
// same time.
func (e *engine) straighten(ed *edge) {
	way := ed.crossZone()
	from, to := e.stations[ed.From].Zones, e.stations[ed.To].Zones
	if from != nil && to != nil {
		elsewhere := func(z int) bool { return z != from[0] }
		if slices.ContainsFunc(from, elsewhere) || slices.ContainsFunc(to, elsewhere) {
			return
		}
		way = ed.sameZone()
	}
	ed.instant, ed.hop = way.dist == nil, way.fixed()
	if ed.hop > 0 {
		ed.hopLane = way.lane
	}
}

// way is the path between two instances: within a zone, or across.
func (e *engine) way(ed *edge, from, to int32) leg {
	if a := e.instances[from].zone; a >= 0 && a == e.instances[to].zone {
		return ed.sameZone()
	}
	return ed.crossZone()
}

// send puts a request on the network; without one it arrives at once.
func (e *engine) send(id int32, f *frame, ed *edge, from int32) int32 {
	f.state = stTravel
	switch {
	case e.struck:
		return e.post(id, ed, from, 0)
	case ed.hop > 0:
		e.AfterLane(int(ed.hopLane), ed.hop, evArrive, des.Ref{ID: id, Gen: f.gen})
		return none
	case !ed.instant && e.travel(id, ed, from, f.inst, placeOut, 0, evArrive):
		return none
	}
	return e.arrive(id, f)
}

// post sends a request that has been lost so many times before.
func (e *engine) post(id int32, ed *edge, from int32, losses int) int32 {
	f := &e.frames[id]
	extra := time.Duration(0)
	if ed.altered || e.instances[from].altered || e.instances[f.inst].altered {
		var ok bool
		if extra, ok = e.meetFaults(message{id: id, from: from, to: f.inst, losses: losses}); !ok {
			return none
		}
	}
	if !e.travel(id, ed, from, f.inst, placeOut, extra, evArrive) {
		return e.arrive(id, f)
	}
	return none
}

// answer puts a reply on the network; without one it is there at once.
func (e *engine) answer(id int32, f *frame) int32 {
	f.state = stReply
	p := e.waiter(f)
	if p == nil {
		e.discard(id)
		return none
	}
	ed := e.sites[f.site].ed
	switch {
	case e.struck:
		return e.postBack(id, 0)
	case ed.hop > 0:
		e.AfterLane(int(ed.hopLane), ed.hop, evReply, des.Ref{ID: id, Gen: f.gen})
		return none
	case !ed.instant && e.travel(id, ed, f.inst, p.inst, placeBack, 0, evReply):
		return none
	}
	return e.replied(id, f)
}

// postBack sends a reply that has been lost so many times before.
func (e *engine) postBack(id int32, losses int) int32 {
	f := &e.frames[id]
	p := e.parentOf(f)
	if p == none {
		e.discard(id)
		return none
	}
	ed := e.sites[f.site].ed
	to := e.frames[p].inst
	extra := time.Duration(0)
	if ed.altered || e.instances[f.inst].altered || e.instances[to].altered {
		var ok bool
		if extra, ok = e.meetFaults(message{id: id, from: f.inst, to: to, reply: true, losses: losses}); !ok {
			return none
		}
	}
	if !e.travel(id, ed, f.inst, to, placeBack, extra, evReply) {
		return e.replied(id, f)
	}
	return none
}

// travel schedules the arrival of a message; false if it takes no time.
func (e *engine) travel(id int32, ed *edge, from, to int32, place uint32, extra time.Duration, k des.Kind) bool {
	l := e.way(ed, from, to)
	if l.across && e.instances[from].zone >= 0 && e.instances[to].zone >= 0 {
		e.seeCrossing(ed, &e.frames[id])
	}
	switch {
	case l.dist == nil:
		if extra == 0 {
			return false
		}
		e.After(extra, k, e.ref(id))
	case extra == 0 && l.lane != des.NoLane && l.fixed() > 0:
		e.AfterLane(int(l.lane), l.fixed(), k, e.ref(id))
	default:
		e.After(l.dist.Sample(e.frames[id].key.Stream(place))+extra, k, e.ref(id))
	}
	return true
}
