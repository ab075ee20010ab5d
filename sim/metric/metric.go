// Package metric is the one table of what faultline measures, and the one
// grammar by which thresholds, objectives and results speak of it:
//
//	Selector    latency{journey:checkout, topology:shop-monolith, run:baseline}
//	Expression  p(99) < 300ms     >= 99.9%     < -20%     == stable
//
// To add a metric: 1. a row in [Table]; 2. its figure in sim/result's walk;
// 3. its samples in sim/estimate. The package knows names, units and spellings;
// it holds no values.
package metric

import (
	"fmt"
	"slices"
	"strings"
)

// Unit is what a metric's values are counted in.
type Unit uint8

// The units. Values are float64: seconds, requests per second, shares of 0..1.
const (
	Time     Unit = iota // seconds; written 300ms, 1.5s
	Rate                 // per second; written 500/s
	Share                // 0..1; written 99.9% or 0.999
	Count                // a plain number
	Ratio                // a plain number
	Word                 // one of a metric's Words
	Currency             // of the topology's price list
	Size                 // bytes; written 512MiB
)

var unitNames = [...]string{"time", "rate", "share", "count", "ratio", "word", "currency", "size"}

// String is the unit's name: "time", "rate", "share", "count", "ratio", "word", "currency" or "size".
func (u Unit) String() string { return unitNames[u] }

// Direction says which way a metric is better.
type Direction uint8

// The directions.
const (
	Neither Direction = iota
	Higher
	Lower
)

var directionNames = [...]string{"neither", "higher", "lower"}

// String is "neither", "higher" or "lower".
func (d Direction) String() string { return directionNames[d] }

// Metric is one row of the [Table].
type Metric struct {
	Name string
	Unit Unit
	// Subjects are the tags of which a selector names at most one: whose
	// figure it is. NeedsSubject refuses a selector that names none; else
	// none means all journeys together.
	Subjects     []Tag
	NeedsSubject bool
	// Tags are the others that a selector may name.
	Tags []Tag
	// Phases are those of a fault that a selector may ask for, with the tags phase
	// and fault: the requests that arrived in it.
	Phases []string
	Better Direction
	// Aggregators are those that an expression may name, the default one
	// first. Empty: the metric has one value a run, and its figure is the
	// mean over the replications.
	Aggregators []Aggregator
	Words       []string // of a word metric
	// Never says that an undefined value means "it never happened", which is
	// later than any bound.
	Never bool
	Doc   string // one line
	Due   bool   // false: known, refused as "not supported yet"
}

// Lookup finds a metric by name. The error says what is near, or that it is
// not supported yet.
func Lookup(name string) (*Metric, error) {
	for i := range Table {
		if Table[i].Name != name {
			continue
		}
		if !Table[i].Due {
			return nil, fmt.Errorf("metric %s is not supported yet", name)
		}
		return &Table[i], nil
	}
	return nil, unknown("metric", name, names())
}

// names lists the metrics that are due, in the table's order.
func names() []string {
	var out []string
	for _, m := range Table {
		if m.Due {
			out = append(out, m.Name)
		}
	}
	return out
}

// UnitOf is the unit of one aggregator's value: the metric's own, except that
// the share of those that waited at all is a share.
func (m *Metric) UnitOf(a Aggregator) Unit {
	if a == ShareOf {
		return Share
	}
	return m.Unit
}

// Default is the aggregator of an expression that names none: the total for
// counts, else the mean; "" for a metric of one value.
func (m *Metric) Default() Aggregator {
	if len(m.Aggregators) == 0 {
		return ""
	}
	return m.Aggregators[0]
}

// OfFaults reports whether each fault has a value of m.
func (m *Metric) OfFaults() bool { return slices.Contains(m.Tags, Fault) }

// AnyPercentile reports whether p(N) of m may name any percentile, not only those
// of Aggregators, which every result holds.
func (m *Metric) AnyPercentile() bool { return slices.Contains(m.Aggregators, "p(99.9)") }

// has reports whether m has an aggregator.
func (m *Metric) has(a Aggregator) bool {
	_, percentile := a.Percent()
	return slices.Contains(m.Aggregators, a) || percentile && m.AnyPercentile()
}

// allows reports whether a selector of m may carry the tag.
func (m *Metric) allows(t Tag) bool {
	return slices.Contains(m.Subjects, t) || slices.Contains(m.Tags, t) || len(m.Phases) > 0 && (t == Phase || t == Fault)
}

// tagNames lists the tags that m allows, in the order of tags.
func (m *Metric) tagNames() []string {
	var out []string
	for t := range NTags {
		if m.allows(t) {
			out = append(out, t.String())
		}
	}
	return out
}

// subjectNames lists the subjects as a user would write them: "service: or database:".
func (m *Metric) subjectNames() string {
	out := make([]string, len(m.Subjects))
	for i, t := range m.Subjects {
		out[i] = t.String() + ":"
	}
	return strings.Join(out, " or ")
}
