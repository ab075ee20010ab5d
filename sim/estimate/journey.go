package estimate

import (
	"fmt"

	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/stats"
)

const (
	noRequests = "no requests"
	noAnswers  = "no answered requests"
)

// population is all that users saw of one kind of run: F, or a twin.
type population struct {
	journey []journey // by model.JourneyID
	all     *journey  // all journeys together
	series  series
}

// newPopulation makes room for a system.
func newPopulation(sys *model.System, more []float64) population {
	p := population{journey: make([]journey, len(sys.Journeys)), all: new(journey), series: newSeries(sys)}
	p.all.latency.also(more)
	for i := range p.journey {
		p.journey[i].latency.also(more)
	}
	return p
}

func (p *population) add(r *measure.Run) {
	seconds := (r.Duration - r.Warmup).Seconds()
	var all measure.Journey
	for i := range p.journey {
		j := &r.Journeys[i]
		p.journey[i].add(j, seconds)
		all.Counts.AddAll(&j.Counts)
		all.Good += j.Good
		all.Latency.Add(&j.Latency)
	}
	p.all.add(&all, seconds)
	p.series.add(r)
}

// journeys are the document's figures of each journey; those of all together are
// emitted too, without the tag.
func (p *population) journeys(sys *model.System, s scope) []result.Journey {
	p.all.document(s, &model.Journey{})
	out := make([]result.Journey, len(p.journey))
	for i := range p.journey {
		m := &sys.Journeys[i]
		out[i] = p.journey[i].document(s.with(metric.Journey, m.Name), m)
	}
	return out
}

func (p *population) baseline(sys *model.System, s scope) *result.Baseline {
	return &result.Baseline{Journeys: p.journeys(sys, s), Series: p.series.document(sys, &s.e.students)}
}

// histograms adds the latencies of all journeys and of each under their selectors.
func (p *population) histograms(sys *model.System, tags metric.Tags, to map[string]result.Histogram) {
	to["latency"+tags.String()] = p.all.latency.merged.histogram()
	for i := range p.journey {
		of := tags.With(metric.Journey, sys.Journeys[i].Name)
		to["latency"+of.String()] = p.journey[i].latency.merged.histogram()
	}
}

// journey accumulates what the users of one journey saw in the measured window.
type journey struct {
	offered, throughput, goodput        column
	availability, errorRate, degradRate column
	latency                             latencies
	counts                              measure.Counts
}

func (j *journey) add(m *measure.Journey, seconds float64) {
	c := &m.Counts
	offered := float64(c.Offered())
	j.offered.add(offered / seconds)
	j.throughput.add(float64(c.Offered()-c.Of(measure.InFlight)) / seconds)
	j.goodput.add(float64(m.Good) / seconds)
	j.availability.ratio(float64(c.Answered()), offered)
	j.errorRate.ratio(float64(c.Failed()), offered)
	j.degradRate.ratio(float64(c.Of(measure.Degraded)), offered)
	j.latency.add(&m.Latency)
	j.counts.AddAll(c)
}

func (j *journey) document(s scope, m *model.Journey) result.Journey {
	out := result.Journey{
		Name:         m.Name,
		Criticality:  m.Criticality,
		Objectives:   result.Objectives{Latency: m.Latency, Availability: m.Availability},
		Offered:      s.mean("offered", j.offered, amount, noRequests),
		Throughput:   s.mean("throughput", j.throughput, amount, noRequests),
		Goodput:      s.mean("goodput", j.goodput, amount, noRequests),
		Availability: s.mean("availability", j.availability, share, noRequests),
		DegradedRate: s.mean("degradedRate", j.degradRate, share, noRequests),
		ErrorRate:    s.mean("errorRate", j.errorRate, share, noRequests),
		Latency:      j.latency.document(s, "latency", noAnswers),
		Counts: result.RequestCounts{
			Offered:   j.counts.Offered(),
			Succeeded: j.counts.Of(measure.Succeeded),
			Degraded:  j.counts.Of(measure.Degraded),
			Failed:    j.counts.Failed(),
			InFlight:  j.counts.Of(measure.InFlight),
		},
		Failures: failures(&j.counts),
	}
	if out.Counts.Offered > 0 && out.ErrorRate.Reason == "" {
		out.ErrorRate.Reason = j.fewFailures()
	}
	return out
}

// leastFailing is the number of replications with failures below which the interval
// of their share is doubtful: where they come in clusters, the largest are still to
// come (docs/statistics.md).
const leastFailing = 5

// fewFailures says what few failures, or none, prove. The interval of values that are
// all zero has no width.
func (j *journey) fewFailures() string {
	n, failing := len(j.errorRate), 0
	for _, v := range j.errorRate {
		if v > 0 {
			failing++
		}
	}
	switch {
	case failing == 0:
		return fmt.Sprintf("no failure in %d replications: at 95%% confidence, up to %.2g%% of such runs have any (3/n)",
			n, float64(100*stats.RuleOfThree(n)))
	case n > 1 && failing < min(n, leastFailing):
		return fmt.Sprintf("failures in %d of %d replications only: the interval may be too narrow", failing, n)
	}
	return ""
}

// failures counts the causes that occurred.
func failures(c *measure.Counts) map[string]int64 {
	out := map[string]int64{}
	for o := measure.Timeout; int(o) < measure.NOutcomes; o++ {
		if n := c.Of(o); n > 0 {
			out[o.String()] = n
		}
	}
	return out
}

// flow accumulates one named load.
type flow struct {
	name                         string
	offered, throughput, goodput column
}

func (f *flow) add(m *measure.Flow, seconds float64) {
	f.offered.add(float64(m.Offered) / seconds)
	f.throughput.add(float64(m.Answered) / seconds)
	f.goodput.add(float64(m.Good) / seconds)
}

func (f *flow) document(s scope) result.Flow {
	s = s.with(metric.Flow, f.name)
	return result.Flow{
		Name:       f.name,
		Offered:    s.mean("offered", f.offered, amount, noRequests),
		Throughput: s.mean("throughput", f.throughput, amount, noRequests),
		Goodput:    s.mean("goodput", f.goodput, amount, noRequests),
	}
}
