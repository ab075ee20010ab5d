package engine

import (
	"time"

	"faultline/sim/des"
	"faultline/sim/rng"
)

// plain reports whether none of the layers of a call does anything on an edge but
// its timeout, and all messages take the same time.
func (e *engine) plain(ed *edge) bool {
	return !ed.wrapped && !ed.guarded && ed.single && ed.pools == none && ed.Protocol == nil && (ed.instant || ed.hop > 0) && e.kin == nil
}

// touched reports whether some fault may have turned something on the way of a call
// to the only instance of a callee.
func (e *engine) touched(ed *edge, from int32) bool {
	return ed.altered || e.instances[from].altered || e.instances[ed.first].altered
}

// askable reports whether a call over a plain edge goes as it does where nothing is amiss.
func (e *engine) askable(site *site, from int32) bool {
	return site.ed.there && !(e.struck && e.touched(site.ed, from))
}

// ask is a call over a plain edge that no fault touches: try, without what would do
// nothing. What the operation begins with is found, and drawn, here already: its place
// in memory and its arithmetic are not waited for when the call arrives.
func (e *engine) ask(parent, siteID int32, site *site, key rng.Key, work time.Duration) int32 {
	ed := site.ed
	ed.asked++
	id := e.freeFrame
	if id == none {
		id = e.grow()
	} else {
		e.freeFrame = e.frames[id].parent
		e.live++
	}
	f, p := &e.frames[id], &e.frames[parent]
	f.clear()
	f.key, f.sent = key, e.Now()
	f.parent, f.pgen, f.class = parent, p.gen, p.class
	f.role, f.state = roleTry, stTravel
	f.site, f.inst, f.channel = siteID, ed.first, p.inst+ed.shift
	f.flags, f.lane, f.pc = flAsked, ed.hopLane, site.entry
	if site.works {
		f.until = work
		f.flags |= site.leaf
	}
	if p.role > roleTry {
		f.flags |= flInside
	}
	if e.measuring {
		f.flags |= flMeasured
		ed.began++
	}
	if ed.limited {
		e.AfterLane(int(ed.timeoutLane), ed.timeout, evTimeout, des.Ref{ID: id, Gen: f.gen})
	}
	if ed.hop > 0 {
		e.AfterLane(int(ed.hopLane), ed.hop, evArrive, des.Ref{ID: id, Gen: f.gen})
		return none
	}
	return e.arrive(id, f)
}

// unknown is work that is not drawn yet.
const unknown time.Duration = -1

// keyOf is the key of a call, the only try of one over a plain edge.
func (s *site) keyOf(caller rng.Key) rng.Key { return caller.Child(s.place).Child(0) }
