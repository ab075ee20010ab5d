package topologies

import (
	"fmt"
	"slices"

	"faultline/sim/model"
)

// warnings lists, in plain words, every default in force that makes a fault
// harmless or hides a queue, and every policy that matches nothing. What a file
// writes out, unlimited or none included, is a decision and no warning.
func (c *cut) warnings() []string {
	var out []string
	say := func(names []string, format string) {
		if len(names) > 0 {
			out = append(out, fmt.Sprintf(format, list(names)))
		}
	}
	say(c.edgesWithoutTimeout(false), "no timeout on %s: a slow or silent callee holds its caller for as long as it takes")
	say(c.edgesWithoutTimeout(true), "no timeout on %s: users wait for an answer for ever, and never give up")
	waiting := c.waiting()
	open := func(h *hosted) bool { return h.get("workers") == nil && h.process().Workers == model.Unlimited }
	say(c.servicesWith(func(h *hosted, id model.StationID) bool { return open(h) && waiting[id] }),
		"workers of %s are unlimited: calls that wait downstream never use up the workers, so no queue forms in front of them")
	say(c.servicesWith(func(h *hosted, _ model.StationID) bool {
		return h.process().Workers != model.Unlimited && h.get("queue") == nil
	}), "the queue of %s is unlimited: an overload shows as ever longer waits, never as rejected requests")
	say(c.servicesWith(func(h *hosted, id model.StationID) bool {
		return open(h) && !waiting[id] && h.get("queue") == nil
	}), "workers and queue of %s are unlimited: an overload shows as ever longer waits, never as rejected requests")
	say(c.servicesWith(func(h *hosted, _ model.StationID) bool {
		return h.process().Workers == model.Unlimited && (h.spec.QueueTimeout.Dist != nil || h.spec.QueueDiscipline != "fifo")
	}), "workers of %s are unlimited: nobody waits for one, and queueTimeout and queueDiscipline change nothing")
	takes := c.takingMemory()
	say(c.servicesWith(func(h *hosted, id model.StationID) bool { return h.spec.Memory == 0 && takes[id] }), "memory of %s is unlimited: what its operations take never kills it")
	say(c.poolsWithoutUse(), "no call needs the pool of %s: it changes nothing")
	var databases []string
	for _, d := range c.databases {
		if d.node.Get("connections") == nil {
			databases = append(databases, d.name)
		}
	}
	say(databases, "connections of %s are unlimited: no query ever waits for one")
	var idle []string
	for _, p := range c.patterns {
		if !p.used {
			idle = append(idle, `edge "`+p.from+" -> "+p.to+`"`)
		}
	}
	say(idle, "no remote call here matches %s: these policies change nothing")
	return out
}

// edgesWithoutTimeout names the edges on which nobody wrote a timeout, or none.
func (c *cut) edgesWithoutTimeout(users bool) []string {
	var names []string
	for i, e := range c.sys.Edges {
		if !e.Local && (e.From == model.Users) == users && e.PerTryTimeout == 0 && c.edgeNodes[i].Get("timeout") == nil {
			names = append(names, e.Name)
		}
	}
	return names
}

// takingMemory says of each station whether operations there take memory.
func (c *cut) takingMemory() []bool {
	takes := make([]bool, len(c.sys.Stations))
	for i := range c.sys.Ops {
		if op := &c.sys.Ops[i]; op.Memory > 0 {
			takes[op.Station] = true
		}
	}
	return takes
}

// poolsWithoutUse names the pools to databases that the service never calls, and
// a poolTimeout where no pool has a bound.
func (c *cut) poolsWithoutUse() []string {
	var idle []string
	for i := range c.services {
		h := &c.services[i]
		id, used := model.StationID(1+i), false
		for _, p := range c.sys.Pools {
			used = used || p.From == id
		}
		for _, e := range h.spec.Pool.Map {
			named := func(p model.Pool) bool { return p.From == id && c.sys.Stations[p.To].Name == e.Key }
			if int(e.Value) != model.Unlimited && !slices.ContainsFunc(c.sys.Pools, named) {
				idle = append(idle, h.name+" to "+e.Key)
			}
		}
		bounded := c.own(h, "poolTimeout") && h.spec.PoolTimeout != 0 ||
			c.own(h, "pool") && h.spec.Pool.Each != 0 && h.spec.Pool.Each != model.Unlimited
		if bounded && !used && len(h.spec.Pool.Map) == 0 {
			idle = append(idle, h.name)
		}
	}
	return idle
}

// own reports a key that the service has itself: services."*" says its for all,
// whether they need it or not.
func (c *cut) own(h *hosted, key string) bool {
	n := h.get(key)
	return n != nil && n != c.root.Get("services").Get("*").Get(key)
}

// servicesWith names the services that have a property.
func (c *cut) servicesWith(property func(*hosted, model.StationID) bool) []string {
	var names []string
	for i := range c.services {
		h := &c.services[i]
		if property(h, model.StationID(1+i)) {
			names = append(names, h.name)
		}
	}
	return names
}

// waiting says of each station whether requests there hold a worker while they
// wait: for a remote call, or asleep.
func (c *cut) waiting() []bool {
	waits := make([]bool, len(c.sys.Stations))
	for _, e := range c.sys.Edges {
		if !e.Local {
			waits[e.From] = true
		}
	}
	g := model.NewGraph(c.sys)
	for id, op := range c.sys.Ops {
		if g.Sleeps(model.OpID(id)) {
			waits[op.Station] = true
		}
	}
	return waits
}
