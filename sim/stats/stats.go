// Package stats holds the statistics of replications: means, variances,
// Student-t intervals, counts of rare losses, sectioning for quantiles, paired
// differences and slopes.
//
// The unit of observation is the replication, never the request: requests of one
// run share queues and faults and are not independent (docs/results.md). All sums run
// in the order given, without fused multiply-adds, so that every CPU gets the same bits.
package stats

import "math"

// Confidence is the level of every interval.
const Confidence = 0.95

// upper is the probability below the upper end of a two-sided interval.
const upper = 1 - (1-Confidence)/2

// Mean is the arithmetic mean; NaN when empty.
func Mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Variance is the sample variance (n − 1), by two passes; NaN below two values.
func Variance(values []float64) float64 {
	if len(values) < 2 {
		return math.NaN()
	}
	return spread(values, Mean(values))
}

// spread is Σ(v − centre)²/(n − 1).
func spread(values []float64, centre float64) float64 {
	var sum float64
	for _, v := range values {
		d := v - centre
		sum += float64(d * d)
	}
	return sum / float64(len(values)-1)
}

// Interval is the mean with its 95% Student-t interval. With fewer than two
// values there is no interval and ok is false; the mean of none is NaN.
func Interval(values []float64) (mean, low, high float64, ok bool) {
	return new(Students).Interval(values)
}

// Students computes intervals and remembers the quantiles it has needed: a
// result with series holds tens of thousands of intervals of few sizes. The zero
// value is ready; not for concurrent use.
type Students struct {
	t       []float64    // by degrees of freedom − 1; 0: not computed yet
	poisson [][2]float64 // by count − 1; likewise
}

// T95 is the 0.975 quantile of Student's t with df ≥ 1 degrees of freedom, the
// half-width of a 95% interval in standard errors.
func (s *Students) T95(df int) float64 {
	for len(s.t) < df {
		s.t = append(s.t, 0)
	}
	if s.t[df-1] == 0 {
		s.t[df-1] = TQuantile(upper, df)
	}
	return s.t[df-1]
}

// Interval is [Interval] with the remembered quantiles.
func (s *Students) Interval(values []float64) (mean, low, high float64, ok bool) {
	mean = Mean(values)
	if len(values) < 2 {
		return mean, 0, 0, false
	}
	low, high = s.around(mean, spread(values, mean), len(values))
	return mean, low, high, true
}

// Section is the 95% interval of a quantile (or another statistic of the merged
// data) by sectioning over replications: it is centred on the estimate from all
// replications merged, and its variance is that of the replications' own
// quantiles about this centre, S² = Σ(qᵢ − q)²/(n − 1). The merged estimate has a
// smaller bias than the mean of the qᵢ that batching would centre on, and what
// bias remains widens the interval. Asmussen and Glynn, Stochastic Simulation
// (2007), III.5a; Nakayama, Confidence intervals for quantiles using sectioning,
// ACM TOMACS 24(4), 2014. ok is false below two values.
func (s *Students) Section(estimate float64, values []float64) (low, high float64, ok bool) {
	if len(values) < 2 {
		return 0, 0, false
	}
	low, high = s.around(estimate, spread(values, estimate), len(values))
	return low, high, true
}

func (s *Students) around(centre, variance float64, n int) (low, high float64) {
	half := float64(s.T95(n-1) * math.Sqrt(variance/float64(n)))
	return centre - half, centre + half
}

// RuleOfThree is the 95% upper bound 3/n on the probability of an event that
// happened in none of n independent replications, at most 1. Hanley and
// Lippman-Hand, JAMA 249(13), 1983.
func RuleOfThree(n int) float64 {
	if n < 3 {
		return 1
	}
	return 3 / float64(n)
}

// Difference is what pairing gives: the mean of b − a with its 95% interval.
type Difference struct {
	Mean, Low, High float64
	OK              bool // there is an interval: two pairs or more
	// Reduction is (var a + var b)/var(b − a): how many times more independent
	// replications would be needed for the same interval. It is 0 where undefined:
	// below two pairs, or when all differences are equal.
	Reduction float64
}

// Paired compares the same replications under two systems; a and b have one
// length. Law, Simulation Modeling and Analysis (2015), 10.2.1 and 11.2.
func (s *Students) Paired(a, b []float64) Difference {
	diff := make([]float64, len(a))
	for i := range a {
		diff[i] = b[i] - a[i]
	}
	var d Difference
	d.Mean, d.Low, d.High, d.OK = s.Interval(diff)
	if d.OK {
		if v := spread(diff, d.Mean); v > 0 {
			d.Reduction = (Variance(a) + Variance(b)) / v
		}
	}
	return d
}

// PairedSection compares a quantile (or another statistic of merged data) of the
// same replications under two systems: the difference of the merged estimates with
// its interval by sectioning, for the reasons that [Students.Section] gives. The
// mean of the pairs' differences would carry the bias of short replications.
func (s *Students) PairedSection(estimate float64, a, b []float64) Difference {
	d := s.Paired(a, b)
	diff := make([]float64, len(a))
	for i := range a {
		diff[i] = b[i] - a[i]
	}
	d.Mean = estimate
	d.Low, d.High, d.OK = s.Section(estimate, diff)
	return d
}

// Slope is the least-squares slope of y over x with its 95% interval, the errors
// taken as independent and normal (Student-t with n − 2 degrees of freedom).
// ok is false below three points or when all x are equal.
func (s *Students) Slope(x, y []float64) (slope, low, high float64, ok bool) {
	n := len(x)
	mx, my := Mean(x), Mean(y)
	var sxx, sxy float64
	for i := range x {
		sxx += float64((x[i] - mx) * (x[i] - mx))
		sxy += float64((x[i] - mx) * (y[i] - my))
	}
	if n < 3 || sxx == 0 {
		return 0, 0, 0, false
	}
	slope = sxy / sxx
	var residual float64
	for i := range x {
		r := (y[i] - my) - float64(slope*(x[i]-mx))
		residual += float64(r * r)
	}
	half := float64(s.T95(n-2) * math.Sqrt(residual/float64(n-2)/sxx))
	return slope, slope - half, slope + half, true
}
