package result

import (
	"faultline/sim/metric"
)

// The tests' document: two topologies, two journeys, three replications, one
// fault that the second topology lacks. The figures are made up, and add up.

func ptr[T any](v T) *T { return &v }

func est(value float64) Estimate {
	return Estimate{Value: ptr(value), Low: ptr(value * 0.9), High: ptr(value * 1.1)}
}

func none(reason string) Estimate { return Estimate{Reason: reason} }

func testLatency(p50 float64) Latency {
	return Latency{Avg: est(p50), P50: est(p50), P90: est(2 * p50), P95: est(3 * p50), P99: est(4 * p50), P999: est(5 * p50), Max: est(6 * p50)}
}

func testJourney(name string, p50 float64) Journey {
	return Journey{Name: name, Objectives: Objectives{"p(99) < 300ms", 0.999}, Offered: est(100), Throughput: est(99),
		Goodput: est(95), Availability: est(0.9), DegradedRate: est(0.01), ErrorRate: est(0.05), Latency: testLatency(p50),
		Counts: RequestCounts{1000, 900, 40, 50, 10}, Failures: map[string]int64{"timeout": 20, "error": 30}}
}

func testBand() Band {
	return Band{Value: []*float64{ptr(1.0), nil}, Low: []*float64{ptr(0.5), nil}, High: []*float64{ptr(1.5), nil}}
}

func testSeries() Series {
	return Series{Window: 1,
		Journeys:   map[string]map[string]Band{"browse": {"goodput": testBand(), "latency": testBand()}},
		Services:   map[string]map[string]Band{"shop": {"utilization": testBand()}, "db": {"queueLength": testBand()}},
		Components: map[string]map[string]Band{"cart": {"errorRate": testBand()}}}
}

func testFault(applicable bool) Fault {
	f := Fault{Name: "poison", Kind: "crash", Target: "component cart", Applicable: applicable,
		Window: FaultWindow{60, ptr(120.0)}, Surprise: []string{}, States: map[string]int{}}
	null := none("not supported yet")
	f.JourneyBlastRadius, f.ComponentBlastRadius, f.TeamBlastRadius, f.UserBlastRadius = null, null, null, null
	f.UserMinutesLost, f.Concentration, f.Containment, f.ResilienceLoss, f.BudgetBurn = null, null, null, null, null
	if !applicable {
		gone := none("the fault does not apply")
		f.BlastRadius, f.BlastRadiusAfter, f.Severity = gone, gone, Severity{gone, gone, gone}
		f.TimeToImpact, f.TimeToRecover, f.TimeToRestore, f.RecoveredShare = gone, gone, gone, gone
		return f
	}
	f.BlastRadius, f.BlastRadiusAfter = est(0.4), est(0.1)
	f.Lost, f.Gained, f.Pairs = Phases{400, 100}, Phases{10, 5}, Phases{1000, 2000}
	f.Severity = Severity{est(0.3), est(0.1), est(0.05)}
	f.TimeToImpact, f.TimeToRecover, f.TimeToRestore, f.RecoveredShare = est(10), est(30), est(90), est(1)
	f.State, f.States = ptr("degraded"), map[string]int{"degraded": 2, "stable": 1}
	f.Journeys = []FaultJourney{{Name: "browse", BlastRadius: est(0.5), BlastRadiusAfter: est(0.2)}}
	f.Baseline = &Baseline{Journeys: []Journey{testJourney("browse", 0.02)}, Series: testSeries()}
	return f
}

func testTopology(name string, p50 float64, applicable bool) Topology {
	wait := QueueWait{est(0.001), est(0.01), est(0.2)}
	return Topology{Name: name, Digest: "sha256:1",
		Graph: Graph{Nodes: []Node{{"users", "users", nil, nil}, {"shop", "service", []string{"cart"}, []string{"buying"}}, {"db", "database", nil, nil}},
			Edges: []GraphEdge{{"users", "shop"}, {"shop", "db"}}},
		Parts:    Parts{1, 1, 0, 2, 1.5},
		Journeys: []Journey{testJourney("browse", p50), testJourney("check out", 2*p50)},
		Flows:    []Flow{{"shoppers", est(200), est(198), est(190)}},
		Services: []Service{{Name: "shop", Components: []string{"cart"}, Replicas: est(2), Utilization: est(0.5), Concurrency: est(3),
			QueueLength: est(0.1), QueueWait: wait, Latency: testLatency(p50), ErrorRate: est(0.01), WastedWork: est(0.02)}},
		Databases: []Database{{Name: "db", Stores: []string{"orders"}, Utilization: est(0.3), Connections: est(7),
			QueueLength: est(0.2), QueueWait: wait, Latency: testLatency(p50 / 10), ErrorRate: est(0.01), WastedWork: est(0.02)}},
		Edges: []Edge{{From: "shop", To: "db", Calls: 500, Retries: 50, Amplification: est(1.1), ErrorRate: est(0.1),
			Latency: testLatency(p50 / 10), Failures: map[string]int64{"timeout": 50}}},
		Faults:   []Fault{testFault(applicable)},
		Baseline: &Baseline{Journeys: []Journey{testJourney("browse", p50/2)}, Series: testSeries()},
		Series:   testSeries(),
		Histograms: map[string]Histogram{
			"latency{journey:browse}": {Low: []float64{0.01, 0.03}, High: []float64{0.02, 0.04}, Count: []uint64{5, 7}}},
	}
}

func testSample(name string, tags metric.Tags, values ...*float64) Sample {
	return Sample{Metric: name, Tags: tags.Map(), Values: values}
}

func testDocument() *Document {
	mono, micro := metric.Tags{metric.Topology: "mono"}, metric.Tags{metric.Topology: "micro"}
	browse := func(t metric.Tags) metric.Tags { return t.With(metric.Journey, "browse") }
	return enrich(&Document{
		Schema: Schema, Tool: Tool{"v0"}, Seed: 42, Replications: 3, Fingerprint: "0123456789abcdef", Verdict: "pass",
		Scenario: Scenario{Name: "crash", Digest: "sha256:0", Duration: 480, Warmup: 60, Command: "faultline run crash.yaml"},
		Warnings: []string{"users -> shop has no timeout"},
		Sources:  []Source{{"crash.yaml", "sha256:2", "edges: { \"a -> b\": <&> }\n"}},
		Resolved: ValuesOf(Resolved{"run.seed", "42", "crash.yaml:3"}),
		Topologies: []Topology{testTopology("mono", 0.02, true),
			testTopology("micro", 0.03, false)},
		Samples: []Sample{
			testSample("latency.p99", browse(mono), ptr(0.07), ptr(0.08), ptr(0.09)),
			testSample("latency.p99", browse(micro), ptr(0.10), ptr(0.13), nil),
			testSample("availability", mono, ptr(0.97), ptr(0.98), ptr(0.99)),
			testSample("lost", mono.With(metric.Fault, "poison"), ptr(100.0), ptr(150.0), ptr(150.0)),
		},
	})
}
