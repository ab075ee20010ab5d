package fault

import (
	"errors"

	"faultline/sim/unit"
)

// CPUStress is another load on the cores: it takes a share of each, so that CPU
// work takes 1/(1 − load) times as long. Sleeps are as long as ever.
type CPUStress struct {
	Target `yaml:",inline"`
	Load   unit.Share `yaml:"load" required:"true" doc:"share of the cores that is taken, below 100%"`
}

// Validate checks target and load.
func (f *CPUStress) Validate() error {
	if f.Load > 1-1/maxFactor {
		return errors.New("a load of 100% leaves nothing; write less, or pause the instances")
	}
	return f.check("cpuStress")
}

// Idle reports a load of nothing.
func (f *CPUStress) Idle() bool { return f.Load == 0 }

// Apply turns CPUSlowness.
func (f *CPUStress) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p.host(), CPUSlowness, 1/(1-float64(f.Load)))
	}
}
