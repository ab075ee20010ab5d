package estimate

import (
	"fmt"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// Alone accumulates faults of one topology that are injected one at a time: each
// run with a fault has the run without any of the same replication for its twin,
// which all of them share. A fault's figures are those that [Topology] gives for
// a scenario with that fault alone. Not for concurrent use.
type Alone struct {
	sys      *model.System
	flows    int
	none     population
	overload overload
	faults   []damage
}

// NewAlone returns an empty accumulator for a topology under so many flows.
func NewAlone(sys *model.System, flows int, faults []Fault, config Config) *Alone {
	a := &Alone{sys: sys, flows: flows, none: newPopulation(sys, config.Percentiles)}
	for _, f := range faults {
		a.faults = append(a.faults, newDamage(sys, f, &a.none, 1, config))
	}
	return a
}

// AddBaseline takes the next run without a fault.
func (a *Alone) AddBaseline(run *measure.Run) error {
	if err := a.check(run); err != nil {
		return err
	}
	a.none.add(run)
	a.overload.add(run)
	return nil
}

// AddFault takes the next run with fault i, which is the only one in it, and how it
// compares to its twin.
func (a *Alone) AddFault(i int, run, twin *measure.Run, p *blast.Pairing) error {
	if err := a.check(run); err != nil {
		return err
	}
	a.faults[i].add(a.sys, run, twin, p, 0)
	return nil
}

func (a *Alone) check(run *measure.Run) error {
	if len(run.Flows) != a.flows {
		return fmt.Errorf("%s: %d flows, want %d", a.sys.Name, len(run.Flows), a.flows)
	}
	return (&Topology{sys: a.sys}).checkRun(run)
}

// Baseline is the topology and load without any fault, without its series, and
// whether it is overloaded.
func (a *Alone) Baseline() ([]result.Journey, *result.Overload) {
	e := &emitter{}
	return a.none.journeys(a.sys, e.scope(a.sys.Name).quiet()), a.overload.document(a.sys)
}

// Fault is the damage of fault i, without its baseline, and its blast radius by
// replication, nil where that is undefined.
func (a *Alone) Fault(i int) (result.Fault, []*float64) {
	e := &emitter{}
	d := &a.faults[i]
	out := d.document(a.sys, e.scope(a.sys.Name).quiet(), nil)
	return out, pointers(d.all.during.radius)
}

// Replications is how many runs with fault i were added.
func (a *Alone) Replications(i int) int { return len(a.faults[i].all.during.radius) }

// Reach is who can block on the target of fault i by the application's graph of
// calls: journeys and components by name. known is false where the target has no
// place in the graph.
func (a *Alone) Reach(i int) (journeys, components []string, known bool) {
	s := a.faults[i].Seeds
	if s == nil || !s.Known {
		return []string{}, []string{}, false
	}
	journeys, components = []string{}, []string{}
	for k, reached := range s.Journeys(a.sys) {
		if reached {
			journeys = append(journeys, a.sys.Journeys[k].Name)
		}
	}
	for k, reached := range a.faults[i].hurt.reach {
		if reached {
			components = append(components, a.sys.Components[k].Name)
		}
	}
	return journeys, components, true
}
