package engine

import (
	"faultline/sim/measure"
)

// armHedge schedules the next try of a hedged call, if there may be one more.
func (e *engine) armHedge(c int32, ed *edge) {
	f := &e.frames[c]
	f.until = none
	if int(f.attempt)+1 < ed.Hedging.MaxAttempts {
		f.until = e.Now() + ed.Hedging.HedgingDelay.Std()
		e.After(ed.Hedging.HedgingDelay.Std(), evHedge, e.ref(c))
	}
}

// onHedge sends the next try of a call that has no answer yet.
func (e *engine) onHedge(c int32) int32 {
	f := &e.frames[c]
	if f.until != e.Now() {
		return none // a try that failed has sent the next one before its time
	}
	return e.nextHedge(c, e.sites[f.site].ed)
}

func (e *engine) nextHedge(c int32, ed *edge) int32 {
	f := &e.frames[c]
	f.attempt++
	f.pending++
	e.armHedge(c, ed)
	return e.sendTry(c)
}

// settleHedge: the first success wins and the others are abandoned; a failure
// sends the next try at once; the last failure is the call's (gRPC A6).
func (e *engine) settleHedge(c int32, ed *edge, o measure.Outcome) int32 {
	f := &e.frames[c]
	f.pending--
	switch {
	case !o.Failed():
		gen := f.gen
		e.abandonHedges(c, ed, measure.InFlight)
		if e.frames[c].gen != gen {
			return none
		}
		return e.endCall(c, ed, o)
	case int(f.attempt)+1 < ed.Hedging.MaxAttempts:
		return e.nextHedge(c, ed)
	case f.pending == 0:
		return e.endCall(c, ed, o)
	}
	return none
}

// abandonHedges makes orphans of the tries that are still in progress.
func (e *engine) abandonHedges(c int32, ed *edge, o measure.Outcome) {
	gen := e.frames[c].gen
	for k := e.kin[c].kids; k != none && e.frames[c].gen == gen; {
		if e.frames[k].flags&flOrphan != 0 {
			k = e.kin[k].right
			continue
		}
		e.abandon(k, ed, o)
		k = e.kin[c].kids // abandoning may have freed it, or its neighbours
	}
}
