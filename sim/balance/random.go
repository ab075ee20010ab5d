package balance

import "faultline/sim/rng"

type random struct{}

// Pick takes any healthy instance.
func (random) Pick(v *View, s rng.Stream) int32 {
	return v.Healthy[s.IntN(len(v.Healthy))]
}
