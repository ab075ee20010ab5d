package balance

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRingHashMovesOnlyTheKeysOfAnInstanceThatLeaves compares every key's
// instance before and after: where another one leaves, it stays. The other way
// round, an instance that comes takes keys only to itself.
func TestRingHashMovesOnlyTheKeysOfAnInstanceThatLeaves(t *testing.T) {
	p := New("RING_HASH")
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		if len(v.Healthy) < 2 {
			return
		}
		before := p.Pick(v, stream(1))
		gone := rapid.SampledFrom(v.Healthy).Draw(t, "leaves")
		v.Healthy = slices.DeleteFunc(slices.Clone(v.Healthy), func(i int32) bool { return i == gone })
		after := p.Pick(v, stream(1))
		if before != gone && after != before {
			t.Fatalf("key %d went from %d to %d though %d left", v.Key, before, after, gone)
		}
	})
}

func TestRingHashSpreadsTheKeysOfAnInstanceThatLeavesOverTheRest(t *testing.T) {
	p := New("RING_HASH")
	all := &View{Healthy: []int32{0, 1, 2, 3}}
	rest := &View{Healthy: []int32{0, 2, 3}}
	var moved [4]float64
	for key := range uint64(40_000) {
		all.Key, rest.Key = key, key
		if p.Pick(all, stream(1)) == 1 {
			moved[p.Pick(rest, stream(1))]++
		}
	}
	for _, i := range rest.Healthy { // a third of 10,000 each, within 6 standard deviations
		if moved[i] < 3000 || moved[i] > 3660 {
			t.Errorf("instance %d takes %v keys of the one that left: %v", i, moved[i], moved)
		}
	}
}

func TestRingHashFollowsTheUserNotTheRequest(t *testing.T) {
	p := New("RING_HASH")
	v := &View{Healthy: []int32{0, 1, 2, 3, 4, 5, 6}, Outstanding: []int32{9, 0, 9, 0, 9, 0, 9}, Key: 77}
	first := p.Pick(v, stream(0))
	for i := range uint64(100) {
		v.Turn++
		if got := p.Pick(v, stream(i)); got != first {
			t.Fatalf("request %d of the user goes to %d, the first went to %d", i, got, first)
		}
	}
}
