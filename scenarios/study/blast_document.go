package study

import (
	"cmp"
	"fmt"
	"slices"

	"faultline/sim"
	"faultline/sim/result"
)

const (
	// singlePoint is the share of a journey that a fault takes for its target to be a
	// single point of failure: what docs/results.md calls an outage.
	singlePoint = 0.5
	// absorbed is the share of requests, of all and of each journey, below which a
	// fault has done no damage to speak of.
	absorbed = 0.001
	month    = 30 * 24 * 3600.0 // seconds
)

// document puts the figures of all topologies together.
func (b *Blast) document(report *sim.AloneReport) *result.Blast {
	meta := b.Scenario.Options().Meta
	doc := &result.Blast{Schema: result.BlastSchema, Scenario: meta.Scenario, Fingerprint: report.Fingerprint, Partial: report.Partial,
		Load: result.BlastLoad{Rate: b.rate, Origin: b.origin}, Window: b.window(), Weights: "equal",
		Warnings: append([]string{}, b.notes...), Sources: meta.Sources, Resolved: meta.Resolved, Topologies: []result.BlastTopology{}}
	doc.Scenario.Warmup = report.Warmup
	doc.Scenario.AutoWarmup = b.plans[0].AutoWarmup
	doc.Warnings = append(doc.Warnings, meta.Warnings...)
	doc.Warnings = append(doc.Warnings, report.Warnings...)
	if len(b.mtbf) > 0 {
		doc.Weights = "mtbf"
	}
	for i := range report.Plans {
		name := b.plans[i].System.Name
		for _, w := range b.Scenario.Topologies[i].Warnings {
			doc.Warnings = append(doc.Warnings, name+": "+w)
		}
		doc.Topologies = append(doc.Topologies, b.topology(i, &report.Plans[i], &doc.Warnings))
	}
	if b.Scenario.Options().Replications < 2 {
		doc.Warnings = append(doc.Warnings, "one replication: no interval can be given; run at least 2")
	}
	return doc
}

// topology is the matrix of one topology, and what follows from it.
func (b *Blast) topology(i int, a *sim.Alone, warnings *[]string) result.BlastTopology {
	t := result.BlastTopology{Name: b.plans[i].System.Name, Digest: b.plans[i].Digest, Baseline: a.Baseline, Overload: a.Overload,
		Classes: []result.BlastClass{}, Ranking: []result.BlastTarget{}, Faults: []result.BlastFault{}, LeftOut: []string{}}
	say := func(format string, args ...any) {
		*warnings = append(*warnings, t.Name+": "+fmt.Sprintf(format, args...))
	}
	unrated, fewer, unknown := 0, 0, 0
	for k := range a.Faults {
		if a.Faults[k].Replications == 0 {
			t.LeftOut = append(t.LeftOut, b.Experiments[i][k].Name)
			continue
		}
		f := b.faultOf(&b.Experiments[i][k], &a.Faults[k])
		if f.EndedEarly != "" {
			say("%s ended early: %s", f.Name, f.EndedEarly)
		}
		if f.Replications < b.Scenario.Options().Replications {
			fewer++
		}
		if f.States["unknown"] > 0 {
			unknown++
		}
		if f.PerMonth == nil && len(b.mtbf) > 0 {
			unrated++
		}
		t.Faults = append(t.Faults, f)
	}
	if fewer > 0 {
		say("partial: %d of %d faults have fewer than %d replications", fewer, len(a.Faults), b.Scenario.Options().Replications)
	}
	if n := len(t.LeftOut); n > 0 {
		say("partial: %d of %d faults were left out: %s", n, len(a.Faults), listed(t.LeftOut, 12))
	}
	if unknown > 0 {
		say("the run ends too soon to tell whether it recovers from %d of %d faults (write a longer --duration, or a shorter --lasts)", unknown, len(t.Faults))
	}
	if unrated > 0 {
		say("%d of %d faults have no --mtbf; the expectation leaves them out", unrated, len(t.Faults))
	}
	if o := a.Overload; o != nil {
		say("overloaded without any fault in %d of %d replications: what a fault does then says nothing; write a lower rate", o.Replications, a.Replications)
	}
	slices.SortStableFunc(t.Faults, func(x, y result.BlastFault) int {
		return cmp.Compare(slices.Index(classes, x.Class), slices.Index(classes, y.Class))
	})
	weigh(t.Faults)
	sum(&t)
	return t
}

// listed names some things, and counts the rest.
func listed(names []string, most int) string {
	text := ""
	for i, n := range names {
		switch {
		case i == most:
			return text + fmt.Sprintf(" and %d more", len(names)-most)
		case i > 0:
			text += ", "
		}
		text += n
	}
	return text
}
