package chart

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"faultline/reports/view"
)

// causes is why requests failed, over time.
type causes struct{}

// ID implements Chart.
func (causes) ID() string { return "causes" }

// Draw implements Chart.
func (c causes) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Errors by cause"}
	topologies, rest := shown(v)
	top, seen := 0.0, make([]bool, seriesInks)
	var calm []string
	for _, t := range topologies {
		most := 0.0
		for i, k := range t.Causes.All {
			h := highest(k.Rate)
			most = max(most, h)
			seen[i%seriesInks] = seen[i%seriesInks] || h > 0
		}
		if most == 0 {
			calm = append(calm, t.Name)
		}
		top = max(top, most)
	}
	if top == 0 {
		f.Empty = "No request failed at any time, so there are no causes to draw."
		return f
	}
	for _, t := range topologies {
		if anyFailure(t) {
			f.Panels = append(f.Panels, c.panel(v, t, top))
		}
	}
	f.Title = c.title(topologies)
	f.Subtitle = "Failed requests a second by the cause of their deepest failing call, all journeys, mean over replications."
	if len(calm) > 0 {
		f.Subtitle += " No request failed in " + strings.Join(calm, ", ") + "."
	}
	f.Subtitle += rest
	for i, k := range topologies[0].Causes.All {
		if seen[i%seriesInks] {
			f.Legend = append(f.Legend, lineKey(k.Name, i))
		}
	}
	f.Table = c.table(v, topologies)
	return f
}

func anyFailure(t view.Topology) bool {
	for _, k := range t.Causes.All {
		if highest(k.Rate) > 0 {
			return true
		}
	}
	return false
}

func (causes) panel(v *view.View, t view.Topology, top float64) Panel {
	p := newPanel("failed req/s")
	p.timeAxis(end(v, t.Timeline))
	p.Y.Min, p.Y.Max = 0, top
	widen(&p.Y, linearTicks(0, top*1.02, 5, func(x float64) string { return view.Count.Format(x) }))
	p.shade(v)
	p.grid()
	var all []seriesLine
	words := ""
	for i, k := range t.Causes.All {
		if highest(k.Rate) > 0 {
			all = append(all, seriesLine{k.Name, k.Rate, i})
			words += fmt.Sprintf("%s: at most %s. ", k.Name, view.Rate.Format(highest(k.Rate)))
		}
	}
	p.lines(t.Causes.Time, t.Causes.Window, all, firstWindow(v))
	return p.panel(t, "Errors by cause over time, "+t.Name, words)
}

// title names the commonest cause of each topology.
func (causes) title(topologies []view.Topology) string {
	var clauses []string
	names, low, high := map[string]bool{}, math.Inf(1), 0.0
	for _, t := range topologies {
		all, most, name := 0.0, 0.0, ""
		for _, k := range t.Causes.All {
			sum := 0.0
			for _, r := range k.Rate {
				if finite(r) {
					sum += r
				}
			}
			all += sum
			if sum > most {
				most, name = sum, k.Name
			}
		}
		if most == 0 {
			continue
		}
		names[name] = true
		low, high = min(low, most/all), max(high, most/all)
		if len(clauses) < 3 {
			clauses = append(clauses, fmt.Sprintf("%s in %s (%s of the failures)", name, t.Name, view.Short(view.Share, most/all)))
		}
	}
	if len(clauses) > 1 && len(names) == 1 {
		return fmt.Sprintf("The commonest cause of failure is %s wherever requests fail (%s of the failures)", slices.Collect(maps.Keys(names))[0], between(low, high))
	}
	return "The commonest cause of failure is " + strings.Join(clauses, ", ")
}

// between is a range of shares: "67% to 77%", and one figure where both read alike.
func between(low, high float64) string {
	a, b := view.Short(view.Share, low), view.Short(view.Share, high)
	if a == b {
		return a
	}
	return a + " to " + b
}

func (causes) table(v *view.View, topologies []view.Topology) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "From", Hint: "start of the slice of time"}}}
	step, until := pieces(v, topologies)
	for _, t := range topologies {
		for _, k := range t.Causes.All {
			out.Columns = append(out.Columns, view.Column{Title: t.Name + ", " + k.Name, Hint: "failed requests a second"})
		}
	}
	for from := 0.0; from < until; from += step {
		row := []view.Cell{{Text: view.Clock(from)}}
		for _, t := range topologies {
			for _, k := range t.Causes.All {
				row = append(row, view.Cell{Text: view.Count.Format(mean(k.Rate, t.Causes.Time, from, from+step))})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
