package fault

import (
	"errors"

	"faultline/sim/unit"
)

// Surge multiplies the traffic of a flow by adding a stream of its own; the
// flow's own arrivals stay the same, request by request. Of a closed loop it adds
// virtual users, rounded up.
type Surge struct {
	Target `yaml:",inline"`
	Factor unit.Factor `yaml:"factor" required:"true" doc:"the flow's rate is multiplied by it"`
}

// Validate checks target and factor.
func (f *Surge) Validate() error {
	if f.Factor <= 1 {
		return errors.New("a surge adds traffic; write a factor above 1")
	}
	return f.check("surge")
}

// Apply turns Traffic.
func (f *Surge) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, Traffic, float64(f.Factor)-1)
	}
}
