package estimate

import (
	"time"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// phase accumulates what users saw during a fault and after it, of one journey or
// of all: of the requests that arrived in it, surge requests left out.
type phase struct {
	during, after sides
	timed         bool // the runs have measured the latencies
}

type sides struct {
	offered, goodput, availability, errorRate, degradedRate column

	latency latencies
}

func (p *phase) columns() (list []*column) {
	for _, s := range []*sides{&p.during, &p.after} {
		list = append(list, &s.offered, &s.goodput, &s.availability, &s.errorRate, &s.degradedRate)
	}
	return list
}

func (s *sides) add(m *blast.Side, length time.Duration) {
	offered := float64(m.Offered)
	s.offered.ratio(offered, length.Seconds())
	s.goodput.ratio(float64(m.Good), length.Seconds())
	s.availability.ratio(float64(m.Answered), offered)
	s.errorRate.ratio(float64(m.Failed), offered)
	s.degradedRate.ratio(float64(m.Degraded), offered)
}

// addPhases takes a replication in which the fault is number k of the scenario.
func (d *damage) addPhases(run *measure.Run, p *blast.Pairing, k int) {
	span := d.Window.Span(run.Duration)
	timed := true
	for i := range d.phases {
		of := &p.All
		if i > 0 {
			of = &p.Journeys[i-1]
			timed = timed && k < len(run.Journeys[i-1].Spans) && k < len(run.Journeys[i-1].After)
		}
		d.phases[i].during.add(&of.During.F, span.To-span.From)
		d.phases[i].after.add(&of.After.F, run.Duration-span.To)
	}
	var during, after measure.Histogram
	for i := 1; i < len(d.phases); i++ {
		in, later := &measure.Histogram{}, &measure.Histogram{}
		if timed {
			in, later = &run.Journeys[i-1].Spans[k], &run.Journeys[i-1].After[k]
		}
		during.Add(in)
		after.Add(later)
		d.phases[i].times(in, later, timed)
	}
	d.phases[0].times(&during, &after, timed)
}

func (p *phase) times(during, after *measure.Histogram, timed bool) {
	p.during.latency.add(during)
	p.after.latency.add(after)
	p.timed = timed
}

func (d *damage) documentPhases(out *result.Fault, sys *model.System, s scope) {
	for i := range d.phases {
		of := s
		if i > 0 {
			of = s.with(metric.Journey, sys.Journeys[i-1].Name)
		}
		p := &d.phases[i]
		for _, at := range []struct {
			name string
			of   *sides
		}{{metric.During, &p.during}, {metric.After, &p.after}} {
			in := of.with(metric.Phase, at.name)
			in.mean("offered", at.of.offered, amount, d.why(noRequests))
			in.mean("goodput", at.of.goodput, amount, d.why(noRequests))
			in.mean("availability", at.of.availability, share, d.why(noRequests))
			in.mean("errorRate", at.of.errorRate, share, d.why(noRequests))
			in.mean("degradedRate", at.of.degradedRate, share, d.why(noRequests))
		}
		if !p.timed {
			continue
		}
		during := p.during.latency.document(of.with(metric.Phase, metric.During), "latency", d.why(noAnswers))
		after := p.after.latency.document(of.with(metric.Phase, metric.After), "latency", d.why(noAnswers))
		if i > 0 {
			out.Journeys[i-1].Latency, out.Journeys[i-1].LatencyAfter = &during, &after
		} else {
			out.Latency, out.LatencyAfter = &during, &after
		}
	}
}
