package judge

import (
	"fmt"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// cases are the selectors by which one threshold is judged, one for each
// topology and fault, complete with the aggregator.
func (b *bench) cases(t Threshold) ([]metric.Selector, error) {
	if err := t.Selector.Tags.Check(b.known); err != nil {
		return nil, err
	}
	named, versus := t.Selector.Tags[metric.Topology], t.Selector.Tags[metric.Versus]
	var out []metric.Selector
	var why string
	for i := range b.doc.Topologies {
		top := &b.doc.Topologies[i]
		if named != "" && top.Name != named || top.Name == versus {
			continue
		}
		s := t.Selector
		s.Tags[metric.Topology] = top.Name
		missing := b.lacks(top, s)
		if missing == "" {
			out = append(out, eachFault(top, s)...)
			continue
		}
		if named != "" {
			return nil, fmt.Errorf("%s", missing)
		}
		why = missing
		b.warnings = append(b.warnings, fmt.Sprintf("threshold %s %s is not judged for %s: %s", t.Selector, t.Expression, top.Name, missing))
	}
	switch {
	case len(out) > 0:
		return out, nil
	case why != "":
		return nil, fmt.Errorf("no topology can be judged: %s", why)
	}
	return nil, fmt.Errorf("there is no topology to compare with %s", versus)
}

// lacks says what of the selector a topology has not, "" if it has all. Faults
// must apply to the topology, and to the one that it is compared with.
func (b *bench) lacks(top *result.Topology, s metric.Selector) string {
	for _, tag := range []metric.Tag{metric.Journey, metric.Flow, metric.Service, metric.Database, metric.Edge, metric.Team} {
		if name := s.Tags[tag]; name != "" && !slices.Contains(names(top, tag), name) {
			return fmt.Sprintf("%s has no %s %s", top.Name, tag, name)
		}
	}
	if versus := s.Tags[metric.Versus]; versus != "" {
		for i := range b.doc.Topologies {
			if other := &b.doc.Topologies[i]; other.Name == versus {
				s.Tags[metric.Versus] = ""
				if missing := b.lacks(other, s); missing != "" {
					return missing
				}
			}
		}
	}
	if !s.PerFault() {
		return ""
	}
	if name := s.Tags[metric.Fault]; name != "" {
		if f, ok := b.store.Fault(top.Name, name); !ok || !f.Applicable {
			return fmt.Sprintf("fault %s does not apply to %s", name, top.Name)
		}
	} else if len(eachFault(top, s)) == 0 {
		return fmt.Sprintf("no fault applies to %s", top.Name)
	}
	return ""
}

// eachFault completes a selector with each fault that applies, where it is one of
// faults and none is named.
func eachFault(top *result.Topology, s metric.Selector) []metric.Selector {
	if s.Tags[metric.Fault] != "" || !s.PerFault() {
		return []metric.Selector{s}
	}
	var out []metric.Selector
	for i := range top.Faults {
		if top.Faults[i].Applicable {
			each := s
			each.Tags[metric.Fault] = top.Faults[i].Name
			out = append(out, each)
		}
	}
	return out
}

// known lists the names that a tag may have anywhere in the result.
func (b *bench) known(tag metric.Tag) []string {
	out := []string{}
	for i := range b.doc.Topologies {
		top := &b.doc.Topologies[i]
		list := names(top, tag)
		if list == nil {
			return nil
		}
		for _, name := range list {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// names lists what a topology has of a kind; nil for a tag that names nothing.
func names(top *result.Topology, tag metric.Tag) []string {
	switch tag {
	case metric.Topology, metric.Versus:
		return []string{top.Name}
	case metric.Journey:
		return collect(len(top.Journeys), func(i int) string { return top.Journeys[i].Name })
	case metric.Flow:
		return collect(len(top.Flows), func(i int) string { return top.Flows[i].Name })
	case metric.Service:
		return collect(len(top.Services), func(i int) string { return top.Services[i].Name })
	case metric.Database:
		return collect(len(top.Databases), func(i int) string { return top.Databases[i].Name })
	case metric.Edge:
		return collect(len(top.Edges), func(i int) string { return top.Edges[i].From + " -> " + top.Edges[i].To })
	case metric.Team:
		out := []string{}
		for i := range top.Graph.Nodes {
			out = append(out, top.Graph.Nodes[i].Teams...)
		}
		return out
	case metric.Fault:
		return collect(len(top.Faults), func(i int) string { return top.Faults[i].Name })
	}
	return nil
}

func collect(n int, name func(int) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = name(i)
	}
	return out
}
