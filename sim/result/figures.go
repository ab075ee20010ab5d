package result

import (
	"cmp"
	"fmt"
	"slices"

	"faultline/sim/metric"
)

// subject is all figures of one thing: those whose selectors have the same tags. It
// is one row of the store. A thousand services have thirty thousand figures, and a
// row for each took longer to write than many a simulation.
type subject struct {
	tags    metric.Tags
	figures []figure      // of a store: in the order of their keys
	at      map[*kind]int // of a book, where there are more than few
}

// figure is one estimate with the values that it was made of.
type figure struct {
	of       *kind
	estimate *Estimate  // the document's own, where it has one
	samples  []*float64 // nil: none
}

// kind is what figures of all subjects have in common: a metric and an aggregator.
type kind struct {
	metric string
	by     metric.Aggregator
	key    string // "latency.p99"
	unit   metric.Unit
}

// few figures are found faster by looking at each than in a map.
const few = 64

// position is that of a figure in a book, −1 if it has none.
func (s *subject) position(of *kind) int {
	if s.at != nil {
		if i, ok := s.at[of]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(s.figures, func(f figure) bool { return f.of == of })
}

// add makes a figure that has no position yet.
func (s *subject) add(of *kind) int {
	i := len(s.figures)
	s.figures = append(s.figures, figure{of: of})
	switch {
	case s.at != nil:
		s.at[of] = i
	case i == few:
		s.at = make(map[*kind]int)
		for k := range s.figures {
			s.at[s.figures[k].of] = k
		}
	}
	return i
}

// find returns a figure by its key.
func (s *subject) find(key string) (Figure, bool) {
	i, ok := slices.BinarySearchFunc(s.figures, key, func(f figure, key string) int { return cmp.Compare(f.of.key, key) })
	if !ok {
		return Figure{}, false
	}
	f := &s.figures[i]
	return Figure{*f.estimate, metric.Selector{Metric: f.of.metric, Aggregator: f.of.by, Tags: s.tags}, f.of.unit, f.samples}, true
}

// figureBook collects the figures of a document: the estimates with their
// samples, then the samples that have no estimate in the document.
type figureBook struct {
	doc       *Document
	machinery bool // takes what has the tags of machinery; else, what has not
	subjects  []*subject
	byTags    map[metric.Tags]*subject
	last      *subject // found: figures of one subject stand together
	kinds     map[spelling]*kind
	names     map[string]*kind // by key
}

// spelling is a metric with an aggregator as walk and metric.ParseKey name it.
type spelling struct {
	metric string
	by     metric.Aggregator
}

// subjects are the figures of machinery, or all others, by what they are of. A sample
// of a metric or tag that the grammar does not know is an error.
func subjects(doc *Document, machinery bool) ([]*subject, error) {
	b := figureBook{doc: doc, machinery: machinery, byTags: make(map[metric.Tags]*subject), kinds: make(map[spelling]*kind), names: make(map[string]*kind)}
	for i := range doc.Samples {
		if err := b.sample(&doc.Samples[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", samplePath(i), err)
		}
	}
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		if machinery {
			walkMachinery(topologyPath(i), t, b.visit)
			continue
		}
		walkUsers(topologyPath(i), t, b.visit)
		b.damage(t)
		b.twin(t)
	}
	for _, s := range b.subjects {
		for i := range s.figures {
			s.fromSamples(doc, &s.figures[i]) // those of all journeys together are samples only
		}
		s.at = nil
		slices.SortFunc(s.figures, func(a, b figure) int { return cmp.Compare(a.of.key, b.of.key) })
	}
	return b.subjects, nil
}

// sample takes the values of one figure.
func (b *figureBook) sample(s *Sample) error {
	if b.machinery != s.ofMachinery() {
		return nil
	}
	of, known := b.names[s.Metric]
	if !known {
		sel, err := metric.ParseKey(s.Metric)
		if err != nil {
			return err
		}
		of = b.kind(spelling{sel.Metric, sel.Aggregator})
	}
	tags, err := metric.FromMap(s.Tags)
	if err != nil {
		return err
	}
	f, known := b.figure(tags, of)
	if known {
		return fmt.Errorf("%s of %s is there twice", of.key, tags)
	}
	f.samples = s.Values
	return nil
}

// kind is a metric with an aggregator; each is made once.
func (b *figureBook) kind(s spelling) *kind {
	if k, ok := b.kinds[s]; ok {
		return k
	}
	key := metric.Selector{Metric: s.metric, Aggregator: s.by}.Key()
	k, ok := b.names[key]
	if !ok {
		k = &kind{metric: s.metric, by: s.by, key: key}
		if m, err := metric.Lookup(s.metric); err == nil {
			k.unit = m.UnitOf(s.by)
		}
		b.names[key] = k
	}
	b.kinds[s] = k
	return k
}

// figure is that of a subject, made if it is not known. It is valid until the next
// call.
func (b *figureBook) figure(tags metric.Tags, of *kind) (f *figure, known bool) {
	s := b.subject(tags)
	i := s.position(of)
	if known = i >= 0; !known {
		i = s.add(of)
	}
	return &s.figures[i], known
}

// subject is that of the tags, made if it is not known. Most have as many figures as
// the one before.
func (b *figureBook) subject(tags metric.Tags) *subject {
	if b.last != nil && b.last.tags == tags {
		return b.last
	}
	s := b.byTags[tags]
	if s == nil {
		s = &subject{tags: tags}
		if b.last != nil {
			s.figures = make([]figure, 0, min(len(b.last.figures), few))
		}
		b.byTags[tags] = s
		b.subjects = append(b.subjects, s)
	}
	b.last = s
	return s
}

// visit is the visitor that takes an estimate, unless the figure has one already.
func (b *figureBook) visit(_ place, s metric.Selector, e *Estimate) {
	if f, _ := b.figure(s.Tags, b.kind(spelling{s.Metric, s.Aggregator})); f.estimate == nil {
		f.estimate = e
	}
}

// damage writes lost, gained and pairs of each fault: requests of one run
// during the fault. Without samples the document's sums give the mean alone.
func (b *figureBook) damage(t *Topology) {
	for i := range t.Faults {
		f := &t.Faults[i]
		if !f.Applicable || b.doc.Replications == 0 {
			continue
		}
		for _, c := range []struct {
			name string
			sum  int64
		}{{"lost", f.Lost.During}, {"gained", f.Gained.During}, {"pairs", f.Pairs.During}} {
			of := b.kind(spelling{c.name, metric.Total})
			if into, _ := b.figure(topologyTags(t).With(metric.Fault, f.Name), of); into.samples == nil {
				mean := float64(c.sum) / float64(b.doc.Replications)
				into.estimate = &Estimate{Value: &mean}
			}
		}
	}
}

// twin answers run:baseline where the document has no baseline of the topology, but
// one fault: the run without it is the run without any.
func (b *figureBook) twin(t *Topology) {
	if t.Baseline == nil && len(t.Faults) == 1 && t.Faults[0].Baseline != nil {
		visitor(b.visit).journeys("", topologyTags(t).With(metric.Run, metric.Baseline), t.Faults[0].Baseline.Journeys)
	}
}

// fromSamples makes the estimate that only samples know.
func (s *subject) fromSamples(doc *Document, f *figure) {
	if f.estimate != nil {
		return
	}
	defined := make([]float64, 0, len(f.samples))
	for _, v := range f.samples {
		if v != nil {
			defined = append(defined, *v)
		}
	}
	e, ok := s.totalLatency(doc, f.of, defined)
	if !ok {
		e = estimate(f.of.metric, defined, "undefined in every replication")
		e.hold(f.of, s.tags)
	}
	f.estimate = &e
}

// hold keeps an interval within what the metric can be: nothing is below zero but
// a blast radius, and no share is above one.
func (e *Estimate) hold(of *kind, tags metric.Tags) {
	if e.Low == nil || tags[metric.Versus] != "" {
		return
	}
	low, high := *e.Low, *e.High
	if of.metric != "blastRadius" && of.metric != "blastRadiusAfter" {
		low = max(low, min(0, *e.Value))
	}
	if of.unit == metric.Share {
		high = min(high, max(1, *e.Value))
	}
	e.Low, e.High = &low, &high
}

// ownBaseline reports whether a selector asks for the baseline of a topology that
// met no fault: that is the run itself.
func (s *Store) ownBaseline(sel metric.Selector) bool {
	if sel.Tags[metric.Run] != metric.Baseline {
		return false
	}
	m, err := metric.Lookup(sel.Metric)
	if err != nil || !slices.Contains(m.Tags, metric.Run) {
		return false
	}
	for i := range s.doc.Topologies {
		if t := &s.doc.Topologies[i]; t.Name == sel.Tags[metric.Topology] {
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
