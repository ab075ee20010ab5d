package study

import (
	"fmt"

	"faultline/scenarios"
	"faultline/sim/judge"
	"faultline/sim/result"
)

// The outcomes of a scenario at the gate, from the mildest to the worst.
const (
	GatePass         = "pass"
	GateInconclusive = "inconclusive"
	GateFail         = "fail"
	GateError        = "error" // the files are wrong
)

var gateOutcomes = []string{GatePass, GateInconclusive, GateFail, GateError}

func worseOutcome(a, b string) string {
	for i := len(gateOutcomes) - 1; i > 0; i-- {
		if a == gateOutcomes[i] || b == gateOutcomes[i] {
			return gateOutcomes[i]
		}
	}
	return GatePass
}

// Against compares a run with a baseline, by the bounds of its scenario.
func Against(store *result.Store, s *scenarios.Scenario, path string, b *result.BaselineFile) result.Against {
	return judge.Regression(store, path, b, s.Gate.Bounds())
}

// Gated judges one scenario at the gate: its thresholds, which must hold, or fail
// where it expects that, and what Against says. A scenario that expects to fail needs
// no baseline. Where the baseline is about to be written anew, what it says does not
// count.
func Gated(store *result.Store, path string, against result.Against, update bool) result.GatedScenario {
	doc := store.Document()
	out := result.GatedScenario{
		Path: path, Name: doc.Scenario.Name, Expect: doc.Scenario.Expect, Thresholds: doc.Verdict, Judged: doc.Thresholds, Against: against,
		Seed: doc.Seed, Replications: doc.Replications, Fingerprint: doc.Fingerprint, Command: doc.Scenario.Command,
	}
	if doc.Partial {
		out.Outcome, out.Reason = GateInconclusive, "the simulation ended early, at a limit: a partial result decides nothing"
		out.Against.Reasons = nil // the same again
		return out
	}
	out.Outcome, out.Reason = thresholds(doc)
	baseline := GatePass
	switch against.Verdict {
	case result.GateRegressed:
		baseline = GateFail
	case result.GateInconclusive, result.GateIncompatible:
		baseline = GateInconclusive
	case result.GateNoBaseline:
		if doc.Scenario.Expect != "fail" { // a canary needs none
			baseline = GateInconclusive
		}
	}
	if !update {
		out.Outcome = worseOutcome(out.Outcome, baseline)
	}
	return out
}

// thresholds says whether the thresholds did what the scenario expects of them.
func thresholds(doc *result.Document) (outcome, reason string) {
	switch {
	case doc.Scenario.Expect != "fail":
		return doc.Verdict, ""
	case doc.Verdict == GateFail:
		return GatePass, "its thresholds must fail, and do"
	case doc.Verdict == GateInconclusive:
		return GateInconclusive, "its thresholds must fail, and are undecided"
	case len(doc.Thresholds) == 0:
		return GateFail, "its thresholds must fail, and there are none"
	}
	return GateFail, "its thresholds must fail, and hold"
}

// NotRun is a scenario that could not be run.
func NotRun(path string, err error) result.GatedScenario {
	return result.GatedScenario{Path: path, Name: path, Outcome: GateError, Error: err.Error(), Judged: []result.Verdict{},
		Against: result.Against{Verdict: result.GateNoBaseline, Figures: []result.GatedFigure{}}}
}

// NewGate is what the gate found of all scenarios. The verdict is the worst of
// their outcomes; undecided is what is to be made of those that are: "pass",
// "fail", or "" for neither.
func NewGate(all []result.GatedScenario, version, undecided string, interrupted bool) (*result.Gate, error) {
	g := &result.Gate{Schema: result.GateSchema, Tool: result.Tool{Version: version}, Verdict: GatePass, Partial: interrupted,
		Inconclusive: undecided, Scenarios: append([]result.GatedScenario{}, all...)}
	switch undecided {
	case "", GatePass, GateFail:
	default:
		return nil, fmt.Errorf("what cannot be decided may pass or fail, not %q", undecided)
	}
	for i := range all {
		o := all[i].Outcome
		switch {
		case o == GateInconclusive && undecided != "":
			o = undecided
		case o == GateError:
			o = GateFail
		}
		g.Verdict = worseOutcome(g.Verdict, o)
	}
	return g, nil
}
