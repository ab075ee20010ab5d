package engine

import (
	"time"

	"faultline/sim/dist"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/rng"
)

// edge is the engine's view of a model.Edge; what every call touches comes first.
type edge struct {
	stat        *measure.Edge
	calls, sent int64
	ended       int64 // calls
	triesEnded  int64
	timeout     time.Duration       // of the call
	protocol    dist.Dist           // CPU time on each side; nil: none
	retries     *resilience.Retries // nil: none
	base        int32               // channel of the first client instance
	first       int32               // instance of the callee
	timeoutLane int8
	tryLane     int8
	single      bool // the callee has one instance: nothing to choose or to count
	altered     bool
	retryOn     resilience.Failure
	same, cross leg

	*model.Edge
}

// The purposes of draws that belong to a call.
var (
	placeOut     = rng.Place("network", "request")
	placeBack    = rng.Place("network", "reply")
	placePick    = rng.Place("balance", "pick")
	placeBackoff = rng.Place("retries", "backoff")
	placeClient  = rng.Place("protocol", "client")
	placeServer  = rng.Place("protocol", "server")
	placeEdgeErr = rng.Place("fault", "edge errors")
)

// call starts a call step of frame id and returns the frame that goes on now.
// The layers from outside: timeout, retries, pick, send.
func (e *engine) call(id, siteID int32) int32 {
	site := &e.sites[siteID]
	key := e.frames[id].key.Child(site.Place)
	if site.Edge == model.None {
		c := e.child(id, roleLocal)
		f := &e.frames[c]
		f.key, f.inst, f.site = key.Child(0), e.frames[id].inst, siteID
		f.sent, f.arrived = e.Now(), e.Now()
		e.markMeasured(f)
		return e.begin(c)
	}
	ed := &e.edges[site.Edge]
	ed.calls++
	if ed.retries == nil {
		return e.try(id, siteID, key.Child(0), ed, ed.timeout, ed.timeoutLane)
	}
	c := e.child(id, roleCall)
	f := &e.frames[c]
	f.key, f.inst, f.site = key, e.frames[id].inst, siteID
	f.sent, f.pending = e.Now(), 1
	e.markMeasured(f)
	if ed.timeout > 0 {
		e.AfterLane(int(ed.timeoutLane), ed.timeout, evTimeout, e.ref(c))
	}
	return e.sendTry(c)
}

// sendTry sends the current attempt of a call.
func (e *engine) sendTry(c int32) int32 {
	f := &e.frames[c]
	ed := &e.edges[e.sites[f.site].Edge]
	return e.try(c, f.site, f.key.Child(uint32(f.attempt)), ed, ed.PerTryTimeout, ed.tryLane)
}

// try picks an instance and sends one request to it on behalf of parent.
func (e *engine) try(parent, siteID int32, key rng.Key, ed *edge, patience time.Duration, lane int8) int32 {
	p := &e.frames[parent]
	ch := ed.base + e.instances[p.inst].index
	if ed.altered && e.edgeError(e.sites[siteID].Edge, p, siteID, key) {
		return e.refuse(parent, siteID, ed, measure.Error)
	}
	target := e.pick(ch, ed, key)
	if target == none {
		return e.refuse(parent, siteID, ed, measure.Unreachable)
	}
	id := e.child(parent, roleTry)
	f := &e.frames[id]
	p = &e.frames[parent]
	f.key, f.site, f.channel, f.sent = key, siteID, ch, e.Now()
	if p.role != roleCall {
		e.markMeasured(f)
	} else {
		f.flags |= p.flags & flMeasured // a try belongs to the window of its call
		p.next, p.ngen = id, f.gen
		f.attempt = p.attempt
	}
	ed.sent++
	e.seeSent(ed, f)
	if patience > 0 {
		e.AfterLane(int(lane), patience, evTimeout, e.ref(id))
	}
	if ed.protocol == nil {
		f.inst = target
		return e.send(id, ed, p.inst)
	}
	f.inst, f.next = p.inst, target
	if !e.cpu(id, ed.protocol.Sample(key.Stream(placeClient)), stClientCPU) {
		return none
	}
	return e.clientDone(id)
}

// clientDone sends a request that its caller has serialised.
func (e *engine) clientDone(id int32) int32 {
	f := &e.frames[id]
	from := f.inst
	f.inst, f.next = f.next, none
	return e.send(id, &e.edges[e.sites[f.site].Edge], from)
}

// refuse ends a try that was never sent.
func (e *engine) refuse(parent, siteID int32, ed *edge, o measure.Outcome) int32 {
	ed.sent++
	ed.triesEnded++
	p := &e.frames[parent]
	if p.role != roleCall && e.measuring || p.role == roleCall && p.flags&flMeasured != 0 {
		e.seeRefused(ed, p.role != roleCall || p.attempt == 0, o)
	}
	return e.settle(parent, siteID, ed, o, e.Now(), e.measuring)
}

// replied is a reply that reaches its caller.
func (e *engine) replied(id int32) int32 {
	f := &e.frames[id]
	ed := &e.edges[e.sites[f.site].Edge]
	if e.still > 0 && e.callerWaits(evReply, id) {
		return none
	}
	p := e.parentOf(f)
	if p == none {
		e.free(id)
		return none
	}
	if !ed.single {
		e.channels[f.channel].done(f.inst - ed.first)
	}
	o, began, site, measured := f.outcome, f.sent, f.site, f.flags&flMeasured != 0
	e.seeTry(ed, f, o)
	e.free(id)
	return e.settle(p, site, ed, o, began, measured)
}

// settle tells the caller of a try how it ended: a retry loop decides what
// comes next, anything else goes on.
func (e *engine) settle(parent, siteID int32, ed *edge, o measure.Outcome, began time.Duration, measured bool) int32 {
	p := &e.frames[parent]
	if p.role != roleCall {
		e.seeCall(ed, o, began, measured)
		return e.childDone(parent, o, e.sites[siteID].Optional)
	}
	if o.Failed() && int(p.attempt) < ed.retries.Attempts && ed.retryOn&failureClass[o] != 0 {
		p.attempt++
		p.next = none
		s := p.key.Child(uint32(p.attempt)).Stream(placeBackoff)
		e.After(ed.retries.Backoff.Wait(int(p.attempt), s), evRetry, e.ref(parent))
		return none
	}
	return e.endCall(parent, ed, o)
}

// endCall ends a call with retries.
func (e *engine) endCall(c int32, ed *edge, o measure.Outcome) int32 {
	f := &e.frames[c]
	e.seeCall(ed, o, f.sent, f.flags&flMeasured != 0)
	return e.settleLocal(c, o, e.sites[f.site].Optional)
}

var failureClass = [measure.NOutcomes]resilience.Failure{
	measure.Timeout:           resilience.OnTimeout,
	measure.Rejected:          resilience.OnRejected,
	measure.ConnectionRefused: resilience.OnUnavailable,
	measure.ConnectionLost:    resilience.OnUnavailable,
	measure.Unreachable:       resilience.OnUnavailable,
	measure.Error:             resilience.OnError,
}

// onTimeout is the end of a caller's patience: with a call as a whole, or with a
// try of it. The callee goes on working; its reply will be dropped.
func (e *engine) onTimeout(id int32) int32 {
	f := &e.frames[id]
	ed := &e.edges[e.sites[f.site].Edge]
	if f.role == roleCall {
		if f.next != none && e.frames[f.next].gen == f.ngen {
			e.abandon(f.next, ed)
		}
		return e.endCall(id, ed, measure.Timeout)
	}
	p := e.parentOf(f)
	if p == none {
		return none
	}
	site, began, measured := f.site, f.sent, f.flags&flMeasured != 0
	e.abandon(id, ed)
	return e.settle(p, site, ed, measure.Timeout, began, measured)
}

// abandon makes a try an orphan: nobody waits for it any more.
func (e *engine) abandon(id int32, ed *edge) {
	f := &e.frames[id]
	target := f.inst
	if f.state == stClientCPU {
		target = f.next
	}
	if !ed.single {
		e.channels[f.channel].done(target - ed.first)
	}
	e.seeTry(ed, f, measure.Timeout)
	f.flags |= flOrphan
	if f.state == stLost {
		e.free(id)
	}
}
