package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/scenarios"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/topologies/strict"
)

// parseMetrics reads the metrics of a sweep, or sets those that it has without any:
// latency, availability, goodput and cost of all requests, and the blast radius of
// each fault. Every mistake is reported.
func (s *Sweep) parseMetrics() error {
	texts := s.spec.Metrics
	if len(texts) == 0 {
		texts = []string{"latency p(99)", "availability", "goodput", "costPerMillion"}
		for _, fault := range s.known[metric.Fault] {
			texts = append(texts, "blastRadius{fault:"+fault+"}")
		}
	}
	var wrong []error
	for _, text := range texts {
		m, err := parseMetric(text)
		if err == nil {
			err = s.checkMetric(&m)
		}
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("--metric %s: %v", strict.Quote(text), err))
		case slices.ContainsFunc(s.metrics, func(o sweepMetric) bool { return o.name == m.name }):
			wrong = append(wrong, fmt.Errorf("--metric %s: it is there twice", strict.Quote(text)))
		default:
			s.metrics = append(s.metrics, m)
		}
	}
	return errors.Join(wrong...)
}

// parseMetric reads a selector and, behind it, an aggregator: "latency{journey:browse}
// p(99)", "availability". Without one it is the metric's default.
func parseMetric(text string) (sweepMetric, error) {
	selector, aggregator := strings.TrimSpace(text), ""
	if i := strings.LastIndexByte(text, '}'); i >= 0 {
		selector, aggregator = text[:i+1], strings.TrimSpace(text[i+1:])
	} else if name, rest, ok := strings.Cut(selector, " "); ok {
		selector, aggregator = name, strings.TrimSpace(rest)
	}
	sel, err := metric.ParseSelector(selector)
	if err != nil {
		return sweepMetric{}, err
	}
	m, err := metric.Lookup(sel.Metric)
	if err != nil {
		return sweepMetric{}, err
	}
	if m.Unit == metric.Word {
		return sweepMetric{}, fmt.Errorf("%s is a word, and a sweep draws numbers", m.Name)
	}
	sel.Aggregator = m.Default()
	if aggregator != "" {
		a := metric.Aggregator(aggregator)
		if percent, ok := a.Percent(); ok {
			a = metric.Quantile(percent) // med is p(50)
		}
		key, err := metric.ParseKey(m.Name + "." + a.Key())
		if err != nil || key.Aggregator != a {
			return sweepMetric{}, fmt.Errorf("%s has no aggregator %s (write one behind it, as in latency{journey:browse} p(99))", m.Name, strict.Quote(aggregator))
		}
		sel.Aggregator = key.Aggregator
	}
	out := sweepMetric{name: sel.String(), selector: sel, metric: m}
	if sel.Aggregator != "" && sel.Aggregator != metric.Total {
		out.name += " " + string(sel.Aggregator)
	}
	return out, nil
}

// checkMetric refuses names that no point has, and a metric of faults that names
// none; where there is one fault, it is that.
func (s *Sweep) checkMetric(m *sweepMetric) error {
	if m.metric.OfFaults() && m.selector.Tags[metric.Fault] == "" {
		faults := s.known.of(metric.Fault)
		if len(faults) != 1 {
			return fmt.Errorf("%s is of a fault: name it, as in %s{fault:NAME} (there are %s)", m.metric.Name, m.metric.Name, orDash(strings.Join(faults, ", ")))
		}
		m.selector.Tags[metric.Fault] = faults[0]
	}
	for _, tag := range []metric.Tag{metric.Journey, metric.Flow, metric.Service, metric.Database, metric.Fault, metric.Topology, metric.Versus} {
		name := m.selector.Tags[tag]
		if name == "" {
			continue
		}
		if known := s.known.of(tag); !slices.Contains(known, name) {
			hint := strict.DidYouMean(name, known)
			if hint == "" {
				hint = " (there are " + orDash(strings.Join(known[:min(len(known), 12)], ", ")) + ")"
			}
			return fmt.Errorf("no point has a %s %s%s", tag, strict.Quote(name), hint)
		}
	}
	return nil
}

// names are those that each tag may have, over all points.
type names map[metric.Tag][]string

func (n names) of(tag metric.Tag) []string {
	if tag == metric.Versus {
		tag = metric.Topology
	}
	return n[tag]
}

// add adds those of a point.
func (n *names) add(p *scenarios.Scenario) {
	if *n == nil {
		*n = make(names)
	}
	see := func(tag metric.Tag, name string) {
		if !slices.Contains((*n)[tag], name) {
			(*n)[tag] = append((*n)[tag], name)
		}
	}
	for _, f := range p.Spec.Load {
		see(metric.Flow, f.Key)
	}
	for _, f := range p.Spec.Faults {
		see(metric.Fault, f.Key)
	}
	for _, t := range p.Topologies {
		see(metric.Topology, t.Name)
		for i := range t.System.Journeys {
			see(metric.Journey, t.System.Journeys[i].Name)
		}
		for i := range t.System.Stations {
			switch st := &t.System.Stations[i]; st.Kind {
			case model.KindService:
				see(metric.Service, st.Name)
			case model.KindDatabase:
				see(metric.Database, st.Name)
			}
		}
	}
}
