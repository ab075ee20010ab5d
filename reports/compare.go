package reports

import (
	"html/template"
	"io"
	"strings"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

// CompareFormats are the formats of what compare found.
var CompareFormats = []FormatOf[*result.Contrasts]{
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
	p := studyPage{Title: "compare: " + v.Scenario, Kicker: "comparison", Heading: v.Scenario, Sentences: v.Sentences(), Facts: v.Facts, Warnings: v.Warnings,
		Figures: []chart.Figure{forestOf(v.Contrasts)}, Tables: []view.Table{captioned(v.Table, "All differences")}}
	return p.write(w)
}

func captioned(t view.Table, caption string) view.Table {
	t.Caption = caption
	return t
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

// studyPage is the page of a study that has no run of its own: sentences, charts
// and tables, in the style of the report.
type studyPage struct {
	Title, Kicker, Heading string
	Tone                   view.Tone
	Word                   string // the verdict
	Sentences              []string
	Facts                  []view.Fact
	Warnings               []string
	Figures                []chart.Figure
	Tables                 []view.Table
	Style                  template.CSS
	Script                 template.JS
	Policy                 string
}

func (p studyPage) write(w io.Writer) error {
	p.Style, p.Script, p.Policy = template.CSS(pageStyle), template.JS(pageScript), policy(pageStyle, pageScript)
	var b strings.Builder
	if err := pageTemplate.ExecuteTemplate(&b, "study", p); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}
