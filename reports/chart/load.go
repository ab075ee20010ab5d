package chart

import (
	"fmt"
	"math"

	"faultline/reports/view"
)

// load is how busy the services and databases are over time, and how many
// calls wait before them.
type load struct{}

// maxLoadTopologies bounds the topologies, for each has two panels.
const maxLoadTopologies = 4

// ID implements Chart.
func (load) ID() string { return "load" }

// Draw implements Chart.
func (c load) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Utilisation and queues"}
	var topologies []view.Topology
	for _, t := range v.Topologies {
		if busyKnown(t) && len(topologies) < maxLoadTopologies {
			topologies = append(topologies, t)
		}
	}
	if len(topologies) == 0 {
		f.Empty = "The result does not tell how busy its services were over time."
		return f
	}
	longest := 0.0
	for _, t := range topologies {
		for _, s := range t.Stations.All {
			longest = max(longest, highest(s.Queue))
		}
	}
	for _, t := range topologies {
		f.Panels = append(f.Panels, c.busy(v, t))
	}
	queues := longest >= 0.5
	for _, t := range topologies {
		if queues && anyQueue(t) {
			f.Pairs = true // one below the other
			f.Panels = append(f.Panels, c.queue(v, t, longest))
		}
	}
	f.Title = c.title(topologies)
	f.Subtitle = "Share of the core time in use, and calls that wait for a worker or a connection, mean over replications; the busiest of each topology."
	if !queues {
		f.Subtitle += " Nowhere did as much as half a call wait on average, so no queue is drawn."
	}
	if len(topologies) < len(v.Topologies) {
		f.Subtitle += fmt.Sprintf(" %d of %d topologies are drawn.", len(topologies), len(v.Topologies))
	}
	f.Table = c.table(v, topologies)
	return f
}

func busyKnown(t view.Topology) bool {
	for _, s := range t.Stations.All {
		if finite(s.PeakBusy) {
			return true
		}
	}
	return false
}

func anyQueue(t view.Topology) bool {
	for _, s := range t.Stations.All {
		if s.PeakQueue > 0 {
			return true
		}
	}
	return false
}

func (load) busy(v *view.View, t view.Topology) Panel {
	p := newPanel("of the cores")
	p.timeAxis(end(v, t.Timeline))
	p.Y.Min, p.Y.Max = 0, 1
	widen(&p.Y, linearTicks(0, 1, 5, view.Share.Format))
	p.shade(v)
	p.grid()
	var all []seriesLine
	for i, s := range t.Stations.All {
		all = append(all, seriesLine{s.Name, s.Utilization, i})
	}
	p.lines(t.Stations.Time, t.Stations.Window, all, firstWindow(v))
	out := p.panel(t, "Utilisation over time, "+t.Name, describeStations(t))
	out.Detail = "utilisation"
	for _, l := range all {
		out.Keys = append(out.Keys, lineKey(l.name, l.style))
	}
	return out
}

func (load) queue(v *view.View, t view.Topology, longest float64) Panel {
	p := newPanel("calls waiting")
	p.timeAxis(end(v, t.Timeline))
	p.Y.Min, p.Y.Max = 0, longest
	widen(&p.Y, linearTicks(0, longest*1.02, 5, func(x float64) string { return view.Count.Format(x) }))
	p.shade(v)
	p.grid()
	var all []seriesLine
	for i, s := range t.Stations.All {
		if s.PeakQueue > 0 {
			all = append(all, seriesLine{s.Name, s.Queue, i})
		}
	}
	p.lines(t.Stations.Time, t.Stations.Window, all, firstWindow(v))
	out := p.panel(t, "Queues over time, "+t.Name, describeStations(t))
	out.Detail = "queues"
	for _, l := range all {
		out.Keys = append(out.Keys, lineKey(l.name, l.style))
	}
	return out
}

func describeStations(t view.Topology) string {
	s := ""
	for _, st := range t.Stations.All {
		s += fmt.Sprintf("%s: at most %s of the cores, %s waiting. ", st.Name, view.Share.Format(st.PeakBusy), view.Count.Format(st.PeakQueue))
	}
	return s
}

// title names the busiest of each topology.
func (load) title(topologies []view.Topology) string {
	s := ""
	for i, t := range topologies[:min(len(topologies), 3)] {
		top, name := math.Inf(-1), ""
		for _, st := range t.Stations.All {
			if st.PeakBusy > top {
				top, name = st.PeakBusy, st.Name
			}
		}
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s in %s (%s)", name, t.Name, view.Short(view.Share, top))
	}
	return "Busiest at its peak is " + s
}

func (load) table(v *view.View, topologies []view.Topology) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "From", Hint: "start of the slice of time"}}}
	step, until := pieces(v, topologies)
	for _, t := range topologies {
		for _, s := range t.Stations.All {
			name := s.Name
			if len(topologies) > 1 {
				name = t.Name + ", " + s.Name
			}
			out.Columns = append(out.Columns, view.Column{Title: name, Hint: "share of the cores"}, view.Column{Title: "waiting", Hint: "calls before " + s.Name})
		}
	}
	for from := 0.0; from < until; from += step {
		row := []view.Cell{{Text: view.Clock(from)}}
		for _, t := range topologies {
			for _, s := range t.Stations.All {
				row = append(row, view.Cell{Text: view.Share.Format(mean(s.Utilization, t.Stations.Time, from, from+step))},
					view.Cell{Text: view.Count.Format(mean(s.Queue, t.Stations.Time, from, from+step))})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
