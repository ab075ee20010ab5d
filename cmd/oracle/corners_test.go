package oracle

import (
	"fmt"
	"testing"
)

// corner is a system that random ones seldom come to: an application, a topology and
// a load, without the names of what they are.
type corner struct{ components, services, edges, load, faults string }

func (c corner) files(run string) files {
	return files{
		"application: corner\ncomponents:\n" + c.components + "journeys: { j: { call: a.do } }\n",
		"topology: corner\napplication: application.yaml\nnetwork: none\nservices:\n" + c.services + "edges:\n  \"users -> *\": { timeout: none }\n" + c.edges,
		"scenario: corner\ntopologies: topology.yaml\nrun: { " + run + " }\nload: { f: { " + c.load + " } }\n" + c.faults,
	}
}

// What runs on after a fork has gone on holds the worker to its own end, however deep
// it lies.
func TestWhatRunsOnHoldsTheWorker(t *testing.T) {
	const forks = "{ parallel: { wait: any, branches: [ { sleep: exp(100ms) }, { parallel: { wait: any, branches: [ { sleep: exp(1s) }, { sleep: exp(4s) } ] } } ] } }"
	for name, components := range map[string]string{
		"in the operation":   "  a: { operations: { do: [ " + forks + " ] } }\n",
		"in a function call": "  a: { operations: { do: [ { call: b.do } ] } }\n  b: { operations: { do: [ " + forks + " ] } }\n",
		"in a loop":          "  a: { operations: { do: [ { repeat: { times: 1, steps: [ " + forks + " ] } } ] } }\n",
	} {
		t.Run(name, func(t *testing.T) {
			agrees(t, corner{components: components, services: "  a: { components: rest, workers: 2, queue: 1, cpu: 1 }\n", load: "rate: 0.3/s"})
		})
	}
}

// agrees compares a corner with its chain.
func agrees(t *testing.T, c corner) {
	t.Helper()
	sc := quick()
	_, plan := loadFiles(t, c.files("warmup: 0"))
	long := func(x *solved) float64 { return max(sc.requests/x.rate, 200*x.settled) }
	x, err := work(plan, sc.limit, long)
	if err != nil {
		t.Fatal(err)
	}
	x.seconds = long(x)
	warmup := x.settled
	if c.faults != "" {
		warmup = 0
	}
	f := c.files(fmt.Sprintf("duration: %s, warmup: %s, drain: 24h, replications: %d", inSeconds(warmup+x.seconds), inSeconds(warmup), sc.replications))
	s, _ := loadFiles(t, f)
	store, err := run(s)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := x.compare(store)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range all {
		if t.Log(y.line(100)); y.refused(100) {
			t.Errorf("refused, of\n%v", f)
		}
	}
}
