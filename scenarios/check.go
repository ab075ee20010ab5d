package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/sim"
	"faultline/sim/fault"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// checkTogether checks the scenario against its topologies, where all of them
// are sound: who of them has what the scenario names.
func (l *loader) checkTogether(s *Scenario) {
	for _, t := range s.Topologies {
		if t.System == nil {
			return
		}
	}
	if len(s.Topologies) == 0 {
		return
	}
	l.checkLoad(s)
	l.checkFaults(s)
	l.checkThresholds(s)
	l.checkPrecision(s)
	s.warnHarmless()
	s.warnApplications()
}

// checkLoad checks the journeys of each mix, the weights, and the number of requests
// and of users, of each flow and of all together.
func (l *loader) checkLoad(s *Scenario) {
	var all, users float64
	for i := range s.Load {
		e := &s.Load[i]
		for _, m := range e.Value.Mix {
			has := func(t *topologies.Topology) bool { return slices.Contains(journeys(t), m.Key) }
			l.someHave(s, has, m.KeyNode, "journey "+m.Key,
				"flow "+e.Key+": journey "+m.Key+" is not in this topology; it is never chosen here", func() string { return near(s.Topologies, m.Key, journeys) })
		}
		for k, t := range s.Topologies {
			sum := 0.0
			for _, w := range weights(&e.Value, t) {
				sum += w
			}
			if sum == 0 && t.System != nil {
				l.Errs.At(e.KeyNode, "flow %s has no journey in topology %s: the weights are all 0", e.Key, s.Topologies[k].Name)
			}
		}
		if e.Value.Validate() != nil {
			continue
		}
		hits := e.Value.Profile().Hits(s.Run.Duration.Std())
		if e.Value.Batch != nil {
			hits *= e.Value.Batch.Mean()
		}
		before, usersBefore := all, users
		all, users = all+hits, users+float64(e.Value.VUs)
		switch {
		case hits > maxRequests:
			l.Errs.At(e.KeyNode, "flow %s sends %.3g requests in %s, more than %.0g; write a lower rate or a shorter run", e.Key, hits, s.Run.Duration, float64(maxRequests))
		case before <= maxRequests && all > maxRequests:
			l.Errs.At(e.KeyNode, "the flows up to %s send %.3g requests in %s together, more than %.0g; write lower rates or a shorter run", e.Key, all, s.Run.Duration, float64(maxRequests))
		case usersBefore <= maxUsers && users > maxUsers:
			l.Errs.At(e.KeyNode, "the flows up to %s have %.3g users together, more than %.0g; write fewer vus", e.Key, users, float64(maxUsers))
		}
	}
}

// someHave reports a name that no topology has, and notes it for those that lack
// it, unless the note is empty.
func (l *loader) someHave(s *Scenario, has func(*topologies.Topology) bool, at *strict.Node, what, note string, hint func() string) {
	var lacking []int
	for i, t := range s.Topologies {
		if !has(t) {
			lacking = append(lacking, i)
		}
	}
	if len(lacking) == len(s.Topologies) {
		who := "no topology has"
		if len(s.Topologies) == 1 {
			who = "topology " + s.Topologies[0].Name + " has no"
		}
		l.Errs.At(at, "%s %s%s", who, what, hint())
		return
	}
	for _, i := range lacking {
		if note != "" {
			s.notes[i] = append(s.notes[i], note)
		}
	}
}

// near suggests the nearest name that any of the topologies has.
func near(tops []*topologies.Topology, got string, names func(*topologies.Topology) []string) string {
	var all []string
	for _, t := range tops {
		all = append(all, names(t)...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return " (there is none)"
	}
	if hint := strict.DidYouMean(got, all); hint != "" {
		return hint
	}
	const most = 12
	if len(all) > most {
		all = append(all[:most:most], "…")
	}
	return " (known: " + strings.Join(all, ", ") + ")"
}

// checkFaults resolves the target of each fault in each topology.
func (l *loader) checkFaults(s *Scenario) {
	flows := s.Load.Keys()
	for i := range s.Spec.Faults {
		e := &s.Spec.Faults[i]
		if e.Value.What.Fault == nil {
			continue
		}
		target := e.Value.What.Fault.Where()
		n := e.Node.Get(e.Value.What.Kind).Get(target.Key())
		if target.Key() == "edge" {
			if _, _, ok := fault.SplitEdge(target.Edge); !ok {
				l.Errs.At(n, `%s is not an edge (write "caller -> callee", as in "checkout -> payments")`, strict.Quote(target.Edge))
				continue
			}
		}
		has := func(t *topologies.Topology) bool {
			_, err := target.Resolve(t.System, flows)
			return !errors.Is(err, fault.ErrNotHere)
		}
		if f, ok := e.Value.What.Fault.(interface {
			Suits(*model.System, []fault.Place) error
		}); ok {
			l.checkSuits(s, n, target, flows, f.Suits)
		}
		note := "fault " + e.Key + " does not apply here: there is no " + target.String()
		l.someHave(s, has, n, target.String(), note, func() string {
			return near(s.Topologies, target.Name(), func(t *topologies.Topology) []string { return targets(target.Key(), t, flows) })
		})
	}
}

// targets lists what a fault's target of a kind may name.
func targets(key string, t *topologies.Topology, flows []string) (names []string) {
	switch key {
	case "component":
		return components(t)
	case "operation":
		for _, op := range t.System.Ops {
			if op.Component != model.None {
				names = append(names, op.Name)
			}
		}
	case "service":
		return stations(t, model.KindService)
	case "database":
		return stations(t, model.KindDatabase)
	case "zone":
		return t.System.Zones
	case "edge":
		return edges(t)
	case "flow":
		return flows
	}
	return names
}

// checkSuits reports a target that is there but that the fault cannot hit.
func (l *loader) checkSuits(s *Scenario, at *strict.Node, target *fault.Target, flows []string, suits func(*model.System, []fault.Place) error) {
	for _, t := range s.Topologies {
		places, err := target.Resolve(t.System, flows)
		if err != nil {
			continue
		}
		if err := suits(t.System, places); err != nil {
			l.Errs.At(at, "%s in topology %s", err, t.Name)
		}
	}
}

// checkThresholds checks the names in the tags of each threshold, and that some
// topology can answer it.
func (l *loader) checkThresholds(s *Scenario) {
	for _, e := range s.Spec.Thresholds {
		selector, err := metric.ParseSelector(e.Key)
		if err != nil {
			continue // reported
		}
		before := l.Errs.Len()
		l.checkTags(s, e.KeyNode, selector.Tags)
		if l.Errs.Len() == before {
			l.checkMeant(s, e.KeyNode, selector)
		}
	}
}

// checkTags checks those tags that do not depend on a topology, then the others
// in the topologies that the selector means.
func (l *loader) checkTags(s *Scenario, at *strict.Node, tags metric.Tags) {
	err := tags.Check(func(tag metric.Tag) []string {
		switch tag {
		case metric.Topology, metric.Versus:
			return l.names
		case metric.Fault:
			return append([]string{}, s.Spec.Faults.Keys()...)
		case metric.Flow:
			return append([]string{}, s.Load.Keys()...)
		}
		return nil
	})
	if err != nil {
		l.Errs.At(at, "%v", err)
		return
	}
	for tag, value := range tags {
		names := subjects(metric.Tag(tag))
		if value == "" || names == nil {
			continue
		}
		has := func(t *topologies.Topology) bool { return slices.Contains(names(t), value) }
		what := metric.Tag(tag).String() + " " + value
		hint := func() string { return near(s.Topologies, value, names) }
		if only := tags[metric.Topology]; only != "" {
			t := s.Topologies[slices.Index(l.names, only)]
			if !has(t) {
				l.Errs.At(at, "topology %s has no %s%s", only, what, near([]*topologies.Topology{t}, value, names))
			}
			continue
		}
		l.someHave(s, has, at, what, "", hint) // where it is missing, judge says so
	}
}

// subjects is what lists the names for a tag in a topology; nil for tags whose
// names do not depend on it.
func subjects(tag metric.Tag) func(*topologies.Topology) []string {
	switch tag {
	case metric.Journey:
		return journeys
	case metric.Service:
		return func(t *topologies.Topology) []string { return stations(t, model.KindService, model.KindExternal) }
	case metric.Database:
		return func(t *topologies.Topology) []string { return stations(t, model.KindDatabase) }
	case metric.Component:
		return components
	case metric.Edge:
		return edges
	case metric.Team:
		return teams
	}
	return nil
}

func journeys(t *topologies.Topology) (names []string) {
	for _, j := range t.System.Journeys {
		names = append(names, j.Name)
	}
	return names
}

func components(t *topologies.Topology) (names []string) {
	for _, c := range t.System.Components {
		names = append(names, c.Name)
	}
	return names
}

func teams(t *topologies.Topology) (names []string) {
	for _, c := range t.System.Components {
		if c.Team != "" && !slices.Contains(names, c.Team) {
			names = append(names, c.Team)
		}
	}
	return names
}

func stations(t *topologies.Topology, kinds ...model.StationKind) (names []string) {
	for _, s := range t.System.Stations {
		if slices.Contains(kinds, s.Kind) {
			names = append(names, s.Name)
		}
	}
	return names
}

func edges(t *topologies.Topology) (names []string) {
	for _, e := range t.System.Edges {
		names = append(names, t.System.Stations[e.From].Name+" -> "+t.System.Stations[e.To].Name)
	}
	return names
}

// warnApplications warns where the topologies do not deploy the same application.
func (s *Scenario) warnApplications() {
	first := s.Topologies[0]
	for _, t := range s.Topologies[1:] {
		if t.ApplicationDigest != first.ApplicationDigest {
			s.Warnings = append(s.Warnings, fmt.Sprintf("%s and %s deploy different applications: their requests are not the same work, and differences are not those of the architecture alone",
				first.Name, t.Name))
		}
	}
}

// checkWindow reports series that would fill the memory: many windows of a large
// system.
func (l *loader) checkWindow(s *Scenario, run *strict.Node) {
	if s.Run.Window == nil || *s.Run.Window <= 0 {
		return
	}
	windows := int(s.Run.Duration / *s.Run.Window)
	for _, t := range s.Topologies {
		if t.System == nil {
			continue
		}
		p := sim.Plan{System: t.System}
		rows := p.Rows()
		if most := sim.MaxCells / rows; windows > most {
			least := s.Run.Duration.Std()/time.Duration(most) + time.Millisecond
			l.Errs.At(run.Get("window"), "%d windows of %d services, databases, components and journeys of %s are too many; write a window of %s or more",
				windows, rows, t.Name, least.Truncate(time.Millisecond))
			return
		}
	}
}
