package reports

import (
	"io"
	"strings"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

// CompareWriters are the formats of what compare found.
var CompareWriters = []Writer[*result.Contrasts]{
	{"text", "a table that fits 100 columns", compareText},
	{"markdown", "a comment for a merge request, under 60 kB", compareMarkdown},
	{"json", "all differences, schema " + result.ContrastsSchema, compareJSON},
	{"html", "one self-contained page with a forest plot", compareHTML},
}

func compareJSON(w io.Writer, d *result.Contrasts, _ Options) error { return d.WriteJSON(w) }

// compareText writes a line a figure.
func compareText(w io.Writer, d *result.Contrasts, o Options) error {
	v := view.NewCompare(d)
	t := &textWriter{color: o.Color}
	t.wrapped("compare " + v.Scenario + ": " + factLine(v.Facts))
	for _, p := range v.Pairs {
		t.line("")
		t.wrapped(p.Sentence)
		t.line("")
		t.table(gridOf(p.Short, 0, "pairing saves", "baseline", "relative"))
		if p.Short.Note != "" {
			t.line("")
			t.line(p.Short.Note)
		}
	}
	for _, w := range v.Warnings {
		t.wrapped("warning: " + w)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// factLine is facts as one line: "3 replications, seed 7".
func factLine(facts []view.Fact) string {
	var out []string
	for _, f := range facts {
		if f.Term == "replications" {
			out = append(out, f.Text)
			continue
		}
		out = append(out, f.Term+" "+f.Text)
	}
	return strings.Join(out, ", ")
}

func compareMarkdown(w io.Writer, d *result.Contrasts, _ Options) error {
	v := view.NewCompare(d)
	m := &markdownWriter{}
	m.line("## faultline compare: " + inline(v.Scenario))
	m.line("")
	for _, s := range v.Sentences() {
		m.line(inline(s))
		m.line("")
	}
	m.section("Differences", v.Table, "Paired, replication by replication on the same requests, with 95% intervals.")
	m.warnings(v.Warnings)
	m.line("<sub>" + inline(factLine(v.Facts)) + "</sub>")
	_, err := io.WriteString(w, m.b.String())
	return err
}

// compareHTML writes the page of differences.
func compareHTML(w io.Writer, d *result.Contrasts, _ Options) error {
	v := view.NewCompare(d)
	return answerHTML(w, &view.Answer{
		Study: "compare", Scenario: v.Scenario, Partial: v.Partial, Sentence: strings.Join(v.Sentences(), " "), Validity: v.Facts, Warnings: v.Warnings,
		Sections: []view.Section{{ID: "differences", Title: "All differences", Note: "Paired, replication by replication on the same requests, with 95% intervals.",
			Tables: []view.Table{v.Table}, Folded: true}},
	}, []chart.Figure{forestOf(v.Contrasts)})
}

// forestOf draws the differences.
func forestOf(contrasts []view.Contrast) chart.Figure {
	for _, c := range chart.Table {
		if c.ID() == "forest" {
			return c.Draw(&view.View{Contrasts: contrasts})
		}
	}
	return chart.Figure{}
}
