package detmath

import "math"

// MaxAngle bounds the argument of Sin and Cos, in radians: 250,000 turns.
// Beyond it they are NaN, for the reduction to a quarter turn would be inexact;
// who goes round more often takes the turns off first.
const MaxAngle = 1 << 20 * math.Pi / 2

// Sin is the sine of x radians, |x| ≤ MaxAngle; NaN beyond. Within 1 ulp
// (FreeBSD k_sin.c, e_rem_pio2.c).
func Sin(x float64) float64 {
	if !(math.Abs(x) <= MaxAngle) {
		return math.NaN()
	}
	quadrant, r, c := quarter(x)
	return turned(quadrant, r, c)
}

// Cos is the cosine of x radians, |x| ≤ MaxAngle; NaN beyond. Within 1 ulp
// (FreeBSD k_cos.c, e_rem_pio2.c).
func Cos(x float64) float64 {
	if !(math.Abs(x) <= MaxAngle) {
		return math.NaN()
	}
	quadrant, r, c := quarter(x)
	return turned(quadrant+1, r, c)
}

// turned is sin(quadrant × π/2 + r + c).
func turned(quadrant int, r, c float64) float64 {
	switch quadrant & 3 {
	case 0:
		return sine(r, c)
	case 1:
		return cosine(r, c)
	case 2:
		return -sine(r, c)
	default:
		return -cosine(r, c)
	}
}

// quarter is x = quadrant × π/2 + r + c, |r| ≤ π/4 and |c| below an ulp of r. π/2
// is taken off in three pieces of 33 bits, whose products with quadrant are
// exact, and a rest: 151 bits, enough for the float64 nearest to a multiple.
func quarter(x float64) (quadrant int, r, c float64) {
	const (
		piece1 = 1.57079632673412561417e+00
		piece2 = 6.07710050630396597660e-11
		piece3 = 2.02226624871116645580e-21
		rest   = 8.47842766036889956997e-32
	)
	if math.Abs(x) <= math.Pi/4 {
		return 0, x, 0
	}
	n := math.Floor(float64(x*(2/math.Pi)) + 0.5)
	high := x - float64(n*piece1)
	high, low := twoSum(high, -float64(n*piece2))
	middle, lower := twoSum(low, -float64(n*piece3))
	high, low = twoSum(high, middle)
	low += lower - float64(n*rest)
	r = high + low
	return int(n), r, (high - r) + low
}

// twoSum is a + b without error: the rounded sum and what it lost (Knuth).
func twoSum(a, b float64) (sum, lost float64) {
	sum = a + b
	part := sum - a
	return sum, (a - (sum - part)) + (b - part)
}

// sine is sin(r+c) for |r| ≤ π/4.
func sine(r, c float64) float64 {
	const (
		s1 = -1.66666666666666324348e-01
		s2 = 8.33333333332248946124e-03
		s3 = -1.98412698298579493134e-04
		s4 = 2.75573137070700676789e-06
		s5 = -2.50507602534068634195e-08
		s6 = 1.58969099521155010221e-10
	)
	if math.Abs(r) < 0x1p-26 {
		return r
	}
	z := float64(r * r)
	v := float64(z * r)
	p := s2 + float64(z*(s3+float64(z*(s4+float64(z*(s5+float64(z*s6)))))))
	return r - ((float64(z*(float64(0.5*c)-float64(v*p))) - c) - float64(v*s1))
}

// cosine is cos(r+c) for |r| ≤ π/4.
func cosine(r, c float64) float64 {
	const (
		c1 = 4.16666666666666019037e-02
		c2 = -1.38888888888741095749e-03
		c3 = 2.48015872894767294178e-05
		c4 = -2.75573143513906633035e-07
		c5 = 2.08757232129817482790e-09
		c6 = -1.13596475577881948265e-11
	)
	z := float64(r * r)
	p := float64(z * (c1 + float64(z*(c2+float64(z*(c3+float64(z*(c4+float64(z*(c5+float64(z*c6)))))))))))
	half := float64(0.5 * z)
	w := 1 - half
	return w + (((1 - w) - half) + (float64(z*p) - float64(r*c)))
}
