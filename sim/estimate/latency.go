package estimate

import (
	"math"
	"slices"

	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/result"
)

// latencies is a distribution of times over replications.
type latencies struct {
	merged        measure.Histogram
	avg, min, max column
	quantiles     [len(percents)]column
	more          []percentile
}

// percentile is one that was asked for beside those of percents.
type percentile struct {
	percent float64
	values  column
}

// also makes room for percentiles beyond those that every result has.
func (l *latencies) also(more []float64) {
	for _, p := range more {
		if !slices.Contains(percents[:], p) {
			l.more = append(l.more, percentile{percent: p})
		}
	}
}

// percents are the percentiles that a result holds.
var percents = [...]float64{50, 90, 95, 99, 99.9}

// add takes one replication's distribution; an empty one is undefined.
func (l *latencies) add(h *measure.Histogram) {
	l.merged.Add(h)
	if h.Count == 0 {
		l.avg.add(math.NaN())
		l.min.add(math.NaN())
		l.max.add(math.NaN())
	} else {
		l.avg.add(h.Sum.Seconds() / float64(h.Count))
		l.min.add(h.Min().Seconds())
		l.max.add(h.Max.Seconds())
	}
	for i := range l.more {
		l.more[i].values.add(quantile(h, l.more[i].percent))
	}
	for i, p := range percents {
		l.quantiles[i].add(quantile(h, p))
	}
}

// quantile is a percentile in seconds, NaN if there is nothing.
func quantile(h *measure.Histogram, percent float64) float64 {
	if h.Count == 0 {
		return math.NaN()
	}
	return h.Quantile(percent / 100).Seconds()
}

// document is the distribution under the metric of that name. The mean is that
// of the replications' means; percentiles and the maximum are those of all
// replications merged, so that they are in order, with intervals by sectioning.
func (l *latencies) document(s scope, name, reason string) result.Latency {
	var q [len(percents)]result.Estimate
	out := result.Latency{Avg: s.part(name, "avg", l.avg, amount, reason)}
	for i, p := range percents {
		q[i] = s.section(name, metric.Quantile(p), quantile(&l.merged, p), l.quantiles[i], reason)
	}
	out.P50, out.P90, out.P95, out.P99, out.P999 = q[0], q[1], q[2], q[3], q[4]
	out.Max = s.section(name, "max", l.merged.Max.Seconds(), l.max, reason)
	least := s.section(name, "min", l.merged.Min().Seconds(), l.min, reason)
	out.Min = &least
	for i := range l.more {
		m := &l.more[i]
		q := s.section(name, metric.Quantile(m.percent), quantile(&l.merged, m.percent), m.values, reason)
		out.More = append(out.More, result.Percentile{Percent: m.percent, Estimate: q})
	}
	return out
}

// histogram lists the merged buckets, in seconds.
func (l *latencies) histogram() result.Histogram {
	h := result.Histogram{Low: []float64{}, High: []float64{}, Count: []uint64{}}
	l.merged.Buckets(func(b measure.Bucket) {
		h.Low = append(h.Low, b.Low.Seconds())
		h.High = append(h.High, b.High.Seconds())
		h.Count = append(h.Count, b.Count)
	})
	return h
}
