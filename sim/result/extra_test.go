package result

import (
	"strings"
	"testing"

	"faultline/sim/metric"
)

// enrich adds to the first topology what results may lack; the second lacks it.
func enrich(doc *Document) *Document {
	t := &doc.Topologies[0]
	doc.Scenario.AutoWarmup = true
	doc.Precision = &Precision{Metric: "latency.p99{journey:browse}", HalfWidth: 0.02, MaxReplications: 100, Reached: ptr(0.05)}
	t.Cost = &Cost{PerHour: est(3), PerMillion: est(8), Assumed: true, Parts: CostParts{2, 0.5, 0.25, 0.25}}
	t.Overload = &Overload{Replications: 2, Where: "db", GrowthRate: 1.5}
	l := &t.Journeys[0].Latency
	l.Min, l.More = ptr(est(0.001)), []Percentile{{97.5, est(0.07)}}
	more := StationMore{Availability: ptr(est(0.99)), DegradedRate: ptr(est(0.1)), Amplification: ptr(est(1.2)), Memory: ptr(est(1 << 20))}
	t.Services[0].StationMore, t.Databases[0].StationMore, t.Databases[0].Replicas = more, more, ptr(est(1))
	t.Edges[0].Availability, t.Edges[0].DegradedRate = ptr(est(0.9)), ptr(est(0.05))
	t.Series.Causes = map[string][]float64{"timeout": {0, 1.5}, "error": {2, 0}}
	f := &t.Faults[0]
	during := testLatency(0.5)
	f.Note, f.Latency = "counted", &during
	f.Journeys[0].Broken, f.Journeys[0].Latency = ptr(est(0.5)), &during
	f.Teams = []FaultTeam{{"buying", est(0.3), est(0.1)}}
	f.Components = []FaultComponent{{Name: "cart", Target: true, Hurt: ptr(1.0)}, {Name: "ads", Reachable: true}}
	f.JourneyBlastRadius, f.ComponentBlastRadius, f.UserBlastRadius, f.BudgetBurn = est(0.5), est(0.25), est(0.1), est(2)
	f.UserMinutesLost, f.ResilienceLoss = est(120), est(400)
	f.Surprise = []string{"ads"}
	return doc
}

func TestWhatIsExtraIsFoundByItsSelector(t *testing.T) {
	s := newStore(t, testDocument())
	for _, c := range []struct {
		text string
		by   metric.Aggregator
		want float64
	}{
		{"costPerHour", "", 3}, {"costPerMillion", "", 8},
		{"latency{journey:browse}", "min", 0.001}, {"latency{journey:browse}", "p(97.5)", 0.07},
		{"memory{service:shop}", "", 1 << 20}, {"memory{database:db}", "", 1 << 20}, {"replicas{database:db}", "", 1},
		{"availability{service:shop}", "", 0.99}, {"degradedRate{database:db}", "", 0.1}, {"amplification{service:shop}", "", 1.2},
		{`availability{edge:"shop -> db"}`, "", 0.9}, {`degradedRate{edge:"shop -> db"}`, "", 0.05},
		{"blastRadius{fault:poison, team:buying}", "", 0.3}, {"blastRadius{fault:poison, team:buying, phase:after}", "", 0.1},
		{"latency{fault:poison, phase:during, journey:browse}", "p(50)", 0.5}, {"latency{fault:poison, phase:during}", "avg", 0.5},
		{"journeyBlastRadius{fault:poison}", "", 0.5}, {"userMinutesLost{fault:poison}", metric.Total, 120},
		{"resilienceLoss{fault:poison}", "", 400}, {"budgetBurn{fault:poison}", "", 2},
	} {
		sel := selector(t, c.text, c.by)
		sel.Tags[metric.Topology] = "mono"
		if f, ok := s.Figure(sel); !ok || f.Value == nil || *f.Value != c.want {
			t.Errorf("%s %s: %+v, %v; want %v", c.text, c.by, f.Estimate, ok, c.want)
		}
		sel.Tags[metric.Topology] = "micro"
		if f, ok := s.Figure(sel); ok && f.Value != nil {
			t.Errorf("%s of a topology that lacks it: %v", c.text, *f.Value)
		}
	}
}

func TestWhatIsExtraIsCheckedToo(t *testing.T) {
	for want, breaks := range map[string]func(*Topology){
		"topologies[0].cost.perHour: the value is null":                      func(t *Topology) { t.Cost.PerHour = Estimate{} },
		"topologies[0].cost.parts.memory: NaN":                               func(t *Topology) { t.Cost.Parts.Memory = nan() },
		"topologies[0].overload: 4 of 3 replications":                        func(t *Topology) { t.Overload.Replications = 4 },
		"topologies[0].journeys[0].latency.more[0]: the value is null":       func(t *Topology) { t.Journeys[0].Latency.More[0].Estimate = Estimate{} },
		"topologies[0].journeys[0].latency.min: the interval":                func(t *Topology) { *t.Journeys[0].Latency.Min.Low = 1 },
		"topologies[0].services[0].memory.value: NaN":                        func(t *Topology) { *t.Services[0].Memory.Value = nan() },
		"topologies[0].series.causes.error: 1 windows, others have 2":        func(t *Topology) { t.Series.Causes["error"] = []float64{1} },
		"topologies[0].series.causes.timeout[1]: -1 is no rate":              func(t *Topology) { t.Series.Causes["timeout"][1] = -1 },
		"topologies[0].series.causes: a cause that is none of timeout":       func(t *Topology) { t.Series.Causes["gremlins"] = []float64{1, 1} },
		"topologies[0].faults[0].components[0].hurt: 2 is no share":          func(t *Topology) { *t.Faults[0].Components[0].Hurt = 2 },
		"topologies[0].faults[0].journeys[0].broken: the value is null":      func(t *Topology) { *t.Faults[0].Journeys[0].Broken = Estimate{} },
		"topologies[0].faults[0].teams[0].blastRadiusAfter: the value":       func(t *Topology) { t.Faults[0].Teams[0].BlastRadiusAfter = Estimate{} },
		"topologies[0].faults[0].journeys[0].latency.p99: the value is null": func(t *Topology) { t.Faults[0].Journeys[0].Latency.P99 = Estimate{} },
	} {
		doc := testDocument()
		breaks(&doc.Topologies[0])
		if err := Validate(doc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	doc := testDocument()
	doc.Precision.HalfWidth = nan()
	if err := Validate(doc); err == nil || !strings.Contains(err.Error(), "precision") {
		t.Errorf("a precision of NaN: %v", err)
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestIntervalsOfSamplesStayWithinTheMetric(t *testing.T) {
	doc := testDocument()
	tags := metric.Tags{metric.Topology: "mono", metric.Fault: "poison"}
	after := tags.With(metric.Phase, metric.After)
	doc.Samples = append(doc.Samples,
		testSample("availability", after, ptr(0.5), ptr(1.0), ptr(1.0)),
		testSample("offered", after, ptr(0.0), ptr(0.0), ptr(1.0)),
		testSample("blastRadius", tags.With(metric.Journey, "check out"), ptr(0.1), ptr(-0.9), ptr(0.9)))
	s := newStore(t, doc)
	for text, want := range map[string][2]float64{
		"availability{fault:poison, phase:after, topology:mono}":        {0.1, 1},
		"offered{fault:poison, phase:after, topology:mono}":             {0, 1.8},
		`blastRadius{journey:"check out", fault:poison, topology:mono}`: {-2.3, 1},
	} {
		f, ok := s.Figure(selector(t, text, ""))
		if !ok || *f.Low < want[0]-0.1 || *f.Low > want[0]+0.1 || *f.High < want[1]-0.1 || *f.High > want[1]+0.1 {
			t.Errorf("%s: %v [%v, %v], %v; want about %v", text, *f.Value, *f.Low, *f.High, ok, want)
		}
	}
}
