// Package load says when requests arrive: a [Profile] is the expected rate over
// time, [Arrivals] is the process that places requests under it.
//
// A profile is a vegeta pacer, so that a simulated and a real attack share one
// definition, and it can be inverted exactly: an arrival process works on the
// count of expected requests, in which every profile is a straight line, and
// At turns that count into a time. That is how ramps and stretches without
// traffic cost nothing more than a constant rate, and how the very same requests
// arrive whatever is done to them.
//
// To add an arrival process: 1. a file kind.go with a type that is Arrivals (or a
// [Starter], if it remembers); 2. a row in [Table] with its examples; 3. a test of
// what is special about it. The conformance test checks the rest: the expected
// count, the order, the round trip through text, pinned first arrivals, no
// allocation.
//
// To add a profile: a file with a type that is a Profile, a key in [Spec], and a
// row in the conformance test of profiles.
//
// A closed loop has no profile to speak of: its users send when they have thought.
package load

import (
	"math"
	"time"
)

// Pacer is vegeta's interface, word for word; a test asserts it.
type Pacer interface {
	// Pace is how long to wait, at time elapsed and after so many hits, before
	// the next one; stop when there is none to come.
	Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool)
	// Rate is the momentary rate in hits per second.
	Rate(elapsed time.Duration) float64
}

// Profile is an expected rate over time. Before time zero there is no traffic.
type Profile interface {
	Pacer
	// Hits is the expected number of hits until t: the integral of the rate.
	Hits(t time.Duration) float64
	// At is the first time by which so many hits are expected, rounded to the
	// nearest nanosecond; !ok when that never comes.
	At(hits float64) (t time.Duration, ok bool)
	// Scale is the profile with its rate multiplied by factor ≥ 0.
	Scale(factor float64) Profile
	// String is for people: "400/s".
	String() string
}

// pace is the Pace of every profile: the instant of the next hit is exact, so
// that errors do not add up. A late caller is told to hit at once.
func pace(p Profile, elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	t, ok := p.At(float64(hits) + 1)
	return max(t-elapsed, 0), !ok
}

// nanoseconds rounds ns ≥ 0 to a whole number, the nearest; !ok beyond the
// largest duration, and for NaN.
func nanoseconds(ns float64) (t time.Duration, ok bool) {
	ns += 0.5
	if !(ns < math.MaxInt64) {
		return 0, false
	}
	return time.Duration(ns), true
}
