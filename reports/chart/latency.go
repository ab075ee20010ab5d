package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"faultline/reports/view"
)

// latency is the latency by percentile on HdrHistogram's axis, 1/(1−q) on a
// log scale, so that the tail has as much room as it matters.
type latency struct{}

// ID implements Chart.
func (latency) ID() string { return "latency" }

// Draw implements Chart.
func (c latency) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Latency by percentile"}
	topologies, rest := shown(v)
	box, ok := bounds(topologies)
	if !ok {
		f.Empty = "Too few requests were answered to tell their latency by percentile."
		return f
	}
	for _, t := range topologies {
		if len(drawable(t.Latency.Faulted)) > 0 {
			f.Panels = append(f.Panels, c.panel(v, t, box))
		}
	}
	f.Title = c.title(v)
	f.Subtitle = "Time within which a share of the answers came, all journeys and replications; both axes logarithmic, drawn as far as ten answers lie beyond." + rest
	ink := inkText.class()
	if len(v.Topologies) == 1 {
		ink = Class(0)
	}
	f.Legend = []Key{{Class: ink, Label: "as run", Line: true}}
	if len(v.Faults) > 0 {
		f.Legend = append(f.Legend, Key{Class: inkBase.class(), Label: v.Without(), Line: true, Dash: "5 3"})
	}
	f.Table = c.table(v)
	return f
}

// logBox is the common range of the panels, in powers of ten.
type logBox struct{ right, low, high float64 }

// depth is the place of a quantile on the axis: log10 of 1/(1−q).
func depth(q float64) float64 { return -math.Log10(1 - q) }

// drawable drops what a log axis cannot show.
func drawable(points []view.QuantilePoint) plotter.XYs {
	var out plotter.XYs
	for _, p := range points {
		if p.Latency > 0 && finite(p.Latency) && p.Q >= 0 && p.Q < 1 {
			out = append(out, plotter.XY{X: depth(p.Q), Y: math.Log10(p.Latency)})
		}
	}
	return out
}

// bounds finds the range. The fastest tenth of a per cent says little and would
// take half of the height, so the axis starts at the fastest fifth.
func bounds(topologies []view.Topology) (logBox, bool) {
	box := logBox{low: math.Inf(1), high: math.Inf(-1)}
	for _, t := range topologies {
		if len(drawable(t.Latency.Faulted)) == 0 {
			continue
		}
		for _, line := range []plotter.XYs{drawable(t.Latency.Faulted), drawable(t.Latency.Baseline)} {
			for _, p := range line {
				box.right = max(box.right, p.X)
				box.high = max(box.high, p.Y)
				if p.X >= depth(0.2) || len(line) == 1 {
					box.low = min(box.low, p.Y)
				}
			}
		}
	}
	if math.IsInf(box.low, 0) || math.IsInf(box.high, 0) {
		return box, false
	}
	box.right = max(box.right, 1)
	if box.high-box.low < 0.3 { // a flat line is drawn in the middle
		box.low, box.high = box.low-0.2, box.high+0.2
	}
	return box, true
}

func (latency) panel(v *view.View, t view.Topology, box logBox) Panel {
	p := newPanel("")
	p.headroom = 8
	p.margin = 12
	p.X.Min, p.X.Max = 0, box.right
	p.X.Tick.Marker = depthTicks(box.right)
	p.Y.Min, p.Y.Max = box.low, box.high
	p.Y.Tick.Marker = logTicks(box.low, box.high)
	p.grid()
	ink := topologyInk(t.Index)
	base, run := clipped(drawable(t.Latency.Baseline), box), clipped(drawable(t.Latency.Faulted), box)
	p.curve(xs(base), ys(base), line(inkBase, 1.3, 5, 3), 0.05)
	p.curve(xs(run), ys(run), line(ink, 1.9), 0.05)
	p.Add(&direct{prefer: [2]float64{box.right * 0.6, box.right * 0.9}, labels: []directLabel{
		{text: "as run", ink: ink, x: xs(run), y: ys(run), strong: true}, {text: v.Without(), ink: inkBase, x: xs(base), y: ys(base)}}})
	return p.panel(t, "Latency by percentile, "+t.Name, percentileWords(t))
}

func percentileWords(t view.Topology) string {
	s := ""
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
		if l := view.At(t.Latency.Faulted, q); finite(l) {
			s += fmt.Sprintf("%s of the answers within %s", percent(q), view.Time.Format(l))
			if b := view.At(t.Latency.Baseline, q); finite(b) {
				s += fmt.Sprintf(", without the fault %s", view.Time.Format(b))
			}
			s += ". "
		}
	}
	return s
}

// clipped keeps what lies in the box; the library clips lines, not labels.
func clipped(line plotter.XYs, box logBox) plotter.XYs {
	var out plotter.XYs
	for _, p := range line {
		if p.Y >= box.low-1e-9 && p.Y <= box.high+1e-9 {
			out = append(out, p)
		}
	}
	return out
}

func xs(line plotter.XYs) []float64 {
	out := make([]float64, len(line))
	for i, p := range line {
		out[i] = p.X
	}
	return out
}

func ys(line plotter.XYs) []float64 {
	out := make([]float64, len(line))
	for i, p := range line {
		out[i] = p.Y
	}
	return out
}

// depthTicks marks the quantiles that people speak of.
func depthTicks(right float64) plot.ConstantTicks {
	var out plot.ConstantTicks
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999} {
		if depth(q) <= right+1e-9 {
			out = append(out, plot.Tick{Value: depth(q), Label: percent(q)})
		}
	}
	return out
}

// percent writes a quantile in full: 99.999%, where three digits would lie.
func percent(q float64) string { return fmt.Sprintf("%.6g%%", q*100) }

// title compares the slowest hundredth with and without the fault.
func (latency) title(v *view.View) string {
	s := ""
	for i, t := range v.Topologies {
		l, b := view.At(t.Latency.Faulted, 0.99), view.At(t.Latency.Baseline, 0.99)
		if !finite(l) || i == 3 {
			continue
		}
		if s != "" {
			s += "; "
		}
		s += fmt.Sprintf("%s in %s", view.Short(view.Time, l), t.Name)
		if finite(b) {
			s += fmt.Sprintf(" (%s %s)", view.Short(view.Time, b), v.Without())
		}
	}
	if s == "" {
		return "Latency by percentile"
	}
	return "99% of the answers come within " + s
}

func (latency) table(v *view.View) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "Share of the answers"}}}
	for _, t := range v.Topologies {
		out.Columns = append(out.Columns, view.Column{Title: t.Name}, view.Column{Title: v.Without()})
	}
	for _, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999} {
		row := []view.Cell{{Text: percent(q)}}
		some := false
		for _, t := range v.Topologies {
			l, b := view.At(t.Latency.Faulted, q), view.At(t.Latency.Baseline, q)
			some = some || finite(l)
			row = append(row, view.Cell{Text: view.Time.Format(l)}, view.Cell{Text: view.Time.Format(b)})
		}
		if some {
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}
