package engine

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"testing"
	"time"

	"faultline/sim/des"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/unit"
)

// TestTheSameRequestTakesTheSameTimeHoweverTheApplicationIsCut: without network,
// protocol and contention the cut cannot matter, to the nanosecond.
func TestTheSameRequestTakesTheSameTimeHoweverTheApplicationIsCut(t *testing.T) {
	half := func(c string) string {
		if c == "payments" || c == "hints" {
			return "risky"
		}
		return "safe"
	}
	many := func(s string) model.Station { st := roomy(s); st.Replicas = 3; return st }
	fifo := func(s string) model.Station { st := roomy(s); st.Scheduling = model.FIFO; return st }
	want, r := replies(t, jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 200, 30*sec))
	if len(want) < 5000 || !slices.Contains(outcomes(want), ok) {
		t.Fatalf("%d requests of the reference", len(want))
	}
	for _, c := range []cut{
		{"a process a component", pieces, roomy, bare},
		{"two processes", half, roomy, bare},
		{"three replicas each", pieces, many, bare},
		{"cores in order", pieces, fifo, bare},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, s := replies(t, jobOf(assemble(shop(), c), 200, 30*sec))
			same(t, got, want)
			if s.Fingerprint != r.Fingerprint {
				t.Errorf("fingerprint %x, the monolith's is %x", s.Fingerprint, r.Fingerprint)
			}
			if !slices.Equal(s.Ledger.Flows[0], r.Ledger.Flows[0]) {
				t.Error("the ledgers differ")
			}
		})
	}
}

// TestAFaultOfTheCodeHitsTheSameRequestsHoweverItIsCut: what fails and what is
// slow is a matter of the request and the component, not of the process.
func TestAFaultOfTheCodeHitsTheSameRequestsHoweverItIsCut(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault fault.Fault
	}{
		{"errors", &fault.Errors{Target: onComponent("stock"), Share: 0.3}},
		{"errors of an operation", &fault.Errors{Target: fault.Target{Operation: "stock.peek"}, Share: 0.5}},
		{"slow", slow(onComponent("hints"), 7)},
	} {
		var want []reply
		for _, host := range []func(string) string{whole, pieces} {
			job := jobOf(assemble(shop(), cut{"cut", host, roomy, bare}), 200, 10*sec)
			got, _ := replies(t, inject(job, "fault", 2*sec, 5*sec, c.fault))
			if want == nil {
				want = got
				continue
			}
			t.Run(c.name, func(t *testing.T) { same(t, got, want) })
		}
	}
}

// same compares requests one by one.
func same(t *testing.T, got, want []reply) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d requests, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("request %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

// TestTheSameRequestsArriveWhateverIsDoneToThem: other topologies, faults,
// patience and capacity change neither the arrivals nor the journeys.
func TestTheSameRequestsArriveWhateverIsDoneToThem(t *testing.T) {
	arrivals := func(job *Job) (list []string) {
		rs, _ := replies(t, job)
		for _, r := range rs {
			if !r.surge {
				list = append(list, fmt.Sprint(r.n, r.at, r.journey))
			}
		}
		return list
	}
	narrow := func(string) model.Station { return model.Station{Cores: 1, Workers: 3, Queue: 10} }
	hasty := func(_, _ string) model.Edge {
		return model.Edge{LoadBalancer: "RANDOM", Timeout: 20 * ms, SameZone: constant(ms), CrossZone: constant(ms)}
	}
	want := arrivals(jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 200, 10*sec))
	other := jobOf(assemble(shop(), cut{"cut", pieces, narrow, hasty}), 200, 10*sec)
	inject(other, "crash", 2*sec, sec, &fault.Crash{Target: fault.Target{Component: "stock"}})
	inject(other, "surge", 3*sec, 2*sec, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: 3})
	if got := arrivals(other); !slices.Equal(got, want) {
		t.Errorf("%d arrivals, want the %d of the other topology", len(got), len(want))
	}
}

// golden is a job with all that the engine can do.
func golden() *Job {
	edge := func(from, to string) model.Edge {
		e := model.Edge{LoadBalancer: "LEAST_REQUEST", Timeout: 150 * ms, Protocol: constant(100 * us),
			SameZone: mustDist("lognormal(200us cv=0.5)").Dist, CrossZone: constant(500 * us)}
		switch {
		case from == "users":
			e = model.Edge{LoadBalancer: "ROUND_ROBIN", Timeout: sec}
		case to == "bank":
			e.Retries, e.PerTryTimeout = retries(2, 5*ms, "timeout", "unavailable", "error"), 40*ms
			e.Retries.Backoff.Jitter = "full"
		}
		return e
	}
	station := func(name string) model.Station {
		st := model.Station{Cores: 1.5, Workers: 8, Queue: 32, Replicas: 2}
		if name == "database" {
			st.Scheduling, st.Replicas = model.FIFO, 1
		}
		return st
	}
	job := jobOf(assemble(shop(), cut{"golden", pieces, station, edge}), 300, 20*sec)
	job.Warmup = 2 * sec
	inject(job, "crash", 4*sec, 2*sec, &fault.Crash{Target: fault.Target{Component: "hints"}, PerCall: 0.02})
	inject(job, "slow", 5*sec, 3*sec, &fault.Slow{Target: fault.Target{Service: "stock-service"}, Factor: 2})
	inject(job, "errors", 6*sec, 3*sec, &fault.Errors{Target: fault.Target{Edge: "payments -> bank"}, Share: 0.3})
	inject(job, "delay", 7*sec, 3*sec, &fault.Delay{Target: fault.Target{Service: "*"}, Latency: mustDist("exp(1ms)")})
	inject(job, "surge", 9*sec, 3*sec, &fault.Surge{Target: fault.Target{Flow: "*"}, Factor: 1.5})
	every := mustDist("exp(1s)")
	inject(job, "clock", 12*sec, 3*sec, &fault.Crash{Target: fault.Target{Service: "checkout-service"}, Every: &every})
	job.Faults[5].Mode = fault.Mode{Kind: "one"}
	return job
}

// streamHash is a hash over the raw events.
func streamHash(t *testing.T, job *Job) (hash uint64, r *measure.Run) {
	t.Helper()
	h := fnv.New64a()
	r, err := run(t.Context(), job, func(ev des.Event) {
		fmt.Fprintln(h, ev.At, ev.Kind(), ev.Ref().ID, ev.Ref().Gen)
	})
	if err != nil {
		t.Fatal(err)
	}
	return h.Sum64(), r
}

func TestTheSameJobGivesTheSameRun(t *testing.T) {
	for _, c := range []struct {
		name string
		job  func() *Job
	}{
		{"a plain system", func() *Job { return w2(t, 20_000, time.Second) }},
		{"all that there is", golden},
	} {
		t.Run(c.name, func(t *testing.T) {
			hash, first := streamHash(t, c.job())
			again, second := streamHash(t, c.job())
			if hash != again || first.Fingerprint != second.Fingerprint || first.Events != second.Events {
				t.Errorf("events %x and %x, fingerprints %x and %x", hash, again, first.Fingerprint, second.Fingerprint)
			}
			if !reflect.DeepEqual(first, second) {
				t.Error("the measures differ")
			}
		})
	}
}

func TestSeedAndReplicationChangeTheRun(t *testing.T) {
	seen := map[uint64]string{}
	for _, c := range []struct {
		seed        uint64
		replication int
	}{{1, 0}, {1, 1}, {2, 0}, {2, 1}} {
		job := w2(t, 2000, 0)
		job.Seed, job.Replication = c.seed, c.replication
		f := mustRun(t, job).Fingerprint
		if other, ok := seen[f]; ok {
			t.Errorf("%+v has the fingerprint of %s", c, other)
		}
		seen[f] = fmt.Sprint(c)
	}
}

// TestAFaultThatNeverStrikesChangesNothing: the machinery of faults leaves no trace.
func TestAFaultThatNeverStrikesChangesNothing(t *testing.T) {
	plain := func() *Job {
		j := golden()
		j.Faults = nil
		return j
	}
	want := mustRun(t, plain()).Fingerprint
	for _, c := range []struct {
		name string
		at   time.Duration
		f    fault.Fault
	}{
		{"after the end", time.Hour, &fault.Slow{Target: fault.Target{Service: "*"}, Factor: 9}},
		{"on what this topology lacks", sec, &fault.Crash{Target: fault.Target{Component: "nobody"}}},
		{"with a share that no draw reaches", sec, &fault.Errors{Target: fault.Target{Service: "*"}, Share: unit.Share(1e-300)}},
	} {
		if got := mustRun(t, inject(plain(), "f", c.at, fault.Open, c.f)).Fingerprint; got != want {
			t.Errorf("%s: fingerprint %x, want %x", c.name, got, want)
		}
	}
}

// TestFingerprintsArePinned: what happens to whom and when changes by intention
// alone, whatever is done for speed, and on every CPU.
func TestFingerprintsArePinned(t *testing.T) {
	for _, c := range []struct {
		name string
		job  *Job
		want uint64
	}{
		{"W1", w1(t, 10_000), 0x9ff0da475328610},
		{"W2 with timeouts", w2(t, 10_000, time.Second), 0xa6e919cf34ca3310},
		{"W3", w3(t, 5, 500, 5_000), 0x79b4bf2e155d5ce5},
		{"the monolith", jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 200, 10*sec), 0x6442ada3502424a7},
		{"all that there is", golden(), 0xf2b2226eb30adf41},
	} {
		if got := mustRun(t, c.job).Fingerprint; got != c.want {
			t.Errorf("%s: fingerprint %#x, pinned is %#x", c.name, got, c.want)
		}
	}
}
