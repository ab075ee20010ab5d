package view

import (
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func row(t *testing.T, v *View, label string) DecisionRow {
	t.Helper()
	for _, r := range v.Decision.Rows {
		if r.Label == label {
			return r
		}
	}
	t.Fatalf("no row %q in %+v", label, v.Decision.Rows)
	return DecisionRow{}
}

func TestDecisionTableHasAtMostTenRowsAndACellForEachTopology(t *testing.T) {
	for name, doc := range map[string]*result.Document{"two": fixture.Document(), "many": fixture.Many(12), "void": fixture.Void(), "empty": fixture.Empty()} {
		v := New(fixture.Store(doc))
		if n := len(v.Decision.Rows); n == 0 || n > 10 {
			t.Errorf("%s: %d rows", name, n)
		}
		for _, r := range v.Decision.Rows {
			if len(r.Cells) != len(doc.Topologies) {
				t.Errorf("%s: row %s has %d cells for %d topologies", name, r.Label, len(r.Cells), len(doc.Topologies))
			}
		}
	}
}

func TestFiguresThatAreNullEverywhereHaveNoRow(t *testing.T) {
	for _, r := range New(fixture.Store(fixture.Void())).Decision.Rows {
		if r.Label != "Moving parts" {
			t.Errorf("row %q of a result without figures: %+v", r.Label, r.Cells)
		}
	}
}

func TestTheBestIsMarked(t *testing.T) {
	v := New(fixture.Store(fixture.Document()))
	for label, best := range map[string][2]bool{
		"Goodput": {false, true}, "Availability": {false, true}, "p99 latency of browse": {true, false}, "Blast radius": {false, true}, "Moving parts": {false, false},
	} {
		cells := row(t, v, label).Cells
		if cells[0].Best != best[0] || cells[1].Best != best[1] {
			t.Errorf("%s: best is %v, %v; want %v", label, cells[0].Best, cells[1].Best, best)
		}
	}
}

func TestNothingIsBestWithinChance(t *testing.T) {
	e := func(v, half float64) candidate {
		return candidate{figure: result.Figure{Estimate: around(v, v-half, v+half)}}
	}
	sampled := func(values ...float64) candidate {
		c := e(values[0], 100) // an interval that overlaps with everything
		for i := range values {
			c.figure.Samples = append(c.figure.Samples, &values[i])
		}
		return c
	}
	for name, c := range map[string]struct {
		all  []candidate
		way  better
		want []bool
	}{
		"apart":               {[]candidate{e(10, 1), e(20, 1)}, higher, []bool{false, true}},
		"lower is better":     {[]candidate{e(10, 1), e(20, 1)}, lower, []bool{true, false}},
		"overlapping":         {[]candidate{e(10, 6), e(20, 6)}, higher, []bool{false, false}},
		"a group of two":      {[]candidate{e(10, 1), e(20, 1), e(20.5, 1)}, higher, []bool{false, true, true}},
		"pairs tell them":     {[]candidate{sampled(10, 20, 31), sampled(11, 21.1, 32)}, higher, []bool{false, true}},
		"pairs do not":        {[]candidate{sampled(10, 20, 30), sampled(11, 19, 31)}, higher, []bool{false, false}},
		"one value":           {[]candidate{e(10, 1), {}}, higher, []bool{false, false}},
		"a missing between":   {[]candidate{e(10, 1), {}, e(20, 1)}, higher, []bool{false, false, true}},
		"equal, no intervals": {[]candidate{point(3), point(3)}, higher, []bool{false, false}},
		"no intervals":        {[]candidate{point(3), point(4)}, higher, []bool{false, true}},
	} {
		got := bestOf(c.all, c.way)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

func point(v float64) candidate {
	return candidate{figure: result.Figure{Estimate: result.Estimate{Value: &v}}}
}

// Without replication values the journeys are added by their estimates, shares
// by the requests they are of.
func TestTotalsOverJourneysWithoutSamples(t *testing.T) {
	doc := fixture.Document()
	doc.Samples = nil
	topology := &doc.Topologies[0]
	topology.Journeys[0].Goodput, topology.Journeys[1].Goodput = around(100, 99, 101), around(10, 8, 12)
	topology.Journeys[0].Availability, topology.Journeys[1].Availability = around(1, 1, 1), around(0.5, 0.5, 0.5)
	topology.Journeys[0].Counts = result.RequestCounts{Offered: 300, Succeeded: 300}
	topology.Journeys[1].Counts = result.RequestCounts{Offered: 100, Succeeded: 50, Degraded: 50}
	topology.Journeys[0].Failures, topology.Journeys[1].Failures = nil, nil
	v := New(fixture.Store(doc))
	if got := row(t, v, "Goodput").Cells[0]; got.Line != "110.0 ± 3.0\u00a0req/s" {
		t.Errorf("goodput: %+v", got)
	}
	if got := row(t, v, "Availability").Cells[0]; got.Text != "87.5%" {
		t.Errorf("availability: %+v", got)
	}
}

func TestOfSeveralFaultsTheWorstDecides(t *testing.T) {
	doc := fixture.Document()
	for i := range doc.Topologies {
		second := doc.Topologies[i].Faults[0]
		second.Name = "mild"
		second.BlastRadius, second.BlastRadiusAfter = around(0.001, 0.0005, 0.0015), around(0, 0, 0)
		doc.Topologies[i].Faults = append([]result.Fault{second}, doc.Topologies[i].Faults...)
	}
	v := New(fixture.Store(doc))
	cell := row(t, v, "Worst blast radius").Cells[0]
	if !strings.HasPrefix(cell.Text, "62") || cell.Note != "poison-input" {
		t.Errorf("got %+v", cell)
	}
	if want := "Of 2 faults, poison-input hurts most. When recommendations crashes,"; !strings.HasPrefix(v.Verdict.Sentence, want) {
		t.Errorf("got %q", v.Verdict.Sentence)
	} // Each topology has a worst fault of its own: the sentence names both.
	doc.Topologies[1].Faults[0].BlastRadius = around(0.3, 0.29, 0.31)
	v = New(fixture.Store(doc))
	if want := "Of 2 faults, poison-input costs shop-monolith the most good requests, 62%; mild costs shop-microservices the most, 30%."; v.Verdict.Sentence != want {
		t.Errorf("got %q, want %q", v.Verdict.Sentence, want)
	}
}
