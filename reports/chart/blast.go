package chart

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
	"faultline/sim/result"
)

// blast is the blast radius as bars, by topology and journey, while the fault
// is active and afterwards.
type blast struct{}

// maxFaults and maxGroups bound the chart; the table holds the rest.
const (
	maxFaults = 4
	maxGroups = 10
)

// ID implements Chart.
func (blast) ID() string { return "blast" }

// group is the bars of one journey, or of all: one a topology.
type group struct {
	name string
	bars []result.Estimate // by topology
	none []bool            // the fault does not apply there
}

// Draw implements Chart.
func (c blast) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Blast radius"}
	if len(v.Faults) == 0 {
		f.Empty = "No fault was injected, so there is no blast radius."
		return f
	}
	low, high, known := extent(v)
	if !known {
		f.Empty = "No fault has a blast radius: none applies, or no request would have been good without it."
		return f
	}
	for _, after := range []bool{false, true} {
		for i := range v.Faults[:min(len(v.Faults), maxFaults)] {
			groups := groups(v, &v.Faults[i], after)
			if anyKnown(groups) {
				f.Panels = append(f.Panels, c.panel(v, &v.Faults[i], groups, after, low, high))
			}
		}
	}
	f.Title = c.title(v)
	f.Subtitle = "Share of the requests that are good without the fault and are lost with it; whiskers are 95% intervals."
	if len(v.Faults) > maxFaults {
		f.Subtitle += fmt.Sprintf(" The first %d of %d faults are drawn.", maxFaults, len(v.Faults))
	}
	f.Table = c.table(v)
	return f
}

// groups collects the bars of one fault: all requests first, then by journey.
func groups(v *view.View, f *view.Fault, after bool) []group {
	pick := func(during, later result.Estimate) result.Estimate {
		if after {
			return later
		}
		return during
	}
	all := group{name: "all requests", bars: make([]result.Estimate, len(v.Topologies)), none: make([]bool, len(v.Topologies))}
	out := []group{all}
	at := map[string]int{}
	for i, d := range f.Damage {
		all.bars[i], all.none[i] = pick(d.During, d.After), !d.Applicable
		for _, j := range d.Journeys {
			k, ok := at[j.Name]
			if !ok {
				k = len(out)
				at[j.Name] = k
				out = append(out, group{name: j.Name, bars: make([]result.Estimate, len(v.Topologies)), none: all.none})
			}
			out[k].bars[i] = pick(j.During, j.After)
		}
	}
	if len(out) == 2 { // one journey is all requests
		out = out[:1]
	}
	return out
}

func anyKnown(groups []group) bool {
	for _, g := range groups {
		for _, e := range g.bars {
			if known(e) {
				return true
			}
		}
	}
	return false
}

func known(e result.Estimate) bool { return e.Value != nil && finite(*e.Value) }

// extent is the range of all bars and whiskers, so that all panels share it.
func extent(v *view.View) (low, high float64, ok bool) {
	for i := range v.Faults {
		for _, after := range []bool{false, true} {
			for _, g := range groups(v, &v.Faults[i], after) {
				for _, e := range g.bars {
					if !known(e) {
						continue
					}
					ok = true
					for _, x := range []*float64{e.Value, e.Low, e.High} {
						if x != nil && finite(*x) {
							low, high = min(low, *x), max(high, *x)
						}
					}
				}
			}
		}
	}
	return low, max(high, 0.001), ok
}

func (blast) panel(v *view.View, f *view.Fault, groups []group, after bool, low, high float64) Panel {
	b := &bars{groups: groups[:min(len(groups), maxGroups)], topologies: v.Topologies, unit: view.Share}
	p := b.plot(low, high)
	name := "while the fault is active"
	if after {
		name = "after the fault"
	}
	if len(v.Faults) > 1 {
		name = f.Name
		if after {
			name = "after " + f.Name
		}
	}
	out := p.panel(view.Topology{Name: name, Index: -1}, "Blast radius "+name, b.describe())
	if !after {
		out.Detail = f.Span()
	}
	return out
}

// barHeight is the height of one row of the bar chart: a bar or a group's name.
const barHeight = 19.0

// bars draws groups of horizontal bars from the top down.
type bars struct {
	groups     []group
	topologies []view.Topology
	unit       view.Unit
}

// plot is a panel for the bars, over a range of values.
func (b *bars) plot(low, high float64) *panel {
	p := newPanel("")
	p.headroom = 4
	p.margin = 92 // for the figure behind the longest bar
	p.height = b.units()*barHeight + 34
	p.X.Min, p.X.Max = low, high
	if low > -high/20 { // a chance gain needs no axis of its own
		low = 0
	}
	widen(&p.X, linearTicks(low, high, 5, b.unit.Format))
	p.X.LineStyle = draw.LineStyle{}
	p.X.Tick.LineStyle = draw.LineStyle{}
	p.Y.Min, p.Y.Max = 0, b.units()
	p.Y.Tick.Marker = b.names()
	p.Y.Tick.Label = style(inkMuted, draw.XRight, draw.YCenter)
	p.Add(b)
	return p
}

// groupGap is the space between groups, in rows.
const groupGap = 0.5

// units is the number of rows: a name and the bars of each group, and the gaps.
func (b *bars) units() float64 {
	return float64(len(b.groups)*(len(b.topologies)+1)) + groupGap*float64(len(b.groups)-1)
}

// row is the middle of bar i of group g, counted from the bottom; −1 is the
// group's name.
func (b *bars) row(g, i int) float64 {
	return b.units() - float64(g)*(float64(len(b.topologies)+1)+groupGap) - float64(i+1) - 0.5
}

// names are the labels of the bars, at the left.
func (b *bars) names() plot.ConstantTicks {
	var out plot.ConstantTicks
	s := style(inkMuted, draw.XRight, draw.YCenter)
	for g := range b.groups {
		for i, t := range b.topologies {
			out = append(out, plot.Tick{Value: b.row(g, i), Label: fitEnds(t.Name, s, 128)})
		}
	}
	return out
}

// barGrid draws the lines that bars are read by, that of nothing darker.
func barGrid(c draw.Canvas, p *plot.Plot, x func(float64) vg.Length) {
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		i := inkGrid
		if t.Value == 0 {
			i = inkAxis
		}
		c.StrokeLine2(line(i, 0.7), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
}

// Plot implements plot.Plotter.
func (b *bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	barGrid(c, p, x)
	for g, group := range b.groups {
		name := bold(style(inkText, draw.XLeft, draw.YCenter))
		centred(&c, name, vg.Point{X: 0, Y: y(b.row(g, -1))}, fit(group.name, name, panelWidth-8))
		for i, e := range group.bars {
			b.bar(&c, x, y(b.row(g, i)), e, group.none[i], topologyInk(b.topologies[i].Index))
		}
	}
}

// bar draws one bar with its whisker and its figure.
func (b *bars) bar(c *draw.Canvas, x func(float64) vg.Length, y vg.Length, e result.Estimate, none bool, i ink) {
	label := style(inkText, draw.XLeft, draw.YCenter)
	if !known(e) {
		s := "not known"
		if none {
			s = "does not apply"
		}
		label.Color = inked{inkMuted}
		centred(c, label, vg.Point{X: x(0) + 4, Y: y}, s)
		return
	}
	const half = 5.5
	left, right := min(x(0), x(*e.Value)), max(x(0), x(*e.Value))
	right = max(right, left+0.8) // nothing lost is seen as a hairline
	c.FillPolygon(i.color(), []vg.Point{{X: left, Y: y - half}, {X: right, Y: y - half}, {X: right, Y: y + half}, {X: left, Y: y + half}})
	if e.Low != nil && e.High != nil && finite(*e.Low) && finite(*e.High) {
		s := line(inkText, 1)
		c.StrokeLine2(s, x(*e.Low), y, x(*e.High), y)
		for _, at := range []float64{*e.Low, *e.High} {
			c.StrokeLine2(s, x(at), y-3, x(at), y+3)
		}
		right = max(right, x(*e.High))
	}
	centred(c, label, vg.Point{X: right + 5, Y: y}, b.unit.Estimate(e).String())
}

// describe reads the bars out.
func (b *bars) describe() string {
	s := ""
	for _, g := range b.groups {
		for i, e := range g.bars {
			s += fmt.Sprintf("%s, %s: %s. ", g.name, b.topologies[i].Name, b.unit.Estimate(e))
		}
	}
	return s
}

// title says, of the worst fault, who suffers in which topology.
func (blast) title(v *view.View) string {
	f := v.WorstFault()
	if f == nil {
		return "The faults leave no blast radius"
	}
	order := v.ByDamage(f)
	if n := len(order); n > 3 {
		order = []int{order[0], order[n-1]}
	}
	var clauses []string
	for _, i := range order {
		clauses = append(clauses, sufferers(v.Topologies[i].Name, f.Damage[i]))
	}
	s := strings.Join(clauses, "; ")
	if len(v.Faults) > 1 {
		return "Under " + f.Name + ", the worst fault, " + s
	}
	return s
}

// sufferers is the clause of one topology: "shop-monolith loses in every
// journey, 44% to 64%".
func sufferers(name string, d view.Damage) string {
	low, high, worst := math.Inf(1), math.Inf(-1), ""
	for _, j := range d.Journeys {
		if !known(j.During) {
			continue
		}
		if x := *j.During.Value; x > high {
			high, worst = x, j.Name
		}
		low = min(low, *j.During.Value)
	}
	switch {
	case len(d.Journeys) < 2 || math.IsInf(high, -1):
		return name + " loses " + view.Loss(d.During)
	case high < 0.005:
		return name + " keeps every journey whole"
	case low > high/5:
		return fmt.Sprintf("%s loses in every journey, %s", name, between(low, high))
	}
	return fmt.Sprintf("%s loses most in %s, %s", name, worst, view.Short(view.Share, high))
}

func (blast) table(v *view.View) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "Fault", Text: true}, {Title: "Journey", Text: true}, {Title: "Topology", Text: true},
		{Title: "While active"}, {Title: "Afterwards"}}}
	for i := range v.Faults {
		f := &v.Faults[i]
		during, after := groups(v, f, false), groups(v, f, true)
		for g := range during {
			for t := range v.Topologies {
				row := []view.Cell{{Text: f.Name}, {Text: during[g].name}, {Text: v.Topologies[t].Name}}
				for _, e := range []result.Estimate{during[g].bars[t], after[g].bars[t]} {
					fig := view.Share.Estimate(e)
					row = append(row, view.Cell{Text: fig.Value(), Sub: fig.Uncertainty()})
				}
				out.Rows = append(out.Rows, row)
			}
		}
	}
	return out
}
