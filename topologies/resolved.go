package topologies

import (
	"slices"
	"strings"

	"faultline/sim/balance"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/result"
	"faultline/sim/unit"
	"faultline/topologies/strict"
)

// resolved lists every value in force of the topology, then of its application.
func (c *cut) resolved() []result.Resolved {
	var out []result.Resolved
	add := func(list []strict.Resolved) { out = append(out, rows(list)...) }
	d := new(strict.Decoder) // for all: it remembers the types
	name := strict.JoinPath(c.spec.Name)
	add(d.Resolve(c.root.Without("services", "databases"), &Spec{}, name))
	for _, h := range c.services {
		path := name + "." + strict.JoinPath("services", h.name)
		out = append(out, h.runtimeValues(rows(d.Resolve(h.node, &Service{}, path)), path)...)
	}
	for _, db := range c.databases {
		add(d.Resolve(db.node, &Database{}, name+"."+strict.JoinPath("databases", db.name)))
	}
	if c.app.sources != nil {
		add(d.Resolve(c.app.root, &Application{}, ""))
	}
	return out
}

// runtimeValues adds to the values of a service those that its runtime gives it.
func (h *hosted) runtimeValues(list []result.Resolved, path string) []result.Resolved {
	node, p, origin := h.node.Get("runtime"), h.process(), "default"
	if base := h.spec.Runtime.Base; base != "" && base != "none" {
		origin = "runtime " + base
	}
	if h.node.Get("workers") == nil {
		from := origin
		if w := node.Get("workers"); w != nil {
			from = w.Origin()
		}
		for i := range list {
			if list[i].Path == path+".workers" {
				list[i].Value, list[i].Origin = unit.Limit(p.Workers).String(), from
			}
		}
	}
	add := func(key, value string) {
		if first, _, _ := strings.Cut(key, "."); node.Get(first) == nil {
			list = append(list, result.Resolved{Path: path + ".runtime." + key, Value: value, Origin: origin})
		}
	}
	add("startup", unit.Duration(p.Startup).String())
	if origin == "default" {
		return list
	}
	if p.Warmup.Duration > 0 {
		add("warmup.slowdown", unit.Factor(p.Warmup.Slowdown).String())
		add("warmup.duration", unit.Duration(p.Warmup.Duration).String())
	}
	if p.Pauses != nil {
		add("pauses.every", p.Pauses.Every.String())
		add("pauses.length", p.Pauses.Length.String())
	}
	return list
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
	d := new(strict.Decoder)
	for i, e := range c.sys.Edges {
		node, path := c.edgeNodes[i], strict.JoinPath(c.spec.Name, "edges", e.Name)
		if node != nil {
			all[i] = rows(d.Resolve(node, &resilience.Policy{}, path))
		}
		absent := func(key, value, origin string) {
			if node.Get(key) == nil {
				all[i] = append(all[i], result.Resolved{Path: path + "." + key, Value: value, Origin: origin})
			}
		}
		for _, key := range wallKeys {
			absent(key, "none", "default")
		}
		if e.Local {
			all[i] = slices.DeleteFunc(all[i], func(r result.Resolved) bool { return r.Origin == "default" && r.Value == "false" })
			continue
		}
		for _, key := range []string{"retries", "hedging", "outlierDetection", "adaptiveThrottling"} {
			absent(key, "none", "default")
		}
		if node == nil { // else the defaults of the policy's own fields are there
			for _, key := range []string{"cancelOnTimeout", "deadlinePropagation", "localityAware"} {
				absent(key, "false", "default")
			}
		}
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
