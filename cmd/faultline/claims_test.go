package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// claims are where docs/claims.md and the descriptions of the catalogue say that a
// claim holds less, or no more: what to change, and what then comes out, as they say
// it and within what another seed may give.
var claims = []struct {
	scenario string
	set      []string
	figure   string // a selector; with "state" the figure is a word
	low      float64
	high     float64
	state    string
}{
	{"recommendations-crash", []string{"faults.poison-input.crash.perCall=0.5%"}, "blastRadius{topology:shop-monolith, fault:poison-input}", 0.75, 0.85, ""},
	{"recommendations-crash", []string{"faults.poison-input.crash.perCall=0.1%", "run.replications=30"}, "blastRadius{topology:shop-monolith, fault:poison-input}", 0.14, 0.22, ""},
	{"recommendations-crash", []string{"faults.poison-input.crash.perCall=0.01%"}, "blastRadius{topology:shop-monolith, fault:poison-input}", 0, 0.01, ""},
	{"recommendations-crash", []string{"components.checkout.operations.place.2.1.optional=false"}, "blastRadius{topology:shop-microservices, fault:poison-input, journey:checkout}", 0.65, 0.75, ""},
	{"retry-storm", []string{"load.shoppers.rate=60/s"}, "timeToRecover{topology:shop-microservices-retries, fault:slow-db}", 40, 60, ""},
	{"retry-storm", []string{"load.shoppers.rate=80/s"}, "state{topology:shop-microservices-retries, fault:slow-db}", 0, 0, "metastable"},
	{"retry-storm", []string{"faults.slow-db.slowQueries.factor=3"}, "state{topology:shop-microservices-retries, fault:slow-db}", 0, 0, "metastable"},
	{"retry-storm", []string{"faults.slow-db.duration=1s"}, "state{topology:shop-microservices-retries, fault:slow-db}", 0, 0, "metastable"},
	{"slow-payments", []string{"faults.slow-bank.slow.factor=15"}, "blastRadius{topology:shop-monolith, fault:slow-bank, journey:browse}", 0, 0.005, ""},
	{"slow-payments", []string{"shop-monolith.services.shop.workers=64"}, "blastRadius{topology:shop-monolith, fault:slow-bank, journey:browse}", 0, 0.005, ""},
	{"slow-payments", []string{`shop-monolith-timeout.edges."payments -> bank".timeout=3s`}, "blastRadius{topology:shop-monolith-timeout, fault:slow-bank, journey:browse}", 0.005, 0.03, ""},
	{"slow-payments", []string{`shop-monolith-bulkhead.edges."payments -> bank".bulkhead.maxConcurrentCalls=15`}, "blastRadius{topology:shop-monolith-bulkhead, fault:slow-bank, journey:browse}", 0.005, 0.03, ""},
	{"slow-payments", []string{"faults.slow-bank={at: 1m, duration: 90s, errors: {component: bank, share: 40%}}"}, "blastRadius{topology:shop-monolith-breaker, fault:slow-bank, journey:checkout}", 0.53, 0.61, ""},
	{"noisy-neighbour", []string{"faults.month-end.surge.factor=100"}, "blastRadius{topology:shop-monolith, fault:month-end}", -0.005, 0.005, ""},
	{"noisy-neighbour", []string{"faults.month-end.surge.factor=100"}, "blastRadius{topology:shop-microservices, fault:month-end, journey:checkout}", 0.2, 0.4, ""},
	{"zone-outage", []string{"load.shoppers.rate=300/s"}, "blastRadius{topology:shop-monolith, fault:zone-b}", 0, 0.01, ""},
	{"zone-outage", []string{"load.shoppers.rate=300/s"}, "blastRadius{topology:shop-microservices, fault:zone-b}", 0.85, 1, ""},
	{"network-overhead", []string{"network.crossZone=5ms"}, "latency{topology:shop-microservices-cores, journey:checkout, run:baseline, versus:shop-monolith}", 0.025, 0.035, ""},
	{"small-shop", []string{"load.shoppers.rate=30/s"}, "latency{topology:shop-monolith-small, journey:browse}", 0.4, 1, ""},
	{"small-shop", []string{"load.shoppers.rate=30/s"}, "latency{topology:shop-microservices-small, journey:browse}", 0.1, 0.4, ""},
	{"small-shop", []string{"cost.serviceHour=0.05"}, "costPerMillion{topology:shop-microservices-small}", 25, 30, ""},
	{"scale-payments", []string{"shop-monolith-sale-memory.services.shop.memory=32GiB", "shop-microservices-sale-memory.services.search.memory=32GiB"}, "costPerMillion{topology:shop-microservices-sale-memory, versus:shop-monolith-sale-memory}", 0.01, 0.2, ""},
	{"scale-payments", []string{"shop-monolith-sale-memory.services.shop.memory=40GiB", "shop-microservices-sale-memory.services.search.memory=40GiB"}, "costPerMillion{topology:shop-microservices-sale-memory, versus:shop-monolith-sale-memory}", -0.2, -0.01, ""},
}

// The figures that stand in the descriptions and in docs/claims.md for other loads,
// sizes and shares than the catalogue's come out as written.
func TestClaimsStopHoldingWhereTheDocsSaySoak(t *testing.T) {
	if !soaking() {
		t.Skip("two minutes of simulations: FAULTLINE_SOAK=1 runs them")
	}
	for _, c := range claims {
		t.Run(c.scenario, func(t *testing.T) {
			store := changed(t, c.scenario, c.set)
			sel, err := metric.ParseSelector(c.figure)
			if err != nil {
				t.Fatal(err)
			}
			if c.state != "" {
				f, ok := store.Fault(sel.Tags[metric.Topology], sel.Tags[metric.Fault])
				if !ok || f.State == nil || *f.State != c.state {
					t.Errorf("%v: %s is %v, want %s", c.set, c.figure, f.State, c.state)
				}
				return
			}
			if got := value(t, store, sel); got < c.low || got > c.high {
				t.Errorf("%v: %s is %v, and was said to lie from %v to %v", c.set, c.figure, got, c.low, c.high)
			}
		})
	}
}

// value is a figure, p(99) of a latency, or the difference to another topology, of
// the medians of latencies.
func value(t *testing.T, store *result.Store, sel metric.Selector) float64 {
	t.Helper()
	versus := sel.Tags[metric.Versus]
	if sel.Metric == "latency" {
		sel.Aggregator = "p(99)"
		if versus != "" {
			sel.Aggregator = "p(50)"
		}
	}
	sel.Tags[metric.Versus] = ""
	f, ok := store.Figure(sel)
	if versus != "" {
		other := sel
		other.Tags[metric.Topology] = versus
		var err error
		if f, err = store.Difference(sel, other); err != nil {
			t.Fatal(err)
		}
	}
	if !ok || f.Value == nil {
		t.Fatalf("%s%s is not known", sel, versus)
	}
	return *f.Value
}

// changed runs a scenario of the catalogue with other values, and without its thresholds.
func changed(t *testing.T, scenario string, set []string) *result.Store {
	t.Helper()
	dir := t.TempDir()
	args := []string{"run", "../../scenarios/" + scenario + ".yaml", "--no-report", "--quiet", "--out", dir, "--set", "thresholds={}"}
	for _, s := range set {
		args = append(args, "--set", s)
	}
	if code, _, stderr := command(t, args...); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	text, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := result.ReadJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return store
}
