package resilience

import (
	"math"
	"strings"
	"testing"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

const second = time.Second

// defaults is resilience4j's table of defaults, which the tags must hold too.
func defaults() CircuitBreaker {
	return CircuitBreaker{FailureRateThreshold: 0.5, SlowCallRateThreshold: 1, SlowCallDurationThreshold: unit.Duration(60 * second),
		SlidingWindow: Window{Calls: 100}, MinimumNumberOfCalls: 100, WaitDurationInOpenState: unit.Duration(60 * second),
		PermittedNumberOfCallsInHalfOpenState: 10}
}

// inARow opens after k failures in a row and lets one call through after a wait.
func inARow(k int, wait time.Duration) *CircuitBreaker {
	c := defaults()
	c.SlidingWindow, c.FailureRateThreshold = Window{Calls: k}, 1
	c.WaitDurationInOpenState, c.PermittedNumberOfCallsInHalfOpenState = unit.Duration(wait), 1
	return &c
}

// play makes one call a millisecond that ends at once: F fails, S is slow, X is
// slow and fails, anything else is well. It returns "." for each call let through
// and "-" for each refused.
func play(b *Breaker, from time.Duration, calls string) string {
	var out strings.Builder
	for i, c := range calls {
		now := from + time.Duration(i)*ms
		permit, ok := b.Allow(now)
		if !ok {
			out.WriteByte('-')
			continue
		}
		out.WriteByte('.')
		elapsed := ms
		if c == 'S' || c == 'X' {
			elapsed = 61 * second
		}
		b.Done(permit, now, elapsed, c == 'F' || c == 'X')
	}
	return out.String()
}

func TestABreakerOpensWhenARateReachesItsThreshold(t *testing.T) {
	small := func(edit func(*CircuitBreaker)) *CircuitBreaker {
		c := defaults()
		c.SlidingWindow, c.MinimumNumberOfCalls = Window{Calls: 10}, 4
		edit(&c)
		return &c
	}
	usual := small(func(*CircuitBreaker) {})
	all := defaults()
	for _, c := range []struct {
		name   string
		policy *CircuitBreaker
		calls  string
		want   string
	}{
		{"half of the least number fail", usual, "F..F.", "....-"},
		{"less than half fail", usual, "F.....F", "......."},
		{"one fewer than the least number", usual, "FFF.F", "....-"},
		{"a success at the least number decides too", usual, "FF..F", "....-"},
		{"old failures leave the window", usual, "F.......FFFF.FF", "..............-"[:15]},
		{"a window below the minimum decides when full", inARow(3, second), "FF.FFF.", "......-"},
		{"slow calls open it", small(func(c *CircuitBreaker) { c.SlowCallRateThreshold = 0.75 }), "SSS.S", "....-"},
		{"as slow as the threshold is not slow", small(func(c *CircuitBreaker) {
			c.SlowCallRateThreshold, c.SlowCallDurationThreshold = 0.25, unit.Duration(61*second)
		}), "SSSSSS", "......"},
		{"slow failures count for both", small(func(c *CircuitBreaker) { c.FailureRateThreshold, c.SlowCallRateThreshold = 1, 0.25 }), "X....", "....-"},
		{"the defaults wait for 100 calls", &all, strings.Repeat("F", 101), strings.Repeat(".", 100) + "-"},
		{"7 of 100 are 7%", small(func(c *CircuitBreaker) {
			c.SlidingWindow, c.MinimumNumberOfCalls, c.FailureRateThreshold = Window{Calls: 100}, 100, 0.07
		}), "FFFFFFF" + strings.Repeat(".", 94), strings.Repeat(".", 100) + "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.policy.Start()
			if got := play(&b, 0, c.calls); got != c.want {
				t.Errorf("calls   %s\nallowed %s\nwant    %s", c.calls, got, c.want)
			}
		})
	}
}

func TestAWindowOfTimeForgetsWholeSeconds(t *testing.T) {
	c := defaults()
	c.SlidingWindow, c.MinimumNumberOfCalls = Window{Seconds: 10}, 4
	for _, w := range []struct {
		name  string
		at    time.Duration // of the other two failures
		opens bool
	}{
		{"within the window", 5 * second, true},
		{"in its last second", 9998 * ms, true},
		{"when the first second has left", 10 * second, false},
		{"long after", time.Hour, false},
	} {
		b := c.Start()
		play(&b, 500*ms, "FF")
		play(&b, w.at, "FF")
		if got := b.State(w.at+2*ms) == Open; got != w.opens {
			t.Errorf("%s: open is %v", w.name, got)
		}
	}
}

func TestAnOpenBreakerTriesAgainAfterItsWait(t *testing.T) {
	c := inARow(2, 5*second)
	c.PermittedNumberOfCallsInHalfOpenState = 3
	c.FailureRateThreshold = 0.6
	b := c.Start()
	if play(&b, 0, "FF") != ".." || b.State(ms) != Open { // opened at 1 ms
		t.Fatal("it did not open")
	}
	for _, now := range []time.Duration{2 * ms, 5 * second, 5*second + ms} {
		if _, ok := b.Allow(now); ok {
			t.Fatalf("a call is let through at %v", now)
		}
	}
	if b.State(time.Hour) != Open {
		t.Error("it left the open state without a call")
	}
	if got := play(&b, 6*second, "F"); got != "." || b.State(6*second) != HalfOpen {
		t.Fatalf("after its wait it is %v", b.State(6*second))
	}
	// minimumNumberOfCalls is 100, but three calls are permitted: they decide.
	if play(&b, 7*second, ".."); b.State(8*second) != Closed {
		t.Errorf("one of three failed, and it is %v", b.State(8*second))
	}
}

func TestAHalfOpenBreakerDecidesByItsOwnCalls(t *testing.T) {
	for _, c := range []struct {
		name    string
		permits int
		minimum int
		calls   string
		let     string
		state   BreakerState
	}{
		{"all well", 3, 100, "...", "...", Closed},
		{"half fail", 4, 100, "F.F.", "....", Open},
		{"fewer than half fail", 4, 100, "F...", "....", Closed},
		{"not all have ended", 4, 100, "FFF", "...", HalfOpen},
		{"the minimum is below the permits", 10, 2, "FF", "..", Open},
		{"slow ones all", 2, 100, "SS", "..", Open},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := defaults()
			p.SlidingWindow, p.MinimumNumberOfCalls, p.PermittedNumberOfCallsInHalfOpenState = Window{Calls: 100}, c.minimum, c.permits
			b := p.Start()
			play(&b, 0, strings.Repeat("F", c.minimum))
			if got := play(&b, time.Hour, c.calls); got != c.let || b.State(time.Hour+second) != c.state {
				t.Errorf("allowed %s and is %v, want %s and %v", got, b.State(time.Hour+second), c.let, c.state)
			}
		})
	}
}

func TestOnlyThePermittedCallsPassAHalfOpenBreaker(t *testing.T) {
	c := inARow(1, second)
	c.PermittedNumberOfCallsInHalfOpenState = 2
	b := c.Start()
	play(&b, 0, "F")
	one, ok1 := b.Allow(time.Minute)
	_, ok2 := b.Allow(time.Minute)
	_, ok3 := b.Allow(time.Minute)
	if !ok1 || !ok2 || ok3 {
		t.Fatalf("let through %v %v %v, want two", ok1, ok2, ok3)
	}
	b.Cancel(one)
	if _, ok := b.Allow(time.Minute); !ok {
		t.Error("a call that was not made keeps its permit")
	}
}

func TestAHalfOpenBreakerMayGiveUpWaiting(t *testing.T) {
	c := inARow(1, 10*second)
	c.MaxWaitDurationInHalfOpenState = unit.Duration(3 * second)
	b := c.Start()
	play(&b, 0, "F")
	permit, _ := b.Allow(20 * second) // never answered in time
	for _, w := range []struct {
		now  time.Duration
		want BreakerState
	}{{22 * second, HalfOpen}, {23*second - 1, HalfOpen}, {23 * second, Open}, {33 * second, Open}} {
		if got := b.State(w.now); got != w.want {
			t.Errorf("at %v it is %v, want %v", w.now, got, w.want)
		}
	}
	b.Done(permit, 33*second, 13*second, false)
	if _, ok := b.Allow(33 * second); ok {
		t.Error("the open state begins when the wait is over, not when it is noticed or answered")
	}
	if _, ok := b.Allow(33*second + 1); !ok {
		t.Error("it does not try again")
	}
}

func TestResultsOfAnEarlierStateDoNotCount(t *testing.T) {
	c := inARow(2, second)
	b := c.Start()
	old, _ := b.Allow(0)
	play(&b, 0, "FF")                  // open
	trial, ok := b.Allow(time.Minute)  // half open
	b.Done(old, time.Minute, ms, true) // of the closed state
	if !ok || b.State(time.Minute) != HalfOpen {
		t.Fatalf("an old failure made it %v", b.State(time.Minute))
	}
	b.Cancel(old)
	if _, ok := b.Allow(time.Minute); ok {
		t.Error("an old call gave back a permit that it did not have")
	}
	b.Done(trial, time.Minute, ms, false)
	play(&b, time.Minute, "F")
	b.Done(old, time.Minute, ms, true)
	b.Done(trial, time.Minute, ms, true)
	if b.State(time.Minute) != Closed {
		t.Error("a result counted in a later state")
	}
}

func TestAResetBreakerIsAsNew(t *testing.T) {
	for _, w := range []Window{{Calls: 3}, {Seconds: 5}} {
		c := inARow(3, second)
		c.SlidingWindow, c.MinimumNumberOfCalls = w, 3
		b := c.Start()
		late, _ := b.Allow(0)
		play(&b, 0, "FF")
		b.Reset()
		b.Done(late, ms, ms, true)
		if got := play(&b, ms, "FFF."); got != "...-" {
			t.Errorf("window %v: allowed %s", w, got)
		}
		if b.Reset(); b.State(2*ms) != Closed {
			t.Errorf("window %v: it is %v", w, b.State(2*ms))
		}
	}
}

func TestBreakersRefuseThresholdsOfNothing(t *testing.T) {
	for name, edit := range map[string]func(*CircuitBreaker){
		"":                          func(*CircuitBreaker) {},
		"failureRateThreshold":      func(c *CircuitBreaker) { c.FailureRateThreshold = 0 },
		"slowCallRateThreshold":     func(c *CircuitBreaker) { c.SlowCallRateThreshold = 0 },
		"slowCallDurationThreshold": func(c *CircuitBreaker) { c.SlowCallDurationThreshold = 0 },
		"waitDurationInOpenState":   func(c *CircuitBreaker) { c.WaitDurationInOpenState = 0 },
	} {
		c := defaults()
		edit(&c)
		err := c.Validate()
		if (err == nil) != (name == "") || err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestBreakersMeetTheirClosedForms drives a breaker with Poisson calls that end at
// once and fail independently. k failures in a row take (1 − pᵏ)/((1 − p)pᵏ)
// calls; a cycle opens 1/(1 − p) times, each for T and on average 1/λ more.
func TestBreakersMeetTheirClosedForms(t *testing.T) {
	for _, c := range []struct {
		name     string
		k        int
		p        float64
		lambda   float64
		wait     time.Duration
		calls    int
		rejected float64 // of all calls
		success  float64 // of all calls
		closed   float64 // calls from closing to opening
		opens    float64 // from one closing to the next
	}{
		{"cbr-1", 5, 0.5, 10, 5 * second, 2_000_000, 0.609756098, 0.195121951, 62, 2},
		{"cbr-2", 5, 0.9, 100, second, 8_000_000, 0.983346933, 0.00166530667, 6.93508781, 10},
		{"breaker-2", 3, 0.1, 10, second, 8_000_000, 0, 0, 1110, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := inARow(c.k, c.wait).Start()
			s := rng.Root(7, 0).Stream(0)
			var now time.Duration
			var rejected, success, closedCalls, closings, opens float64
			for range c.calls {
				now += time.Duration(-math.Log(1-s.Float64()) / c.lambda * 1e9)
				before := b.state
				permit, ok := b.Allow(now)
				if !ok {
					rejected++
					continue
				}
				failed := s.Float64() < c.p
				b.Done(permit, now, 0, failed)
				success += float64(bit(!failed))
				if before == Closed {
					closedCalls++
				}
				if b.state == Open {
					opens++
				}
				if before != Closed && b.state == Closed {
					closings++
				}
			}
			n := float64(c.calls)
			near(t, "share rejected", rejected/n, c.rejected, 0.01)
			near(t, "share succeeded", success/n, c.success, 0.05)
			near(t, "calls while closed", closedCalls/closings, c.closed, 0.05)
			near(t, "openings a cycle", opens/closings, c.opens, 0.03)
		})
	}
}

// near holds a figure to a part of the reference; 0 is no reference.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if want != 0 && math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %.6g, want %.6g within %g%%", what, got, want, 100*tolerance)
	}
}

func TestABreakerAllocatesNothing(t *testing.T) {
	for _, w := range []Window{{Calls: 20}, {Seconds: 10}} {
		c := inARow(20, second)
		c.SlidingWindow, c.MinimumNumberOfCalls = w, 20
		b := c.Start()
		now := time.Duration(0)
		if n := testing.AllocsPerRun(2000, func() {
			now += 10 * ms
			if permit, ok := b.Allow(now); ok {
				b.Done(permit, now, ms, true)
			}
		}); n != 0 {
			t.Errorf("window %v: %v allocations a call", w, n)
		}
	}
}
