package balance

import "faultline/sim/rng"

type leastRequest struct{}

// Pick scans the healthy instances, counting ties on the way, then takes one of
// the equals at random.
func (leastRequest) Pick(v *View, s rng.Stream) int32 {
	if len(v.Healthy) == 1 {
		return v.Healthy[0]
	}
	best, ties := int32(1<<31-1), 0
	for _, i := range v.Healthy {
		switch n := v.Outstanding[i]; {
		case n < best:
			best, ties = n, 1
		case n == best:
			ties++
		}
	}
	k := 0
	if ties > 1 {
		k = s.IntN(ties)
	}
	for _, i := range v.Healthy {
		if v.Outstanding[i] != best {
			continue
		}
		if k == 0 {
			return i
		}
		k--
	}
	return v.Healthy[0]
}
