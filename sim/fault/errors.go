package fault

import "faultline/sim/unit"

// Errors answers a share of the calls with error at once, nothing done.
type Errors struct {
	Target `yaml:",inline"`
	Share  unit.Share `yaml:"share" required:"true" doc:"share of the calls"`
}

// Validate checks the target.
func (f *Errors) Validate() error { return f.check("errors") }

// Idle reports a share of nothing.
func (f *Errors) Idle() bool { return f.Share == 0 }

// Apply turns ErrorShare.
func (f *Errors) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, ErrorShare, float64(f.Share))
	}
}
