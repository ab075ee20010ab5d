package fault

import (
	"errors"
	"time"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Deadlock takes the workers of each process away, one every 1/rate; they come
// back when the process restarts, or the fault ends.
type Deadlock struct {
	Target `yaml:",inline"`
	Rate   unit.Rate `yaml:"rate" required:"true" doc:"workers that each instance loses, such as 2/m"`
}

// Validate checks target and rate.
func (f *Deadlock) Validate() error {
	if f.Rate == 0 {
		return errors.New("a rate of 0 changes nothing; write a rate such as 2/m")
	}
	if f.Rate > 1e6 {
		return errors.New("a rate above 1000000/s is not a loss of workers one by one; write less")
	}
	return f.check("deadlock")
}

// Apply starts the clock; it goes by the same beat for all that the mode picks.
func (f *Deadlock) Apply(w World) { f.tick(w, w.Targets()) }

func (f *Deadlock) tick(w World, places []Place) {
	if len(places) == 0 {
		return
	}
	w.After(dist.Constant(float64(time.Second)/float64(f.Rate)), func() {
		for _, p := range places {
			w.Turn(p.host(), LostWorkers, 1)
		}
		f.tick(w, places)
	})
}
