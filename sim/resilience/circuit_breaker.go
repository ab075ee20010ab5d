package resilience

import (
	"errors"
	"strconv"
	"time"

	"faultline/sim/unit"
)

// CircuitBreaker stops the calls of one client instance to a callee that fails
// or is slow: resilience4j's CircuitBreaker, its keys and its defaults
// (resilience4j.readme.io/docs/circuitbreaker; CircuitBreakerStateMachine and
// CircuitBreakerMetrics of resilience4j 2). A failure is any outcome but success.
//
// "Opens after k failures in a row" is { slidingWindow: k, failureRateThreshold:
// 100% }: minimumNumberOfCalls is never taken above a window that is a count.
type CircuitBreaker struct {
	FailureRateThreshold                  unit.Share    `yaml:"failureRateThreshold" default:"50%" doc:"opens when this share of the calls in the window has failed"`
	SlowCallRateThreshold                 unit.Share    `yaml:"slowCallRateThreshold" default:"100%" doc:"opens when this share of the calls in the window was slow"`
	SlowCallDurationThreshold             unit.Duration `yaml:"slowCallDurationThreshold" default:"60s" doc:"a call that takes longer is slow"`
	SlidingWindow                         Window        `yaml:"slidingWindow" default:"100" doc:"the calls that count: the last so many, or those of the last whole seconds, as in 10s"`
	MinimumNumberOfCalls                  int           `yaml:"minimumNumberOfCalls" default:"100" min:"1" doc:"fewer calls in the window decide nothing; at most a window that is a count"`
	WaitDurationInOpenState               unit.Duration `yaml:"waitDurationInOpenState" default:"60s" doc:"refuses all calls for so long, then tries again (half open)"`
	PermittedNumberOfCallsInHalfOpenState int           `yaml:"permittedNumberOfCallsInHalfOpenState" default:"10" min:"1" max:"100000" doc:"calls let through when half open; they decide"`
	MaxWaitDurationInHalfOpenState        unit.Duration `yaml:"maxWaitDurationInHalfOpenState" default:"0" doc:"half open for longer, it opens again; 0: waits for the permitted calls"`
}

// Off reports that there is no breaker.
func (c *CircuitBreaker) Off() bool { return c == nil }

// Validate refuses thresholds of nothing, which every call reaches.
func (c *CircuitBreaker) Validate() error {
	switch {
	case c.FailureRateThreshold <= 0:
		return wrong("failureRateThreshold", "failureRateThreshold is 0%, which every call reaches; write a share above 0")
	case c.SlowCallRateThreshold <= 0:
		return wrong("slowCallRateThreshold", "slowCallRateThreshold is 0%, which every call reaches; write a share above 0")
	case c.SlowCallDurationThreshold <= 0:
		return wrong("slowCallDurationThreshold", "slowCallDurationThreshold is 0; write a duration above 0")
	case c.WaitDurationInOpenState <= 0:
		return wrong("waitDurationInOpenState", "waitDurationInOpenState is 0; write a duration above 0")
	}
	return nil
}

// MaxWindow bounds the calls and the seconds of a sliding window: a byte or 12
// bytes of memory each, for every client instance.
const MaxWindow = 100_000

// Window is the length of a sliding window: a number of calls, or whole seconds.
type Window struct {
	Calls   int // 0: by time
	Seconds int // 0: by calls
}

// UnmarshalText parses "100" (calls) or "10s".
func (w *Window) UnmarshalText(text []byte) error {
	if n, err := strconv.ParseUint(string(text), 10, 63); err == nil && (text[0] != '0' || len(text) == 1) {
		if n < 1 || n > MaxWindow {
			return errors.New("a window of " + string(text) + " calls; write 1 to 100000 calls, or a duration such as 10s")
		}
		*w = Window{Calls: int(n)}
		return nil
	}
	d, err := unit.ParseDuration(string(text))
	if err != nil {
		return errors.New("a window is a number of calls or a duration, as in 100 or 10s: " + err.Error())
	}
	seconds := time.Duration(d) / time.Second
	if time.Duration(d)%time.Second != 0 || seconds < 1 || seconds > MaxWindow {
		return errors.New("a window of " + string(text) + " is not 1 to 100000 whole seconds; its calls are counted by the second")
	}
	*w = Window{Seconds: int(seconds)}
	return nil
}

// String is the number of calls, or the duration.
func (w Window) String() string {
	if w.Seconds > 0 {
		return unit.Duration(time.Duration(w.Seconds) * time.Second).String()
	}
	return strconv.Itoa(w.Calls)
}

// MarshalText is String.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// BreakerState is what a breaker does with calls.
type BreakerState uint8

// The states.
const (
	Closed   BreakerState = iota // lets all calls through and counts them
	Open                         // refuses all calls
	HalfOpen                     // lets a few calls through, which decide
)

func (s BreakerState) String() string { return [...]string{"closed", "open", "half open"}[s] }

// Breaker is a CircuitBreaker at work for one client instance. It is made by
// Start, and allocates nothing afterwards. Times never go back.
type Breaker struct {
	policy  *CircuitBreaker
	permit  uint16 // number of the state entered last, which wraps; a result of another does not count
	state   BreakerState
	permits int           // half open: calls that may still be let through
	until   time.Duration // open: refuses up to and including it; half open: opens then
	calls   outcomes      // half open: of the permitted calls
	minimum int           // calls that decide when closed
	last    lastCalls     // window by count
	recent  buckets       // window by time
}

// outcomes counts calls.
type outcomes struct{ calls, failed, slow int }

// Start makes a closed breaker with an empty window.
func (c *CircuitBreaker) Start() Breaker {
	b := Breaker{policy: c, minimum: c.MinimumNumberOfCalls}
	if c.SlidingWindow.Seconds > 0 {
		b.recent = newBuckets(c.SlidingWindow.Seconds)
	} else {
		b.last = newLastCalls(c.SlidingWindow.Calls)
		b.minimum = min(b.minimum, c.SlidingWindow.Calls)
	}
	return b
}

// Reset forgets everything, as a client instance does that starts again: closed,
// and no result of an earlier call counts.
func (b *Breaker) Reset() { b.enter(Closed) }

// enter moves to a state, with nothing counted.
func (b *Breaker) enter(s BreakerState) {
	b.permit++
	b.state, b.calls = s, outcomes{}
	if s == Closed {
		b.last.reset()
		b.recent.reset()
	}
}

// open refuses calls from a time on.
func (b *Breaker) open(from time.Duration) {
	b.enter(Open)
	b.until = later(from, time.Duration(b.policy.WaitDurationInOpenState))
}

// Allow asks to make a call. If ok, the answer goes to Done, or to Cancel if
// the call is not made after all, with the same permit.
func (b *Breaker) Allow(now time.Duration) (permit uint16, ok bool) {
	if b.state == Closed {
		return b.permit, true
	}
	b.expire(now)
	if b.state == Open {
		if now <= b.until { // resilience4j asks for a time after it
			return b.permit, false
		}
		b.halfOpen(now)
	}
	if b.permits == 0 {
		return b.permit, false
	}
	b.permits--
	return b.permit, true
}

func (b *Breaker) halfOpen(now time.Duration) {
	b.enter(HalfOpen)
	b.permits = b.policy.PermittedNumberOfCallsInHalfOpenState
	b.until = never
	if limit := time.Duration(b.policy.MaxWaitDurationInHalfOpenState); limit > 0 {
		b.until = later(now, limit)
	}
}

// expire opens a breaker that has been half open for too long.
func (b *Breaker) expire(now time.Duration) {
	if b.state == HalfOpen && now >= b.until {
		b.open(b.until)
	}
}

// Done tells how a permitted call ended after the elapsed time. Results of
// calls that were permitted in an earlier state are ignored.
func (b *Breaker) Done(permit uint16, now, elapsed time.Duration, failed bool) {
	b.expire(now)
	if permit != b.permit {
		return
	}
	slow := elapsed > time.Duration(b.policy.SlowCallDurationThreshold)
	if b.state == HalfOpen {
		b.calls.add(failed, slow)
		switch {
		case b.calls.calls < min(b.policy.MinimumNumberOfCalls, b.policy.PermittedNumberOfCallsInHalfOpenState):
		case b.exceeded(b.calls):
			b.open(now)
		default:
			b.enter(Closed)
		}
		return
	}
	sum := b.record(now, failed, slow)
	if sum.calls >= b.minimum && b.exceeded(sum) {
		b.open(now)
	}
}

// record counts a call of the closed state, and returns the window's counts.
func (b *Breaker) record(now time.Duration, failed, slow bool) outcomes {
	if b.last.ring != nil {
		return b.last.add(failed, slow)
	}
	b.recent.add(now, 1, bit(failed), bit(slow))
	s := &b.recent.sum
	return outcomes{int(s[0]), int(s[1]), int(s[2])}
}

// Cancel gives back the permit of a call that was not made.
func (b *Breaker) Cancel(permit uint16) {
	if permit == b.permit && b.state == HalfOpen {
		b.permits++
	}
}

// State is the state at a time. An open breaker stays open until a call asks,
// however long ago its wait was over.
func (b *Breaker) State(now time.Duration) BreakerState {
	b.expire(now)
	return b.state
}

// exceeded reports that either rate has reached its threshold. Divided rather
// than multiplied: 7 of 100 calls are 7% exactly as "7%" is read.
func (b *Breaker) exceeded(o outcomes) bool {
	n := float64(o.calls)
	return float64(o.failed)/n >= float64(b.policy.FailureRateThreshold) ||
		float64(o.slow)/n >= float64(b.policy.SlowCallRateThreshold)
}

func (o *outcomes) add(failed, slow bool) {
	o.calls++
	o.failed += int(bit(failed))
	o.slow += int(bit(slow))
}
