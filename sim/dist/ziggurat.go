package dist

import (
	"math"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

// The ziggurat covers a falling density f by layers of equal area v: layer i is
// the rectangle [0, x[i]] between f(x[i]) and f(x[i+1]), and layer 0 has the tail
// beyond x[1] added to it. A draw picks a layer and a point along it; below
// x[i+1] the point is under the curve for certain, which is so for 99 draws in
// 100. (Marsaglia and Tsang, "The Ziggurat Method for Generating Random
// Variables", 2000.) One 64-bit draw serves for layer, sign and point: the layer
// takes the lowest 8 bits, the sign the ninth, the point the upper 53.
const (
	layers    = 256
	pointBits = 53
)

// ziggurat holds the layers of one density.
type ziggurat struct {
	layer  [layers]layer
	height [layers + 1]float64 // of the density at x[i]
	tail   float64             // x[1]
}

// layer is what the fast path needs, side by side in one cache line.
type layer struct {
	inside uint64  // points below are under the curve for certain
	width  float64 // x[i] / 2^53
}

// The edge of the tail and the area of a layer for 256 layers, which solve
// x[256] = 0; from Marsaglia and Tsang, recomputed to full precision.
const (
	expTail, expArea       = 7.69711747013104971404, 3.94965982258157199e-3
	normalTail, normalArea = 3.65415288536100879635, 4.92867323397465524494e-3
)

// The tables are computed once at start-up with detmath, in less than 0.1 ms.
var (
	expLayers    = newZiggurat(expTail, expArea, expDensity, expInverse)
	normalLayers = newZiggurat(normalTail, normalArea, normalDensity, normalInverse)
)

func expDensity(x float64) float64    { return detmath.Exp(-x) }
func expInverse(y float64) float64    { return -detmath.Log(y) }
func normalDensity(x float64) float64 { return detmath.Exp(float64(-0.5 * x * x)) }
func normalInverse(y float64) float64 { return math.Sqrt(float64(-2 * detmath.Log(y))) }

func newZiggurat(tail, area float64, density, inverse func(float64) float64) (z ziggurat) {
	z.tail = tail
	var x [layers + 1]float64
	x[0], x[1] = area/density(tail), tail // as if layer 0 were a rectangle
	for i := 1; i < layers-1; i++ {
		x[i+1] = inverse(area/x[i] + density(x[i]))
	}
	for i := range layers {
		z.layer[i] = layer{inside: uint64(float64(x[i+1] / x[i] * (1 << pointBits))), width: x[i] / (1 << pointBits)}
		z.height[i] = density(x[i])
	}
	z.height[0], z.height[layers] = 0, 1
	return z
}

// Exponential draws from the exponential distribution with mean 1.
func Exponential(s rng.Stream) float64 {
	u := s.Uint64()
	l, point := &expLayers.layer[u%layers], u>>(64-pointBits)
	if point < l.inside {
		return float64(float64(point) * l.width)
	}
	return expSlow(s, u)
}

// expSlow decides the draws that the fast path could not, of which u was the
// first. It takes the stream by value: by pointer the fast path would have to
// keep it in memory.
func expSlow(s rng.Stream, u uint64) float64 {
	z, base := &expLayers, 0.0
	for {
		i, point := u%layers, u>>(64-pointBits)
		x := float64(float64(point) * z.layer[i].width)
		switch {
		case point < z.layer[i].inside:
			return base + x
		case i == 0:
			base += z.tail // beyond the tail the distribution begins anew
		case z.under(&s, i, expDensity(x)):
			return base + x
		}
		u = s.Uint64()
	}
}

// under reports whether a point at a uniform height in layer i lies below y.
func (z *ziggurat) under(s *rng.Stream, i uint64, y float64) bool {
	return z.height[i]+float64(s.Float64()*(z.height[i+1]-z.height[i])) < y
}

// Normal draws from the normal distribution with mean 0 and deviation 1.
func Normal(s rng.Stream) float64 {
	u := s.Uint64()
	l, point := &normalLayers.layer[u%layers], u>>(64-pointBits)
	if point < l.inside {
		return signed(float64(float64(point)*l.width), u)
	}
	return normalSlow(s, u)
}

// signed gives x the sign that the draw u chose.
func signed(x float64, u uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) | u&layers<<(63-8))
}

// normalSlow decides the draws that the fast path could not.
func normalSlow(s rng.Stream, u uint64) float64 {
	z := &normalLayers
	for {
		i, point := u%layers, u>>(64-pointBits)
		x := float64(float64(point) * z.layer[i].width)
		switch {
		case point < z.layer[i].inside:
			return signed(x, u)
		case i == 0:
			return signed(normalFar(&s), u)
		case z.under(&s, i, normalDensity(x)):
			return signed(x, u)
		}
		u = s.Uint64()
	}
}

// normalFar draws beyond the tail (Marsaglia, "Generating a Variable from the
// Tail of the Normal Distribution", Technometrics 6, 1964).
func normalFar(s *rng.Stream) float64 {
	for {
		x := -detmath.Log(1-s.Float64()) / normalTail
		y := -detmath.Log(1 - s.Float64())
		if y+y > float64(x*x) {
			return normalTail + x
		}
	}
}
