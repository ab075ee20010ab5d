package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// Bounds are what a regression must exceed.
type Bounds struct {
	Tolerance float64            // relative
	Floor     map[string]float64 // absolute, by metric, in its unit
}

// Regression compares a run with a baseline, figure by figure and pair by pair.
// A figure has regressed where its difference
//
//   - is worse than the baseline by more than the tolerance. That is a share of the
//     baseline; of availability, whose baseline is nearly 1 and would hide it, a
//     share of what the baseline lacks of 1,
//   - and by more than the floor of its metric, below which nobody minds,
//   - and has a 95% interval that excludes zero: it is not chance.
//
// The same the other way has improved. Where a difference for the worse is beyond
// both bounds and its interval holds zero, it is inconclusive, and about how many
// replications would decide is said. Everything else is within noise, but a figure
// that is the same in all replications: that passes.
//
// A baseline of other terms ([result.Terms]) is incompatible; topologies may have
// changed, for that is what is judged. They are matched by name, and where both
// have one, those two are.
func Regression(s *result.Store, path string, b *result.BaselineFile, bounds Bounds) result.Against {
	out := result.Against{Baseline: path, Verdict: result.GatePass, Tolerance: bounds.Tolerance, Figures: []result.GatedFigure{}}
	switch {
	case s.Document().Partial:
		out.Verdict, out.Reasons = result.GateInconclusive, []string{"the result is partial"}
		return out
	case b == nil:
		out.Verdict, out.Reasons = result.GateNoBaseline, []string{"there is no baseline"}
		return out
	}
	if out.Reasons = incompatible(s.Document(), b); len(out.Reasons) > 0 {
		out.Verdict = result.GateIncompatible
		return out
	}
	r := regression{store: s, base: b, bounds: bounds, students: new(stats.Students)}
	for i := range s.Document().Topologies {
		out.Figures = append(out.Figures, r.topology(&s.Document().Topologies[i])...)
	}
	for _, f := range out.Figures {
		out.Verdict = worseOf(out.Verdict, f.Verdict)
	}
	if n, m := s.Document().Replications, b.Replications; n != m {
		out.Reasons = append(out.Reasons, fmt.Sprintf("replications: %d in the run and %d in the baseline; those in both are compared", n, m))
	}
	return out
}

func worseOf(a, b string) string {
	if slices.Index(result.GateVerdicts, b) > slices.Index(result.GateVerdicts, a) {
		return b
	}
	return a
}

// incompatible says why a baseline is: each term that differs, and each topology
// that is gone.
func incompatible(doc *result.Document, b *result.BaselineFile) (why []string) {
	for _, m := range result.Mismatches(b.Comparable.Terms, result.Terms(doc)) {
		was, is := m.A, m.B
		if was == "" {
			was = "absent"
		}
		if is == "" {
			is = "absent"
		}
		why = append(why, fmt.Sprintf("%s was %s and is %s", m.Path, was, is))
	}
	if len(b.Topologies) == 1 && len(doc.Topologies) == 1 {
		return why
	}
	for i := range b.Topologies {
		name := b.Topologies[i].Name
		if !slices.ContainsFunc(doc.Topologies, func(t result.Topology) bool { return t.Name == name }) {
			why = append(why, "the topology "+name+" is gone")
		}
	}
	return why
}

// regression is one run beside its baseline.
type regression struct {
	store    *result.Store
	base     *result.BaselineFile
	bounds   Bounds
	students *stats.Students
}

// partner is the topology of the baseline that one of the run is compared with.
func (r *regression) partner(name string) (*result.BaselineTopology, bool) {
	if len(r.base.Topologies) == 1 && len(r.store.Document().Topologies) == 1 {
		return &r.base.Topologies[0], true
	}
	for i := range r.base.Topologies {
		if r.base.Topologies[i].Name == name {
			return &r.base.Topologies[i], true
		}
	}
	return nil, false
}

// topology compares the figures of one topology: those of the run, then those
// that only the baseline has.
func (r *regression) topology(t *result.Topology) (out []result.GatedFigure) {
	base, ok := r.partner(t.Name)
	if !ok {
		for _, f := range r.store.Gated(t.Name) {
			out = append(out, r.alone(f, "the topology is new"))
		}
		return out
	}
	var seen []string
	for _, f := range r.store.Gated(t.Name) {
		name := result.Spell(f.Selector)
		seen = append(seen, name)
		was, ok := base.Figure(name)
		switch {
		case !ok:
			out = append(out, r.alone(f, "the figure is new"))
		case was.Value != nil || f.Value != nil: // else it is undefined, then as now
			out = append(out, r.figure(f, was, base.Name))
		}
	}
	for i := range base.Figures {
		if was := &base.Figures[i]; !slices.Contains(seen, was.Figure) && was.Value != nil {
			out = append(out, gone(was, base.Name, t.Name))
		}
	}
	return out
}

// alone is a figure that has nothing to be compared with.
func (r *regression) alone(f result.Figure, why string) result.GatedFigure {
	out := r.head(f)
	out.B, out.Verdict, out.Reason = f.Estimate, result.GateNoBaseline, why
	out.A.Reason, out.Difference.Reason = why, why
	return out
}

// gone is a figure that only the baseline has.
func gone(was *result.BaselineFigure, baseline, topology string) result.GatedFigure {
	const why = "the baseline has it, and the run does not"
	key, tags, _ := strings.Cut(was.Figure, "{")
	name, _, _ := strings.Cut(key, ".")
	out := result.GatedFigure{Comparison: result.Comparison{Metric: key, Tags: map[string]string{}, Baseline: baseline, Candidate: topology,
		A: result.Estimate{Value: was.Value}, B: result.Estimate{Reason: why}, Difference: result.Estimate{Reason: why}},
		Verdict: result.GateInconclusive, Reason: why}
	if s, err := metric.ParseSelector(name + "{" + tags); err == nil && tags != "" {
		out.Tags = s.Tags.Map()
	}
	return out
}

// head names a figure.
func (r *regression) head(f result.Figure) result.GatedFigure {
	out := result.GatedFigure{Comparison: result.Comparison{Metric: f.Selector.Key(), Tags: f.Selector.Tags.With(metric.Topology, "").Map(),
		Candidate: f.Selector.Tags[metric.Topology]}, Floor: r.bounds.Floor[f.Selector.Metric]}
	if m, err := metric.Lookup(f.Selector.Metric); err == nil {
		out.Unit, out.Better = m.UnitOf(f.Selector.Aggregator).String(), m.Better.String()
	}
	return out
}

// figure compares one figure with its baseline.
func (r *regression) figure(f result.Figure, was *result.BaselineFigure, baseline string) result.GatedFigure {
	a := result.Figure{Estimate: result.Estimate{Value: was.Value}, Selector: f.Selector, Samples: was.Values}
	a.Selector.Tags[metric.Topology] = baseline
	c := result.Pair(r.students, a, f)
	out := r.head(f)
	out.Comparison = c
	d := c.Difference
	switch {
	case equal(was.Values, f.Samples):
		zero := 0.0
		out.Difference.Value, out.Relative, out.Verdict = &zero, &zero, result.GatePass
	case was.Value == nil:
		out.Verdict, out.Reason = result.GateImproved, "it was undefined: "+f.Selector.Metric+" has a value now"
	case f.Value == nil:
		out.Verdict, out.Reason = result.GateRegressed, "it is undefined now: "+f.Reason
	case d.Value == nil:
		out.Verdict, out.Reason = result.GateInconclusive, "no replication has it both then and now"
	default:
		r.judge(&out, f.Selector.Metric)
	}
	return out
}

// equal reports that all pairs of replications have the same value.
func equal(a, b []*float64) bool {
	n := min(len(a), len(b))
	for i := range n {
		if (a[i] == nil) != (b[i] == nil) || a[i] != nil && *a[i] != *b[i] {
			return false
		}
	}
	return n > 0
}

// judge compares a difference with the three conditions.
func (r *regression) judge(out *result.GatedFigure, name string) {
	d := *out.Difference.Value
	size := math.Abs(*out.A.Value)
	if name == "availability" {
		size = 1 - *out.A.Value
	}
	if size > 0 {
		relative := d / size
		out.Relative = &relative
	}
	worse := (d > 0) == (out.Better == metric.Lower.String())
	low, high := out.Difference.Low, out.Difference.High
	switch {
	case math.Abs(d) <= out.Floor || math.Abs(d) <= float64(r.bounds.Tolerance*size):
		out.Verdict = result.GateNoise
	case low != nil && (*low > 0 || *high < 0) && worse:
		out.Verdict = result.GateRegressed
	case low != nil && (*low > 0 || *high < 0):
		out.Verdict = result.GateImproved
	case !worse:
		out.Verdict = result.GateNoise
	case low == nil:
		out.Verdict, out.Reason = result.GateInconclusive, "one replication has no interval; two or more do"
	default:
		out.Verdict = result.GateInconclusive
		r.decide(out, d, *high-d)
	}
}

// decide says about how many replications would.
func (r *regression) decide(out *result.GatedFigure, d, half float64) {
	n := min(r.base.Replications, r.store.Document().Replications)
	out.Needed = replications(n, half, math.Abs(d))
	out.Reason = fmt.Sprintf("the interval holds zero: more than %d replications would be needed to decide", mostNeeded)
	if out.Needed > 0 {
		out.Reason = fmt.Sprintf("the interval holds zero: about %d replications would decide (%d were compared)", out.Needed, n)
	}
}
