package blast

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"faultline/sim/measure"
)

func mustCompare(t *testing.T, w world, f, b func(request) measure.Entry) *Pairing {
	t.Helper()
	p, err := w.compare(f, b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pairsOf leaves out the sides.
func pairsOf(t Tally) Tally {
	t.F, t.B = Side{}, Side{}
	return t
}

func radius(t *testing.T, tally Tally) float64 {
	t.Helper()
	r, ok := tally.Radius()
	if !ok {
		t.Fatal("nothing was good in B")
	}
	return r
}

func TestTotalOutageLosesExactlyEverythingDuring(t *testing.T) {
	p := mustCompare(t, twin(), between(100*second, 160*second, refused), always(good))
	want := Tally{Pairs: 6000, GoodBase: 6000, Lost: 6000, LostFailed: 6000, Succeeded: 6000}
	if diff := cmp.Diff(want, pairsOf(p.All.During)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Tally{Pairs: 14000, GoodBase: 14000, Succeeded: 14000}, pairsOf(p.All.After)); diff != "" {
		t.Error(diff)
	}
	if r := radius(t, p.All.During); r != 1 {
		t.Errorf("blast radius %v, want 1", r)
	}
}

func TestErrorsOnAQuarterOfTheTrafficLoseExactlyAQuarter(t *testing.T) {
	quarter := func(q request) measure.Entry {
		if q.number%4 == 3 {
			return between(100*second, 160*second, failed)(q)
		}
		return good
	}
	p := mustCompare(t, twin(), quarter, always(good))
	if r := radius(t, p.All.During); r != 0.25 {
		t.Errorf("blast radius %v, want 0.25", r)
	}
	if r := radius(t, p.All.After); r != 0 {
		t.Errorf("blast radius after %v, want 0", r)
	}
	// Negative control: one request less is seen.
	spared := func(q request) measure.Entry {
		if q.number == 10003 {
			return good
		}
		return quarter(q)
	}
	p = mustCompare(t, twin(), spared, always(good))
	if r := radius(t, p.All.During); r != 1499.0/6000 {
		t.Errorf("with one request spared: %v, want %v", r, 1499.0/6000)
	}
}

func TestChanceDifferencesCancel(t *testing.T) {
	odd := func(q request) measure.Entry { return []measure.Entry{good, slow}[q.number%2] }
	even := func(q request) measure.Entry { return []measure.Entry{slow, good}[q.number%2] }
	p := mustCompare(t, twin(), odd, even)
	if d := p.All.During; d.Lost != 3000 || d.Gained != 3000 || radius(t, d) != 0 {
		t.Errorf("lost %d, gained %d, radius %v; want 3000, 3000, 0", d.Lost, d.Gained, radius(t, d))
	}
	if p.State != Stable {
		t.Errorf("state %v, want stable", p.State)
	}
}

func TestDamageIsSplitByJourney(t *testing.T) {
	w := twin()
	w.journey = func(q request) int { return min(1, q.number%5) } // a fifth browses, the rest checks out
	f := func(q request) measure.Entry {
		if q.journey == 1 && q.at >= 100*second && q.at < 130*second {
			return failed
		}
		return good
	}
	p := mustCompare(t, w, f, always(good))
	browse, checkout := p.Journeys[0].During, p.Journeys[1].During
	if browse.Pairs != 1200 || browse.Lost != 0 || checkout.Pairs != 4800 || checkout.Lost != 2400 {
		t.Errorf("browse %+v, checkout %+v", browse, checkout)
	}
	if radius(t, checkout) != 0.5 || radius(t, p.All.During) != 0.4 {
		t.Errorf("radius of checkout %v, of all %v; want 0.5, 0.4", radius(t, checkout), radius(t, p.All.During))
	}
}

func TestRequestsInFlightAtTheStartCountAsDuring(t *testing.T) {
	w := twin()
	w.open = []uint64{9990, 9997, 9999}
	lost := func(q request) measure.Entry {
		if slices.Contains(w.open, uint64(q.number)) {
			return measure.NewEntry(measure.ConnectionLost, false)
		}
		return good
	}
	p := mustCompare(t, w, lost, always(good))
	if d := p.All.During; d.Pairs != 6003 || d.Lost != 3 || d.LostFailed != 3 {
		t.Errorf("during %+v, want 6003 pairs and 3 lost", d)
	}
	if s := p.Slices[0]; s.Pairs != 1003 || s.Arrived != 1000 || s.Lost != 3 {
		t.Errorf("first slice %+v, want 1003 pairs of which 1000 arrived in it", s)
	}
	w.open = nil
	if d := mustCompare(t, w, lost, always(good)).All.During; d.Lost != 0 {
		t.Errorf("not in flight, but lost %d", d.Lost)
	}
}

func TestSeveritySplitsTheLost(t *testing.T) {
	f := func(q request) measure.Entry {
		if q.at < 100*second || q.at >= 160*second {
			return good
		}
		return []measure.Entry{good, failed, slow, waiting, partly}[q.number%5]
	}
	p := mustCompare(t, twin(), f, always(good))
	want := Tally{Pairs: 6000, GoodBase: 6000, Lost: 3600, LostFailed: 1200, Succeeded: 6000, Degraded: 1200}
	if diff := cmp.Diff(want, pairsOf(p.All.During)); diff != "" {
		t.Error(diff)
	}
}

func TestDegradedWithoutTheFaultIsNoDegradation(t *testing.T) {
	p := mustCompare(t, twin(), always(partly), always(partly))
	if d := p.All.During; d.Succeeded != 0 || d.Degraded != 0 || d.GoodBase != 6000 {
		t.Errorf("%+v, want nothing that succeeded in B and nothing degraded by the fault", d)
	}
}

func TestNothingGoodWithoutTheFaultHasNoRadius(t *testing.T) {
	p := mustCompare(t, twin(), always(failed), always(failed))
	if _, ok := p.All.During.Radius(); ok {
		t.Error("a blast radius although nothing was good in B")
	}
}

func TestAFaultWithoutAnEndHasDuringOf60Seconds(t *testing.T) {
	w := twin()
	w.faults[0] = Window{Start: 100 * second, Open: true}
	p := mustCompare(t, w, between(100*second, 300*second, failed), always(good))
	if p.All.During.Lost != 6000 || p.All.After.Lost != 14000 {
		t.Errorf("lost %d and %d, want 6000 and 14000", p.All.During.Lost, p.All.After.Lost)
	}
	if p.State != Outage || p.Recovered || p.Recover != nil {
		t.Errorf("state %v, recovered %v, %v; want an outage that nothing recovered", p.State, p.Recovered, p.Recover)
	}
}

func TestRunsThatAreNoTwinsAreRefused(t *testing.T) {
	w := twin()
	build := func() Input {
		return Input{Fault: w.faults[0], Faulted: w.run(always(good)), Baseline: w.run(always(good)), Journeys: 1}
	}
	cases := []struct {
		name, want string
		breakIt    func(*Input)
	}{
		{"no ledger", "without a ledger", func(in *Input) { in.Faulted.Ledger = nil }},
		{"another length", "29999 requests with the fault", func(in *Input) {
			in.Faulted.Ledger.Flows[0] = in.Faulted.Ledger.Flows[0][1:]
		}},
		{"another journey", "journeys of flow 0", func(in *Input) { in.Faulted.Ledger.Journey[0][7] = 1 }},
		{"an unknown journey", "no journey 1", func(in *Input) {
			in.Faulted.Ledger.Journey[0][12000], in.Baseline.Ledger.Journey[0][12000] = 1, 1
		}},
		{"another flow", "2 flows", func(in *Input) {
			in.Faulted.Ledger.Flows = append(in.Faulted.Ledger.Flows, nil)
		}},
		{"a missing mark", "no mark at 1m50s", func(in *Input) {
			in.Baseline.Marks = slices.Delete(in.Baseline.Marks, 1, 2)
		}},
		{"marks that differ", "had arrived", func(in *Input) { in.Faulted.Marks[2].Arrived[0]++ }},
		{"no requests in flight", "in flight", func(in *Input) { in.Baseline.Marks[0].Open = nil }},
		{"an unknown request in flight", "not in the ledger", func(in *Input) { in.Baseline.Marks[0].Open[0] = []uint64{1e6} }},
		{"a fault after the end", "after the last arrival", func(in *Input) { in.Fault.Start = 300 * second }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := build()
			c.breakIt(&in)
			if _, err := Compare(in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := Compare(build()); err != nil {
		t.Errorf("unbroken: %v", err)
	}
}

func TestARunThatEndedEarlyIsNotCompared(t *testing.T) {
	w := twin()
	in := Input{Fault: w.faults[0], Faulted: w.run(always(good)), Baseline: w.run(always(good)), Journeys: 1}
	in.Faulted.Partial = "over 1000000 requests in flight"
	p, err := Compare(in)
	if err != nil || p.State != Unknown || !strings.Contains(p.Reason, "1000000") {
		t.Errorf("%+v, %v; want an unknown state and the reason", p, err)
	}
}

func TestMarksCoverEveryCut(t *testing.T) {
	faults := []Window{
		{Start: 20 * second, End: 47 * second},
		{Start: 65 * second, Open: true},
		{Start: 200 * second, End: 210 * second},
	}
	got := Marks(faults, 95*second)
	want := []time.Duration{20 * second, 30 * second, 40 * second, 47 * second, 50 * second, 60 * second, 65 * second,
		70 * second, 75 * second, 80 * second, 85 * second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]time.Duration{20 * second, 65 * second}, Starts(faults, 95*second)); diff != "" {
		t.Error(diff)
	}
}

// random draws entries for both runs of a small world.
func random(t *rapid.T) (world, func(request) measure.Entry, func(request) measure.Entry) {
	entry := rapid.SampledFrom([]measure.Entry{good, slow, partly, failed, refused, waiting})
	start := time.Duration(rapid.IntRange(1, 60).Draw(t, "start")) * second
	length := time.Duration(rapid.IntRange(0, 80).Draw(t, "length")) * second
	w := world{duration: 90 * second, gap: 500 * time.Millisecond,
		faults:  []Window{{Start: start, End: start + length, Open: rapid.Bool().Draw(t, "open")}},
		journey: func(q request) int { return q.number % 2 }}
	for n := range uint64(start / w.gap) {
		if rapid.IntRange(0, 9).Draw(t, "in flight") == 0 {
			w.open = append(w.open, n)
		}
	}
	f := rapid.SliceOfN(entry, 180, 180).Draw(t, "F")
	b := rapid.SliceOfN(entry, 180, 180).Draw(t, "B")
	return w, func(q request) measure.Entry { return f[q.number] }, func(q request) measure.Entry { return b[q.number] }
}

func TestLostMinusGainedIsTheDifferenceOfTheGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f, b := random(t)
		p, err := w.compare(f, b)
		if err != nil {
			t.Fatal(err)
		}
		in := Input{Fault: w.faults[0], Faulted: w.run(f), Baseline: w.run(b)}
		var goodF, goodB, pairs int64
		for n, at := 0, time.Duration(0); at < w.duration; n, at = n+1, at+w.gap {
			if at < in.Fault.Start && !slices.Contains(w.open, uint64(n)) {
				continue
			}
			pairs++
			if f(request{number: n}).Good() {
				goodF++
			}
			if b(request{number: n}).Good() {
				goodB++
			}
		}
		all := p.All.During
		all.Add(&p.All.After)
		if all.Pairs != pairs || all.GoodBase != goodB || all.Lost-all.Gained != goodB-goodF {
			t.Fatalf("%+v; want %d pairs, %d good in B, %d in F", all, pairs, goodB, goodF)
		}
		var slices Tally
		for _, s := range p.Slices {
			slices.Pairs, slices.GoodBase = slices.Pairs+s.Pairs, slices.GoodBase+s.GoodBase
			slices.Lost, slices.Gained = slices.Lost+s.Lost, slices.Gained+s.Gained
		}
		if slices.Pairs != all.Pairs || slices.GoodBase != all.GoodBase || slices.Lost != all.Lost || slices.Gained != all.Gained {
			t.Fatalf("the slices sum to %+v, the phases to %+v", slices, all)
		}
	})
}

func TestSwappingTheRunsSwapsLostAndGained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f, b := random(t)
		there, err := w.compare(f, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := w.compare(b, f)
		if err != nil {
			t.Fatal(err)
		}
		for j := range there.Journeys {
			for _, pair := range [][2]Tally{{there.Journeys[j].During, back.Journeys[j].During}, {there.Journeys[j].After, back.Journeys[j].After}} {
				x, y := pair[0], pair[1]
				if x.Lost != y.Gained || x.Gained != y.Lost || x.Pairs != y.Pairs || x.GoodBase-x.Lost != y.GoodBase-y.Lost {
					t.Fatalf("journey %d: %+v swapped is %+v", j, x, y)
				}
			}
		}
	})
}

func TestARunAgainstItselfLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f, _ := random(t)
		p, err := w.compare(f, f)
		if err != nil {
			t.Fatal(err)
		}
		if p.All.During.GoodBase+p.All.After.GoodBase == 0 {
			return // judged by no fault
		}
		if p.State != Stable || p.All.During.Lost+p.All.During.Gained+p.All.After.Lost+p.All.After.Gained != 0 {
			t.Fatalf("state %v, %+v", p.State, p.All)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	w := twin()
	w.gap = time.Millisecond
	in := Input{Fault: w.faults[0], Faulted: w.run(between(100*second, 160*second, failed)), Baseline: w.run(always(good)), Journeys: 2}
	for b.Loop() {
		if _, err := Compare(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200000, "ns/request")
}
