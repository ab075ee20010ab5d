package load

import (
	"fmt"
	"math"
	"strings"
	"time"

	"faultline/sim/unit"
)

// Stage is a stretch of time over which the rate changes linearly to Target
// hits per second. A stage of no duration is a step.
type Stage struct {
	Duration time.Duration
	Target   float64
}

// Stages is k6's ramping arrival rate: from a start rate through stages, one
// after the other; the last target holds on for ever.
//
//	target₂ -|            ,--------
//	         |           /|
//	target₁ -|    ,-----' |           Duration: 30s, 20s, 10s
//	         |   /|     | |           Target:   t₁,  t₁,  t₂
//	start   -|  / |     | |
//	         +--+-+-----+-+-------> t
//
// The hits expected until x seconds into a stage of T seconds from rate a to
// rate b are
//
//	H(x) = H₀ + a x + (b-a)/(2T) x²
//
// and the root that inverts it is taken in the form without cancellation,
//
//	x = 2 h / (a + √(a² + 2 (b-a)/T h))    with h = H - H₀,
//
// which is h/a on a level stage and √(2 h T/b) on a ramp from zero.
type Stages struct {
	start  float64
	stages []Stage
	ramps  []ramp // as many as stages of some duration, and the last, endless
}

// ramp is a stage in the form that is computed with.
type ramp struct {
	from  time.Duration
	hits  float64 // expected until from
	rate  float64 // at from, per second
	slope float64 // per second and second
}

// NewStages makes a profile from a start rate in hits per second and stages.
// Rates and durations must be 0 or more.
func NewStages(start float64, stages []Stage) *Stages {
	s := &Stages{start: start, stages: append([]Stage(nil), stages...)}
	next := ramp{rate: start}
	for _, stage := range stages {
		if stage.Duration > 0 {
			seconds := stage.Duration.Seconds()
			next.slope = (stage.Target - next.rate) / seconds
			s.ramps = append(s.ramps, next)
			next.hits += float64(0.5 * seconds * (next.rate + stage.Target))
			next.from = saturatingAdd(next.from, stage.Duration)
		}
		next.rate, next.slope = stage.Target, 0
	}
	s.ramps = append(s.ramps, next)
	return s
}

func saturatingAdd(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Pace is the wait for the next hit.
func (s *Stages) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	return pace(s, elapsed, hits)
}

// Rate is the momentary rate; at a step, the rate after it.
func (s *Stages) Rate(elapsed time.Duration) float64 {
	if elapsed < 0 {
		return 0
	}
	r := s.at(elapsed)
	return max(r.rate+float64(r.slope*(elapsed-r.from).Seconds()), 0)
}

// Hits is the integral of the rate from zero to t.
func (s *Stages) Hits(t time.Duration) float64 {
	if t <= 0 {
		return 0
	}
	r := s.at(t)
	x := (t - r.from).Seconds()
	return r.hits + float64(x*(r.rate+float64(0.5*r.slope*x)))
}

// at is the ramp in force at t ≥ 0: the last that begins by then.
func (s *Stages) at(t time.Duration) *ramp {
	low, high := 0, len(s.ramps)
	for high-low > 1 {
		if middle := (low + high) / 2; s.ramps[middle].from <= t {
			low = middle
		} else {
			high = middle
		}
	}
	return &s.ramps[low]
}

// At inverts Hits. Stretches without traffic are passed over, because they end
// with the count that they began with.
func (s *Stages) At(hits float64) (t time.Duration, ok bool) {
	if !(hits > 0) {
		return 0, hits <= 0 // not for NaN
	}
	low, high := 0, len(s.ramps) // the last ramp that begins with less than hits
	for high-low > 1 {
		if middle := (low + high) / 2; s.ramps[middle].hits < hits {
			low = middle
		} else {
			high = middle
		}
	}
	r := &s.ramps[low]
	x, ok := nanoseconds(float64(1e9 * r.invert(hits-r.hits)))
	if low+1 < len(s.ramps) { // rounding may lead past the end, or, at a rate of zero there, nowhere
		if end := s.ramps[low+1].from; !ok || x > end-r.from {
			return end, true
		}
	}
	if !ok || r.from > math.MaxInt64-x {
		return 0, false
	}
	return r.from + x, true
}

// invert is the seconds into the ramp by which h > 0 hits are expected, +Inf
// when they never are.
func (r *ramp) invert(h float64) float64 {
	square := float64(r.rate*r.rate) + float64(2*r.slope*h)
	return 2 * h / (r.rate + math.Sqrt(max(square, 0)))
}

// Scale multiplies every rate.
func (s *Stages) Scale(factor float64) Profile {
	scaled := append([]Stage(nil), s.stages...)
	for i := range scaled {
		scaled[i].Target = float64(scaled[i].Target * factor)
	}
	return NewStages(float64(s.start*factor), scaled)
}

// String tells the stages in order: "from 100/s to 800/s in 2m, then to 0/s at once".
func (s *Stages) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "from %s", unit.Rate(s.start))
	for i, stage := range s.stages {
		if i > 0 {
			b.WriteString(", then")
		}
		fmt.Fprintf(&b, " to %s", unit.Rate(stage.Target))
		if stage.Duration == 0 {
			b.WriteString(" at once")
		} else {
			fmt.Fprintf(&b, " in %s", unit.Duration(stage.Duration))
		}
	}
	return b.String()
}
