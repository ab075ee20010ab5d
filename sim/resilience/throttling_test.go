package resilience

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/rng"
)

// drive makes demand calls a second for a time; the callee accepts so many a
// second, and makes up later for what it had not to do. It returns what happened in the last two minutes, per second.
func drive(k float64, demand, capacity int, seconds int) (refused, sent, accepted float64) {
	th := (&AdaptiveThrottling{K: k}).Start()
	s := rng.Root(5, 0).Stream(0)
	room := 0
	for sec := range seconds {
		room += capacity
		for i := range demand {
			now := time.Duration(sec)*second + time.Duration(i)*second/time.Duration(demand)
			counts := float64(bit(sec >= seconds-throttleWindow)) / throttleWindow
			if th.Reject(now, s.Float64()) {
				refused += counts
				continue
			}
			th.Sent(now)
			sent += counts
			if room > 0 {
				room--
				th.Accepted(now)
				accepted += counts
			}
		}
	}
	return refused, sent, accepted
}

// TestThrottlingSettlesAsTheSREBookSays: rows throttle-1 and -2. Sent are
// k·accepted, the rest is refused at the client.
func TestThrottlingSettlesAsTheSREBookSays(t *testing.T) {
	for _, c := range []struct{ k, refused, sent, accepted float64 }{
		{2, 40, 60, 30},
		{1.1, 67, 33, 30},
	} {
		refused, sent, accepted := drive(c.k, 100, 30, 1000)
		near(t, "refused a second", refused, c.refused, 0.03)
		near(t, "sent a second", sent, c.sent, 0.03)
		near(t, "accepted a second", accepted, c.accepted, 0.03)
	}
}

func TestThrottlingLetsAllThroughWhileTheCalleeAcceptsHalf(t *testing.T) {
	for _, k := range []float64{2, 2.5} {
		if refused, _, _ := drive(k, 100, 50, 300); refused > 0 {
			t.Errorf("k = %v: %v calls a second refused", k, refused)
		}
	}
}

func TestThrottlingRefusesByTheFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Float64Range(1, 4).Draw(t, "k")
		requests, accepts := rapid.IntRange(0, 300).Draw(t, "requests"), 0
		if requests > 0 {
			accepts = rapid.IntRange(0, requests).Draw(t, "accepts")
		}
		th := (&AdaptiveThrottling{K: k}).Start()
		for i := range requests {
			th.Sent(second)
			if i < accepts {
				th.Accepted(second)
			}
		}
		p := math.Max(0, (float64(requests)-k*float64(accepts))/float64(requests+1))
		before := th
		before.counts.ring = append([][3]uint32(nil), th.counts.ring...)
		if p > 1e-9 && !th.Reject(second, p-1e-9) {
			t.Fatalf("let through below the probability %v", p)
		}
		if before.Reject(second, p+1e-9) {
			t.Fatalf("refused above the probability %v", p)
		}
	})
}

func TestThrottlingForgetsAfterTwoMinutes(t *testing.T) {
	th := (&AdaptiveThrottling{K: 2}).Start()
	for range 50 {
		th.Sent(500 * ms)
	}
	for _, c := range []struct {
		now    time.Duration
		refuse bool
	}{{time.Second, true}, {119999 * ms, true}, {120 * second, false}} {
		if got := th.Reject(c.now, 0.7); got != c.refuse { // 50/51 at first, 2/3 of the two refused at last
			t.Errorf("at %v: refused %v", c.now, got)
		}
	}
	th.Sent(121 * second)
	if th.Reset(); th.Reject(121*second, 0) {
		t.Error("refused after a reset")
	}
}

func TestThrottlingCountsWhatItRefuses(t *testing.T) {
	th := (&AdaptiveThrottling{K: 2}).Start()
	th.Sent(0) // one call, not accepted: refuses below 1/2, then 2/3, then 3/4
	for i, p := range []float64{0.5, 2.0 / 3, 0.75} {
		if th.Reject(0, p+0.01) {
			t.Errorf("call %d: refused above %v", i, p)
		}
		if !th.Reject(0, p-0.01) {
			t.Errorf("call %d: let through below %v", i, p)
		}
	}
}

func TestThrottlingRefusesAKBelowOne(t *testing.T) {
	for k, ok := range map[float64]bool{1: true, 2: true, 0.99: false, 0: false, math.Inf(1): false, math.NaN(): false} {
		if err := (&AdaptiveThrottling{K: k}).Validate(); (err == nil) != ok {
			t.Errorf("k = %v: %v", k, err)
		}
	}
}
