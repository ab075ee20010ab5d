package reports

import (
	"fmt"
	"io"

	"faultline/reports/view"
	"faultline/sim/result"
)

// BlastMarkdown writes what a reviewer needs, in GitHub's flavour: the finding, the
// topologies side by side, what breaks most, and the matrix.
func BlastMarkdown(w io.Writer, doc *result.Blast, _ Options) error {
	v := view.NewBlast(doc)
	m := &markdownWriter{}
	m.line("## faultline blast: " + inline(v.Title))
	m.line("")
	m.line(inline(v.Sentence))
	for _, a := range v.Alarms {
		m.line("")
		m.line("**" + inline(a.Term) + "**: " + inline(a.Text))
	}
	m.line("")
	m.table(v.Summary)
	m.line(inline("One fault at a time, " + v.Window + ", at " + v.Load + "."))
	m.line("")
	m.section("By class of target", v.Classes, "")
	for i := range v.Topologies {
		t := &v.Topologies[i]
		m.section(inline(t.Name)+": what breaks most", t.Ranking, "")
		m.section(inline(t.Name)+": share of each journey’s good requests lost", blastTable(t), unnoticed(t))
	}
	m.warnings(v.Warnings)
	m.line(fmt.Sprintf("<sub>%s of load, %s, seed %s. Repeat it: %s</sub>", inline(view.Clock(v.Duration)), view.Plural(v.Replications, "replication", "replications"),
		v.Seed, code(view.Shorten(v.Command, 400))))
	_, err := io.WriteString(w, m.b.String())
	return err
}

// blastTable is the matrix with as many journeys as a comment holds.
func blastTable(v *view.BlastTopology) view.Table {
	n := min(len(v.Journeys), markdownColumns)
	t := view.Table{Columns: []view.Column{{Title: "Fault", Text: true}, {Title: "All"}}}
	for _, j := range v.Journeys[:n] {
		t.Columns = append(t.Columns, view.Column{Title: j})
	}
	t.Columns = append(t.Columns, view.Column{Title: "Recovery"}, view.Column{Title: "State", Text: true})
	for _, r := range v.Rows {
		row := []view.Cell{{Text: r.Name}, {Text: r.All.Text}}
		for _, c := range r.Cells[:n] {
			cell := view.Cell{Text: c.Text}
			if c.Level == 3 {
				cell.Tone = view.Bad
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, append(row, view.Cell{Text: r.Recovery}, view.Cell{Text: r.State, Tone: r.Tone}))
	}
	return t
}
