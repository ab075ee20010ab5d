package estimate

import (
	"math"
	"slices"
	"time"

	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/result"
)

// latencies is a distribution of times over replications.
type latencies struct {
	merged        merged
	single        bool // there will be one replication, of which no histogram is kept
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

// percents are the percentiles that a result holds, and percentNames their names.
var (
	percents     = [...]float64{50, 90, 95, 99, 99.9}
	percentNames = [len(percents)]metric.Aggregator{"p(50)", "p(90)", "p(95)", "p(99)", "p(99.9)"}
)

// merged is the histogram of all replications.
type merged struct {
	// all is that of the only replication while there is but one, which many large
	// runs end with: merging it into nothing would copy it.
	all *measure.Histogram
	own bool
}

func (m *merged) add(h *measure.Histogram) {
	switch {
	case m.all == nil:
		m.all = h
		return
	case !m.own:
		first := m.all
		m.all, m.own = new(measure.Histogram), true
		m.all.Add(first)
	}
	m.all.Add(h)
}

// whole is the histogram, empty before the first replication.
func (m *merged) whole() *measure.Histogram {
	if m.all == nil {
		return new(measure.Histogram)
	}
	return m.all
}

// quantile is a percentile of all replications; of is that of each.
func (m *merged) quantile(percent float64, of column) float64 {
	if len(of) == 1 {
		return of[0]
	}
	return quantile(m.whole(), percent)
}

// quantiles are those of percents of all replications; of are those of each.
func (m *merged) quantiles(of *[len(percents)]column) (out [len(percents)]float64) {
	if len(of[0]) != 1 {
		return quantiles(m.whole())
	}
	for i := range of {
		out[i] = of[i][0]
	}
	return out
}

// histogram lists the buckets, in seconds.
func (m *merged) histogram() result.Histogram {
	h := result.Histogram{Low: []float64{}, High: []float64{}, Count: []uint64{}}
	m.whole().Buckets(func(b measure.Bucket) {
		h.Low = append(h.Low, b.Low.Seconds())
		h.High = append(h.High, b.High.Seconds())
		h.Count = append(h.Count, b.Count)
	})
	return h
}

// add takes one replication's distribution; an empty one is undefined.
func (l *latencies) add(h *measure.Histogram) {
	if !l.single {
		l.merged.add(h)
	}
	l.avg.ratio(h.Sum.Seconds(), float64(h.Count))
	if h.Count == 0 {
		l.min.add(math.NaN())
		l.max.add(math.NaN())
	} else {
		l.min.add(h.Min().Seconds())
		l.max.add(h.Max.Seconds())
	}
	for i := range l.more {
		l.more[i].values.add(quantile(h, l.more[i].percent))
	}
	for i, v := range quantiles(h) {
		l.quantiles[i].add(v)
	}
}

// quantiles are those of percents in seconds, NaN if there is nothing.
func quantiles(h *measure.Histogram) (out [len(percents)]float64) {
	var qs [len(percents)]float64
	for i, p := range percents {
		qs[i] = p / 100
	}
	var at [len(percents)]time.Duration
	h.Quantiles(qs[:], at[:])
	for i := range out {
		if out[i] = at[i].Seconds(); h.Count == 0 {
			out[i] = math.NaN()
		}
	}
	return out
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
	for i, v := range l.merged.quantiles(&l.quantiles) {
		q[i] = s.section(name, percentNames[i], v, l.quantiles[i], reason)
	}
	out.P50, out.P90, out.P95, out.P99, out.P999 = q[0], q[1], q[2], q[3], q[4]
	low, high := l.extremes()
	out.Max = s.section(name, "max", high, l.max, reason)
	least := s.section(name, "min", low, l.min, reason)
	out.Min = &least
	for i := range l.more {
		m := &l.more[i]
		q := s.section(name, metric.Quantile(m.percent), l.merged.quantile(m.percent, m.values), m.values, reason)
		out.More = append(out.More, result.Percentile{Percent: m.percent, Estimate: q})
	}
	return out
}

// extremes are the least and the largest time of all replications.
func (l *latencies) extremes() (low, high float64) {
	if len(l.max) == 1 {
		return l.min[0], l.max[0]
	}
	all := l.merged.whole()
	return all.Min().Seconds(), all.Max.Seconds()
}

// waits is a distribution of waits over replications.
type waits struct {
	merged   merged
	single   bool // as in latencies
	avg, p99 column
}

func (w *waits) add(h *measure.Histogram) {
	if !w.single {
		w.merged.add(h)
	}
	w.avg.ratio(h.Sum.Seconds(), float64(h.Count))
	w.p99.add(quantile(h, 99))
}
