package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
)

// maxTargets bounds the bars of a ranking; the table has them all.
const maxTargets = 16

// Ranking draws what a fault catalogue found: the targets of each topology by the
// blast radius of their worst fault, with intervals. It follows the rules of
// [Chart].
func Ranking(v *view.Blast) Figure {
	f := Figure{ID: "ranking", Title: "What breaks most"}
	high := 0.0
	for i := range v.Topologies {
		for _, t := range v.Topologies[i].Targets {
			if known(t.Radius) {
				high = max(high, *t.Radius.Value)
			}
			if t.Radius.High != nil && finite(*t.Radius.High) {
				high = max(high, *t.Radius.High)
			}
		}
	}
	if high <= 0 {
		f.Empty = "No fault has a blast radius, so there is nothing to rank."
		return f
	}
	for i := range v.Topologies[:min(len(v.Topologies), maxPanels)] {
		if t := &v.Topologies[i]; len(t.Targets) > 0 {
			f.Panels = append(f.Panels, rankingPanel(t, high))
		}
	}
	f.Title = rankingTitle(v)
	f.Subtitle = "Each target by the worst of its faults: share of the requests that are good without it and lost while it lasts; whiskers are 95% intervals."
	if n := len(v.Topologies); n > maxPanels {
		f.Subtitle += fmt.Sprintf(" The first %d of %d topologies are drawn.", maxPanels, n)
	}
	f.Table = rankingTable(v)
	return f
}

func rankingPanel(t *view.BlastTopology, high float64) Panel {
	r := &rankBars{targets: t.Targets[:min(len(t.Targets), maxTargets)], ink: topologyInk(t.Index)}
	n := float64(len(r.targets))
	p := newPanel("")
	p.headroom = 4
	p.margin = 108 // for the figure behind the longest bar
	p.height = n*barHeight + 34
	p.X.Min, p.X.Max = 0, high
	widen(&p.X, linearTicks(0, high, 4, view.Share.Format))
	p.X.LineStyle = draw.LineStyle{}
	p.X.Tick.LineStyle = draw.LineStyle{}
	p.Y.Min, p.Y.Max = 0, n
	p.Y.Tick.Marker = r.names()
	p.Y.Tick.Label = style(inkText, draw.XRight, draw.YCenter)
	p.Add(r)
	out := p.panel(view.Topology{Name: t.Name, Index: t.Index}, "Targets by their worst fault, "+t.Name, r.describe())
	if k := len(t.Targets); k > maxTargets {
		out.Detail = fmt.Sprintf("the first %d of %d targets", maxTargets, k)
	}
	return out
}

// rankBars draws one bar a target, the worst at the top.
type rankBars struct {
	targets []view.BlastTarget
	ink     ink
}

func (r *rankBars) row(i int) float64 { return float64(len(r.targets)-i) - 0.5 }

func (r *rankBars) names() plot.ConstantTicks {
	var out plot.ConstantTicks
	s := style(inkText, draw.XRight, draw.YCenter)
	for i, t := range r.targets {
		out = append(out, plot.Tick{Value: r.row(i), Label: fit(t.Name, s, 176)})
	}
	return out
}

// Plot implements plot.Plotter.
func (r *rankBars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	barGrid(c, p, x)
	b := &bars{unit: view.Share}
	for i, t := range r.targets {
		b.bar(&c, func(v float64) vg.Length { return x(max(v, 0)) }, y(r.row(i)), t.Radius, false, r.ink)
	}
}

func (r *rankBars) describe() string {
	s := ""
	for _, t := range r.targets {
		s += fmt.Sprintf("%s: %s. ", t.Name, view.Share.Estimate(t.Radius))
	}
	return s
}

// rankingTitle names what each topology can least do without.
func rankingTitle(v *view.Blast) string {
	s := ""
	for i := range v.Topologies {
		t := &v.Topologies[i]
		if len(t.Targets) == 0 || !known(t.Targets[0].Radius) {
			continue
		}
		if s != "" {
			s += "; "
		}
		if i == 3 {
			return s + "and others"
		}
		s += fmt.Sprintf("%s can least do without %s (%s)", t.Name, t.Targets[0].Name, view.Short(view.Share, max(0, *t.Targets[0].Radius.Value)))
	}
	return s
}

func rankingTable(v *view.Blast) view.Table {
	out := view.Table{}
	for i := range v.Topologies {
		t := v.Topologies[i].Ranking
		if out.Columns == nil {
			out.Columns = append([]view.Column{{Title: "Topology", Text: true}}, t.Columns...)
		}
		for _, row := range t.Rows {
			out.Rows = append(out.Rows, append([]view.Cell{{Text: v.Topologies[i].Name}}, row...))
		}
	}
	return out
}
