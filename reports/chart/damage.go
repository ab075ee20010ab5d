package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
)

// damage is the map of components over time: who fails, who is slow, and when.
type damage struct{}

// maxRows bounds the rows of the map; the table has them all.
const maxRows = 24

// ID implements Chart.
func (damage) ID() string { return "damage" }

// Draw implements Chart.
func (c damage) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Damage by component"}
	if len(v.Faults) == 0 {
		f.Empty = "No fault was injected, so there is no damage to map."
		return f
	}
	topologies, rest := shown(v)
	rows := 0
	for _, t := range topologies {
		if called(t.Damage) {
			rows = max(rows, len(t.Damage))
		}
	}
	if rows == 0 {
		f.Empty = "No component was called in the measured time, so there is no damage to map."
		return f
	}
	for _, t := range topologies {
		f.Panels = append(f.Panels, c.panel(v, t))
	}
	f.Title = c.title(v)
	f.Subtitle = "Each component in slices of time, compared with itself in the run without the fault." + rest
	if rows > maxRows {
		f.Subtitle += fmt.Sprintf(" The %d worst hit of %d components.", maxRows, rows)
	}
	f.Legend = c.legend()
	f.Table = c.table(v)
	return f
}

// called reports whether any cell has anything to say.
func called(rows []view.DamageRow) bool {
	for _, r := range rows {
		for _, c := range r.Cells {
			if c.Kind != view.Idle {
				return true
			}
		}
	}
	return false
}

func (damage) panel(v *view.View, t view.Topology) Panel {
	m := &heat{rows: t.Damage[:min(len(t.Damage), maxRows)]}
	p := newPanel("")
	p.headroom = 20
	p.height = float64(len(m.rows))*rowHeight + 48
	p.timeAxis(end(v, t.Timeline))
	p.X.LineStyle = draw.LineStyle{}
	p.Y.Min, p.Y.Max = 0, float64(max(len(m.rows), 1))
	p.Y.Tick.Marker = m.names()
	p.Add(m)
	for _, f := range v.Faults {
		p.Add(fence{from: f.Start, to: f.End})
	}
	hurt, all := hurtRows(t.Damage)
	return p.panel(t, "Damage by component and time, "+t.Name, fmt.Sprintf("%d of %d components of %s are affected at some time.", hurt, all, t.Name))
}

const rowHeight = 17.0

// heat draws the cells, the worst component at the top.
type heat struct{ rows []view.DamageRow }

func (m *heat) names() plot.ConstantTicks {
	var out plot.ConstantTicks
	s := style(inkText, draw.XRight, draw.YCenter)
	for i, r := range m.rows {
		out = append(out, plot.Tick{Value: m.middle(i), Label: fit(r.Component, s, 118)})
	}
	return out
}

func (m *heat) middle(i int) float64 { return float64(len(m.rows)-i) - 0.5 }

// Plot implements plot.Plotter. Neighbours of one ink become one rectangle.
func (m *heat) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, r := range m.rows {
		top, bottom := y(m.middle(i)+0.5)-0.75, y(m.middle(i)-0.5)+0.75
		from := 0
		for k := 1; k <= len(r.Cells); k++ {
			if k < len(r.Cells) && cellInk(r.Cells[k]) == cellInk(r.Cells[from]) {
				continue
			}
			left, right := x(float64(from)*r.Slice), x(min(float64(k)*r.Slice, p.X.Max))
			c.FillPolygon(cellInk(r.Cells[from]).color(), []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}})
			from = k
		}
	}
}

func cellInk(c view.DamageCell) ink {
	switch c.Kind {
	case view.Silent:
		return inkSilent
	case view.Failing:
		return inkFail1 + ink(min(c.Level, 4)-1)
	case view.Slow:
		return inkSlow1 + ink(min(c.Level, 3)-1)
	case view.Well:
		return inkCalm
	}
	return inkIdle
}

// fence marks the start and the end of a fault without hiding the cells.
type fence struct{ from, to float64 }

// Plot implements plot.Plotter.
func (f fence) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	s := line(inkText, 1)
	left, right := x(f.from), x(min(f.to, p.X.Max))
	top := c.Max.Y + 4
	c.StrokeLines(s, []vg.Point{{X: left, Y: c.Min.Y}, {X: left, Y: top}, {X: right, Y: top}})
	if f.to < p.X.Max {
		c.StrokeLine2(s, right, top, right, c.Min.Y)
	}
	t := style(inkMuted, draw.XCenter, draw.YBottom)
	half := t.Width("fault") / 2
	c.FillText(t, vg.Point{X: min(max((left+right)/2, c.Min.X+half), c.Max.X-half), Y: top + 2}, "fault")
}

func (damage) legend() []Key {
	var out []Key
	out = append(out, Key{Heading: true, Label: "More errors, at least"})
	for i, b := range view.FailingBounds {
		out = append(out, Key{Class: (inkFail1 + ink(i)).class(), Label: view.Share.Format(b)})
	}
	out = append(out, Key{Heading: true, Label: "Slower, at least"})
	for i, b := range view.SlowBounds {
		out = append(out, Key{Class: (inkSlow1 + ink(i)).class(), Label: view.Ratio.Format(b)})
	}
	return append(out, Key{Class: inkSilent.class(), Label: "silent: under a tenth of its answers"},
		Key{Class: inkCalm.class(), Label: "well"}, Key{Class: inkIdle.class(), Label: "not called"})
}

// hurtRows counts the components that were affected at some time, of those called.
func hurtRows(rows []view.DamageRow) (hurt, all int) {
	for _, r := range rows {
		worst, at := r.Worst()
		if at < 0 || worst.Kind == view.Idle {
			continue
		}
		all++
		if worst.Level > 0 {
			hurt++
		}
	}
	return hurt, all
}

// title counts the components affected.
func (damage) title(v *view.View) string {
	if s := alike(v.Topologies, func(t view.Topology) (int, int) { return hurtRows(t.Damage) }); s != "" {
		return "Components affected at some time: " + s
	}
	s := ""
	for i, t := range v.Topologies {
		hurt, all := hurtRows(t.Damage)
		if i > 0 {
			s += ", "
		}
		switch {
		case hurt == 0:
			s += fmt.Sprintf("none of %d in %s", all, t.Name)
		case hurt == all && all > 1:
			s += fmt.Sprintf("all %d in %s", all, t.Name)
		case hurt == 1:
			s += fmt.Sprintf("in %s only %s of %d", t.Name, firstHurt(t.Damage), all)
		default:
			s += fmt.Sprintf("%d of %d in %s", hurt, all, t.Name)
		}
	}
	return "Components affected at some time: " + s
}

// alike says in one clause of several topologies how many of their parts are
// hurt, where it is the same in all or where they are too many to be named one
// by one; "" elsewhere.
func alike(topologies []view.Topology, count func(view.Topology) (hurt, all int)) string {
	if len(topologies) < 2 {
		return ""
	}
	least, most := math.MaxInt, 0
	fewest, all := math.MaxInt, 0
	for _, t := range topologies {
		h, n := count(t)
		least, most, fewest, all = min(least, h), max(most, h), min(fewest, n), max(all, n)
	}
	of := view.Integer(int64(all))
	if fewest != all {
		of = view.Integer(int64(fewest)) + " to " + of
	}
	switch {
	case most == 0:
		return "none in any topology"
	case least == most && fewest == all && least == all:
		return "all " + of + " in each topology"
	case least == most && fewest == all:
		return fmt.Sprintf("%d of %s in each topology", least, of)
	case len(topologies) > 3:
		return fmt.Sprintf("%d to %d of %s in the %d topologies", least, most, of, len(topologies))
	}
	return ""
}

func firstHurt(rows []view.DamageRow) string {
	for _, r := range rows {
		if worst, _ := r.Worst(); worst.Level > 0 {
			return r.Component
		}
	}
	return ""
}

func (damage) table(v *view.View) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "Component", Text: true}}}
	for _, t := range v.Topologies {
		out.Columns = append(out.Columns, view.Column{Title: t.Name + ", worst", Text: true}, view.Column{Title: "affected for"})
	}
	if len(v.Topologies) == 0 {
		return out
	}
	for i := range v.Topologies[0].Damage {
		row := []view.Cell{{Text: v.Topologies[0].Damage[i].Component}}
		for _, t := range v.Topologies {
			r := t.Damage[i]
			worst, at := r.Worst()
			words := worst.Words()
			if worst.Level > 0 {
				words += " at " + view.Clock(float64(at)*r.Slice)
			}
			row = append(row, view.Cell{Text: words}, view.Cell{Text: view.Clock(float64(hurtCells(r)) * r.Slice)})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func hurtCells(r view.DamageRow) int {
	n := 0
	for _, c := range r.Cells {
		if c.Level > 0 {
			n++
		}
	}
	return n
}
