package fault

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestKnobsCombineAsTheirTableSays(t *testing.T) {
	for _, c := range []struct {
		name string
		knob Knob
		with []float64
		want float64
	}{
		{"nothing slows", Slowness, nil, 1},
		{"factors multiply", Slowness, []float64{3, 2}, 6},
		{"a factor and its inverse", Slowness, []float64{4, 0.25}, 1},
		{"no errors", ErrorShare, nil, 0},
		{"one share is itself", ErrorShare, []float64{0.02}, 0.02},
		{"shares are independent causes", ErrorShare, []float64{0.5, 0.5}, 0.75},
		{"all and some is all", ErrorShare, []float64{0.3, 1, 0.3}, 1},
		{"deadly calls are independent too", CrashShare, []float64{0.5, 0.5, 0.5}, 0.875},
		{"holds are counted", Down, []float64{1, 1}, 2},
		{"stress and stress", CPUSlowness, []float64{2, 2}, 4},
		{"pauses are counted", Frozen, []float64{1, 1}, 2},
		{"the strictest limit", WorkerLimit, []float64{5, 3, 4}, 3},
		{"no limit", WorkerLimit, nil, math.Inf(1)},
		{"leaks add up", Leak, []float64{1, 2}, 3},
		{"losses are independent", LossShare, []float64{0.5, 0.5}, 0.75},
		{"surges add up", Traffic, []float64{1, 0.5}, 1.5},
	} {
		v := c.knob.Identity()
		for _, x := range c.with {
			v = c.knob.Stack(v, x)
		}
		if v != c.want {
			t.Errorf("%s: %v, want %v", c.name, v, c.want)
		}
	}
}

// value draws what a fault may turn a knob to.
func value(t *rapid.T, k Knob) float64 {
	if Knobs[k].Combine == Complement {
		return rapid.Float64Range(0, 1).Draw(t, "share")
	}
	return rapid.Float64Range(0.01, 100).Draw(t, "value")
}

// TestTheOrderOfFaultsDoesNotMatter: combining is commutative and associative
// but for the last bits; the engine therefore always combines in the order of
// the scenario.
func TestTheOrderOfFaultsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Knob(rapid.IntRange(0, NKnobs-1).Draw(t, "knob"))
		var values []float64
		for range rapid.IntRange(1, 6).Draw(t, "n") {
			values = append(values, value(t, k))
		}
		order := rapid.Permutation(values).Draw(t, "order")
		a, b := k.Identity(), k.Identity()
		for i := range values {
			a, b = k.Stack(a, values[i]), k.Stack(b, order[i])
		}
		if math.Abs(a-b) > 1e-12*math.Abs(a)+1e-15 {
			t.Fatalf("%s: %v gives %v, %v gives %v", Knobs[k].Name, values, a, order, b)
		}
	})
}

func TestTheIdentityIsNeutralAndSharesStayShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Knob(rapid.IntRange(0, NKnobs-1).Draw(t, "knob"))
		v, x := value(t, k), value(t, k)
		if got := k.Stack(k.Identity(), x); got != x {
			t.Fatalf("%s: identity and %v is %v", Knobs[k].Name, x, got)
		}
		if got := k.Stack(v, k.Identity()); got != v {
			t.Fatalf("%s: %v and identity is %v", Knobs[k].Name, v, got)
		}
		if got := k.Stack(v, x); Knobs[k].Combine == Complement && (got < max(v, x)-1e-15 || got > 1) {
			t.Fatalf("%s: %v and %v is %v", Knobs[k].Name, v, x, got)
		}
	})
}

func TestEveryKnobIsDescribed(t *testing.T) {
	for i, k := range Knobs {
		if k.Name == "" || k.Unit == "" {
			t.Errorf("knob %d: %+v", i, k)
		}
	}
}
