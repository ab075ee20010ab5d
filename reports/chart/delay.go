package chart

import (
	"fmt"
	"math"
	"strings"

	"faultline/reports/view"
)

// delay is the mean latency of the answers over time, with the fault and
// without it.
type delay struct{}

// ID implements Chart.
func (delay) ID() string { return "delay" }

// Draw implements Chart.
func (c delay) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Latency over time"}
	topologies, rest := shown(v)
	low, high := math.Inf(1), 0.0
	for _, t := range topologies {
		for _, b := range []view.Band{t.Timeline.Latency, t.Timeline.Usual} {
			for _, x := range b.Value {
				if finite(x) && x > 0 {
					low, high = min(low, x), max(high, x)
				}
			}
		}
	}
	if high == 0 {
		f.Empty = "No request was answered at any time, so there is no latency over time."
		return f
	}
	scale := newTimeScale(low, high)
	for _, t := range topologies {
		if highest(t.Timeline.Latency.Value) > 0 || highest(t.Timeline.Usual.Value) > 0 {
			f.Panels = append(f.Panels, c.panel(v, t, scale))
		}
	}
	f.Title = c.title(v)
	f.Subtitle = "Mean latency of the requests answered in each window, all journeys; where nothing is answered there is no line." + scale.remark() + rest
	f.Legend = []Key{{Class: inkText.class(), Label: "as run", Line: true}}
	if len(v.Topologies) == 1 {
		f.Legend[0].Class = Class(0)
	}
	if len(v.Faults) > 0 {
		f.Legend = append(f.Legend, Key{Class: inkBase.class(), Label: v.Without(), Line: true, Dash: "5 3"})
	}
	f.Table = c.table(v, topologies)
	return f
}

// timeScale is an axis of latency: logarithmic where a linear one would show
// nothing but its peak.
type timeScale struct {
	log       bool
	low, high float64
}

func newTimeScale(low, high float64) timeScale {
	s := timeScale{log: high > 8*low, low: low, high: high}
	if !s.log {
		s.low = 0
	} else {
		s.low *= math.Pow(s.low/s.high, 0.12) // room for a word below the lines
	}
	return s
}

func (s timeScale) remark() string {
	if s.log {
		return " The axis is logarithmic."
	}
	return ""
}

// place is where the values stand on the axis; what a log axis cannot show is missing.
func (s timeScale) place(values []float64) []float64 {
	if !s.log {
		return values
	}
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = math.NaN()
		if x > 0 && finite(x) {
			out[i] = math.Log10(min(max(x, s.low), s.high))
		}
	}
	return out
}

func (s timeScale) axis(p *panel) {
	if s.log {
		p.Y.Min, p.Y.Max = math.Log10(s.low), math.Log10(s.high)
		p.Y.Tick.Marker = logTicks(p.Y.Min, p.Y.Max)
		return
	}
	p.Y.Min, p.Y.Max = 0, s.high
	widen(&p.Y, linearTicks(0, s.high*1.02, 5, view.Time.Format))
}

func (delay) panel(v *view.View, t view.Topology, s timeScale) Panel {
	p := newPanel("")
	p.timeAxis(end(v, t.Timeline))
	s.axis(p)
	p.shade(v)
	p.grid()
	flows, ink := t.Timeline, topologyInk(t.Index)
	run, usual := s.place(flows.Latency.Value), s.place(flows.Usual.Value)
	p.band(flows.Time, s.place(flows.Latency.Low), s.place(flows.Latency.High), ink)
	p.curve(flows.Time, usual, line(inkBase, 1.3, 5, 3), flows.Window)
	p.curve(flows.Time, run, line(ink, 1.9), flows.Window)
	p.Add(&direct{x: flows.Time, labels: []directLabel{{text: "as run", ink: ink, y: run, strong: true}, {text: v.Without(), ink: inkBase, y: usual}}, prefer: firstWindow(v)})
	words := fmt.Sprintf("%s: mean latency over time, at most %s", t.Name, view.Time.Format(highest(flows.Latency.Value)))
	return p.panel(t, "Latency over time, "+t.Name, words)
}

// title compares the mean latency while a fault is active with the usual one.
func (delay) title(v *view.View) string {
	s := ""
	for i, t := range v.Topologies[:min(len(v.Topologies), 3)] {
		from, to := v.Warmup, math.Inf(1)
		if len(v.Faults) > 0 {
			from, to = v.Faults[0].Start, v.Faults[0].End
		}
		run, usual := mean(t.Timeline.Latency.Value, t.Timeline.Time, from, to), mean(t.Timeline.Usual.Value, t.Timeline.Time, from, to)
		if i > 0 && s != "" {
			s += ", "
		}
		switch {
		case finite(run) && finite(usual):
			s += fmt.Sprintf("%s in %s (%s %s)", view.Short(view.Time, run), t.Name, view.Short(view.Time, usual), v.Without())
		case finite(run):
			s += fmt.Sprintf("%s in %s", view.Short(view.Time, run), t.Name)
		}
	}
	switch {
	case s == "":
		return "Latency over time"
	case len(v.Faults) > 0:
		return strings.ToUpper(v.While()[:1]) + v.While()[1:] + ", the mean answer takes " + s
	}
	return "The mean answer takes " + s
}

func (delay) table(v *view.View, topologies []view.Topology) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "From", Hint: "start of the slice of time"}}}
	step, until := pieces(v, topologies)
	for _, t := range topologies {
		out.Columns = append(out.Columns, view.Column{Title: t.Name + ", as run", Hint: "mean latency of the answers"})
		if len(v.Faults) > 0 {
			out.Columns = append(out.Columns, view.Column{Title: v.Without()})
		}
	}
	for from := 0.0; from < until; from += step {
		row := []view.Cell{{Text: view.Clock(from)}}
		for _, t := range topologies {
			row = append(row, view.Cell{Text: view.Time.Format(mean(t.Timeline.Latency.Value, t.Timeline.Time, from, from+step))})
			if len(v.Faults) > 0 {
				row = append(row, view.Cell{Text: view.Time.Format(mean(t.Timeline.Usual.Value, t.Timeline.Time, from, from+step))})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
