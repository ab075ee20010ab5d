package estimate

import (
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

const neverCalled = "never called"

// edge accumulates the calls from one station to another, under all policies
// that the model tells apart.
type edge struct {
	from, to                 string
	parts                    []int // by model.EdgeID
	amplification, errorRate column
	availability, degraded   column
	latency                  latencies
	calls, sent              int64
	counts                   measure.Counts
}

// newEdges are the pairs of stations in the order of the model's edges.
func newEdges(sys *model.System, config *Config) []edge {
	out := make([]edge, 0, len(sys.Edges))
	index := make(map[[2]model.StationID]int) // of out
	for id := range sys.Edges {
		m := &sys.Edges[id]
		ends := [2]model.StationID{m.From, m.To}
		at, known := index[ends]
		if !known {
			at = len(out)
			index[ends] = at
			out = append(out, edge{from: sys.Stations[m.From].Name, to: sys.Stations[m.To].Name})
			out[at].latency.also(config.Percentiles)
			out[at].latency.single = config.Single
		}
		out[at].parts = append(out[at].parts, id)
	}
	return out
}

func (e *edge) add(r *measure.Run) {
	latency := &r.Edges[e.parts[0]].Latency
	if len(e.parts) > 1 {
		latency = new(measure.Histogram)
		for _, id := range e.parts {
			latency.Add(&r.Edges[id].Latency)
		}
	}
	var counts measure.Counts
	var calls, sent int64
	for _, id := range e.parts {
		m := &r.Edges[id]
		calls += m.Calls
		sent += m.Sent
		counts.AddAll(&m.Counts)
	}
	e.amplification.ratio(float64(sent), float64(calls))
	e.errorRate.ratio(float64(counts.Failed()), float64(counts.Offered()))
	e.availability.ratio(float64(counts.Answered()), float64(counts.Offered()))
	e.degraded.ratio(float64(counts.Of(measure.Degraded)), float64(counts.Offered()))
	e.latency.add(latency)
	e.calls += calls
	e.sent += sent
	e.counts.AddAll(&counts)
}

func (e *edge) document(s scope) result.Edge {
	s = s.with(metric.Edge, e.from+" -> "+e.to)
	return result.Edge{
		From: e.from, To: e.to, Calls: e.calls, Retries: e.sent - e.calls,
		Amplification: s.mean("amplification", e.amplification, amount, neverCalled),
		ErrorRate:     s.mean("errorRate", e.errorRate, share, neverCalled),
		Latency:       e.latency.document(s, "latency", noAnswers),
		Failures:      failures(&e.counts),
		Availability:  s.pointer("availability", e.availability, share, neverCalled),
		DegradedRate:  s.pointer("degradedRate", e.degraded, share, neverCalled),
	}
}
