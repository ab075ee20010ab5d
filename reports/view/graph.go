package view

import (
	"cmp"
	"math"
	"slices"

	"faultline/sim/result"
)

// Graph is a topology as it is run: who calls whom, how often, and who is hurt
// when.
type Graph struct {
	Nodes []GraphNode
	Edges []GraphEdge
	Slice float64  // seconds that a cell of a node covers; 0 without damage
	Rest  int      // nodes that were left out: the least hurt and least used
	Parts int      // all nodes but the users
	Harm  []string // names of those that are hurt, of all
}

// GraphNode is one service, database or external component, or the users.
type GraphNode struct {
	Name  string
	Kind  string       // users, service, database or external
	Rate  float64      // calls a second that it gets; of the users: that they make
	Busy  float64      // share of the core time in use; NaN where nobody knows
	Cells []DamageCell // by slice; nil without damage to tell
	Worst DamageCell   // while a fault is active
}

// GraphEdge is a remote call relation between nodes of the graph.
type GraphEdge struct {
	From, To int
	Rate     float64 // calls a second, retries included
	Errors   float64 // share of the calls that failed; NaN if unknown
	Sent     float64 // tries for each first try; NaN if unknown
}

// maxNodes bounds the nodes that are drawn: more cannot be told apart.
const maxNodes = 32

// Hurt reports whether the node is damaged at any time.
func (n GraphNode) Hurt() bool { return n.Worst.Level > 0 }

// graph reads the graph of a topology, with the damage to its nodes.
func graph(doc *result.Document, t *result.Topology, faults []Fault) Graph {
	var g Graph
	at := map[string]int{}
	for _, n := range t.Graph.Nodes {
		at[n.Name] = len(g.Nodes)
		g.Nodes = append(g.Nodes, GraphNode{Name: Name(n.Name), Kind: Clean(n.Kind), Busy: math.NaN()})
		if t.Baseline != nil {
			row := nodeDamage(doc, t, n)
			g.Nodes[at[n.Name]].Cells = row.Cells
			g.Slice = max(g.Slice, row.Slice)
		}
	}
	for _, s := range t.Services {
		if i, ok := at[s.Name]; ok && s.Utilization.Value != nil {
			g.Nodes[i].Busy = *s.Utilization.Value
		}
	}
	for _, d := range t.Databases {
		if i, ok := at[d.Name]; ok && d.Utilization.Value != nil {
			g.Nodes[i].Busy = *d.Utilization.Value
		}
	}
	g.connect(doc, t, at)
	for i := range g.Nodes {
		n := &g.Nodes[i]
		n.Worst = worstDuring(n.Cells, g.Slice, faults)
		if n.Kind != "users" {
			g.Parts++
			if n.Hurt() {
				g.Harm = append(g.Harm, n.Name)
			}
		}
	}
	return g.bounded()
}

// connect adds the edges and the rates of calls.
func (g *Graph) connect(doc *result.Document, t *result.Topology, at map[string]int) {
	seconds := float64(doc.Replications) * (doc.Scenario.Duration - doc.Scenario.Warmup)
	figures := map[[2]string]result.Edge{}
	for _, e := range t.Edges {
		figures[[2]string{e.From, e.To}] = e
	}
	for _, e := range t.Graph.Edges {
		from, fromKnown := at[e.From]
		to, toKnown := at[e.To]
		if !fromKnown || !toKnown || from == to {
			continue
		}
		f := figures[[2]string{e.From, e.To}]
		edge := GraphEdge{From: from, To: to, Errors: number64(f.ErrorRate.Value), Sent: number64(f.Amplification.Value)}
		if seconds > 0 {
			edge.Rate = float64(f.Calls) / seconds
		}
		g.Edges = append(g.Edges, edge)
		g.Nodes[to].Rate += edge.Rate
		if g.Nodes[from].Kind == "users" {
			g.Nodes[from].Rate += edge.Rate
		}
	}
}

func number64(v *float64) float64 {
	if v == nil || !finite(*v) {
		return math.NaN()
	}
	return *v
}

// nodeDamage compares a node with itself without the faults, slice by slice: a
// process by the worst of its components, the users by their requests, a
// database by the queries in progress.
func nodeDamage(doc *result.Document, t *result.Topology, n result.Node) DamageRow {
	faulted, base, until := t.Series, t.Baseline.Series, doc.Scenario.Duration
	switch n.Kind {
	case "users":
		return damageRow(n.Name, faulted.Total, base.Total, faulted.Window, until)
	case "database":
		return occupancyRow(n.Name, faulted.Services[n.Name], base.Services[n.Name], faulted.Window, until)
	}
	var out DamageRow
	for _, c := range n.Components {
		row := damageRow(c, faulted.Components[c], base.Components[c], faulted.Window, until)
		if out.Cells == nil {
			out = row
			continue
		}
		for i := range min(len(out.Cells), len(row.Cells)) {
			if row.Cells[i].weight() > out.Cells[i].weight() {
				out.Cells[i] = row.Cells[i]
			}
		}
	}
	return out
}

// occupancyRow judges a database by its queries in progress, waiting ones
// included: by Little's law their time under the same load.
func occupancyRow(name string, faulted, base map[string]result.Band, window, duration float64) DamageRow {
	row := DamageRow{Component: Name(name)}
	n := len(faulted["concurrency"].Value)
	if duration > 0 && window > 0 {
		n = min(n, int(math.Floor(duration/window+1e-9)))
	}
	if !(window > 0) || n == 0 {
		return row
	}
	step := sliceWindows(n, window)
	row.Slice = window * float64(step)
	f, b := occupancy(faulted, n), occupancy(base, n)
	for i := 0; i < n; i += step {
		to := min(i+step, n)
		row.Cells = append(row.Cells, occupancyCell(meanOf(f[i:to]), meanOf(b[i:to])))
	}
	return row
}

func occupancy(kinds map[string]result.Band, n int) []float64 {
	out := numbers(kinds["concurrency"].Value, n)
	for i, q := range numbers(kinds["queueLength"].Value, n) {
		if finite(q) {
			out[i] += q
		}
	}
	return out
}

func occupancyCell(f, b float64) DamageCell {
	c := DamageCell{Errors: math.NaN(), Slowing: math.NaN()}
	switch {
	case !finite(f) || !finite(b) || (f == 0 && b == 0):
	case f < 0.1*b:
		c.Kind, c.Level = Silent, 1
	default:
		c.Kind, c.Slowing = Well, f/b
		if n := level(c.Slowing, SlowBounds); n > 0 {
			c.Kind, c.Level = Slow, n
		}
	}
	return c
}

// meanOf is the mean of the known values; NaN if there are none.
func meanOf(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if finite(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// worstDuring is the worst cell that touches the time of a fault.
func worstDuring(cells []DamageCell, slice float64, faults []Fault) DamageCell {
	out := DamageCell{Errors: math.NaN(), Slowing: math.NaN()}
	for i, c := range cells {
		from := float64(i) * slice
		for _, f := range faults {
			until := f.End
			if until <= f.Start { // an instant shows afterwards
				until = f.Start + 60
			}
			if from < until && from+slice > f.Start && c.weight() > out.weight() {
				out = c
			}
		}
	}
	return out
}

// bounded keeps the nodes that are hurt most and used most, each with the way
// on which the users reach it, and counts the rest.
func (g Graph) bounded() Graph {
	if len(g.Nodes) <= maxNodes {
		return g
	}
	order := make([]int, len(g.Nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(g.Nodes[b].Worst.weight(), g.Nodes[a].Worst.weight()), cmp.Compare(g.Nodes[b].Rate, g.Nodes[a].Rate))
	})
	caller := g.callers()
	kept, count := make([]bool, len(g.Nodes)), 0
	for _, i := range order {
		var way []int
		for n := i; n >= 0 && !kept[n]; n = caller[n] {
			way = append(way, n)
		}
		if count+len(way) > maxNodes {
			continue
		}
		for _, n := range way {
			kept[n] = true
		}
		count += len(way)
	}
	return g.only(kept)
}

// callers is the caller of each node on its shortest way from the users, −1
// for those that nobody calls; of several the one that calls most.
func (g Graph) callers() []int {
	out := make([]int, len(g.Nodes))
	known := make([]bool, len(g.Nodes))
	var front []int
	for i, n := range g.Nodes {
		out[i] = -1
		if n.Kind == "users" {
			known[i] = true
			front = append(front, i)
		}
	}
	edges := slices.Clone(g.Edges)
	slices.SortStableFunc(edges, func(a, b GraphEdge) int { return cmp.Compare(b.Rate, a.Rate) })
	next := make([][]int, len(g.Nodes))
	for _, e := range edges {
		next[e.From] = append(next[e.From], e.To)
	}
	for len(front) > 0 {
		n := front[0]
		front = front[1:]
		for _, to := range next[n] {
			if !known[to] {
				known[to], out[to] = true, n
				front = append(front, to)
			}
		}
	}
	return out
}

// only is the part of the graph between the nodes that are kept.
func (g Graph) only(kept []bool) Graph {
	var keep []int
	for i, k := range kept {
		if k {
			keep = append(keep, i)
		}
	}
	out := Graph{Slice: g.Slice, Rest: g.Rest + len(g.Nodes) - len(keep), Parts: g.Parts, Harm: g.Harm}
	at := map[int]int{}
	for _, i := range keep {
		at[i] = len(out.Nodes)
		out.Nodes = append(out.Nodes, g.Nodes[i])
	}
	for _, e := range g.Edges {
		from, fromKept := at[e.From]
		to, toKept := at[e.To]
		if fromKept && toKept {
			e.From, e.To = from, to
			out.Edges = append(out.Edges, e)
		}
	}
	return out
}
