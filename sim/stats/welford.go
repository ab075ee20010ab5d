package stats

import "math"

// Welford accumulates a mean and a variance in one pass and 24 bytes: a series of
// many windows over many replications keeps one a window. Welford, Technometrics
// 4(3), 1962. The zero value is empty.
type Welford struct {
	N    int
	mean float64
	m2   float64 // Σ(v − mean)²
}

// Add takes one value.
func (w *Welford) Add(v float64) {
	w.N++
	d := v - w.mean
	w.mean += d / float64(w.N)
	w.m2 += float64(d * (v - w.mean))
}

// Mean is the mean so far; NaN when empty.
func (w *Welford) Mean() float64 {
	if w.N == 0 {
		return math.NaN()
	}
	return w.mean
}

// Variance is the sample variance; NaN below two values.
func (w *Welford) Variance() float64 {
	if w.N < 2 {
		return math.NaN()
	}
	return w.m2 / float64(w.N-1)
}

// Band is the 95% Student-t interval about w's mean; ok is false below two values.
func (s *Students) Band(w *Welford) (low, high float64, ok bool) {
	if w.N < 2 {
		return 0, 0, false
	}
	low, high = s.around(w.mean, w.Variance(), w.N)
	return low, high, true
}
