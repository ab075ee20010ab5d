package chart

import (
	"cmp"
	"math"
	"slices"

	"faultline/reports/view"
)

// layered places the nodes of a graph in columns, callers to the left of those
// whom they call (Sugiyama's method): longest paths give the columns, edges over
// several columns get a stop in each between, medians order each column so that
// few edges cross, and the heights minimise the squares of the edges' slopes.
// The same graph always gets the same places.
type layered struct {
	columns [][]*spot
	nodes   []*spot   // by node of the graph
	routes  [][]*spot // by edge: from the caller over the stops to the callee
}

// spot is a node, or a stop of an edge.
type spot struct {
	node        int // −1 for a stop
	column      int
	order       int
	y           float64
	left, right []*spot
}

// Heights in a column, in pixels: of a node, of a stop, and the least gap.
const (
	nodeHeight = 40.0
	stopHeight = 6.0
	nodeGap    = 12.0
)

func (s *spot) height() float64 {
	if s.node < 0 {
		return stopHeight
	}
	return nodeHeight
}

// arrange computes the places.
func arrange(g view.Graph) *layered {
	l := &layered{}
	forward := acyclic(g)
	for i, c := range longestPaths(len(g.Nodes), forward) {
		l.nodes = append(l.nodes, l.add(i, c))
	}
	for i := range forward {
		l.routes = append(l.routes, l.route(forward[i][0], forward[i][1]))
	}
	for pass := range 12 {
		l.sweep(pass%2 == 0)
	}
	l.raise()
	for i, e := range forward { // an edge that was turned around runs back
		if e[0] != g.Edges[i].From {
			slices.Reverse(l.routes[i])
		}
	}
	return l
}

// acyclic gives each edge as (left, right); one that would close a circle is
// turned around.
func acyclic(g view.Graph) [][2]int {
	out := make([][2]int, len(g.Edges))
	next := make([][]int, len(g.Nodes))
	for i, e := range g.Edges {
		out[i] = [2]int{e.From, e.To}
		next[e.From] = append(next[e.From], i)
	}
	state := make([]int, len(g.Nodes)) // 0 new, 1 on the path, 2 done
	var visit func(n int)
	visit = func(n int) {
		state[n] = 1
		for _, i := range next[n] {
			switch to := g.Edges[i].To; state[to] {
			case 0:
				visit(to)
			case 1:
				out[i] = [2]int{to, n}
			}
		}
		state[n] = 2
	}
	for n := range g.Nodes {
		if g.Nodes[n].Kind == "users" && state[n] == 0 {
			visit(n)
		}
	}
	for n := range g.Nodes {
		if state[n] == 0 {
			visit(n)
		}
	}
	return out
}

// longestPaths is the column of each node: the longest way to it. The edges
// must be free of circles.
func longestPaths(n int, edges [][2]int) []int {
	column := make([]int, n)
	for changed, rounds := true, 0; changed && rounds <= n; rounds++ {
		changed = false
		for _, e := range edges {
			if column[e[1]] < column[e[0]]+1 {
				column[e[1]], changed = column[e[0]]+1, true
			}
		}
	}
	return column
}

func (l *layered) add(node, column int) *spot {
	for len(l.columns) <= column {
		l.columns = append(l.columns, nil)
	}
	s := &spot{node: node, column: column, order: len(l.columns[column])}
	l.columns[column] = append(l.columns[column], s)
	return s
}

// route joins two nodes, with a stop in every column between.
func (l *layered) route(from, to int) []*spot {
	out := []*spot{l.nodes[from]}
	for c := l.nodes[from].column + 1; c < l.nodes[to].column; c++ {
		out = append(out, l.add(-1, c))
	}
	out = append(out, l.nodes[to])
	for i := range out[1:] {
		out[i].right = append(out[i].right, out[i+1])
		out[i+1].left = append(out[i+1].left, out[i])
	}
	return out
}

// sweep orders each column by the middle of its neighbours, from the left or
// from the right.
func (l *layered) sweep(rightwards bool) {
	for k := range l.columns {
		c := l.columns[k]
		if !rightwards {
			c = l.columns[len(l.columns)-1-k]
		}
		place := map[*spot]float64{}
		for _, s := range c {
			near := s.left
			if !rightwards {
				near = s.right
			}
			place[s] = float64(s.order)
			if len(near) > 0 {
				sum := 0.0
				for _, n := range near {
					sum += (float64(n.order) + 0.5) / float64(len(l.columns[n.column]))
				}
				place[s] = sum / float64(len(near)) * float64(len(c))
			}
		}
		slices.SortStableFunc(c, func(a, b *spot) int { return cmp.Compare(place[a], place[b]) })
		for i, s := range c {
			s.order = i
		}
	}
}

// raise gives each spot its height: close to its neighbours', in the column's
// order and without overlap.
func (l *layered) raise() {
	for _, c := range l.columns {
		y := 0.0
		for _, s := range c {
			s.y = y + s.height()/2
			y += s.height() + nodeGap
		}
	}
	for pass := range 24 {
		for k := range l.columns {
			c := l.columns[k]
			if pass%2 == 1 {
				c = l.columns[len(l.columns)-1-k]
			}
			settle(c)
		}
	}
	top := math.Inf(1)
	for _, c := range l.columns {
		for _, s := range c {
			top = min(top, s.y-s.height()/2)
		}
	}
	for _, c := range l.columns {
		for _, s := range c {
			s.y -= top
		}
	}
}

// settle moves the spots of a column as close to their neighbours as their
// order allows: least squares under least distances, by pooling the spots that
// would overtake each other.
func settle(column []*spot) {
	type block struct {
		sum  float64
		n    int
		from int
	}
	offset, distance := make([]float64, len(column)), 0.0
	var blocks []block
	for i, s := range column {
		if i > 0 {
			distance += (column[i-1].height()+s.height())/2 + nodeGap
		}
		offset[i] = distance
		blocks = append(blocks, block{wish(s) - distance, 1, i})
		for k := len(blocks) - 1; k > 0 && blocks[k].sum/float64(blocks[k].n) < blocks[k-1].sum/float64(blocks[k-1].n); k-- {
			blocks[k-1].sum += blocks[k].sum
			blocks[k-1].n += blocks[k].n
			blocks = blocks[:k]
		}
	}
	for _, b := range blocks {
		for i := b.from; i < b.from+b.n; i++ {
			column[i].y = b.sum/float64(b.n) + offset[i]
		}
	}
}

// wish is the mean height of the neighbours.
func wish(s *spot) float64 {
	sum, n := 0.0, 0
	for _, side := range [][]*spot{s.left, s.right} {
		for _, o := range side {
			sum += o.y
			n++
		}
	}
	if n == 0 {
		return s.y
	}
	return sum / float64(n)
}

// height is the height of the whole drawing.
func (l *layered) height() float64 {
	h := 0.0
	for _, c := range l.columns {
		for _, s := range c {
			h = max(h, s.y+s.height()/2)
		}
	}
	return h
}
