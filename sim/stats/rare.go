package stats

import (
	"math"

	"faultline/sim/detmath"
)

// Rare is the mean of values ≥ 0, such as shares of requests that failed, with an
// interval that holds where most of them are zero. Student's t is for values like
// each other; where a loss comes in one replication of ten, too few of them in a
// result say that they vary little, and that interval lies too low and is too narrow.
//
// Where at most half of ten values or more are above zero, their number k is taken as a
// Poisson count, of what weighs wᵢ = vᵢ/n each. Its mid-P limits L and U are carried over to the
// mean y by y + √(Σw²/k)·(L − k) and y + √(Σw²/k)·(U − k): Dobson, Kuulasmaa, Eberle and
// Scherer, Confidence intervals for weighted sums of Poisson parameters, Statistics in
// Medicine 10(3), 1991. All others, and values that are all zero, have Student's
// interval, which for the latter has no width.
func (s *Students) Rare(values []float64) (mean, low, high float64, ok bool) {
	mean, low, high, ok = s.Interval(values)
	if below, above, few := s.few(values); few {
		low, high = mean-below, mean+above
	}
	return mean, low, high, ok
}

// RarelyMissing is [Students.Rare] for shares, at most 1, most of which are 1.
func (s *Students) RarelyMissing(values []float64) (mean, low, high float64, ok bool) {
	mean, low, high, ok = s.Interval(values)
	missing := make([]float64, len(values))
	for i, v := range values {
		missing[i] = 1 - v
	}
	if below, above, few := s.few(missing); few {
		low, high = mean-above, mean+below
	}
	return mean, low, high, ok
}

// leastRare is the number of values from which on few of them are taken as a count. The
// Student intervals of fewer are wide enough.
const leastRare = 10

// few is how far the interval of [Students.Rare] reaches below and above the mean.
func (s *Students) few(values []float64) (below, above float64, ok bool) {
	k, squares := 0, 0.0
	for _, v := range values {
		if v > 0 {
			k++
			squares += float64(v * v)
		}
	}
	if len(values) < leastRare || k == 0 || 2*k > len(values) {
		return 0, 0, false
	}
	low, high := s.count(k)
	weight := math.Sqrt(squares/float64(k)) / float64(len(values))
	return float64(weight * (float64(k) - low)), float64(weight * (high - float64(k))), true
}

// count remembers the limits of a Poisson count k ≥ 1.
func (s *Students) count(k int) (low, high float64) {
	for len(s.poisson) < k {
		s.poisson = append(s.poisson, [2]float64{})
	}
	if l := &s.poisson[k-1]; l[1] == 0 {
		l[0], l[1] = PoissonLimits(k)
	}
	return s.poisson[k-1][0], s.poisson[k-1][1]
}

// PoissonLimits are the 95% limits of the mean of a Poisson distribution that gave k ≥ 1:
// those means for which fewer than k and half of k, or more and half, have a probability
// of 2.5% (mid-P). They cover about 95%, where the exact ones cover more. Cohen and Yang,
// Mid-P confidence intervals for the Poisson expectation, Statistics in Medicine 13(21), 1994.
func PoissonLimits(k int) (low, high float64) {
	count := float64(k)
	reach := 10 + float64(5*math.Sqrt(count)) // beyond both
	return poissonMean(k, upper, max(0, count-reach), count), poissonMean(k, 1-upper, count, count+reach)
}

// poissonMean is the mean between low and high at which fewer than k, and half of k,
// have the probability p, by bisection: it falls as the mean grows.
func poissonMean(k int, p, low, high float64) float64 {
	for {
		mean := low + float64((high-low)/2)
		if mean <= low || mean >= high {
			return mean
		}
		if midTail(k, mean) > p {
			low = mean
		} else {
			high = mean
		}
	}
}

// midTail is P(N < k) + P(N = k)/2 of a Poisson variable with that mean.
func midTail(k int, mean float64) float64 {
	term := detmath.Exp(float64(float64(k)*detmath.Log(mean)) - mean - detmath.Lgamma(float64(k)+1))
	sum := float64(term / 2)
	for j := k; j > 0 && (term > 1e-18 || float64(j) > mean); j-- {
		term = float64(term * float64(j) / mean)
		sum += term
	}
	return sum
}
