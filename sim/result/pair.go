package result

import (
	"faultline/sim/metric"
	"faultline/sim/stats"
)

// compared are the figures that are compared between topologies and between
// results, of all journeys together and of each, of each fault, and of the runs
// without faults.
var compared = []metric.Selector{
	{Metric: "goodput"},
	{Metric: "availability"},
	{Metric: "degradedRate"},
	{Metric: "latency", Aggregator: "avg"},
	{Metric: "latency", Aggregator: "p(50)"},
	{Metric: "latency", Aggregator: "p(99)"},
	{Metric: "costPerHour"},
	{Metric: "costPerMillion"},
	{Metric: "blastRadius"},
	{Metric: "blastRadiusAfter"},
	{Metric: "timeToRecover"},
	{Metric: "recoveredShare"},
	{Metric: "journeyBlastRadius"},
	{Metric: "componentBlastRadius"},
	{Metric: "teamBlastRadius"},
	{Metric: "containment"},
	{Metric: "userBlastRadius"},
	{Metric: "userMinutesLost", Aggregator: metric.Total},
	{Metric: "concentration"},
	{Metric: "resilienceLoss", Aggregator: metric.Total},
	{Metric: "budgetBurn"},
}

// IsCompared reports whether a figure is one of those that comparisons hold.
func IsCompared(s metric.Selector) bool {
	for _, tag := range []metric.Tag{metric.Flow, metric.Service, metric.Database, metric.Edge, metric.Phase, metric.Team} {
		if s.Tags[tag] != "" {
			return false
		}
	}
	for _, c := range compared {
		if c.Metric == s.Metric && c.Aggregator == s.Aggregator {
			return true
		}
	}
	return false
}

// Pair is the paired difference of b, the candidate, to a, the baseline: the
// mean over those replications in which both are defined, as the same seeds met
// the same requests. That of percentiles is b − a, as the estimates come from
// merged histograms, with its interval by sectioning.
//
// Where one of them has more replications, the first ones are pairs; then A and B
// are the means over the pairs, and so is the difference.
func Pair(students *stats.Students, a, b Figure) Comparison {
	tags := a.Selector.Tags.With(metric.Topology, "")
	out := Comparison{Metric: a.Selector.Key(), Tags: tags.Map(), A: a.Estimate, B: b.Estimate, Verdict: Same,
		Baseline: a.Selector.Tags[metric.Topology], Candidate: b.Selector.Tags[metric.Topology]}
	n := min(len(a.Samples), len(b.Samples))
	va, vb := both(a.Samples[:n], b.Samples[:n])
	if len(a.Samples) != len(b.Samples) {
		const reason = "undefined in every pair of replications"
		out.A, out.B = estimate(a.Selector.Metric, va, reason), estimate(a.Selector.Metric, vb, reason)
	}
	if out.A.Value == nil || out.B.Value == nil || len(va) == 0 {
		out.Difference.Reason = "not defined in both"
		return out
	}
	d := students.Paired(va, vb)
	if _, quantile := a.Selector.Aggregator.Percent(); quantile && len(va) == len(a.Samples) && len(va) == len(b.Samples) {
		d = students.PairedSection(*b.Value-*a.Value, va, vb)
	}
	out.Difference.Value = &d.Mean
	if !d.OK {
		out.Difference.Reason = "one replication: no interval"
		return out
	}
	out.Difference.Low, out.Difference.High = &d.Low, &d.High
	if d.Reduction > 0 {
		out.VarianceReduction = &d.Reduction
	}
	out.Verdict = contrast(a.Selector.Metric, d)
	return out
}

// both are the values of those replications in which both are defined.
func both(a, b []*float64) (va, vb []float64) {
	for i := range a {
		if a[i] != nil && b[i] != nil {
			va, vb = append(va, *a[i]), append(vb, *b[i])
		}
	}
	return va, vb
}

// The verdicts on a difference.
const (
	Better = "better"
	Worse  = "worse"
	Same   = "same" // not told apart, or neither way is better
)

// contrast is better or worse where the interval excludes zero.
func contrast(name string, d stats.Difference) string {
	if d.Low <= 0 && d.High >= 0 {
		return Same
	}
	m, err := metric.Lookup(name)
	if err != nil || m.Better == metric.Neither {
		return Same
	}
	if (d.Mean > 0) == (m.Better == metric.Higher) {
		return Better
	}
	return Worse
}

// Differences pairs each compared figure of one topology of a with that of one
// topology of b, in the order of a's samples. A figure that one of them lacks is
// left out.
func Differences(a, b *Store, ta, tb string) (out []Comparison) {
	students := new(stats.Students)
	for i := range a.doc.Samples {
		s, err := sampleSelector(&a.doc.Samples[i])
		if err != nil || s.Tags[metric.Topology] != ta || !IsCompared(s) {
			continue // New has refused what is no selector
		}
		fa, known := a.Figure(s)
		s.Tags[metric.Topology] = tb
		if fb, ok := b.Figure(s); ok && known {
			out = append(out, Pair(students, fa, fb))
		}
	}
	return out
}
