package reports

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"strings"
	"sync"

	"faultline/reports/chart"
	"faultline/reports/view"
)

//go:embed answer.gohtml
var answerPage string

// answerTemplate has the tables, legends and figures of the page of a run.
var answerTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.Must(parsedPage().Clone()).Parse(answerPage))
})

// answerData is what the template sees.
type answerData struct {
	*view.Answer
	Figures []chart.Figure
	Style   template.CSS
	Script  template.JS
	Policy  string
}

// answerHTML writes the page of an answer, under the same policy as that of a run.
func answerHTML(w io.Writer, a *view.Answer, figures []chart.Figure) error {
	var b bytes.Buffer
	err := answerTemplate().ExecuteTemplate(&b, "answer", answerData{Answer: a, Figures: figures,
		Style: template.CSS(pageStyle), Script: template.JS(pageScript), Policy: policy(pageStyle, pageScript)})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// answerText writes an answer for a terminal.
func answerText(w io.Writer, a *view.Answer, o Options) error {
	t := &textWriter{color: o.Color}
	facts := append([]string{}, a.Facts...)
	if a.Replications > 0 {
		facts = append(facts, view.Plural(a.Replications, "replication", "replications"))
	}
	facts = append(facts, "seed "+a.Seed)
	if a.Partial {
		facts = append(facts, "interrupted")
	}
	rest := plainSpaces(strings.Join(facts, ", "))
	t.line(cut(a.Study+" of "+a.Scenario, textWidth-width(rest)-2) + ": " + rest)
	t.line("")
	t.wrapped(a.Sentence)
	for _, s := range a.Sections {
		for _, table := range s.Tables {
			if table.Empty() {
				continue
			}
			t.line("")
			if table.Caption != "" {
				t.line(cut(table.Caption, textWidth))
			}
			t.table(answerGrid(table))
		}
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// answerGrid is a table of an answer; its last column of words gives way first.
func answerGrid(t view.Table) grid {
	g := grid{}
	for i, c := range t.Columns {
		g.head = append(g.head, strings.ToLower(c.Title))
		if c.Text {
			g.flex = i
		}
	}
	for _, r := range t.Rows {
		var row []gridCell
		for _, c := range r {
			sub := c.Sub
			if sub != "" && !strings.HasPrefix(sub, "±") {
				sub = "(" + sub + ")"
			}
			row = append(row, gridCell{plainSpaces(figureLine(c.Text, sub)), c.Tone})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// figureLine puts an uncertainty between a number and its unit, as the decision
// table does: "102.4 ± 1.0 req/s".
func figureLine(text, sub string) string {
	if sub == "" {
		return text
	}
	if number, unit, ok := strings.Cut(text, "\u00a0"); ok {
		return number + " " + sub + " " + unit
	}
	for _, unit := range []string{"%", "×"} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			return number + " " + sub + unit
		}
	}
	return text + " " + sub
}

// answerMarkdown writes an answer as a comment on a merge request.
func answerMarkdown(w io.Writer, a *view.Answer) error {
	m := &markdownWriter{}
	m.line("## faultline " + inline(a.Study) + ": " + inline(a.Scenario))
	m.line("")
	m.line(inline(a.Sentence))
	m.line("")
	if a.Partial {
		m.line("It was interrupted; what was not found is missing.")
		m.line("")
	}
	for _, s := range a.Sections {
		note := s.Note
		for _, t := range s.Tables {
			title := s.Title
			if t.Caption != "" {
				title += ": " + inline(t.Caption)
			}
			m.section(title, t, note)
			note = ""
		}
	}
	m.warnings(a.Warnings)
	facts := append([]string{}, a.Facts...)
	if a.Replications > 0 {
		facts = append(facts, view.Plural(a.Replications, "replication", "replications"))
	}
	facts = append(facts, "seed "+a.Seed)
	m.line("<sub>" + inline(strings.Join(facts, ", ")) + ". Repeat it: " + code(view.Shorten(a.Command, 400)) + "</sub>")
	_, err := io.WriteString(w, m.b.String())
	return err
}
