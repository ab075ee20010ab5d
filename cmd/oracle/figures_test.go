package oracle

import (
	"math"
	"time"

	"faultline/sim"
	"faultline/sim/metric"
	"faultline/sim/model"
)

// figure is one number of a system: what it is exactly, and where a result has it.
type figure struct {
	name   metric.Selector
	exact  float64
	events float64 // how often a second that happens which makes it; a rare one cannot be judged
}

// solved is a system whose answers are known.
type solved struct {
	figures []figure
	states  int
	settled float64 // seconds until the chain has forgotten that it began empty
	rate    float64 // of requests
	seconds float64 // that a replication is measured
}

// work solves a plan exactly. Within seconds of simulated time from the empty state
// the means are those of the stationary chain, and what the beginning adds: nothing
// if the simulation leaves its beginning out.
func work(plan *sim.Plan, limit int, seconds func(*solved) float64) (*solved, error) {
	m, err := newMachine(plan.System, plan.Flows, plan.Faults)
	if err != nil {
		return nil, err
	}
	c, err := m.explore(limit)
	if err != nil {
		return nil, err
	}
	if err := c.solve(); err != nil {
		return nil, err
	}
	s := &solved{states: len(c.pi)}
	rates := mean(c.pi, c.counted)
	for j := range m.sys.Journeys {
		s.rate += rates[m.journey(j)+jOffered]
	}
	after, excess := c.settle()
	s.settled = after
	p := append([]float64(nil), c.pi...)
	if m.fault != nil { // it begins with the measured window
		t := seconds(s)
		for i := range p {
			p[i] += excess[i] / t
		}
	}
	s.figures = m.figures(mean(p, c.counted), mean(p, c.levels))
	return s, nil
}

// figures are read from the rates of what is counted, and the means of what there is.
func (m *machine) figures(rates, levels []float64) (all []figure) {
	add := func(name string, tag metric.Tag, subject string, exact, events float64) {
		sel := metric.Selector{Metric: name}
		if name == "latency" {
			sel.Aggregator = "avg"
		}
		sel.Tags[tag] = subject
		all = append(all, figure{sel, exact, events})
	}
	for j := range m.sys.Journeys {
		of := rates[m.journey(j):]
		name, offered := m.sys.Journeys[j].Name, of[jOffered]
		if offered == 0 {
			continue
		}
		answered := of[jSucceeded] + of[jDegraded]
		add("availability", metric.Journey, name, answered/offered, min(answered, of[jFailed]))
		add("degradedRate", metric.Journey, name, of[jDegraded]/offered, of[jDegraded])
		add("throughput", metric.Journey, name, answered+of[jFailed], offered)
		if of[jLate] == 0 && answered > 0 { // who fails at once adds nothing to those who are there
			add("latency", metric.Journey, name, levels[len(m.sys.Stations)*perStation+j]/answered, answered)
		}
	}
	for i := range m.sys.Stations {
		s, of := &m.sys.Stations[i], levels[i*perStation:]
		tag := metric.Service
		switch s.Kind {
		case model.KindDatabase:
			tag = metric.Database
		case model.KindService:
		default:
			continue
		}
		calls := 0.0
		for e := range m.sys.Edges {
			if int(m.sys.Edges[e].To) == i {
				calls += rates[m.edge(e)+eSent]
			}
		}
		add("utilization", tag, s.Name, of[lBusy]/(s.Cores*float64(s.Replicas)), calls)
		add("concurrency", tag, s.Name, of[lService], calls)
		add("queueLength", tag, s.Name, of[lQueue], rates[m.station(i)])
	}
	for e := range m.sys.Edges {
		x := &m.sys.Edges[e]
		if calls, sent := rates[m.edge(e)+eCalls], rates[m.edge(e)+eSent]; x.Retries != nil && calls > 0 && m.only(e) {
			add("amplification", metric.Edge, m.sys.Stations[x.From].Name+" -> "+m.sys.Stations[x.To].Name, sent/calls, sent-calls)
		}
	}
	return all
}

// only reports whether an edge is the only one between its stations: results know
// them by the stations.
func (m *machine) only(e int) bool {
	for i := range m.sys.Edges {
		if i != e && m.sys.Edges[i].From == m.sys.Edges[e].From && m.sys.Edges[i].To == m.sys.Edges[e].To {
			return false
		}
	}
	return true
}

func inSeconds(x float64) string { return time.Duration(math.Round(x * 1e9)).String() }
