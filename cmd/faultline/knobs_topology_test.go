package main

// Rows of the topology but for its edges: services, databases, network.

var topologyKnobs = []knob{
	{"topologies.Spec.topology", nil, "topology=another", document},
	{"topologies.Spec.application", nil, "application=other.yaml", figures},
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
	{"topologies.Service.runtime", nil, "services.front.runtime=jvm", refused("runtime jvm is not supported yet")},
	{"topologies.Runtime.startup", hit("faults.f.crash.component=back"), `services."*".runtime.startup=500ms`, figures},

	{"topologies.Database.stores", nil, "databases.main.stores=[pages, log]", figures},
	{"topologies.Database.perStore", nil, `databases."*".perStore=true`, refused("both take what is left")},
	{"topologies.Database.cpu", nil, "databases.main.cpu=500m", figures},
	{"topologies.Database.scheduling", nil, "databases.main.scheduling=ps", figures},
	{"topologies.Database.connections", nil, "databases.main.connections=1", figures},
	{"topologies.Database.zone", []string{"zones=[a, b, c]"}, "databases.main.zone=c", figures},
}
