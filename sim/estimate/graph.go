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
	for i := range sys.Edges {
		m := &sys.Edges[i]
		e := result.GraphEdge{From: sys.Stations[m.From].Name, To: sys.Stations[m.To].Name}
		if !slices.Contains(g.Edges, e) {
			g.Edges = append(g.Edges, e)
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
func parts(sys *model.System, weights []float64) result.Parts {
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
	for _, e := range graph(sys).Edges {
		if e.From != users {
			p.Edges++
		}
	}
	return p
}

// hops is the expected number of remote calls of a request, retries aside,
// averaged over the journeys by weight.
func hops(sys *model.System, weights []float64) float64 {
	c := counter{sys, make([]float64, len(sys.Code)), make([]bool, len(sys.Code))}
	var sum, total float64
	for i := range sys.Journeys {
		w := sys.Journeys[i].Weight
		if weights != nil {
			w = weights[i]
		}
		if w > 0 {
			sum += float64(w * c.from(sys.Journeys[i].Entry))
			total += w
		}
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// counter computes expected numbers of remote calls from an instruction to the
// end of its program, each once. Programs and calls have no cycles.
type counter struct {
	sys   *model.System
	calls []float64
	known []bool
}

func (c *counter) from(pc int32) float64 {
	if c.known[pc] {
		return c.calls[pc]
	}
	var n float64
	switch in := c.sys.Code[pc]; in.Op {
	case model.OpEnd:
	case model.OpCall:
		n = c.site(in.A) + c.from(pc+1)
	case model.OpFork:
		n = c.from(in.B)
		for k := range int32(in.N) {
			n += c.branch(c.sys.Code[pc+1+k])
		}
	case model.OpMaybe:
		p := c.sys.Shares[in.A]
		n = float64(p*c.from(pc+1)) + float64((1-p)*c.from(in.B))
	default:
		n = c.from(pc + 1)
	}
	c.calls[pc], c.known[pc] = n, true
	return n
}

func (c *counter) branch(in model.Instr) float64 {
	if in.Flags&model.FlagDirect != 0 {
		return c.site(in.A)
	}
	return c.from(in.A)
}

func (c *counter) site(id int32) float64 {
	s := &c.sys.Sites[id]
	n := c.from(c.sys.Ops[s.Op].Entry)
	if s.Edge != model.None && c.sys.Edges[s.Edge].From != model.Users {
		n++
	}
	return n
}
