package resilience

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// naive is the state machine written down again, with every result kept.
type naive struct {
	*CircuitBreaker
	state   BreakerState
	epoch   int
	since   time.Duration
	results []result
	left    int
}

type result struct {
	at           time.Duration
	failed, slow bool
}

func (n *naive) enter(s BreakerState, at time.Duration) {
	n.state, n.since, n.results = s, at, nil
	n.epoch++
	n.left = n.PermittedNumberOfCallsInHalfOpenState
}

func (n *naive) tick(now time.Duration) {
	limit := time.Duration(n.MaxWaitDurationInHalfOpenState)
	if n.state == HalfOpen && limit > 0 && now-n.since >= limit {
		n.enter(Open, n.since+limit)
	}
}

func (n *naive) allow(now time.Duration) bool {
	n.tick(now)
	if n.state == Open && now-n.since > time.Duration(n.WaitDurationInOpenState) {
		n.enter(HalfOpen, now)
	}
	if n.state == HalfOpen && n.left > 0 {
		n.left--
		return true
	}
	return n.state == Closed
}

func (n *naive) done(epoch int, now, elapsed time.Duration, failed bool) {
	n.tick(now)
	if epoch != n.epoch {
		return
	}
	n.results = append(n.results, result{now, failed, elapsed > time.Duration(n.SlowCallDurationThreshold)})
	window, least := n.results, n.MinimumNumberOfCalls
	switch {
	case n.state == HalfOpen:
		least = min(least, n.PermittedNumberOfCallsInHalfOpenState)
	case n.SlidingWindow.Seconds > 0:
		for len(window) > 0 && window[0].at/second <= now/second-time.Duration(n.SlidingWindow.Seconds) {
			window = window[1:]
		}
	default:
		window = window[max(0, len(window)-n.SlidingWindow.Calls):]
		least = min(least, n.SlidingWindow.Calls)
	}
	if len(window) < least {
		return
	}
	var bad, slow float64
	for _, r := range window {
		bad += float64(bit(r.failed))
		slow += float64(bit(r.slow))
	}
	size := float64(len(window))
	switch {
	case bad/size >= float64(n.FailureRateThreshold), slow/size >= float64(n.SlowCallRateThreshold):
		n.enter(Open, now)
	case n.state == HalfOpen:
		n.enter(Closed, now)
	}
}

// difference walks a breaker and the naive one through the same random calls,
// some of them answered late, out of order or never made, and says where they part.
func difference(c *CircuitBreaker, b *Breaker, s rng.Stream) string {
	type call struct {
		permit uint16
		epoch  int
		at     time.Duration
	}
	n := &naive{CircuitBreaker: c}
	var open []call
	now := time.Duration(0)
	for i := range 400 {
		now += time.Duration(s.IntN(3)*s.IntN(400)) * ms
		if s.IntN(2) == 0 || len(open) == 0 {
			permit, ok := b.Allow(now)
			if want := n.allow(now); ok != want {
				return fmt.Sprintf("step %d at %v: allowed %v, want %v", i, now, ok, want)
			}
			if ok {
				open = append(open, call{permit, n.epoch, now})
			}
			continue
		}
		k := s.IntN(len(open))
		x := open[k]
		open = append(open[:k], open[k+1:]...)
		if s.IntN(10) == 0 {
			b.Cancel(x.permit)
			if n.state == HalfOpen && x.epoch == n.epoch {
				n.left++
			}
		} else {
			failed := s.IntN(100) < 55
			b.Done(x.permit, now, now-x.at, failed)
			n.done(x.epoch, now, now-x.at, failed)
		}
		n.tick(now)
		if got := b.State(now); got != n.state {
			return fmt.Sprintf("step %d at %v: %v, want %v", i, now, got, n.state)
		}
	}
	return ""
}

func drawBreaker(t *rapid.T) *CircuitBreaker {
	span := func(name string, low, high int) unit.Duration {
		return unit.Duration(rapid.IntRange(low, high).Draw(t, name)) * unit.Duration(100*ms)
	}
	c := &CircuitBreaker{
		FailureRateThreshold:                  unit.Share(rapid.IntRange(1, 100).Draw(t, "failure rate")) / 100,
		SlowCallRateThreshold:                 unit.Share(rapid.IntRange(1, 100).Draw(t, "slow rate")) / 100,
		SlowCallDurationThreshold:             span("slow", 1, 100),
		MinimumNumberOfCalls:                  rapid.IntRange(1, 12).Draw(t, "minimum"),
		WaitDurationInOpenState:               span("wait", 1, 50),
		PermittedNumberOfCallsInHalfOpenState: rapid.IntRange(1, 5).Draw(t, "permitted"),
		MaxWaitDurationInHalfOpenState:        span("half open wait", 0, 20),
	}
	if n := rapid.IntRange(1, 15).Draw(t, "window"); rapid.Bool().Draw(t, "by time") {
		c.SlidingWindow.Seconds = n
	} else {
		c.SlidingWindow.Calls = n
	}
	return c
}

func TestABreakerIsTheStateMachineWrittenDownAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawBreaker(t)
		b := c.Start()
		if d := difference(c, &b, rng.Root(rapid.Uint64().Draw(t, "seed"), 0).Stream(0)); d != "" {
			t.Fatal(d)
		}
	})
}

// TestTheComparisonFindsWrongBreakers is the control of the test above.
func TestTheComparisonFindsWrongBreakers(t *testing.T) {
	for name, spoil := range map[string]func(*Breaker){
		"opens one call late":      func(b *Breaker) { b.minimum++ },
		"opens one call early":     func(b *Breaker) { b.minimum-- },
		"remembers one call more":  func(b *Breaker) { b.last = newLastCalls(len(b.last.ring) + 1) },
		"waits a little less":      func(b *Breaker) { p := *b.policy; p.WaitDurationInOpenState -= 1e8; b.policy = &p },
		"lets one call more pass":  func(b *Breaker) { p := *b.policy; p.PermittedNumberOfCallsInHalfOpenState++; b.policy = &p },
		"takes a higher threshold": func(b *Breaker) { p := *b.policy; p.FailureRateThreshold += 0.05; b.policy = &p },
	} {
		c := defaults()
		c.SlidingWindow, c.MinimumNumberOfCalls = Window{Calls: 8}, 6
		c.WaitDurationInOpenState, c.PermittedNumberOfCallsInHalfOpenState = unit.Duration(5*second), 3
		found := false
		for seed := range uint64(200) {
			b := c.Start()
			spoil(&b)
			found = found || difference(&c, &b, rng.Root(seed, 0).Stream(0)) != ""
		}
		if !found {
			t.Errorf("a breaker that %s goes unnoticed", name)
		}
	}
}
