// Package estimate turns measured runs into figures: means over replications
// with 95% intervals, quantiles of merged histograms, series with bands, the
// damage of each fault, and paired comparisons between topologies.
//
// It takes replications in order and forgets each at once, but for the histograms of
// the first, which nobody may change, until there is a second: what stays is one
// number a figure and replication, one histogram a distribution, and a running
// mean and variance a window. Every figure of result.json and every sample comes
// from one place, an [emitter], so that the two cannot disagree.
//
// To add a figure: 1. a row in metric.Table; 2. its column in the accumulator of
// its owner (journey.go, station.go, edge.go, fault.go), filled in add; 3. its
// line in the owner's document method.
package estimate

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// Fault is one fault as the result names it.
type Fault struct {
	Name       string
	Kind       string // "crash"
	Target     string // "component recommendations"
	Applicable bool   // false: this topology has no such target
	Window     blast.Window
	// Seeds are the target in the graph of calls; nil: it has no place there.
	Seeds *blast.Seeds
}

// Config is what a result says of a topology and the model does not.
type Config struct {
	Digest   string
	Warnings []string
	// Weights of the journeys in the load, by model.JourneyID; nil: the model's.
	Weights []float64
	// Percentiles of latency, 0 to 100, beside those that every result has.
	Percentiles []float64
	// Single promises that there will be one replication and no more: no histogram of
	// stations and edges is kept to be merged with the next, and nothing of them beyond
	// Finish.
	Single bool
}

// Replication is one replication of one topology.
type Replication struct {
	Run *measure.Run // F: as the scenario is written
	// None is the run without any fault: nil if the scenario has none. Where no
	// fault is applicable it may be nil too, and is Run.
	None *measure.Run
	// Twins are the runs without one fault each, by fault, and Blast what they
	// were compared to; nil where the fault is not applicable. With one fault its
	// twin is None.
	Twins []*measure.Run
	Blast []*blast.Pairing
}

// Early says why one of the runs ended early, "" if none did.
func (r *Replication) Early() string {
	for _, run := range append([]*measure.Run{r.Run, r.None}, r.Twins...) {
		if run != nil && run.Partial != "" {
			return run.Partial
		}
	}
	return ""
}

// Topology accumulates the replications of one topology. Not for concurrent use.
type Topology struct {
	sys    *model.System
	config Config
	n      int // replications
	shape  shape

	run   population
	parts machinery
	cost  cost
	none  *population // nil without faults
	calm  machinery   // of the runs without any fault
	fault []damage

	partial  []string // why runs ended early
	early    string   // the last reason
	overload overload

	done    bool
	doc     result.Topology
	figures []figure        // but for those of machinery that nobody watches
	samples []result.Sample // of all figures, or as many as a result holds
	watched string          // the metric of which the figures of machinery are kept too
}

// shape is what all runs of a topology have in common.
type shape struct {
	warmup, duration, window time.Duration
}

// New returns an empty accumulator for a topology under flows, by name and in
// the load's order, and faults in the scenario's.
func New(sys *model.System, flows []string, faults []Fault, config Config) *Topology {
	t := &Topology{sys: sys, config: config, run: newPopulation(sys, config.Percentiles)}
	t.parts = newMachinery(sys, flows, &config)
	if len(faults) > 0 {
		none := newPopulation(sys, config.Percentiles)
		t.none = &none
		t.calm = newMachinery(sys, flows, &config)
	}
	for _, f := range faults {
		t.fault = append(t.fault, newDamage(sys, f, t.none, len(faults), config))
	}
	return t
}

// Add takes the next replication. An error means that the runs do not fit the
// topology or each other, a bug of the caller; nothing of the replication is
// kept then. Runs that broke an invariant are the caller's to refuse.
func (t *Topology) Add(r Replication) error {
	if t.none != nil && r.None == nil && !t.anyApplicable() {
		r.None = r.Run
	}
	if err := t.check(r); err != nil {
		return fmt.Errorf("replication %d of %s: %w", t.n+1, t.sys.Name, err)
	}
	t.shape = shape{r.Run.Warmup, r.Run.Duration, r.Run.Window}
	t.n++
	t.done = false
	t.run.add(r.Run)
	t.parts.add(t.sys, r.Run)
	t.cost.add(r.Run, t.sys)
	if t.none != nil {
		t.none.add(r.None)
		t.calm.add(t.sys, r.None)
	}
	for i := range t.fault {
		if t.fault[i].Applicable {
			t.fault[i].add(t.sys, r.Run, r.Twins[i], r.Blast[i], i)
		}
	}
	t.remark(r)
	return nil
}

// remark notes what a reader must be warned of.
func (t *Topology) remark(r Replication) {
	if why := r.Early(); why != "" {
		t.partial = append(t.partial, fmt.Sprintf("replication %d ended early: %s", t.n, why))
		t.early = why
	}
	calm := r.Run
	if t.none != nil {
		calm = r.None
	}
	t.overload.add(calm)
}

func (t *Topology) anyApplicable() bool {
	for i := range t.fault {
		if t.fault[i].Applicable {
			return true
		}
	}
	return false
}

// check compares the runs with the topology and with each other.
func (t *Topology) check(r Replication) error {
	switch {
	case r.Run == nil:
		return fmt.Errorf("no run")
	case t.config.Single && t.n > 0:
		return fmt.Errorf("a second replication, where a single one was promised")
	case len(r.Run.Flows) != len(t.parts.flows):
		return fmt.Errorf("%d flows, want %d", len(r.Run.Flows), len(t.parts.flows))
	case (r.None != nil) != (t.none != nil):
		return fmt.Errorf("a run without faults belongs to a scenario with faults, and to no other")
	case len(r.Twins) != len(t.fault) || len(r.Blast) != len(t.fault):
		return fmt.Errorf("%d twins and %d comparisons for %d faults", len(r.Twins), len(r.Blast), len(t.fault))
	}
	for i := range t.fault {
		f := &t.fault[i]
		if (r.Twins[i] != nil) != f.Applicable || (r.Blast[i] != nil) != f.Applicable {
			return fmt.Errorf("fault %s: applicable is %v, but it has a twin: %v, a comparison: %v",
				f.Name, f.Applicable, r.Twins[i] != nil, r.Blast[i] != nil)
		}
		if f.Applicable && f.shared && r.Twins[i] != r.None {
			return fmt.Errorf("fault %s is the only one, and its twin is not the run without any", f.Name)
		}
		if f.Applicable && r.Blast[i].Reason == "" && len(r.Blast[i].Journeys) != len(t.sys.Journeys) {
			return fmt.Errorf("fault %s: %d journeys compared, want %d", f.Name, len(r.Blast[i].Journeys), len(t.sys.Journeys))
		}
	}
	for _, run := range append([]*measure.Run{r.Run, r.None}, r.Twins...) {
		if run == nil {
			continue
		}
		if err := t.checkRun(run); err != nil {
			return err
		}
	}
	return nil
}

func (t *Topology) checkRun(r *measure.Run) error {
	have := [...]int{len(r.Journeys), len(r.Stations), len(r.Edges), len(r.Components)}
	want := [...]int{len(t.sys.Journeys), len(t.sys.Stations), len(t.sys.Edges), len(t.sys.Components)}
	switch s := (shape{r.Warmup, r.Duration, r.Window}); {
	case have != want:
		return fmt.Errorf("%v journeys, stations, edges and components, want %v", have, want)
	case r.Warmup >= r.Duration || r.Window <= 0:
		return fmt.Errorf("warm-up %v, duration %v, window %v", r.Warmup, r.Duration, r.Window)
	case t.n > 0 && s != t.shape:
		return fmt.Errorf("warm-up, duration and window are %v, were %v", s, t.shape)
	}
	return nil
}

// Finish computes all figures of the replications added so far. Without another
// Add a second call returns the same.
func (t *Topology) Finish() (result.Topology, []result.Sample) {
	if !t.done {
		t.finish()
		t.done = true
	}
	return t.doc, t.samples
}

// about is a guess of how many figures there will be, of which those of stations and
// edges are the most: a list that grows is copied many times.
func (t *Topology) about() int {
	const station, edge, journey = 21, 12, 14
	n := station*len(t.sys.Stations) + edge*len(t.sys.Edges) + journey*(1+len(t.sys.Journeys))
	if t.none != nil {
		return 2 * n
	}
	return n
}

func (t *Topology) finish() {
	e := &emitter{replications: t.n, watched: t.watched, samples: make([]result.Sample, 0, min(t.about(), maxSamples/max(1, t.n)))}
	all := e.scope(t.sys.Name)
	d := &t.doc
	*d = result.Topology{
		Name: t.sys.Name, Digest: t.config.Digest, Graph: graph(t.sys),
		Topics: []struct{}{}, Histograms: map[string]result.Histogram{},
	}
	d.Parts = parts(t.sys, d.Graph.Edges, t.config.Weights)
	d.Journeys = t.run.journeys(t.sys, all)
	m := t.parts.document(t.sys, all)
	t.forget(&t.parts)
	d.Flows, d.Services, d.Databases, d.Edges = m.Flows, m.Services, m.Databases, m.Edges
	d.Cost = t.cost.document(t.sys, all)
	d.Overload = t.overload.document(t.sys)
	d.Series = t.run.series.document(t.sys, &e.students)
	if t.config.Single {
		t.run.series = series{}
	}
	t.run.histograms(t.sys, metric.Tags{}, d.Histograms)
	if t.none != nil {
		d.Baseline = t.none.baseline(t.sys, all.baseline())
		d.Baseline.Machinery = t.calm.document(t.sys, all.baseline())
		t.forget(&t.calm)
		t.none.histograms(t.sys, metric.Tags{}.With(metric.Run, metric.Baseline), d.Histograms)
	}
	d.Faults = make([]result.Fault, len(t.fault))
	var twin *result.Baseline // of a single fault: the runs without any, in short
	if d.Baseline != nil {
		twin = &result.Baseline{Journeys: d.Baseline.Journeys, Series: d.Baseline.Series}
	}
	for i := range t.fault {
		d.Faults[i] = t.fault[i].document(t.sys, all, twin)
	}
	d.Warnings, d.EndedEarly = t.warnings(), t.early
	t.figures, t.samples = e.figures, e.samples
	if e.crowded {
		d.Warnings = append(d.Warnings, "too many replication values: of services, databases and edges the result keeps those of utilization and errorRate")
	}
}

// forget lets go of what has become figures, if nothing more will be added.
func (t *Topology) forget(m *machinery) {
	if t.config.Single {
		*m = machinery{}
	}
}

// Widest is the widest half-width, relative to its value, of the figures that a
// selector finds: without the tag fault those of every fault. It is +Inf where one
// of them is undefined or has no interval; found is false if there is none.
func (t *Topology) Widest(sel metric.Selector) (relative float64, found bool) {
	if t.watched != sel.Metric {
		t.watched, t.done = sel.Metric, false
	}
	t.Finish()
	if sel.Tags[metric.Topology] != "" && sel.Tags[metric.Topology] != t.sys.Name {
		return 0, false
	}
	m, err := metric.Lookup(sel.Metric)
	if err != nil {
		return 0, false
	}
	if sel.Aggregator == "" {
		sel.Aggregator = m.Default()
	} else if percent, ok := sel.Aggregator.Percent(); ok {
		sel.Aggregator = metric.Quantile(percent) // med is p(50)
	}
	sel.Tags[metric.Topology] = t.sys.Name
	for i := range t.figures {
		f := t.figures[i].selector()
		if sel.PerFault() && sel.Tags[metric.Fault] == "" {
			f.Tags[metric.Fault] = ""
		}
		if f == sel {
			found = true
			relative = max(relative, halfWidth(&t.figures[i].estimate))
		}
	}
	return relative, found
}

// halfWidth is the larger half of an interval, relative to its value.
func halfWidth(e *result.Estimate) float64 {
	if e.Value == nil || e.Low == nil {
		return math.Inf(1)
	}
	half := max(*e.High-*e.Value, *e.Value-*e.Low)
	if half == 0 {
		return 0
	}
	return half / math.Abs(*e.Value)
}
