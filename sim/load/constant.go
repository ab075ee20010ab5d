package load

import (
	"time"

	"faultline/sim/unit"
)

// Constant is a rate that never changes, in hits per second, 0 or more.
//
// It differs from vegeta's ConstantPacer in two things. The instants are exact,
// where vegeta cuts the interval to whole nanoseconds and so runs ahead by up to
// one nanosecond a hit. And a rate of zero means no hits, where vegeta takes it
// for "as fast as possible".
type Constant float64

// Pace is the wait for the next hit.
func (c Constant) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	return pace(c, elapsed, hits)
}

// Rate is the constant.
func (c Constant) Rate(time.Duration) float64 { return float64(c) }

// Hits is rate × time.
func (c Constant) Hits(t time.Duration) float64 {
	return float64(float64(c)*float64(max(t, 0))) / 1e9
}

// At is hits / rate.
func (c Constant) At(hits float64) (t time.Duration, ok bool) {
	if hits <= 0 {
		return 0, true
	}
	return nanoseconds(float64(hits*1e9) / float64(c))
}

// Scale multiplies the rate.
func (c Constant) Scale(factor float64) Profile { return Constant(float64(float64(c) * factor)) }

// String is the rate: "400/s".
func (c Constant) String() string { return unit.Rate(c).String() }
