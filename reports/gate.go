package reports

import (
	"io"
	"strings"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

// GateWriters are the formats of what the gate found.
var GateWriters = []Writer[*result.Gate]{
	{"text", "a table that fits 100 columns", gateText},
	{"markdown", "a comment for a merge request, under 60 kB", gateMarkdown},
	{"json", "all figures, schema " + result.GateSchema, gateJSON},
	{"html", "one self-contained page with a forest plot", gateHTML},
	{"junit", "JUnit XML, as Jenkins and GitLab read it", gateJUnit},
	{"github", "annotations of a GitHub workflow, and its job summary", gateGitHub},
}

func gateJSON(w io.Writer, g *result.Gate, _ Options) error { return g.WriteJSON(w) }

// gateText writes a line a scenario, and then what is wrong.
func gateText(w io.Writer, g *result.Gate, o Options) error {
	v := view.NewGate(g)
	t := &textWriter{color: o.Color}
	scenarios := gridOf(v.Scenarios, 1)
	scenarios.tail = 24
	t.table(scenarios)
	for _, part := range []struct {
		table view.Table
		drop  []string
	}{{v.Broken, []string{"topology"}}, {v.Figures, []string{"baseline", "scenario", "topology"}}} {
		if !part.table.Empty() {
			t.line("")
			t.table(gridOf(part.table, 1, part.drop...))
		}
	}
	if len(v.Notes) > 0 {
		t.line("")
	}
	for _, n := range v.Notes {
		t.wrapped(n)
	}
	if len(g.Scenarios) > 0 {
		t.line("")
	}
	t.wrapped(t.paint(v.Verdict.Word, v.Verdict.Tone) + ": " + v.Verdict.Sentence)
	_, err := io.WriteString(w, t.b.String())
	return err
}

func gateMarkdown(w io.Writer, g *result.Gate, _ Options) error { return GateSummary(w, g) }

// GateSummary writes what a reviewer needs, in GitHub's flavour, under 60 kB: for a
// comment, or the summary of a job, which may hold 1 MiB.
func GateSummary(w io.Writer, g *result.Gate) error {
	v := view.NewGate(g)
	m := &markdownWriter{}
	m.line("## faultline gate: " + inline(v.Verdict.Word))
	m.line("")
	m.line(inline(v.Verdict.Sentence))
	m.line("")
	m.section("Thresholds that do not hold", v.Broken, "")
	m.section("Differences to the baseline", v.Figures, "Paired, replication by replication on the same requests, with 95% intervals.")
	m.notes(v.Notes)
	m.section("Scenarios", v.Scenarios, "")
	_, err := io.WriteString(w, m.b.String())
	return err
}

// notes is a list, as long as there is room.
func (m *markdownWriter) notes(all []string) {
	for i, n := range all {
		line := "- " + inline(view.Shorten(n, 400))
		if i >= markdownRows || !m.room(len(line)) {
			m.line("- " + view.Plural(len(all)-i, "more remark", "more remarks") + ".")
			break
		}
		m.line(line)
	}
	if len(all) > 0 {
		m.line("")
	}
}

// gateHTML writes the page of the gate.
func gateHTML(w io.Writer, g *result.Gate, _ Options) error {
	v := view.NewGate(g)
	a := &view.Answer{Study: "gate", Scenario: "gate: " + v.Verdict.Word, Partial: g.Partial, Sentence: v.Verdict.Sentence, Warnings: v.Notes, Sections: []view.Section{
		{ID: "scenarios", Title: "Scenarios", Tables: []view.Table{v.Scenarios}},
		{ID: "thresholds", Title: "Thresholds that do not hold", Tables: []view.Table{v.Broken}},
		{ID: "figures", Title: "Differences to the baselines", Tables: []view.Table{v.Figures}},
	}}
	var figures []chart.Figure
	if len(v.Contrasts) > 0 {
		figures = append(figures, forestOf(v.Contrasts))
	}
	return answerHTML(w, a, figures)
}

// one is a gate of a single result, for formats that are those of gates.
func one(store *result.Store) *result.Gate {
	doc := store.Document()
	s := result.GatedScenario{
		Path: sourceOf(doc), Name: doc.Scenario.Name, Outcome: doc.Verdict, Expect: "pass", Thresholds: doc.Verdict, Judged: doc.Thresholds,
		Against: result.Against{Verdict: result.GatePass, Figures: []result.GatedFigure{}},
		Seed:    doc.Seed, Replications: doc.Replications, Fingerprint: doc.Fingerprint, Command: doc.Scenario.Command,
	}
	if doc.Partial {
		s.Outcome, s.Reason = "inconclusive", "the result is partial, and decides nothing"
	}
	if doc.Against != nil {
		s.Against = *doc.Against
		if s.Against.Verdict == result.GateRegressed {
			s.Outcome = "fail"
		}
	}
	return &result.Gate{Schema: result.GateSchema, Tool: doc.Tool, Verdict: s.Outcome, Partial: doc.Partial, Scenarios: []result.GatedScenario{s}}
}

// sourceOf is the file of the scenario.
func sourceOf(doc *result.Document) string {
	if len(doc.Sources) > 0 {
		return doc.Sources[0].Path
	}
	return strings.TrimSpace(doc.Scenario.Name)
}
