package estimate

import (
	"math"

	"faultline/sim/blast"
	"faultline/sim/metric"
	"faultline/sim/result"
)

// losses are what some requests lost to a fault: all of them, those of a journey,
// or those of a team.
type losses struct {
	during, after          phaseLosses
	failed, slow, degraded column // during
}

// phaseLosses are those of requests that arrived during the fault, or after it.
type phaseLosses struct{ radius, lost, gained, pairs column }

func (l *losses) add(p *blast.Phases) {
	l.during.add(&p.During)
	l.after.add(&p.After)
	during := &p.During
	l.failed.ratio(float64(during.LostFailed), float64(during.GoodBase))
	l.slow.ratio(float64(during.Lost-during.LostFailed), float64(during.GoodBase))
	l.degraded.ratio(float64(during.Degraded), float64(during.Succeeded))
}

func (l *phaseLosses) add(t *blast.Tally) {
	radius, ok := t.Radius()
	if !ok {
		radius = math.NaN()
	}
	l.radius.add(radius)
	l.lost.add(float64(t.Lost))
	l.gained.add(float64(t.Gained))
	l.pairs.add(float64(t.Pairs))
}

// columns are all that have one value a replication.
func (l *losses) columns() []*column {
	columns := []*column{&l.failed, &l.slow, &l.degraded}
	for _, p := range []*phaseLosses{&l.during, &l.after} {
		columns = append(columns, &p.radius, &p.lost, &p.gained, &p.pairs)
	}
	return columns
}

// document emits the figures; of the counts the result holds sums, and the
// figures are samples alone.
func (l *losses) document(s scope, why func(string) string) (during, after result.Estimate, severity result.Severity) {
	during = s.mean("blastRadius", l.during.radius, net, why(nothingGood))
	after = s.mean("blastRadiusAfter", l.after.radius, net, why(nothingGood))
	l.during.counts(s, why)
	l.after.counts(s.with(metric.Phase, metric.After), why)
	return during, after, result.Severity{
		Failed:   s.part("severity", "failed", l.failed, share, why(nothingGood)),
		TooSlow:  s.part("severity", "tooSlow", l.slow, share, why(nothingGood)),
		Degraded: s.part("severity", "degraded", l.degraded, share, why("nothing succeeded without the fault")),
	}
}

func (l *phaseLosses) counts(s scope, why func(string) string) {
	s.part("lost", metric.Total, l.lost, amount, why(noRequests))
	s.part("gained", metric.Total, l.gained, amount, why(noRequests))
	s.part("pairs", metric.Total, l.pairs, amount, why(noRequests))
}
