package balance

import "faultline/sim/rng"

type ringHash struct{}

// Pick sends a key to the same instance as long as that is healthy. It is
// rendezvous hashing (Thaler and Ravishankar, 1998): the healthy instance with the
// highest hash of key and instance. Like a ring of virtual nodes it moves only
// the keys of an instance that leaves or comes back, but it spreads keys evenly
// rather than by the arcs that fell to an instance, and it needs no ring to build
// for each set of healthy instances. It costs one hash an instance.
func (ringHash) Pick(v *View, _ rng.Stream) int32 {
	best, top := v.Healthy[0], uint64(0)
	for _, i := range v.Healthy {
		if h := uint64(rng.Key(v.Key).Child(uint32(i))); h > top {
			best, top = i, h
		}
	}
	return best
}
