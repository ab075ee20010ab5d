package engine

import (
	"time"

	"faultline/sim/measure"
	"faultline/sim/resilience"
	"faultline/sim/rng"
)

// guard is what one client instance remembers of an edge in order to spare
// itself or its callee: throttle, circuit breaker, bulkhead, retry budget,
// outliers.
type guard struct {
	throttle resilience.Throttle
	breaker  resilience.Breaker
	budget   resilience.BudgetState
	outliers *resilience.Outliers
	inFlight int32
	// The instances to choose from while outliers or zones matter; good until stale.
	usable, near, far []int32
	nearShare         float64
	stale             bool
	until             time.Duration
}

var placeThrottle = rng.Place("adaptive throttling")

// admit asks throttle, breaker and bulkhead in turn; a failure says who refused.
func (e *engine) admit(ed *edge, ch int32, key rng.Key) (permit uint16, o measure.Outcome) {
	g := e.guardOf(ed, ch)
	if ed.AdaptiveThrottling != nil {
		s := key.Stream(placeThrottle)
		if g.throttle.Reject(e.Now(), s.Float64()) {
			return 0, measure.Rejected
		}
		g.throttle.Sent(e.Now())
	}
	if ed.CircuitBreaker != nil {
		p, ok := g.breaker.Allow(e.Now())
		if !ok {
			return 0, measure.CircuitOpen
		}
		permit = p
	}
	if ed.Bulkhead != nil && ed.Bulkhead.Full(int(g.inFlight)) {
		if ed.CircuitBreaker != nil {
			g.breaker.Done(permit, e.Now(), 0, true) // it sees what lies inside
		}
		return 0, measure.BulkheadFull
	}
	g.inFlight++
	return permit, measure.InFlight
}

func (e *engine) guardOf(ed *edge, ch int32) *guard { return &e.guards[ed.guards+ch-ed.base] }

// unguard takes back an admission that was followed by no try: a failure.
func (e *engine) unguard(ed *edge, ch int32, permit uint16) {
	if !ed.guarded {
		return
	}
	g := e.guardOf(ed, ch)
	g.inFlight--
	if ed.CircuitBreaker != nil {
		g.breaker.Done(permit, e.Now(), 0, true)
	}
	if ed.retries != nil && ed.retries.Budget != nil {
		g.budget.TryEnded(e.Now(), true)
	}
}

// tell the guard how a try ended; it has nothing of it any more.
func (e *engine) tell(f *frame, ed *edge, o measure.Outcome, target int32) {
	f.flags &^= flGuarded
	g := e.guardOf(ed, f.channel)
	g.inFlight--
	failed := o.Failed()
	if ed.CircuitBreaker != nil {
		if o == measure.InFlight {
			g.breaker.Cancel(f.permit) // nobody knows how it would have ended
		} else {
			g.breaker.Done(f.permit, e.Now(), e.Now()-f.sent, failed)
		}
	}
	if ed.AdaptiveThrottling != nil && (!failed || o == measure.Error) {
		g.throttle.Accepted(e.Now())
	}
	if ed.OutlierDetection != nil && o != measure.InFlight {
		if g.outliers.Done(e.Now(), target-ed.first, answer(o)) {
			g.stale = true
		}
	}
	if ed.retries != nil && ed.retries.Budget != nil {
		g.budget.TryEnded(e.Now(), failed)
	}
}

// answer is an outcome as outlier detection sees it.
func answer(o measure.Outcome) resilience.Answer {
	switch {
	case !o.Failed():
		return resilience.Fine
	case o == measure.Error:
		return resilience.ErrorAnswer
	}
	return resilience.GatewayError
}

func (e *engine) resetGuard(g *guard, ed *edge) {
	g.inFlight, g.stale = 0, true
	if ed.AdaptiveThrottling != nil {
		g.throttle.Reset()
	}
	if ed.CircuitBreaker != nil {
		g.breaker.Reset()
	}
	if ed.OutlierDetection != nil {
		g.outliers.Reset()
	}
	if ed.retries != nil && ed.retries.Budget != nil {
		g.budget = ed.retries.Budget.Start()
	}
}

// budgetOf is the budget that a call's retries draw on, nil for none.
func (e *engine) budgetOf(c *frame, ed *edge) *resilience.BudgetState {
	if ed.retries == nil || ed.retries.Budget == nil {
		return nil
	}
	return &e.guards[ed.guards+e.instances[c.inst].index].budget
}

func (e *engine) budgetBegan(c *frame, ed *edge) {
	if b := e.budgetOf(c, ed); b != nil {
		b.CallBegan(e.Now())
	}
}

func (e *engine) budgetEnded(c *frame, ed *edge, failed bool) {
	if b := e.budgetOf(c, ed); b != nil {
		b.CallEnded(e.Now(), failed)
	}
}

// retryEnded gives a retry's place in the budget back. In a retry storm nobody
// took one.
func (e *engine) retryEnded(c *frame, ed *edge) {
	if b := e.budgetOf(c, ed); b != nil && c.permit != 0 {
		c.permit = 0
		b.RetryEnded()
	}
}
