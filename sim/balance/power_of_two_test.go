package balance

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPowerOfTwoAvoidsTheBusiest: of two different ones, the one alone with the
// most outstanding is never the better.
func TestPowerOfTwoAvoidsTheBusiest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		if len(v.Healthy) < 2 {
			return
		}
		busiest := v.Healthy[rapid.IntRange(0, len(v.Healthy)-1).Draw(t, "busiest")]
		v.Outstanding[busiest] = 9
		if New("POWER_OF_TWO").Pick(v, stream(rapid.Uint64().Draw(t, "seed"))) == busiest {
			t.Fatalf("picked %d of %+v", busiest, v)
		}
	})
}

// TestPowerOfTwoTakesTheBetterOfTwoDifferentOnes: of n instances of which one is
// idle, the idle one is drawn with probability 2/n. Two draws that might fall
// together would find it with 1 − (1 − 1/n)², 0.36 rather than 0.4 for 5.
func TestPowerOfTwoTakesTheBetterOfTwoDifferentOnes(t *testing.T) {
	const n, draws = 5, 100_000
	v := &View{Healthy: []int32{0, 1, 2, 3, 4}, Outstanding: []int32{3, 3, 0, 3, 3}}
	idle := 0.0
	for i := range uint64(draws) {
		if New("POWER_OF_TWO").Pick(v, stream(i)) == 2 {
			idle++
		}
	}
	if share := idle / draws; share < 0.39 || share > 0.41 { // 6 standard errors
		t.Errorf("the idle one gets %.4f of the calls, want 2/%d", share, n)
	}
}
