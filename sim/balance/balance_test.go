package balance

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"faultline/sim/rng"
)

// forEach runs a test for each policy of the table.
func forEach(t *testing.T, test func(t *testing.T, p Policy)) {
	for _, k := range Table {
		t.Run(k.Name, func(t *testing.T) { test(t, New(k.Name)) })
	}
}

// drawView is any view of 1 to 12 instances of which at least one is healthy.
func drawView(t *rapid.T) *View {
	n := rapid.IntRange(1, 12).Draw(t, "instances")
	v := &View{Turn: rapid.Uint32().Draw(t, "turn"), Key: rapid.Uint64().Draw(t, "key")}
	for i := range int32(n) {
		v.Outstanding = append(v.Outstanding, rapid.Int32Range(0, 3).Draw(t, "outstanding"))
		if rapid.Bool().Draw(t, "healthy") {
			v.Healthy = append(v.Healthy, i)
		}
	}
	if len(v.Healthy) == 0 {
		v.Healthy = []int32{rapid.Int32Range(0, int32(n-1)).Draw(t, "survivor")}
	}
	return v
}

func stream(n uint64) rng.Stream { return rng.Root(n, 0).Stream(0) }

func TestEveryPolicyPicksAHealthyInstance(t *testing.T) {
	forEach(t, func(t *testing.T, p Policy) {
		rapid.Check(t, func(t *rapid.T) {
			v := drawView(t)
			if got := p.Pick(v, stream(rapid.Uint64().Draw(t, "seed"))); !slices.Contains(v.Healthy, got) {
				t.Fatalf("picked %d, healthy are %v", got, v.Healthy)
			}
		})
	})
}

func TestEveryPolicyPicksAlikeForTheSameKey(t *testing.T) {
	forEach(t, func(t *testing.T, p Policy) {
		rapid.Check(t, func(t *rapid.T) {
			v, seed := drawView(t), rapid.Uint64().Draw(t, "seed")
			first := p.Pick(v, stream(seed))
			if again := p.Pick(v, stream(seed)); again != first {
				t.Fatalf("picked %d, then %d", first, again)
			}
		})
	})
}

func TestEveryPolicyLeavesTheViewAlone(t *testing.T) {
	forEach(t, func(t *testing.T, p Policy) {
		rapid.Check(t, func(t *rapid.T) {
			v := drawView(t)
			healthy, outstanding, turn, key := slices.Clone(v.Healthy), slices.Clone(v.Outstanding), v.Turn, v.Key
			p.Pick(v, stream(1))
			if !slices.Equal(healthy, v.Healthy) || !slices.Equal(outstanding, v.Outstanding) || turn != v.Turn || key != v.Key {
				t.Fatalf("the view has changed to %+v", v)
			}
		})
	})
}

// TestEveryPolicySpreadsEvenlyOverEquals holds the counts of a long run against
// the uniform distribution, at a level that a sound policy misses once in 10⁶.
func TestEveryPolicySpreadsEvenlyOverEquals(t *testing.T) {
	const n, draws = 7, 70_000
	forEach(t, func(t *testing.T, p Policy) {
		v := &View{Outstanding: make([]int32, n+2)}
		for i := range int32(n) {
			v.Healthy = append(v.Healthy, i+2) // 0 and 1 are not healthy
		}
		var count [n + 2]float64
		for i := range uint64(draws) {
			v.Key = i // neighbouring keys must not fall together
			count[p.Pick(v, stream(i))]++
			v.Turn++
		}
		var chi2 float64
		for _, c := range count[2:] {
			chi2 += (c - draws/n) * (c - draws/n) / (draws / n)
		}
		if limit := (distuv.ChiSquared{K: n - 1}).Quantile(1 - 1e-6); chi2 > limit {
			t.Errorf("counts %v: chi-square %.1f, want at most %.1f", count[2:], chi2, limit)
		}
	})
}

func TestRoundRobinGoesRound(t *testing.T) {
	v := &View{Healthy: []int32{1, 4, 5}, Outstanding: make([]int32, 6)}
	var got []int32
	for range 7 {
		got = append(got, New("ROUND_ROBIN").Pick(v, stream(1)))
		v.Turn++
	}
	if want := []int32{1, 4, 5, 1, 4, 5, 1}; !slices.Equal(got, want) {
		t.Errorf("picked %v, want %v", got, want)
	}
}

func TestLeastRequestPicksTheFewestOutstanding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		got := New("LEAST_REQUEST").Pick(v, stream(rapid.Uint64().Draw(t, "seed")))
		for _, i := range v.Healthy {
			if v.Outstanding[i] < v.Outstanding[got] {
				t.Fatalf("picked %d with %d outstanding, %d has %d", got, v.Outstanding[got], i, v.Outstanding[i])
			}
		}
	})
}

func TestNamesAreThoseOfTheTableAndNoOtherIsMade(t *testing.T) {
	for i, name := range Names() {
		if name != Table[i].Name || Table[i].Doc == "" || New(name) == nil {
			t.Errorf("entry %d is %q in Names, %+v in Table", i, name, Table[i])
		}
	}
	for _, name := range []string{"", "least_request", "NONE"} {
		if New(name) != nil {
			t.Errorf("%q made a policy", name)
		}
	}
}

func TestPicksAllocateNothing(t *testing.T) {
	forEach(t, func(t *testing.T, p Policy) {
		v := &View{Healthy: []int32{0, 1, 2, 3}, Outstanding: make([]int32, 4)}
		s := stream(1)
		if n := testing.AllocsPerRun(1000, func() { p.Pick(v, s) }); n != 0 {
			t.Errorf("%v allocations per pick, want 0", n)
		}
	})
}
