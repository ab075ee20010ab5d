package main

// Rows of the topology but for its edges: services, databases, network.

var topologyKnobs = []knob{
	{"topologies.Spec.topology", nil, "topology=another", document},
	{"topologies.Spec.application", nil, "application=other.yaml", figures},
	{"topologies.Spec.extends", nil, "topologies=[variant.yaml]", figures},
	{"topologies.Spec.cost", nil, "cost={ vcpuHour: 1 }", figures},
	{"topologies.Prices.vcpuHour", nil, "cost.vcpuHour=1", figures},
	{"topologies.Prices.gibHour", []string{"services.front.memory=1GiB"}, "cost.gibHour=1", figures},
	{"topologies.Prices.crossZoneGiB", nil, "cost.crossZoneGiB=1", figures},
	{"topologies.Prices.serviceHour", nil, "cost.serviceHour=1", figures},
	{"topologies.Spec.zones", nil, "zones=[a]", figures},
	{"topologies.Spec.network", nil, "network=none", figures},
	{"topologies.Network.sameZone", nil, "network.sameZone=2ms", figures},
	{"topologies.Network.crossZone", nil, "network.crossZone=2ms", figures},

	{"topologies.Service.components", nil, "services.front.components=[front, back]", figures},
	{"topologies.Service.perComponent", nil, `services."*".perComponent=false`, refused("no service hosts back")},
	{"topologies.Service.replicas", nil, "services.front.replicas=3", figures},
	{"topologies.Service.cpu", nil, "services.front.cpu=2", figures},
	{"topologies.Service.scheduling", nil, "services.front.scheduling=fifo", figures},
	{"topologies.Service.workers", nil, "services.front.workers=2", figures},
	{"topologies.Service.queue", []string{"services.front.workers=1"}, "services.front.queue=1", figures},
	{"topologies.Service.contention", nil, "services.front.contention=10%", figures},
	{"topologies.Service.queueTimeout", []string{"services.front.workers=2"}, "services.front.queueTimeout=5ms", figures},
	{"topologies.Service.queueDiscipline", []string{"services.front.workers=2"}, "services.front.queueDiscipline=lifo", figures},
	{"topologies.Service.pool", nil, "services.front.pool=1", figures},
	{"topologies.Service.poolTimeout", []string{"services.front.pool=1"}, "services.front.poolTimeout=3ms", figures},
	{"topologies.Service.memory", heavy(), "services.front.memory=6MiB", figures},
	{"platform.RateLimit.rate", []string{"services.front.rateLimit={ rate: 40/s, burst: 4 }"}, "services.front.rateLimit.rate=30/s", figures},
	{"platform.RateLimit.burst", []string{"services.front.rateLimit={ rate: 40/s, burst: 4 }"}, "services.front.rateLimit.burst=9", figures},

	{"topologies.Service.runtime", nil, "services.front.runtime=jvm", figures},
	{"platform.Runtime.base", []string{hop + "protocol=grpc", "services.front.runtime={ base: go }"}, "services.front.runtime.base=python", figures},
	{"platform.Runtime.startup", hit("faults.f.crash.component=back"), `services."*".runtime.startup=500ms`, figures},
	{"platform.Runtime.workers", []string{`services."*"={ perComponent: true, replicas: 2, queue: 50, runtime: { workers: 8 } }`}, `services."*".runtime.workers=2`, figures},
	{"platform.Runtime.warmup", cold(), `services."*".runtime.warmup=none`, figures},
	{"platform.WarmupSpec.slowdown", cold(), `services."*".runtime.warmup.slowdown=2`, figures},
	{"platform.WarmupSpec.duration", cold(), `services."*".runtime.warmup.duration=500ms`, figures},
	{"platform.Runtime.pauses", []string{"services.front.runtime={ pauses: { every: exp(500ms), length: 30ms } }"}, "services.front.runtime.pauses=none", figures},
	{"platform.PauseSpec.every", []string{"services.front.runtime={ pauses: { every: exp(500ms), length: 30ms } }"}, "services.front.runtime.pauses.every=exp(1s)", figures},
	{"platform.PauseSpec.length", []string{"services.front.runtime={ pauses: { every: exp(500ms), length: 30ms } }"}, "services.front.runtime.pauses.length=60ms", figures},

	{"topologies.Database.stores", nil, "databases.main.stores=[pages, log]", figures},
	{"topologies.Database.perStore", nil, `databases."*".perStore=true`, refused("both take what is left")},
	{"topologies.Database.cpu", nil, "databases.main.cpu=500m", figures},
	{"topologies.Database.scheduling", nil, "databases.main.scheduling=ps", figures},
	{"topologies.Database.connections", nil, "databases.main.connections=1", figures},
	{"topologies.Database.memory", nil, "databases.main.memory=8GiB", figures},
	{"topologies.Database.zone", []string{"zones=[a, b, c]"}, "databases.main.zone=c", figures},
}

// heavy are calls that hold memory, in a process that has little.
func heavy() []string {
	return []string{"components.front.operations.ping={ steps: [ { sleep: exp(80ms) } ], memory: 2MiB }", "load.robots.mix={ ping: 1 }", "services.front.memory=10MiB"}
}

// cold are processes that start again and are slow for a while.
func cold() []string {
	return hit("faults.f.duration=100ms", "faults.f.crash.component=back", `services."*".runtime={ startup: 100ms, warmup: { slowdown: 5, duration: 2s } }`)
}
