package view

import (
	"cmp"
	"maps"
	"slices"

	"faultline/sim/result"
)

// Cause is why requests failed, over time.
type Cause struct {
	Name string
	Rate []float64 // failed requests a second
}

// Causes are the failures of a topology by cause, all at the same times, in the
// order of CauseNames.
type Causes struct {
	Time   []float64 // middle of each window, seconds
	Window float64
	All    []Cause
}

// maxCauses bounds the causes that have a line of their own; the others share one.
const maxCauses = 4

// OtherCauses is the name of the line of the rarer causes.
const OtherCauses = "other causes"

// causeNames are the causes of all topologies, the commonest first; what is
// rarer than the first four is one.
func causeNames(doc *result.Document) []string {
	sum := map[string]float64{}
	for i := range doc.Topologies {
		for name, rates := range doc.Topologies[i].Series.Causes {
			for _, r := range rates {
				if finite(r) {
					sum[name] += r
				}
			}
		}
	}
	maps.DeleteFunc(sum, func(_ string, v float64) bool { return !(v > 0) })
	names := slices.SortedFunc(maps.Keys(sum), func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	if len(names) > maxCauses+1 {
		names = append(names[:maxCauses:maxCauses], OtherCauses)
	}
	return names
}

// failures reads the causes of a topology, thinned out like its timeline.
func failures(t *result.Topology, names []string, duration float64) Causes {
	s := t.Series
	n := seriesLength(s, duration)
	step := (n + maxPoints - 1) / maxPoints
	if !(s.Window > 0) || step == 0 {
		return Causes{}
	}
	out := Causes{Window: s.Window * float64(step)}
	for i := range n / step {
		out.Time = append(out.Time, (float64(i)+0.5)*out.Window)
	}
	for _, name := range names {
		rate := make([]float64, n)
		for _, cause := range slices.Sorted(maps.Keys(s.Causes)) {
			if cause != name && (name != OtherCauses || slices.Contains(names, cause)) {
				continue
			}
			for i, r := range s.Causes[cause][:min(n, len(s.Causes[cause]))] {
				rate[i] += r
			}
		}
		out.All = append(out.All, Cause{Clean(name), means(rate, step)})
	}
	return out
}
