package dist

import (
	"math"
	"testing"
)

// All layers have the same area, the uppermost too: that is what decides the edge
// of the tail, and a wrong digit in it shows here.
func TestZigguratLayersHaveEqualAreas(t *testing.T) {
	for _, c := range []struct {
		name    string
		z       *ziggurat
		area    float64
		density func(float64) float64
	}{
		{"exponential", &expLayers, expArea, expDensity},
		{"normal", &normalLayers, normalArea, normalDensity},
	} {
		for i := 1; i < layers; i++ {
			x := c.z.layer[i].width * (1 << pointBits)
			if area := x * (c.z.height[i+1] - c.z.height[i]); math.Abs(area/c.area-1) > 1e-9 {
				t.Errorf("%s: layer %d has the area %v, want %v", c.name, i, area, c.area)
			}
			inside := float64(c.z.layer[i].inside) / (1 << pointBits) * x
			if i < layers-1 && c.density(inside) < c.z.height[i+1]*(1-1e-12) {
				t.Errorf("%s: in layer %d points up to %v are taken for being under the curve", c.name, i, inside)
			}
		}
	}
}

// The share of draws beyond each deviation, far into both tails, which the
// ziggurat draws by another method.
func TestNormalTails(t *testing.T) {
	const n = 4_000_000
	edges := []float64{0, 1, 2, 3, 3.6, 3.7, 4, 4.5}
	above, below := make([]int, len(edges)), make([]int, len(edges))
	for i := range n {
		z := Normal(stream(i))
		for j, e := range edges {
			if z > e {
				above[j]++
			}
			if z < -e {
				below[j]++
			}
		}
	}
	for j, e := range edges {
		want := n * math.Erfc(e/math.Sqrt2) / 2
		for side, got := range map[string]int{"above": above[j], "below -": below[j]} {
			if math.Abs(float64(got)-want) > 4.5*math.Sqrt(want) {
				t.Errorf("%d of %d draws are %s%v, want %.0f", got, n, side, e, want)
			}
		}
	}
}

func TestExponentialTail(t *testing.T) {
	const n = 4_000_000
	edges := []float64{0.01, 1, 5, 7.6, 7.8, 10, 12}
	counts := make([]int, len(edges))
	for i := range n {
		x := Exponential(stream(i))
		for j, e := range edges {
			if x > e {
				counts[j]++
			}
		}
	}
	for j, e := range edges {
		p := math.Exp(-e)
		if math.Abs(float64(counts[j])-n*p) > 4.5*math.Sqrt(n*p*(1-p)) {
			t.Errorf("%d of %d draws are above %v, want %.0f", counts[j], n, e, n*p)
		}
	}
}
