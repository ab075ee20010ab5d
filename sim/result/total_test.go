package result

import (
	"math"
	"testing"

	"faultline/sim/metric"
)

// Three replications, of which one holds the tail: the mean of their percentiles
// is far from the percentile of them all.
func TestPercentilesOfAllJourneysAreThoseOfAllRequests(t *testing.T) {
	doc := testDocument()
	top := &doc.Topologies[0]
	top.Histograms = map[string]Histogram{
		"latency":               {Low: []float64{0.01, 1}, High: []float64{0.02, 1.01}, Count: []uint64{900, 100}},
		"latency{run:baseline}": {Low: []float64{0.01}, High: []float64{0.02}, Count: []uint64{1000}},
	}
	values := func(v ...float64) (out []*float64) {
		for i := range v {
			out = append(out, &v[i])
		}
		return out
	}
	tags := topologyTags(top).Map()
	base := topologyTags(top).With(metric.Run, metric.Baseline).Map()
	doc.Samples = []Sample{
		{Metric: "latency.p95", Tags: tags, Values: values(0.02, 1.006, 0.02)},
		{Metric: "latency.max", Tags: tags, Values: values(0.02, 1.004, 0.02)},
		{Metric: "latency.avg", Tags: tags, Values: values(0.015, 0.2, 0.015)},
		{Metric: "latency.p95", Tags: base, Values: values(0.0194, 0.0196, 0.0195)},
	}
	s := newStore(t, doc)
	for _, c := range []struct {
		tags      string
		by        metric.Aggregator
		want, low float64
	}{
		{"topology:mono", "p(95)", 1.004, 0},           // half of the second bucket, and no more than the maximum
		{"topology:mono", "max", 1.004, 0},             // of all
		{"topology:mono", "avg", 0.23 / 3, math.NaN()}, // the mean over the replications, as ever
		{"topology:mono, run:baseline", "p(95)", 0.0195, 0.0193},
	} {
		f, ok := s.Figure(selector(t, "latency{"+c.tags+"}", c.by))
		if !ok || math.Abs(*f.Value-c.want) > 1e-12 {
			t.Errorf("%s of %s: %v %v, want %v", c.by, c.tags, ok, *f.Value, c.want)
		}
		if f.Low == nil || !math.IsNaN(c.low) && math.Abs(*f.Low-c.low) > 1e-4 {
			t.Errorf("%s of %s: low %v, want %v", c.by, c.tags, *f.Low, c.low)
		}
	}
}

// Without a fault the run is its own baseline: the same figures, the same values.
func TestTheBaselineOfAllJourneysOfARunWithoutFaultsIsTheRun(t *testing.T) {
	doc := testDocument()
	for i := range doc.Topologies {
		doc.Topologies[i].Faults, doc.Topologies[i].Baseline = nil, nil
	}
	doc.Topologies[0].Histograms = map[string]Histogram{"latency": {Low: []float64{0.01, 1}, High: []float64{0.02, 1.01}, Count: []uint64{900, 100}}}
	tags := topologyTags(&doc.Topologies[0])
	doc.Samples = nil
	for _, name := range []string{"latency.p95", "latency.max", "latency.min"} {
		doc.Samples = append(doc.Samples, testSample(name, tags, new(0.02), new(1.004), new(0.02)))
	}
	s := newStore(t, doc)
	for by, want := range map[metric.Aggregator]float64{"p(95)": 1.004, "max": 1.004, "min": 0.02} {
		f, ok := s.Figure(selector(t, "latency{topology:mono, run:baseline}", by))
		if !ok || math.Abs(*f.Value-want) > 1e-12 || len(f.Samples) != 3 || f.Selector.Tags[metric.Run] != metric.Baseline {
			t.Errorf("%s: %v %+v, want %v", by, ok, f, want)
		}
	}
}
