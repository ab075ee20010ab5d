package view

import (
	"cmp"
	"math"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Percentiles is the latency of answered requests by quantile, all journeys
// and replications together, under the faults and without them.
type Percentiles struct {
	Faulted  []QuantilePoint
	Baseline []QuantilePoint // nil without faults
}

// QuantilePoint is the latency in seconds that a share Q of the answers stays within.
type QuantilePoint struct{ Q, Latency float64 }

// At is the latency at a quantile, interpolated; NaN where it is not known.
func At(points []QuantilePoint, q float64) float64 {
	i, exact := slices.BinarySearchFunc(points, q, func(p QuantilePoint, q float64) int { return cmp.Compare(p.Q, q) })
	switch {
	case exact:
		return points[i].Latency
	case i == 0 || i == len(points):
		return math.NaN()
	}
	a, b := points[i-1], points[i]
	return a.Latency + (b.Latency-a.Latency)*(q-a.Q)/(b.Q-a.Q)
}

// percentiles reads the histogram of all journeys of a topology, or merges
// those of each.
func percentiles(t *result.Topology) Percentiles {
	return Percentiles{Faulted: quantiles(allBuckets(t, "")), Baseline: quantiles(allBuckets(t, metric.Baseline))}
}

func allBuckets(t *result.Topology, run string) []bucket {
	tags := metric.Tags{}.With(metric.Run, run)
	if h, ok := t.Histograms["latency"+tags.String()]; ok {
		return buckets(h)
	}
	var out []bucket
	for _, j := range t.Journeys {
		out = append(out, buckets(t.Histograms["latency"+tags.With(metric.Journey, j.Name).String()])...)
	}
	return out
}

type bucket struct {
	low, high float64
	count     uint64
}

func buckets(h result.Histogram) []bucket {
	var out []bucket
	for i := range min(len(h.Low), len(h.High), len(h.Count)) {
		if h.Count[i] > 0 && finite(h.Low[i]) && finite(h.High[i]) {
			out = append(out, bucket{h.Low[i], h.High[i], h.Count[i]})
		}
	}
	return out
}

// merged sorts the buckets and puts those of the same bounds together.
func merged(all []bucket) []bucket {
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Compare(a.low, b.low) })
	var out []bucket
	for _, b := range all {
		if k := len(out) - 1; k >= 0 && out[k].low == b.low {
			out[k].count += b.count
			out[k].high = max(out[k].high, b.high)
			continue
		}
		out = append(out, b)
	}
	return out
}

// quantiles reads the curve off the buckets at quantiles whose 1/(1−q) are
// evenly spaced on a log axis, and at the round ones. It stops where fewer
// than ten requests lie beyond: further out is chance.
func quantiles(all []bucket) []QuantilePoint {
	all = merged(all)
	var total float64
	for _, b := range all {
		total += float64(b.count)
	}
	if total < 20 {
		return nil
	}
	var grid []float64
	for i := 0; i <= 60; i++ { // ten points a decade, up to 1 in 10⁶
		grid = append(grid, 1-math.Pow(10, -float64(i)/10))
	}
	grid = append(grid, 0.5, 0.95)
	slices.Sort(grid)
	var out []QuantilePoint
	i, below := 0, 0.0
	for _, q := range grid {
		if (1-q)*total < 10*(1-1e-9) {
			break
		}
		rank := q * total
		for i < len(all)-1 && below+float64(all[i].count) < rank {
			below += float64(all[i].count)
			i++
		}
		b := all[i]
		share := min(max((rank-below)/float64(b.count), 0), 1)
		out = append(out, QuantilePoint{Q: q, Latency: b.low + (b.high-b.low)*share})
	}
	return out
}
