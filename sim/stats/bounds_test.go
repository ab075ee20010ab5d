package stats

import (
	"math"
	"testing"
)

// TestTwoValuesHaveAnInterval, and three points a slope: the fewest that have.
func TestTwoValuesHaveAnInterval(t *testing.T) {
	two := []float64{1, 3}
	if v := Variance(two); v != 2 {
		t.Errorf("variance %v of 1 and 3, want 2", v)
	}
	half := TQuantile(0.975, 1) // × √(2/2)
	if mean, low, high, ok := Interval(two); !ok || mean != 2 || math.Abs(high-2-half) > 1e-9 || math.Abs(2-low-half) > 1e-9 {
		t.Errorf("interval of 1 and 3: %v from %v to %v, %v; want 2 ± %v", mean, low, high, ok, half)
	}
	if _, _, ok := new(Students).Section(2, two); !ok {
		t.Error("no section of two values")
	}
	w := Welford{}
	w.Add(1)
	w.Add(3)
	if low, high, ok := new(Students).Band(&w); !ok || w.Variance() != 2 || math.Abs(high-2-half) > 1e-9 || math.Abs(2-low-half) > 1e-9 {
		t.Errorf("band of 1 and 3: %v to %v, %v, variance %v; want 2 ± %v", low, high, ok, w.Variance(), half)
	}
	slope, low, high, ok := new(Students).Slope([]float64{0, 1, 2}, []float64{0, 1, 5})
	if !ok || slope != 2.5 || !(low < 2.5 && high > 2.5) {
		t.Errorf("slope %v from %v to %v, %v; want 2.5 within an interval", slope, low, high, ok)
	}
}
