package main

// Rows of the scenario: run, load, thresholds.

var scenarioKnobs = []knob{
	{"scenarios.Spec.scenario", nil, "scenario=another", document},
	{"scenarios.Spec.description", nil, "description=something else", document},
	{"scenarios.Spec.topologies", nil, "topologies=[more.yaml]", figures},
	{"scenarios.Spec.thresholds", nil, `thresholds."latency{journey:page}"=p(99) < 1ms`, verdict},
	{"scenarios.Spec.expect", nil, "expect=fail", document}, // the gate reads it
	{"scenarios.Run.duration", nil, "run.duration=7s", figures},
	{"scenarios.Run.warmup", nil, "run.warmup=2s", figures},
	{"scenarios.Run.maxReplications", []string{"run.precision={ metric: latency, halfWidth: 0.01% }", "run.maxReplications=21"}, "run.maxReplications=22", figures},
	{"scenarios.Precision.metric", []string{"run.precision={ metric: offered, halfWidth: 3%, maxReplications: 22 }"}, "run.precision.metric=latency.max", figures},
	{"scenarios.Precision.halfWidth", []string{"run.precision={ metric: latency, halfWidth: 50%, maxReplications: 22 }"}, "run.precision.halfWidth=0.01%", figures},
	{"scenarios.Precision.maxReplications", []string{"run.precision={ metric: latency, halfWidth: 0.01%, maxReplications: 21 }"}, "run.precision.maxReplications=22", figures},
	{"scenarios.Run.replications", nil, "run.replications=3", figures},
	{"scenarios.Run.seed", nil, "run.seed=2", figures},
	{"scenarios.Run.drain", []string{page + "2.sleep=exp(4s)", `services."*".workers=unlimited`}, "run.drain=4s", figures},
	{"scenarios.Run.window", nil, "run.window=2s", series},
	{"scenarios.Flow.rate", nil, "load.visitors.rate=130/s", figures},
	{"scenarios.Flow.arrivals", nil, "load.visitors.arrivals=uniform", figures},
	{"scenarios.Flow.mix", nil, "load.robots.mix.page=2", figures},
	{"scenarios.Flow.startRate", nil, "load.robots.startRate=10/s", figures},
	{"load.StageSpec.duration", nil, "load.robots.stages.0.duration=2s", figures},
	{"load.StageSpec.target", nil, "load.robots.stages.0.target=40/s", figures},
	{"load.LinearSpec.startAt", robots("linear: { startAt: 5/s, slope: 1 }"), "load.robots.linear.startAt=9/s", figures},
	{"load.LinearSpec.slope", robots("linear: { startAt: 5/s, slope: 1 }"), "load.robots.linear.slope=5", figures},
	{"load.SineSpec.period", robots("sine: { mean: 20/s, amp: 15/s, period: 4s }"), "load.robots.sine.period=6s", figures},
	{"load.SineSpec.mean", robots("sine: { mean: 20/s, amp: 15/s, period: 4s }"), "load.robots.sine.mean=30/s", figures},
	{"load.SineSpec.amp", robots("sine: { mean: 20/s, amp: 15/s, period: 4s }"), "load.robots.sine.amp=5/s", figures},
	{"load.SineSpec.startAt", robots("sine: { mean: 20/s, amp: 15/s, period: 4s }"), "load.robots.sine.startAt=Trough", figures},
	{"scenarios.Flow.batch", nil, "load.visitors.batch=2", figures},
	{"scenarios.Flow.population", []string{hop + "loadBalancer=RING_HASH"}, "load.visitors.population=3", figures},
	{"scenarios.Flow.vus", robots("vus: 5, thinkTime: 200ms"), "load.robots.vus=9", figures},
	{"scenarios.Flow.thinkTime", robots("vus: 5, thinkTime: 200ms"), "load.robots.thinkTime=400ms", figures},
}

// robots is the second flow with another load.
func robots(load string) []string { return []string{"load.robots={ " + load + " }"} }
