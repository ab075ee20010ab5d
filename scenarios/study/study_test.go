package study

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/scenarios"
	"faultline/sim/balance"
	"faultline/sim/fault"
	"faultline/sim/metric"
	"faultline/sim/step"
)

var update = flag.Bool("update", false, "write what the tests see into their golden files")

// write puts files into a folder and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

const pair = `
topology: pair
zones: [a, b]
services:
  web: { replicas: 2, cpu: 500m, workers: 4, queue: 8, operations: { page: [ { cpu: 5ms }, [ { call: api.get }, { call: api.get } ] ] } }
  api: { operations: { get: [ { cpu: 2ms }, { read: items, probability: 50% } ] } }
databases: { db: { stores: rest, connections: 10 } }
stores: { items: { read: 4ms } }
edges:
  "users -> *": { timeout: 2s }
  "web -> api": { protocol: grpc, timeout: 1s, retries: { attempts: 2, perTryTimeout: 100ms } }
  "* -> db": { timeout: 500ms }
journeys:
  visit: { call: web.page, objectives: { latency: p(99)<100ms } }
  direct: { call: api.get }
`

const steady = `
scenario: steady
description: Nothing happens.
topologies: pair.yaml
run: { duration: 20s, warmup: 2s, replications: 2 }
load:
  all: { rate: 40/s, mix: { visit: 3, direct: 1 } }
  ramp: { startRate: 0, stages: [ { duration: 20s, target: 40/s } ], mix: { direct: 1 } }
thresholds:
  "latency{journey:visit}": ["p(99) < 1s"]
`

func loadFiles(t *testing.T, files ...string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(write(t, files...), scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExplainShowsWhatWouldRun(t *testing.T) {
	e := Explain(loadFiles(t, "steady.yaml", steady, "pair.yaml", pair))
	var got bytes.Buffer
	if err := e.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/explain.txt"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
	if _, err := json.Marshal(e); err != nil {
		t.Error(err)
	}
}

// By hand: visits 30/s, each one page and two gets; direct calls 10/s and those
// of the ramp, 22/s on average between 2 s and 20 s.
func TestExplainedFiguresAreThoseOfTheUtilisationLaw(t *testing.T) {
	e := Explain(loadFiles(t, "steady.yaml", steady, "pair.yaml", pair))
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9*math.Max(1, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	top := e.Topologies[0]
	near("rate", e.Rate, 62)
	near("gets", top.Stations[1].Calls, 2*30+32)
	near("web's cores", *top.Stations[0].Utilization, 30*(0.005+2*0.0001)/1)
	near("api's cores", *top.Stations[1].Utilization, 92*0.002+60*0.0001)
	near("db's cores", *top.Stations[2].Utilization, 46*0.004)
	near("bottleneck", top.Bottleneck.SaturatesAt, 62/top.Bottleneck.Utilization)
	if top.Bottleneck.Station != "api" || top.Bottleneck.Resource != "cores" {
		t.Errorf("%+v", top.Bottleneck)
	}
	near("calls of a visit at most", top.Journeys[0].MaxCalls, 1+2*3*(1+1))
}

func TestRunJudgesTheThresholds(t *testing.T) {
	store, err := Run(context.Background(), loadFiles(t, "steady.yaml", steady, "pair.yaml", pair), RunOptions{Version: "v1", Command: "faultline run steady.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	doc := store.Document()
	if doc.Verdict != "pass" || len(doc.Thresholds) != 1 || doc.Tool.Version != "v1" || doc.Scenario.Command != "faultline run steady.yaml" {
		t.Errorf("%s %+v %+v %+v", doc.Verdict, doc.Thresholds, doc.Tool, doc.Scenario)
	}
	if doc.Scenario.Name != "steady" || doc.Scenario.Warmup != 2 || len(doc.Sources) != 2 || doc.Topologies[0].Digest == "" || doc.Replications != 2 {
		t.Errorf("%+v", doc.Scenario)
	}
}

// The prediction and the simulation are two ways to the same figures: where
// nothing queues long, the utilisation law holds to a few percent.
func TestThePredictedUtilisationIsTheSimulatedOne(t *testing.T) {
	s := loadFiles(t, "steady.yaml", strings.Replace(steady, "duration: 20s", "duration: 120s", 1), "pair.yaml", pair)
	store, err := Run(context.Background(), s, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	predicted, simulated := Explain(s).Topologies[0], store.Document().Topologies[0]
	for i, service := range simulated.Services {
		want, got := *predicted.Stations[i].Utilization, *service.Utilization.Value
		if math.Abs(got-want) > 0.05*want {
			t.Errorf("%s: predicted %v, simulated %v", service.Name, want, got)
		}
	}
}

func TestTheCanaryFails(t *testing.T) {
	replications, duration := 5, 2*time.Minute
	s, err := scenarios.Load("canary-must-fail", scenarios.Options{Replications: &replications, Duration: &duration})
	if err != nil {
		t.Fatal(err)
	}
	store, err := Run(context.Background(), s, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Expect != "fail" || store.Document().Verdict != "fail" {
		t.Errorf("expects %s, got %s", s.Expect, store.Document().Verdict)
	}
}

// The catalogue's claims, at a third of their length and replications: the gate
// runs them whole.
func TestTheCataloguesClaimsHold(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for _, name := range []string{"recommendations-crash", "slow-payments"} {
		t.Run(name, func(t *testing.T) {
			replications, duration := 3, 4*time.Minute
			s, err := scenarios.Load(name, scenarios.Options{Replications: &replications, Duration: &duration})
			if err != nil {
				t.Fatal(err)
			}
			store, err := Run(context.Background(), s, RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range store.Document().Thresholds {
				if v.Verdict != "pass" {
					t.Errorf("%s %v %s on %s: %s %s", v.Metric, v.Tags, v.Expression, v.Topology, v.Verdict, v.Reason)
				}
			}
		})
	}
}

func TestListNamesEverythingThatIsSupported(t *testing.T) {
	names := map[string]map[string]bool{}
	for _, s := range List() {
		names[s.Name] = map[string]bool{}
		for _, it := range s.Items {
			names[s.Name][it.Name] = true
			if it.Doc == "" {
				t.Errorf("%s %s says nothing", s.Name, it.Name)
			}
		}
	}
	expect := func(section, name string, supported bool) {
		t.Helper()
		if names[section][name] != supported {
			t.Errorf("%s %s: listed %v, supported %v", section, name, names[section][name], supported)
		}
	}
	for _, k := range fault.Table {
		expect("faults", k.Name, k.New != nil)
	}
	for _, k := range step.Table {
		if k.Name != step.ListKind {
			expect("steps", k.Name, k.New != nil)
		}
	}
	for _, k := range balance.Table {
		expect("balancers", k.Name, k.New != nil)
	}
	for _, m := range metric.Table {
		expect("metrics", m.Name, m.Due)
	}
	expect("topologies", "shop-monolith", true)
	expect("applications", "shop", true)
	expect("scenarios", "canary-must-fail", true)
	var text bytes.Buffer
	if err := WriteList(&text, List()); err != nil || !strings.Contains(text.String(), "\nfaults\n  crash ") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// Eight users who think for 1 s and wait 10 ms on an idle system send 8/1.01 a
// second at most; the batches of three come twice a second.
func TestExplainKnowsClosedLoopsAndBatches(t *testing.T) {
	path := write(t, "loops.yaml", `
scenario: loops
topologies: station.yaml
load:
  loop: { vus: 8, thinkTime: 1s }
  lots: { rate: 2/s, batch: 3 }
`, "station.yaml", `
topology: station
services: { s: { operations: { do: [ { cpu: 10ms } ] } } }
edges: { "users -> s": { network: none } }
journeys: { j: { call: s.do } }
`)
	s, err := scenarios.Load(path, scenarios.Options{Root: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	e := Explain(s)
	want := 8/1.01 + 6
	if math.Abs(e.Rate-want) > 1e-9 || math.Abs(e.Peak-want) > 1e-9 || !e.Closed {
		t.Errorf("rate %v, peak %v, closed %v; want %v", e.Rate, e.Peak, e.Closed, want)
	}
	if b := e.Topologies[0].Bottleneck; math.Abs(b.Utilization-want*0.01) > 1e-9 {
		t.Errorf("utilization %v, want %v", b.Utilization, want*0.01)
	}
}

func TestExplainShowsWhenFaultsBeginAndEnd(t *testing.T) {
	path := write(t, "faulty.yaml", `
scenario: faulty
topologies: pair.yaml
load: { all: { rate: 5/s } }
faults:
  second: { startAfter: first, at: 30s, slow: { service: api, factor: 2 } }
  first: { at: 2m, duration: 1m, mode: fixed, value: 1, every: exp(20s), repair: 5s, crash: { service: web } }
`, "pair.yaml", pair)
	s, err := scenarios.Load(path, scenarios.Options{Root: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Explain(s).WriteText(&out); err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"first crash service web fixed 1 2m 3m every exp(20s), repaired after 5s -", "second slow service api all 210s the end - -"} {
		if !strings.Contains(flat, want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestExplainNamesThePoliciesOfAnEdge(t *testing.T) {
	path := write(t, "walls.yaml", `
scenario: walls
topologies: cut.yaml
load: { all: { rate: 5/s } }
`, "cut.yaml", `
topology: cut
zones: [a, b]
services:
  web: { pool: 7, operations: { page: [ { call: api.get }, { read: items } ] } }
  api: { replicas: 2, operations: { get: [ { cpu: 2ms } ] } }
databases: { db: { stores: rest } }
stores: { items: { read: 4ms } }
edges:
  "web -> api": { timeout: 1s, circuitBreaker: {}, bulkhead: { maxConcurrentCalls: 5 }, localityAware: true, hedging: { maxAttempts: 3, hedgingDelay: 10ms } }
  "users -> web": { timeout: 2s, deadlinePropagation: true }
journeys: { visit: { call: web.page } }
`)
	s, err := scenarios.Load(path, scenarios.Options{Root: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, e := range Explain(s).Topologies[0].Edges {
		got[e.Name] = strings.Join(e.Policies, ", ")
		if e.Name == "web -> api" && e.MaxTries != 3 {
			t.Errorf("%d tries with hedging", e.MaxTries)
		}
	}
	for edge, want := range map[string]string{"web -> api": "circuitBreaker, bulkhead 5, hedging 3 after 10ms, localityAware",
		"users -> web": "deadlinePropagation", "web -> db": "pool 7"} {
		if got[edge] != want {
			t.Errorf("%s: %q, want %q", edge, got[edge], want)
		}
	}
}
