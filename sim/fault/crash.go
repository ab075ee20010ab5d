package fault

import (
	"errors"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Crash kills processes. Without every and perCall: once, at the fault's start,
// and restarts fail until the fault ends.
type Crash struct {
	Target  `yaml:",inline"`
	Every   *dist.Value `yaml:"every" doc:"time between crashes: one clock for the fault, each tick hits the instances that mode picks among the running"`
	PerCall unit.Share  `yaml:"perCall" doc:"probability that a call which the component handles kills its process"`
}

// Validate checks the target and that at most one form is asked for.
func (f *Crash) Validate() error {
	if f.Every != nil && f.PerCall > 0 {
		return errors.New("crash has both every and perCall; write one")
	}
	if f.Every != nil && f.Every.Mean() <= 0 {
		return errors.New("every needs a mean above 0")
	}
	if f.PerCall > 0 && f.Zone != "" {
		return errors.New("perCall is of the calls that a component, a service or a database handles, not of a zone")
	}
	return f.check("crash")
}

// Momentary reports whether a duration of 0 means something: one crash, and a
// restart at once.
func (f *Crash) Momentary() bool { return f.Every == nil && f.PerCall == 0 }

// Apply crashes at once, starts the clock, or makes calls deadly.
func (f *Crash) Apply(w World) {
	switch {
	case f.PerCall > 0:
		for _, p := range w.Targets() {
			w.Turn(p, CrashShare, float64(f.PerCall))
		}
	case f.Every != nil:
		f.tick(w)
	default:
		for _, p := range w.Targets() {
			w.Turn(p.host(), Down, 1)
			w.Crash(p)
		}
	}
}

func (f *Crash) tick(w World) {
	w.After(f.Every.Dist, func() {
		for _, p := range w.Running() {
			w.Crash(p)
		}
		f.tick(w)
	})
}
