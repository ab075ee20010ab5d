package estimate

import (
	"slices"

	"faultline/sim/model"
	"faultline/sim/result"
)

// graph is the deployment: stations, and who calls whom.
func graph(sys *model.System) result.Graph {
	g := result.Graph{Nodes: make([]result.Node, len(sys.Stations)), Edges: []result.GraphEdge{}}
	for i := range sys.Stations {
		m := &sys.Stations[i]
		g.Nodes[i] = result.Node{Name: m.Name, Kind: m.Kind.String(), Components: componentNames(sys, m), Teams: teams(sys, m)}
	}
	seen := make(map[[2]model.StationID]bool, len(sys.Edges))
	for i := range sys.Edges {
		m := &sys.Edges[i]
		if ends := [...]model.StationID{m.From, m.To}; !seen[ends] {
			seen[ends] = true
			g.Edges = append(g.Edges, result.GraphEdge{From: sys.Stations[m.From].Name, To: sys.Stations[m.To].Name})
		}
	}
	return g
}

// teams own the components of a station, each once, in their order.
func teams(sys *model.System, m *model.Station) []string {
	names := []string{}
	for _, c := range m.Components {
		if t := sys.Components[c].Team; t != "" && !slices.Contains(names, t) {
			names = append(names, t)
		}
	}
	return names
}

// parts counts what has to be run. Edges and hops are those between parts of the
// system and to external components; the users' own way in is the same
// everywhere, and left out.
func parts(sys *model.System, edges []result.GraphEdge, weights []float64) result.Parts {
	p := result.Parts{HopsPerJourney: hops(sys, weights)}
	for i := range sys.Stations {
		switch sys.Stations[i].Kind {
		case model.KindService:
			p.Services++
		case model.KindDatabase:
			p.Databases++
		}
	}
	users := sys.Stations[model.Users].Name
	for _, e := range edges {
		if e.From != users {
			p.Edges++
		}
	}
	return p
}

// hops is the expected number of remote calls of a request, retries aside,
// averaged over the journeys by weight.
func hops(sys *model.System, weights []float64) float64 {
	calls := model.NewGraph(sys)
	var sum, total float64
	var v model.Visits
	for i := range sys.Journeys {
		w := sys.Journeys[i].Weight
		if weights != nil {
			w = weights[i]
		}
		if w > 0 {
			calls.VisitsInto(&v, sys.Journeys[i].Entry, model.Users)
			for k, n := range v.Edges {
				if sys.Edges[k].From != model.Users {
					sum += float64(w * n)
				}
			}
			total += w
		}
	}
	if total == 0 {
		return 0
	}
	return sum / total
}
