package scenarios

import (
	"strings"

	"faultline/sim"
	"faultline/sim/metric"
	"faultline/topologies/strict"
)

// precision makes what package sim takes of run.precision.
func (l *loader) precision(s *Scenario, run *strict.Node) {
	p := s.Run.Precision
	if p == nil || p.Metric == "" {
		return
	}
	at := run.Get("precision").Get("metric")
	selector, err := parseFigure(p.Metric)
	switch {
	case err != nil:
		l.Errs.At(at, "%v", err)
	case selector.Tags[metric.Versus] != "":
		l.Errs.At(at, "a difference has no precision of its own; leave versus out")
	default:
		l.precisionAt = at
		s.precision = &sim.Precision{Metric: selector, HalfWidth: float64(p.HalfWidth), MaxReplications: s.Run.most()}
	}
}

// parseFigure reads a selector with an aggregator, as result.json names its
// samples: latency.p99{journey:checkout}. Without one it is the metric's default.
func parseFigure(text string) (metric.Selector, error) {
	name, tags, braced := strings.Cut(text, "{")
	base, _, dotted := strings.Cut(name, ".")
	if braced {
		tags = "{" + tags
	}
	selector, err := metric.ParseSelector(base + tags)
	if err != nil || !dotted {
		return selector, err
	}
	key, err := metric.ParseKey(strings.TrimSpace(name))
	selector.Aggregator = key.Aggregator
	return selector, err
}

// checkPrecision checks the names in the tags of the precision's figure.
func (l *loader) checkPrecision(s *Scenario) {
	if s.precision != nil {
		l.checkTags(s, l.precisionAt, s.precision.Metric.Tags)
	}
}
