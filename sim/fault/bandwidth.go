package fault

import (
	"errors"

	"faultline/sim/unit"
)

// Bandwidth puts a line of a limited rate, one in each direction, in front of
// each instance of a service or of a zone as a whole, or on an edge. Messages go
// over it one after the other, each for its size over the rate.
type Bandwidth struct {
	Target `yaml:",inline"`
	Rate   unit.ByteRate `yaml:"rate" required:"true" doc:"rate of the line in each direction, such as 5MiB/s"`
}

// Validate checks target and rate.
func (f *Bandwidth) Validate() error {
	if f.Rate <= 0 {
		return errors.New("a rate of 0 lets nothing through; write a rate such as 5MiB/s, or a partition")
	}
	return f.check("bandwidth")
}

// Apply turns LineRate.
func (f *Bandwidth) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, LineRate, float64(f.Rate))
	}
}
