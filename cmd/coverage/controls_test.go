package coverage

import (
	"context"
	"errors"
	"math"
	"time"

	"faultline/scenarios"
	"faultline/sim/engine"
	"faultline/sim/measure"
	"faultline/sim/stats"
)

// controls do what is known to be wrong: the measurement must see it.
func controls() []model {
	mean := func(how string, truth float64, r rule) figure {
		return figure{name: how, at: "latency.avg", truth: exactly(truth), rule: r}
	}
	return []model{
		{name: "mm1-80", label: "mm1-80, requests taken as independent", quick: true, replications: 1, ask: naive, figures: []figure{mean("mean latency", 0.05, control)}},
		{name: "settle", label: "settle, no warm-up", set: []string{"run.warmup=0s"}, figures: []figure{mean("mean latency", 0.05, control)}},
		{name: "settle", label: "settle, MSER-5", replications: 20, ask: cuts, figures: []figure{
			{name: "customers present, a cut for each replication", truth: exactly(4), rule: control},
			{name: "customers present, one cut from the average of these runs", truth: exactly(4), rule: control},
			{name: "customers present, one cut from the average of others", truth: exactly(4)}}},
		{name: "stop", label: "stop, after each replication", set: []string{"run.precision=none"}, replications: 60, ask: sequential, figures: []figure{
			mean("mean latency, from 3 on", 0.02, control), mean("mean latency, from 20 on", 0.02, shown)}},
	}
}

// naive is the interval of one run over its requests, as if they were independent.
func naive(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
	store, err := run(s, seed, m.replications)
	if err != nil {
		return answer{}, err
	}
	h, ok := store.Document().Topologies[0].Histograms["latency"]
	if !ok {
		return answer{}, errors.New("no histogram")
	}
	var n, sum, squares float64
	for i, c := range h.Count {
		v := (h.Low[i] + h.High[i]) / 2
		n += float64(c)
		sum += v * float64(c)
		squares += v * v * float64(c)
	}
	centre := sum / n
	half := 1.96 * math.Sqrt((squares/n-centre*centre)/n)
	return answer{intervals: []interval{{centre, centre - half, centre + half}}, replications: 1}, nil
}

// cuts leaves a warm-up out of the number of customers present, found by MSER-5 in
// each replication by itself, in the average of all, or in that of as many others.
func cuts(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
	const window = 50 * time.Millisecond
	series, average, err := presentIn(s, seed, 0, m.replications, window)
	if err != nil {
		return answer{}, err
	}
	_, others, err := presentIn(s, seed, m.replications, m.replications, window)
	if err != nil {
		return answer{}, err
	}
	shared, _ := stats.MSER5(average)
	pilots, _ := stats.MSER5(others)
	means := make([][]float64, 3)
	for _, v := range series {
		own, _ := stats.MSER5(v)
		for k, cut := range []int{own, shared, pilots} {
			means[k] = append(means[k], stats.Mean(v[cut:]))
		}
	}
	out := answer{replications: len(series), warmup: (time.Duration(pilots) * window).Seconds()}
	for _, values := range means {
		value, low, high, _ := stats.Interval(values)
		out.intervals = append(out.intervals, interval{value, low, high})
	}
	return out, nil
}

// presentIn is the number of customers by window, in n replications and on average.
func presentIn(s *scenarios.Scenario, seed uint64, first, n int, window time.Duration) (series [][]float64, average []float64, err error) {
	p := s.Plans()[0]
	average = make([]float64, p.Duration/window)
	for i := range n {
		r, err := engine.Run(context.Background(), &engine.Job{System: p.System, Flows: p.Flows, Seed: seed, Replication: first + i,
			Duration: p.Duration, Drain: p.Drain, Window: window})
		if err != nil {
			return nil, nil, err
		}
		v := present(r, len(average))
		series = append(series, v)
		for k := range v {
			average[k] += v[k] / float64(n)
		}
	}
	return series, average, nil
}

// present is the number of customers in the system by window.
func present(r *measure.Run, windows int) []float64 {
	out := make([]float64, windows)
	for i := range r.Stations {
		for k, w := range r.Stations[i].Series[:min(len(out), len(r.Stations[i].Series))] {
			out[k] += float64(w.InService)
			out[k] += float64(w.Queued)
		}
	}
	return out
}

// sequential stops at the first replication after which the interval is narrow
// enough, beginning to look after 3, or after 20.
func sequential(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
	store, err := run(s, seed, m.replications)
	if err != nil {
		return answer{}, err
	}
	sel, err := parse("latency.avg")
	if err != nil {
		return answer{}, err
	}
	f, ok := store.Figure(sel)
	if !ok {
		return answer{}, errors.New("no latency")
	}
	var values []float64
	for _, v := range f.Samples {
		values = append(values, *v)
	}
	var out answer
	var students stats.Students
	for _, least := range []int{3, 20} {
		n := least
		value, low, high, _ := students.Interval(values[:n])
		for n < len(values) && (high-low)/2 > 0.04*value {
			n++
			value, low, high, _ = students.Interval(values[:n])
		}
		out.intervals = append(out.intervals, interval{value, low, high})
		out.replications = n
	}
	return out, nil
}
