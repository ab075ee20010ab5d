package reports

import (
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"faultline/reports/view"
	"faultline/sim/result"
)

// textWidth is the widest line that Text writes, in columns of a terminal.
const textWidth = 100

// Text writes the table that run prints: a line a topology, the thresholds, and
// the verdict.
func Text(w io.Writer, store *result.Store, o Options) error {
	v := view.Summary(store)
	t := &textWriter{color: o.Color}
	t.head(v)
	t.wrapped(v.Verdict.Sentence)
	for _, a := range v.Alarms {
		t.wrapped(strings.ToUpper(a.Term) + ": " + a.Text)
	}
	t.line("")
	t.table(decisionGrid(v))
	if !v.Thresholds.Empty() {
		t.line("")
		t.table(thresholdGrid(v.Thresholds))
	}
	t.line("")
	t.end(v)
	t.against(v.Against)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// textWriter collects lines and keeps them within textWidth.
type textWriter struct {
	b     strings.Builder
	color bool
}

func (t *textWriter) line(s string) { t.b.WriteString(strings.TrimRight(s, " ") + "\n") }

// head says what was run.
func (t *textWriter) head(v *view.View) {
	facts := []string{view.Plural(v.Replications, "replication", "replications"), "seed " + v.Seed}
	if v.Duration > 0 {
		facts = append([]string{view.Clock(v.Duration) + " of load, " + view.Clock(v.Warmup) + " warm-up"}, facts...)
	}
	switch {
	case v.EndedEarly:
		facts = append(facts, "ended early")
	case v.Partial:
		facts = append(facts, "interrupted")
	}
	rest := plainSpaces(strings.Join(facts, ", "))
	t.line(cut(v.Scenario, textWidth-width(rest)-2) + ": " + rest)
	t.line("")
}

// end judges.
func (t *textWriter) end(v *view.View) {
	s := v.Verdict.Judgement
	if v.Verdict.Word != "" {
		s = t.paint(v.Verdict.Word, v.Verdict.Tone) + ": " + s
	}
	if n := len(v.Warnings); n > 0 {
		s += " " + view.Plural(n, "warning", "warnings") + " in the report."
	}
	t.line(s)
}

// against says how the run stands against a baseline, if there is one.
func (t *textWriter) against(a *view.Against) {
	if a == nil {
		return
	}
	t.line("")
	t.wrapped(t.paint(a.Word, a.Tone) + ": " + a.Text)
	if !a.Table.Empty() {
		t.line("")
		t.table(gridOf(a.Table, 1, "baseline", "topology"))
	}
	for _, n := range a.Notes {
		t.wrapped(n)
	}
}

// wrapped breaks a sentence at spaces, and a word that no line holds anywhere.
func (t *textWriter) wrapped(s string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		word = plainSpaces(word)
		for width(word) > textWidth {
			head := cut(word, textWidth)
			t.line(line)
			line, word = "", word[len(strings.TrimSuffix(head, "…")):]
			t.line(strings.TrimSuffix(head, "…"))
		}
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) > textWidth:
			t.line(line)
			line = word
		default:
			line += " " + word
		}
	}
	t.line(line)
}

// grid is a table of words that gives way where the terminal is narrow: first
// its flexible column is cut, then its figures are set tight, then the columns
// named in drop go, the first of them first.
type grid struct {
	head []string
	rows [][]gridCell
	flex int
	drop []string
	tail int // columns at the end of a flexible cell that outlive the cut
}

type gridCell struct {
	text string
	tone view.Tone
}

// decisionGrid has a line a topology.
func decisionGrid(v *view.View) grid {
	g := grid{head: []string{"topology"}}
	for _, t := range v.Topologies {
		g.rows = append(g.rows, []gridCell{{text: t.Name}})
	}
	for _, r := range v.Decision.Rows {
		if r.Short == "" {
			continue
		}
		g.head = append(g.head, r.Short)
		for i, c := range r.Cells {
			g.rows[i] = append(g.rows[i], gridCell{plainSpaces(c.Line), c.Tone})
		}
		if strings.HasPrefix(r.Short, "p99 ") {
			g.drop = append(g.drop, r.Short)
		}
	}
	g.drop = append(g.drop, "parts", "cost/h", "recovery", "p99", "available", "state")
	return g
}

// thresholdGrid has a line a threshold and topology.
func thresholdGrid(t view.Table) grid {
	g := grid{flex: 1, drop: []string{"topology"}, tail: 14}
	for _, c := range t.Columns[:min(len(t.Columns), 4)] {
		g.head = append(g.head, strings.ToLower(c.Title))
	}
	for _, r := range t.Rows {
		var row []gridCell
		for _, c := range r[:len(g.head)] {
			row = append(row, gridCell{plainSpaces(strings.TrimSpace(c.Text + " " + c.Sub)), c.Tone})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

const (
	gap     = 2  // between columns
	minFlex = 24 // to which the flexible column may be cut
)

// fit makes the grid no wider than textWidth and returns the widths of its columns.
func (g grid) fit() (grid, []int) {
	if widths, ok := g.widths(); ok {
		return g, widths
	}
	g = g.tight()
	for _, name := range g.drop {
		if widths, ok := g.widths(); ok {
			return g, widths
		}
		if i := slices.Index(g.head, name); i > 0 {
			g = g.without(i)
		}
	}
	widths, ok := g.widths()
	if !ok { // nothing may go any more: share what there is
		for i := range widths {
			widths[i] = min(widths[i], (textWidth-gap*(len(widths)-1))/len(widths))
		}
	}
	return g, widths
}

// widths are the columns' widths, the flexible one cut as far as it must and
// may; ok says whether the whole fits.
func (g grid) widths() (widths []int, ok bool) {
	widths = make([]int, len(g.head))
	for i, h := range g.head {
		widths[i] = width(h)
	}
	for _, r := range g.rows {
		for i, c := range r {
			widths[i] = max(widths[i], width(c.text))
		}
	}
	sum := gap * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	if sum > textWidth && widths[g.flex] > minFlex {
		cut := min(sum-textWidth, widths[g.flex]-minFlex)
		widths[g.flex] -= cut
		sum -= cut
	}
	return widths, sum <= textWidth
}

// tight sets figures without spaces: 344.6±1.2/s.
func (g grid) tight() grid {
	squeeze := strings.NewReplacer(" ± ", "±", " req/s", "/s", " ms", "ms", " s", "s", " µs", "µs", " (", "(")
	out := grid{head: g.head, flex: g.flex, drop: g.drop, tail: g.tail}
	for _, r := range g.rows {
		row := slices.Clone(r)
		for i := range row {
			if i != g.flex && strings.ContainsAny(row[i].text, "±(") {
				row[i].text = squeeze.Replace(row[i].text)
			}
		}
		out.rows = append(out.rows, row)
	}
	return out
}

func (g grid) without(column int) grid {
	out := grid{head: slices.Delete(slices.Clone(g.head), column, column+1), flex: g.flex, drop: g.drop, tail: g.tail}
	for _, r := range g.rows {
		out.rows = append(out.rows, slices.Delete(slices.Clone(r), column, column+1))
	}
	return out
}

func (t *textWriter) table(g grid) {
	if len(g.rows) == 0 {
		return
	}
	g, widths := g.fit()
	var head []gridCell
	for _, h := range g.head {
		head = append(head, gridCell{text: strings.ToUpper(h)})
	}
	for _, r := range append([][]gridCell{head}, g.rows...) {
		var b strings.Builder
		for i, c := range r {
			s := g.cut(c.text, i, widths[i])
			pad := widths[i] - width(s)
			b.WriteString(t.paint(s, c.tone) + strings.Repeat(" ", pad+gap))
		}
		t.line(b.String())
	}
}

// ansi are the escapes of the tones.
var ansi = map[view.Tone]string{view.Good: "\x1b[32m", view.Warn: "\x1b[33m", view.Bad: "\x1b[31m", view.Muted: "\x1b[2m"}

func (t *textWriter) paint(s string, tone view.Tone) string {
	if !t.color || ansi[tone] == "" || s == "" {
		return s
	}
	return ansi[tone] + s + "\x1b[0m"
}

// width is the number of columns that a terminal gives to s.
func width(s string) int { return uniseg.StringWidth(s) }

// cut shortens a cell of one column to n columns: at its end, or before its tail.
func (g grid) cut(s string, column, n int) string {
	if column != g.flex || g.tail == 0 || width(s) <= n {
		return cut(s, n)
	}
	tail, keep := "", min(g.tail, n/2)
	for rest, state := s, -1; rest != ""; {
		if width(rest) <= keep {
			tail = rest
			break
		}
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return cut(s, n-width(tail)) + tail
}

// cut shortens s to n columns, with an ellipsis.
func cut(s string, n int) string {
	if width(s) <= n {
		return s
	}
	var b strings.Builder
	used, state := 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > n-1 {
			break
		}
		b.WriteString(cluster)
		used += w
	}
	return b.String() + "…"
}

// plainSpaces turns spaces that do not break into plain ones, which every
// terminal and every grep knows.
func plainSpaces(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
