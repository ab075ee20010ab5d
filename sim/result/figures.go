package result

import (
	"fmt"
	"slices"

	"faultline/sim/metric"
)

// figureBook collects the figures of a document: the estimates with their
// samples, then the samples that have no estimate in the document. Its selectors
// name the aggregator as walk and metric.ParseKey do, and so are keys.
type figureBook struct {
	rows  []Figure
	known map[metric.Selector]entry
}

// entry is what a book knows of a selector.
type entry struct {
	samples []*float64 // nil: none
	written bool       // has a row
}

// samples are those of a selector, nil if there are none.
func (b *figureBook) samples(s metric.Selector) []*float64 { return b.known[s].samples }

// figureRows are all figures, in the order of the document. A sample of a
// metric or tag that the grammar does not know is an error.
func figureRows(doc *Document) ([]Figure, error) {
	n := len(doc.Samples) // of nearly all figures there are samples
	b := figureBook{rows: make([]Figure, 0, n+n/8), known: make(map[metric.Selector]entry, n)}
	selectors := make([]metric.Selector, len(doc.Samples))
	for i := range doc.Samples {
		s, err := sampleSelector(&doc.Samples[i])
		if err != nil {
			return nil, fmt.Errorf("samples[%d]: %w", i, err)
		}
		if b.samples(s) != nil {
			return nil, fmt.Errorf("samples[%d]: %s of %s is there twice", i, s.Key(), s.Tags)
		}
		selectors[i], b.known[s] = s, entry{samples: doc.Samples[i].Values}
	}
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		walk(topologyPath(i), t, func(_ place, s metric.Selector, e *Estimate) { b.add(s, *e) })
		b.damage(t, doc.Replications)
		b.ownBaseline(t)
	}
	// Those of all journeys together are samples only.
	for i, s := range selectors {
		b.fromSamples(doc, s, doc.Samples[i].Values)
		if m, err := metric.Lookup(s.Metric); err == nil && faultless(doc, s) && slices.Contains(m.Tags, metric.Run) {
			s.Tags[metric.Run] = metric.Baseline
			b.fromSamples(doc, s, doc.Samples[i].Values)
		}
	}
	return b.rows, nil
}

// faultless reports whether s is of a topology that met no fault: then the run
// is its own baseline.
func faultless(doc *Document, s metric.Selector) bool {
	for i := range doc.Topologies {
		if t := &doc.Topologies[i]; t.Name == s.Tags[metric.Topology] {
			return len(t.Faults) == 0
		}
	}
	return false
}

func sampleSelector(s *Sample) (metric.Selector, error) {
	sel, err := metric.ParseKey(s.Metric)
	if err != nil {
		return sel, err
	}
	sel.Tags, err = metric.FromMap(s.Tags)
	return sel, err
}

// add writes a figure with its own samples, unless it is there already.
func (b *figureBook) add(s metric.Selector, e Estimate) { b.addOf(s, e, b.samples(s)) }

// addOf is add with other samples.
func (b *figureBook) addOf(s metric.Selector, e Estimate, samples []*float64) {
	known := b.known[s]
	if known.written {
		return
	}
	known.written = true
	b.known[s] = known
	f := Figure{Estimate: e, Selector: s, Samples: samples}
	if m, err := metric.Lookup(s.Metric); err == nil {
		f.Unit = m.UnitOf(s.Aggregator)
	}
	b.rows = append(b.rows, f)
}

// fromSamples writes the figure that only samples know.
func (b *figureBook) fromSamples(doc *Document, s metric.Selector, values []*float64) {
	if b.known[s].written {
		return
	}
	defined := make([]float64, 0, len(values))
	for _, v := range values {
		if v != nil {
			defined = append(defined, *v)
		}
	}
	if e, ok := b.totalLatency(doc, s, defined); ok {
		b.addOf(s, e, values)
		return
	}
	e := estimate(defined, "undefined in every replication")
	e.hold(s)
	b.addOf(s, e, values)
}

// hold keeps an interval within what the metric can be: nothing is below zero but
// a blast radius, and no share is above one.
func (e *Estimate) hold(s metric.Selector) {
	m, err := metric.Lookup(s.Metric)
	if err != nil || e.Low == nil || s.Tags[metric.Versus] != "" {
		return
	}
	low, high := *e.Low, *e.High
	if s.Metric != "blastRadius" && s.Metric != "blastRadiusAfter" {
		low = max(low, min(0, *e.Value))
	}
	if m.UnitOf(s.Aggregator) == metric.Share {
		high = min(high, max(1, *e.Value))
	}
	e.Low, e.High = &low, &high
}

// damage writes lost, gained and pairs of each fault: requests of one run
// during the fault. Without samples the document's sums give the mean alone.
func (b *figureBook) damage(t *Topology, replications int) {
	for i := range t.Faults {
		f := &t.Faults[i]
		if !f.Applicable || replications == 0 {
			continue
		}
		for _, c := range []struct {
			name string
			sum  int64
		}{{"lost", f.Lost.During}, {"gained", f.Gained.During}, {"pairs", f.Pairs.During}} {
			s := metric.Selector{Metric: c.name, Aggregator: metric.Total, Tags: topologyTags(t).With(metric.Fault, f.Name)}
			if b.samples(s) == nil {
				mean := float64(c.sum) / float64(replications)
				b.add(s, Estimate{Value: &mean})
			}
		}
	}
}

// ownBaseline answers run:baseline where the document has no baseline of the
// topology: without a fault the run itself is its own, and with one fault the
// run without it is the run without any.
func (b *figureBook) ownBaseline(t *Topology) {
	if t.Baseline != nil {
		return
	}
	tags := topologyTags(t).With(metric.Run, metric.Baseline)
	switch {
	case len(t.Faults) == 0:
		visitor(func(_ place, s metric.Selector, e *Estimate) {
			faulted := s
			faulted.Tags[metric.Run] = ""
			b.addOf(s, *e, b.samples(faulted))
		}).baseline("", tags, &Baseline{Journeys: t.Journeys, Machinery: Machinery{t.Flows, t.Services, t.Databases, t.Edges}})
	case len(t.Faults) == 1 && t.Faults[0].Baseline != nil:
		visitor(func(_ place, s metric.Selector, e *Estimate) { b.add(s, *e) }).journeys("", tags, t.Faults[0].Baseline.Journeys)
	}
}
