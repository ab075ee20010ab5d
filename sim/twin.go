package sim

import (
	"strings"
	"time"

	"faultline/sim/blast"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// faultWindows are those of the faults, for the comparison with their twins.
func (p *Plan) faultWindows() []blast.Window {
	all := make([]blast.Window, len(p.Faults))
	for i := range p.Faults {
		end, ok := p.Faults[i].End()
		all[i] = blast.Window{Start: p.Faults[i].At, End: end, Open: !ok, Again: p.Faults[i].Every != nil}
	}
	return all
}

// spans are when each fault lasts: over them components and journeys are measured
// by themselves.
func spans(windows []blast.Window, duration time.Duration) []measure.Span {
	all := make([]measure.Span, len(windows))
	for i, w := range windows {
		all[i] = w.Span(duration)
	}
	return all
}

// patience is the longest time that a client of the system waits for an answer,
// 0 if one of them waits for ever: its users are what counts.
func (p *Plan) patience() (longest time.Duration) {
	for _, e := range p.System.Edges {
		if e.From != model.Users {
			continue
		}
		if e.Timeout == 0 {
			return 0
		}
		longest = max(longest, e.Timeout)
	}
	return longest
}

// objectives are what the journeys promise, by model.JourneyID. Of several bounds
// on latency the loosest counts, as for what is good.
func objectives(sys *model.System) []blast.Objective {
	all := make([]blast.Objective, len(sys.Journeys))
	for i := range sys.Journeys {
		j, o := &sys.Journeys[i], &all[i]
		o.Availability = j.Availability
		if j.Latency == "" {
			continue
		}
		for part := range strings.SplitSeq(j.Latency, ",") {
			e, err := metric.ParseObjective("latency", strings.TrimSpace(part))
			if err != nil || e.Duration() != j.LatencyBound {
				continue
			}
			percent, quantile := e.Aggregator.Percent()
			switch {
			case quantile:
				o.Quantile = max(o.Quantile, percent/100)
			case e.Aggregator == "max":
				o.Quantile = 1
			case e.Aggregator == "avg":
				o.Mean = e.Duration()
			}
		}
	}
	return all
}

// flows are what a comparison must know of the load in one replication.
func (p *Plan) flows(seed uint64, replication int) []blast.Flow {
	root := rng.Root(seed, replication)
	all := make([]blast.Flow, len(p.Flows))
	for i := range p.Flows {
		f := &p.Flows[i]
		key := load.FlowKey(root, f.Name)
		all[i] = blast.Flow{Closed: f.VUs > 0, Population: f.Population,
			User: func(n uint64) uint32 { return f.User(load.RequestKey(key, n)) }}
		if f.Population == 0 {
			all[i].Population = load.DefaultPopulation
		}
	}
	return all
}

// seeds are what a fault hits in the graph of calls; nil: it is not applicable.
// A flow, a zone or a node has no place there.
func (p *Plan) seeds(f fault.Fault) *blast.Seeds {
	places, err := f.Where().Resolve(p.System, p.flowNames())
	if err != nil {
		return nil
	}
	s := blast.NewSeeds(p.System)
	for _, at := range places {
		switch f.Where().Key() {
		case "component":
			if at.Component != model.None {
				s.Component(p.System, at.Component)
			}
		case "operation":
			if at.Op != model.None {
				s.Operation(p.System, at.Op)
			}
		case "service", "database":
			if at.Station != model.None {
				s.Station(p.System, at.Station)
			}
		case "edge":
			if at.Edge != model.None {
				s.Edge(p.System, at.Edge)
			}
		}
	}
	return &s
}
