package study

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/scenarios"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/topologies"
)

// three is a front that needs back for both journeys, beside for one, and nobody
// for none: what its matrix must be can be said by hand.
const three = `topology: three
zones: [z]
services:
  front:  { replicas: 2, cpu: 4, operations: { one: [ { cpu: 1ms }, { call: back.do } ], two: [ { cpu: 1ms }, { call: back.do }, { call: beside.do } ] } }
  back:   { replicas: 2, cpu: 4, operations: { do: [ { cpu: 1ms } ] } }
  beside: { replicas: 2, cpu: 4, operations: { do: [ { cpu: 1ms } ] } }
  nobody: { replicas: 2, cpu: 4, operations: { do: [ { cpu: 1ms } ] } }
journeys:
  one: { call: front.one, weight: 3 }
  two: { call: front.two, weight: 1 }
  unasked: { call: nobody.do, weight: 0 }
edges: { "* -> *": { timeout: 1s } }
`

// whole is the same application as one process.
const whole = `topology: whole
application: app.yaml
services: { all: { components: rest, replicas: 1, cpu: 8 } }
edges: { "* -> *": { timeout: 1s } }
`

const wholeApp = `application: app
components:
  front:  { operations: { one: [ { cpu: 1ms }, { call: back.do } ], two: [ { cpu: 1ms }, { call: beside.do } ] } }
  back:   { operations: { do: [ { cpu: 1ms } ] } }
  beside: { operations: { do: [ { cpu: 1ms } ] } }
journeys: { one: { call: front.one, weight: 3 }, two: { call: front.two, weight: 1 } }
`

func short(seed uint64, replications int, duration time.Duration) scenarios.Options {
	return scenarios.Options{Seed: &seed, Replications: &replications, Duration: &duration}
}

// blasted tries a catalogue.
func blasted(t *testing.T, o scenarios.Options, b BlastOptions, run RunOptions, refs ...string) *result.Blast {
	t.Helper()
	prepared, err := PrepareBlast(refs, o, b)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := prepared.Run(context.Background(), run)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func faultNamed(t *testing.T, d *result.BlastTopology, name string) *result.BlastFault {
	t.Helper()
	for i := range d.Faults {
		if d.Faults[i].Name == name {
			return &d.Faults[i]
		}
	}
	t.Fatalf("no fault %s in %s", name, d.Name)
	return nil
}

// TestTheMatrixOfAKnownSystem: who needs what is killed loses all, who does not
// loses nothing.
func TestTheMatrixOfAKnownSystem(t *testing.T) {
	set := []string{"load.shoppers.rate=100/s"}
	o := short(1, 3, 2*time.Minute)
	o.Set = set
	doc := blasted(t, o, BlastOptions{Only: []string{"service", "instance", "component"}}, RunOptions{}, write(t, "three.yaml", three))
	d := &doc.Topologies[0]
	for name, want := range map[string][2]float64{ // by journey: one, two
		"kill-service-front":     {1, 1},
		"kill-service-back":      {1, 1},
		"kill-service-beside":    {0, 1},
		"kill-service-nobody":    {0, 0},
		"errors-component-back":  {1, 1},
		"errors-component-front": {1, 1},
	} {
		f := faultNamed(t, d, name)
		for k, j := range f.Journeys[:2] {
			got := *j.BlastRadius.Value
			if math.Abs(got-want[k]) > 0.002 { // requests in flight when the fault begins are in the sum
				t.Errorf("%s: journey %s loses %v, want %v", name, j.Name, got, want[k])
			}
		}
	}
	for _, f := range d.Faults {
		if f.TargetName == "nobody" && f.Effect == result.Damage {
			t.Errorf("%s: effect %s on what nobody asks for", f.Name, f.Effect)
		}
	}
	if f := faultNamed(t, d, "errors-component-nobody"); f.Effect != result.NoEffect || !f.Reach.Known || !slices.Equal(f.Reach.Journeys, []string{"unasked"}) {
		t.Errorf("errors of nobody: effect %s, reach %+v", f.Effect, f.Reach)
	}
	if f := faultNamed(t, d, "kill-service-back"); !slices.Equal(f.Reach.Components, []string{"front"}) || !slices.Equal(f.Reach.Journeys, []string{"one", "two"}) {
		t.Errorf("reach of back: %+v", f.Reach)
	}
	if got := d.Ranking[0]; !got.SinglePoint || *got.BlastRadius.Value < 0.998 || len(got.Down) != 2 {
		t.Errorf("first in the ranking: %+v", got)
	}
	for _, r := range d.Ranking {
		if r.Class == "instance" && r.SinglePoint {
			t.Errorf("one of two instances of %s is a single point of failure", r.Target)
		}
		if r.Class == "service" && r.SinglePoint != (r.Target != "nobody") {
			t.Errorf("service %s: single point %v", r.Target, r.SinglePoint)
		}
	}
}

// TestInOneProcessEveryCrashIsEverybodys: the graph of calls says otherwise, and is
// surprised.
func TestInOneProcessEveryCrashIsEverybodys(t *testing.T) {
	path := write(t, "whole.yaml", whole, "app.yaml", wholeApp)
	o := short(1, 2, 2*time.Minute)
	o.Set = []string{"load.shoppers.rate=100/s"}
	doc := blasted(t, o, BlastOptions{Only: []string{"service", "crash"}}, RunOptions{}, path)
	d := &doc.Topologies[0]
	for _, f := range d.Faults {
		for _, j := range f.Journeys {
			if *j.BlastRadius.Value < 0.5 {
				t.Errorf("%s: %s loses %v only", f.Name, j.Name, *j.BlastRadius.Value)
			}
		}
	}
	f := faultNamed(t, d, "crash-component-beside")
	if slices.Contains(f.Reach.Journeys, "one") || !slices.Contains(f.Surprise, "back") {
		t.Errorf("crash of beside: reach %+v, surprise %v", f.Reach, f.Surprise)
	}
}

// TestTheMatrixIsThatOfRun: each entry is, to the last bit, what run gives for a
// scenario with that fault alone, as the document writes it.
func TestTheMatrixIsThatOfRun(t *testing.T) {
	path := write(t, "three.yaml", three)
	o := short(5, 2, time.Minute)
	o.Set = []string{"load.shoppers.rate=50/s"}
	doc := blasted(t, o, BlastOptions{}, RunOptions{}, path)
	d := &doc.Topologies[0]
	if len(d.Faults) < 25 {
		t.Fatalf("%d faults", len(d.Faults))
	}
	for i := range d.Faults {
		f := &d.Faults[i]
		text := fmt.Sprintf("scenario: one\ntopologies: three.yaml\nrun: { duration: 1m, replications: 2, seed: 5 }\n"+
			"load: { shoppers: { rate: 50/s } }\nfaults:\n  %s\n", f.YAML)
		file := filepath.Join(filepath.Dir(path), f.Name+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Load(file, scenarios.Options{})
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		store, err := Run(context.Background(), s, RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := store.Document().Topologies[0].Faults[0]
		want.Baseline = nil
		if got, want := encoded(t, f.Fault), encoded(t, want); got != want {
			t.Errorf("%s:\n%s\nrun gives\n%s", f.Name, got, want)
		}
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEveryFaultOfTheCatalogueAppliesAndDoesSomething: a row that hits nothing, or
// changes nothing wherever it hits, is a row too many.
func TestEveryFaultOfTheCatalogueAppliesAndDoesSomething(t *testing.T) {
	for i := range attacks {
		a := &attacks[i]
		done := false
		for _, ref := range []string{"shop-microservices", "shop-monolith"} {
			o := short(1, 1, 20*time.Second)
			o.Set = []string{"load.shoppers.rate=200/s"}
			prepared, err := PrepareBlast([]string{ref}, o, BlastOptions{Only: []string{a.Kind + "-" + a.Class + "-*"}})
			if err != nil {
				t.Fatalf("%s of %s: %v", a.Kind, a.Class, err)
			}
			doc, err := prepared.Run(context.Background(), RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range doc.Topologies[0].Faults {
				if f.Class != a.Class || f.Kind != a.Kind || f.Text != a.Doc || !strings.HasPrefix(f.YAML, f.Name+": { at: 4s, duration: 4s, ") {
					t.Errorf("%s of %s: %s, %s, %s, %s", a.Kind, a.Class, f.Class, f.Kind, f.Text, f.YAML)
				}
				done = done || f.Effect != result.NoEffect
			}
			if done {
				break
			}
		}
		if !done {
			t.Errorf("%s of %s changes nothing anywhere", a.Kind, a.Class)
		}
	}
}

// TestEveryTargetOfAClassIsTried: all of them, in every built-in topology.
func TestEveryTargetOfAClassIsTried(t *testing.T) {
	for _, e := range topologies.Entries(topologies.Builtin(), "topology") {
		top, err := topologies.Load(e.Name, topologies.Options{})
		if err != nil {
			t.Fatal(err)
		}
		list, err := experiments(top.System, time.Minute, time.Minute)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		names := make(map[string]bool)
		for _, x := range list {
			if names[x.Name] || topologies.BadName(x.Name) != "" {
				t.Errorf("%s: %q is twice there, or no name", e.Name, x.Name)
			}
			names[x.Name] = true
		}
		for _, a := range attacks {
			for _, target := range targetsOf(a.Class, top.System) {
				if !names[slug(a.Kind+"-"+a.Class+"-"+target.name)] {
					t.Errorf("%s: no %s of %s %s", e.Name, a.Kind, a.Class, target.name)
				}
			}
		}
		services := 0
		for _, s := range top.System.Stations {
			if s.Kind == model.KindService {
				services++
			}
		}
		if n := len(targetsOf("service", top.System)); n != services || n == 0 {
			t.Errorf("%s: %d of %d services", e.Name, n, services)
		}
	}
}

// TestOrderAndJobsChangeNothing: the document is the same to the last byte for any
// number of jobs, and each fault's figures whatever was tried before it.
func TestOrderAndJobsChangeNothing(t *testing.T) {
	path := write(t, "three.yaml", three)
	prepare := func() *Blast {
		o := short(3, 2, 20*time.Second)
		o.Set = []string{"load.shoppers.rate=50/s"}
		b, err := PrepareBlast([]string{path}, o, BlastOptions{Only: []string{"service", "instance", "edge"}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var first []byte
	figures := make(map[string]string)
	for _, jobs := range []int{1, 2, 7} {
		doc, err := prepare().Run(context.Background(), RunOptions{Jobs: jobs})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := result.WriteJSON(&b, doc); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
			for _, f := range doc.Topologies[0].Faults {
				figures[f.Name] = encoded(t, f)
			}
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("%d jobs give another document", jobs)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := prepare()
		order := rapid.Permutation(b.Experiments[0]).Draw(rt, "order")[:4]
		b.Experiments[0], b.plans[0].Faults = order, nil
		for _, e := range order {
			b.plans[0].Faults = append(b.plans[0].Faults, e.fault)
		}
		doc, err := b.Run(context.Background(), RunOptions{Jobs: rapid.IntRange(1, 4).Draw(rt, "jobs")})
		if err != nil {
			rt.Fatal(err)
		}
		for _, f := range doc.Topologies[0].Faults {
			f.Weight = 1 / float64(len(figures)) // the only figure that depends on the company
			if got := encoded(t, f); got != figures[f.Name] {
				rt.Errorf("%s:\n%s\nwas\n%s", f.Name, got, figures[f.Name])
			}
		}
	})
}

// TestOneRunWithoutAFaultServesAll: n faults take n + 1 runs of each replication.
func TestOneRunWithoutAFaultServesAll(t *testing.T) {
	path := write(t, "three.yaml", three)
	o := short(3, 3, 10*time.Second)
	o.Set = []string{"load.shoppers.rate=20/s"}
	runs, total := 0, 0
	doc := blasted(t, o, BlastOptions{Only: []string{"kill"}}, RunOptions{Progress: func(done, of int) { runs, total = done, of }}, path)
	if n := len(doc.Topologies[0].Faults); n != 8 || runs != 3*(n+1) || total != runs {
		t.Errorf("%d faults took %d runs of %d announced, want %d", n, runs, total, 3*(n+1))
	}
}

// TestWhatWasDoneBeforeAStopIsKept: in the catalogue's order, with figures of fewer
// replications, and the rest is named.
func TestWhatWasDoneBeforeAStopIsKept(t *testing.T) {
	path := write(t, "three.yaml", three)
	o := short(3, 3, 10*time.Second)
	o.Set = []string{"load.shoppers.rate=20/s"}
	stopAfter := func(n int) RunOptions {
		stop := make(chan struct{})
		return RunOptions{Jobs: 1, Stop: stop, Progress: func(done, _ int) {
			if done == n {
				close(stop)
			}
		}}
	}
	all := blasted(t, o, BlastOptions{Only: []string{"kill"}}, RunOptions{}, path)
	doc := blasted(t, o, BlastOptions{Only: []string{"kill"}}, stopAfter(4), path)
	d := &doc.Topologies[0]
	// With one job, the next run is begun while the last is being told of.
	if n := len(d.Faults); !doc.Partial || n < 3 || n > 5 || n+len(d.LeftOut) != 8 || !strings.HasPrefix(d.Faults[0].Name, "kill-service") {
		t.Errorf("partial %v, %d faults, left out %v", doc.Partial, n, d.LeftOut)
	}
	if text := strings.Join(doc.Warnings, "\n"); !strings.Contains(text, "were left out: ") || !strings.Contains(text, d.LeftOut[0]) {
		t.Errorf("warnings:\n%s", text)
	}
	doc = blasted(t, o, BlastOptions{Only: []string{"kill"}}, stopAfter(12), path) // in the second replication
	d = &doc.Topologies[0]
	if !doc.Partial || len(d.Faults) != 8 || len(d.LeftOut) != 0 || d.Faults[0].Replications != 2 || d.Faults[7].Replications != 1 {
		t.Errorf("partial %v, %d faults, left out %v", doc.Partial, len(d.Faults), d.LeftOut)
	}
	for i := range d.Faults {
		for r, v := range d.Faults[i].Values {
			if *v != *all.Topologies[0].Faults[i].Values[r] {
				t.Errorf("%s, replication %d: %v, undisturbed %v", d.Faults[i].Name, r, *v, *all.Topologies[0].Faults[i].Values[r])
			}
		}
	}
}

// TestExpectationAndWorstCaseByHand checks the sums on figures made up for it.
func TestExpectationAndWorstCaseByHand(t *testing.T) {
	v := func(values ...float64) (list []*float64) {
		for i := range values {
			list = append(list, &values[i])
		}
		return list
	}
	fault := func(class, name string, weight, mean float64, values ...float64) result.BlastFault {
		f := result.BlastFault{Class: class, TargetName: name, Weight: weight, Values: v(values...)}
		f.Name, f.BlastRadius = name, result.Estimate{Value: &mean}
		f.Journeys = []result.FaultJourney{{Name: "j", BlastRadius: f.BlastRadius}}
		return f
	}
	d := result.BlastTopology{Faults: []result.BlastFault{fault("service", "a", 1, 0.6, 0.5, 0.7), fault("service", "b", 3, 0.1, 0.1, 0.1), fault("edge", "c", 4, 0.2, 0.2, 0.2)}}
	weigh(d.Faults)
	sum(&d)
	// (1×0.5 + 3×0.1 + 4×0.2)/8 and (1×0.7 + 3×0.1 + 4×0.2)/8
	if got := *d.Expected.Value; math.Abs(got-(1.6/8+1.8/8)/2) > 1e-15 || *d.Expected.Low >= got || *d.Expected.High <= got {
		t.Errorf("expected %v", got)
	}
	if d.WorstFault != "a" || *d.Worst.Value != 0.6 {
		t.Errorf("worst %v of %s", *d.Worst.Value, d.WorstFault)
	}
	if len(d.Classes) != 2 || d.Classes[0].Class != "service" || math.Abs(*d.Classes[0].Expected.Value-(0.8/4+1.0/4)/2) > 1e-15 || d.Classes[1].Faults != 1 {
		t.Errorf("classes %+v", d.Classes)
	}
	if r := d.Ranking; r[0].Target != "a" || !r[0].SinglePoint || r[1].Target != "c" || r[1].SinglePoint || r[2].Target != "b" {
		t.Errorf("ranking %+v", r)
	}
}

// TestRatesOfFailureWeighTheExpectation: an instance fails as often as there are
// instances, and what has no rate does not count.
func TestRatesOfFailureWeighTheExpectation(t *testing.T) {
	path := write(t, "three.yaml", three)
	o := short(3, 2, 10*time.Second)
	o.Set = []string{"load.shoppers.rate=20/s"}
	doc := blasted(t, o, BlastOptions{Only: []string{"kill"}, MTBF: []MTBF{{"instance", 30 * 24 * time.Hour}, {"kill-instance-back", 15 * 24 * time.Hour}, {"kill-service-back", 60 * 24 * time.Hour}}}, RunOptions{}, path)
	d := &doc.Topologies[0]
	for name, want := range map[string]float64{"kill-instance-front": 2, "kill-instance-back": 4, "kill-service-back": 0.5} {
		if f := faultNamed(t, d, name); f.PerMonth == nil || math.Abs(*f.PerMonth-want) > 1e-12 || math.Abs(f.Weight-want/10.5) > 1e-12 {
			t.Errorf("%s: %v a month, weight %v; want %v", name, f.PerMonth, f.Weight, want)
		}
	}
	if f := faultNamed(t, d, "kill-service-front"); f.PerMonth != nil || f.Weight != 0 {
		t.Errorf("front without a rate: %v, weight %v", f.PerMonth, f.Weight)
	}
	if doc.Weights != "mtbf" || !strings.Contains(strings.Join(doc.Warnings, "\n"), "3 of 8 faults have no --mtbf") {
		t.Errorf("weights %s, warnings %v", doc.Weights, doc.Warnings)
	}
}

// TestTheLoadIsSixtyPercentOfThePredictedCapacity: of the topology that saturates
// first, rounded down to two digits.
func TestTheLoadIsSixtyPercentOfThePredictedCapacity(t *testing.T) {
	b, err := PrepareBlast([]string{"shop-monolith", "shop-microservices"}, scenarios.Options{}, BlastOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(b.rate-190) > 1e-9 || b.origin != "60% of the 319/s at which the cores of recommendations in shop-microservices would saturate" {
		t.Errorf("%v: %s", b.rate, b.origin)
	}
	if b.Scenario.Name != "shop-monolith+shop-microservices" || b.at != time.Minute || b.lasts != time.Minute {
		t.Errorf("%s from %v for %v", b.Scenario.Name, b.at, b.lasts)
	}
}

// TestAScenarioBringsItsLoadAndNotItsFaults: which the document says.
func TestAScenarioBringsItsLoadAndNotItsFaults(t *testing.T) {
	b, err := PrepareBlast([]string{"recommendations-crash"}, scenarios.Options{}, BlastOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(b.rate-200) > 1e-9 || len(b.plans) != 2 || len(b.notes) != 1 || !strings.Contains(b.notes[0], "faults of the scenario (1) are not used") {
		t.Errorf("rate %v, %d topologies, notes %v", b.rate, len(b.plans), b.notes)
	}
	for _, f := range b.plans[0].Faults {
		if f.Name == "poison-input" {
			t.Error("the scenario's own fault is tried")
		}
	}
}
