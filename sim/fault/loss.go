package fault

import (
	"errors"

	"faultline/sim/unit"
)

// Loss loses messages on an edge, to and from a service, or across the bounds of
// a zone: each with the given probability, each time it is sent. A lost message is
// sent again after 200 ms, doubling, as TCP does, and given up after 15 times.
type Loss struct {
	Target `yaml:",inline"`
	Share  unit.Share `yaml:"share" required:"true" doc:"share of the messages, requests and replies alike"`
}

// Validate checks target and share.
func (f *Loss) Validate() error {
	if f.Share == 0 {
		return errors.New("a share of 0 changes nothing; write a share above 0")
	}
	return f.check("loss")
}

// Apply turns LossShare.
func (f *Loss) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, LossShare, float64(f.Share))
	}
}
