package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

// A comment on a merge request holds at most 65,536 characters; a report keeps
// well below, and shows so many rows and columns of a table at most.
const (
	markdownLimit   = 60_000
	markdownRows    = 24
	markdownColumns = 6
)

// Markdown writes what a reviewer needs, in GitHub's flavour: verdict, decision
// table, thresholds, blast radius, differences and warnings.
func Markdown(w io.Writer, store *result.Store, _ Options) error {
	v := view.New(store)
	m := &markdownWriter{}
	m.head(v)
	m.decision(v)
	m.section("Thresholds", brokenFirst(v.Thresholds), "")
	m.against(v.Against)
	m.blast(v)
	m.section("Differences", differences(v), "Each topology against the first, on the same requests.")
	m.warnings(v.Warnings)
	m.foot(v)
	_, err := io.WriteString(w, m.b.String())
	return err
}

// markdownWriter collects lines, and keeps the whole within markdownLimit.
type markdownWriter struct{ b strings.Builder }

// room reports whether n more bytes still fit, with something left for the foot.
func (m *markdownWriter) room(n int) bool { return m.b.Len()+n < markdownLimit-3_000 }

func (m *markdownWriter) line(s string) { m.b.WriteString(s + "\n") }

func (m *markdownWriter) head(v *view.View) {
	word := ""
	if v.Verdict.Word != "" {
		word = "**" + inline(v.Verdict.Word) + "**: "
	}
	m.line("## faultline: " + inline(v.Scenario))
	m.line("")
	m.line(word + inline(v.Verdict.Judgement) + " " + inline(v.Verdict.Sentence))
	for _, a := range v.Alarms {
		m.line("")
		m.line("**" + inline(a.Term) + "**: " + inline(a.Text))
	}
	switch {
	case v.EndedEarly:
		m.line("")
		m.line("The run ended early, at a limit; the figures are those of a shorter run.")
	case v.Partial:
		m.line("")
		m.line("The run was interrupted; the figures hold for the replications that were finished.")
	}
	m.line("")
}

// decision has a row a figure and a column a topology.
func (m *markdownWriter) decision(v *view.View) {
	n := min(len(v.Topologies), markdownColumns)
	if len(v.Decision.Rows) == 0 {
		return
	}
	t := view.Table{Columns: []view.Column{{Text: true}}}
	for _, topology := range v.Topologies[:n] {
		t.Columns = append(t.Columns, view.Column{Title: topology.Name})
	}
	for _, r := range v.Decision.Rows {
		row := []view.Cell{{Text: r.Label}}
		for _, c := range r.Cells[:n] {
			cell := view.Cell{Text: c.Line}
			if c.Best {
				cell.Tone = view.Good
			}
			if c.Tone == view.Bad {
				cell.Tone = view.Bad
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	m.table(t)
	note := "Bold: certainly better than another, or a state that is bad."
	if k := len(v.Topologies) - n; k > 0 {
		note += fmt.Sprintf(" %s in the report.", view.Plural(k, "more topology is", "more topologies are"))
	}
	m.line("<sub>" + note + "</sub>")
	m.line("")
}

// against says how the run stands against a baseline, if there is one.
func (m *markdownWriter) against(a *view.Against) {
	if a == nil {
		return
	}
	m.line("**" + inline(a.Word) + "**: " + inline(a.Text))
	m.line("")
	m.section("Differences to the baseline", a.Table, "")
	m.notes(a.Notes)
}

// section is a table under a title, folded away where it is long.
func (m *markdownWriter) section(title string, t view.Table, note string) {
	if t.Empty() || !m.room(500) {
		return
	}
	long := len(t.Rows) > 12
	if long {
		m.line("<details><summary><b>" + title + "</b> (" + view.Integer(int64(len(t.Rows))) + ")</summary>")
	} else {
		m.line("### " + title)
	}
	m.line("")
	if note != "" {
		m.line(note)
		m.line("")
	}
	m.table(t)
	if long {
		m.line("</details>")
		m.line("")
	}
}

// table writes as many rows as there is room for, and counts the rest.
func (m *markdownWriter) table(t view.Table) {
	head, rule := "|", "|"
	for _, c := range t.Columns {
		head += " " + inline(c.Title) + " |"
		if c.Text {
			rule += " :-- |"
		} else {
			rule += " --: |"
		}
	}
	m.line(head)
	m.line(rule)
	left := 0
	for i, r := range t.Rows {
		line := "|"
		for _, c := range r {
			line += " " + markdownCell(c) + " |"
		}
		if i >= markdownRows || !m.room(len(line)) {
			left = len(t.Rows) - i
			break
		}
		m.line(line)
	}
	m.line("")
	if left > 0 {
		m.line(view.Plural(left, "more row is", "more rows are") + " in the report.")
		m.line("")
	}
}

func markdownCell(c view.Cell) string {
	s := inline(strings.TrimSpace(c.Text + " " + c.Sub))
	if s != "" && (c.Tone == view.Good || c.Tone == view.Bad) {
		return "**" + s + "**"
	}
	return s
}

// brokenFirst has the thresholds that do not hold at the top.
func brokenFirst(t view.Table) view.Table {
	rank := func(r []view.Cell) int {
		return slices.Index([]view.Tone{view.Bad, view.Warn, view.Neutral, view.Muted, view.Good}, r[0].Tone)
	}
	t.Rows = slices.Clone(t.Rows)
	slices.SortStableFunc(t.Rows, func(a, b []view.Cell) int { return rank(a) - rank(b) })
	for i, r := range t.Rows { // bold is for what is broken
		if r[0].Tone == view.Good {
			t.Rows[i] = append([]view.Cell{{Text: r[0].Text}}, r[1:]...)
		}
	}
	return t
}

// blast is the table of the chart of the same name.
func (m *markdownWriter) blast(v *view.View) {
	for _, c := range chart.Table {
		if c.ID() == "blast" {
			m.section("Blast radius", c.Draw(v).Table, "Share of the requests that are good without the fault and are lost with it.")
		}
	}
}

// differences are those of all requests: single journeys are in the report.
func differences(v *view.View) view.Table {
	var whole []view.Contrast
	for _, c := range v.Contrasts {
		if strings.HasPrefix(c.Subject, view.AllRequests) {
			whole = append(whole, c)
		}
	}
	return view.ContrastTable(whole)
}

func (m *markdownWriter) warnings(all []string) {
	if len(all) == 0 || !m.room(500) {
		return
	}
	m.line("<details><summary><b>Warnings</b> (" + view.Integer(int64(len(all))) + ")</summary>")
	m.line("")
	for i, w := range all {
		line := "- " + inline(view.Shorten(w, 240))
		if i >= markdownRows || !m.room(len(line)) {
			m.line("- " + view.Plural(len(all)-i, "more is", "more are") + " in the report.")
			break
		}
		m.line(line)
	}
	m.line("")
	m.line("</details>")
	m.line("")
}

func (m *markdownWriter) foot(v *view.View) {
	facts := []string{view.Plural(v.Replications, "replication", "replications"), "seed " + v.Seed}
	if v.Duration > 0 {
		facts = append([]string{view.Clock(v.Duration) + " of load"}, facts...)
	}
	m.line("<sub>" + inline(strings.Join(facts, ", ")) + ". Repeat it: " + code(view.Shorten(v.Command, 400)) + "</sub>")
}

// inline escapes a text for Markdown: it stays text, on its line, in its cell.
// What a forge would turn into a mention, a reference or a link is broken by an
// empty comment.
func inline(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '[', ']', '|':
			b.WriteString("\\" + string(r))
		case '@', '#', '!', '~', '$':
			b.WriteString("\\" + string(r) + "<!-- -->")
		case '%', ':', '.':
			b.WriteRune(r)
			if i+1 < len(runes) && (r == ':' && runes[i+1] == '/' || r == '.' && strings.HasSuffix(strings.ToLower(string(runes[:i])), "www") ||
				r == '%' && wordly(runes[i+1])) {
				b.WriteString("<!-- -->")
			}
		case '\n', '\r', '\t', '\u00a0':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func wordly(r rune) bool {
	return r == '"' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// code is a code span, whatever backticks are within.
func code(s string) string {
	if s == "" {
		return "unknown"
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}
