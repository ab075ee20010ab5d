package resilience

import (
	"math"
	"testing"
	"time"

	"faultline/sim/unit"
)

// TestTheBoundsThemselvesAreAllowed: what an error calls the least or the most may
// be written.
func TestTheBoundsThemselvesAreAllowed(t *testing.T) {
	for name, b := range map[string]*Budget{
		"the largest bucket":    tokens(maxTokens, maxTokens),
		"a bucket of one retry": {Tokens: ptr(1.0), PerCall: ptr(0.1), MinTokens: ptr(0.0)},
	} {
		if err := b.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (&AdaptiveThrottling{K: 1e6}).Validate(); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]Window{"1": {Calls: 1}, "100000": {Calls: MaxWindow}, "1s": {Seconds: 1}, "100000s": {Seconds: MaxWindow}} {
		var w Window
		if err := w.UnmarshalText([]byte(text)); err != nil || w != want {
			t.Errorf("window %s: %+v, %v", text, w, err)
		}
	}
}

// TestEjectionsAreCountedOneBeyondTheLongest: as Envoy counts them, while times ×
// base < longest + base. An instance that was ejected for the longest time again
// and again needs one good sweep more to be ejected for less.
func TestEjectionsAreCountedOneBeyondTheLongest(t *testing.T) {
	o := (&OutlierDetection{Consecutive5xxErrors: 1, Interval: unit.Duration(10 * second), BaseEjectionTime: unit.Duration(100 * second), MaxEjectionPercent: 1}).Start(1)
	now := time.Duration(0)
	eject := func(quiet time.Duration) time.Duration {
		now += quiet
		if !o.Done(now, 0, ErrorAnswer) {
			t.Fatalf("not ejected at %v", now)
		}
		span := o.hosts[0].until - now
		now = o.hosts[0].until
		return span
	}
	for i, want := range []time.Duration{100, 200, 300, 300, 300} {
		if got := eject(0); got != want*second {
			t.Errorf("ejection %d lasts %v, want %d s", i+1, got, want)
		}
	}
	if got := eject(20 * second); got != 300*second {
		t.Errorf("after two good sweeps an ejection lasts %v, want 300 s", got)
	}
	if got := eject(20 * second); got != 200*second {
		t.Errorf("after two more an ejection lasts %v, want 200 s", got)
	}
}

// TestADrawAtTheShareItselfIsLetThrough: refused are draws below the share, so that
// a share of 1/2 refuses half of the draws from 0 up to but without 1.
func TestADrawAtTheShareItselfIsLetThrough(t *testing.T) {
	throttle := (&AdaptiveThrottling{K: 2}).Start()
	throttle.Sent(0) // one request, none accepted: 1/(1+1)
	if throttle.Reject(0, 0.5) {
		t.Error("a draw of 0.5 is refused with probability 0.5")
	}
	if !throttle.Reject(0, math.Nextafter(0.5, 0)) {
		t.Error("a draw below 0.5 is let through with probability 0.5")
	}
}

// TestNothingIsToComeWhenTheLastEjectionIsOver: at the very instant at which an
// instance is let in again, no change is left to wait for.
func TestNothingIsToComeWhenTheLastEjectionIsOver(t *testing.T) {
	o := (&OutlierDetection{Consecutive5xxErrors: 1, Interval: unit.Duration(second), BaseEjectionTime: unit.Duration(second), MaxEjectionPercent: 1}).Start(2)
	o.Done(0, 1, ErrorAnswer)
	if got := o.Usable(0, []int32{0, 1}, nil); len(got) != 1 {
		t.Fatalf("%v usable beside an ejected one", got)
	}
	at, ok := o.Next()
	if got := o.Usable(at, []int32{0, 1}, nil); !ok || len(got) != 2 {
		t.Errorf("%v usable at %v, when the ejection is over", got, at)
	}
	if at, ok := o.Next(); ok {
		t.Errorf("another change is announced for %v", at)
	}
}
