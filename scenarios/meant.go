package scenarios

import (
	"faultline/sim/metric"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// checkMeant reports a selector that no topology can answer: it compares one with
// itself alone, or is of a fault that hits nothing there.
func (l *loader) checkMeant(s *Scenario, at *strict.Node, sel metric.Selector) {
	only, versus := sel.Tags[metric.Topology], sel.Tags[metric.Versus]
	meant, hit := false, false
	for k, name := range l.names {
		if only != "" && name != only || name == versus {
			continue
		}
		meant = true
		hit = hit || s.hits(sel.Tags[metric.Fault], s.Topologies[k])
	}
	for k, name := range l.names {
		if name == versus {
			hit = hit && s.hits(sel.Tags[metric.Fault], s.Topologies[k])
		}
	}
	switch name := sel.Tags[metric.Fault]; {
	case !meant:
		l.Errs.At(at, "there is no topology to compare with %s (the scenario has no other)", versus)
	case !sel.PerFault() || hit:
	case len(s.Spec.Faults) == 0:
		l.Errs.At(at, "%s is of a fault, and the scenario has none (write faults: { name: { at: 4m, … } })", sel)
	case name != "":
		l.Errs.At(at, "fault %s hits nothing in the topologies that %s means", name, sel)
	default:
		l.Errs.At(at, "no fault hits anything in the topologies that %s means", sel)
	}
}

// hits reports whether the fault of a name finds its target in a topology; "" is
// any fault.
func (s *Scenario) hits(name string, t *topologies.Topology) bool {
	for i := range s.Spec.Faults {
		e := &s.Spec.Faults[i]
		if f := e.Value.What.Fault; f != nil && (name == "" || name == e.Key) {
			if _, err := f.Where().Resolve(t.System, s.Load.Keys()); err == nil {
				return true
			}
		}
	}
	return false
}
