package main

// Rows of the application but for its steps: components, stores, journeys.

var applicationKnobs = []knob{
	{"topologies.Application.application", nil, "application=renamed.yaml", resolved},
	{"topologies.Component.team", shaky("components.back.team=stock"), "components.back.team=web", figures},
	{"topologies.Component.external", nil, "components.bank.external=false", figures},
	{"topologies.Store.read", nil, "stores.pages.read=exp(4ms)", figures},
	{"topologies.Store.write", nil, "stores.log.write=exp(4ms)", figures},
	{"topologies.Journey.call", nil, "journeys.ping.call=front.page", figures},
	{"topologies.Journey.weight", nil, "journeys.ping.weight=2", figures},
	{"topologies.Journey.criticality", []string{"services.front.workers=2", "services.front.queueDiscipline=priority"}, "journeys.page.criticality=critical", figures},
	{"topologies.Objectives.latency", nil, "journeys.page.objectives.latency=p(99)<30ms", figures},
	{"topologies.Objectives.availability", shaky(), "journeys.page.objectives.availability=90%", figures},
}
