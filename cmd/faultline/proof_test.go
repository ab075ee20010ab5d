package main

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// Proofs of results that can be worked out by hand, through files that a reader
// can run: testdata/pairing, testdata/byhand, testdata/relations.

// What users see of a topology, without the parts that are named after services.
type seen struct {
	Journeys   []result.Journey
	Flows      []result.Flow
	Histograms map[string]result.Histogram
	Series     map[string]map[string]result.Band
	Components map[string]map[string]result.Band
	Baseline   []result.Journey
	Faults     []result.Fault
}

func seenOf(t *result.Topology) seen {
	s := seen{t.Journeys, t.Flows, t.Histograms, t.Series.Journeys, t.Series.Components, nil, nil}
	if t.Baseline != nil {
		s.Baseline = t.Baseline.Journeys
	}
	for _, f := range t.Faults {
		f.Baseline = nil // with series of services
		s.Faults = append(s.Faults, f)
	}
	return s
}

// The same request is the same work everywhere: topologies that neither share nor
// add anything give the very same result, to the last bit.
func TestTopologiesWithNothingBetweenThemGiveTheSameResult(t *testing.T) {
	for _, file := range []string{"pairing", "pairing-faults"} {
		t.Run(file, func(t *testing.T) {
			doc := simulate(t, "testdata/pairing/"+file+".yaml").Document()
			first := &doc.Topologies[0]
			for i := 1; i < len(doc.Topologies); i++ {
				other := &doc.Topologies[i]
				a, b := reflect.ValueOf(seenOf(first)), reflect.ValueOf(seenOf(other))
				for k := range a.NumField() {
					if !reflect.DeepEqual(a.Field(k).Interface(), b.Field(k).Interface()) {
						t.Errorf("%s of %s and %s are not the same", a.Type().Field(k).Name, first.Name, other.Name)
					}
				}
			}
			checkDifferences(t, doc)
			checkThatThingsHappened(t, doc)
		})
	}
}

// The proof can fail: a microsecond of network is seen.
func TestAMicrosecondOfNetworkIsADifference(t *testing.T) {
	store := simulate(t, "testdata/pairing/pairing.yaml", "--set", "each.network={ sameZone: 1us, crossZone: 1us }")
	f := mustFigure(t, store, "latency.avg", "topology:each", "versus:one")
	if *f.Value < 1e-6 || *f.Value > 1e-4 {
		t.Errorf("mean response differs by %v s", *f.Value)
	}
	doc := store.Document()
	if reflect.DeepEqual(doc.Topologies[0].Histograms, doc.Topologies[1].Histograms) {
		t.Error("the histograms are still the same")
	}
}

// checkDifferences wants every paired difference that users see to be zero, with
// an interval of no width.
func checkDifferences(t *testing.T, doc *result.Document) {
	t.Helper()
	n := 0
	for _, c := range doc.Comparisons {
		d := c.Difference
		if d.Value == nil || c.Metric == "costPerHour" || c.Metric == "costPerMillion" {
			continue // the machines differ, and no user sees what they cost
		}
		n++
		if *d.Value != 0 || d.Low == nil || *d.Low != 0 || *d.High != 0 {
			t.Errorf("%s %v: %s − %s is %v, want exactly 0", c.Metric, c.Tags, c.Candidate, c.Baseline, *d.Value)
		}
	}
	if n < 10 {
		t.Errorf("only %d differences are defined", n)
	}
}

// checkThatThingsHappened keeps the proof from being one about nothing.
func checkThatThingsHappened(t *testing.T, doc *result.Document) {
	t.Helper()
	top := &doc.Topologies[0]
	if n := top.Journeys[0].Counts.Offered; n < 5_000 {
		t.Errorf("only %d requests", n)
	}
	if len(top.Faults) == 0 {
		return
	}
	var lost, gained int64
	for _, f := range top.Faults {
		lost += f.Lost.During
		gained += f.Gained.During
	}
	if c := top.Journeys[0].Counts; lost == 0 || gained == 0 || c.Failed == 0 || c.Degraded == 0 {
		t.Errorf("%d lost, %d gained, %d failed, %d degraded: the faults do nothing", lost, gained, c.Failed, c.Degraded)
	}
}

// The fingerprint mixes the number, the end and the outcome of every request in
// order: equal ones mean that each request took the same time to the nanosecond.
func TestEachRequestTakesTheSameTimeInEachTopology(t *testing.T) {
	for _, c := range []struct {
		file       string
		topologies []string
	}{
		{"pairing", []string{"one", "each", "fifo"}},
		// A stretched job that shares cores is rounded otherwise than one in a line.
		{"pairing-faults", []string{"one", "each"}},
	} {
		var first string
		for i, name := range c.topologies {
			doc := simulate(t, "testdata/pairing/"+c.file+".yaml", "--set", "topologies="+name+".yaml").Document()
			if i == 0 {
				first = doc.Fingerprint
			}
			if doc.Topologies[0].Name != name || doc.Fingerprint != first {
				t.Errorf("%s of %s: fingerprint %s, want %s of %s", c.file, doc.Topologies[0].Name, doc.Fingerprint, first, c.topologies[0])
			}
		}
		if other := simulate(t, "testdata/pairing/"+c.file+".yaml", "--set", "topologies=one.yaml", "--seed", "8").Document(); other.Fingerprint == first {
			t.Errorf("%s: another seed has the same fingerprint", c.file)
		}
	}
}

func faultOf(t *testing.T, top *result.Topology, name string) *result.Fault {
	t.Helper()
	for i := range top.Faults {
		if top.Faults[i].Name == name {
			return &top.Faults[i]
		}
	}
	t.Fatalf("%s has no fault %s", top.Name, name)
	return nil
}

// exactly wants a figure and its interval to be one number.
func exactly(t *testing.T, what string, e result.Estimate, want float64) {
	t.Helper()
	if e.Value == nil || *e.Value != want || e.Low == nil || *e.Low != want || *e.High != want {
		text, _ := json.Marshal(e)
		t.Errorf("%s is %s, want exactly %v", what, text, want)
	}
}

// about wants a figure to agree with a value by the acceptance rule of the
// references, for m figures.
func about(t *testing.T, what string, f result.Figure, want float64, m int) {
	t.Helper()
	values := make([]float64, len(f.Samples))
	for i, v := range f.Samples {
		values[i] = *v
	}
	n := len(values)
	mean, se := stats.Mean(values), math.Sqrt(stats.Variance(values)/float64(n))
	allowed := stats.TQuantile(1-0.0005/float64(m), n-1)*se + 0.002*want
	if !(math.Abs(mean-want) <= allowed) || n < 20 {
		t.Errorf("%s is %v over %d replications, want %v ± %v", what, mean, n, want, allowed)
	}
}

func mustFigure(t *testing.T, s *result.Store, key string, tags ...string) result.Figure {
	t.Helper()
	sel, err := metric.ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		name, value, _ := strings.Cut(tag, ":")
		add, err := metric.FromMap(map[string]string{name: value})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range add {
			if v != "" {
				sel.Tags[i] = v
			}
		}
	}
	f, ok := s.Figure(sel)
	if !ok || f.Value == nil {
		t.Fatalf("the result has no %s %v", key, tags)
	}
	return f
}

// 120 s of 480 s without a process: see crash.yaml for the sums.
func TestACrashOfAllReplicasLosesAllRequests(t *testing.T) {
	doc := simulate(t, "testdata/byhand/crash.yaml").Document()
	top := &doc.Topologies[0]
	f := faultOf(t, top, "all-down")
	const runs, rate, down, startup, after = 4, 100, 120, 8, 240
	exactly(t, "blastRadius", f.BlastRadius, 1)
	exactly(t, "blastRadiusAfter", f.BlastRadiusAfter, float64(startup)/after)
	open := f.Lost.During - runs*rate*down // in flight when the processes died
	if open < 1 || open > 40 || f.Pairs.During != f.Lost.During {
		t.Errorf("%d of %d pairs lost during the crash, want %d and those in flight", f.Lost.During, f.Pairs.During, runs*rate*down)
	}
	if f.Lost.After != runs*rate*startup || f.Pairs.After != runs*rate*after {
		t.Errorf("%d of %d pairs lost after the crash, want %d of %d", f.Lost.After, f.Pairs.After, runs*rate*startup, runs*rate*after)
	}
	if f.Gained != (result.Phases{}) {
		t.Errorf("gained %+v", f.Gained)
	}
	causes := make(map[string]int64)
	for _, j := range top.Journeys {
		for cause, n := range j.Failures {
			causes[cause] += n
		}
	}
	// Clients go on calling a dead process for a second; then they know of none.
	want := map[string]int64{"connectionLost": open, "connectionRefused": runs * rate, "unreachable": runs * rate * (down + startup - 1)}
	if !reflect.DeepEqual(causes, want) {
		t.Errorf("failures %v, want %v", causes, want)
	}
	exactly(t, "timeToImpact", f.TimeToImpact, 0)
	exactly(t, "timeToRecover", f.TimeToRecover, 10) // the first slice of 10 s without a start-up in it
	exactly(t, "timeToRestore", f.TimeToRestore, down+10)
	if f.State == nil || *f.State != "outage" {
		t.Errorf("state %v", f.State)
	}
}

// The service of a quarter of the traffic answers nothing: a quarter is lost.
func TestErrorsOfAQuarterOfTheTrafficLoseAQuarter(t *testing.T) {
	store := simulate(t, "testdata/byhand/quarter.yaml")
	top := &store.Document().Topologies[0]
	f := faultOf(t, top, "north-errors")
	about(t, "blastRadius", mustFigure(t, store, "blastRadius", "fault:north-errors"), 0.25, 1)
	var failed int64
	for i, j := range top.Journeys {
		failed += j.Counts.Failed
		switch radius := f.Journeys[i].BlastRadius; {
		case j.Name != "north":
			exactly(t, "blastRadius of "+j.Name, radius, 0)
		case *radius.Value < 0.999 || *radius.Value > 1: // those in flight at the start had begun
			t.Errorf("blastRadius of north is %v", *radius.Value)
		case j.Counts.Failed != f.Lost.During:
			t.Errorf("%d lost, %d requests of north failed", f.Lost.During, j.Counts.Failed)
		}
	}
	if f.Lost.During != failed || f.Lost.After != 0 || f.Gained != (result.Phases{}) {
		t.Errorf("lost %+v, gained %+v, %d requests failed", f.Lost, f.Gained, failed)
	}
	exactly(t, "blastRadiusAfter", f.BlastRadiusAfter, 0)
}

func TestErrorsOfAQuarterOfAllCallsLoseAQuarter(t *testing.T) {
	store := simulate(t, "testdata/byhand/share.yaml")
	for i := range store.Document().Topologies {
		top := &store.Document().Topologies[i]
		f := faultOf(t, top, "a-quarter")
		m := 1 + len(top.Journeys)
		about(t, "blastRadius", mustFigure(t, store, "blastRadius", "topology:"+top.Name, "fault:a-quarter"), 0.25, m)
		for _, j := range top.Journeys {
			about(t, "blastRadius of "+j.Name, mustFigure(t, store, "blastRadius", "topology:"+top.Name, "fault:a-quarter", "journey:"+j.Name), 0.25, m)
		}
		if f.Lost.After != 0 || f.Gained != (result.Phases{}) {
			t.Errorf("lost %+v, gained %+v", f.Lost, f.Gained)
		}
	}
}

// What is optional degrades, and loses nothing.
func TestErrorsOfAnOptionalCallLoseNothing(t *testing.T) {
	doc := simulate(t, "testdata/byhand/optional.yaml").Document()
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		f := faultOf(t, top, "no-extras")
		exactly(t, "blastRadius", f.BlastRadius, 0)
		exactly(t, "blastRadiusAfter", f.BlastRadiusAfter, 0)
		if f.Lost != (result.Phases{}) || f.Gained != (result.Phases{}) {
			t.Errorf("lost %+v, gained %+v", f.Lost, f.Gained)
		}
		var degraded int64
		for _, j := range top.Journeys {
			degraded += j.Counts.Degraded
			if j.Counts.Failed != 0 || j.Counts.InFlight != 0 {
				t.Errorf("%s: %+v", j.Name, j.Counts)
			}
		}
		// Every request of the two minutes, but for some that had their extra at the start.
		if f.Pairs.During-degraded < 0 || f.Pairs.During-degraded > 40 {
			t.Errorf("%d degraded of %d during the fault", degraded, f.Pairs.During)
		}
		share := float64(degraded) / float64(f.Pairs.During)
		if e := f.Severity.Degraded; e.Value == nil || math.Abs(*e.Value-share) > 1e-3 {
			t.Errorf("severity.degraded %v, want about %v", *e.Value, share)
		}
	}
}

// What hits nothing changes nothing, not even one request.
func TestFaultsThatHitNothingLoseAndGainNothing(t *testing.T) {
	doc := simulate(t, "testdata/byhand/nothing.yaml").Document()
	top := &doc.Topologies[0]
	for _, f := range top.Faults {
		if !f.Applicable || f.Lost != (result.Phases{}) || f.Gained != (result.Phases{}) {
			t.Errorf("%s: applicable %v, lost %+v, gained %+v", f.Name, f.Applicable, f.Lost, f.Gained)
		}
		exactly(t, "blastRadius of "+f.Name, f.BlastRadius, 0)
		if f.Pairs.During == 0 {
			t.Errorf("%s: nobody was there", f.Name)
		}
	}
	if !reflect.DeepEqual(top.Journeys, top.Baseline.Journeys) {
		t.Error("the run with the faults is not the run without")
	}
}

// One queue ≤ the shortest queue ≤ in turn ≤ at random, on mean response, and the
// ends are known: M/M/4 and M/M/1.
func TestBalancersAreInTheOrderOfTheory(t *testing.T) {
	store := simulate(t, "testdata/relations/queues.yaml")
	order := []string{"central", "least", "round", "random"}
	for i, better := range order[:len(order)-1] {
		f := mustFigure(t, store, "latency.avg", "topology:"+order[i+1], "versus:"+better)
		if f.Low == nil || *f.Low <= 0 {
			t.Errorf("%s − %s: mean response differs by %v, want more than 0", order[i+1], better, *f.Value)
		}
	}
	about(t, "W of M/M/4", mustFigure(t, store, "latency.avg", "topology:central"), 1.74554059, 2)
	about(t, "W of M/M/1", mustFigure(t, store, "latency.avg", "topology:random"), 5, 2)
}

func TestLayersOfRetriesMultiplyTheCallsOfADeadLeaf(t *testing.T) {
	doc := simulate(t, "testdata/relations/dead-leaf.yaml").Document()
	for i, want := range []map[string]int64{
		{"a": 1, "b": 4, "c": 16, "leaf": 64},
		{"a": 1, "b": 3, "c": 9, "d": 27, "e": 81, "leaf": 243},
	} {
		top := &doc.Topologies[i]
		requests := top.Journeys[0].Counts.Offered
		if top.Journeys[0].Counts.Failed != requests || requests < 1000 {
			t.Errorf("%s: %+v", top.Name, top.Journeys[0].Counts)
		}
		for _, e := range top.Edges {
			if sent := e.Calls + e.Retries; sent != want[e.To]*requests {
				t.Errorf("%s: %s received %d calls for %d requests, want %d each", top.Name, e.To, sent, requests, want[e.To])
			}
		}
		if len(top.Edges) != len(want) {
			t.Errorf("%s: %d edges", top.Name, len(top.Edges))
		}
	}
}

// Brooker's three retries: success 1 − p⁴ for (1 − p⁴)/(1 − p) calls.
func TestThreeRetriesSucceedAndCostAsTheFormulaSays(t *testing.T) {
	shares := []struct {
		text string
		p    float64
	}{{"1%", 0.01}, {"5%", 0.05}, {"20%", 0.2}, {"50%", 0.5}, {"100%", 1}}
	for _, s := range shares {
		t.Run(s.text, func(t *testing.T) {
			store := simulate(t, "testdata/relations/brooker.yaml", "--set", "faults.failures.errors.share="+s.text)
			p := s.p
			load := 1 + p + p*p + p*p*p // (1 − p⁴)/(1 − p)
			m := 2 * len(shares)
			about(t, "success", mustFigure(t, store, "availability"), 1-p*p*p*p, m)
			about(t, "load", mustFigure(t, store, "amplification", "edge:users -> server"), load, m)
		})
	}
}
