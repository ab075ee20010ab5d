package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A panel is drawn in units of which about four hundred go into its width: on
// a phone one is a little less than a pixel, on a desk a little more.
const (
	panelWidth  = 420.0
	panelHeight = 250.0
)

// panel is one plot of a figure.
type panel struct {
	*plot.Plot
	height   float64
	headroom vg.Length // above the plot, for the unit
	margin   vg.Length // at the right
	unit     string    // over the vertical axis
	until    float64   // end of an axis of time in seconds; 0 where there is none
}

// newPanel is an empty plot in the house's dress: a quiet horizontal axis,
// pale lines at the vertical ticks, no frame.
func newPanel(unit string) *panel {
	p := &panel{Plot: plot.New(), height: panelHeight, headroom: 20, margin: 6, unit: unit}
	p.BackgroundColor = nil
	p.X.LineStyle = line(inkAxis, 0.8)
	p.X.Tick.LineStyle = line(inkAxis, 0.8)
	p.X.Tick.Length = 3.5
	p.X.Tick.Label = style(inkMuted, draw.XCenter, draw.YTop)
	p.X.Padding = 0
	p.Y.LineStyle = draw.LineStyle{}
	p.Y.Tick.LineStyle = draw.LineStyle{}
	p.Y.Tick.Label = style(inkMuted, draw.XRight, draw.YCenter)
	p.Y.Label.TextStyle = style(inkMuted, draw.XCenter, draw.YTop)
	p.Y.Padding = 2
	return p
}

// line is a stroke in an ink.
func line(i ink, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: i.color(), Width: width, Dashes: dashes}
}

// grid draws pale lines at the vertical axis's ticks; it comes first.
func (p *panel) grid() {
	g := plotter.NewGrid()
	g.Vertical = draw.LineStyle{}
	g.Horizontal = line(inkGrid, 0.7)
	p.Add(g)
}

// timeAxis runs from zero to the end of the load, in seconds.
func (p *panel) timeAxis(duration float64) {
	p.X.Min, p.X.Max, p.until = 0, duration, duration
	p.X.Tick.Marker = timeTicks(duration)
}

// render draws the panel.
func (p *panel) render(label, description string) (string, error) {
	c := vgsvg.New(panelWidth, vg.Length(p.height))
	whole := draw.New(c)
	if p.unit != "" {
		whole.FillText(style(inkMuted, draw.XLeft, draw.YTop), vg.Point{X: 0, Y: whole.Max.Y}, p.unit)
	}
	area := draw.Crop(whole, 0, -p.margin, 1, -p.headroom)
	p.Draw(area)
	frame := ""
	if p.until > 0 && finite(p.until) {
		plane := p.DataCanvas(area)
		frame = fmt.Sprintf(" data-left=\"%.1f\" data-right=\"%.1f\" data-end=\"%g\"", plane.Min.X, plane.Max.X, p.until)
	}
	return finish(c, panelWidth, p.height, frame, label, description)
}

// runs finds the stretches of indices below n for which the values are known.
func runs(n int, known func(int) bool) [][2]int {
	var out [][2]int
	start := -1
	for i := 0; i <= n; i++ {
		switch here := i < n && known(i); {
		case here && start < 0:
			start = i
		case !here && start >= 0:
			out = append(out, [2]int{start, i})
			start = -1
		}
	}
	return out
}

// curve draws a series, broken where values are missing; one that stands alone
// becomes a stroke as wide as its window.
func (p *panel) curve(x, y []float64, s draw.LineStyle, window float64) {
	for _, run := range runs(min(len(x), len(y)), func(i int) bool { return finite(y[i]) }) {
		from, to := run[0], run[1]
		if to-from == 1 {
			p.Add(bare{&plotter.Line{XYs: plotter.XYs{{X: x[from] - window/2, Y: y[from]}, {X: x[from] + window/2, Y: y[from]}}, LineStyle: s}})
			continue
		}
		points := make(plotter.XYs, 0, to-from)
		for i := from; i < to; i++ {
			points = append(points, plotter.XY{X: x[i], Y: y[i]})
		}
		p.Add(bare{&plotter.Line{XYs: points, LineStyle: s}})
	}
}

// band draws the area between two series as a wash.
func (p *panel) band(x, low, high []float64, ink ink) {
	n := min(len(x), len(low), len(high))
	for _, run := range runs(n, func(i int) bool { return finite(low[i]) && finite(high[i]) }) {
		from, to := run[0], run[1]
		if to-from < 2 {
			continue
		}
		ring := make(plotter.XYs, 0, 2*(to-from))
		for i := from; i < to; i++ {
			ring = append(ring, plotter.XY{X: x[i], Y: low[i]})
		}
		for i := to - 1; i >= from; i-- {
			ring = append(ring, plotter.XY{X: x[i], Y: high[i]})
		}
		p.Add(bare{&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: ink.variant(washed)}})
	}
}

// bare hides all methods of a plotter but Plot: its range and its boxes would
// move the axes, and panels side by side would no longer have the same.
type bare struct{ plotter plot.Plotter }

// Plot implements plot.Plotter.
func (b bare) Plot(c draw.Canvas, p *plot.Plot) { b.plotter.Plot(c, p) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// span shades the time from one instant to another over the whole height.
type span struct {
	from, to float64
	ink      ink
	label    string
	within   bool // the label stands in the span, not above it
}

// Plot implements plot.Plotter.
func (s span) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	left, right := x(max(s.from, p.X.Min)), x(min(s.to, p.X.Max))
	if right < left {
		return
	}
	if right-left < 1.5 {
		right = left + 1.5 // an instant is seen too
	}
	c.FillPolygon(s.ink.color(), []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
	if s.label == "" {
		return
	}
	if s.within {
		c.FillText(style(inkMuted, draw.XLeft, draw.YTop), vg.Point{X: left + 3, Y: c.Max.Y - 3}, s.label)
		return
	}
	t := style(inkMuted, draw.XCenter, draw.YBottom)
	half := t.Width(s.label) / 2
	at := min(max((left+right)/2, c.Min.X+half), c.Max.X-half)
	c.FillText(t, vg.Point{X: at, Y: c.Max.Y + 3}, s.label)
}
