package study

import (
	"cmp"
	"context"
	"math"
	"slices"

	"faultline/sim"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// point is one load at which all replications of a topology were run.
type point struct {
	doc     result.LoadPoint
	misses  [][]result.Miss // by replication
	uses    []use           // of the bounded resources
	cause   *result.CommonCause
	samples map[string][]*float64 // by metric and journey: what is compared in pairs
}

// use is how busy one resource of a station is, by replication.
type use struct {
	station  model.StationID
	resource string
	values   []float64
}

// measure runs a place of the lattice, unless it has been.
func (c *search) measure(ctx context.Context, t *searched, at int) error {
	c.mu.Lock()
	done := t.points[at] != nil
	c.mu.Unlock()
	if done {
		return nil
	}
	p, err := c.point(ctx, t, c.lattice.load(float64(at)))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.points[at] = p
	return nil
}

// point runs all replications of a topology at a load. A point that was stopped
// before all were done is ErrStopped: its figures would not fit the others'.
func (c *search) point(ctx context.Context, t *searched, load float64) (*point, error) {
	plan, o := c.scaled(t, load), c.options
	p := &point{misses: make([][]result.Miss, o.Replications), uses: resourcesOf(plan.System)}
	seen := 0
	o.Observe = func(_, n int, run *measure.Run) {
		p.misses[n] = t.exam.misses(run)
		for i := range p.uses {
			p.uses[i].values = append(p.uses[i].values, p.uses[i].of(run, plan.System))
		}
		seen++
	}
	o.Progress = c.tick
	store, err := sim.Run(ctx, []sim.Plan{plan}, o)
	switch {
	case err != nil:
		return nil, err
	case seen < o.Replications && store.Document().Topologies[0].EndedEarly == "":
		return nil, sim.ErrStopped
	}
	for n := seen; n < o.Replications; n++ { // a limit was reached: they would reach it too
		p.misses[n] = p.misses[seen-1]
	}
	p.fill(store, load, load/c.today)
	return p, nil
}

// resourcesOf is what a utilisation is known of.
func resourcesOf(sys *model.System) (list []use) {
	for i := range sys.Stations {
		s := &sys.Stations[i]
		if s.Kind != model.KindService && s.Kind != model.KindDatabase {
			continue
		}
		if s.Cores != model.Unlimited {
			list = append(list, use{model.StationID(i), "cores", nil})
		}
		if s.Workers != model.Unlimited {
			list = append(list, use{model.StationID(i), workersOf(s), nil})
		}
	}
	return list
}

// workersOf is what the workers of a station are called.
func workersOf(s *model.Station) string {
	if s.Kind == model.KindDatabase {
		return "connections"
	}
	return "workers"
}

// of is the share of the resource in use over the measured window.
func (u *use) of(run *measure.Run, sys *model.System) float64 {
	s := &run.Stations[u.station]
	busy, there := s.BusyCoreTime, s.CoreTime
	if u.resource != "cores" {
		busy, there = s.InServiceTime, float64(s.UpTime*float64(sys.Stations[u.station].Workers))
	}
	if there == 0 {
		return 0
	}
	return busy / there
}

// fill takes from a result what a point says.
func (p *point) fill(store *result.Store, load, factor float64) {
	doc := store.Document()
	t := &doc.Topologies[0]
	tags := metric.Tags{}.With(metric.Topology, t.Name)
	p.samples = map[string][]*float64{}
	figure := func(name string, a metric.Aggregator, tags metric.Tags) result.Estimate {
		f, ok := store.Figure(metric.Selector{Metric: name, Aggregator: a, Tags: tags})
		if !ok {
			return result.Estimate{Reason: "not measured"}
		}
		p.samples[metric.Selector{Metric: name, Aggregator: a}.Key()+"/"+tags[metric.Journey]] = f.Samples
		return f.Estimate
	}
	latency := func(tags metric.Tags) result.LoadLatency {
		return result.LoadLatency{Avg: figure("latency", "avg", tags), P50: figure("latency", "p(50)", tags), P99: figure("latency", "p(99)", tags)}
	}
	d := &p.doc
	*d = result.LoadPoint{Load: load, Factor: factor, Misses: summed(p.misses), Journeys: []result.LoadJourney{},
		Offered: figure("offered", "", tags), Throughput: figure("throughput", "", tags), Goodput: figure("goodput", "", tags),
		Availability: figure("availability", "", tags), Latency: latency(tags),
		CostPerHour: figure("costPerHour", "", tags), CostPerMillion: figure("costPerMillion", "", tags)}
	for _, j := range t.Journeys {
		of := tags.With(metric.Journey, j.Name)
		d.Journeys = append(d.Journeys, result.LoadJourney{Name: j.Name, Goodput: figure("goodput", "", of), Availability: figure("availability", "", of), Latency: latency(of)})
	}
	meets := 0
	for _, m := range p.misses {
		if len(m) == 0 {
			meets++
		}
	}
	d.Meets = float64(meets) / float64(len(p.misses))
	if t.Overload != nil {
		d.Overloaded = t.Overload.Replications
	}
	p.cause = commonCause(t, load)
}

// busiest is the resource with the highest utilisation on average, of all or of one
// kind; nil if there is none.
func (p *point) busiest(kind string) *use {
	var most *use
	best := math.Inf(-1)
	for i := range p.uses {
		u := &p.uses[i]
		if kind != "" && u.resource != kind || len(u.values) == 0 {
			continue
		}
		if v := *interval(u.values).Value; v > best {
			most, best = u, v
		}
	}
	return most
}

// summed counts what the replications miss, the commonest first.
func summed(misses [][]result.Miss) []result.Miss {
	list := []result.Miss{}
	for _, of := range misses {
		for _, m := range of {
			i := slices.IndexFunc(list, func(o result.Miss) bool { return o.Journey == m.Journey && o.Objective == m.Objective })
			if i < 0 {
				list = append(list, m)
				continue
			}
			list[i].Replications += m.Replications
		}
	}
	slices.SortStableFunc(list, func(a, b result.Miss) int { return cmp.Compare(b.Replications, a.Replications) })
	return list
}

// commonCause is the commonest cause of failed requests, and the edge that saw most
// of it.
func commonCause(t *result.Topology, load float64) *result.CommonCause {
	byCause, all := map[string]int64{}, int64(0)
	for i := range t.Journeys {
		for cause, n := range t.Journeys[i].Failures {
			byCause[cause] += n
			all += n
		}
	}
	if all == 0 {
		return nil
	}
	out := &result.CommonCause{Load: load}
	most := int64(0)
	for _, cause := range result.Causes {
		if n := byCause[cause]; n > most {
			out.Cause, most = cause, n
		}
	}
	out.Share = float64(most) / float64(all)
	most = 0
	for i := range t.Edges {
		if n := t.Edges[i].Failures[out.Cause]; n > most {
			out.Edge, most = t.Edges[i].From+" -> "+t.Edges[i].To, n
		}
	}
	return out
}
