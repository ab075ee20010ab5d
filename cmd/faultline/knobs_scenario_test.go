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
}
