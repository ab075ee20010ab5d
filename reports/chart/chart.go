// Package chart draws the pictures of a report as SVG, one chart a file.
//
// To add one:
//  1. write a type with the methods of Chart in a file of its own, drawing on
//     panels (panel.go) with inks (ink.go), so that the page themes it;
//  2. add it to Table;
//  3. run the tests: the conformance suite draws every chart of the table from
//     whole, empty, one-point, NaN and hostile views.
//
// A chart states its conclusion in its title, computed from the data, says in a
// description what is to be seen, and brings its data as a table. It is never
// drawn empty: without data it is a sentence. The SVG carries classes and
// presentation attributes only, no style attribute, for the page's content
// security policy forbids these; and its text is text.
package chart

import (
	"fmt"

	"faultline/reports/view"
)

// Chart is one picture of a report.
type Chart interface {
	// ID is the anchor of the chart in the page: lower-case letters.
	ID() string
	// Draw computes the picture. It neither panics nor fails: what cannot be
	// drawn is said.
	Draw(v *view.View) Figure
}

// Table is every chart, in the order of the page.
var Table = []Chart{graph{}, flow{}, causes{}, blast{}, damage{}, forest{}, latency{}, delay{}, load{}, cost{}}

// Figure is a drawn chart and all that stands around it. Text is plain; SVG is
// safe to embed.
type Figure struct {
	ID       string
	Short    string  // in a list of figures, where the format does not name them itself
	Title    string  // the conclusion
	Subtitle string  // what is shown, and in which unit
	Panels   []Panel // small multiples on the same scales
	Legend   []Key
	Table    view.Table
	Empty    string  // the sentence in place of the picture; then there are no panels
	Wide     bool    // a panel may need the whole width of the page, or more
	Pairs    bool    // panels that belong together in twos
	Replay   *Replay // nil where nothing is to be replayed
}

// Replay says over which slices of time the page's script may replay the
// figure: its elements hold a letter a slice in data-cells.
type Replay struct {
	Slices  int
	Seconds float64 // a slice
	Start   int     // the slice in which the first fault starts
	Words   string  // what the letters mean: "w=calm=well|…", letter, ink and words
}

// Panel is one of the small multiples. Topology is its position in the result,
// −1 where the panel is not about one.
type Panel struct {
	Name     string
	Detail   string
	Topology int
	SVG      string
	Keys     []Key // of the panel alone, where the figure's legend cannot be
}

// Key explains one ink of the chart.
type Key struct {
	Class   string // of the ink: sets the colour
	Label   string
	Line    bool   // a line, else a patch
	Dash    string // stroke-dasharray of the line
	Mark    string // a character that is drawn, in place of a line or a patch
	Heading bool   // no ink, but the name of those that follow
}

// All draws every chart of the table.
func All(v *view.View) []Figure {
	var out []Figure
	for _, c := range Table {
		out = append(out, c.Draw(v))
	}
	return out
}

// maxPanels bounds the small multiples of a chart; the tables hold the rest.
const maxPanels = 9

// shown are the topologies that get a panel, and the remark on those that do not.
func shown(v *view.View) ([]view.Topology, string) {
	if len(v.Topologies) <= maxPanels {
		return v.Topologies, ""
	}
	return v.Topologies[:maxPanels], fmt.Sprintf(" The first %d of %d topologies are drawn.", maxPanels, len(v.Topologies))
}
