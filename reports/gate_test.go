package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func number64(v float64) *float64 { return &v }

func between(v, half float64) result.Estimate {
	return result.Estimate{Value: number64(v), Low: number64(v - half), High: number64(v + half)}
}

// gatedFigure is a latency against its baseline.
func gatedFigure(journey, verdict string, before, after, half float64) result.GatedFigure {
	return result.GatedFigure{
		Comparison: result.Comparison{Metric: "latency.p99", Tags: map[string]string{"journey": journey}, Baseline: "shop", Candidate: "shop",
			A: between(before, 0.01), B: between(after, 0.01), Difference: between(after-before, half), Verdict: "worse"},
		Unit: "time", Better: "lower", Relative: number64((after - before) / before), Floor: 0.0001, Verdict: verdict,
	}
}

func threshold(text, verdict, reason string) result.Verdict {
	return result.Verdict{Metric: "availability", Tags: map[string]string{"journey": text}, Expression: ">= 99.9%", Topology: "shop", Observed: between(0.97, 0.01),
		Verdict: verdict, Reason: reason, Source: "scenarios/shop.yaml:21"}
}

// gateOf has a scenario of each kind under some names.
func gateOf(name func(string) string) *result.Gate {
	scenario := func(path, outcome, thresholds string, a result.Against, judged ...result.Verdict) result.GatedScenario {
		return result.GatedScenario{Path: name("scenarios/" + path + ".yaml"), Name: name(path), Outcome: outcome, Expect: "pass", Thresholds: thresholds, Judged: judged,
			Against: a, Seed: 7, Replications: 5, Fingerprint: "0123456789abcdef", Command: "faultline run " + name(path)}
	}
	against := func(verdict string, reasons []string, figures ...result.GatedFigure) result.Against {
		return result.Against{Baseline: name("shop.baseline.json"), Verdict: verdict, Reasons: reasons, Tolerance: 0.02, Figures: figures}
	}
	undecided := gatedFigure(name("browse"), result.GateInconclusive, 0.2, 0.21, 0.02)
	undecided.Reason, undecided.Needed = "the interval holds zero: about 20 replications would decide (5 were compared)", 20
	canary := scenario("canary", "fail", "pass", against(result.GatePass, nil), threshold(name("buy"), "pass", ""))
	canary.Expect, canary.Reason = "fail", "its thresholds must fail, and hold"
	broken := result.GatedScenario{Path: name("scenarios/broken.yaml"), Name: name("broken"), Outcome: "error",
		Error:   name("scenarios/broken.yaml") + ":3:5: unknown field \"rat\"\n    load: { rat: 1 }\n            ^\nscenarios/broken.yaml:4:1: more",
		Against: result.Against{Verdict: result.GateNoBaseline}}
	updated := scenario("updated", "pass", "pass", against(result.GateRegressed, nil, gatedFigure(name("browse"), result.GateRegressed, 0.2, 0.3, 0.01)))
	updated.Updated = "written"
	return &result.Gate{Schema: result.GateSchema, Tool: result.Tool{Version: "v1"}, Verdict: "fail", Scenarios: []result.GatedScenario{
		scenario("sound", "pass", "pass", against(result.GatePass, nil, gatedFigure(name("browse"), result.GatePass, 0.2, 0.2, 0)), threshold(name("browse"), "pass", "")),
		scenario("slower", "fail", "pass", against(result.GateRegressed, nil, gatedFigure(name("browse"), result.GateRegressed, 0.2, 0.25, 0.01),
			gatedFigure(name("buy"), result.GateImproved, 0.9, 0.7, 0.05), gatedFigure(name("search"), result.GateNoise, 0.1, 0.1001, 0.01))),
		scenario("failing", "fail", "fail", against(result.GatePass, nil), threshold(name("browse"), "fail", "")),
		scenario("undecided", "inconclusive", "inconclusive", against(result.GateInconclusive, nil, undecided), threshold(name("browse"), "inconclusive", "the interval straddles the bound")),
		scenario("fresh", "inconclusive", "pass", against(result.GateNoBaseline, []string{"there is no baseline"})),
		scenario("changed", "inconclusive", "pass", against(result.GateIncompatible, []string{"run.seed was 7 and is 8", name("load.x") + " was 1/s and is 2/s"})),
		canary, broken, updated,
	}}
}

// evil is a name that every format might obey.
const evil = "\x1b[31m\a]]><script>alert(1)</script> @all #1 | `x` ${{ y }} %0A\n::error::\r\x00\u202e&\"'"

func gates() map[string]*result.Gate {
	many := &result.Gate{Schema: result.GateSchema, Verdict: "fail"}
	for i := range 60 {
		many.Scenarios = append(many.Scenarios, gateOf(func(s string) string { return fmt.Sprintf("%s-%d", s, i) }).Scenarios...)
	}
	return map[string]*result.Gate{
		"gate":         gateOf(func(s string) string { return s }),
		"gate-hostile": gateOf(func(s string) string { return s + evil }),
		"gate-many":    many,
		"gate-none":    {Schema: result.GateSchema, Verdict: "pass", Partial: true},
	}
}

func writeGate(t *testing.T, w Writer[*result.Gate], g *result.Gate) string {
	t.Helper()
	var b strings.Builder
	if err := w.Write(&b, g, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGateInEveryFormat(t *testing.T) {
	extension := map[string]string{"text": "txt", "markdown": "md", "junit": "xml", "github": "github"}
	for _, name := range []string{"gate", "gate-hostile"} {
		for _, w := range GateWriters {
			if e := extension[w.Name]; e != "" {
				golden(t, name+"."+e, writeGate(t, w, gates()[name]))
			}
		}
	}
}

func TestGateObeysNobody(t *testing.T) {
	for name, g := range gates() {
		for _, w := range GateWriters {
			text := writeGate(t, w, g)
			if w.Name == "json" {
				if !json.Valid([]byte(text)) {
					t.Errorf("%s: no JSON", name)
				}
				continue
			}
			if strings.ContainsAny(text, "\x1b\a\x00\r\u202e") {
				t.Errorf("%s as %s: control characters reach the reader", name, w.Name)
			}
			if strings.Contains(text, "<script>alert") && w.Name != "text" && w.Name != "github" {
				t.Errorf("%s as %s: markup reaches the reader", name, w.Name)
			}
			if w.Name == "text" {
				for line := range strings.Lines(text) {
					if width(strings.TrimSuffix(line, "\n")) > textWidth {
						t.Errorf("%s: %q is too long", name, line)
					}
				}
			}
			if w.Name == "markdown" && len(text) > markdownLimit {
				t.Errorf("%s: %d bytes of Markdown", name, len(text))
			}
			if err := w.Write(failing{}, g, Options{}); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("%s as %s: a failing writer gives %v", name, w.Name, err)
			}
		}
	}
}

// A line of a workflow's log that begins with :: is a command. Ours are well formed,
// ten at most, and no name makes another.
func TestAnnotationsAreAtMostNineAndACount(t *testing.T) {
	command := regexp.MustCompile(`^::(error|warning) (file=[^,:]+,line=\d+,title=[^,:]+|title=faultline)::[^\r\n]+$`)
	for name, g := range gates() {
		for _, w := range GateWriters {
			if w.Name != "github" {
				continue
			}
			commands, plain := 0, 0
			for line := range strings.Lines(writeGate(t, w, g)) {
				line = strings.TrimSuffix(line, "\n")
				if !strings.HasPrefix(strings.TrimSpace(line), "::") {
					plain++
					continue
				}
				if commands++; !command.MatchString(line) {
					t.Errorf("%s: %q is no command of ours", name, line)
				}
			}
			if commands > mostAnnotations+1 || plain != 1 {
				t.Errorf("%s: %d commands and %d other lines", name, commands, plain)
			}
			if name == "gate-many" && commands != mostAnnotations+1 {
				t.Errorf("%d commands of many", commands)
			}
		}
	}
}

func TestUndecidedIsWhatWasAskedFor(t *testing.T) {
	g := gates()["gate"]
	var junit, github Writer[*result.Gate]
	for _, w := range GateWriters {
		switch w.Name {
		case "junit":
			junit = w
		case "github":
			github = w
		}
	}
	for policy, want := range map[string]struct{ failures, errors, skipped, warnings int }{
		"":     {3, 5, 0, 4}, // slower, failing, canary; undecided twice, fresh, changed, and the broken one
		"pass": {3, 1, 4, 0},
		"fail": {7, 1, 0, 0},
	} {
		g.Inconclusive = policy
		text := writeGate(t, junit, g)
		got := []int{strings.Count(text, "<failure "), strings.Count(text, "<error "), strings.Count(text, "<skipped "), strings.Count(writeGate(t, github, g), "::warning ")}
		if fmt.Sprint(got) != fmt.Sprint([]int{want.failures, want.errors, want.skipped, want.warnings}) {
			t.Errorf("%q: %v, want %v", policy, got, want)
		}
	}
}

func TestCompareInEveryFormat(t *testing.T) {
	for name, doc := range map[string]*result.Document{"compare": fixture.Document(), "compare-hostile": fixture.Hostile(), "compare-none": fixture.Empty()} {
		d := &result.Contrasts{Schema: result.ContrastsSchema, Scenario: doc.Scenario.Name, Seed: doc.Seed, Replications: doc.Replications, Warnings: doc.Warnings,
			A: result.Side{Name: doc.Scenario.Name}, B: result.Side{Name: doc.Scenario.Name}}
		for _, c := range doc.Comparisons {
			d.Changes = append(d.Changes, result.NewChange(c))
		}
		for _, w := range CompareWriters {
			var b strings.Builder
			if err := w.Write(&b, d, Options{}); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			switch {
			case w.Name == "text" && name != "compare-none":
				golden(t, name+".txt", text)
			case w.Name == "markdown" && name != "compare-none":
				golden(t, name+".md", text)
			case w.Name == "json" && !json.Valid([]byte(text)):
				t.Errorf("%s: no JSON", name)
			}
			if w.Name != "json" && (strings.ContainsAny(text, "\x1b\a\x00\r") || w.Name != "text" && strings.Contains(text, "<script>alert")) {
				t.Errorf("%s as %s: a name is obeyed", name, w.Name)
			}
			for line := range strings.Lines(text) {
				if w.Name == "text" && width(strings.TrimSuffix(line, "\n")) > textWidth {
					t.Errorf("%s: %q is too long", name, line)
				}
			}
		}
	}
}
