package fault

import "faultline/sim/unit"

// Loss loses messages on an edge, to and from a service, or across the bounds of
// a zone: each with the given probability, each time it is sent. A lost message is
// sent again after 200 ms, doubling, as TCP does, and given up after 15 times.
type Loss struct {
	Target `yaml:",inline"`
	Share  unit.Share `yaml:"share" required:"true" doc:"share of the messages, requests and replies alike"`
}

// Validate checks the target.
func (f *Loss) Validate() error { return f.check("loss") }

// Idle reports a share of nothing.
func (f *Loss) Idle() bool { return f.Share == 0 }

// Apply turns LossShare.
func (f *Loss) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, LossShare, float64(f.Share))
	}
}
