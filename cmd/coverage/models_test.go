package coverage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// service is the rate of the server, a second.
const service = 100.0

func mm1(name string, rate float64) model {
	w := 1 / (service - rate)
	return model{name: name, figures: []figure{
		{name: "mean latency", at: "latency.avg", truth: exactly(w)},
		{name: "p50 latency", at: "latency.p50", truth: exactly(w * math.Ln2)},
		{name: "p99 latency", at: "latency.p99", truth: exactly(w * math.Log(100))},
	}}
}

// models are those whose intervals must mean what they say.
func models() []model {
	slower := 1/(1/0.0103-20) - 1/(service-20)
	twenty := mm1("mm1-50", 50)
	twenty.label, twenty.replications = "mm1-50, 20 replications", 20
	ten := mm1("mm1-50", 50)
	ten.quick = true
	busy, busier := mm1("mm1-80", 80), mm1("mm1-80", 80)
	busy.figures[2].rule = shown // so few, so short: the documentation says what to do
	busier.label, busier.replications = "mm1-80, 20 replications", 20
	calm := mm1("mm1-50", 20)
	calm.label, calm.set = "mm1-20", []string{"load.customers.rate=20/s", "run.duration=2m"}
	for m, w := range map[*model]float64{&calm: 1 / (service - 20), &ten: 1 / (service - 50), &busy: 1 / (service - 80)} {
		// Two, three and nine requests of a run lie beyond it: the documentation says what to do.
		m.figures = append(m.figures, figure{name: "p99.9 latency", at: "latency.p999", truth: exactly(w * math.Log(1000)), rule: shown})
	}
	all := []model{calm, ten, twenty, busy, busier,
		{name: "sharing", figures: []figure{{name: "mean latency", at: "latency.avg", truth: exactly(0.01 / 0.3)}}},
		{name: "mm1k", figures: []figure{
			{name: "availability", at: "availability", truth: exactly(1 - 0.1*math.Pow(0.9, 10)/(1-math.Pow(0.9, 11)))}}},
		{name: "slower", quick: true, figures: []figure{
			{name: "difference of means", at: "latency.avg{topology:slower, versus:mm1}", truth: exactly(slower)},
			{name: "difference of p99", at: "latency.p99{topology:slower, versus:mm1}", truth: exactly(slower * math.Log(100))}}},
		{name: "fork", figures: []figure{
			{name: "difference of means", at: "latency.avg{topology:fork2, versus:mm1}", truth: exactly(0.02 * (11.5/8 - 1))}}},
	}
	return append(all, crashes(), seldom(), rare(), settled("auto"), settled("longer"), settled("fixed"), stopped())
}

// crashes come at random times, and what they do no formula gives.
func crashes() model {
	m := model{name: "crashes"}
	m.figures = []figure{{name: "availability", at: "availability"}, {name: "blast radius", at: "blastRadius{fault:bugs}"}}
	m.simulate()
	return m
}

// seldom is crashes that most replications have none of: one in six has.
func seldom() model {
	m := model{name: "crashes", label: "crashes, in few runs", set: []string{"faults.bugs.crash.every=exp(300s)"}, replications: 20}
	m.figures = []figure{{name: "availability", at: "availability"}}
	m.simulate()
	return m
}

// simulate finds the truth: the mean of ten thousand replications with seeds that
// no macro-replication has.
func (m *model) simulate() {
	long := sync.OnceValues(func() (*result.Store, error) {
		s, err := scenarios.Load("testdata/"+m.name+".yaml", scenarios.Options{Set: m.set})
		if err != nil {
			return nil, err
		}
		o := s.Options()
		o.Seed, o.Replications = firstSeed-1, 10_000
		return sim.Run(context.Background(), s.Plans(), o)
	})
	for k := range m.figures {
		f := &m.figures[k]
		f.truth = func(t *testing.T) float64 {
			t.Helper()
			store, err := long()
			if err != nil {
				t.Fatal(err)
			}
			i, err := ask(store, f.at, new(answer))
			if err != nil {
				t.Fatal(err)
			}
			return i.value
		}
	}
}

// rare is a service that answers one call in a thousand with an error, with so few
// calls that most runs have no error at all. A run has one with probability p =
// 1 − exp(−calls/1000).
func rare() model {
	const calls, share = 180, 0.001
	p := -math.Expm1(-calls * share)
	return model{name: "rare", quick: true, ask: zero, figures: []figure{
		{name: "runs with a failure, if none was seen: at most 3/n", truth: exactly(p), rule: bounded},
		{name: "availability, failures in few runs", at: "availability", truth: exactly(1 - share)},
	}}
}

// zero reads what the result says of no failure: the bound on the share of the runs
// that have one; where there was a failure, nothing is said.
func zero(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
	store, err := run(s, seed, m.replications)
	if err != nil {
		return answer{}, err
	}
	j := store.Document().Topologies[0].Journeys[0]
	out := answer{replications: store.Document().Replications, intervals: []interval{{low: 0, high: 1}}}
	if j.Counts.Failed == 0 {
		high, err := boundOf(j.ErrorRate, out.replications)
		if err != nil {
			return answer{}, err
		}
		out.intervals[0].high = high
	}
	a, err := intervalOf(j.Availability)
	out.intervals = append(out.intervals, a)
	return out, err
}

// boundOf is the bound that the reason states.
func boundOf(e result.Estimate, n int) (float64, error) {
	var percent float64
	at := strings.Index(e.Reason, "up to ")
	if at < 0 {
		return 0, errors.New("no failure, and no bound is stated: " + e.Reason)
	}
	if _, err := fmt.Sscanf(e.Reason[at:], "up to %f%%", &percent); err != nil {
		return 0, err
	}
	if bound := stats.RuleOfThree(n); math.Abs(percent/100-bound) > 0.005 {
		return 0, fmt.Errorf("%q, want %v", e.Reason, bound)
	}
	return percent / 100, nil
}

// settled is a system that begins empty, with the warm-up that the tool finds, or a
// generous one.
func settled(how string) model {
	m := model{name: "settle", label: "settle, warmup: auto", replications: 20,
		figures: []figure{{name: "mean latency", at: "latency.avg", truth: exactly(0.05)}}}
	switch how {
	case "auto":
		m.figures[0].rule = shown // runs of half a minute are too short
	case "longer":
		m.label, m.set = "settle for a minute, warmup: auto", []string{"run.duration=1m"}
	case "fixed":
		m.label, m.set = "settle, a warm-up of 10 s", []string{"run.warmup=10s", "run.duration=40s"}
	}
	return m
}

// stopped goes on until the interval of the mean is narrow enough.
func stopped() model {
	return model{name: "stop", label: "stop, precision: 4%", figures: []figure{{name: "mean latency", at: "latency.avg", truth: exactly(0.02)}}}
}
