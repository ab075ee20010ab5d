package fault

import (
	"errors"

	"faultline/sim/unit"
)

// Slow stretches work by a factor, work in progress too.
type Slow struct {
	Target `yaml:",inline"`
	Factor unit.Factor `yaml:"factor" required:"true" doc:"cpu and sleep times are multiplied by it"`
}

// The bounds of a factor: beyond them the work left in whole nanoseconds no
// longer tells how much there was, and could not be given back at the end.
const (
	minFactor = 1e-3
	maxFactor = 1e6
)

// Validate checks target and factor.
func (f *Slow) Validate() error {
	if err := checkFactor(f.Factor); err != nil {
		return err
	}
	return f.check("slow")
}

// Idle reports a factor of 1.
func (f *Slow) Idle() bool { return f.Factor == 1 }

// Apply turns Slowness.
func (f *Slow) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, Slowness, float64(f.Factor))
	}
}

func checkFactor(factor unit.Factor) error {
	if factor < minFactor || factor > maxFactor {
		return errors.New("a factor lies between 0.001 and 1000000; write one within")
	}
	return nil
}
