package chart

import (
	"strings"

	"gonum.org/v1/plot/vg"

	"faultline/reports/view"
)

// seriesLine is one of several lines of a panel that are told apart by ink,
// dash and name.
type seriesLine struct {
	name   string
	values []float64
	style  int // position in the legend: the same everywhere in a figure
}

// seriesDashes go with the inks, so that no line is known by its colour alone.
var seriesDashes = [seriesInks][]vg.Length{nil, {6, 3}, {2, 2}, {9, 3, 2, 3}, {4, 2}}

func seriesInk(style int) ink { return inkSeries + ink(style%seriesInks) }

// lines draws the series of a panel with their names at them.
func (p *panel) lines(x []float64, window float64, all []seriesLine, prefer [2]float64) {
	d := &direct{x: x, prefer: prefer}
	for i := len(all) - 1; i >= 0; i-- { // the first on top
		p.curve(x, all[i].values, line(seriesInk(all[i].style), 1.6, seriesDashes[all[i].style%seriesInks]...), window)
	}
	for _, l := range all {
		d.labels = append(d.labels, directLabel{text: l.name, ink: seriesInk(l.style), y: l.values})
	}
	p.Add(d)
}

// lineKey explains a line of a panel.
func lineKey(name string, style int) Key {
	var dash []string
	for _, d := range seriesDashes[style%seriesInks] {
		dash = append(dash, view.Count.Format(float64(d)))
	}
	return Key{Class: seriesInk(style).class(), Label: name, Line: true, Dash: strings.Join(dash, " ")}
}

// pieces cuts the time of a figure into at most forty pieces for its table.
func pieces(v *view.View, topologies []view.Topology) (width, until float64) {
	for _, t := range topologies {
		until = max(until, end(v, t.Timeline))
		width = max(width, t.Timeline.Window)
	}
	return max(width, niceStep(until/40)), until
}
