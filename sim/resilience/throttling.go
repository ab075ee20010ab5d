package resilience

import (
	"time"
)

// AdaptiveThrottling refuses calls at the client, at random, as far as the callee
// has refused them lately: client-side throttling of Google's SRE book, chapter
// 21 (Handling Overload). A call is refused with probability
// max(0, (requests − k·accepts)/(requests + 1)) over the last two minutes, by
// whole seconds, for each client instance; requests count those refused here too.
type AdaptiveThrottling struct {
	K float64 `yaml:"k" default:"2" doc:"calls sent per call accepted, at most; 1 or more"`
}

// throttleWindow is the SRE book's two minutes, in seconds.
const throttleWindow = 120

// Off reports that there is no throttling.
func (a *AdaptiveThrottling) Off() bool { return a == nil }

// Validate refuses a k with which a callee that accepts all would lose calls.
func (a *AdaptiveThrottling) Validate() error {
	if !(a.K >= 1 && a.K <= 1e6) {
		return wrong("k", "k is below 1, which refuses calls that would have been accepted, or beyond 1000000; write a number such as 2")
	}
	return nil
}

// Throttle is an AdaptiveThrottling at work for one client instance. It
// allocates nothing after Start. Times never go back.
type Throttle struct {
	k      float64
	counts buckets // requests, accepts
}

// Start makes a throttle that has seen no call.
func (a *AdaptiveThrottling) Start() Throttle {
	return Throttle{k: a.K, counts: newBuckets(throttleWindow)}
}

// Reset forgets all calls.
func (t *Throttle) Reset() { t.counts.reset() }

// Reject decides about a call by a uniform draw u in [0, 1), and counts it if it
// is refused. A call that is let through and sent is counted by Sent.
func (t *Throttle) Reject(now time.Duration, u float64) bool {
	t.counts.move(now)
	requests := float64(t.counts.sum[0])
	excess := requests - float64(t.k*float64(t.counts.sum[1]))
	if u >= excess/(requests+1) {
		return false
	}
	t.counts.add(now, 1, 0, 0)
	return true
}

// Sent counts a call that was sent to the callee.
func (t *Throttle) Sent(now time.Duration) { t.counts.add(now, 1, 0, 0) }

// Accepted counts a call that the callee has taken on: one that it answered,
// be it with an error, rather than refused.
func (t *Throttle) Accepted(now time.Duration) { t.counts.add(now, 0, 1, 0) }
