package estimate

import (
	"math"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// compared are the figures that are compared between topologies, of all
// journeys together and of each, of each fault, and of the runs without faults.
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

// Compare gives the paired difference of each topology to the first, for the
// main figures of users and faults. Differences are means over those
// replications in which both are defined: the same seeds met the same requests.
// Those of percentiles are b − a, as A and B come from merged histograms, with
// intervals by sectioning.
func Compare(all []*Topology) []result.Comparison {
	out := []result.Comparison{}
	if len(all) == 0 {
		return out
	}
	students := new(stats.Students)
	base := all[0]
	base.Finish()
	for _, other := range all[1:] {
		other.Finish()
		candidates := other.index()
		for i := range base.figures {
			a := &base.figures[i]
			if b, ok := candidates[a.anywhere()]; ok && a.isCompared() {
				c := compare(a, &other.figures[b], students)
				c.Baseline, c.Candidate = base.doc.Name, other.doc.Name
				out = append(out, c)
			}
		}
	}
	return out
}

// anywhere is the figure's selector without its topology.
func (f *figure) anywhere() metric.Selector {
	s := f.Selector
	s.Tags[metric.Topology] = ""
	return s
}

func (f *figure) isCompared() bool {
	for _, tag := range []metric.Tag{metric.Flow, metric.Service, metric.Database, metric.Edge, metric.Phase, metric.Team} {
		if f.Tags[tag] != "" {
			return false
		}
	}
	for _, c := range compared {
		if c.Metric == f.Metric && c.Aggregator == f.Aggregator {
			return true
		}
	}
	return false
}

// index finds the topology's figures.
func (t *Topology) index() map[metric.Selector]int {
	m := make(map[metric.Selector]int, len(t.figures))
	for i := range t.figures {
		m[t.figures[i].anywhere()] = i
	}
	return m
}

// compare pairs b, the candidate, with a, the baseline.
func compare(a, b *figure, students *stats.Students) result.Comparison {
	out := result.Comparison{Metric: a.Key(), Tags: a.anywhere().Tags.Map(), A: a.estimate, B: b.estimate, Verdict: "same"}
	var va, vb []float64
	for i := range min(len(a.values), len(b.values)) {
		if !math.IsNaN(a.values[i]) && !math.IsNaN(b.values[i]) {
			va, vb = append(va, a.values[i]), append(vb, b.values[i])
		}
	}
	if a.estimate.Value == nil || b.estimate.Value == nil || len(va) == 0 {
		out.Difference.Reason = "not defined in both"
		return out
	}
	d := students.Paired(va, vb)
	if _, quantile := a.Aggregator.Percent(); quantile && len(va) == len(a.values) && len(va) == len(b.values) {
		d = students.PairedSection(*b.estimate.Value-*a.estimate.Value, va, vb)
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
	out.Verdict = verdict(a.Metric, d)
	return out
}

// verdict is better or worse where the interval excludes zero.
func verdict(name string, d stats.Difference) string {
	if d.Low <= 0 && d.High >= 0 {
		return "same"
	}
	m, err := metric.Lookup(name)
	if err != nil || m.Better == metric.Neither {
		return "same"
	}
	if (d.Mean > 0) == (m.Better == metric.Higher) {
		return "better"
	}
	return "worse"
}
