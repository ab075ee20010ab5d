package result

import (
	"math"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/stats"
)

// totalLatency is a percentile or the maximum of the latency of all journeys
// together. The document has its histogram and its replication values, but no
// estimate: like those of a journey it is that of all requests of all
// replications, with its interval by sectioning. The mean over the replications
// would be too low far out in the tail, where one replication in ten may hold all
// that counts. ok is false for other figures, and without a histogram.
func (s *subject) totalLatency(doc *Document, of *kind, defined []float64) (e Estimate, ok bool) {
	percent, quantile := of.by.Percent()
	maximum, minimum := of.by == "max", of.by == "min"
	if of.metric != "latency" || !quantile && !maximum && !minimum || len(defined) == 0 {
		return e, false
	}
	for _, subject := range [...]metric.Tag{metric.Journey, metric.Service, metric.Database, metric.Edge, metric.Fault} {
		if s.tags[subject] != "" {
			return e, false
		}
	}
	h, ok := totalHistogram(doc, s.tags)
	if !ok {
		return e, false
	}
	if minimum {
		return extreme(slices.Min(defined), defined), true
	}
	value := math.Inf(-1)
	for _, f := range s.figures {
		if f.of.metric != "latency" || f.of.by != "max" {
			continue
		}
		for _, v := range f.samples {
			if v != nil {
				value = max(value, *v)
			}
		}
	}
	if quantile {
		q := h.quantile(percent / 100)
		if value = min(value, q); math.IsInf(value, -1) { // no replication values of the maximum
			value = q
		}
	}
	return extreme(value, defined), true
}

// extreme is a figure of all replications merged, with its interval by sectioning.
func extreme(value float64, defined []float64) Estimate {
	e := Estimate{Value: &value}
	if low, high, ok := new(stats.Students).Section(value, defined); ok {
		low = max(low, 0)
		e.Low, e.High = &low, &high
	}
	return e
}

// totalHistogram is the latency of all journeys of a topology. Where no fault
// was, the run is its own baseline.
func totalHistogram(doc *Document, tags metric.Tags) (h Histogram, ok bool) {
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		if t.Name != tags[metric.Topology] {
			continue
		}
		key := "latency" + metric.Tags{}.With(metric.Run, tags[metric.Run]).String()
		if h, ok = t.Histograms[key]; !ok && len(t.Faults) == 0 {
			h, ok = t.Histograms["latency"]
		}
	}
	return h, ok && len(h.Count) > 0
}

// quantile is the q-quantile (0..1) in seconds, interpolated within its bucket
// as measure.Histogram does; h must not be empty.
func (h *Histogram) quantile(q float64) float64 {
	var count uint64
	for _, n := range h.Count {
		count += n
	}
	target, seen := float64(q*float64(count)), 0.0
	for i, n := range h.Count {
		if seen+float64(n) >= target && n > 0 {
			return h.Low[i] + float64((h.High[i]-h.Low[i])*((target-seen)/float64(n)))
		}
		seen += float64(n)
	}
	return h.High[len(h.High)-1]
}
