package engine

import (
	"time"

	"faultline/sim/cores"
	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/rng"
)

// edge is the engine's view of a model.Edge: what every call touches, in two lines of the
// cache, one as it leaves and one as its reply comes, and the rest.
type edge struct {
	hop         time.Duration // that every message takes; 0: see same and cross
	asked       int64         // calls of one try over a plain edge
	began       int64         // measured calls, by their first tries
	shift       int32         // from a client instance to its channel
	first       int32         // instance of the callee
	hopLane     int8          // des.NoLane too where messages do not all take the same time
	timeoutLane int8
	limited     bool // calls have a timeout
	single      bool // the callee has one instance: nothing to choose or to count
	there       bool // of a single callee: clients know of it
	altered     bool
	instant     bool // no message takes any time
	*edgeRest
	timeout time.Duration // of the call
	stat    *measure.Edge

	only    int64            // calls of one try that ended
	latency measure.Recorder // of answered calls
}

// edgeRest is what some calls touch.
type edgeRest struct {
	tryLane     int8
	wrapped     bool // its calls have a frame of their own, the parent of their tries
	guarded     bool // its channels have guards
	choosy      bool // some instances are better than others: outliers, zones
	hashed      bool // the balancer looks at the user
	same, cross int8 // lanes of messages within a zone and across, where they are constant; des.NoLane
	retryOn     resilience.Failure
	id          model.EdgeID
	base        int32               // channel of the first client instance
	pools       int32               // of the first client instance; none
	guards      int32               // guard of the first client instance
	calls, sent int64               // but for those asked
	ended       int64               // calls, but for those of one try
	triesEnded  int64               // the same
	retries     *resilience.Retries // nil: none

	*model.Edge
}

// site is a model.Site and what every call there touches.
type site struct {
	ed       *edge    // nil: a plain function call in the same process
	handled  *handled // of the component; nil: of none
	entry    int32
	place    uint32
	op       model.OpID
	optional bool
	fallback bool
	plain    bool   // its edge is
	parsed   bool   // the callee spends CPU time on the protocol
	works    bool   // the operation begins with a CPU step, by work
	leaf     uint16 // flLeaf if that is all; else 0
	draw     uint32
	work     dist.Sampler
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
// The layers from outside: timeout, retries or hedges, throttling, circuit
// breaker, bulkhead, pick, connection, send.
func (e *engine) call(id, siteID int32) int32 {
	site := &e.sites[siteID]
	ed := site.ed
	if site.plain && e.askable(site, e.frames[id].inst) {
		key, work := site.keyOf(e.frames[id].key), time.Duration(0)
		if site.works {
			work = site.work.Sample(key.Stream(site.draw))
		}
		return e.ask(id, siteID, site, key, work)
	}
	key := e.frames[id].key.Child(site.place)
	if ed == nil {
		l, _ := e.local(id, siteID, key.Child(0))
		return e.beginHere(l)
	}
	ed.calls++
	if !ed.wrapped && !(ed.altered && e.storm(ed.id, &e.frames[id], siteID) > 0) {
		return e.try(id, siteID, key.Child(0), ed, ed.timeout, ed.timeoutLane)
	}
	c, f := e.child(id, roleCall)
	f.key, f.inst, f.site = key, e.frames[id].inst, siteID
	f.sent, f.pending, f.next = e.Now(), 1, none
	e.markMeasured(f)
	if ed.limited {
		e.AfterLane(int(ed.timeoutLane), ed.timeout, evTimeout, e.ref(c))
	}
	e.budgetBegan(f, ed)
	if ed.Hedging != nil {
		e.armHedge(c, ed)
	}
	return e.sendTry(c)
}

// local is the frame of a function call.
func (e *engine) local(parent, siteID int32, key rng.Key) (int32, *frame) {
	id, f := e.child(parent, roleLocal)
	f.key, f.inst, f.site = key, e.frames[parent].inst, siteID
	f.sent, f.arrived = e.Now(), e.Now()
	e.markMeasured(f)
	return id, f
}

// sendTry sends the current attempt of a call.
func (e *engine) sendTry(c int32) int32 {
	f := &e.frames[c]
	ed := e.sites[f.site].ed
	key := f.key.Child(uint32(f.attempt))
	if ed.Local {
		return e.enterWall(c, key, ed)
	}
	return e.try(c, f.site, key, ed, ed.PerTryTimeout, ed.tryLane)
}

// try picks an instance and sends one request to it on behalf of parent.
func (e *engine) try(parent, siteID int32, key rng.Key, ed *edge, patience time.Duration, lane int8) int32 {
	p := &e.frames[parent]
	ch := p.inst + ed.shift
	var permit uint16
	if ed.guarded {
		var o measure.Outcome
		if permit, o = e.admit(ed, ch, key); o.Failed() {
			return e.refuse(parent, siteID, ed, o)
		}
	}
	if ed.altered && e.edgeError(ed.id, p, siteID, key) {
		e.unguard(ed, ch, permit)
		return e.refuse(parent, siteID, ed, measure.Error)
	}
	target := ed.first
	if !ed.single {
		target = e.pick(ch, ed, key, parent)
	} else if !ed.there {
		target = none
	}
	if target == none {
		e.unguard(ed, ch, permit)
		return e.refuse(parent, siteID, ed, measure.Unreachable)
	}
	id, f := e.child(parent, roleTry)
	p = &e.frames[parent]
	f.key, f.site, f.channel, f.sent, f.permit = key, siteID, ch, e.Now(), permit
	if ed.guarded {
		f.flags |= flGuarded
	}
	if p.role != roleCall {
		e.markMeasured(f)
	} else {
		f.flags |= p.flags&flMeasured | flWrapped // a try belongs to the window of its call
		p.next, p.ngen = id, f.gen
		f.attempt = p.attempt
	}
	ed.sent++
	e.seeSent(ed, f)
	if patience > 0 && (ed.pools == none || f.flags&flWrapped == 0) {
		e.AfterLane(int(lane), patience, evTimeout, des.Ref{ID: id, Gen: f.gen})
	}
	if ed.pools != none && !e.connect(id, ed, target) {
		return none
	}
	if ed.Protocol != nil {
		return e.dispatch(id, ed, p.inst, target)
	}
	f.inst = target
	return e.send(id, f, ed, p.inst)
}

// dispatch serialises and sends a request.
func (e *engine) dispatch(id int32, ed *edge, from, target int32) int32 {
	f := &e.frames[id]
	if ed.Protocol == nil {
		f.inst = target
		return e.send(id, f, ed, from)
	}
	f.inst, f.next = from, target
	if !e.cpu(id, f, &e.instances[from], e.protocolWork(ed, ed.From, f.key.Stream(placeClient)), stClientCPU) {
		return none
	}
	return e.clientDone(id)
}

// protocolWork is the CPU time of an edge's protocol in the runtime at one of its ends.
func (e *engine) protocolWork(ed *edge, at model.StationID, s rng.Stream) time.Duration {
	work, factor := ed.Protocol.Sample(s), e.sys.Stations[at].Protocol
	if factor == 0 || factor == 1 {
		return work
	}
	return cores.Stretch(work, factor)
}

// clientDone sends a request that its caller has serialised.
func (e *engine) clientDone(id int32) int32 {
	f := &e.frames[id]
	from := f.inst
	f.inst, f.next = f.next, none
	if f.flags&flCancelled != 0 {
		e.discard(id)
		return none
	}
	return e.send(id, f, e.sites[f.site].ed, from)
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
func (e *engine) replied(id int32, f *frame) int32 {
	return e.repliedOver(id, f, &e.edges[e.edgeAt[f.site]])
}

// repliedOver is replied, over an edge.
func (e *engine) repliedOver(id int32, f *frame, ed *edge) int32 {
	if !f.usual() || e.still > 0 || f.outcome != measure.Succeeded {
		return e.repliedAnyhow(id, f, ed)
	}
	parent := f.parent
	p := &e.frames[parent]
	if p.gen != f.pgen || p.role == roleGroup {
		return e.repliedAnyhow(id, f, ed)
	}
	ed.only++
	if f.flags&flMeasured != 0 {
		ed.latency.Record(e.Now() - f.sent)
	}
	e.shelve(id, f) // a plain edge: no kin
	if p.pending--; p.pending > 0 {
		return none
	}
	if p.flags&^flMeasured == flLeaf {
		e.finishRequest(parent, p, measure.Succeeded)
		return none
	}
	return parent
}

// repliedAnyhow is replied, whatever there is to be said of the call.
func (e *engine) repliedAnyhow(id int32, f *frame, ed *edge) int32 {
	if e.still > 0 && e.callerWaits(evReply, id) {
		return none
	}
	if f.flags&flPooled != 0 {
		e.disconnect(f, ed)
		f = &e.frames[id]
	}
	p := e.waiter(f)
	if p == nil {
		e.free(id)
		return none
	}
	if !ed.single {
		e.channels[f.channel].done(f.inst - ed.first)
	}
	if f.flags&flGuarded != 0 {
		e.tell(f, ed, f.outcome, f.inst)
	}
	o, parent, site := f.outcome, f.parent, f.site
	if p.role == roleCall {
		began, measured := f.sent, f.flags&flMeasured != 0
		e.seeTry(ed, f, o)
		e.free(id)
		return e.settle(parent, site, ed, o, began, measured)
	}
	e.seeOnly(ed, f, o)
	e.free(id)
	return e.childDone(parent, o, e.leniency(site))
}

// tryEnded is the end of a try as its caller sees it.
func (e *engine) tryEnded(f *frame, ed *edge, o measure.Outcome) {
	target := f.inst
	if f.state == stClientCPU || f.state == stPool {
		target = f.next
	}
	if !ed.single {
		e.channels[f.channel].done(target - ed.first)
	}
	if f.flags&flGuarded != 0 {
		e.tell(f, ed, o, target)
	}
	e.seeTry(ed, f, o)
}

// settle tells the caller of a try how it ended: a retry loop or a hedge decides
// what comes next, anything else goes on.
func (e *engine) settle(parent, siteID int32, ed *edge, o measure.Outcome, began time.Duration, measured bool) int32 {
	p := &e.frames[parent]
	if p.role != roleCall {
		e.seeCall(ed, o, began, measured)
		return e.childDone(parent, o, e.leniency(siteID))
	}
	if ed.Hedging != nil {
		return e.settleHedge(parent, ed, o)
	}
	p.next = none
	if p.attempt > 0 {
		e.retryEnded(p, ed)
	}
	if !o.Failed() {
		return e.endCall(parent, ed, o)
	}
	wait, again := e.retry(p, ed, o)
	if !again {
		return e.endCall(parent, ed, o)
	}
	p.attempt++
	e.After(wait, evRetry, e.ref(parent))
	return none
}

// retry decides whether a call is tried again after a failure, and when.
func (e *engine) retry(c *frame, ed *edge, o measure.Outcome) (wait time.Duration, again bool) {
	if ed.altered && !ed.Local {
		if n := e.storm(ed.id, c, c.site); n > 0 {
			return 0, int(c.attempt) < n
		}
	}
	r := ed.retries
	if r == nil || int(c.attempt) >= r.Attempts || ed.retryOn&failureClass[o] == 0 {
		return 0, false
	}
	if b := e.budgetOf(c, ed); b != nil {
		if !b.AllowRetry(e.Now()) {
			return 0, false
		}
		c.permit = 1
	}
	s := c.key.Child(uint32(c.attempt) + 1).Stream(placeBackoff)
	c.until = r.Backoff.Wait(int(c.attempt)+1, c.until, s)
	return c.until, true
}

// endCall ends a call with retries, hedges or walls.
func (e *engine) endCall(c int32, ed *edge, o measure.Outcome) int32 {
	f := &e.frames[c]
	e.budgetEnded(f, ed, o.Failed())
	e.seeCall(ed, o, f.sent, f.flags&flMeasured != 0)
	return e.settleLocal(c, o, e.leniency(f.site))
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
// try of it. The callee goes on working unless the edge cancels; its reply will
// be dropped.
func (e *engine) onTimeout(id int32) int32 {
	f := &e.frames[id]
	ed := e.sites[f.site].ed
	if f.role == roleCall {
		gen := f.gen
		e.abandonTries(id, ed, measure.Timeout)
		if e.frames[id].gen != gen {
			return none // what was recalled made room for a call that killed this process
		}
		return e.endCall(id, ed, measure.Timeout)
	}
	p := e.parentOf(f)
	if p == none {
		return none
	}
	site, began, measured, gen := f.site, f.sent, f.flags&flMeasured != 0, e.frames[p].gen
	e.abandon(id, ed, measure.Timeout)
	if e.frames[p].gen != gen {
		return none
	}
	return e.settle(p, site, ed, measure.Timeout, began, measured)
}

// abandonTries makes orphans of all tries of a call that are in progress.
func (e *engine) abandonTries(c int32, ed *edge, o measure.Outcome) {
	if ed.Hedging != nil {
		e.abandonHedges(c, ed, o)
		return
	}
	f := &e.frames[c]
	if f.next == none || e.frames[f.next].gen != f.ngen {
		return
	}
	if f.attempt > 0 {
		e.retryEnded(f, ed)
	}
	if ed.Local {
		e.abandonWall(f.next, ed)
	} else {
		e.abandon(f.next, ed, o)
	}
}

// abandon makes a try an orphan: nobody waits for it any more. What it still
// does at its callee is wasted, or recalled.
func (e *engine) abandon(id int32, ed *edge, o measure.Outcome) {
	f := &e.frames[id]
	e.tryEnded(f, ed, o)
	f.flags |= flOrphan
	if f.state == stPool || f.state == stLost { // its entry in the queue finds nothing
		e.discard(id)
		return
	}
	if e.kin != nil {
		e.recall(id, ed, o)
	}
}
