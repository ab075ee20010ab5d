package balance

import "faultline/sim/rng"

type roundRobin struct{}

// Pick takes the healthy instances in turn.
func (roundRobin) Pick(v *View, _ rng.Stream) int32 {
	return v.Healthy[int(v.Turn)%len(v.Healthy)]
}
