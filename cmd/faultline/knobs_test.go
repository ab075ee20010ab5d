package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"faultline/scenarios"
	"faultline/sim/result"
	"faultline/topologies"
)

// Every key that a file may hold must do something: a configuration that is
// accepted and changes nothing is a lie. For each key there is a scenario in
// which it alone is changed, and something that must change with it. A key
// without a row fails the test, so that a new one needs a row.

// effect is where the change of a key must show.
type effect string

const (
	figures  effect = "a figure of some replication"
	series   effect = "a series"
	verdict  effect = "a verdict"
	document effect = "a name or an objective in the result"
	// What the key decides is not due yet; until then it is repeated among the
	// values in force, and nowhere else.
	resolved effect = "the values in force"
)

// refused says that the change is refused with an error that holds the text.
func refused(text string) effect { return effect("refused: " + text) }

// knob is one key with a change of it.
type knob struct {
	field  string   // as fieldsOf names it
	given  []string // --set before and after the change
	change string   // --set that changes the key and nothing else
	moves  effect
}

const (
	page = "components.front.operations.page."
	hop  = `edges."front -> back".`
)

// hit is a fault in force from the second to the fourth second.
func hit(more ...string) []string {
	return append([]string{"faults.f.at=2s", "faults.f.duration=2s"}, more...)
}

// impatient are tries that often take too long, and are repeated.
func impatient(more ...string) []string {
	return append([]string{hop + "retries.attempts=2", hop + "retries.perTryTimeout=8ms"}, more...)
}

// knobs are the rows of all sections, one file each: knobs_SECTION_test.go. Rows
// of one kind of thing stand together, so that several people can add some.
func knobs() []knob {
	return slices.Concat(scenarioKnobs, faultKnobs(), topologyKnobs, edgeKnobs, applicationKnobs, stepKnobs, gateKnobs)
}

// outcome is what one command line gives, in parts that can be compared.
type outcome struct {
	code    int
	stderr  string
	samples map[string]string // the values of the replications by metric and tags
	parts   map[effect]string // all else
}

// moved reports whether a part of the result has changed. A figure has changed
// if one that both results have has other values: names alone do not count.
func (o outcome) moved(other outcome, e effect) bool {
	if e != figures {
		return o.parts[e] != other.parts[e]
	}
	for name, values := range o.samples {
		if v, ok := other.samples[name]; ok && v != values {
			return true
		}
	}
	return false
}

// tryKnob runs the scenario of the knobs with some values set.
func tryKnob(t *testing.T, cache map[string]outcome, set []string) outcome {
	t.Helper()
	args := []string{"run", "testdata/knobs/scenario.yaml", "--format", "json", "--no-report", "--quiet", "--out", t.TempDir()}
	for _, s := range set {
		args = append(args, "--set", s)
	}
	if base := baselineOf(t, set); base != "" {
		args = append(args, "--baseline", base)
	}
	name := strings.Join(set, "\n")
	if o, ok := cache[name]; ok {
		return o
	}
	o := outcome{parts: make(map[effect]string)}
	var stdout string
	o.code, stdout, o.stderr = command(t, args...)
	if slices.Contains([]int{exitPass, exitFail, exitInconclusive}, o.code) {
		store, err := result.ReadJSON(strings.NewReader(stdout))
		if err != nil {
			t.Fatal(err)
		}
		o.split(store.Document())
	}
	cache[name] = o
	return o
}

// split takes a result apart: what is measured, and what is only repeated.
func (o *outcome) split(doc *result.Document) {
	spell := func(v any) string { return string(must(json.Marshal(v))) }
	o.samples = make(map[string]string)
	for _, s := range doc.Samples {
		delete(s.Tags, "topology")
		o.samples[s.Metric+spell(s.Tags)] = spell(s.Values)
	}
	var bands []result.Series
	names := spell([]any{doc.Scenario.Name, doc.Scenario.Description, doc.Scenario.Expect})
	var verdicts []string
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		bands = append(bands, top.Series)
		names += top.Name
		for _, n := range top.Graph.Nodes {
			names += spell(n.Teams)
		}
		for _, j := range top.Journeys {
			names += spell([]any{j.Name, j.Criticality, j.Objectives})
		}
	}
	for _, v := range doc.Thresholds {
		verdicts = append(verdicts, v.Verdict)
	}
	o.parts[series] = spell(bands)
	o.parts[document] = names
	o.parts[verdict] = spell(verdicts)
	o.parts[resolved] = spell(doc.Resolved)
	if doc.Against != nil {
		var judged []string
		for _, f := range doc.Against.Figures {
			judged = append(judged, f.Metric+": "+f.Verdict)
		}
		o.parts[against] = spell(judged)
	}
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func TestEveryKeyMovesSomething(t *testing.T) {
	cache := make(map[string]outcome)
	for _, k := range knobs() {
		t.Run(k.field, func(t *testing.T) {
			before := tryKnob(t, cache, k.given)
			after := tryKnob(t, cache, append(slices.Clone(k.given), k.change))
			if text, ok := strings.CutPrefix(string(k.moves), "refused: "); ok {
				if after.code != exitUsage || !strings.Contains(after.stderr, text) {
					t.Errorf("--set %s: exit code %d, want it refused with %q:\n%s", k.change, after.code, text, after.stderr)
				}
				return
			}
			if before.samples == nil || after.samples == nil {
				t.Fatalf("exit codes %d and %d\n%s%s", before.code, after.code, before.stderr, after.stderr)
			}
			if !before.moved(after, k.moves) {
				t.Errorf("--set %s does not change %s", k.change, k.moves)
			}
			for _, e := range []effect{figures, series, verdict, document} {
				if k.moves == resolved && before.moved(after, e) {
					t.Errorf("--set %s changes %s: give it a better row", k.change, e)
				}
			}
		})
	}
}

func TestEveryKeyHasARow(t *testing.T) {
	rows := make(map[string]bool)
	for _, k := range knobs() {
		rows[k.field] = true
	}
	found := fieldsOf(new(scenarios.Spec), new(topologies.Spec), new(topologies.Application))
	for _, f := range found {
		if !rows[f] {
			t.Errorf("%s has no row: what does it change?", f)
		}
		delete(rows, f)
	}
	for f := range rows {
		t.Errorf("%s is no key any more", f)
	}
}
