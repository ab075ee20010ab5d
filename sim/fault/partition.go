package fault

import (
	"strconv"

	"faultline/sim/unit"
)

// Partition swallows messages: on an edge, to and from a service, or across the
// bounds of a zone. A caller waits until its timeout, without one for ever.
type Partition struct {
	Target    `yaml:",inline"`
	Direction Direction `yaml:"direction" default:"both" doc:"which messages: to the target (of an edge: to the callee), from it, or both"`
}

// Direction is which way messages go, as seen from a target.
type Direction string

// UnmarshalText refuses an unknown name.
func (d *Direction) UnmarshalText(text []byte) error {
	switch v := Direction(text); v {
	case "both", "to", "from":
		*d = v
		return nil
	}
	return unit.Unlisted("no direction "+strconv.Quote(string(text))+"; one of both, to, from", string(text), []string{"both", "to", "from"})
}

// Validate checks the target.
func (f *Partition) Validate() error { return f.check("partition") }

// Apply turns CutTo and CutFrom.
func (f *Partition) Apply(w World) {
	for _, p := range w.Targets() {
		if f.Direction != "from" {
			w.Turn(p, CutTo, 1)
		}
		if f.Direction != "to" {
			w.Turn(p, CutFrom, 1)
		}
	}
}
