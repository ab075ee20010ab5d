package engine

import (
	"fmt"

	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
)

func mustCount(text string) *dist.Count {
	c, err := dist.ParseCount(text)
	if err != nil {
		panic(err)
	}
	return &c
}

// policies draws the client's side of an edge.
func (s *swarmer) policies(e *model.Edge) {
	if s.chance(20) {
		e.LoadBalancer = oneOf(s, "POWER_OF_TWO", "RING_HASH")
	}
	if s.chance(20) {
		e.CircuitBreaker = s.breaker()
	}
	if s.chance(20) {
		e.Bulkhead = &resilience.Bulkhead{MaxConcurrentCalls: oneOf(s, 1, 2, 10)}
	}
	if s.chance(10) {
		e.AdaptiveThrottling = &resilience.AdaptiveThrottling{K: oneOf(s, 1.1, 2)}
	}
	if e.Retries == nil && s.chance(20) {
		e.Hedging = &resilience.Hedging{MaxAttempts: 2 + s.IntN(3), HedgingDelay: unit.Duration(s.span(0, 10*ms))}
	}
	if e.Retries != nil && s.chance(50) {
		e.Retries.Budget = s.budget()
		e.Retries.Backoff.Jitter = oneOf[resilience.Jitter](s, "decorrelated", "envoy", "full")
	}
	if s.chance(20) {
		e.OutlierDetection = &resilience.OutlierDetection{Consecutive5xxErrors: 1 + s.IntN(3), Interval: unit.Duration(100 * ms),
			BaseEjectionTime: unit.Duration(s.span(10*ms, 500*ms)), MaxEjectionPercent: oneOf[unit.Share](s, 0.1, 0.5, 1), PanicThreshold: oneOf[unit.Share](s, 0, 0.5)}
	}
	e.LocalityAware = s.chance(15)
	e.CancelOnTimeout, e.DeadlinePropagation = s.chance(20), s.chance(20)
}

func (s *swarmer) breaker() *resilience.CircuitBreaker {
	return &resilience.CircuitBreaker{FailureRateThreshold: oneOf[unit.Share](s, 0.2, 0.5, 1), SlowCallRateThreshold: oneOf[unit.Share](s, 0.5, 1),
		SlowCallDurationThreshold: unit.Duration(s.span(5*ms, sec)), SlidingWindow: resilience.Window{Calls: 2 + s.IntN(10)}, MinimumNumberOfCalls: 2,
		WaitDurationInOpenState: unit.Duration(s.span(10*ms, sec)), PermittedNumberOfCallsInHalfOpenState: 1 + s.IntN(3)}
}

func (s *swarmer) budget() *resilience.Budget {
	share, tokens, per, least, three := unit.Share(0.2), 5.0, 0.1, 1.0, 3
	return oneOf(s, &resilience.Budget{Ratio: &share, MinRetryConcurrency: &three},
		&resilience.Budget{Tokens: &tokens, PerCall: &per, MinTokens: &least}, &resilience.Budget{MaxFailureShare: &share})
}

// modifiers draws what calls may have beside a probability.
func (s *swarmer) modifiers(m *step.Modifiers, depth int) {
	if depth > 1 {
		return
	}
	if s.chance(10) {
		m.Times = mustCount(oneOf(s, "2", "uniform(0 3)"))
	}
	if s.chance(15) {
		m.Fallback = list(s.steps(nil, nil, depth+1))
	}
}

// composite draws a step that holds others; nil for most.
func (s *swarmer) composite(known, stores []string, depth int) step.Step {
	if depth > 1 || !s.chance(20) {
		return nil
	}
	inner := func() step.List { return list(s.steps(known, stores, depth+1)) }
	switch s.IntN(4) {
	case 0:
		branches := step.Parallel(inner())
		return &step.Fork{Fork: step.ForkBody{Wait: step.Wait(1 + s.IntN(len(branches))), Branches: branches}}
	case 1:
		return &step.Choose{Branches: []step.Alternative{{Probability: 0.3, Steps: inner()}, {Probability: 0.7, Steps: inner()}}}
	case 2:
		return &step.Repeat{Repeat: step.RepeatBody{Times: mustCount(oneOf(s, "1", "3", "uniform(0 2)")), Steps: inner()}}
	}
	return &step.Cached{Cache: step.CacheBody{HitRatio: oneOf[unit.Share](s, 0.5, 0.95), Refill: unit.Duration(s.span(0, sec)), Steps: inner()}}
}

// pools gives services connection pools to the databases that they call.
func (s *swarmer) pools(sys *model.System) {
	for i := range sys.Edges {
		e := &sys.Edges[i]
		if sys.Stations[e.To].Kind != model.KindDatabase || e.Pool != 0 || s.chance(60) {
			continue
		}
		sys.Pools = append(sys.Pools, model.Pool{From: e.From, To: e.To, Size: oneOf(s, 1, 3, 20), Timeout: oneOf(s, 0, s.span(0, 20*ms))})
		for k := range sys.Edges {
			if o := &sys.Edges[k]; o.From == e.From && o.To == e.To {
				o.Pool = int32(len(sys.Pools))
			}
		}
	}
}

// walls puts walls between some components of one process.
func (s *swarmer) walls(sys *model.System) {
	for i := range sys.Sites {
		site := &sys.Sites[i]
		op := &sys.Ops[site.Op]
		if site.Edge != model.None || !s.chance(25) {
			continue
		}
		e := model.Edge{Name: fmt.Sprintf("wall %d", i), From: op.Station, To: op.Station, Local: true, LoadBalancer: "LEAST_REQUEST"}
		if s.chance(60) {
			e.Timeout = s.span(2*ms, 50*ms)
		}
		if s.chance(40) {
			e.CircuitBreaker = s.breaker()
		}
		if s.chance(60) || e.CircuitBreaker == nil {
			e.Bulkhead = &resilience.Bulkhead{MaxConcurrentCalls: oneOf(s, 1, 3, 20)}
		}
		site.Edge = model.EdgeID(len(sys.Edges))
		sys.Edges = append(sys.Edges, e)
	}
}

// flow draws what a flow may have beside a rate.
func (s *swarmer) flow(f *load.Flow) {
	switch {
	case s.chance(15):
		f.VUs, f.ThinkTime = 1+s.IntN(20), mustDist(oneOf(s, "5ms", "exp(50ms)", "20ms")).Dist
		f.Profile, f.Arrivals = nil, nil
	case s.chance(15):
		f.Batch = mustCount(oneOf(s, "2", "uniform(0 5)"))
	}
	f.Population = oneOf(s, 0, 1, 50)
}
