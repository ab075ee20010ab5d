package chart

import (
	"fmt"

	"faultline/reports/view"
)

// cost is what each topology costs, as bars: to run for an hour, and for a
// million good requests.
type cost struct{}

// ID implements Chart.
func (cost) ID() string { return "cost" }

// Draw implements Chart.
func (c cost) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Cost"}
	hour, million := group{name: "an hour", bars: v.Costs.PerHour}, group{name: "a million good requests", bars: v.Costs.PerMillion}
	hour.none, million.none = make([]bool, len(v.Topologies)), make([]bool, len(v.Topologies))
	for _, g := range []group{hour, million} {
		if len(g.bars) == len(v.Topologies) && anyKnown([]group{g}) {
			f.Panels = append(f.Panels, c.panel(v, g))
		}
	}
	if len(f.Panels) == 0 {
		f.Empty = "The result holds no cost."
		return f
	}
	f.Title = c.title(v)
	f.Subtitle = "In the currency of the price list; whiskers are 95% intervals." + v.Costs.Remark
	f.Table = v.Costs.Table
	return f
}

func (cost) panel(v *view.View, g group) Panel {
	high := 0.0
	for _, e := range g.bars {
		for _, x := range []*float64{e.Value, e.High} {
			if x != nil && finite(*x) {
				high = max(high, *x)
			}
		}
	}
	b := &bars{groups: []group{g}, topologies: v.Topologies, unit: view.Currency}
	words := b.describe()
	b.groups[0].name = "" // the panel's own
	p := b.plot(0, max(high, 1e-9))
	return p.panel(view.Topology{Name: "for " + g.name, Index: -1}, "Cost for "+g.name, words)
}

// title compares the dearest with the cheapest.
func (cost) title(v *view.View) string {
	all, what := v.Costs.PerMillion, "A million good requests cost"
	if !anyKnown([]group{{bars: all}}) {
		all, what = v.Costs.PerHour, "An hour costs"
	}
	low, high := -1, -1
	for i, e := range all {
		if !known(e) {
			continue
		}
		if low < 0 || *e.Value < *all[low].Value {
			low = i
		}
		if high < 0 || *e.Value > *all[high].Value {
			high = i
		}
	}
	say := func(i int) string { return view.Short(view.Currency, *all[i].Value) + " in " + v.Topologies[i].Name }
	if low == high || len(v.Topologies) == 1 {
		return what + " " + say(low)
	}
	return fmt.Sprintf("%s %s, %s", what, say(low), say(high))
}
