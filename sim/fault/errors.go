package fault

import (
	"errors"

	"faultline/sim/unit"
)

// Errors answers a share of the calls with error at once, nothing done.
type Errors struct {
	Target `yaml:",inline"`
	Share  unit.Share `yaml:"share" required:"true" doc:"share of the calls"`
}

// Validate checks target and share.
func (f *Errors) Validate() error {
	if f.Share == 0 {
		return errors.New("a share of 0 changes nothing; write a share above 0")
	}
	return f.check("errors")
}

// Apply turns ErrorShare.
func (f *Errors) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, ErrorShare, float64(f.Share))
	}
}
