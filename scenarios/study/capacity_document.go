package study

import (
	"fmt"
	"slices"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/load"
	"faultline/sim/result"
)

// document puts together what was found. Nothing was found if no load was run with
// all replications: then it is ErrStopped.
func (c *search) document(s *scenarios.Scenario) (*result.Capacity, error) {
	doc := &result.Capacity{Schema: result.CapacitySchema, Tool: result.Tool{Version: c.o.Version}, Scenario: c.options.Meta.Scenario,
		Seed: c.options.Seed, Replications: c.options.Replications, Partial: c.stopped(), Precision: c.lattice.width(),
		WithFaults: c.o.WithFaults && len(s.Spec.Faults) > 0, Today: c.today, Simulations: c.simulations, Sources: c.options.Meta.Sources,
		Warnings: slices.Clone(s.Warnings), Topologies: []result.CapacityTopology{}}
	doc.Scenario.Command, doc.Scenario.Warmup = c.o.Command, c.tops[0].plan.Warmup.Seconds()
	_, _, doc.Closed = rates(&c.tops[0].plan, c.tops[0].graph)
	doc.Warnings = append(doc.Warnings, c.remarks(s)...)
	points := 0
	for _, t := range c.tops {
		doc.Topologies = append(doc.Topologies, c.topology(t))
		points += len(t.points)
	}
	if points == 0 {
		return nil, sim.ErrStopped
	}
	doc.Crossings, doc.Choices = crossings(c.tops), choices(doc.Topologies)
	return doc, nil
}

// remarks are what a reader must know of the search.
func (c *search) remarks(s *scenarios.Scenario) []string {
	list := []string{}
	if n := len(s.Spec.Faults); n > 0 && !c.o.WithFaults {
		list = append(list, fmt.Sprintf("the scenario's faults (%d) are left out; --with-faults injects them", n))
	}
	if s.Run.Warmup != nil && s.Run.Warmup.Auto {
		list = append(list, fmt.Sprintf("warmup: auto is a tenth of the duration here, %s, the same at every load", seconds(c.tops[0].plan.Warmup.Seconds())))
	}
	if s.Run.Precision != nil {
		list = append(list, fmt.Sprintf("run.precision is left out: %d replications, at every load", c.options.Replications))
	}
	for i := range c.tops[0].plan.Flows {
		if f := &c.tops[0].plan.Flows[i]; isTrace(f) {
			list = append(list, fmt.Sprintf("flow %s plays a trace: played faster it ends sooner, and after its end nobody comes; give it a run of no more than a part of its length", f.Name))
		}
	}
	if c.options.Replications < 2 {
		list = append(list, "one replication: no interval can be given; run at least 2")
	}
	return list
}

// isTrace reports that a flow has times of its own.
func isTrace(f *load.Flow) bool {
	_, is := f.Arrivals.(*load.Trace)
	return is
}

// topology is what was found of one topology.
func (c *search) topology(t *searched) result.CapacityTopology {
	out := result.CapacityTopology{Name: t.plan.System.Name, Digest: t.plan.Digest, Capacity: c.capacity(t), Warnings: slices.Clone(t.plan.Warnings),
		Capacities: []*float64{}, Breaks: []result.Miss{}, Points: []result.LoadPoint{}}
	if out.Warnings == nil {
		out.Warnings = []string{}
	}
	var misses [][]result.Miss
	for i := range t.capacity {
		out.Capacities = append(out.Capacities, t.capacity[i].value(c.lattice))
		misses = append(misses, t.capacity[i].misses)
	}
	out.Breaks = summed(misses)
	out.Headroom = ratio(out.Capacity, c.today)
	if b := explainTopology(&t.plan, t.graph).Bottleneck; b != nil {
		out.Predicted = &result.Limit{Station: b.Station, Resource: b.Resource, SaturatesAt: b.SaturatesAt}
	}
	for _, at := range t.places() {
		p := t.points[at]
		t.busyAt(p)
		if at == t.at {
			p.doc.Role = "capacity"
			if u := p.busiest(""); u != nil {
				out.Simulated = &result.Busiest{Station: t.plan.System.Stations[u.station].Name, Resource: u.resource, Utilization: interval(u.values)}
			}
		}
		if out.Cause == nil && out.Capacity.Value != nil && p.doc.Load > *out.Capacity.Value && p.doc.Meets < 0.5 {
			out.Cause = p.cause
		}
		out.Points = append(out.Points, p.doc)
	}
	out.Knee = knee(out.Points)
	if t.today != nil {
		t.busyAt(t.today)
		t.today.doc.Role = "today"
		i := slices.IndexFunc(out.Points, func(p result.LoadPoint) bool { return p.Load > t.today.doc.Load })
		if i < 0 {
			i = len(out.Points)
		}
		out.Points = slices.Insert(out.Points, i, t.today.doc)
	}
	return out
}

// places are those of the lattice that were run, ascending.
func (t *searched) places() (list []int) {
	for at := range t.points {
		list = append(list, at)
	}
	slices.Sort(list)
	return list
}

// busyAt writes the busiest cores into a point.
func (t *searched) busyAt(p *point) {
	p.doc.Utilization = result.Estimate{Reason: "no station has bounded cores"}
	if u := p.busiest("cores"); u != nil {
		p.doc.Utilization, p.doc.Busiest = interval(u.values), t.plan.System.Stations[u.station].Name
	}
}

// ratio is an estimate divided by a number above 0.
func ratio(e result.Estimate, by float64) result.Estimate {
	scale := func(v *float64) *float64 {
		if v == nil {
			return nil
		}
		q := *v / by
		return &q
	}
	return result.Estimate{Value: scale(e.Value), Low: scale(e.Low), High: scale(e.High), Reason: e.Reason}
}
