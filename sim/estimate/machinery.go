package estimate

import (
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// machinery accumulates what the flows, stations and edges of one kind of run
// did: of F, or of the runs without any fault.
type machinery struct {
	flows []flow
	sites []station // by model.StationID
	edges []edge
}

func newMachinery(sys *model.System, flows []string, config *Config) machinery {
	m := machinery{sites: make([]station, len(sys.Stations)), edges: newEdges(sys, config)}
	for _, name := range flows {
		m.flows = append(m.flows, flow{name: name})
	}
	for i := range m.sites {
		m.sites[i].latency.also(config.Percentiles)
		m.sites[i].latency.single, m.sites[i].wait.single = config.Single, config.Single
	}
	return m
}

func (m *machinery) add(sys *model.System, r *measure.Run) {
	seconds := (r.Duration - r.Warmup).Seconds()
	for i := range m.flows {
		m.flows[i].add(&r.Flows[i], seconds)
	}
	for i := range m.sites {
		m.sites[i].add(&r.Stations[i], &sys.Stations[i], seconds)
	}
	called(m.sites, sys, r)
	for i := range m.edges {
		m.edges[i].add(r)
	}
}

func (m *machinery) document(sys *model.System, s scope) (out result.Machinery) {
	out.Flows = make([]result.Flow, len(m.flows))
	for i := range m.flows {
		out.Flows[i] = m.flows[i].document(s)
	}
	out.Services, out.Databases = documentStations(sys, m.sites, s)
	out.Edges = make([]result.Edge, len(m.edges))
	for i := range m.edges {
		out.Edges[i] = m.edges[i].document(s)
	}
	return out
}
