package chart

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
	"faultline/sim/result"
)

// Capacity draws the charts of capacity: goodput, latency and cost over load, all
// topologies in one panel so that what crosses is seen to cross.
func Capacity(v *view.Capacity) []Figure {
	return []Figure{loadGoodput(v), loadLatency(v), loadCost(v)}
}

// maxCurves bounds the topologies of one panel; the tables hold the rest.
const maxCurves = topologyInks

// drawnCurves are the topologies that are drawn and have points, and the remark on
// those that are not.
func drawnCurves(v *view.Capacity) (list []view.LoadCurve, rest string) {
	for _, c := range v.Curves {
		if len(c.Load) > 0 && len(list) < maxCurves {
			list = append(list, c)
		}
	}
	if n := len(v.Curves); n > maxCurves {
		rest = fmt.Sprintf(" The first %d of %d topologies are drawn.", maxCurves, n)
	}
	return list, rest
}

// topologyDashes go with the inks, so that no line is known by its colour alone.
var topologyDashes = [topologyInks][]vg.Length{nil, {7, 3}, {2, 2}, {9, 3, 2, 3}, {4, 2}, {12, 4}}

func topologyLine(index int) draw.LineStyle {
	return line(topologyInk(index), 1.9, topologyDashes[index%topologyInks]...)
}

// curveKeys explain the lines.
func curveKeys(list []view.LoadCurve) (keys []Key) {
	for _, c := range list {
		dash := ""
		for i, d := range topologyDashes[c.Index%topologyInks] {
			if i > 0 {
				dash += " "
			}
			dash += fmt.Sprint(float64(d))
		}
		keys = append(keys, Key{Class: Class(c.Index), Label: c.Name, Line: true, Dash: dash})
	}
	return keys
}

// loadLines draws a figure of all topologies over load, with a dot at the capacity.
func (p *panel) loadLines(list []view.LoadCurve, x loadScale, of func(*view.LoadCurve) view.Curve, scale func(float64) float64) {
	width := p.X.Max - p.X.Min
	d := &direct{prefer: [2]float64{p.X.Min + width*0.5, p.X.Min + width*0.95}}
	for i := len(list) - 1; i >= 0; i-- {
		c := &list[i]
		y := of(c)
		value, low, high := inBox(mapped(y.Value, scale), p), inBox(mapped(y.Low, scale), p), inBox(mapped(y.High, scale), p)
		p.band(x.all(c.Load), low, high, topologyInk(c.Index))
		p.curve(x.all(c.Load), value, topologyLine(c.Index), 0)
		if c.At >= 0 {
			p.Add(bare{dot{x.at(c.Load[c.At]), value[c.At], topologyInk(c.Index)}})
		}
	}
	for i := range list {
		c := &list[i]
		d.labels = append(d.labels, directLabel{text: c.Name, ink: topologyInk(c.Index), x: x.all(c.Load), y: inBox(mapped(of(c).Value, scale), p), strong: true})
	}
	if len(list) > 1 {
		p.Add(d)
	}
}

func mapped(values []float64, scale func(float64) float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = scale(v)
	}
	return out
}

// inBox holds values within the panel: what leaves it is cut at its edge.
func inBox(values []float64, p *panel) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v
		if !math.IsNaN(v) {
			out[i] = min(max(v, p.Y.Min), p.Y.Max)
		}
	}
	return out
}

// heightAt is a line's height at a place, NaN outside of it.
func heightAt(x, y []float64, at float64) float64 {
	for i := 1; i < len(x); i++ {
		if at >= x[i-1] && at <= x[i] && x[i] > x[i-1] {
			return y[i-1] + (at-x[i-1])/(x[i]-x[i-1])*(y[i]-y[i-1])
		}
	}
	return math.NaN()
}

func same(v float64) float64 { return v }

// logPanel is an empty panel over loads, with a logarithmic axis of decades from low to
// high, widened so that the curves keep off its edges.
func logPanel(unit string, v *view.Capacity, list []view.LoadCurve, low, high float64, ticks func(low, high float64) plot.ConstantTicks) (*panel, loadScale) {
	if high-low < 0.3 {
		low, high = low-0.2, high+0.2
	}
	p := newPanel(unit)
	p.height = 300
	x := scaleOf(list)
	p.loadAxis(x)
	low, high = low-0.05*(high-low), high+0.05*(high-low)
	p.Y.Min, p.Y.Max = low, high
	p.Y.Tick.Marker = ticks(low, high)
	p.grid()
	p.todayLine(v, x)
	return p, x
}

// todayLine marks the scenario's own load.
func (p *panel) todayLine(v *view.Capacity, x loadScale) {
	p.Add(bare{upright{x: x.at(v.Doc.Today), style: line(inkBase, 1, 2, 2), label: "today"}})
}

// loadGoodput is goodput over load: up to the knee it follows the load.
func loadGoodput(v *view.Capacity) Figure {
	f := Figure{ID: "loadgoodput", Short: "Goodput over load", Title: "Goodput over load"}
	list, rest := drawnCurves(v)
	if len(list) == 0 {
		f.Empty = "No load was run, so there is nothing to draw over load."
		return f
	}
	x, top := scaleOf(list), 0.0
	for i := range list {
		top = max(top, highest(list[i].Goodput.High), highest(list[i].Goodput.Value))
	}
	p := newPanel("req/s")
	p.height = 300
	p.loadAxis(x)
	scale := same
	if x.log {
		scale = math.Log10
		p.Y.Min, p.Y.Max = math.Log10(x.low), max(math.Log10(max(top, x.low)), math.Log10(x.low)+1)
		p.Y.Tick.Marker = decimalTicks(p.Y.Min, p.Y.Max)
	} else {
		p.Y.Min, p.Y.Max = 0, max(top, 1e-9)
		widen(&p.Y, linearTicks(0, p.Y.Max*1.02, 5, func(x float64) string { return view.Count.Format(x) }))
	}
	p.grid()
	p.todayLine(v, x)
	diagonal := []float64{p.X.Min, min(p.X.Max, p.Y.Max)}
	p.curve(diagonal, diagonal, line(inkBase, 1, 5, 3), 0)
	p.loadLines(list, x, func(c *view.LoadCurve) view.Curve { return c.Goodput }, scale)
	for i := range list {
		if k := list[i].Knee; finite(k) {
			p.Add(bare{ring{x.at(k), scale(heightAt(list[i].Load, list[i].Goodput.Value, k)), topologyInk(list[i].Index)}})
		}
	}
	f.Panels = []Panel{p.panel(view.Topology{Index: -1, Name: "Goodput"}, "Goodput over load", goodputWords(list))}
	f.Title = capacityTitle(list)
	f.Subtitle = "Good answers a second over requests a second, mean over replications with its 95% interval; a dot is the capacity, a ring the knee, the broken line is all that is asked for." + x.remark() + rest
	f.Legend = append(curveKeys(list), Key{Class: inkBase.class(), Label: "all requests", Line: true, Dash: "5 3"})
	f.Table = loadTable(list, view.Rate, func(c *view.LoadCurve) view.Curve { return c.Goodput })
	return f
}

func goodputWords(list []view.LoadCurve) (s string) {
	for i := range list {
		c := &list[i]
		if finite(c.Capacity) {
			s += fmt.Sprintf("%s meets all objectives up to %s", c.Name, view.Rate.Format(c.Capacity))
			if finite(c.Knee) {
				s += fmt.Sprintf("; its knee is at %s", view.Rate.Format(c.Knee))
			}
			s += ". "
		}
	}
	return s
}

func capacityTitle(list []view.LoadCurve) string {
	most, least := -1, -1
	for i := range list {
		if !finite(list[i].Capacity) {
			continue
		}
		if most < 0 || list[i].Capacity > list[most].Capacity {
			most = i
		}
		if least < 0 || list[i].Capacity < list[least].Capacity {
			least = i
		}
	}
	switch {
	case most < 0:
		return "No capacity was found"
	case most == least:
		return fmt.Sprintf("%s meets all objectives up to %s", list[most].Name, view.Short(view.Rate, list[most].Capacity))
	}
	return fmt.Sprintf("%s meets all objectives up to %s, %s up to %s", list[most].Name, view.Short(view.Rate, list[most].Capacity),
		list[least].Name, view.Short(view.Rate, list[least].Capacity))
}

// loadLatency is the 99th percentile over load, on a logarithmic axis.
func loadLatency(v *view.Capacity) Figure {
	f := Figure{ID: "loadlatency", Short: "Latency over load", Title: "Latency over load"}
	list, rest := drawnCurves(v)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range list {
		for _, y := range list[i].P99.Value {
			if y > 0 && finite(y) {
				low, high = min(low, math.Log10(y)), max(high, math.Log10(y))
			}
		}
	}
	if math.IsInf(low, 0) {
		f.Empty = "No request was answered at any load, so no latency can be drawn."
		return f
	}
	p, x := logPanel("p99", v, list, low, high, logTicks)
	p.loadLines(list, x, func(c *view.LoadCurve) view.Curve { return c.P99 }, logOrNaN)
	f.Panels = []Panel{p.panel(view.Topology{Index: -1, Name: "99th percentile"}, "Latency over load", latencyWords(list))}
	f.Title = latencyTitle(list)
	f.Subtitle = "99th percentile of the answers over requests a second, of the journey whose objective is missed first; logarithmic. A dot is the capacity." + rest
	f.Legend = curveKeys(list)
	for i := range f.Legend {
		if j := list[i].Journey; j != "" {
			f.Legend[i].Label += ", " + j
		}
	}
	f.Table = loadTable(list, view.Time, func(c *view.LoadCurve) view.Curve { return c.P99 })
	return f
}

func logOrNaN(v float64) float64 {
	if v > 0 {
		return math.Log10(v)
	}
	return math.NaN()
}

func latencyWords(list []view.LoadCurve) (s string) {
	for i := range list {
		c := &list[i]
		if y := within(c); finite(y) {
			s += fmt.Sprintf("%s: %s at its capacity. ", c.Name, view.Time.Format(y))
		}
	}
	return s
}

// within is the latency at the highest load tried that is within the capacity, NaN if
// there is none: beyond it latency leaps, and a point between the two would be invented.
func within(c *view.LoadCurve) float64 {
	y := math.NaN()
	for i, load := range c.Load {
		if load <= c.Capacity {
			y = c.P99.Value[i]
		}
	}
	return y
}

// latencyTitle says how latency grows from the lowest load to the capacity.
func latencyTitle(list []view.LoadCurve) string {
	best, factor := -1, 0.0
	for i := range list {
		c := &list[i]
		if at := within(c); finite(at) && finite(c.P99.Value[0]) && at/c.P99.Value[0] > factor {
			best, factor = i, at/c.P99.Value[0]
		}
	}
	if best < 0 || factor < 1.05 {
		return "Latency hardly grows up to the capacity"
	}
	c := &list[best]
	return fmt.Sprintf("Up to its capacity the p99 of %s grows from %s to %s", c.Name, view.Short(view.Time, c.P99.Value[0]), view.Short(view.Time, within(c)))
}

// loadCost is what a million good requests cost over load, with the crossings.
func loadCost(v *view.Capacity) Figure {
	f := Figure{ID: "loadcost", Short: "Cost over load", Title: "Cost over load"}
	list, rest := drawnCurves(v)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range list {
		c := &list[i]
		for k, y := range c.Cost.Value {
			if y > 0 && finite(y) {
				low = min(low, math.Log10(y))
				if !(c.Load[k] > c.Capacity) {
					high = max(high, math.Log10(y))
				}
			}
		}
	}
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		f.Empty = "No load was both priced and answered well, so no cost can be drawn."
		return f
	}
	p, x := logPanel("a million", v, list, low, high, decimalTicks)
	p.loadLines(list, x, func(c *view.LoadCurve) view.Curve { return c.Cost }, logOrNaN)
	for _, c := range changes(v) {
		p.Add(bare{upright{x: x.at(c.From), style: line(inkText, 1), label: view.Count.Format(roundTo(c.From, 3)), within: true}})
	}
	f.Title = costTitle(v)
	f.Panels = []Panel{p.panel(view.Topology{Index: -1, Name: "Cost"}, "Cost of a million good requests over load", f.Title)}
	f.Subtitle = "In the currency of the price list, over requests a second; logarithmic, cut where the objectives have long been missed. A dot is the capacity; a line with a figure is where another becomes the cheapest that meets its objectives." + rest
	f.Legend = curveKeys(list)
	f.Table = loadTable(list, view.Currency, func(c *view.LoadCurve) view.Curve { return c.Cost })
	return f
}

// roundTo keeps so many significant digits.
func roundTo(v float64, digits int) float64 {
	if v == 0 || !finite(v) {
		return v
	}
	scale := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// changes are the choices that begin where another topology becomes the cheapest.
func changes(v *view.Capacity) (list []result.Choice) {
	for i, c := range v.Doc.Choices {
		if i > 0 && c.Topology != "" {
			list = append(list, c)
		}
	}
	return list
}

func costTitle(v *view.Capacity) string {
	all := changes(v)
	switch {
	case len(v.Curves) < 2:
		return "The more load, the less a good request costs, up to the capacity"
	case len(v.Doc.Choices) == 0:
		return "Cost over load"
	case len(all) == 0:
		return fmt.Sprintf("%s is the cheapest that meets its objectives at every load", view.Name(v.Doc.Choices[0].Topology))
	}
	first, last := v.Doc.Choices[0], all[len(all)-1]
	return fmt.Sprintf("Within its objectives %s is the cheapest up to %s, and %s from %s on", view.Name(first.Topology), view.Short(view.Rate, first.To),
		view.Name(last.Topology), view.Short(view.Rate, last.From))
}

// loadTable has a row a load, and a column a topology.
func loadTable(list []view.LoadCurve, unit view.Unit, of func(*view.LoadCurve) view.Curve) view.Table {
	t := view.Table{Columns: []view.Column{{Title: "Load"}}, Ordered: true}
	var loads []float64
	for i := range list {
		t.Columns = append(t.Columns, view.Column{Title: list[i].Name})
		loads = append(loads, list[i].Load...)
	}
	for _, load := range ascending(loads) {
		row := []view.Cell{{Text: view.Rate.Format(load)}}
		for i := range list {
			text := view.Missing
			for k, x := range list[i].Load {
				if x == load {
					text = unit.Format(of(&list[i]).Value[k])
				}
			}
			row = append(row, view.Cell{Text: text})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ascending sorts values and drops repeats.
func ascending(values []float64) []float64 {
	slices.Sort(values)
	return slices.Compact(values)
}
