package engine

import (
	"time"

	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// message is a request or a reply that is about to leave.
type message struct {
	id       int32 // the try
	from, to int32 // instances
	reply    bool
	losses   int // times that it was lost before
}

var (
	placeLossOut  = rng.Place("fault", "loss of a request")
	placeLossBack = rng.Place("fault", "loss of a reply")
)

// A message that is lost is sent again after 200 ms, doubling up to 2 minutes and
// at most 15 times: TCP_RTO_MIN, TCP_RTO_MAX and tcp_retries2 of Linux.
const (
	resendAfter = 200 * time.Millisecond
	resendMax   = 2 * time.Minute
	resends     = 15
)

// resendWait is how long after its n-th loss, from 0, a message is sent again.
func resendWait(n int) time.Duration { return min(resendAfter<<n, resendMax) }

// meetFaults is what becomes of a message that leaves on a path that some fault
// has altered: it is held up, sent again later (false), or vanishes (false).
func (e *engine) meetFaults(m message) (extra time.Duration, ok bool) {
	if e.instances[m.from].dark || e.isCut(&m) {
		e.vanish(m.id)
		return 0, false
	}
	if p := e.lossOf(&m); p > 0 && e.isLost(&m, p) {
		return 0, false
	}
	if !m.reply {
		extra = e.requestDelay(&e.frames[m.id], m.from, m.to)
	} else {
		extra = e.replyDelay(&e.frames[m.id], m.to)
	}
	return extra + e.linkDelay(&m), true
}

// across reports whether a message crosses the bounds of a place at one of its
// ends: of a zone only what comes from or goes to another.
func (e *engine) across(p *fault.Place, other int32) bool {
	return p.Zone == model.None || e.instances[other].zone != p.Zone
}

// eachTurn calls do for all turns of a knob that a message meets: on its edge,
// where it leaves and where it arrives.
func (e *engine) eachTurn(k fault.Knob, m *message, do func(t *turn, at end)) {
	f := &e.frames[m.id]
	if turns := e.world.edges[e.sites[f.site].ed.id].turns; len(turns) > 0 {
		caller := e.parentOf(f)
		for i := range turns {
			if t := &turns[i]; t.knob == k && caller != none && e.between(&t.place, &e.frames[caller], f.site) {
				do(t, onPath)
			}
		}
	}
	turns := e.world.instances[m.from].turns
	for i := range turns {
		if t := &turns[i]; t.knob == k && e.across(&t.place, m.to) {
			do(t, leaving)
		}
	}
	turns = e.world.instances[m.to].turns
	for i := range turns {
		if t := &turns[i]; t.knob == k && e.across(&t.place, m.from) {
			do(t, entering)
		}
	}
}

// end is where on its way a message meets a turn.
type end uint8

const (
	onPath end = iota
	leaving
	entering
)

// isCut reports whether a partition swallows the message. On an edge, to is
// towards the callee.
func (e *engine) isCut(m *message) (cut bool) {
	e.eachTurn(fault.CutTo, m, func(_ *turn, at end) { cut = cut || at == entering || at == onPath && !m.reply })
	e.eachTurn(fault.CutFrom, m, func(_ *turn, at end) { cut = cut || at == leaving || at == onPath && m.reply })
	return cut
}

// lossOf is the probability that a message is lost. A fault that it meets at both
// its ends takes it once.
func (e *engine) lossOf(m *message) float64 {
	v := fault.LossShare.Identity()
	from := e.world.instances[m.from].turns
	e.eachTurn(fault.LossShare, m, func(t *turn, at end) {
		if at == entering {
			for i := range from {
				if o := &from[i]; o.knob == t.knob && o.owner == t.owner && e.across(&o.place, m.to) {
					return
				}
			}
		}
		v = stack(t.knob, v, t.value)
	})
	return v
}

// isLost draws whether a message is lost with probability p, and then sends it
// again later, or gives up.
func (e *engine) isLost(m *message, p float64) bool {
	f := &e.frames[m.id]
	place := placeLossOut
	if m.reply {
		place = placeLossBack
	}
	s := f.key.Child(place).Stream(uint32(m.losses))
	if s.Float64() >= p {
		return false
	}
	if m.losses == resends {
		e.vanish(m.id)
		return true
	}
	f.until = time.Duration(m.losses + 1)
	e.After(resendWait(m.losses), evResend, e.ref(m.id))
	return true
}

// resend sends a lost message again; a request whose caller has given up is not.
func (e *engine) resend(id int32) int32 {
	f := &e.frames[id]
	losses := int(f.until)
	if f.state == stReply {
		return e.postBack(id, losses)
	}
	p := e.parentOf(f)
	if p == none {
		e.discard(id)
		return none
	}
	return e.post(id, e.sites[f.site].ed, e.frames[p].inst, losses)
}

// vanish is a message that nobody will ever get: its caller waits on.
func (e *engine) vanish(id int32) {
	f := &e.frames[id]
	if e.parentOf(f) == none {
		e.discard(id)
		return
	}
	f.state = stLost
}

// link is a line of a limited rate, one in each direction: messages go one after
// the other.
type link struct {
	owner // nobody: not in use
	zone  int32
	free  [2]time.Duration // when the last message has left it: in, out
}

// newLink is the line of a turn; the instances of a zone share the zone's.
func (e *engine) newLink(t *turn) int32 {
	unused := int32(none)
	for i := range e.world.links {
		l := &e.world.links[i]
		if l.owner == t.owner && t.place.Zone != model.None && l.zone == t.place.Zone {
			return int32(i)
		}
		if l.fault == none {
			unused = int32(i)
		}
	}
	l := link{owner: t.owner, zone: t.place.Zone}
	if unused != none {
		e.world.links[unused] = l
		return unused
	}
	e.world.links = append(e.world.links, l)
	return int32(len(e.world.links) - 1)
}

// linkDelay is how long the lines on a message's way hold it up.
func (e *engine) linkDelay(m *message) time.Duration {
	size := float64(e.ops[e.sites[e.frames[m.id].site].op].Size)
	at := e.Now()
	e.eachTurn(fault.LineRate, m, func(t *turn, where end) {
		way := 0
		if where == leaving || where == onPath && m.reply {
			way = 1
		}
		l := &e.world.links[t.link]
		at = max(at, l.free[way]) + time.Duration(min(float64(size/t.value*1e9)+0.5, 1<<60))
		l.free[way] = at
	})
	return at - e.Now()
}

// requestDelay is what faults add to a request as it leaves an instance.
func (e *engine) requestDelay(f *frame, from, to int32) (sum time.Duration) {
	draw := func(d *delay) { sum += d.dist.Sample(f.key.Stream(placeOutDelay + d.salt)) }
	if caller := e.parentOf(f); caller != none {
		delays := e.world.edges[e.sites[f.site].ed.id].delays
		for i := range delays {
			if e.between(&delays[i].place, &e.frames[caller], f.site) {
				draw(&delays[i])
			}
		}
	}
	delays := e.world.instances[from].delays
	for i := range delays {
		if e.across(&delays[i].place, to) {
			draw(&delays[i])
		}
	}
	return sum
}

// replyDelay is what faults add to a reply as it leaves an instance.
func (e *engine) replyDelay(f *frame, to int32) (sum time.Duration) {
	delays := e.world.instances[f.inst].delays
	for i := range delays {
		if e.across(&delays[i].place, to) {
			sum += delays[i].dist.Sample(f.key.Stream(placeInDelay + delays[i].salt))
		}
	}
	return sum
}
