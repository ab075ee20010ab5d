package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"faultline/sim/metric"
)

// BaselineSchema is the schema of a committed baseline.
const BaselineSchema = "faultline/baseline/v1"

// maxBaseline is the most that ReadBaselineFile reads, in bytes.
const maxBaseline = 64 << 20

// gated are the figures that a baseline holds: those of each journey, of each
// fault, and the cost. What follows from them is left out, and so is what is no
// promise to anybody, such as utilisation.
var gated = []struct {
	metric.Selector
	of metric.Tag // metric.Topology: of all requests
}{
	{metric.Selector{Metric: "goodput"}, metric.Journey},
	{metric.Selector{Metric: "availability"}, metric.Journey},
	{metric.Selector{Metric: "latency", Aggregator: "p(50)"}, metric.Journey},
	{metric.Selector{Metric: "latency", Aggregator: "p(99)"}, metric.Journey},
	{metric.Selector{Metric: "blastRadius"}, metric.Fault},
	{metric.Selector{Metric: "costPerMillion"}, metric.Topology},
}

// IsGated reports whether a figure is one that baselines hold.
func IsGated(s metric.Selector) bool {
	for _, g := range gated {
		tags := metric.Tags{}.With(metric.Topology, s.Tags[metric.Topology]).With(g.of, s.Tags[g.of])
		if g.Metric == s.Metric && g.Aggregator == s.Aggregator && s.Tags == tags && tags[g.of] != "" {
			return true
		}
	}
	return false
}

// BaselineFile is what a run is compared with later, replication by replication: a
// small file that is committed. It is sorted, and equal runs give equal bytes.
type BaselineFile struct {
	Schema       string             `json:"schema"`
	Tool         Tool               `json:"tool"` // that wrote it
	Scenario     BaselineScenario   `json:"scenario"`
	Seed         uint64             `json:"seed"`
	Replications int                `json:"replications"`
	Fingerprint  string             `json:"fingerprint"`
	Comparable   Comparable         `json:"comparable"`
	Topologies   []BaselineTopology `json:"topologies"`
}

// BaselineScenario names what was run.
type BaselineScenario struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Comparable is what must be equal in runs that are compared.
type Comparable struct {
	Digest string `json:"digest"` // of the terms
	Terms  []Term `json:"terms"`
}

// BaselineTopology holds the figures of one topology, sorted by name.
type BaselineTopology struct {
	Name    string           `json:"name"`
	Digest  string           `json:"digest"`
	Figures []BaselineFigure `json:"figures"`
}

// BaselineFigure is one figure, "latency.p99{journey:browse}": its estimate and
// the values of the replications in order. A nil one is undefined.
type BaselineFigure struct {
	Figure string     `json:"figure"`
	Value  *float64   `json:"value"`
	Values []*float64 `json:"values"`
}

// NewBaselineFile takes from a run what later ones are compared with. A partial
// result is an error.
func NewBaselineFile(s *Store) (*BaselineFile, error) {
	doc := s.doc
	if doc.Partial {
		return nil, errors.New("a partial result cannot become a baseline")
	}
	terms := Terms(doc)
	b := &BaselineFile{Schema: BaselineSchema, Tool: doc.Tool, Scenario: BaselineScenario{doc.Scenario.Name, doc.Scenario.Digest}, Seed: doc.Seed,
		Replications: doc.Replications, Fingerprint: doc.Fingerprint, Comparable: Comparable{digestOf(terms), terms}}
	for i := range doc.Topologies {
		t := BaselineTopology{Name: doc.Topologies[i].Name, Digest: doc.Topologies[i].Digest, Figures: []BaselineFigure{}}
		for _, f := range s.Gated(t.Name) {
			t.Figures = append(t.Figures, BaselineFigure{Spell(f.Selector), f.Value, f.Samples})
		}
		slices.SortFunc(t.Figures, func(a, b BaselineFigure) int { return cmp.Compare(a.Figure, b.Figure) })
		b.Topologies = append(b.Topologies, t)
	}
	return b, nil
}

// Spell names a figure within its topology: "latency.p99{journey:browse}".
func Spell(s metric.Selector) string { return s.Key() + s.Tags.With(metric.Topology, "").String() }

// Gated are the figures of a topology that baselines hold, in the order of the
// document.
func (s *Store) Gated(topology string) (out []Figure) {
	for i := range s.doc.Samples {
		sel, err := sampleSelector(&s.doc.Samples[i])
		if err != nil || sel.Tags[metric.Topology] != topology || !IsGated(sel) {
			continue // New has refused what is no selector
		}
		if f, ok := s.Figure(sel); ok {
			out = append(out, f)
		}
	}
	return out
}

func digestOf(terms []Term) string {
	h := sha256.New()
	for _, t := range terms {
		fmt.Fprintf(h, "%q %q\n", t.Path, t.Value)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

// WriteJSON writes the baseline as it is committed.
func (b *BaselineFile) WriteJSON(w io.Writer) error { return WriteJSON(w, b) }

// ReadBaselineFile reads what WriteJSON wrote. It refuses another schema, or one with
// figures that are no replication values.
func ReadBaselineFile(r io.Reader) (*BaselineFile, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBaseline {
		return nil, fmt.Errorf("larger than %d MiB", maxBaseline>>20)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, atLine(text, err)
	}
	if head.Schema != BaselineSchema {
		return nil, fmt.Errorf("schema %.60q is not known (this version reads %q)", head.Schema, BaselineSchema)
	}
	b := new(BaselineFile)
	if err := json.Unmarshal(text, b); err != nil {
		return nil, atLine(text, err)
	}
	return b, b.validate()
}

func (b *BaselineFile) validate() error {
	if len(b.Topologies) == 0 || b.Replications < 1 {
		return errors.New("it holds no topology or no replication")
	}
	if b.Comparable.Digest != digestOf(b.Comparable.Terms) {
		return errors.New("comparable.digest is not that of its terms: the file was changed by hand (write it anew with gate --update)")
	}
	for i := range b.Topologies {
		for _, f := range b.Topologies[i].Figures {
			if len(f.Values) != b.Replications {
				return fmt.Errorf("%s of %s has %d values, and there are %d replications", f.Figure, b.Topologies[i].Name, len(f.Values), b.Replications)
			}
		}
	}
	return nil
}

// Figure finds a figure of a topology by its name.
func (t *BaselineTopology) Figure(name string) (*BaselineFigure, bool) {
	for i := range t.Figures {
		if t.Figures[i].Figure == name {
			return &t.Figures[i], true
		}
	}
	return nil, false
}
