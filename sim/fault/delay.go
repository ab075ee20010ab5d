package fault

import (
	"errors"

	"faultline/sim/dist"
)

// Delay makes messages take longer: on an edge each request of it, on a service
// each message that its instances send (requests to others, replies to callers),
// as netem does on a network interface, of a zone those that leave it. One call
// meets each delay once.
type Delay struct {
	Target  `yaml:",inline"`
	Latency dist.Value `yaml:"latency" required:"true" doc:"time added to each message"`
}

// Validate checks target and latency.
func (f *Delay) Validate() error {
	if f.Latency.Dist != nil && f.Latency.Mean() <= 0 {
		return errors.New("a latency of 0 changes nothing; write a time above 0")
	}
	return f.check("delay")
}

// Apply delays.
func (f *Delay) Apply(w World) {
	for _, p := range w.Targets() {
		w.Delay(p, f.Latency.Dist)
	}
}
