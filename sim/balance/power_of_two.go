package balance

import "faultline/sim/rng"

type powerOfTwo struct{}

// Pick takes two different instances at random and of them the one with fewer
// calls outstanding, the first of equals: Mitzenmacher, "The Power of Two Choices
// in Randomized Load Balancing", 2001; Envoy's LEAST_REQUEST with choice_count 2
// draws alike.
func (powerOfTwo) Pick(v *View, s rng.Stream) int32 {
	n := len(v.Healthy)
	if n == 1 {
		return v.Healthy[0]
	}
	i, j := s.IntN(n), s.IntN(n-1)
	if j >= i {
		j++
	}
	a, b := v.Healthy[i], v.Healthy[j]
	if v.Outstanding[b] < v.Outstanding[a] {
		return b
	}
	return a
}
