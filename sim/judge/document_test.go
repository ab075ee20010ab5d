package judge

import (
	"math"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// world builds documents of topologies "mono" and "micro" from replication
// values; NaN is undefined. Estimates are made of the values as sim/estimate
// makes them.
type world struct {
	t   *testing.T
	n   int
	doc *result.Document
}

var nan = math.NaN()

func newWorld(t *testing.T, replications int) *world {
	w := &world{t: t, n: replications, doc: &result.Document{Schema: result.Schema, Replications: replications,
		Fingerprint: "0", Verdict: "pass", Warnings: []string{"given"}}}
	for _, name := range []string{"mono", "micro"} {
		w.doc.Topologies = append(w.doc.Topologies, w.topology(name))
	}
	return w
}

func unmeasured() result.Estimate { return result.Estimate{Reason: "not measured"} }

func noLatency() result.Latency {
	e := unmeasured()
	return result.Latency{Avg: e, P50: e, P90: e, P95: e, P99: e, P999: e, Max: e}
}

func (w *world) topology(name string) result.Topology {
	e := unmeasured()
	journey := result.Journey{Name: "checkout", Offered: e, Throughput: e, Goodput: e, Availability: e, DegradedRate: e, ErrorRate: e,
		Latency: noLatency()}
	wait := result.QueueWait{Avg: e, P99: e, Share: e}
	service := result.Service{Name: "shop", Replicas: e, Utilization: e, Concurrency: e, QueueLength: e, QueueWait: wait,
		Latency: noLatency(), ErrorRate: e, WastedWork: e}
	return result.Topology{Name: name, Journeys: []result.Journey{journey}, Services: []result.Service{service},
		Series: result.Series{Window: 1}, Baseline: &result.Baseline{Series: result.Series{Window: 1}}}
}

func (w *world) top(name string) *result.Topology {
	for i := range w.doc.Topologies {
		if w.doc.Topologies[i].Name == name {
			return &w.doc.Topologies[i]
		}
	}
	w.t.Fatalf("no topology %s", name)
	return nil
}

// fault adds a fault with one state a replication; no states: not applicable.
func (w *world) fault(topology, name string, states ...string) *result.Fault {
	e := unmeasured()
	end := 120.0
	f := result.Fault{Name: name, Applicable: len(states) > 0, Window: result.FaultWindow{Start: 60, End: &end},
		BlastRadius: e, BlastRadiusAfter: e, Severity: result.Severity{Failed: e, TooSlow: e, Degraded: e},
		JourneyBlastRadius: e, ComponentBlastRadius: e, TeamBlastRadius: e, UserBlastRadius: e, UserMinutesLost: e,
		Concentration: e, Containment: e, TimeToImpact: e, TimeToRecover: e, TimeToRestore: e, RecoveredShare: e,
		ResilienceLoss: e, BudgetBurn: e, States: map[string]int{}}
	for _, s := range states {
		f.States[s]++
		if f.State == nil || f.States[s] >= f.States[*f.State] {
			f.State = &s
		}
	}
	top := w.top(topology)
	top.Faults = append(top.Faults, f)
	return &top.Faults[len(top.Faults)-1]
}

// sample adds the replication values of a figure: "latency.p99", and its tags.
func (w *world) sample(key string, tags metric.Tags, values ...float64) []*float64 {
	s := result.Sample{Metric: key, Tags: tags.Map()}
	for _, v := range values {
		if math.IsNaN(v) {
			s.Values = append(s.Values, nil)
			continue
		}
		s.Values = append(s.Values, &v)
	}
	w.doc.Samples = append(w.doc.Samples, s)
	return s.Values
}

// set adds values and puts their mean and interval into the document.
func (w *world) set(e *result.Estimate, key string, tags metric.Tags, values ...float64) {
	var defined []float64
	for _, v := range w.sample(key, tags, values...) {
		if v != nil {
			defined = append(defined, *v)
		}
	}
	if len(defined) == 0 {
		return
	}
	mean, low, high, ok := stats.Interval(defined)
	*e = result.Estimate{Value: &mean}
	if ok {
		e.Low, e.High = &low, &high
	}
}

func at(topology string) metric.Tags { return metric.Tags{metric.Topology: topology} }

func checkout(topology string) metric.Tags { return at(topology).With(metric.Journey, "checkout") }

// availability sets the availability of checkout in one topology.
func (w *world) availability(topology string, values ...float64) {
	w.set(&w.top(topology).Journeys[0].Availability, "availability", checkout(topology), values...)
}

// journey sets load, goodput and 99th percentile of checkout in one topology.
func (w *world) journey(topology string, offered, goodput, p99 []float64) {
	j := &w.top(topology).Journeys[0]
	w.set(&j.Offered, "offered", checkout(topology), offered...)
	w.set(&j.Goodput, "goodput", checkout(topology), goodput...)
	w.set(&j.Latency.P99, "latency.p99", checkout(topology), p99...)
}

func (w *world) store() *result.Store {
	w.t.Helper()
	s, err := result.New(w.doc)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// judge judges one threshold after another, given as selector and expression.
func (w *world) judge(texts ...string) *result.Document {
	w.t.Helper()
	doc, err := w.try(texts...)
	if err != nil {
		w.t.Fatal(err)
	}
	return doc
}

func (w *world) try(texts ...string) (*result.Document, error) {
	w.t.Helper()
	var all []Threshold
	for i := 0; i+1 < len(texts); i += 2 {
		t, err := Parse(texts[i], texts[i+1])
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, t)
	}
	s, err := Judge(w.store(), all)
	if err != nil {
		return nil, err
	}
	return s.Document(), nil
}
