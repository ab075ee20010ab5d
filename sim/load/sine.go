package load

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/unit"
)

// Sine is vegeta's SinePacer: a rate of Mean + Amp sin(StartAt + 2πt/Period) hits
// per second, Amp below Mean. It is never 0, so that its count of hits
//
//	H(t) = Mean t + Amp Period/2π (cos StartAt - cos(StartAt + 2πt/Period))
//
// grows and has an inverse, which is found numerically to a fraction of a
// nanosecond. Pace is vegeta's own rule, whose instants are good to a thousandth
// of a hit.
type Sine struct {
	Period    time.Duration
	Mean, Amp float64
	StartAt   Offset
}

// Offset is where in its wave a sine begins.
type Offset uint8

// The offsets, by vegeta's names: at the mean and rising, at the peak, at the mean
// and falling, at the trough; a quarter turn each.
const (
	MeanUp Offset = iota
	Peak
	MeanDown
	Trough
)

var offsetNames = [...]string{"MeanUp", "Peak", "MeanDown", "Trough"}

// UnmarshalText reads the name of an offset.
func (o *Offset) UnmarshalText(text []byte) error {
	for i, name := range offsetNames {
		if name == string(text) {
			*o = Offset(i)
			return nil
		}
	}
	return fmt.Errorf("%s is no part of a wave (write MeanUp, Peak, MeanDown or Trough)", unit.Quote(string(text)))
}

// MarshalText is String.
func (o Offset) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// String is the name.
func (o Offset) String() string { return offsetNames[o] }

// radians is the angle of the offset, as vegeta's constants have it.
func (o Offset) radians() float64 { return float64(float64(o) * (math.Pi / 2)) }

// angle is the offset and the turn at t, whole turns taken off: they are many over
// a long time, and the sine of a large angle is not what it should be.
func (s Sine) angle(t time.Duration) float64 {
	return s.StartAt.radians() + float64(t%s.Period)*2*math.Pi/float64(s.Period)
}

// swing is Amp Period/2π, hits.
func (s Sine) swing() float64 {
	return float64(s.Amp*s.Period.Seconds()) / (2 * math.Pi)
}

// Rate is Mean + Amp sin(angle).
func (s Sine) Rate(elapsed time.Duration) float64 {
	if elapsed < 0 {
		return 0
	}
	return s.Mean + float64(s.Amp*detmath.Sin(s.angle(elapsed)))
}

// Hits is the integral of the rate.
func (s Sine) Hits(t time.Duration) float64 {
	if t <= 0 {
		return 0
	}
	return float64(s.Mean*float64(t))/1e9 + float64(s.swing()*(detmath.Cos(s.StartAt.radians())-detmath.Cos(s.angle(t))))
}

// At inverts Hits: whole periods by division, the rest by Newton's method within
// a bracket, which a rate above zero keeps from failing.
func (s Sine) At(hits float64) (t time.Duration, ok bool) {
	if !(hits > 0) {
		return 0, hits <= 0 // not for NaN
	}
	period := float64(s.Period)
	each := float64(s.Mean*period) / 1e9
	turns := math.Floor(hits / each)
	x := s.within(max(hits-float64(turns*each), 0))
	return nanoseconds(float64(turns*period) + x)
}

// within is the nanoseconds into a period by which so many hits are expected.
func (s Sine) within(hits float64) float64 {
	low, high := 0.0, float64(s.Period)
	offset, turn, swing := s.StartAt.radians(), 2*math.Pi/high, s.swing()
	start := detmath.Cos(offset)
	// A step of d leaves an error of d² times this at most: half of the curvature
	// over the slope.
	rest := float64(0.5*turn*s.Amp) / (s.Mean - s.Amp)
	x := min(hits/s.Mean*1e9, high)
	for range 100 {
		angle := offset + float64(x*turn)
		over := float64(s.Mean*x)/1e9 + float64(swing*(start-detmath.Cos(angle))) - hits
		if over > 0 {
			high = x
		} else {
			low = x
		}
		next := x - float64(over*1e9)/(s.Mean+float64(s.Amp*detmath.Sin(angle)))
		if !(next >= low && next <= high) {
			x = float64(0.5 * (low + high))
			continue
		}
		step := next - x
		if x = next; float64(step*step*rest) < 1e-3 || float64(step*step) < 1e-6 {
			break
		}
	}
	return x
}

// Pace is as vegeta paces: five steps of a search that is content with a
// thousandth of a hit.
func (s Sine) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if s.Mean <= 0 {
		return 0, true
	}
	expected := s.Hits(elapsed)
	if hits < uint64(expected) {
		return 0, false
	}
	interval := math.Floor(1e9/s.Rate(elapsed) + 0.5)
	next := float64(hits) + 1
	wait, ok := cut(float64(interval * (next - expected)))
	if !ok || wait > math.MaxInt64-max(elapsed, 0) {
		return 0, true
	}
	for range 5 {
		guess := s.Hits(elapsed + wait)
		if math.Abs(next-guess) < 1e-3 {
			return wait, false
		}
		if wait, ok = cut(float64(wait) / (guess - float64(hits))); !ok || wait > math.MaxInt64-max(elapsed, 0) {
			return 0, true
		}
	}
	return wait, false
}

// Scale multiplies mean and amplitude.
func (s Sine) Scale(factor float64) Profile {
	s.Mean, s.Amp = float64(s.Mean*factor), float64(s.Amp*factor)
	return s
}

// String tells mean, amplitude and period: "100/s ± 50/s in 10m, from MeanUp".
func (s Sine) String() string {
	return fmt.Sprintf("%s ± %s in %s, from %s", unit.Rate(s.Mean), unit.Rate(s.Amp), unit.Duration(s.Period), s.StartAt)
}
