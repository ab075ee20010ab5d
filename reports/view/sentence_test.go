package view

import (
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func TestTheVerdictSaysWhatHappened(t *testing.T) {
	cases := map[string]struct {
		doc                 *result.Document
		sentence, judgement string
		tone                Tone
	}{
		"fault": {fixture.Document(), "When recommendations crashes, shop-monolith loses 62% of its good requests and shop-microservices 0.21%. " +
			"shop-monolith recovers within 41\u00a0s and shop-microservices within 3\u00a0s.", "1 of 3 thresholds is broken, 1 undecided.", Bad},
		"calm":  {fixture.Calm(), "Without any fault, shop-monolith serves 344.6\u00a0req/s well.", "No threshold was set, so nothing was judged.", Neutral},
		"void":  {fixture.Void(), "No request would have been good without the faults, so there is no damage to compare.", "No threshold was set, so nothing was judged.", Neutral},
		"empty": {fixture.Empty(), "No request was answered well, and no fault was injected.", "No threshold was set, so nothing was judged.", Neutral},
		"many": {fixture.Many(7), "When recommendations crashes, the 7 topologies lose between nothing (shop-variant-1) and 7.6% (shop-variant-7) of the good requests. All recover within 3\u00a0s.",
			"1 of 3 thresholds is broken, 1 undecided.", Bad},
	}
	for name, c := range cases {
		v := New(fixture.Store(c.doc)).Verdict
		if v.Sentence != c.sentence {
			t.Errorf("%s: got %q, want %q", name, v.Sentence, c.sentence)
		}
		if v.Judgement != c.judgement || v.Tone != c.tone {
			t.Errorf("%s: got %q (%s)", name, v.Judgement, v.Tone)
		}
	}
}

func TestJudgementOfThresholds(t *testing.T) {
	for want, verdicts := range map[string][]string{
		"The threshold holds.":                                 {"pass"},
		"All 2 thresholds hold.":                               {"pass", "pass"},
		"2 of 2 thresholds are broken.":                        {"fail", "fail"},
		"1 of 2 thresholds is undecided with 20 replications.": {"pass", "inconclusive"},
	} {
		doc := fixture.Document()
		one := doc.Thresholds[0]
		doc.Thresholds = nil
		for _, verdict := range verdicts {
			one.Verdict = verdict
			doc.Thresholds = append(doc.Thresholds, one)
		}
		if got := New(fixture.Store(doc)).Verdict.Judgement; got != want {
			t.Errorf("%v: got %q, want %q", verdicts, got, want)
		}
	}
}

// Of many topologies that fare alike during a fault the sentence says so once,
// and how many come out of it in which way.
func TestManyTopologiesAreCountedByHowTheyEnd(t *testing.T) {
	ten, lost := 10.0, 0.9
	v := &View{Topologies: make([]Topology, 4)}
	f := Fault{Damage: []Damage{
		{State: "metastable", During: result.Estimate{Value: &lost}}, {State: "metastable", During: result.Estimate{Value: &lost}},
		{State: "outage", Recover: result.Estimate{Value: &ten}, During: result.Estimate{Value: &lost}}, {State: "stable", During: result.Estimate{Value: &lost}},
	}}
	if got, want := v.losses(&f), "each of the 4 topologies loses 90% of its good requests"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := "Of these, 2 stay broken after the fault is over, 1 recovers within 10\u00a0s and 1 stays stable"
	if got := v.recoveries(&f); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Where nothing differs but the price, the price is the finding.
func TestTopologiesThatServeAlikeAreComparedByTheirPrice(t *testing.T) {
	row := DecisionRow{Short: "goodput", Cells: []DecisionCell{{Text: "10 req/s"}, {Text: "10 req/s"}}}
	price := func(p float64) result.Estimate { return result.Estimate{Value: &p} }
	v := &View{Topologies: []Topology{{Name: "a"}, {Name: "b"}}, Decision: Decision{Rows: []DecisionRow{row}}, Costs: Costs{PerMillion: []result.Estimate{price(14), price(2.8)}}}
	if got, want := v.calmSentence(), "Without any fault, each of the 2 topologies serves 10 req/s well; a million good requests cost from 2.8 in b to 14 in a."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	v.Costs.PerMillion[0] = price(2.81)
	if got, want := v.calmSentence(), "Without any fault, each of the 2 topologies serves 10 req/s well."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	row.Cells[1].Text = "9 req/s"
	if got, want := v.calmSentence(), "Without any fault, a serves 10 req/s well and b serves 9 req/s well."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOverloadIsNoLackOfGoodRequests(t *testing.T) {
	v := &View{Topologies: []Topology{{Name: "a"}}, Faults: []Fault{{Name: "f", Damage: []Damage{{Applicable: true, State: "overloaded"}}}}}
	if got, want := v.sentence(nil), "No topology carries the load even without a fault, so the damage of the faults cannot be judged."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A journey that the load leaves out has no figures; a row of dashes, and bars
// that are not known, would say less than its absence.
func TestAJourneyThatNobodyBeginsIsNotShown(t *testing.T) {
	doc, none := fixture.Document(), result.Estimate{Reason: "nothing was good without the fault"}
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		idle := top.Journeys[0]
		idle.Name, idle.Counts, idle.Failures = "report", result.RequestCounts{}, nil
		idle.Offered, idle.Goodput = result.Estimate{Value: new(float64)}, result.Estimate{Value: new(float64)}
		top.Journeys = append(top.Journeys, idle)
		for k := range top.Faults {
			top.Faults[k].Journeys = append(top.Faults[k].Journeys, result.FaultJourney{Name: "report", BlastRadius: none, BlastRadiusAfter: none})
		}
	}
	v := New(fixture.Store(doc))
	for _, table := range v.Journeys {
		if n := len(table.Rows); n != len(doc.Topologies[0].Journeys)-1 {
			t.Errorf("%d rows", n)
		}
		if table.Note != "Not in this load: report." {
			t.Errorf("the note is %q", table.Note)
		}
	}
	for _, d := range v.Faults[0].Damage {
		for _, j := range d.Journeys {
			if j.Name == "report" {
				t.Error("the damage of a journey that nobody begins is shown")
			}
		}
	}
}

func TestRecoveriesAreToldTogether(t *testing.T) {
	ten, zero := 10.0, 0.0
	damage := func(state string, recover *float64) Damage {
		return Damage{Applicable: true, State: state, Recover: result.Estimate{Value: recover}}
	}
	for want, all := range map[string][]Damage{
		"Both recover within 10\u00a0s":                                             {damage("outage", &ten), damage("degraded", &ten)},
		"a recovers at once and b within 10\u00a0s":                                 {damage("degraded", &zero), damage("degraded", &ten)},
		"a stays stable and b recovers within 10\u00a0s":                            {damage("stable", &zero), damage("outage", &ten)},
		"a stays stable and b stays stable":                                         {damage("stable", nil), damage("stable", nil)},
		"b stays broken after the fault is over":                                    {damage("", nil), damage("metastable", nil)},
		"a has not recovered by the end and b is overloaded even without the fault": {damage("recovering", nil), damage("overloaded", nil)},
	} {
		v := &View{Topologies: []Topology{{Name: "a"}, {Name: "b"}}}
		if got := v.recoveries(&Fault{Damage: all}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestALossWithinChanceIsNothing(t *testing.T) {
	for _, c := range []struct {
		e    result.Estimate
		want string
	}{
		{around(0.001, -0.001, 0.003), "nothing"}, {around(-0.01, -0.02, -0.005), "nothing"}, {around(0.001, 0.0005, 0.0015), "0.1%"},
		{around(0.2, -0.1, 0.5), "20%"}, {result.Estimate{}, "an unknown share"},
	} {
		if got := Loss(c.e); got != c.want {
			t.Errorf("%v: got %q, want %q", c.e, got, c.want)
		}
	}
}

func TestFaultClausesNameKindAndPlace(t *testing.T) {
	for want, f := range map[string]Fault{
		"When payments slows down":         {Kind: "slow", Target: "component payments"},
		"When cart -> db is delayed":       {Kind: "never", Target: ""},
		"When traffic surges":              {Kind: "surge", Target: "flow shoppers"},
		"When shop answers with errors":    {Kind: "errors", Target: "service shop"},
		"When odd thing crashes":           {Kind: "crash", Target: "odd thing"},
		"When the network of a is delayed": {Kind: "delay", Target: "service a"},
	} {
		if f.Kind == "never" {
			if got := (Fault{Kind: "brownout", Name: "x"}).Clause(); got != "Under the fault x" {
				t.Errorf("unknown kind: %q", got)
			}
			continue
		}
		if got := f.Clause(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestConservationIsCheckedNotClaimed(t *testing.T) {
	doc := fixture.Document()
	if got := conservation(doc); !strings.Contains(got, "holds exactly for all 8,640,000 requests") {
		t.Errorf("got %q", got)
	}
	doc.Topologies[1].Journeys[0].Counts.Failed++
	if got := conservation(doc); !strings.HasPrefix(got, "Violated by browse in shop-microservices") {
		t.Errorf("got %q", got)
	}
}

func TestJudgementSaysWhatTheScenarioExpects(t *testing.T) {
	doc := fixture.Document()
	doc.Scenario.Expect = "fail"
	if got, want := New(fixture.Store(doc)).Verdict.Judgement, "The scenario expects them to fail."; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}
