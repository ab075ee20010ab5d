package engine

import (
	"slices"
	"time"

	"faultline/sim/balance"
	"faultline/sim/rng"
)

var placeZone = rng.Place("balance", "zone")

// channel is what one client instance remembers of the callee of one edge.
type channel struct {
	view   balance.View
	policy balance.Policy
}

func (c *channel) done(instance int32) { c.view.Outstanding[instance]-- }

// pick chooses the instance to send to where there are several, none if none is known.
func (e *engine) pick(ch int32, ed *edge, key rng.Key, caller int32) int32 {
	c := &e.channels[ch]
	if len(c.view.Healthy) == 0 {
		return none
	}
	if ed.hashed {
		c.view.Key = uint64(e.userKey(caller))
	}
	if ed.choosy {
		return e.pickAmong(ch, ed, key)
	}
	i := c.policy.Pick(&c.view, key.Stream(placePick))
	c.view.Outstanding[i]++
	c.view.Turn++
	return ed.first + i
}

// pickAmong chooses an instance where some are ejected or in another zone; none
// if all are ejected.
func (e *engine) pickAmong(ch int32, ed *edge, key rng.Key) int32 {
	c, g := &e.channels[ch], e.guardOf(ed, ch)
	if g.stale || e.Now() >= g.until {
		e.refreshChoice(c, g, ed, ch-ed.base)
	}
	if len(g.usable) == 0 {
		return none
	}
	all := c.view.Healthy
	c.view.Healthy = g.usable
	if ed.LocalityAware && len(g.near) > 0 && len(g.far) > 0 {
		s := key.Stream(placeZone)
		c.view.Healthy = g.far
		if s.Float64() < g.nearShare {
			c.view.Healthy = g.near
		}
	}
	i := c.policy.Pick(&c.view, key.Stream(placePick))
	c.view.Healthy = all
	c.view.Outstanding[i]++
	c.view.Turn++
	return ed.first + i
}

// refreshChoice sorts the instances that may be called.
func (e *engine) refreshChoice(c *channel, g *guard, ed *edge, client int32) {
	g.stale, g.until = false, never
	g.usable = g.usable[:0]
	if g.outliers != nil {
		g.usable = g.outliers.Usable(e.Now(), c.view.Healthy, g.usable)
		if at, ok := g.outliers.Next(); ok {
			g.until = at
		}
	} else {
		g.usable = append(g.usable, c.view.Healthy...)
	}
	if !ed.LocalityAware {
		return
	}
	zone := e.instances[e.stations[ed.From].first+client].zone
	g.near, g.far = g.near[:0], g.far[:0]
	for _, k := range g.usable {
		if e.instances[ed.first+k].zone == zone {
			g.near = append(g.near, k)
		} else {
			g.far = append(g.far, k)
		}
	}
	near, to := 0, &e.stations[ed.To]
	for k := range to.n {
		if e.instances[ed.first+k].zone == zone {
			near++
		}
	}
	g.nearShare = balance.LocalShare(len(g.near), near, len(g.far), int(to.n)-near)
}

// never is later than every event.
const never = time.Duration(1<<63 - 1)

// userKey is the key of the user whom a request belongs to; where the caller's
// own caller has gone, of what is left of it.
func (e *engine) userKey(id int32) rng.Key {
	for {
		f := &e.frames[id]
		if f.role == roleRoot {
			fl := &e.flows[f.channel]
			if fl.VUs > 0 {
				return fl.key.Child(uint32(f.next))
			}
			return fl.key.Child(fl.User(f.key))
		}
		p := e.parentOf(f)
		if p == none {
			return f.key
		}
		id = p
	}
}

// resetChannels forgets what a restarted client instance knew, but for the
// instances that discovery lists.
func (e *engine) resetChannels(inst *instance) {
	for i := range e.edges {
		ed := &e.edges[i]
		if int32(ed.From) != inst.station {
			continue
		}
		if ed.guarded {
			e.resetGuard(&e.guards[ed.guards+inst.index], ed)
		}
		if ed.pools != none {
			e.pools[ed.pools+inst.index].reset(e.connections(ed).Size)
		}
		if ed.single {
			continue
		}
		c := &e.channels[ed.base+inst.index]
		clear(c.view.Outstanding)
		c.view.Turn = 0
		c.view.Healthy = c.view.Healthy[:0]
		to := &e.stations[ed.To]
		for k := range to.n {
			if e.instances[to.first+k].listed {
				c.view.Healthy = append(c.view.Healthy, k)
			}
		}
	}
}

// list tells all clients that an instance is, or is no longer, to be called.
func (e *engine) list(id int32, listed bool) {
	inst := &e.instances[id]
	if inst.listed == listed {
		return
	}
	inst.listed = listed
	for i := range e.edges {
		ed := &e.edges[i]
		if int32(ed.To) != inst.station || ed.Local {
			continue
		}
		if ed.there = listed; ed.single {
			continue
		}
		if ed.choosy {
			for k := range e.stations[ed.From].n {
				e.guards[ed.guards+k].stale = true
			}
		}
		for k := range e.stations[ed.From].n {
			v := &e.channels[ed.base+k].view
			at, found := slices.BinarySearch(v.Healthy, inst.index)
			switch {
			case listed && !found:
				v.Healthy = slices.Insert(v.Healthy, at, inst.index)
			case !listed && found:
				v.Healthy = slices.Delete(v.Healthy, at, at+1)
			}
		}
	}
}
