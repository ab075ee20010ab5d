package load

import (
	"strconv"
	"strings"

	"faultline/sim/unit"
)

// LinearSpec is a [Linear] as a scenario writes it.
type LinearSpec struct {
	StartAt unit.Rate `yaml:"startAt" required:"true" doc:"rate at the start"`
	Slope   Slope     `yaml:"slope" required:"true" doc:"requests per second that the rate grows by every second; below 0 it falls, to 0 at the least"`
}

// Slope is what a rate grows by every second, in hits per second: "5", "-0.5".
type Slope float64

// UnmarshalText reads a number that may be below 0.
func (s *Slope) UnmarshalText(text []byte) error {
	digits, negative := strings.CutPrefix(string(text), "-")
	if digits == "0" {
		*s = 0
		return nil
	}
	f, err := unit.ParseFactor(digits)
	if err != nil {
		return err
	}
	if *s = Slope(f); negative {
		*s = -*s
	}
	return nil
}

// MarshalText is String.
func (s Slope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String is the number.
func (s Slope) String() string { return strconv.FormatFloat(float64(s), 'f', -1, 64) }

// Validate refuses a start that vegeta takes for "as fast as possible", and what
// is beyond MaxRate.
func (l *LinearSpec) Validate() error {
	switch {
	case l.StartAt == 0:
		return wrong("startAt", "startAt is 0 (write a rate such as 10/s; for a ramp from nothing write stages)")
	case l.Slope > MaxRate || l.Slope < -MaxRate:
		return wrong("slope", "the slope %s is beyond %v", l.Slope, float64(MaxRate))
	case l.Slope == 0:
		return wrong("slope", "the slope is 0 (write rate: %s)", l.StartAt)
	}
	return limited("startAt", l.StartAt)
}

// Profile is the rate over time.
func (l *LinearSpec) Profile() Profile { return Linear{float64(l.StartAt), float64(l.Slope)} }

// SineSpec is a [Sine] as a scenario writes it.
type SineSpec struct {
	Period  unit.Duration `yaml:"period" required:"true" doc:"length of the wave"`
	Mean    unit.Rate     `yaml:"mean" required:"true" doc:"rate in the middle of the wave"`
	Amp     unit.Rate     `yaml:"amp" required:"true" doc:"what the wave goes above and below the mean, less than the mean"`
	StartAt Offset        `yaml:"startAt" default:"MeanUp" doc:"where in the wave the run begins: MeanUp, Peak, MeanDown or Trough"`
}

// Validate holds vegeta's conditions, and MaxRate.
func (s *SineSpec) Validate() error {
	switch {
	case s.Period == 0:
		return wrong("period", "the period is 0 (write a time such as 10m)")
	case s.Mean == 0:
		return wrong("mean", "the mean is 0 (write a rate such as 100/s)")
	case s.Amp >= s.Mean:
		return wrong("amp", "amp is not below mean, and the rate would fall to 0 (write less than %s)", s.Mean)
	case s.Amp == 0:
		return wrong("amp", "amp is 0 (write rate: %s)", s.Mean)
	}
	return limited("mean", s.Mean+s.Amp)
}

// Profile is the rate over time.
func (s *SineSpec) Profile() Profile {
	return Sine{s.Period.Std(), float64(s.Mean), float64(s.Amp), s.StartAt}
}
