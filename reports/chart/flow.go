package chart

import (
	"fmt"
	"math"
	"strings"

	"faultline/reports/view"
)

// flow is throughput and goodput over time, with the fault and without it.
type flow struct{}

// ID implements Chart.
func (flow) ID() string { return "flow" }

// Draw implements Chart.
func (c flow) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Requests over time"}
	topologies, rest := shown(v)
	top, cut := extentOfFlow(topologies)
	if top == 0 {
		f.Empty = "No request was answered at any time, so there is nothing to draw over time."
		return f
	}
	for _, t := range topologies {
		if t.Timeline.Empty() {
			continue
		}
		f.Panels = append(f.Panels, c.panel(v, t, top))
	}
	f.Title = c.title(v)
	f.Subtitle = "Requests a second over the time of the run, all journeys."
	if v.Replications > 1 {
		f.Subtitle = strings.TrimSuffix(f.Subtitle, ".") + "; the band is the 95% interval over replications."
	}
	if cut {
		f.Subtitle += " Answers beyond the axis are cut off at its top; the table has them."
	}
	f.Subtitle += rest
	f.Legend = c.legend(v)
	f.Table = c.table(v)
	return f
}

// extentOfFlow is the top of the axis. Answers that come all at once, as failures
// do when a queue is given up, are cut off where they would flatten the goodput.
func extentOfFlow(topologies []view.Topology) (top float64, cut bool) {
	answered := 0.0
	for _, t := range topologies {
		top = max(top, highest(t.Timeline.Goodput.Value), highest(t.Timeline.Goodput.High), highest(t.Timeline.Baseline.Value))
		answered = max(answered, highest(t.Timeline.Throughput.Value))
	}
	if top > 0 && answered > 1.5*top {
		return 1.5 * top, true
	}
	return max(top, answered), false
}

// below cuts values off at a top.
func below(values []float64, top float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v
		if v > top {
			out[i] = top
		}
	}
	return out
}

func (flow) panel(v *view.View, t view.Topology, top float64) Panel {
	p := newPanel("req/s")
	flows := t.Timeline
	p.timeAxis(end(v, flows))
	p.Y.Min, p.Y.Max = 0, top
	widen(&p.Y, linearTicks(0, top*1.02, 5, func(x float64) string { return view.Count.Format(x) }))
	p.shade(v)
	p.grid()
	ink := topologyInk(t.Index)
	p.band(flows.Time, flows.Goodput.Low, flows.Goodput.High, ink)
	p.curve(flows.Time, flows.Baseline.Value, line(inkBase, 1.3, 5, 3), flows.Window)
	answered := below(flows.Throughput.Value, p.Y.Max)
	p.curve(flows.Time, answered, line(inkThroughput, 1.1, 1.5, 2), flows.Window)
	p.curve(flows.Time, flows.Goodput.Value, line(ink, 1.9), flows.Window)
	p.Add(&direct{x: flows.Time, labels: []directLabel{
		{text: "goodput", ink: ink, y: flows.Goodput.Value, strong: true},
		{text: v.Without(), ink: inkBase, y: flows.Baseline.Value},
		{text: "answered", ink: inkThroughput, y: answered},
	}, prefer: firstWindow(v)})
	detail := fmt.Sprintf("%s: goodput over time", t.Name)
	if drop, ok := drop(v, t); ok {
		detail = fmt.Sprintf("%s: goodput while a fault is active is up to %s below that without it", t.Name, view.Short(view.Share, max(0, drop)))
	}
	return p.panel(t, "Goodput and throughput over time, "+t.Name, detail)
}

// shade marks the warm-up and the faults of a time axis.
func (p *panel) shade(v *view.View) {
	if v.Warmup > 0 {
		p.Add(span{from: 0, to: v.Warmup, ink: inkWarmup, label: "warm-up", within: true})
	}
	for i, f := range v.Faults {
		label := ""
		if i == 0 || f.Start > v.Faults[i-1].End {
			label = "fault"
		}
		p.Add(span{from: f.Start, to: f.End, ink: inkWindow, label: label})
	}
}

// panel renders the plot as the panel of a topology.
func (p *panel) panel(t view.Topology, label, description string) Panel {
	svg, err := p.render(label, description)
	if err != nil {
		// The canvas writes to memory, and every ink is in the table: this is a
		// mistake in this package, found by its tests.
		panic(err)
	}
	return Panel{Name: t.Name, Topology: t.Index, SVG: svg}
}

func (flow) legend(v *view.View) []Key {
	keys := []Key{{Class: Class(0), Label: "goodput", Line: true}}
	if len(v.Topologies) > 1 {
		keys[0] = Key{Class: inkText.class(), Label: "goodput", Line: true}
	}
	keys = append(keys, Key{Class: inkThroughput.class(), Label: "answered, whatever the outcome", Line: true, Dash: "1.5 2"})
	if len(v.Faults) == 0 {
		return keys
	}
	return append(keys, Key{Class: inkBase.class(), Label: "goodput " + v.Without(), Line: true, Dash: "5 3"},
		Key{Class: inkWindow.class(), Label: strings.TrimPrefix(v.While(), "while ")})
}

// title says by how much goodput falls while a fault is active.
func (flow) title(v *view.View) string {
	worst, best := -1, -1
	drops := make([]float64, len(v.Topologies))
	for i, t := range v.Topologies {
		d, ok := drop(v, t)
		if !ok {
			continue
		}
		drops[i] = d
		if worst < 0 || d > drops[worst] {
			worst = i
		}
		if best < 0 || d < drops[best] {
			best = i
		}
	}
	by := "by "
	if len(v.Faults) > 1 {
		by = "by up to "
	}
	switch {
	case worst < 0:
		return steady(v)
	case drops[worst] < 0.005:
		return "Goodput holds " + v.While() + everywhere(v)
	case worst == best:
		return "Goodput falls " + by + view.Short(view.Share, drops[worst]) + " " + v.While()
	case drops[best] < 0.005:
		return fmt.Sprintf("Goodput of %s falls %s%s %s; that of %s holds", v.Topologies[worst].Name, by,
			view.Short(view.Share, drops[worst]), v.While(), v.Topologies[best].Name)
	}
	if most := view.Short(view.Share, drops[worst]); most == view.Short(view.Share, drops[best]) {
		return "Goodput falls " + by + most + " " + v.While() + everywhere(v)
	}
	return fmt.Sprintf("Goodput falls %s%s in %s %s, %s%s in %s", by, view.Short(view.Share, drops[worst]),
		v.Topologies[worst].Name, v.While(), by, view.Short(view.Share, drops[best]), v.Topologies[best].Name)
}

func everywhere(v *view.View) string {
	if len(v.Topologies) > 1 {
		return " in every topology"
	}
	return ""
}

// steady is the conclusion without faults: what share of the load is served well.
func steady(v *view.View) string {
	least, name := math.Inf(1), ""
	for _, t := range v.Topologies {
		if share := mean(t.Timeline.Goodput.Value, t.Timeline.Time, v.Warmup, math.Inf(1)) /
			mean(t.Timeline.Offered.Value, t.Timeline.Time, v.Warmup, math.Inf(1)); share < least {
			least, name = share, t.Name
		}
	}
	if !finite(least) {
		return "Goodput and throughput over time"
	}
	if len(v.Topologies) > 1 {
		return fmt.Sprintf("At least %s of the requests are answered well; least in %s", view.Share.Format(least), name)
	}
	return fmt.Sprintf("%s of the requests are answered well", view.Share.Format(least))
}

// drop is the share by which goodput lies below the baseline's while a fault is
// active, of the fault with the largest.
func drop(v *view.View, t view.Topology) (worst float64, known bool) {
	for _, w := range v.Faults {
		f := mean(t.Timeline.Goodput.Value, t.Timeline.Time, w.Start, w.End)
		b := mean(t.Timeline.Baseline.Value, t.Timeline.Time, w.Start, w.End)
		if !(b > 0) || !finite(f) {
			continue
		}
		if d := 1 - f/b; !known || d > worst {
			worst, known = d, true
		}
	}
	return worst, known
}

// mean is the mean of the known values between two instants; NaN if there are none.
func mean(values, at []float64, from, to float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(values), len(at)) {
		if at[i] >= from && at[i] < to && finite(values[i]) {
			sum += values[i]
			n++
		}
	}
	return sum / float64(n)
}

func highest(values []float64) float64 {
	top := 0.0
	for _, v := range values {
		if finite(v) {
			top = max(top, v)
		}
	}
	return top
}

// end is the right end of the time axis.
func end(v *view.View, t view.Timeline) float64 {
	if v.Duration > 0 {
		return v.Duration
	}
	if n := len(t.Time); n > 0 {
		return t.Time[n-1] + t.Window/2
	}
	return 1
}

func firstWindow(v *view.View) [2]float64 {
	if len(v.Faults) == 0 {
		return [2]float64{v.Warmup, v.Duration}
	}
	return [2]float64{v.Faults[0].Start, min(v.Faults[0].End, v.Duration)}
}

// table gives the series in at most forty rows.
func (flow) table(v *view.View) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "From", Hint: "start of the slice of time"}}}
	if len(v.Topologies) == 0 {
		return out
	}
	var slice, until float64
	for _, t := range v.Topologies {
		until = max(until, end(v, t.Timeline))
		slice = max(slice, t.Timeline.Window)
	}
	slice = max(slice, niceStep(until/40))
	for _, t := range v.Topologies {
		for _, kind := range []string{"goodput", "answered", v.Without()} {
			out.Columns = append(out.Columns, view.Column{Title: t.Name + ", " + kind, Hint: "requests a second"})
		}
	}
	for from := 0.0; from < until; from += slice {
		row := []view.Cell{{Text: view.Clock(from)}}
		for _, t := range v.Topologies {
			for _, b := range []view.Band{t.Timeline.Goodput, t.Timeline.Throughput, t.Timeline.Baseline} {
				row = append(row, view.Cell{Text: view.Count.Format(mean(b.Value, t.Timeline.Time, from, from+slice))})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
