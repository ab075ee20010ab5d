package estimate

import (
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// Compare gives the paired difference of each topology to the first, for the
// main figures of users and faults, as [result.Pair] defines it.
func Compare(all []*Topology) []result.Comparison {
	out := []result.Comparison{}
	if len(all) == 0 {
		return out
	}
	students := new(stats.Students)
	base := all[0]
	base.Finish()
	for _, other := range all[1:] {
		other.Finish()
		candidates := other.index()
		for i := range base.figures {
			a := &base.figures[i]
			if !result.IsCompared(a.selector()) {
				continue
			}
			if b, ok := candidates[a.anywhere()]; ok {
				out = append(out, result.Pair(students, a.figure(), other.figures[b].figure()))
			}
		}
	}
	return out
}

// figure is f as results hold it.
func (f *figure) figure() result.Figure {
	return result.Figure{Estimate: f.estimate, Selector: f.selector(), Samples: pointers(f.values)}
}

// anywhere is the figure's selector without its topology.
func (f *figure) anywhere() metric.Selector {
	s := f.selector()
	s.Tags[metric.Topology] = ""
	return s
}

// index finds those of the topology's figures that are compared.
func (t *Topology) index() map[metric.Selector]int {
	m := make(map[metric.Selector]int)
	for i := range t.figures {
		if f := &t.figures[i]; result.IsCompared(f.selector()) {
			m[f.anywhere()] = i
		}
	}
	return m
}
