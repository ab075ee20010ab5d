package view

import (
	"fmt"
	"slices"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Gate is what the gate found, as a reader sees it.
type Gate struct {
	Verdict   Verdict // Sentence counts the scenarios, Judgement says what is wrong
	Scenarios Table
	Broken    Table // thresholds that did not do what is expected of them
	Figures   Table // that regressed, improved, or are undecided
	Notes     []string
	Contrasts []Contrast // of the figures that differ
}

// NewGate computes the view of a gate.
func NewGate(g *result.Gate) *Gate {
	v := &Gate{}
	v.Scenarios = Table{Columns: []Column{words("Outcome", ""), words("Scenario", ""), words("Thresholds", ""), words("Against the baseline", "")}}
	v.Broken = Table{Columns: []Column{words("Verdict", ""), words("Threshold", ""), words("Scenario", ""), words("Topology", ""), number("Observed", "mean and 95% interval")}}
	for i := range g.Scenarios {
		s := &g.Scenarios[i]
		v.Scenarios.Rows = append(v.Scenarios.Rows, []Cell{{Text: s.Outcome, Tone: outcomeTone(s.Outcome)}, {Text: Clean(s.Path)}, {Text: thresholdsInWords(s)}, {Text: againstInWords(s)}})
		v.Broken.Rows = append(v.Broken.Rows, broken(s)...)
		v.Notes = append(v.Notes, gateNotes(s)...)
	}
	v.Notes = append(v.Notes, withoutBaseline(g)...)
	v.Figures, v.Contrasts = gateFigures(g.Scenarios)
	v.Verdict = gateVerdict(g)
	return v
}

func outcomeTone(outcome string) Tone {
	return map[string]Tone{"pass": Good, "inconclusive": Warn, "fail": Bad, "error": Bad}[outcome]
}

// gateVerdict says how the gate ended.
func gateVerdict(g *result.Gate) Verdict {
	count := map[string]int{}
	for _, s := range g.Scenarios {
		count[s.Outcome]++
	}
	var parts []string
	for _, p := range []struct{ key, one, many string }{{"pass", "passes", "pass"}, {"fail", "fails", "fail"}, {"inconclusive", "is undecided", "are undecided"},
		{"error", "cannot be run", "cannot be run"}} {
		if n := count[p.key]; n > 0 {
			parts = append(parts, Plural(n, p.one, p.many))
		}
	}
	out := Verdict{Word: g.Verdict, Tone: outcomeTone(g.Verdict), Sentence: "no scenario was run"}
	if len(g.Scenarios) > 0 {
		out.Sentence = Plural(len(g.Scenarios), "scenario", "scenarios") + ": " + strings.Join(parts, ", ")
	}
	if count["inconclusive"] > 0 && g.Inconclusive != "" {
		out.Sentence += fmt.Sprintf(" (what is undecided is taken as %s)", g.Inconclusive)
	}
	if g.Partial {
		out.Sentence += "; interrupted before the end"
	}
	out.Sentence += "."
	return out
}

// thresholdsInWords says how many thresholds of a scenario hold.
func thresholdsInWords(s *result.GatedScenario) string {
	count := map[string]int{}
	for _, j := range s.Judged {
		count[j.Verdict]++
	}
	n := len(s.Judged)
	var text string
	switch {
	case s.Error != "":
		return Missing
	case n == 0:
		text = "none"
	case count["fail"] > 0:
		text = fmt.Sprintf("%d of %d fail", count["fail"], n)
	case count["inconclusive"] > 0:
		text = fmt.Sprintf("%d of %d undecided", count["inconclusive"], n)
	default:
		text = fmt.Sprintf("%d of %d hold", n, n)
	}
	if s.Expect == "fail" {
		text += map[bool]string{true: ", as they must", false: ", and must fail"}[s.Thresholds == "fail"]
	}
	return text
}

// againstInWords is the verdict against the baseline, with how many figures bear it.
func againstInWords(s *result.GatedScenario) string {
	switch {
	case s.Error != "":
		return Missing
	case s.Updated == "written" && s.Against.Verdict == result.GateNoBaseline:
		return "baseline written"
	case s.Updated == "written":
		return s.Against.Verdict + "; baseline written"
	case s.Updated == "unchanged":
		return "baseline unchanged"
	}
	n := 0
	for _, f := range s.Against.Figures {
		if f.Verdict == s.Against.Verdict {
			n++
		}
	}
	switch s.Against.Verdict {
	case result.GateRegressed, result.GateImproved, result.GateInconclusive, result.GateNoise:
		if n > 0 {
			return fmt.Sprintf("%s: %d of %s", s.Against.Verdict, n, Plural(len(s.Against.Figures), "figure", "figures"))
		}
	}
	return s.Against.Verdict
}

// broken are the thresholds of a scenario that a reader must look at.
func broken(s *result.GatedScenario) (rows [][]Cell) {
	if s.Expect == "fail" {
		return nil
	}
	for _, t := range s.Judged {
		if t.Verdict == "pass" {
			continue
		}
		observed := unitOf(t.Metric).cell(t.Observed)
		if t.Observed.Value == nil && t.Observed.Reason != "" { // a word, such as a state
			observed = text(Shorten(t.Observed.Reason, maxRemark))
		}
		rows = append(rows, []Cell{{Text: Clean(t.Verdict), Tone: outcomeTone(t.Verdict)}, text(Shorten(selector(t.Metric, t.Tags)+" "+t.Expression, maxRemark)),
			{Text: Name(s.Name)}, {Text: Name(t.Topology)}, observed})
	}
	return rows
}

// asExpected reports that the thresholds of a scenario failed, as they must.
func asExpected(s *result.GatedScenario) bool { return s.Expect == "fail" && s.Thresholds == "fail" }

// mostReasons of one baseline are told.
const mostReasons = 6

// gateNotes say why, where a row cannot.
func gateNotes(s *result.GatedScenario) (out []string) {
	note := func(format string, args ...any) {
		out = append(out, Clean(s.Path)+": "+Clean(fmt.Sprintf(format, args...)))
	}
	if s.Error != "" {
		note("%s", errorLine(s.Error))
		return out
	}
	if s.Reason != "" && !asExpected(s) {
		note("%s", s.Reason)
	}
	for _, t := range s.Judged {
		if t.Verdict == "inconclusive" && t.Reason != "" && s.Expect != "fail" {
			note("%s %s on %s: %s", selector(t.Metric, t.Tags), t.Expression, t.Topology, t.Reason)
		}
	}
	if s.Updated != "" {
		return out
	}
	switch s.Against.Verdict {
	case result.GateNoBaseline: // said of all together
	case result.GateIncompatible:
		why := s.Against.Reasons
		if more := len(why) - mostReasons; more > 0 {
			why = append(slices.Clone(why[:mostReasons]), fmt.Sprintf("and %d more", more))
		}
		note("the baseline is of another run: %s (gate --update writes it anew)", strings.Join(why, "; "))
	default:
		for _, r := range s.Against.Reasons {
			note("%s", r)
		}
	}
	for _, f := range s.Against.Figures {
		if f.Verdict == result.GateInconclusive {
			note("%s on %s: %s", selector(f.Metric, f.Tags), f.Candidate, f.Reason)
		}
	}
	return out
}

// withoutBaseline says which scenarios lack one and need it.
func withoutBaseline(g *result.Gate) []string {
	var lacking []*result.GatedScenario
	for i := range g.Scenarios {
		if s := &g.Scenarios[i]; s.Against.Verdict == result.GateNoBaseline && len(s.Against.Figures) == 0 && s.Error == "" && s.Updated == "" && !asExpected(s) {
			lacking = append(lacking, s)
		}
	}
	switch len(lacking) {
	case 0:
		return nil
	case 1:
		return []string{Clean(lacking[0].Path) + ": no baseline to compare with; gate --update writes " + Clean(lacking[0].Against.Baseline) + ", to be committed"}
	}
	return []string{Plural(len(lacking), "scenario has", "scenarios have") + " no baseline to compare with; gate --update writes them, NAME.baseline.json beside each scenario, to be committed"}
}

// errorLine is the first of the mistakes of a scenario's files, and how many follow:
// each stands on a line of its own, before the excerpts, which are indented.
func errorLine(all string) string {
	var lines []string
	for line := range strings.Lines(all) {
		if !strings.HasPrefix(line, " ") && strings.TrimSpace(line) != "" {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	switch len(lines) {
	case 0:
		return "it cannot be run"
	case 1:
		return Shorten(lines[0], 400)
	}
	return Shorten(lines[0], 400) + ", and " + Plural(len(lines)-1, "more mistake", "more mistakes")
}

// gateFigures lists the figures that differ by more than noise, the worst first.
func gateFigures(all []result.GatedScenario) (Table, []Contrast) {
	out := Table{Columns: []Column{words("Verdict", ""), words("Figure", ""), words("Scenario", ""), words("Topology", ""), number("Baseline", ""),
		number("Now", ""), number("Difference", "paired, with its 95% interval"), number("Relative", "of availability: to what the baseline lacks of 100%")}}
	var contrasts []Contrast
	for _, verdict := range []string{result.GateRegressed, result.GateInconclusive, result.GateImproved} {
		for i := range all {
			if all[i].Updated != "" {
				continue
			}
			for _, f := range all[i].Against.Figures {
				if f.Verdict != verdict {
					continue
				}
				out.Rows = append(out.Rows, gateRow(&all[i], f))
				c := newContrast(f.Comparison, true)
				c.Baseline, c.Candidate = "the baseline", Name(all[i].Name)
				if f.Baseline != f.Candidate || len(all) > 1 {
					c.Subject += ", " + Name(f.Candidate)
				}
				contrasts = append(contrasts, c)
			}
		}
	}
	return out, contrasts
}

func gateRow(s *result.GatedScenario, f result.GatedFigure) []Cell {
	u := unitOf(f.Metric)
	c := newContrast(f.Comparison, true)
	relative := Cell{Text: Missing, Tone: Muted}
	if f.Relative != nil {
		one := 1 + *f.Relative
		relative = Cell{Text: Percentage(result.Estimate{Value: &one})}
	}
	return []Cell{{Text: f.Verdict, Tone: gateTone(f.Verdict)}, {Text: gateFigure(f.Comparison)}, {Text: Name(s.Name)}, {Text: Name(f.Candidate)},
		u.point(f.A), u.point(f.B), changeCell(c), relative}
}

// gateFigure names a figure: "p99 latency of browse".
func gateFigure(c result.Comparison) string {
	name, _ := metricName(c.Metric)
	for _, tag := range []metric.Tag{metric.Journey, metric.Fault} {
		if of := c.Tags[tag.String()]; of != "" {
			return name + " of " + Name(of)
		}
	}
	return name
}

// gateTone is the tone of a verdict against a baseline.
func gateTone(verdict string) Tone {
	return map[string]Tone{result.GatePass: Good, result.GateImproved: Good, result.GateRegressed: Bad, result.GateInconclusive: Warn,
		result.GateIncompatible: Warn, result.GateNoBaseline: Warn}[verdict]
}

// Problem is one thing that a reviewer must see, in one line.
type Problem struct {
	Path, Line string // where: a file, and its line if one is known
	Title      string
	Text       string
	Grave      bool // it fails the gate; else it is undecided
}

// Problems lists what keeps scenarios from passing, the gravest first.
func Problems(g *result.Gate) (out []Problem) {
	for i := range g.Scenarios {
		out = append(out, problems(&g.Scenarios[i])...)
	}
	for i := range out {
		if !out[i].Grave && g.Inconclusive == "fail" {
			out[i].Grave = true
		}
	}
	if g.Inconclusive == "pass" {
		out = slices.DeleteFunc(out, func(p Problem) bool { return !p.Grave })
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return whether(b.Grave) - whether(a.Grave) })
	return out
}

func problems(s *result.GatedScenario) (out []Problem) {
	at := Problem{Path: s.Path, Title: Name(s.Name)}
	add := func(grave bool, line, format string, args ...any) {
		p := at
		p.Grave, p.Line, p.Text = grave, line, Clean(fmt.Sprintf(format, args...))
		out = append(out, p)
	}
	switch {
	case s.Outcome == "pass":
		return nil
	case s.Error != "":
		add(true, "", "%s", errorLine(s.Error))
		return out
	case s.Reason != "" && !asExpected(s):
		add(s.Outcome == "fail", "", "%s", s.Reason)
	}
	for _, t := range s.Judged {
		if t.Verdict != "pass" && s.Expect != "fail" {
			_, line, _ := cutLast(t.Source, ":")
			observed := unitOf(t.Metric).Estimate(t.Observed).String()
			add(t.Verdict == "fail", line, "threshold %s %s on %s: %s, observed %s", selector(t.Metric, t.Tags), t.Expression, t.Topology, t.Verdict, observed)
		}
	}
	if s.Updated != "" {
		return out
	}
	for _, f := range s.Against.Figures {
		if f.Verdict == result.GateRegressed || f.Verdict == result.GateInconclusive {
			row := gateRow(s, f)
			add(f.Verdict == result.GateRegressed, "", "%s: %s on %s was %s and is %s (%s)", f.Verdict, row[1].Text, row[3].Text, row[4].Text, row[5].Text, row[7].Text)
		}
	}
	if v := s.Against.Verdict; v == result.GateNoBaseline || v == result.GateIncompatible {
		add(false, "", "%s: %s", v, strings.Join(s.Against.Reasons, "; "))
	}
	return out
}

// cutLast cuts around the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Against is one run against its baseline.
type Against struct {
	Word  string // the verdict
	Tone  Tone
	Text  string
	Table Table // of the figures that differ by more than noise
	Notes []string
}

func against(doc *result.Document) *Against {
	if doc.Against == nil {
		return nil
	}
	s := result.GatedScenario{Path: doc.Scenario.Name, Name: doc.Scenario.Name, Against: *doc.Against}
	t, _ := gateFigures([]result.GatedScenario{s})
	out := &Against{Word: doc.Against.Verdict, Tone: gateTone(doc.Against.Verdict), Table: t.without("Scenario"), Notes: gateNotes(&s)}
	count := map[string]int{}
	for _, f := range doc.Against.Figures {
		count[f.Verdict]++
	}
	var parts []string
	for _, v := range slices.Backward(result.GateVerdicts) {
		if count[v] > 0 {
			name := v
			if v == result.GatePass {
				name = "the same"
			}
			parts = append(parts, fmt.Sprintf("%s %s", Integer(int64(count[v])), name))
		}
	}
	out.Text = "Against " + Clean(doc.Against.Baseline)
	if len(parts) > 0 {
		out.Text += ", of " + Plural(len(doc.Against.Figures), "figure", "figures") + ": " + strings.Join(parts, ", ")
	}
	out.Text += "."
	return out
}

// without is the table without the column of a title.
func (t Table) without(title string) Table {
	at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Title == title })
	if at < 0 {
		return t
	}
	t.Columns = slices.Delete(slices.Clone(t.Columns), at, at+1)
	rows := t.Rows
	t.Rows = nil
	for _, r := range rows {
		t.Rows = append(t.Rows, slices.Delete(slices.Clone(r), at, at+1))
	}
	return t
}

// Observed is what a threshold was judged by.
func Observed(t result.Verdict) string {
	if t.Observed.Value == nil && t.Observed.Reason != "" { // a word, such as a state
		return Clean(t.Observed.Reason)
	}
	return strings.ReplaceAll(unitOf(t.Metric).Estimate(t.Observed).String(), "\u00a0", " ")
}

// ThresholdText is a threshold as a scenario spells it.
func ThresholdText(t result.Verdict) string {
	return Clean(selector(t.Metric, t.Tags) + " " + t.Expression)
}

// Spelled names a figure as a baseline does: "latency.p99{journey:browse}".
func Spelled(f result.GatedFigure) string { return Clean(selector(f.Metric, f.Tags)) }

// FigureText is a figure against its baseline in one line.
func FigureText(f result.GatedFigure) string {
	row := gateRow(&result.GatedScenario{}, f)
	change := strings.TrimSpace(row[6].Text + " " + row[6].Sub)
	return strings.ReplaceAll(fmt.Sprintf("was %s and is %s: %s, %s", row[4].Text, row[5].Text, change, row[7].Text), "\u00a0", " ")
}
