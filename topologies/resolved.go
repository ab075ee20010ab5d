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

// resolved hands on every value in force of the topology, then of its application.
func (c *cut) resolved(add func(result.Resolved)) {
	leaf := func(r strict.Resolved) { add(result.Resolved(r)) }
	d := new(strict.Decoder) // for all: it remembers the types
	name := strict.JoinPath(c.spec.Name)
	d.Resolve(c.root.Without("services", "databases"), &Spec{}, name, leaf)
	var own rows // of a service
	for i := range c.services {
		h := &c.services[i]
		path := name + "." + strict.JoinPath("services", h.name)
		own = own[:0]
		d.Resolve(h.node(), &Service{}, path, own.add)
		own = h.runtimeValues(own, path)
		for _, r := range own {
			add(r)
		}
	}
	for _, db := range c.databases {
		d.Resolve(db.node, &Database{}, name+"."+strict.JoinPath("databases", db.name), leaf)
	}
	if c.app.sources != nil {
		d.Resolve(c.app.root, &Application{}, "", leaf)
	}
}

// rows are values in force as results hold them.
type rows []result.Resolved

func (r *rows) add(v strict.Resolved) { *r = append(*r, result.Resolved(v)) }

// runtimeValues adds to the values of a service those that its runtime gives it.
func (h *hosted) runtimeValues(list rows, path string) rows {
	node, p, origin := h.get("runtime"), h.process(), "default"
	if base := h.spec.Runtime.Base; base != "" && base != "none" {
		origin = "runtime " + base
	}
	if h.get("workers") == nil {
		stated := origin
		if w := node.Get("workers"); w != nil {
			stated = w.Origin()
		}
		workers := path + ".workers"
		for i := range list {
			if r := &list[i]; r.Path == workers {
				r.Value, r.Origin = unit.Limit(p.Workers).String(), stated
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

// edgeValues is [Topology.EdgeValues].
func (c *cut) edgeValues() [][]result.Resolved {
	all := make([][]result.Resolved, len(c.sys.Edges))
	d := new(strict.Decoder)
	for i, e := range c.sys.Edges {
		node, path := c.edgeNodes[i], strict.JoinPath(c.spec.Name, "edges", e.Name)
		if node != nil {
			d.Resolve(node, &resilience.Policy{}, path, (*rows)(&all[i]).add)
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
