package topologies

import (
	"faultline/sim/balance"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/result"
	"faultline/topologies/strict"
)

// resolved lists every value in force of the topology, then of its application.
func (c *cut) resolved() []result.Resolved {
	var out []result.Resolved
	add := func(list []strict.Resolved) { out = append(out, rows(list)...) }
	name := strict.JoinPath(c.spec.Name)
	add(strict.Resolve(c.root.Without("services", "databases"), &Spec{}, name))
	for _, h := range c.services {
		add(strict.Resolve(h.node, &Service{}, name+"."+strict.JoinPath("services", h.name)))
	}
	for _, d := range c.databases {
		add(strict.Resolve(d.node, &Database{}, name+"."+strict.JoinPath("databases", d.name)))
	}
	if c.app.source.Path != "" {
		add(strict.Resolve(c.app.root, &Application{}, ""))
	}
	return out
}

func rows(list []strict.Resolved) []result.Resolved {
	out := make([]result.Resolved, len(list))
	for i, r := range list {
		out[i] = result.Resolved(r)
	}
	return out
}

// edgeValues is [Topology.EdgeValues].
func (c *cut) edgeValues() [][]result.Resolved {
	all := make([][]result.Resolved, len(c.sys.Edges))
	for i, e := range c.sys.Edges {
		node, path := c.edgeNodes[i], strict.JoinPath(c.spec.Name, "edges", e.Name)
		if node != nil {
			all[i] = rows(strict.Resolve(node, &resilience.Policy{}, path))
		}
		absent := func(key, value, origin string) {
			if node.Get(key) == nil {
				all[i] = append(all[i], result.Resolved{Path: path + "." + key, Value: value, Origin: origin})
			}
		}
		absent("timeout", "none", "default")
		absent("retries", "none", "default")
		absent("loadBalancer", balance.Table[0].Name, "default")
		absent("protocol", "none", "default")
		value, origin := c.networkOf(e)
		absent("network", value, origin)
	}
	return all
}

// networkOf is the topology's network on an edge that says nothing of its own.
func (c *cut) networkOf(e model.Edge) (value, origin string) {
	origin = c.root.Get("network").Origin()
	same, cross := c.spec.Network.SameZone.String(), c.spec.Network.CrossZone.String()
	external := func(id model.StationID) bool { return c.sys.Stations[id].Kind == model.KindExternal }
	switch {
	case e.From == model.Users:
		return "none", "default"
	case same == cross, external(e.From), external(e.To):
		return cross, origin
	}
	return same + " within a zone, " + cross + " across", origin
}
