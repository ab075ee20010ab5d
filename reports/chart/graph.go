package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"faultline/reports/view"
)

// graph draws each topology as it is run, coloured by the damage while the
// fault is active. The page's script replays the damage slice by slice.
type graph struct{}

// ID implements Chart.
func (graph) ID() string { return "graph" }

// Draw implements Chart.
func (c graph) Draw(v *view.View) Figure {
	f := Figure{ID: c.ID(), Title: "Who calls whom", Wide: true}
	topologies, rest := shown(v)
	for _, t := range topologies {
		if len(t.Graph.Edges) > 0 {
			f.Panels = append(f.Panels, c.panel(v, t))
		}
	}
	if len(f.Panels) == 0 {
		f.Empty = "The result names no calls between services, so there is no graph to draw."
		return f
	}
	f.Title = c.title(v, topologies)
	f.Subtitle = "Callers to the left of those whom they call, with calls a second over the measured window; a thicker line carries more."
	if len(v.Faults) > 0 {
		f.Subtitle += " Each box says the worst that its components meet in 10 s " + v.While() + ", compared with the run without; a database's is the number of queries in progress."
	}
	f.Subtitle += rest
	f.Legend = c.legend(v)
	f.Replay = replayOf(topologies, v)
	f.Table = c.table(v)
	return f
}

// replayOf says over which slices of time the damage can be replayed.
func replayOf(topologies []view.Topology, v *view.View) *Replay {
	r := &Replay{}
	for _, t := range topologies {
		for _, n := range t.Graph.Nodes {
			if len(n.Cells) > r.Slices {
				r.Slices, r.Seconds = len(n.Cells), t.Graph.Slice
			}
		}
	}
	if len(v.Faults) == 0 || r.Slices < 2 {
		return nil
	}
	r.Start = min(int(v.Faults[0].Start/r.Seconds), r.Slices-1)
	r.Words = replayWords()
	return r
}

// replayWords are what the letters of the cells mean: "1=fail1=≥ 1% more errors".
func replayWords() string {
	out := []string{".=" + inkIdle.class() + "=not called", "w=" + inkCalm.class() + "=well", "s=" + inkSilent.class() + "=silent"}
	for i, b := range view.FailingBounds {
		out = append(out, fmt.Sprintf("%c=%s=≥\u00a0%s errors", code(view.DamageCell{Kind: view.Failing, Level: i + 1}), (inkFail1+ink(i)).class(), view.Share.Format(b)))
	}
	for i, b := range view.SlowBounds {
		out = append(out, fmt.Sprintf("%c=%s=≥\u00a0%s the time", code(view.DamageCell{Kind: view.Slow, Level: i + 1}), (inkSlow1+ink(i)).class(), view.Ratio.Format(b)))
	}
	return strings.Join(out, "|")
}

func (graph) legend(v *view.View) []Key {
	var out []Key
	if len(v.Faults) > 0 {
		out = (damage{}).legend()
	}
	return append(out, Key{Class: inkFail3.class(), Label: "calls of which at least 1% fail", Line: true})
}

// Sizes of the drawing, in pixels of the page: it is not scaled.
const (
	nodeWidth  = 120.0
	graphWidth = 1072.0 // of the page
	graphEdge  = 6.0    // around the drawing
)

func (graph) panel(v *view.View, t view.Topology) Panel {
	l := arrange(t.Graph)
	d := &diagram{graph: t.Graph, places: l, faults: len(v.Faults) > 0}
	d.pitch = nodeWidth + 96
	if n := len(l.columns) - 1; n > 0 {
		d.pitch = max(nodeWidth+36, min(d.pitch, (graphWidth-nodeWidth-2*graphEdge)/float64(n)))
	}
	out := Panel{Name: t.Name, Topology: t.Index, Detail: t.Parts}
	if t.Graph.Rest > 0 {
		out.Detail += fmt.Sprintf("; %s more, the least hurt and least used, are not drawn", view.Integer(int64(t.Graph.Rest)))
	}
	out.SVG = d.render("Calls between the services of "+t.Name, d.describe(t))
	return out
}

// title counts what the damage reaches.
func (graph) title(v *view.View, topologies []view.Topology) string {
	if s := alike(topologies, func(t view.Topology) (int, int) { return len(t.Graph.Harm), t.Graph.Parts }); s != "" && len(v.Faults) > 0 {
		return "Parts that the damage reaches: " + s
	}
	var clauses []string
	for _, t := range topologies[:min(len(topologies), 3)] {
		hurt, all := len(t.Graph.Harm), t.Graph.Parts
		parts := view.Integer(int64(all))
		switch {
		case len(v.Faults) == 0:
			clauses = append(clauses, fmt.Sprintf("%d in %s", len(arrange(t.Graph).columns)-1, t.Name))
		case hurt == 0:
			clauses = append(clauses, fmt.Sprintf("none of the %s parts of %s", parts, t.Name))
		case hurt == all && all > 1:
			clauses = append(clauses, fmt.Sprintf("all %s parts of %s", parts, t.Name))
		case hurt == 1:
			clauses = append(clauses, fmt.Sprintf("only %s of the %s parts of %s", t.Graph.Harm[0], parts, t.Name))
		default:
			clauses = append(clauses, fmt.Sprintf("%s of the %s parts of %s", view.Integer(int64(hurt)), parts, t.Name))
		}
	}
	if n := len(topologies) - 3; n > 0 {
		clauses = append(clauses, fmt.Sprintf("and %d more", n))
	}
	if len(v.Faults) == 0 {
		return "Calls in a row behind the users' own: at most " + strings.Join(clauses, ", ")
	}
	return "The damage reaches " + strings.Join(clauses, ", ")
}

// table lists the nodes, with those whom they call.
func (graph) table(v *view.View) view.Table {
	out := view.Table{Columns: []view.Column{{Title: "Topology", Text: true}, {Title: "Part", Text: true}, {Title: "Kind", Text: true},
		{Title: "Calls/s", Hint: "that it gets; of the users: that they make"}, {Title: "Worst damage", Text: true}, {Title: "Calls", Text: true}}}
	for _, t := range v.Topologies {
		for i, n := range t.Graph.Nodes {
			var callees []string
			for _, e := range t.Graph.Edges {
				if e.From == i {
					callees = append(callees, t.Graph.Nodes[e.To].Name)
				}
			}
			out.Rows = append(out.Rows, []view.Cell{{Text: t.Name}, {Text: n.Name}, {Text: n.Kind}, {Text: view.Count.Format(n.Rate)},
				{Text: nodeWords(n, len(v.Faults) > 0)}, {Text: view.Shorten(strings.Join(callees, ", "), 160)}})
		}
	}
	return out
}

// nodeWords is the second line of a node: its damage, or how busy it is.
func nodeWords(n view.GraphNode, faults bool) string {
	switch {
	case faults && n.Kind == "database" && n.Worst.Kind == view.Slow:
		return view.Ratio.Format(n.Worst.Slowing) + " the queries"
	case faults && (n.Worst.Kind != view.Idle || n.Cells != nil):
		return n.Worst.Words()
	case finite(n.Busy):
		return view.Share.Format(n.Busy) + " busy"
	case n.Kind == "users":
		return view.Count.Format(n.Rate) + " req/s"
	}
	return n.Kind
}

// code is a cell as the page's script reads it: one letter.
func code(c view.DamageCell) byte {
	switch c.Kind {
	case view.Silent:
		return 's'
	case view.Failing:
		return "1234"[min(c.Level, 4)-1]
	case view.Slow:
		return "abc"[min(c.Level, 3)-1]
	case view.Well:
		return 'w'
	}
	return '.'
}

// port is where the lines of a node start or end.
type port struct {
	edge int
	y    float64 // of the other end
}

// ports spreads the lines at a side of every node, in the order of their other
// ends, and returns the offset of each edge from the node's middle.
func (d *diagram) ports(leaving bool) map[int]float64 {
	sides := map[*spot][]port{}
	for i, r := range d.places.routes {
		own, other := r[0], r[1]
		if !leaving {
			own, other = r[len(r)-1], r[len(r)-2]
		}
		sides[own] = append(sides[own], port{i, other.y})
	}
	out := map[int]float64{}
	for _, side := range sides {
		slices.SortFunc(side, func(a, b port) int { return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.edge, b.edge)) })
		step := min(8, (nodeHeight-12)/float64(max(len(side)-1, 1)))
		for k, p := range side {
			out[p.edge] = (float64(k) - float64(len(side)-1)/2) * step
		}
	}
	return out
}
