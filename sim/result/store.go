// Package result is the outcome of a run: the [Document] that result.json
// spells, and the [Store] in which thresholds, comparisons and reports look
// figures up by one [metric.Selector].
//
// The store holds the document in tables (figure and series with a row for each
// thing that has some, fault, verdict, node, edge), written in one transaction and
// never changed; verdicts are a new snapshot. What services, databases and edges
// have is written when it is first asked for ([late]). result.json holds all that
// the store does, so that a report can be rebuilt from it alone.
//
// To add a figure: 1. a field of the document; 2. a line in walk.go, by which
// it is found, checked and written.
package result

import (
	"fmt"
	"slices"

	"github.com/hashicorp/go-memdb"

	"faultline/sim/metric"
	"faultline/sim/stats"
)

// Store answers questions about one document. It is read-only and safe for
// concurrent use.
type Store struct {
	doc  *Document
	db   *memdb.MemDB // figures of users and faults, faults, verdicts
	late *late        // the rest
}

// Figure is one estimate with the values that it was made of.
type Figure struct {
	Estimate
	Selector metric.Selector // aggregator and topology filled in
	Unit     metric.Unit
	// Samples are the values of the replications in order; a nil one is
	// undefined in that replication. Nil: the result holds none.
	Samples []*float64
}

// Timeline is one series with the length of its windows in seconds; the first
// window starts at time zero.
type Timeline struct {
	Selector metric.Selector
	Window   float64
	Band     Band
}

// New builds the store of a document, which must hold what [Validate] asks
// for. It takes the document over: nil lists and maps become empty ones, and
// nobody may change it afterwards. Samples of services, databases and edges that no
// selector finds, or that are there twice, are refused by [ReadJSON] alone.
func New(doc *Document) (*Store, error) {
	complete(doc)
	if err := Validate(doc); err != nil {
		return nil, err
	}
	db, err := filled(func(w *writer) {
		w.figures(doc, false)
		for i := range doc.Topologies {
			w.faults(&doc.Topologies[i])
		}
		w.verdicts(doc.Thresholds)
	})
	if err != nil {
		return nil, err
	}
	return &Store{doc, db, &late{doc: doc}}, nil
}

// Document is the whole result. It must not be changed.
func (s *Store) Document() *Document { return s.doc }

// Figure looks one figure up. The tag topology may be left out where there is
// only one, the aggregator where it is the metric's default. With the tag
// versus it is the paired difference, as of [Store.Difference].
func (s *Store) Figure(sel metric.Selector) (Figure, bool) {
	if other := sel.Tags[metric.Versus]; other != "" {
		sel.Tags[metric.Versus] = ""
		f, err := s.Difference(sel, metric.Selector{Metric: sel.Metric, Aggregator: sel.Aggregator,
			Tags: sel.Tags.With(metric.Topology, other)})
		return f, err == nil
	}
	if sel.Tags[metric.Topology] == "" && len(s.doc.Topologies) == 1 {
		sel.Tags[metric.Topology] = s.doc.Topologies[0].Name
	}
	f, ok := s.figure(sel)
	if !ok && s.ownBaseline(sel) {
		sel.Tags[metric.Run] = ""
		f, ok = s.figure(sel)
		f.Selector.Tags[metric.Run] = metric.Baseline
	}
	return f, ok
}

func (s *Store) figure(sel metric.Selector) (Figure, bool) {
	db := s.db
	if ofMachinery(sel.Tags) {
		db = s.late.tables()
	}
	row, ok := first[subject](db, figureTable, id(sel.Tags.String()))
	if !ok {
		return Figure{}, false
	}
	return row.find(sel.Key())
}

// Difference is a − b, replication by replication: the same seeds meet the
// same requests, so the noise that both share cancels. Replications in which
// either is undefined are left out. That of percentiles is the difference of those
// of all replications merged, with its interval by sectioning.
func (s *Store) Difference(a, b metric.Selector) (Figure, error) {
	fa, oka := s.Figure(a)
	fb, okb := s.Figure(b)
	switch {
	case !oka:
		return Figure{}, fmt.Errorf("the result has no %s of %s", a.Key(), a.Tags)
	case !okb:
		return Figure{}, fmt.Errorf("the result has no %s of %s", b.Key(), b.Tags)
	case fa.Samples == nil || fb.Samples == nil:
		return Figure{}, fmt.Errorf("the result has no replication values of %s, and a difference needs them", a.Key())
	case len(fa.Samples) != len(fb.Samples):
		return Figure{}, fmt.Errorf("%d replications of %s and %d of %s are no pairs", len(fa.Samples), a, len(fb.Samples), b)
	}
	out := Figure{Selector: fa.Selector, Unit: fa.Unit, Samples: make([]*float64, len(fa.Samples))}
	out.Selector.Tags[metric.Versus] = fb.Selector.Tags[metric.Topology]
	values := make([]float64, 0, len(out.Samples)) // of full capacity: Samples points into it
	for i := range out.Samples {
		if va, vb := fa.Samples[i], fb.Samples[i]; va != nil && vb != nil {
			values = append(values, *va-*vb)
			out.Samples[i] = &values[len(values)-1]
		}
	}
	out.Estimate = estimate("", values, "undefined in every pair of replications")
	if _, quantile := a.Aggregator.Percent(); quantile && len(values) == len(out.Samples) && fa.Value != nil && fb.Value != nil {
		out.Estimate = section(*fa.Value-*fb.Value, values)
	}
	return out, nil
}

// estimate is the mean of a metric's values with its interval; that of a difference has
// no metric.
func estimate(metric string, values []float64, reason string) Estimate {
	if len(values) == 0 {
		return Estimate{Reason: reason}
	}
	mean, low, high, ok := Mean(new(stats.Students), metric, values)
	e := Estimate{Value: &mean}
	if ok {
		e.Low, e.High = &low, &high
	}
	return e
}

// section is a statistic of merged data with its interval.
func section(merged float64, values []float64) Estimate {
	e := Estimate{Value: &merged}
	if low, high, ok := new(stats.Students).Section(merged, values); ok {
		e.Low, e.High = &low, &high
	}
	return e
}

// Series looks one series up: offered, throughput, goodput, errorRate or
// latency of a journey; utilization, concurrency or queueLength of a service or
// database; throughput, errorRate or latency of a component. With run:baseline
// it is that of the run without faults, with fault: as well without that one.
func (s *Store) Series(sel metric.Selector) (Timeline, bool) {
	if sel.Tags[metric.Topology] == "" && len(s.doc.Topologies) == 1 {
		sel.Tags[metric.Topology] = s.doc.Topologies[0].Name
	}
	row, ok := first[seriesRow](s.late.tables(), seriesTable, id(sel.Tags.String()))
	if !ok || !slices.Contains(row.metrics, sel.Metric) {
		return Timeline{}, false
	}
	band, ok := row.bands[sel.Metric]
	return Timeline{metric.Selector{Metric: sel.Metric, Tags: sel.Tags}, row.window, band}, ok
}

// Fault looks up the damage of one fault to one topology. It must not be changed.
func (s *Store) Fault(topology, name string) (*Fault, bool) {
	row, ok := first[faultRow](s.db, faultTable, id(topology, name))
	if !ok {
		return nil, false
	}
	return row.fault, true
}

// Node looks up a station of a topology's graph. It must not be changed.
func (s *Store) Node(topology, name string) (*Node, bool) {
	row, ok := first[nodeRow](s.late.tables(), nodeTable, id(topology, name))
	if !ok {
		return nil, false
	}
	return row.node, true
}

// Edge looks up the client's side of one edge. It must not be changed.
func (s *Store) Edge(topology, from, to string) (*Edge, bool) {
	row, ok := first[edgeRow](s.late.tables(), edgeTable, id(topology, edgeName(from, to)))
	if !ok {
		return nil, false
	}
	return row.edge, true
}

// Verdicts lists the verdicts on one topology, in the order of the thresholds.
func (s *Store) Verdicts(topology string) []Verdict {
	it, err := s.db.Txn(false).Get(verdictTable, "topology", id(topology))
	if err != nil {
		return nil
	}
	var out []Verdict
	for row := it.Next(); row != nil; row = it.Next() {
		out = append(out, *row.(*verdictRow).verdict)
	}
	return out
}

// WithVerdicts is a snapshot of the store with other verdicts and more
// warnings; s itself is left as it was.
func (s *Store) WithVerdicts(verdicts []Verdict, overall string, warnings ...string) (*Store, error) {
	doc := *s.doc
	doc.Thresholds, doc.Verdict = append([]Verdict{}, verdicts...), overall
	doc.Warnings = append(slices.Clone(s.doc.Warnings), warnings...)
	for i := range doc.Thresholds {
		dict(&doc.Thresholds[i].Tags)
	}
	var p problems
	p.judgements(&doc)
	if err := p.err(); err != nil {
		return nil, err
	}
	db := s.db.Snapshot()
	txn := db.Txn(true)
	defer txn.Abort()
	if _, err := txn.DeleteAll(verdictTable, "id"); err != nil {
		return nil, err
	}
	w := writer{txn: txn}
	if w.verdicts(doc.Thresholds); w.err != nil {
		return nil, w.err
	}
	txn.Commit()
	return &Store{&doc, db, s.late}, nil
}
