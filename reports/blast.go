package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"faultline/reports/view"
	"faultline/sim/result"
)

// WriteBlast writes the outcome of a fault catalogue to w in one format.
type WriteBlast func(w io.Writer, doc *result.Blast, o Options) error

// BlastFormat is one way of writing it.
type BlastFormat struct {
	Name  string // as in --format
	Doc   string // one line
	Write WriteBlast
}

// BlastFormats are all formats of a fault catalogue, in the order in which they are
// listed.
var BlastFormats = []BlastFormat{
	{"text", "tables that fit 100 columns", BlastText},
	{"markdown", "a comment for a merge request, under 60 kB", BlastMarkdown},
	{"json", "all figures, schema " + result.BlastSchema, BlastJSON},
	{"html", "one self-contained page with the matrix as a heat map", BlastHTML},
}

// BlastJSON writes blast.json.
func BlastJSON(w io.Writer, doc *result.Blast, _ Options) error { return result.WriteJSON(w, doc) }

// Rows of the text's tables; the page has them all.
const (
	blastTargets = 12
	blastRows    = 24
)

// BlastText writes the tables that blast prints.
func BlastText(w io.Writer, doc *result.Blast, o Options) error {
	v := view.NewBlast(doc)
	t := &textWriter{color: o.Color}
	t.blastHead(v)
	t.wrapped(v.Sentence)
	for _, a := range v.Alarms {
		t.wrapped(strings.ToUpper(a.Term) + ": " + a.Text)
	}
	t.line("")
	t.table(gridOf(v.Summary, 4, "unnoticed", "metastable"))
	for i := range v.Topologies {
		t.blastTopology(&v.Topologies[i])
	}
	if n := len(v.Warnings); n > 0 {
		t.line("")
		t.line(view.Plural(n, "warning", "warnings") + " in the report.")
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *textWriter) blastHead(v *view.Blast) {
	what := ""
	if v.Partial {
		what = ", partial"
	}
	rest := plainSpaces(fmt.Sprintf("%s, %s, seed %s%s", view.Clock(v.Duration)+" of load", view.Plural(v.Replications, "replication", "replications"), v.Seed, what))
	t.line(cut(v.Title, textWidth-width(rest)-2) + ": " + rest)
	t.wrapped("One fault at a time, " + v.Window + ", at " + v.Load + ".")
	t.line("")
}

// blastTopology is the ranking and the matrix of one topology.
func (t *textWriter) blastTopology(v *view.BlastTopology) {
	if len(v.Rows) == 0 && len(v.Targets) == 0 {
		return
	}
	t.line("")
	t.title(v.Name, ": what breaks most")
	ranking := v.Ranking
	ranking.Rows = ranking.Rows[:min(len(ranking.Rows), blastTargets)]
	t.table(gridOf(ranking, 3))
	t.line("")
	t.title(v.Name, ": share of each journey's good requests that a fault costs while it lasts")
	t.table(blastGrid(v))
	rest := ""
	if slices.ContainsFunc(v.Rows[:min(len(v.Rows), blastRows)], surprising) {
		t.wrapped("† lost, though by the graph of calls nothing of the journey can block on the target.")
	}
	if n := len(v.Rows) - blastRows; n > 0 {
		rest = view.Plural(n, "more fault does", "more faults do") + " damage. "
	}
	if rest += unnoticed(v); rest != "" {
		t.wrapped(rest)
	}
}

// title is a heading that fits, whatever the topology's name.
func (t *textWriter) title(name, rest string) { t.line(cut(name, textWidth-width(rest)) + rest) }

func surprising(r view.BlastRow) bool {
	return slices.ContainsFunc(r.Cells, func(c view.BlastCell) bool { return c.Surprise })
}

// unnoticed counts the faults without damage.
func unnoticed(v *view.BlastTopology) string {
	s := ""
	if n := len(v.Absorbed); n > 0 {
		s += view.Plural(n, "fault costs", "faults cost") + " nobody anything. "
	}
	if n := len(v.None); n > 0 {
		s += view.Plural(n, "fault changes", "faults change") + " nothing at all."
	}
	return s
}

// blastGrid has a line a fault, the worst first.
func blastGrid(v *view.BlastTopology) grid {
	g := grid{head: []string{"fault", "all"}, drop: []string{"state"}}
	g.head = append(g.head, v.Journeys...)
	g.head = append(g.head, "recovery", "state")
	g.drop = append(g.drop, v.Journeys[:len(v.Journeys)/2]...) // a wide application shows what fits
	for _, r := range v.Rows[:min(len(v.Rows), blastRows)] {
		row := []gridCell{{text: r.Name}, {plainSpaces(r.All.Text), levelTone(r.All.Level)}}
		for _, c := range r.Cells {
			s := c.Text
			if c.Surprise {
				s += "†"
			}
			row = append(row, gridCell{plainSpaces(s), levelTone(c.Level)})
		}
		g.rows = append(g.rows, append(row, gridCell{text: plainSpaces(r.Recovery)}, gridCell{r.State, r.Tone}))
	}
	return g
}

func levelTone(level int) view.Tone {
	return []view.Tone{view.Muted, view.Muted, view.Neutral, view.Warn, view.Bad}[level+1]
}

// gridOf is a table as lines of a terminal.
func gridOf(t view.Table, flex int, drop ...string) grid {
	g := grid{flex: flex, drop: drop}
	for _, c := range t.Columns {
		g.head = append(g.head, strings.ToLower(c.Title))
	}
	for _, r := range t.Rows {
		var row []gridCell
		for _, c := range r {
			row = append(row, gridCell{plainSpaces(strings.TrimSpace(c.Text + " " + c.Sub)), c.Tone})
		}
		g.rows = append(g.rows, row)
	}
	return g
}
