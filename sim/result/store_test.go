package result

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/metric"
)

func newStore(t *testing.T, doc *Document) *Store {
	t.Helper()
	s, err := New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func selector(t *testing.T, text string, by metric.Aggregator) metric.Selector {
	t.Helper()
	s, err := metric.ParseSelector(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Aggregator = by
	return s
}

func TestFiguresAreFoundByMetricTagsAndAggregator(t *testing.T) {
	s := newStore(t, testDocument())
	for _, c := range []struct {
		text string
		by   metric.Aggregator
		want float64
		unit metric.Unit
	}{
		{"latency{journey:browse, topology:mono}", "", 0.02, metric.Time},
		{"latency{journey:browse, topology:mono}", "avg", 0.02, metric.Time},
		{"latency{journey:browse, topology:mono}", "med", 0.02, metric.Time},
		{"latency{journey:browse, topology:mono}", "p(99)", 0.08, metric.Time},
		{"latency{journey:browse, topology:micro}", "p(99.9)", 0.15, metric.Time},
		{`latency{journey:"check out", topology:micro}`, "max", 0.36, metric.Time},
		{"latency{journey:browse, topology:mono, run:baseline}", "p(50)", 0.01, metric.Time},
		{"latency{service:shop, topology:mono}", "p(50)", 0.02, metric.Time},
		{"latency{database:db, topology:mono}", "p(50)", 0.002, metric.Time},
		{`latency{edge:"shop -> db", topology:mono}`, "p(50)", 0.002, metric.Time},
		{"availability{journey:browse, topology:mono}", "", 0.9, metric.Share},
		{"availability{topology:mono}", "", 0.98, metric.Share}, // from samples alone
		{"goodput{flow:shoppers, topology:mono}", "", 190, metric.Rate},
		{"utilization{service:shop, topology:mono}", "", 0.5, metric.Share},
		{"concurrency{service:shop, topology:mono}", "", 3, metric.Count},
		{"concurrency{database:db, topology:mono}", "", 7, metric.Count},
		{"replicas{service:shop, topology:mono}", "", 2, metric.Count},
		{"queueWait{service:shop, topology:mono}", "", 0.001, metric.Time},
		{"queueWait{service:shop, topology:mono}", metric.ShareOf, 0.2, metric.Share},
		{`amplification{edge:"shop -> db", topology:mono}`, "", 1.1, metric.Ratio},
		{"blastRadius{fault:poison, topology:mono}", "", 0.4, metric.Share},
		{"blastRadius{fault:poison, journey:browse, topology:mono}", "", 0.5, metric.Share},
		{"severity{fault:poison, topology:mono}", "tooSlow", 0.1, metric.Share},
		{"timeToRecover{fault:poison, topology:mono}", "", 30, metric.Time},
		{"lost{fault:poison, topology:mono}", "", 400.0 / 3, metric.Count},   // from samples
		{"pairs{fault:poison, topology:mono}", "", 1000.0 / 3, metric.Count}, // a sum over three replications
	} {
		f, ok := s.Figure(selector(t, c.text, c.by))
		if !ok || f.Value == nil {
			t.Errorf("%s %s: not found", c.by, c.text)
			continue
		}
		if math.Abs(*f.Value-c.want) > 1e-12 || f.Unit != c.unit {
			t.Errorf("%s %s is %v in %s, want %v in %s", c.by, c.text, *f.Value, f.Unit, c.want, c.unit)
		}
	}
	for _, text := range []string{"latency{topology:mono}", "latency{journey:other, topology:mono}", "latency{journey:browse}",
		"latency{journey:browse, topology:other}", "lost{fault:poison, topology:micro}",
		"latency{journey:browse, topology:mono, versus:other}", "availability{topology:mono, run:baseline}"} {
		if f, ok := s.Figure(selector(t, text, "")); ok {
			t.Errorf("%s is found: %+v", text, f)
		}
	}
}

func TestAFigureCarriesItsReplications(t *testing.T) {
	s := newStore(t, testDocument())
	f, ok := s.Figure(selector(t, "latency{journey:browse, topology:micro}", "p(99)"))
	if !ok || len(f.Samples) != 3 || *f.Samples[1] != 0.13 || f.Samples[2] != nil {
		t.Errorf("samples are %v", f.Samples)
	}
	if f, _ := s.Figure(selector(t, "latency{journey:browse, topology:micro}", "avg")); f.Samples != nil {
		t.Errorf("the mean has samples %v, and the document has none", f.Samples)
	}
	if f, _ := s.Figure(selector(t, "availability{topology:mono}", "")); f.Low == nil || *f.Low >= 0.98 || *f.High <= 0.98 {
		t.Errorf("a figure made of samples has no interval: %+v", f.Estimate)
	}
}

func TestTheOnlyTopologyNeedNotBeNamed(t *testing.T) {
	doc := testDocument()
	doc.Topologies, doc.Samples = doc.Topologies[:1], doc.Samples[:1]
	s := newStore(t, doc)
	if f, ok := s.Figure(selector(t, "latency{journey:browse}", "p(99)")); !ok || *f.Value != 0.08 || f.Samples == nil {
		t.Errorf("got %+v, %v", f, ok)
	}
	if _, ok := s.Series(metric.Selector{Metric: "goodput", Tags: metric.Tags{metric.Journey: "browse"}}); !ok {
		t.Error("its series is not found")
	}
}

func TestDifferencesArePaired(t *testing.T) {
	s := newStore(t, testDocument())
	f, ok := s.Figure(selector(t, "latency{journey:browse, topology:micro, versus:mono}", "p(99)"))
	if !ok {
		t.Fatal("not found")
	}
	if math.Abs(*f.Value-0.04) > 1e-12 || f.Samples[2] != nil || math.Abs(*f.Samples[0]-0.03) > 1e-12 {
		t.Errorf("micro − mono is %v of %v, want 0.04 of 0.03, 0.05 and nothing", *f.Value, f.Samples)
	}
	// Two differences, 0.03 and 0.05: half-width t(1)·s/√2 = 12.706·0.01.
	if f.Low == nil || math.Abs(*f.High-0.04-0.12706) > 1e-4 {
		t.Errorf("the interval is %v..%v", f.Low, f.High)
	}
	if got := f.Selector.Tags[metric.Versus]; got != "mono" {
		t.Errorf("the difference says versus %q", got)
	}
	a := selector(t, "latency{journey:browse, topology:mono}", "avg")
	b := selector(t, "latency{journey:browse, topology:micro}", "avg")
	if _, err := s.Difference(a, b); err == nil || !strings.Contains(err.Error(), "no replication values") {
		t.Errorf("a difference without replication values: %v", err)
	}
	b.Tags[metric.Topology] = "other"
	if _, err := s.Difference(a, b); err == nil || !strings.Contains(err.Error(), "topology:other") {
		t.Errorf("a difference to nothing: %v", err)
	}
}

func TestARunWithoutFaultsIsItsOwnBaseline(t *testing.T) {
	doc := testDocument()
	for i := range doc.Topologies {
		doc.Topologies[i].Faults, doc.Topologies[i].Baseline = nil, nil
	}
	doc.Samples = doc.Samples[:3]
	s := newStore(t, doc)
	f, ok := s.Figure(selector(t, "latency{journey:browse, topology:mono, run:baseline}", "p(99)"))
	if !ok || *f.Value != 0.08 || f.Samples == nil {
		t.Errorf("got %+v, %v", f, ok)
	}
	if f, ok := s.Figure(selector(t, "availability{topology:mono, run:baseline}", "")); !ok || *f.Value != 0.98 {
		t.Errorf("all journeys: %+v, %v", f, ok)
	}
}

func TestWithOneFaultItsTwinIsTheBaseline(t *testing.T) {
	doc := testDocument()
	doc.Topologies[0].Baseline = nil
	s := newStore(t, doc)
	if f, ok := s.Figure(selector(t, "latency{journey:browse, topology:mono, run:baseline}", "p(50)")); !ok || *f.Value != 0.02 {
		t.Errorf("got %+v, %v", f, ok)
	}
	doc = testDocument()
	doc.Topologies[0].Baseline = nil
	second := testFault(true)
	second.Name = "second"
	doc.Topologies[0].Faults = append(doc.Topologies[0].Faults, second)
	if f, ok := newStore(t, doc).Figure(selector(t, "latency{journey:browse, topology:mono, run:baseline}", "p(50)")); ok {
		t.Errorf("with two faults neither twin is without any: %+v", f)
	}
}

func TestSeriesFaultsNodesAndEdges(t *testing.T) {
	s := newStore(t, testDocument())
	tags := metric.Tags{metric.Topology: "mono"}
	for _, sel := range []metric.Selector{
		{Metric: "goodput", Tags: tags.With(metric.Journey, "browse")},
		{Metric: "goodput", Tags: tags.With(metric.Journey, "browse").With(metric.Run, metric.Baseline)},
		{Metric: "goodput", Tags: tags.With(metric.Journey, "browse").With(metric.Run, metric.Baseline).With(metric.Fault, "poison")},
		{Metric: "utilization", Tags: tags.With(metric.Service, "shop")},
		{Metric: "queueLength", Tags: tags.With(metric.Database, "db")},
		{Metric: "errorRate", Tags: tags.With(metric.Component, "cart")},
	} {
		if line, ok := s.Series(sel); !ok || line.Window != 1 || *line.Band.Value[0] != 1 {
			t.Errorf("series %s: %+v, %v", sel, line, ok)
		}
	}
	if _, ok := s.Series(metric.Selector{Metric: "errorRate", Tags: tags.With(metric.Journey, "browse")}); ok {
		t.Error("a series that the document lacks is found")
	}
	if f, ok := s.Fault("mono", "poison"); !ok || f.Lost.During != 400 {
		t.Errorf("fault: %+v, %v", f, ok)
	}
	if n, ok := s.Node("mono", "shop"); !ok || n.Kind != "service" {
		t.Errorf("node: %+v, %v", n, ok)
	}
	if e, ok := s.Edge("mono", "shop", "db"); !ok || e.Retries != 50 {
		t.Errorf("edge: %+v, %v", e, ok)
	}
	// A prefix of a name is no name.
	if _, ok := s.Fault("mono", "pois"); ok {
		t.Error("a fault is found by its prefix")
	}
	if _, ok := s.Node("mon", "oshop"); ok {
		t.Error("a node is found across the boundary of names")
	}
}

func verdict(topology, word string) Verdict {
	return Verdict{Metric: "availability", Expression: ">= 99%", Topology: topology, Observed: est(0.9), Verdict: word}
}

func TestVerdictsAreANewSnapshot(t *testing.T) {
	before := newStore(t, testDocument())
	want := writeJSON(t, before)
	after, err := before.WithVerdicts([]Verdict{verdict("mono", "pass"), verdict("micro", "fail"), verdict("mono", "inconclusive")},
		"fail", "one replication")
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Verdicts("mono"); len(got) != 2 || got[0].Verdict != "pass" || got[1].Verdict != "inconclusive" {
		t.Errorf("verdicts on mono: %+v", got)
	}
	doc := after.Document()
	if doc.Verdict != "fail" || len(doc.Thresholds) != 3 || doc.Warnings[len(doc.Warnings)-1] != "one replication" {
		t.Errorf("the document says %s, %d thresholds, %q", doc.Verdict, len(doc.Thresholds), doc.Warnings)
	}
	if got := writeJSON(t, before); got != want || len(before.Verdicts("mono")) != 0 {
		t.Error("the store that was judged has changed")
	}
	again, err := after.WithVerdicts([]Verdict{verdict("micro", "pass")}, "pass")
	if err != nil || len(again.Verdicts("mono")) != 0 || len(again.Verdicts("micro")) != 1 || len(after.Verdicts("mono")) != 2 {
		t.Errorf("verdicts replaced: %v, %v", again.Verdicts("mono"), err)
	}
	if _, ok := again.Figure(selector(t, "availability{topology:mono}", "")); !ok {
		t.Error("a figure is lost in the snapshot")
	}
	if _, err := before.WithVerdicts([]Verdict{verdict("mono", "maybe")}, "pass"); err == nil {
		t.Error("a verdict that is none of the three is accepted")
	}
	if _, err := before.WithVerdicts(nil, "perhaps"); err == nil {
		t.Error("an overall verdict that is none of the three is accepted")
	}
}

func TestReadersMayShareAStore(t *testing.T) {
	s := newStore(t, testDocument())
	sel := selector(t, "latency{journey:browse, topology:mono}", "p(99)")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				if _, ok := s.Figure(sel); !ok {
					t.Error("not found")
				}
				if _, err := s.WithVerdicts([]Verdict{verdict("mono", "pass")}, "pass"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// Whatever the tables say, the document is what was handed in.
func TestTheDocumentIsKeptWhole(t *testing.T) {
	want := testDocument()
	complete(want)
	if diff := cmp.Diff(want, newStore(t, testDocument()).Document()); diff != "" {
		t.Error(diff)
	}
}

func TestSamplesOfUnknownNamesAreRefused(t *testing.T) {
	for want, edit := range map[string]func(*Sample){
		"unknown metric":              func(s *Sample) { s.Metric = "latencee.p99" },
		"has no aggregator":           func(s *Sample) { s.Metric = "queueWait.p98" },
		"not supported yet":           func(s *Sample) { s.Metric = "lag" },
		"no tag":                      func(s *Sample) { s.Tags = map[string]string{"colour": "red"} },
		"2 values for 3 replications": func(s *Sample) { s.Values = s.Values[:2] },
		"there twice":                 func(s *Sample) { *s = testDocument().Samples[0] },
	} {
		doc := testDocument()
		edit(&doc.Samples[1])
		if _, err := New(doc); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "samples[1]") {
			t.Errorf("got %v, want an error about samples[1] with %q", err, want)
		}
	}
}

// A subject with many figures has an index while they are collected.
func TestFiguresOfManyPercentilesAreFound(t *testing.T) {
	doc := testDocument()
	tags := metric.Tags{metric.Topology: "mono"}
	want := make(map[metric.Aggregator]float64)
	doc.Samples = nil
	for i := range 300 {
		by, v := metric.Quantile(10+float64(i)/8), float64(i)
		want[by] = v
		doc.Samples = append(doc.Samples, testSample(metric.Selector{Metric: "latency", Aggregator: by}.Key(), tags, &v, &v, &v))
	}
	s := newStore(t, doc)
	for by, v := range want {
		if f, ok := s.Figure(metric.Selector{Metric: "latency", Aggregator: by, Tags: tags}); !ok || *f.Value != v || f.Selector.Aggregator != by {
			t.Errorf("%s is %+v, %v, want %v", by, f, ok, v)
		}
	}
	doc.Samples = append(doc.Samples, doc.Samples[200])
	if _, err := New(doc); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("a figure that is there twice: %v", err)
	}
}
