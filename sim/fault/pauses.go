package fault

import (
	"errors"

	"faultline/sim/dist"
)

// Pauses lets each process stand still again and again, as a garbage collector
// that stops the world does: each instance by a clock of its own.
type Pauses struct {
	Target `yaml:",inline"`
	Every  dist.Value `yaml:"every" required:"true" doc:"time from the end of a pause to the next"`
	Length dist.Value `yaml:"length" required:"true" doc:"how long the process stands still"`
}

// Validate checks target and times.
func (f *Pauses) Validate() error {
	if f.Every.Dist != nil && f.Every.Mean() <= 0 {
		return errors.New("every needs a mean above 0")
	}
	if f.Length.Dist != nil && f.Length.Mean() <= 0 {
		return errors.New("a length of 0 changes nothing; write a time above 0")
	}
	return f.check("pauses")
}

// Apply starts the clock of each instance.
func (f *Pauses) Apply(w World) {
	for _, p := range w.Targets() {
		f.wait(w, p.host())
	}
}

func (f *Pauses) wait(w World, p Place) {
	w.After(f.Every.Dist, func() {
		w.Hold(p, Frozen, 1, f.Length.Dist, func() { f.wait(w, p) })
	})
}
