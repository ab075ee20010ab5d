package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"faultline/reports/view"
)

// Sweep draws a chart for each metric of a sweep, along its longest axis.
func Sweep(v *view.Sweep) (figures []Figure) {
	for i := range v.Charts {
		figures = append(figures, sweepFigure(v, i))
	}
	return figures
}

func sweepFigure(v *view.Sweep, i int) Figure {
	c := &v.Charts[i]
	f := Figure{ID: fmt.Sprintf("metric%d", i+1), Short: c.Metric, Title: c.Title}
	low, high := sweepBounds(c)
	if !(low <= high) {
		f.Empty = c.Metric + " is unknown at every point."
		return f
	}
	for k := range c.Panels[:min(len(c.Panels), maxPanels)] {
		f.Panels = append(f.Panels, sweepPanel(v, c, &c.Panels[k], low, high))
	}
	f.Subtitle = fmt.Sprintf("%s over %s; mean over replications, the band is its 95%% interval.", c.Metric, v.X.Name)
	if c.Rest > 0 {
		f.Subtitle += fmt.Sprintf(" The first %d of %d lines are drawn.", len(c.Panels[0].Lines), len(c.Panels[0].Lines)+c.Rest)
	}
	if n := len(c.Panels); n > maxPanels {
		f.Subtitle += fmt.Sprintf(" The first %d of %d topologies are drawn.", maxPanels, n)
	}
	for _, l := range c.Panels[0].Lines {
		if len(c.Panels[0].Lines) > 1 {
			f.Legend = append(f.Legend, sweepKey(c.Panels[0].Topology, l))
		}
	}
	f.Table = sweepTable(v, c)
	return f
}

// sweepBounds is the range of all panels; it begins at zero where that costs little.
func sweepBounds(c *view.SweepChart) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range c.Panels {
		for _, l := range p.Lines {
			for i, y := range l.Value {
				if finite(y) {
					low, high = min(low, y, l.Low[i]), max(high, y, l.High[i])
				}
			}
		}
	}
	switch {
	case low > 0 && low < 0.6*high:
		low = 0
	case low == high:
		pad := max(math.Abs(low)*0.1, 1e-9)
		low, high = low-pad, high+pad
	}
	return low, high
}

// sweepKey explains a line: a topology by its ink, a combination by that of a series.
func sweepKey(topology int, l view.SweepLine) Key {
	k := lineKey(l.Name, l.Style)
	if topology < 0 {
		k.Class = Class(l.Style)
	}
	return k
}

func sweepPanel(v *view.Sweep, c *view.SweepChart, of *view.SweepPanel, low, high float64) Panel {
	p := newPanel(v.X.Name)
	p.unit = unitWord(c.Unit)
	x := sweepX(p, v)
	p.Y.Min, p.Y.Max = low, high
	widen(&p.Y, linearTicks(low, high, 5, c.Unit.Format))
	p.grid()
	d := &direct{x: x, prefer: [2]float64{p.X.Min + 0.3*(p.X.Max-p.X.Min), p.X.Max}}
	for i := len(of.Lines) - 1; i >= 0; i-- {
		l := &of.Lines[i]
		ink := seriesInk(l.Style)
		if of.Topology < 0 {
			ink = topologyInk(l.Style)
		}
		p.band(x, l.Low, l.High, ink)
		p.curve(x, l.Value, line(ink, 1.9, seriesDashes[l.Style%seriesInks]...), 0.02*(p.X.Max-p.X.Min))
		for k := range x {
			if finite(l.Value[k]) {
				p.Add(bare{dot{x[k], l.Value[k], ink}})
			}
		}
	}
	for i := range of.Lines {
		l := &of.Lines[i]
		ink := seriesInk(l.Style)
		if of.Topology < 0 {
			ink = topologyInk(l.Style)
		}
		d.labels = append(d.labels, directLabel{text: l.Name, ink: ink, y: l.Value})
	}
	if len(of.Lines) > 1 {
		p.Add(d)
	}
	return p.panel(view.Topology{Name: of.Name, Index: of.Topology}, c.Metric+", "+of.Name, c.Title)
}

func unitWord(u view.Unit) string {
	if u == view.Rate {
		return "req/s"
	}
	return ""
}

// sweepX sets the horizontal axis and returns the places of the values on it.
func sweepX(p *panel, v *view.Sweep) (x []float64) {
	p.margin = 14
	if v.X.Numbers != nil {
		x = v.X.Numbers
		p.X.Min, p.X.Max = math.Inf(1), math.Inf(-1)
		for _, n := range x {
			p.X.Min, p.X.Max = min(p.X.Min, n), max(p.X.Max, n)
		}
		p.X.Tick.Marker = fewTicks(x, v.X.Values)
		return x
	}
	for i := range v.X.Values {
		x = append(x, float64(i))
	}
	p.X.Min, p.X.Max = -0.2, float64(len(x)-1)+0.2
	short := make([]string, len(v.X.Values))
	for i, s := range v.X.Values {
		short[i] = fit(s, p.X.Tick.Label, panelWidth/vg.Length(len(x)))
	}
	p.X.Tick.Marker = fewTicks(x, short)
	return x
}

// fewTicks labels the values of an axis, every so many where they are many.
func fewTicks(x []float64, labels []string) (out plot.ConstantTicks) {
	every := (len(x) + 7) / 8
	for i := range x {
		t := plot.Tick{Value: x[i]}
		if i%every == 0 {
			t.Label = labels[i]
		}
		out = append(out, t)
	}
	return out
}

func sweepTable(v *view.Sweep, c *view.SweepChart) view.Table {
	t := view.Table{Columns: []view.Column{{Title: v.X.Name}}, Ordered: true}
	for _, p := range c.Panels {
		for _, l := range p.Lines {
			title := l.Name
			if p.Topology >= 0 && len(c.Panels) > 1 {
				title = p.Name + ", " + l.Name
			}
			t.Columns = append(t.Columns, view.Column{Title: title})
		}
	}
	for i, x := range v.X.Values {
		row := []view.Cell{{Text: x}}
		for _, p := range c.Panels {
			for _, l := range p.Lines {
				row = append(row, view.Cell{Text: c.Unit.Format(l.Value[i])})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
