package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
)

// loadScale is the horizontal axis: linear from zero, or logarithmic where the
// topologies differ much in what they carry.
type loadScale struct {
	low, high float64
	log       bool
}

// decades of load from which on the axis is logarithmic.
const logFrom = 1.3

func scaleOf(list []view.LoadCurve) loadScale {
	s := loadScale{low: math.Inf(1)}
	for _, c := range list {
		s.low, s.high = min(s.low, c.Load[0]), max(s.high, c.Load[len(c.Load)-1])
	}
	s.log = math.Log10(s.high/s.low) > logFrom
	return s
}

// at is the place of a load on the axis.
func (s loadScale) at(load float64) float64 {
	if s.log {
		return math.Log10(load)
	}
	return load
}

func (s loadScale) all(loads []float64) []float64 { return mapped(loads, s.at) }

// loadAxis sets the axis.
func (p *panel) loadAxis(s loadScale) {
	p.margin = 12
	if s.log {
		p.X.Min, p.X.Max = s.at(s.low), s.at(s.high)
		p.X.Tick.Marker = decimalTicks(p.X.Min, p.X.Max)
		return
	}
	p.X.Min, p.X.Max = 0, s.high
	var ticks plot.ConstantTicks
	for _, t := range linearTicks(0, s.high*0.98, 6, func(x float64) string { return view.Count.Format(x) }) {
		if t.Value <= s.high {
			ticks = append(ticks, t)
		}
	}
	p.X.Tick.Marker = ticks
}

// remark says that both axes are logarithmic.
func (s loadScale) remark() string {
	if s.log {
		return " Both axes are logarithmic."
	}
	return ""
}

// decimalTicks marks an axis that shows log10 of a number.
func decimalTicks(low, high float64) (out plot.ConstantTicks) {
	factors := []float64{1, 2, 5}
	switch {
	case high-low < 1.2:
		factors = []float64{1, 1.5, 2, 3, 5, 7}
	case high-low > 3:
		factors = []float64{1}
	}
	for e := math.Floor(low); e <= math.Ceil(high); e++ {
		for _, f := range factors {
			if at := e + math.Log10(f); at >= low-1e-9 && at <= high+1e-9 {
				out = append(out, plot.Tick{Value: at, Label: view.Count.Format(roundTo(math.Pow(10, at), 2))})
			}
		}
	}
	return out
}

// upright is a vertical line at a load, with a word over it.
type upright struct {
	x      float64
	style  draw.LineStyle
	label  string
	within bool // the label stands in the plot, not above it
}

// Plot implements plot.Plotter.
func (u upright) Plot(c draw.Canvas, p *plot.Plot) {
	trX, _ := p.Transforms(&c)
	if !finite(u.x) || u.x < p.X.Min || u.x > p.X.Max {
		return
	}
	x := trX(u.x)
	c.StrokeLine2(u.style, x, c.Min.Y, x, c.Max.Y)
	if u.within {
		c.FillText(style(inkText, draw.XLeft, draw.YTop), vg.Point{X: x + 3, Y: c.Max.Y}, u.label)
		return
	}
	t := style(inkMuted, draw.XCenter, draw.YBottom)
	half := t.Width(u.label) / 2
	c.FillText(t, vg.Point{X: min(max(x, c.Min.X+half), c.Max.X-half), Y: c.Max.Y + 3}, u.label)
}

// dot marks a capacity.
type dot struct {
	x, y float64
	ink  ink
}

// Plot implements plot.Plotter.
func (d dot) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	if finite(d.y) && d.y >= p.Y.Min && d.y <= p.Y.Max {
		c.DrawGlyph(draw.GlyphStyle{Color: d.ink.color(), Radius: 3.6, Shape: draw.CircleGlyph{}}, vg.Point{X: trX(d.x), Y: trY(d.y)})
	}
}

// ring marks a knee.
type ring dot

// Plot implements plot.Plotter.
func (r ring) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	if !finite(r.y) || r.x > p.X.Max {
		return
	}
	var circle []vg.Point
	for i := range 25 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 24)
		circle = append(circle, vg.Point{X: trX(r.x) + vg.Length(5*cos), Y: trY(r.y) + vg.Length(5*sin)})
	}
	c.StrokeLines(line(r.ink, 1.5), circle)
}
