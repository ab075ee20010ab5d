package scenarios

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// begins are the names and times of a scenario's faults.
func begins(s *Scenario) string {
	var out []string
	for _, in := range s.Plans()[0].Faults {
		out = append(out, in.Name+" "+in.At.String())
	}
	return strings.Join(out, ", ")
}

func TestAFaultBeginsAtTheEndOfTheOneThatItNames(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
run: { duration: 10m, warmup: 1m }
load: { all: { rate: 5/s } }
faults:
  third: { startAfter: second, slow: { component: shop, factor: 2 } }
  second: { startAfter: first, at: 30s, duration: 1m, slow: { component: shop, factor: 2 } }
  first: { at: 2m, duration: 90s, slow: { component: shop, factor: 2 } }
  too: { startAfter: first, duration: 1s, slow: { component: shop, factor: 2 } }`)
	if got, want := begins(s), "third 5m0s, second 4m0s, first 2m0s, too 3m30s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSettingAFaultLongerMovesTheOneAfterIt(t *testing.T) {
	const text = `
topologies: one.yaml
run: { duration: 10m, warmup: 1m }
load: { all: { rate: 5/s } }
faults:
  first: { at: 2m, duration: 1m, slow: { component: shop, factor: 2 } }
  second: { startAfter: first, slow: { component: shop, factor: 2 } }`
	if got := begins(mustLoad(t, text, "faults.first.duration=3m")); got != "first 2m0s, second 5m0s" {
		t.Errorf("got %s", got)
	}
}

func TestRandomFailuresReachTheInjection(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
run: { duration: 10m, warmup: 1m }
load: { all: { rate: 5/s } }
faults:
  often: { at: 2m, every: exp(30s), repair: 5s, mode: one, crash: { service: shop } }
  once: { at: 2m, duration: 1m, crash: { service: shop } }`)
	faults := s.Plans()[0].Faults
	if in := faults[0]; in.Every.Mean() != 30*time.Second || in.Repair.Mean() != 5*time.Second || in.Duration != -1 {
		t.Errorf("%+v", in)
	}
	if in := faults[1]; in.Every != nil || in.Repair != nil {
		t.Errorf("%+v", in)
	}
}

// Random failures have no time of their own: they come from the end of the warm-up on.
func TestRandomFailuresBeginWhenTheWarmUpEnds(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
run: { duration: 10m, warmup: 90s }
load: { all: { rate: 5/s } }
faults:
  flaky: { every: exp(1m), repair: exp(20s), mode: one, duration: 2m, kill: { service: shop } }
  later: { startAfter: flaky, duration: 1m, slow: { service: shop, factor: 2 } }`)
	in := s.Plans()[0].Faults
	if in[0].At != 90*time.Second || in[0].Every == nil || in[1].At != 210*time.Second {
		t.Errorf("%+v", in)
	}
	found := false
	for r := range s.Resolved().All() {
		found = found || r.Path == "faults.flaky.at" && r.Value == "90s" && r.Origin == "default"
	}
	if !found {
		t.Errorf("the values in force do not say when: %v", slices.Collect(s.Resolved().All()))
	}
}

func TestASurgeOfAClosedLoopLoads(t *testing.T) {
	mustLoad(t, `
topologies: one.yaml
load: { all: { vus: 5, thinkTime: 1s } }
faults: { f: { at: 2m, duration: 1m, surge: { flow: all, factor: 2 } } }`)
}

func TestFlowsOfAllKindsReachThePlan(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
load:
  loop: { vus: 5, thinkTime: exp(1s) }
  lots: { rate: 5/s, batch: 3, population: 20 }
  swing: { sine: { mean: 5/s, amp: 3/s, period: 1m } }
  ramp: { linear: { startAt: 5/s, slope: 0.1 } }`)
	flows := s.Plans()[0].Flows
	if f := flows[0]; f.VUs != 5 || f.ThinkTime.Mean() != time.Second {
		t.Errorf("%+v", f)
	}
	if f := flows[1]; f.Batch.Mean() != 3 || f.Population != 20 {
		t.Errorf("%+v", f)
	}
	if rates := []float64{flows[2].Profile.Rate(15 * time.Second), flows[3].Profile.Rate(10 * time.Second)}; !slices.Equal(rates, []float64{8, 6}) {
		t.Errorf("rates %v", rates)
	}
}

// notesOf are what a scenario says of its first topology.
func notesOf(t *testing.T, service, fault string) string {
	t.Helper()
	text := "topology: one\nservices: { shop: { " + service + " operations: { page: [ { cpu: 1ms } ] } } }\njourneys: { look: { call: shop.page } }\n"
	s, err := loadTopology(text, "scenario: s\ntopologies: top.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 2m, duration: 1m, "+fault+" } }")
	if err != nil {
		t.Fatal(err)
	}
	var about []string
	for _, w := range s.Plans()[0].Warnings {
		if strings.HasPrefix(w, "fault ") {
			about = append(about, w)
		}
	}
	return strings.Join(about, "\n")
}

func TestAFaultThatADefaultMakesHarmlessIsAWarning(t *testing.T) {
	for _, c := range []struct{ service, fault, want string }{
		{"", "memoryLeak: { service: shop, rate: 5MiB/s }", "fault f does nothing here: memory of shop is unlimited (write memory: 512MiB)"},
		{"memory: 512MiB,", "memoryLeak: { service: shop, rate: 5MiB/s }", ""},
		{"", "deadlock: { service: shop, rate: 5/s }", "fault f does nothing here: workers of shop are unlimited, and none is missed (write workers: 64)"},
		{"workers: 5,", "deadlock: { service: shop, rate: 5/s }", ""},
		{"", "cacheFlush: { service: shop }", "fault f does nothing here: no operation has a cache"},
		{"", "slow: { service: shop, factor: 2 }", ""},
		{"", "slow: { service: shop, factor: 1 }", "fault f does nothing here: its strength is nothing"},
		{"", "errors: { component: shop, share: 0% }", "fault f does nothing here: its strength is nothing"},
		{"", "cpuStress: { service: shop, load: 0 }", "fault f does nothing here: its strength is nothing"},
		{"", "loss: { service: shop, share: 0% }", "fault f does nothing here: its strength is nothing"},
	} {
		if got := notesOf(t, c.service, c.fault); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.service, c.fault, got, c.want)
		}
	}
}
