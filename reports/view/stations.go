package view

import (
	"cmp"
	"math"
	"slices"

	"faultline/sim/result"
)

// Station is one service or database over time.
type Station struct {
	Name        string
	Utilization []float64 // share of the core time in use; NaN where nobody knows
	Queue       []float64 // calls that wait
	PeakBusy    float64   // highest of five windows, after the warm-up; NaN if unknown
	PeakQueue   float64
}

// Stations are those worth a line: the busiest and those with the longest
// queues, all at the same times.
type Stations struct {
	Time   []float64 // middle of each window, seconds
	Window float64
	All    []Station
	Rest   int // that are not among them
}

// Of stations by their cores and by their queues, so many are drawn.
const maxBusy, maxQueued = 3, 2

// stations reads the series of a topology's services and databases.
func stations(t *result.Topology, duration, warmup float64) Stations {
	s := t.Series
	n := seriesLength(s, duration)
	step := (n + maxPoints - 1) / maxPoints
	if !(s.Window > 0) || step == 0 {
		return Stations{}
	}
	out := Stations{Window: s.Window * float64(step)}
	for i := range n / step {
		out.Time = append(out.Time, (float64(i)+0.5)*out.Window)
	}
	var all []Station
	add := func(name string, external bool) {
		kinds, ok := s.Services[name]
		if !ok || external {
			return
		}
		from := int(warmup / s.Window)
		busy, queue := numbers(kinds["utilization"].Value, n), numbers(kinds["queueLength"].Value, n)
		all = append(all, Station{Name: Name(name), Utilization: means(busy, step), Queue: means(queue, step),
			PeakBusy: highestFive(busy, from), PeakQueue: highestFive(queue, from)})
	}
	for _, sv := range t.Services {
		add(sv.Name, sv.External)
	}
	for _, d := range t.Databases {
		add(d.Name, false)
	}
	out.All = busiest(all)
	out.Rest = len(all) - len(out.All)
	return out
}

// highestFive is the highest mean of five windows in a row.
func highestFive(values []float64, from int) float64 {
	top := math.NaN()
	for i := max(from, 0); i < len(values); i++ {
		if m := meanOf(values[i:min(i+smooth, len(values))]); finite(m) && !(m <= top) {
			top = m
		}
	}
	return top
}

// busiest picks those with the busiest cores and those with the longest queues.
func busiest(all []Station) []Station {
	score := func(v float64) float64 {
		if !finite(v) {
			return -1
		}
		return v
	}
	keep := map[string]bool{}
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b Station) int { return cmp.Compare(score(b.PeakBusy), score(a.PeakBusy)) })
	for _, s := range order[:min(len(order), maxBusy)] {
		keep[s.Name] = keep[s.Name] || finite(s.PeakBusy)
	}
	slices.SortStableFunc(order, func(a, b Station) int { return cmp.Compare(score(b.PeakQueue), score(a.PeakQueue)) })
	for _, s := range order[:min(len(order), maxQueued)] {
		keep[s.Name] = keep[s.Name] || s.PeakQueue > 0
	}
	var out []Station
	slices.SortStableFunc(order, func(a, b Station) int { return cmp.Compare(score(b.PeakBusy), score(a.PeakBusy)) })
	for _, s := range order {
		if keep[s.Name] {
			out = append(out, s)
		}
	}
	return out
}
