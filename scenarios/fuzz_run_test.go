package scenarios

import (
	"context"
	"io"
	"testing"
	"time"

	"faultline/sim"
	"faultline/sim/judge"
)

// FuzzRun runs whatever loads, for a moment and within small limits: no panic, no
// broken invariant, and a result that can be written.
func FuzzRun(f *testing.F) {
	const shop = "topology: t\nservices:\n  a: { replicas: 2, workers: 2, queue: 1, operations: { do: [ { cpu: exp(1ms) }, { call: b.do, optional: true } ] } }\n" +
		"  b: { operations: { do: [ { read: s }, [ { cpu: 1ms }, { sleep: 1ms } ] ] } }\ndatabases: { d: { stores: [s], connections: 1 } }\nstores: { s: { read: 1ms } }\njourneys: { j: { call: a.do } }\n" +
		"edges: { \"* -> *\": { timeout: 5ms, retries: { attempts: 2, budget: 20% }, circuitBreaker: { minimumNumberOfCalls: 5 }, loadBalancer: RANDOM } }\n"
	const head = "scenario: s\ntopologies: top.yaml\nrun: { duration: 1s, warmup: 100ms, replications: 2 }\nload: { f: { rate: 200/s } }\n"
	for _, faults := range []string{"crash: { service: b }", "kill: { service: a }, mode: one", "slow: { component: b, factor: 9 }", "errors: { component: b, share: 50% }", "delay: { edge: \"a -> b\", latency: 5ms }",
		"partition: { edge: \"a -> b\" }", "loss: { edge: \"a -> b\", share: 10% }", "retryStorm: { edge: \"a -> b\", attempts: 5 }", "surge: { flow: f, factor: 3 }", "pause: { service: b }", "cpuStress: { service: a, load: 90% }",
		"deadlock: { service: a, rate: 5/s }", "connectionLimit: { database: d, connections: 1 }", "slowQueries: { database: d, factor: 5 }", "zoneOutage: { zone: a }", "pauses: { service: a, every: 50ms, length: 5ms }", "crash: { component: b, perCall: 2% }, every: exp(100ms), repair: 20ms"} {
		f.Add(shop, head+"faults: { x: { at: 300ms, duration: 300ms, "+faults+" } }\nthresholds: { 'blastRadius{fault:x}': '< 5%', latency: 'p(99) < 1s' }\n")
	}
	f.Add(shop, "scenario: s\ntopologies: top.yaml\nrun: { duration: 1s, warmup: auto, precision: { metric: latency, halfWidth: 5% } }\nload: { f: { vus: 5, thinkTime: exp(10ms) }, g: { rate: 5/s, batch: geometric(4) } }\n")
	f.Fuzz(func(t *testing.T, topology, scenario string) {
		s, err := loadTopology(topology, scenario)
		if err != nil || s == nil {
			return
		}
		plans, o := s.Plans(), s.Options()
		for i := range plans {
			p := &plans[i]
			if p.Rows() > 50 || p.Duration > 2*time.Second || p.Drain > time.Hour || len(p.Faults) > 4 || len(p.Flows) > 4 || instances(p) > 100 {
				return // a run of it would take too long here
			}
			if p.Window > 0 && p.Duration/p.Window > 200 {
				return
			}
		}
		o.Replications, o.Precision, o.Jobs = 2, nil, 1
		o.Limits = sim.Limits{InFlight: 3_000, Events: 30_000, Memory: 8 << 20}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		store, err := sim.Run(ctx, plans, o)
		if err != nil {
			t.Fatal(err)
		}
		if judged, err := judge.Judge(store, s.Thresholds); err == nil {
			store = judged
		}
		if err := store.WriteJSON(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}

func instances(p *sim.Plan) (n int) {
	for i := range p.System.Stations {
		n += p.System.Stations[i].Replicas
	}
	return n
}
