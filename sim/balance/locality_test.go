package balance

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestLoadsOfPriorityLevelsAreThoseOfEnvoysTable: "Priority levels" of Envoy's
// documentation, health by level in percent and the traffic that each is given.
func TestLoadsOfPriorityLevelsAreThoseOfEnvoysTable(t *testing.T) {
	for _, c := range []struct{ healthy, want []int }{
		{[]int{100, 100}, []int{100, 0}},
		{[]int{72, 72}, []int{100, 0}},
		{[]int{71, 71}, []int{99, 1}},
		{[]int{50, 50}, []int{70, 30}},
		{[]int{25, 100}, []int{35, 65}},
		{[]int{25, 25}, []int{50, 50}}, // both too ill: scaled up from 35 and 35
		{[]int{71, 100}, []int{99, 1}},
		{[]int{25, 25, 100}, []int{35, 35, 30}},
		{[]int{50, 60}, []int{70, 30}},
		{[]int{0, 100}, []int{0, 100}},
		{[]int{100, 0}, []int{100, 0}},
		{[]int{10, 0}, []int{100, 0}},
		{[]int{0, 0}, []int{100, 0}},
		{[]int{5, 5, 5}, []int{34, 33, 33}}, // what rounding leaves goes to the first
	} {
		levels, got := make([]level, len(c.healthy)), make([]int, len(c.healthy))
		for i, h := range c.healthy {
			levels[i] = level{h, 100}
		}
		if levelLoads(levels, got); !slices.Equal(got, c.want) {
			t.Errorf("health %v: loads %v, want %v", c.healthy, got, c.want)
		}
		if len(c.healthy) == 2 {
			if share := LocalShare(c.healthy[0], 100, c.healthy[1], 100); share != float64(c.want[0])/100 {
				t.Errorf("health %v: %v of the calls stay, want %d%%", c.healthy, share, c.want[0])
			}
		}
	}
}

// TestHealthOfALevelIsThatOfEnvoysLocalities: "Locality weighted load balancing"
// of Envoy's documentation has localities X of weight 1 and Y, all healthy, of
// weight 2; their weights count by the same health. In percent, rounded.
func TestHealthOfALevelIsThatOfEnvoysLocalities(t *testing.T) {
	for healthy, want := range map[int]float64{100: 33, 70: 33, 69: 32, 50: 26, 0: 0} {
		x, y := level{healthy, 100}.health(), level{100, 100}.health()
		if got := math.Round(100 * float64(x) / float64(x+2*y)); got != want {
			t.Errorf("%d%% of X healthy: %v%% of the calls, want %v%%", healthy, got, want)
		}
	}
}

func TestLocalShareOfUnevenZones(t *testing.T) {
	for _, c := range []struct {
		name                   string
		local, of, other, rest int
		want                   float64
	}{
		{"no instance of its own", 0, 0, 4, 4, 0},
		{"nowhere an instance", 0, 0, 0, 0, 0},
		{"no other zone", 1, 4, 0, 0, 1},
		{"one of three is gone", 2, 3, 6, 6, 0.93},
		{"the own zone is gone", 0, 3, 6, 6, 0},
		{"all are gone", 0, 3, 0, 6, 1},
	} {
		if got := LocalShare(c.local, c.of, c.other, c.rest); got != c.want {
			t.Errorf("%s: %v of the calls stay, want %v", c.name, got, c.want)
		}
	}
}

func TestLoadsSumToAllCallsAndGrowWithHealth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "instances")
		h := rapid.IntRange(0, n-1).Draw(t, "healthy")
		others := rapid.IntRange(1, 50).Draw(t, "others")
		well := rapid.IntRange(0, others).Draw(t, "others healthy")
		loads := make([]int, 2)
		levelLoads([]level{{h, n}, {well, others}}, loads)
		if loads[0] < 0 || loads[1] < 0 || loads[0]+loads[1] != 100 {
			t.Fatalf("loads %v", loads)
		}
		if h == 0 && well == 0 {
			return // nobody is well: where the calls fail does not matter
		}
		if a, b := LocalShare(h, n, well, others), LocalShare(h+1, n, well, others); b < a {
			t.Fatalf("one more healthy here, and the share falls from %v to %v", a, b)
		}
	})
}

func TestLocalShareAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { LocalShare(2, 3, 5, 6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
