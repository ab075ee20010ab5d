package load

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/unit"
)

// Linear is vegeta's LinearPacer: a rate that grows by Slope hits per second every
// second, from StartAt hits per second at time zero. With a negative slope it ends
// at 0, and stays there (vegeta's goes below).
//
// Hits and At are exact. Pace is vegeta's own rule, so that an attack with this
// pacer is an attack with vegeta's: the rate at the moment is kept until the next
// hit, and the first one goes out at once.
type Linear struct{ StartAt, Slope float64 }

func (l Linear) ramp() ramp { return ramp{rate: l.StartAt, slope: l.Slope} }

// end is the seconds until the rate has fallen to 0; +Inf if it does not fall.
func (l Linear) end() float64 {
	if l.Slope >= 0 {
		return math.Inf(1)
	}
	return l.StartAt / -l.Slope
}

// Rate is StartAt + Slope t, at least 0.
func (l Linear) Rate(elapsed time.Duration) float64 {
	if elapsed < 0 {
		return 0
	}
	return max(l.StartAt+float64(l.Slope*elapsed.Seconds()), 0)
}

// Hits is StartAt t + Slope t²/2.
func (l Linear) Hits(t time.Duration) float64 {
	x := min(max(t, 0).Seconds(), l.end())
	return float64(x * (l.StartAt + float64(0.5*l.Slope*x)))
}

// At inverts Hits.
func (l Linear) At(hits float64) (t time.Duration, ok bool) {
	if !(hits > 0) {
		return 0, hits <= 0 // not for NaN
	}
	if end := l.end(); !math.IsInf(end, 1) && hits > float64(0.5*l.StartAt*end) {
		return 0, false
	}
	r := l.ramp()
	return nanoseconds(float64(1e9 * r.invert(hits)))
}

// Pace is as vegeta paces; it stops where the rate has ended at 0.
func (l Linear) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	expected := l.Hits(elapsed)
	if _, ok := l.At(float64(hits) + 1); !ok {
		return 0, true
	}
	if hits == 0 || hits < uint64(expected) {
		return 0, false
	}
	interval := math.Floor(1e9/l.Rate(elapsed) + 0.5)
	wait, ok := cut(float64(interval * (float64(hits) + 1 - expected)))
	return wait, !ok
}

// cut takes the fraction off ns; !ok beyond the largest duration, and for NaN.
func cut(ns float64) (t time.Duration, ok bool) {
	if !(math.Abs(ns) < math.MaxInt64) {
		return 0, false
	}
	return time.Duration(ns), true
}

// Scale multiplies rate and slope.
func (l Linear) Scale(factor float64) Profile {
	return Linear{float64(l.StartAt * factor), float64(l.Slope * factor)}
}

// String tells start and slope: "from 10/s, +5/s every second".
func (l Linear) String() string {
	sign, slope := "+", l.Slope
	if slope < 0 {
		sign, slope = "-", -slope
	}
	return fmt.Sprintf("from %s, %s%s every second", unit.Rate(l.StartAt), sign, unit.Rate(slope))
}
