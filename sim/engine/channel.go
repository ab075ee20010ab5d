package engine

import (
	"slices"

	"faultline/sim/balance"
	"faultline/sim/rng"
)

// channel is what one client instance remembers of the callee of one edge.
type channel struct {
	view   balance.View
	policy balance.Policy
}

func (c *channel) done(instance int32) { c.view.Outstanding[instance]-- }

// pick chooses the instance to send to, none if none is known.
func (e *engine) pick(ch int32, ed *edge, key rng.Key) int32 {
	if ed.single {
		if !e.instances[ed.first].listed {
			return none
		}
		return ed.first
	}
	c := &e.channels[ch]
	if len(c.view.Healthy) == 0 {
		return none
	}
	i := c.policy.Pick(&c.view, key.Stream(placePick))
	c.view.Outstanding[i]++
	c.view.Turn++
	return ed.first + i
}

// resetChannels forgets what a restarted client instance knew, but for the
// instances that discovery lists.
func (e *engine) resetChannels(inst *instance) {
	for i := range e.edges {
		ed := &e.edges[i]
		if int32(ed.From) != inst.station {
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
		if int32(ed.To) != inst.station {
			continue
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
