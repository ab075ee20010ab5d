package engine

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/sim/unit"
)

// TestWhatIsInForceIsWhatTheActiveFaultsSay begins and ends faults in any order:
// at any time each knob of each operation and instance has the very value, to the
// bit, that it would have if the faults that have ended had never been.
func TestWhatIsInForceIsWhatTheActiveFaultsSay(t *testing.T) {
	sys := assemble(shop(), cut{"pieces", pieces, roomy, bare})
	sys.Zones = []string{"one", "two"}
	targets := []fault.Target{onComponent("hints"), onComponent("stock"), {Operation: "stock.peek"}, {Operation: "stock.reserve"},
		onService("stock-service"), onService("*"), onService("checkout-service")}
	rapid.Check(t, func(t *rapid.T) {
		job := jobOf(sys, 1, sec)
		for i := range rapid.IntRange(1, 6).Draw(t, "faults") {
			target := rapid.SampledFrom(targets).Draw(t, "target")
			name := string(rune('a' + i))
			share := rapid.Float64Range(0.01, 1).Draw(t, "value")
			service := fault.Target{Service: rapid.SampledFrom([]string{"stock-service", "*"}).Draw(t, "service")}
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				inject(job, name, 0, fault.Open, slow(target, 10*share+0.05))
			case 1:
				inject(job, name, 0, fault.Open, &fault.Errors{Target: target, Share: unit.Share(share)})
			case 2:
				target.Service, target.Operation, target.Component = "stock-service", "", ""
				inject(job, name, 0, fault.Open, &fault.Crash{Target: target, PerCall: unit.Share(share)})
			case 3:
				inject(job, name, 0, fault.Open, &fault.Pause{Target: service})
			case 4:
				inject(job, name, 0, fault.Open, &fault.CPUStress{Target: service, Load: unit.Share(share * 0.99)})
			case 5:
				inject(job, name, 0, fault.Open, &fault.MemoryLeak{Target: service, Rate: unit.ByteRate(share * 1000)})
			case 6:
				inject(job, name, 0, fault.Open, &fault.Loss{Target: fault.Target{Zone: "one"}, Share: unit.Share(share)})
			case 7:
				inject(job, name, 0, fault.Open, &fault.Partition{Target: service, Direction: "to"})
			case 8:
				inject(job, name, 0, fault.Open, &fault.ConnectionLimit{Target: fault.Target{Database: "database"}, Connections: int(share*9) + 1})
			case 9:
				inject(job, name, 0, fault.Open, &fault.Bandwidth{Target: fault.Target{Zone: "two"}, Rate: unit.ByteRate(share * 1000)})
			}
		}
		e, fresh := setup(job), setup(job)
		for range rapid.IntRange(1, 20).Draw(t, "turns") {
			i := int32(rapid.IntRange(0, len(job.Faults)-1).Draw(t, "which"))
			if e.world.active[i].on {
				e.endFault(i)
			} else {
				e.beginFault(i)
			}
			for k := range job.Faults {
				fresh.endFault(int32(k))
			}
			for k := range job.Faults {
				if e.world.active[k].on {
					fresh.beginFault(int32(k))
				}
			}
			sameForce(t, e, fresh)
		}
		for i := range job.Faults {
			e.endFault(int32(i))
		}
		sameForce(t, e, setup(job))
	})
}

// sameForce compares all that is in force in two engines.
func sameForce(t *rapid.T, a, b *engine) {
	for i := range a.instances {
		if a.instances[i].altered != b.instances[i].altered {
			t.Fatalf("instance %d is altered: %v and %v", i, a.instances[i].altered, b.instances[i].altered)
		}
		x, y := &a.instances[i], &b.instances[i]
		if x.frozen != y.frozen || x.dark != y.dark || x.open != y.open || x.capacity != y.capacity || x.free != y.free {
			t.Fatalf("instance %d is %+v, want %+v", i, x, y)
		}
		for op := range a.sys.Ops {
			for k := range fault.NKnobs {
				x := a.knob(fault.Knob(k), int32(i), &a.sys.Ops[op], model.OpID(op))
				y := b.knob(fault.Knob(k), int32(i), &b.sys.Ops[op], model.OpID(op))
				if x != y {
					t.Fatalf("%s of %s at instance %d is %v, want %v", fault.Knobs[k].Name, a.sys.Ops[op].Name, i, x, y)
				}
			}
		}
	}
}

// TestEveryParameterOfAFaultMovesAMetric: nothing is accepted and ignored.
func TestEveryParameterOfAFaultMovesAMetric(t *testing.T) {
	print := func(mode fault.Mode, d time.Duration, f fault.Fault) uint64 {
		station := func(string) model.Station {
			return model.Station{Cores: 2, Workers: 32, Queue: 64, Replicas: 4, Memory: 1 << 20}
		}
		edge := func(_, to string) model.Edge { // pieces are a network apart, users are not
			return model.Edge{LoadBalancer: "LEAST_REQUEST", Timeout: 2 * sec, SameZone: constant(us), CrossZone: constant(us)}
		}
		job := jobOf(assemble(shop(), cut{"pieces", pieces, station, edge}), 100, 20*sec)
		job.System.Zones = []string{"one", "two"}
		for i := range job.System.Ops {
			op := &job.System.Ops[i]
			op.Size = 1000
			if op.Name == "hints.suggest" {
				op.ErrorRate = 0.2
			}
		}
		if f != nil {
			inject(job, "f", 5*sec, d, f)
			job.Faults[0].Mode = mode
		}
		r := mustRun(t, job)
		h := fnv.New64()
		for i := range r.Stations {
			fmt.Fprint(h, r.Stations[i].Counts)
		}
		return r.Fingerprint ^ h.Sum64()
	}
	fast, often := mustDist("exp(1s)"), mustDist("exp(300ms)")
	stock, database, zone := onComponent("stock"), fault.Target{Database: "database"}, fault.Target{Zone: "two"}
	seen := map[uint64]string{print(fault.Mode{}, 0, nil): "no fault"}
	for _, c := range []struct {
		name string
		mode fault.Mode
		d    time.Duration
		f    fault.Fault
	}{
		{"crash", fault.Mode{}, sec, &fault.Crash{Target: stock}},
		{"a longer one", fault.Mode{}, 3 * sec, &fault.Crash{Target: stock}},
		{"of one instance", fault.Mode{Kind: "one"}, sec, &fault.Crash{Target: stock}},
		{"of two", fault.Mode{Kind: "fixed", Value: "2"}, sec, &fault.Crash{Target: stock}},
		{"of three", fault.Mode{Kind: "fixedPercent", Value: "51%"}, sec, &fault.Crash{Target: stock}},
		{"of another service", fault.Mode{}, sec, &fault.Crash{Target: onService("hints-service")}},
		{"per call", fault.Mode{}, sec, &fault.Crash{Target: stock, PerCall: 0.1}},
		{"per more calls", fault.Mode{}, sec, &fault.Crash{Target: stock, PerCall: 0.2}},
		{"every second", fault.Mode{}, 5 * sec, &fault.Crash{Target: stock, Every: &fast}},
		{"more often", fault.Mode{}, 5 * sec, &fault.Crash{Target: stock, Every: &often}},
		{"slow", fault.Mode{}, sec, slow(stock, 2)},
		{"slower", fault.Mode{}, sec, slow(stock, 3)},
		{"slow operation", fault.Mode{}, sec, slow(fault.Target{Operation: "stock.peek"}, 2)},
		{"errors", fault.Mode{}, sec, &fault.Errors{Target: stock, Share: 0.1}},
		{"more errors", fault.Mode{}, sec, &fault.Errors{Target: stock, Share: 0.2}},
		{"errors of an edge", fault.Mode{}, sec, &fault.Errors{Target: onEdge("* -> stock"), Share: 0.1}},
		{"delay", fault.Mode{}, sec, &fault.Delay{Target: onService("stock-service"), Latency: fast}},
		{"a shorter delay", fault.Mode{}, sec, &fault.Delay{Target: onService("stock-service"), Latency: often}},
		{"delay of an edge", fault.Mode{}, sec, &fault.Delay{Target: onEdge("* -> stock"), Latency: fast}},
		{"surge", fault.Mode{}, sec, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: 2}},
		{"a bigger surge", fault.Mode{}, sec, &fault.Surge{Target: fault.Target{Flow: "*"}, Factor: 3}},
		{"kill", fault.Mode{}, sec, &fault.Kill{Target: database}},
		{"a kill in a zone", fault.Mode{}, sec, &fault.Kill{Target: zone}},
		{"pause", fault.Mode{}, sec, &fault.Pause{Target: stock}},
		{"a longer pause", fault.Mode{}, 3 * sec, &fault.Pause{Target: stock}},
		{"a pause of a database", fault.Mode{}, sec, &fault.Pause{Target: database}},
		{"stress", fault.Mode{}, sec, &fault.CPUStress{Target: onComponent("hints"), Load: 0.5}},
		{"more stress", fault.Mode{}, sec, &fault.CPUStress{Target: onComponent("hints"), Load: 0.9}},
		{"leak", fault.Mode{}, 10 * sec, &fault.MemoryLeak{Target: stock, Rate: 1 << 20}},
		{"a faster leak", fault.Mode{}, 10 * sec, &fault.MemoryLeak{Target: stock, Rate: 1 << 22}},
		{"deadlock", fault.Mode{}, 5 * sec, &fault.Deadlock{Target: onComponent("payments"), Rate: 15}},
		{"a faster deadlock", fault.Mode{}, 5 * sec, &fault.Deadlock{Target: onComponent("payments"), Rate: 30}},
		{"pauses", fault.Mode{}, 5 * sec, &fault.Pauses{Target: stock, Every: often, Length: often}},
		{"longer pauses", fault.Mode{}, 5 * sec, &fault.Pauses{Target: stock, Every: often, Length: fast}},
		{"rarer pauses", fault.Mode{}, 5 * sec, &fault.Pauses{Target: stock, Every: fast, Length: often}},
		{"loss", fault.Mode{}, sec, &fault.Loss{Target: onService("stock-service"), Share: 0.1}},
		{"more loss", fault.Mode{}, sec, &fault.Loss{Target: onService("stock-service"), Share: 0.2}},
		{"loss on an edge", fault.Mode{}, sec, &fault.Loss{Target: onEdge("* -> stock"), Share: 0.1}},
		{"loss of a zone", fault.Mode{}, sec, &fault.Loss{Target: zone, Share: 0.1}},
		{"partition", fault.Mode{}, sec, &fault.Partition{Target: onService("stock-service"), Direction: "both"}},
		{"to it", fault.Mode{}, sec, &fault.Partition{Target: onService("payments-service"), Direction: "to"}},
		{"from it", fault.Mode{}, sec, &fault.Partition{Target: onService("payments-service"), Direction: "from"}},
		{"partition of a zone", fault.Mode{}, sec, &fault.Partition{Target: zone}},
		{"bandwidth", fault.Mode{}, sec, &fault.Bandwidth{Target: zone, Rate: 1e6}},
		{"less bandwidth", fault.Mode{}, sec, &fault.Bandwidth{Target: zone, Rate: 2e5}},
		{"slow queries", fault.Mode{}, sec, &fault.SlowQueries{Target: database, Factor: 5}},
		{"slower queries", fault.Mode{}, sec, &fault.SlowQueries{Target: database, Factor: 50}},
		{"one connection", fault.Mode{}, 10 * sec, &fault.ConnectionLimit{Target: database, Connections: 1}},
		{"two connections", fault.Mode{}, 10 * sec, &fault.ConnectionLimit{Target: database, Connections: 2}},
		{"zone outage", fault.Mode{}, sec, &fault.ZoneOutage{Target: zone}},
		{"retry storm", fault.Mode{}, 5 * sec, &fault.RetryStorm{Target: onComponent("hints"), Attempts: 1}},
		{"a bigger storm", fault.Mode{}, 5 * sec, &fault.RetryStorm{Target: onComponent("hints"), Attempts: 3}},
		{"dependency outage", fault.Mode{}, 2 * sec, &fault.DependencyOutage{Target: onComponent("bank")}},
	} {
		p := print(c.mode, c.d, c.f)
		if other, ok := seen[p]; ok {
			t.Errorf("%s changes nothing against %s", c.name, other)
		}
		seen[p] = c.name
	}
}
