package scenarios

import (
	"strings"
	"testing"

	"faultline/sim/metric"
)

func TestPrecisionReachesTheSimulation(t *testing.T) {
	const text = "topologies: one.yaml\nload: { all: { rate: 5/s } }\nrun: { RUN }"
	for run, most := range map[string]int{
		`precision: { metric: "latency.p99{journey:look}", halfWidth: 2% }`:                      1000,
		`precision: { metric: "latency.p99{journey:look}", halfWidth: 2% }, maxReplications: 70`: 70,
		`precision: { metric: "latency.p99{journey:look}", halfWidth: 2%, maxReplications: 80 }`: 80,
	} {
		p := mustLoad(t, strings.ReplaceAll(text, "RUN", run)).Options().Precision
		if p == nil || p.HalfWidth != 0.02 || p.MaxReplications != most || p.Metric.Metric != "latency" ||
			p.Metric.Aggregator != "p(99)" || p.Metric.Tags[metric.Journey] != "look" {
			t.Errorf("%s: %+v", run, p)
		}
	}
	if p := mustLoad(t, strings.ReplaceAll(text, "RUN", "seed: 1")).Options().Precision; p != nil {
		t.Errorf("a precision that nobody asked for: %+v", p)
	}
}

func TestAFigureMayNameItsAggregator(t *testing.T) {
	for text, want := range map[string]metric.Aggregator{"latency": "", "availability{journey:look}": "", "latency.p99": "p(99)",
		"latency.avg{journey:look}": "avg", "queueWait.share{service:shop}": "share"} {
		if s, err := parseFigure(text); err != nil || s.Aggregator != want {
			t.Errorf("%s: %q, %v", text, s.Aggregator, err)
		}
	}
	for _, text := range []string{"", ".p99", "latency.", "latency.p(99)", "latency.fast", "availability.p99", "latency{journey:look}.p99", "latency{"} {
		if s, err := parseFigure(text); err == nil {
			t.Errorf("%q is %+v", text, s)
		}
	}
}

func TestAutoWarmupIsLeftToTheRun(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
run: { duration: 5m, warmup: auto }
load: { all: { rate: 5/s } }
faults: { f: { at: 5s, crash: { service: shop } } }`)
	if p := s.Plans()[0]; !p.AutoWarmup || p.Warmup != 0 {
		t.Errorf("%+v", p)
	}
	for r := range s.Resolved().All() {
		if r.Path == "run.warmup" && r.Value != "auto" {
			t.Errorf("%+v", r)
		}
	}
}

func TestPercentilesOfThresholdsAreMeasured(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
load: { all: { rate: 5/s } }
thresholds: { "latency{journey:look}": [ "p(98) < 1s", "avg < 1s" ] }`)
	if got := s.Options().Percentiles; len(got) != 1 || got[0] != 98 {
		t.Errorf("percentiles %v", got)
	}
}
