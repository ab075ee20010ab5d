package chart

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/reports/view"
)

// wired is a graph of n nodes, the first of them the users.
func wired(n int, edges ...[2]int) view.Graph {
	g := view.Graph{}
	for i := range n {
		kind := "service"
		if i == 0 {
			kind = "users"
		}
		g.Nodes = append(g.Nodes, view.GraphNode{Name: fmt.Sprint(i), Kind: kind})
	}
	for _, e := range edges {
		g.Edges = append(g.Edges, view.GraphEdge{From: e[0], To: e[1], Rate: 10})
	}
	return g
}

func TestCallersStandLeftOfThoseWhomTheyCall(t *testing.T) {
	g := wired(6, [2]int{0, 1}, [2]int{0, 2}, [2]int{1, 3}, [2]int{3, 4}, [2]int{2, 4}, [2]int{0, 4}, [2]int{4, 5})
	l := arrange(g)
	for i, e := range g.Edges {
		if l.nodes[e.From].column >= l.nodes[e.To].column {
			t.Errorf("edge %d runs from column %d to %d", i, l.nodes[e.From].column, l.nodes[e.To].column)
		}
		if r := l.routes[i]; len(r) != l.nodes[e.To].column-l.nodes[e.From].column+1 || r[0] != l.nodes[e.From] || r[len(r)-1] != l.nodes[e.To] {
			t.Errorf("edge %d has %d stops", i, len(r))
		}
	}
}

func TestNothingOverlapsInAColumn(t *testing.T) {
	for _, g := range []view.Graph{wired(1), wired(3, [2]int{0, 1}), wired(5, [2]int{0, 1}, [2]int{0, 2}, [2]int{0, 3}, [2]int{0, 4}),
		view.New(fixture.Store(fixture.Vast(1000))).Topologies[0].Graph, view.New(fixture.Store(fixture.Document())).Topologies[1].Graph} {
		l := arrange(g)
		for _, c := range l.columns {
			for i := range c[min(1, len(c)):] {
				if gap := c[i+1].y - c[i].y - (c[i+1].height()+c[i].height())/2; gap < nodeGap-1e-9 {
					t.Errorf("a gap of %.2f in a graph of %d nodes", gap, len(g.Nodes))
				}
			}
			for _, s := range c {
				if s.y < s.height()/2-1e-9 || math.IsNaN(s.y) {
					t.Errorf("a spot at %.2f", s.y)
				}
			}
		}
	}
}

// Two services that share a process each may call each other.
func TestCirclesAreDrawnToo(t *testing.T) {
	g := wired(3, [2]int{0, 1}, [2]int{1, 2}, [2]int{2, 1})
	l := arrange(g)
	if back := l.routes[2]; back[0] != l.nodes[2] || back[len(back)-1] != l.nodes[1] {
		t.Error("the call back does not run back")
	}
	d := &diagram{graph: g, places: l, pitch: 200}
	if svg := d.render("label", "description"); strings.Count(svg, "<title>") != 6 {
		t.Errorf("%d titles for 3 nodes and 3 edges", strings.Count(svg, "<title>"))
	}
}

// Crossings of a chain of pairs can all be avoided.
func TestTheOrderAvoidsCrossings(t *testing.T) {
	g := wired(7, [2]int{0, 1}, [2]int{0, 2}, [2]int{0, 3}, [2]int{1, 6}, [2]int{2, 5}, [2]int{3, 4})
	l := arrange(g)
	for _, pair := range [][4]int{{1, 6, 2, 5}, {2, 5, 3, 4}, {1, 6, 3, 4}} {
		if (l.nodes[pair[0]].y < l.nodes[pair[2]].y) != (l.nodes[pair[1]].y < l.nodes[pair[3]].y) {
			t.Errorf("%v cross", pair)
		}
	}
}

// A figure on a bundle of lines would be said of any of them.
func TestLabelsAvoidOtherLines(t *testing.T) {
	d := &diagram{graph: wired(3, [2]int{0, 1}, [2]int{0, 2}), faults: true}
	straight := []bend{{0, 100, 100, 100}}
	for y, want := range map[float64]float64{100: 0, 150: 50} { // an other line on the right half, or none near
		d.taken = nil
		d.lines = [][][2]float64{along(straight), {{45, y}, {60, y}, {75, y}, {90, y}}}
		if s := d.label(0, straight); s == "" || strings.Contains(s, `x="50.0"`) != (want == 50) {
			t.Errorf("another line at %v: %q", y, s)
		}
	}
	d.lines = [][][2]float64{along(straight), along(straight), along(straight)}
	d.taken = nil
	if s := d.label(0, straight); s != "" {
		t.Errorf("a figure on three lines at once: %q", s)
	}
}

func TestLabelsKeepClearOfNodesAndOfEachOther(t *testing.T) {
	v := view.New(fixture.Store(fixture.Document()))
	f := (graph{}).Draw(v)
	if f.Replay == nil || f.Replay.Slices != 60 || f.Replay.Start != 24 {
		t.Fatalf("replay %+v", f.Replay)
	}
	if n := strings.Count(f.Panels[1].SVG, `class="node" data-cells=`); n != 15 {
		t.Errorf("%d nodes can be replayed", n)
	}
	for _, cells := range regexp.MustCompile(`data-cells="([^"]*)"`).FindAllStringSubmatch(f.Panels[1].SVG, -1) {
		if len(cells[1]) != 60 || strings.Trim(cells[1], ".ws1234abc") != "" {
			t.Errorf("cells %q", cells[1])
		}
	}
	d := &diagram{graph: v.Topologies[1].Graph, places: arrange(v.Topologies[1].Graph), pitch: 200}
	d.render("label", "description")
	for i, a := range d.taken {
		for _, b := range d.taken[:i] {
			if a.meets(b) && i >= len(d.graph.Nodes) {
				t.Errorf("%v meets %v", a, b)
			}
		}
	}
	if len(d.taken) < len(d.graph.Nodes)+len(d.graph.Edges)/2 {
		t.Errorf("only %d labels found a place", len(d.taken)-len(d.graph.Nodes))
	}
}

func TestFactorsAreMarkedRound(t *testing.T) {
	for want, r := range map[string][2]float64{"0.5× 1× 2×": {-0.25, 0.2}, "0.1× 1× 10× 100×": {-1, 2}, "0.9× 1× 1.1× 1.2×": {-0.04, 0.07}} {
		var got []string
		for _, tick := range factorTicks(r[0], r[1]) {
			got = append(got, tick.Label)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v: got %q, want %q", r, got, want)
		}
	}
}
