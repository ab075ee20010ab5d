package resilience

import (
	"testing"
	"time"

	"faultline/sim/rng"
)

// What a call costs, in ns on a shared amd64 core; none allocates: a breaker 8
// with a window of calls, 11 with one of time, 2 when open (Allow and Done);
// a budget 4 to 6 with one retry; a throttle 15; outliers 3 to 7, and 23 to list
// 8 instances anew, which is asked only when an ejection begins or ends; a wait 4 to 7.

func TestPoliciesAtWorkAllocateNothing(t *testing.T) {
	budget := (&Budget{Ratio: share(0.2)}).Start()
	throttle := (&AdaptiveThrottling{K: 2}).Start()
	outliers := detection(nil).Start(4)
	all, into := listed(4), make([]int32, 0, 4)
	now := time.Duration(0)
	if n := testing.AllocsPerRun(5000, func() {
		now += 100 * ms
		budget.CallBegan(now)
		budget.TryEnded(now, true)
		if budget.AllowRetry(now) {
			budget.RetryEnded()
		}
		budget.CallEnded(now, true)
		if !throttle.Reject(now, 0.5) {
			throttle.Sent(now)
		}
		outliers.Done(now, 2, ErrorAnswer)
		into = outliers.Usable(now, all, into[:0])
	}); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

func BenchmarkBreaker(b *testing.B) {
	for _, w := range []Window{{Calls: 100}, {Seconds: 10}} {
		b.Run(w.String(), func(b *testing.B) {
			c := defaults()
			c.SlidingWindow = w
			br := c.Start()
			b.ReportAllocs()
			for now := time.Duration(0); b.Loop(); now += ms {
				permit, _ := br.Allow(now)
				br.Done(permit, now, ms, now/ms&3 == 0)
			}
		})
	}
}

func BenchmarkBreakerThatIsOpen(b *testing.B) {
	br := inARow(1, never).Start()
	play(&br, 0, "F")
	b.ReportAllocs()
	for b.Loop() {
		br.Allow(second)
	}
}

func BenchmarkBudget(b *testing.B) {
	for name, budget := range map[string]*Budget{
		"ratio": {Ratio: share(0.2)}, "tokens": tokens(10, 0.1), "failures": {MaxFailureShare: share(0.1)},
	} {
		b.Run(name, func(b *testing.B) {
			s := budget.Start()
			b.ReportAllocs()
			for b.Loop() { // a call with one retry
				s.CallBegan(0)
				s.TryEnded(0, true)
				if s.AllowRetry(0) {
					s.TryEnded(0, false)
					s.RetryEnded()
				}
				s.CallEnded(0, false)
			}
		})
	}
}

func BenchmarkThrottle(b *testing.B) {
	th := (&AdaptiveThrottling{K: 2}).Start()
	b.ReportAllocs()
	for now := time.Duration(0); b.Loop(); now += ms {
		if !th.Reject(now, 0.5) {
			th.Sent(now)
			th.Accepted(now)
		}
	}
}

func BenchmarkOutliers(b *testing.B) {
	o := detection(nil).Start(8)
	b.ReportAllocs()
	for now := time.Duration(0); b.Loop(); now += ms {
		o.Done(now, int32(now/ms)&7, answerOf(now/ms&8 == 0))
	}
}

func BenchmarkOutliersUsable(b *testing.B) {
	o := detection(nil).Start(8)
	fail(o, 0, 3, 5)
	all, into := listed(8), make([]int32, 0, 8)
	b.ReportAllocs()
	for b.Loop() {
		into = o.Usable(second, all, into[:0])
	}
}

func BenchmarkWait(b *testing.B) {
	for _, j := range jitterNames {
		b.Run(j, func(b *testing.B) {
			w, s := backoff(25*ms, 250*ms, Jitter(j)), rng.Root(1, 0).Stream(0)
			b.ReportAllocs()
			for b.Loop() {
				w.Wait(3, 50*ms, s)
			}
		})
	}
}
