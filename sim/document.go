package sim

import (
	"fmt"
	"slices"

	"faultline/sim/estimate"
	"faultline/sim/result"
)

// result puts the document together.
func (r *runner) result() (*result.Store, error) {
	doc := r.o.Meta
	doc.Schema = result.Schema
	doc.Seed = r.o.Seed
	doc.Replications = r.merged
	doc.Fingerprint = fmt.Sprintf("%016x", r.print)
	doc.Verdict = "pass"
	doc.Warnings = append(slices.Clone(doc.Warnings), r.found...)
	switch {
	case r.early != "":
		doc.Partial = true
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("partial: replication %d of %d ended early, and no more were begun: %s", r.merged, r.wanted, r.early))
	case r.merged < r.wanted:
		doc.Partial = true
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("partial: stopped after %d of %d replications", r.merged, r.wanted))
	}
	r.precision(&doc)
	if r.merged < 2 {
		doc.Warnings = append(doc.Warnings, "one replication: no interval can be given; run at least 2")
	}
	if len(r.plans) > 0 {
		doc.Scenario.Duration = r.plans[0].Duration.Seconds()
		doc.Scenario.Warmup = r.plans[0].Warmup.Seconds()
		doc.Scenario.AutoWarmup = r.plans[0].AutoWarmup
	}
	for _, t := range r.tops {
		top, samples := t.Finish()
		doc.Topologies = append(doc.Topologies, top)
		if len(r.tops) == 1 {
			doc.Samples = samples // of a thousand services they are not worth a copy
		} else {
			doc.Samples = append(doc.Samples, samples...)
		}
	}
	doc.Comparisons = estimate.Compare(r.tops)
	return result.New(&doc)
}
