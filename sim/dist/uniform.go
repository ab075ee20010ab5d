package dist

import (
	"fmt"
	"time"

	"faultline/sim/rng"
)

var uniformKind = Kind{
	Name:     "uniform",
	Syntax:   "uniform(LOW HIGH)",
	Doc:      "Uniform: every value from the first to the second alike; of counts, every whole number.",
	Source:   "by definition; the mean is half of the sum of the ends",
	Example:  "uniform(1ms 5ms)",
	Examples: []string{"uniform(0 1s)", "uniform(3ns 4ns)", "uniform(10ms 10ms)", "uniform(0 2562047h)"},
	parse:    parseUniform,
}

// Uniform is the uniform distribution between two durations.
type Uniform struct{ low, high time.Duration }

func parseUniform(a *arguments) Dist {
	low, high := a.length("", "lower end"), a.length("", "upper end")
	switch {
	case a.err == nil && high < low:
		a.fail("the upper end is below the lower")
	case a.err == nil && high == 0:
		a.fail("both ends are 0")
	case a.plain && (low%time.Second != 0 || high%time.Second != 0):
		a.fail("the ends of a uniform count are whole numbers")
	}
	if a.err == nil && a.plain {
		return wholes{int(low / time.Second), int(high / time.Second)}
	}
	return Uniform{low, high}
}

// Sample stretches a uniform draw to the interval.
func (u Uniform) Sample(s rng.Stream) time.Duration {
	return u.low + nanoseconds(float64(s.Float64()*float64(u.high-u.low)))
}

// Mean is the middle.
func (u Uniform) Mean() time.Duration { return u.low + (u.high-u.low)/2 }

// Quantile is low + q (high - low).
func (u Uniform) Quantile(q float64) time.Duration {
	switch {
	case !(q > 0):
		return u.low
	case q >= 1:
		return u.high
	}
	return u.low + nanoseconds(float64(q*float64(u.high-u.low)))
}

// String is the spelling.
func (u Uniform) String() string { return fmt.Sprintf("uniform(%s %s)", format(u.low), format(u.high)) }

func (u Uniform) within(d time.Duration) float64 {
	switch {
	case d < u.low:
		return 0
	case d >= u.high:
		return 1
	}
	return min(upper(d-u.low)/float64(u.high-u.low), 1)
}
