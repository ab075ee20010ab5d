package chart

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
)

// diagram writes the SVG of a graph. It is written by hand, not through the
// plotting library: the nodes carry their damage over time, for the replay.
type diagram struct {
	graph  view.Graph
	places *layered
	pitch  float64 // from column to column
	faults bool
	b      strings.Builder
	taken  []box          // of labels and nodes
	lines  [][][2]float64 // points along each edge
}

type box struct{ left, top, right, bottom float64 }

func (a box) meets(b box) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

func (d *diagram) render(label, description string) string {
	w := float64(len(d.places.columns)-1)*d.pitch + nodeWidth + 2*graphEdge
	h := d.places.height() + 2*graphEdge
	fmt.Fprintf(&d.b, "<svg class=\"graph\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n<desc>%s</desc>\n",
		w, h, w, h, html.EscapeString(label), html.EscapeString(description))
	for i := range d.graph.Nodes {
		x, y := d.at(d.places.nodes[i])
		d.taken = append(d.taken, box{x, y - nodeHeight/2, x + nodeWidth, y + nodeHeight/2})
	}
	leave, enter := d.ports(true), d.ports(false)
	most := 0.0
	for _, e := range d.graph.Edges {
		if finite(e.Rate) {
			most = max(most, e.Rate)
		}
	}
	routes := make([][]bend, len(d.graph.Edges))
	for i := range routes {
		routes[i] = d.bends(d.places.routes[i], leave[i], enter[i])
		d.lines = append(d.lines, along(routes[i]))
	}
	labels := make([]string, len(d.graph.Edges))
	for _, failing := range []bool{true, false} { // what fails chooses its place first
		for i, e := range d.graph.Edges {
			if isFailing(e) == failing {
				labels[i] = d.label(i, routes[i])
			}
		}
	}
	for i, e := range d.graph.Edges {
		d.edge(e, routes[i], most)
	}
	for i, n := range d.graph.Nodes {
		d.node(n, d.places.nodes[i])
	}
	d.b.WriteString(strings.Join(labels, ""))
	d.b.WriteString("</svg>")
	return d.b.String()
}

// at is the left end of a spot, in its middle.
func (d *diagram) at(s *spot) (x, y float64) {
	return graphEdge + float64(s.column)*d.pitch, graphEdge + s.y
}

// bend is one cubic piece of a line.
type bend struct{ x0, y0, x1, y1 float64 }

func (b bend) point(t float64) (x, y float64) {
	c := (b.x0 + b.x1) / 2
	u := 1 - t
	return u*u*u*b.x0 + 3*u*u*t*c + 3*u*t*t*c + t*t*t*b.x1, u*u*u*b.y0 + 3*u*u*t*b.y0 + 3*u*t*t*b.y1 + t*t*t*b.y1
}

// along are points of a line, close enough that none of its bends is missed by a
// box as high as a text.
func along(bends []bend) [][2]float64 {
	const steps = 24
	var out [][2]float64
	for k, b := range bends {
		for i := range steps + 1 {
			x, y := b.point(float64(i) / steps)
			out = append(out, [2]float64{x, y})
		}
		if k+1 < len(bends) { // straight on behind the other nodes of the column
			for i := 1; i < steps; i++ {
				t := float64(i) / steps
				out = append(out, [2]float64{b.x1 + (bends[k+1].x0-b.x1)*t, b.y1 + (bends[k+1].y0-b.y1)*t})
			}
		}
	}
	return out
}

// isFailing reports whether enough of the calls fail to say so.
func isFailing(e view.GraphEdge) bool { return e.Errors >= 0.01 }

// edge draws one line with its arrow.
func (d *diagram) edge(e view.GraphEdge, bends []bend, most float64) {
	width := 1.0
	if most > 0 && finite(e.Rate) {
		width += 3 * math.Sqrt(e.Rate/most)
	}
	class := inkAxis.class()
	if isFailing(e) {
		class = inkFail3.class()
	}
	var path strings.Builder
	for k, b := range bends {
		if k == 0 {
			fmt.Fprintf(&path, "M%.1f %.1f", b.x0, b.y0)
		} else {
			fmt.Fprintf(&path, "L%.1f %.1f", b.x0, b.y0)
		}
		c := (b.x0 + b.x1) / 2
		fmt.Fprintf(&path, "C%.1f %.1f %.1f %.1f %.1f %.1f", c, b.y0, c, b.y1, b.x1, b.y1)
	}
	last := bends[len(bends)-1]
	dir := math.Copysign(1, last.x1-last.x0)
	fmt.Fprintf(&d.b, "<g><title>%s</title><path class=\"%s\" d=\"%s\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"%.1f\"/>",
		html.EscapeString(d.edgeWords(e)), class, path.String(), width)
	fmt.Fprintf(&d.b, "<path class=\"%s\" fill=\"currentColor\" d=\"M%.1f %.1fl%.1f -4v8z\"/></g>\n", class, last.x1+6*dir, last.y1, -7*dir)
}

// bends are the pieces of a line: from the caller's side over the stops to the
// callee's side.
func (d *diagram) bends(route []*spot, leave, enter float64) []bend {
	var out []bend
	rightwards := route[0].column < route[len(route)-1].column
	side := func(s *spot, leaving bool) (x, y float64) { // where a line leaves or meets a spot
		x, y = d.at(s)
		if leaving == rightwards {
			x += nodeWidth
		}
		return x, y
	}
	for k := range route[1:] {
		x0, y0 := side(route[k], true)
		x1, y1 := side(route[k+1], false)
		if k == 0 {
			y0 += leave
		}
		if k == len(route)-2 {
			y1 += enter
			x1 -= math.Copysign(7, x1-x0) // the arrow's length
		}
		out = append(out, bend{x0, y0, x1, y1})
	}
	return out
}

// label finds the place on a line that crosses the fewest others and that no
// label and no node has, with the failures or, where there is no room for them,
// without; a line without a place of its own keeps its figures in its tooltip
// and in the table.
func (d *diagram) label(i int, bends []bend) string {
	e := d.graph.Edges[i]
	if !(e.Rate > 0) {
		return ""
	}
	rate := view.Count.Format(e.Rate) + "/s"
	if isFailing(e) {
		if s := d.place(i, []string{rate, view.Short(view.Share, e.Errors) + " fail"}, bends); s != "" {
			return s
		}
	}
	return d.place(i, []string{rate}, bends)
}

// place sets the lines of a label on a curve or on the way between two: where
// nothing is in the way, else where one other line is, else nowhere.
func (d *diagram) place(edge int, lines []string, bends []bend) string {
	w, h := 0.0, 12.0
	if len(lines) > 1 {
		h = 30 // the line runs between the two
	}
	for _, s := range lines {
		w = max(w, 0.86*float64(style(inkMuted, draw.XCenter, draw.YCenter).Width(s)))
	}
	best, crossed := box{}, 2
	for _, at := range candidates(bends) {
		here := box{at[0] - w/2 - 1, at[1] - h/2, at[0] + w/2 + 1, at[1] + h/2}
		if n := d.crossings(edge, here); n < crossed && d.free(here) {
			best, crossed = here, n
		}
	}
	if crossed == 2 {
		return ""
	}
	d.taken = append(d.taken, best)
	return labelText(lines, (best.left+best.right)/2, best.top, isFailing(d.graph.Edges[edge]))
}

// candidates are the places for a label, the best first: in the middle of a
// curve, towards its ends, and on the way behind the nodes of a column.
func candidates(bends []bend) [][2]float64 {
	var out [][2]float64
	for k, b := range bends {
		for _, t := range []float64{0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88} {
			x, y := b.point(t)
			out = append(out, [2]float64{x, y})
		}
		if k+1 < len(bends) {
			for _, t := range []float64{0.5, 0.25, 0.75} {
				out = append(out, [2]float64{b.x1 + (bends[k+1].x0-b.x1)*t, b.y1 + (bends[k+1].y0-b.y1)*t})
			}
		}
	}
	return out
}

// crossings counts the other lines that run through a box.
func (d *diagram) crossings(edge int, b box) int {
	n := 0
	for i, line := range d.lines {
		if i != edge && slices.ContainsFunc(line, func(p [2]float64) bool {
			return p[0] > b.left && p[0] < b.right && p[1] > b.top && p[1] < b.bottom
		}) {
			n++
		}
	}
	return n
}

func labelText(lines []string, x, top float64, failing bool) string {
	class := inkMuted.class()
	if failing {
		class = inkText.class()
	}
	out := ""
	for k, s := range lines {
		y := top + 9.5 + 17*float64(k)
		out += fmt.Sprintf("<text class=\"%s rate\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", class, x, y, html.EscapeString(s))
	}
	return out
}

func (d *diagram) free(b box) bool {
	for _, t := range d.taken {
		if b.meets(t) {
			return false
		}
	}
	return true
}

// node draws a box: its outline and its patch are in the ink of the damage, its
// words say the same.
func (d *diagram) node(n view.GraphNode, s *spot) {
	x, y := d.at(s)
	top := y - nodeHeight/2
	class := inkAxis.class()
	if d.faults {
		class = cellInk(n.Worst).class()
	}
	words := nodeWords(n, d.faults)
	fmt.Fprintf(&d.b, "<g class=\"node\"")
	if len(n.Cells) > 0 {
		codes := make([]byte, len(n.Cells))
		for i, c := range n.Cells {
			codes[i] = code(c)
		}
		fmt.Fprintf(&d.b, " data-cells=\"%s\"", codes)
	}
	fmt.Fprintf(&d.b, "><title>%s</title>", html.EscapeString(d.nodeTitle(n, words)))
	fmt.Fprintf(&d.b, "<path class=\"paper\" d=\"%s\" fill=\"currentColor\"/>", outline(n.Kind, x, top))
	fmt.Fprintf(&d.b, "<path class=\"hue %s\" d=\"M%.1f %.1fv%.1fh-8v-%.1fz\" fill=\"currentColor\"/>", class, x+13, top+9, nodeHeight-18, nodeHeight-18)
	border := class
	if border == inkCalm.class() || border == inkIdle.class() {
		border = inkAxis.class()
	}
	dash := ""
	if n.Kind == "external" {
		dash = " stroke-dasharray=\"4 3\""
	}
	fmt.Fprintf(&d.b, "<path class=\"edge %s\" d=\"%s\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"%s/>", border, outline(n.Kind, x, top), dash)
	said := inkMuted.class()
	if n.Hurt() {
		said = inkText.class()
	}
	name := fit(n.Name, style(inkText, draw.XLeft, draw.YCenter), nodeWidth-20)
	fmt.Fprintf(&d.b, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", inkText.class(), x+19, y-3, html.EscapeString(name))
	fmt.Fprintf(&d.b, "<text class=\"%s words\" x=\"%.1f\" y=\"%.1f\">%s</text></g>\n", said, x+19, y+12, html.EscapeString(words))
}

// outline is the shape of a kind: users are round, databases are drums, all
// else are boxes.
func outline(kind string, x, top float64) string {
	const w, h = nodeWidth, nodeHeight
	r := 4.0
	switch kind {
	case "users":
		r = h / 2
	case "database":
		return fmt.Sprintf("M%.1f %.1fc0 -5 %.1f -5 %.1f 0v%.1fc0 5 -%.1f 5 -%.1f 0z", x, top+4, w, w, h-8, w, w)
	}
	return fmt.Sprintf("M%.1f %.1fh%.1fa%g %g 0 0 1 %g %gv%.1fa%g %g 0 0 1 -%g %gh-%.1fa%g %g 0 0 1 -%g -%gv-%.1fa%g %g 0 0 1 %g -%gz",
		x+r, top, w-2*r, r, r, r, r, h-2*r, r, r, r, r, w-2*r, r, r, r, r, h-2*r, r, r, r, r)
}

func (d *diagram) nodeTitle(n view.GraphNode, words string) string {
	s := n.Name
	if n.Kind != n.Name {
		s += ", " + n.Kind
	}
	s += ": " + view.Count.Format(n.Rate) + " calls/s"
	if finite(n.Busy) {
		s += ", " + view.Share.Format(n.Busy) + " busy"
	}
	if d.faults {
		s += "; at its worst " + words
	}
	return s
}

func (d *diagram) edgeWords(e view.GraphEdge) string {
	s := fmt.Sprintf("%s calls %s: %s/s", d.graph.Nodes[e.From].Name, d.graph.Nodes[e.To].Name, view.Count.Format(e.Rate))
	if e.Errors > 0 {
		s += ", " + view.Share.Format(e.Errors) + " fail"
	}
	if e.Sent > 1.0005 {
		s += ", " + view.Ratio.Format(e.Sent) + " as many as wanted"
	}
	return s
}

// describe reads the graph out.
func (d *diagram) describe(t view.Topology) string {
	s := fmt.Sprintf("%s, with %d calls between them.", t.Parts, len(d.graph.Edges))
	for _, n := range d.graph.Nodes {
		if n.Hurt() {
			s += " " + n.Name + ": " + nodeWords(n, d.faults) + "."
		}
	}
	return s
}
