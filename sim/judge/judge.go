// Package judge turns figures into verdicts: each threshold on each topology
// passes, fails, or is inconclusive.
//
//   - A threshold passes where the whole 95% interval satisfies its expression,
//     fails where none of it does, and is inconclusive where the interval
//     straddles the bound; then the verdict says about how many replications
//     would decide. With one replication the point decides, and warns.
//   - Without the tag topology every topology must pass, and without fault every
//     fault; each has a verdict of its own.
//   - What a topology lacks (a service, a fault that does not apply) is not
//     judged there, with a warning. Where that topology is named, or where all
//     lack it, it is an error.
//   - No good request fails every threshold on latency, and a time that never
//     came (of recovery, of impact) is later than any bound, in any replication:
//     a mean over the luckier ones would hide the worst.
//   - What is undefined is inconclusive, with the reason. So is all of a topology
//     whose simulation ended early: its figures are those of a shorter run.
//
// The verdict of the whole is the worst: fail before inconclusive before pass.
package judge

import (
	"errors"
	"fmt"
	"math"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Threshold is one condition of a scenario on the figures that Selector finds.
type Threshold struct {
	Selector   metric.Selector
	Expression metric.Expression
	Text       string // as written, "" if no file says it
	Source     string // "scenario.yaml:21", "" if no file says it
}

// Parse reads a threshold as a scenario spells it: metric{tags} and expression.
func Parse(selector, expression string) (Threshold, error) {
	s, err := metric.ParseSelector(selector)
	if err != nil {
		return Threshold{}, err
	}
	e, err := metric.ParseExpression(expression, s)
	if err != nil {
		return Threshold{}, err
	}
	return Threshold{Selector: s, Expression: e, Text: selector + ": " + expression}, nil
}

// String is the threshold in canonical spelling, after where it stands.
func (t Threshold) String() string {
	text := t.Selector.String() + " " + t.Expression.String()
	if t.Source != "" {
		text = t.Source + ": " + text
	}
	return text
}

// Judge returns a snapshot of the store with the verdicts of all thresholds, in
// their order and within each in that of the topologies and faults. The error
// names every threshold that cannot be judged at all: a name that the result
// does not know, a figure that it does not hold.
func Judge(s *result.Store, thresholds []Threshold) (*result.Store, error) {
	b := bench{store: s, doc: s.Document(), worst: metric.Pass}
	var errs []error
	for _, t := range thresholds {
		if err := b.threshold(t); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i := range b.doc.Topologies {
		if b.doc.Topologies[i].EndedEarly != "" {
			b.worst = max(b.worst, metric.Inconclusive)
		}
	}
	if len(thresholds) > 0 && b.doc.Replications == 1 {
		b.warnings = append(b.warnings, "one replication: thresholds are judged by the point, which proves little (5 or more give an interval)")
	}
	return s.WithVerdicts(b.verdicts, b.worst.String(), b.warnings...)
}

// bench is where one result is judged.
type bench struct {
	store    *result.Store
	doc      *result.Document
	verdicts []result.Verdict
	warnings []string
	worst    metric.Outcome
}

func (b *bench) threshold(t Threshold) error {
	if t.Selector.Aggregator = t.Expression.Aggregator; t.Expression.Unit == metric.Word {
		t.Selector.Aggregator = ""
	}
	cases, err := b.cases(t)
	if err != nil {
		return err
	}
	for _, s := range cases {
		f, err := b.finding(s, t.Expression)
		if err != nil {
			return err
		}
		if why := b.endedEarly(s); why != "" {
			f.outcome, f.reason = metric.Inconclusive, "the simulation ended early: "+why
		}
		b.worst = max(b.worst, f.outcome)
		b.verdicts = append(b.verdicts, result.Verdict{
			Metric:     s.Metric,
			Tags:       s.Tags.With(metric.Topology, "").Map(), // it has a field of its own
			Expression: t.Expression.String(),
			Topology:   s.Tags[metric.Topology],
			Observed:   f.observed,
			Verdict:    f.outcome.String(),
			Reason:     f.reason,
			Source:     t.Source,
		})
	}
	return nil
}

// finding is what one threshold came to in one case.
type finding struct {
	observed result.Estimate
	outcome  metric.Outcome
	reason   string
}

// endedEarly says why a figure is that of a shorter run, "" if it is not.
func (b *bench) endedEarly(s metric.Selector) string {
	for i := range b.doc.Topologies {
		t := &b.doc.Topologies[i]
		if t.EndedEarly != "" && (t.Name == s.Tags[metric.Topology] || t.Name == s.Tags[metric.Versus]) {
			return t.EndedEarly
		}
	}
	return ""
}

// finding judges one case: the selector names a topology, and a fault where
// the metric is one of faults.
func (b *bench) finding(s metric.Selector, e metric.Expression) (finding, error) {
	if e.Unit == metric.Word {
		return b.state(s, e)
	}
	f, err := b.figure(s)
	if err != nil {
		return finding{}, err
	}
	if m, err := metric.Lookup(s.Metric); err == nil && m.Never {
		if out, ok := b.never(s, f, e); ok {
			return out, nil
		}
	}
	if s.Metric == "latency" {
		if out, ok := b.noGoodput(s, f); ok {
			return out, nil
		}
	}
	return measure(f, e), nil
}

// figure finds the figure or says what there is instead.
func (b *bench) figure(s metric.Selector) (result.Figure, error) {
	other := s.Tags[metric.Versus]
	if other == "" {
		if f, ok := b.store.Figure(s); ok {
			return f, nil
		}
		return result.Figure{}, b.absent(s)
	}
	s.Tags[metric.Versus] = ""
	with := s
	with.Tags[metric.Topology] = other
	for _, of := range []metric.Selector{s, with} {
		if _, ok := b.store.Figure(of); !ok {
			return result.Figure{}, b.absent(of)
		}
	}
	return b.store.Difference(s, with)
}

// absent is the error for a figure that the result does not hold.
func (b *bench) absent(s metric.Selector) error {
	m, err := metric.Lookup(s.Metric)
	if err != nil {
		return err
	}
	var there []metric.Aggregator
	for _, a := range m.Aggregators {
		s.Aggregator = a
		if _, ok := b.store.Figure(s); ok {
			there = append(there, a)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("the result has no such aggregator of %s (it has %v)", s, there)
	}
	return fmt.Errorf("the result has no %s", s)
}

// measure compares a figure with the bound.
func measure(f result.Figure, e metric.Expression) finding {
	out := finding{observed: f.Estimate}
	switch {
	case f.Value == nil:
		out.outcome, out.reason = metric.Inconclusive, "undefined: "+f.Reason
	case f.Low == nil:
		out.outcome = e.Judge(*f.Value, *f.Value, *f.Value)
		out.reason = "one value and no interval: the point decides"
	default:
		out.outcome = e.Judge(*f.Low, *f.Value, *f.High)
		if out.outcome == metric.Inconclusive {
			out.reason = needed(f, e)
		}
	}
	return out
}

// needed says about how many replications would decide.
func needed(f result.Figure, e metric.Expression) string {
	n := 0
	for _, v := range f.Samples {
		if v != nil {
			n++
		}
	}
	distance, half := math.Abs(*f.Value-e.Bound), *f.Value-*f.Low
	if *f.Value < e.Bound {
		half = *f.High - *f.Value
	}
	const straddles = "the interval straddles the bound"
	switch want := replications(n, half, distance); {
	case n == 0:
		return straddles
	case want == 0:
		return fmt.Sprintf("%s, and more than %d replications would be needed to decide", straddles, mostNeeded)
	default:
		return fmt.Sprintf("%s: about %d replications would decide (%d were run)", straddles, want, n)
	}
}

// mostNeeded is the largest number of replications that is worth naming.
const mostNeeded = 100_000

// replications is about how many would decide: the half-width falls with the
// square root of their number, and must get below the distance from the value to
// the bound, so n becomes n·(half-width/distance)², rounded up to two digits. 0:
// more than mostNeeded.
func replications(n int, half, distance float64) int {
	ratio := half / distance // +Inf where the value lies on the bound
	want := math.Ceil(float64(n) * float64(ratio*ratio))
	if math.IsNaN(want) || want > mostNeeded {
		return 0
	}
	return twoDigits(max(int(want), n+1))
}

// twoDigits rounds n up to two significant digits: it is an estimate, and looks it.
func twoDigits(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit - 1) / unit * unit
}
