package study

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/model"
	"faultline/sim/result"
)

// searchFor is the answer of capacity for a topology, under a scenario of some length.
func searchFor(t *testing.T, topology, rate, duration string, o CapacityOptions) *result.Capacity {
	t.Helper()
	path := write(t, "s.yaml", fmt.Sprintf("scenario: s\ntopologies: ./t.yaml\nrun: { duration: %s, warmup: 20s, replications: 5, seed: 11 }\nload: { all: { rate: %s } }\n", duration, rate),
		"t.yaml", topology)
	s, err := scenarios.Load(path, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Capacity(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// station is one service whose requests take 8 ms on average.
func station(service, objective string) string {
	return "topology: t\nnetwork: none\nservices: { s: { " + service + ", operations: { do: [ { cpu: exp(8ms) } ] } } }\n" +
		"journeys: { j: { call: s.do, objectives: { " + objective + " } } }\n"
}

const mu = 125.0 // services a second

// erlangC is the probability that a request waits, of M/M/c.
func erlangC(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	rho := a / float64(c)
	return b / (1 - rho*(1-b))
}

// highest is the load at which a growing function reaches a bound.
func highest(most, bound float64, of func(load float64) float64) float64 {
	low, high := 0.0, most
	for range 80 {
		if middle := (low + high) / 2; of(middle) < bound {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func TestCapacityIsThatOfTheClosedForm(t *testing.T) {
	mean := func(c int) func(float64) float64 {
		return func(load float64) float64 {
			return 1/mu + erlangC(c, load/mu)/(float64(c)*mu-load)
		}
	}
	for _, c := range []struct {
		name, service, objective string
		want                     float64
	}{
		// The time in M/M/1 is exponential with rate μ − λ.
		{"M/M/1, p99", "scheduling: fifo", "latency: p(99)<200ms", mu - math.Log(100)/0.2},
		{"M/M/1, median", "scheduling: fifo", "latency: p(50)<50ms", mu - math.Log(2)/0.05},
		// Its mean is 1/(μ − λ), also where the processor is shared.
		{"M/M/1-PS, mean", "scheduling: ps", "latency: avg<40ms", mu - 1/0.04},
		{"M/M/4, mean", "scheduling: fifo, cpu: 4", "latency: avg<16ms", highest(4*mu, 0.016, mean(4))},
		// M/M/1/1 loses λ/(λ + μ): Erlang's loss formula.
		{"M/M/1/1, availability", "workers: 1, queue: 0", "availability: 80%", mu / 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := searchFor(t, station(c.service, c.objective), "30/s", "220s", CapacityOptions{}).Topologies[0]
			e := got.Capacity
			// The interval covers 95 of 100 such runs; twice its half-width nearly all.
			if half := (*e.High - *e.Low); math.Abs(*e.Value-c.want) > half+c.want*0.006 || half > 0.25*c.want {
				t.Errorf("%.4g (%.4g to %.4g), want %.4g", *e.Value, *e.Low, *e.High, c.want)
			}
			if len(got.Breaks) == 0 || got.Breaks[0].Journey != "j" {
				t.Errorf("missed first: %v", got.Breaks)
			}
		})
	}
}

// two services in a row, of which the second is full first.
const planted = `
topology: planted
network: none
services:
  front: { cpu: 4, operations: { do: [ { cpu: exp(2ms) }, { call: back.do } ] } }
  back: { cpu: 2, workers: %s, operations: { do: [ { cpu: exp(10ms) } ] } }
journeys: { j: { call: front.do, objectives: { latency: p(99)<300ms, availability: 99%% } } }
`

func TestThePlantedBottleneckIsFound(t *testing.T) {
	got := searchFor(t, fmt.Sprintf(planted, "unlimited"), "40/s", "60s", CapacityOptions{Precision: 0.05}).Topologies[0]
	if p := got.Predicted; p.Station != "back" || p.Resource != "cores" || math.Abs(p.SaturatesAt-200) > 0.1 {
		t.Errorf("predicted %+v, want the cores of back, full at 200/s", p)
	}
	if s := got.Simulated; s.Station != "back" || s.Resource != "cores" || *s.Utilization.Value < 0.8 {
		t.Errorf("simulated %+v, want the cores of back", s)
	}
	if c := *got.Capacity.Value; c < 160 || c > 200 {
		t.Errorf("capacity %.4g, want it a little below 200", c)
	}
	// Of one worker half of the cores idle.
	got = searchFor(t, fmt.Sprintf(planted, "1, queue: 4"), "40/s", "60s", CapacityOptions{Precision: 0.05}).Topologies[0]
	if s := got.Simulated; s.Station != "back" || s.Resource != "workers" {
		t.Errorf("simulated %+v, want the workers of back", s)
	}
	if c := got.Cause; c == nil || c.Cause != "rejected" || c.Edge != "front -> back" {
		t.Errorf("failures above the capacity: %+v, want rejections on front -> back", c)
	}
}

func TestCapacityDoesNotDependOnTheRateItBeginsAt(t *testing.T) {
	topology := station("scheduling: fifo", "latency: p(99)<200ms")
	var first []*float64
	for _, rate := range []string{"3/s", "100/s", "4000/s"} {
		c := searchFor(t, topology, rate, "60s", CapacityOptions{Precision: 0.02})
		got := c.Topologies[0].Capacities
		for i := range first {
			if math.Abs(*got[i]/(*first[i])-1) > 0.03 {
				t.Errorf("from %s replication %d carries %.4g, from 3/s %.4g", rate, i, *got[i], *first[i])
			}
		}
		if first == nil {
			first = got
		}
	}
}

func TestCapacityIsTheSameForAnyNumberOfJobs(t *testing.T) {
	var first []byte
	for _, jobs := range []int{1, 2, 5} {
		c := searchFor(t, station("cpu: 2", "latency: p(95)<50ms"), "50/s", "40s", CapacityOptions{RunOptions: RunOptions{Jobs: jobs}, Precision: 0.05})
		var b bytes.Buffer
		if err := c.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		}
		if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("%d jobs give another answer", jobs)
		}
	}
}

// Ending a run early saves time and changes nothing: neither where all that is late
// is degraded as well, nor where requests are turned away.
func TestRunsThatEndEarlyChangeNoAnswer(t *testing.T) {
	const degraded = `
topology: t
network: none
services:
  s: { workers: 8, queue: 20, operations: { do: [ { cpu: exp(8ms) }, { call: extra.do, optional: true } ] } }
  extra: { operations: { do: { errorRate: 50%, steps: [ { cpu: 1ms } ] } } }
journeys: { j: { call: s.do, objectives: { latency: p(95)<60ms, availability: 99% } } }
`
	for _, topology := range []string{station("scheduling: fifo", "latency: p(99)<100ms"), degraded} {
		early := searchFor(t, topology, "50/s", "60s", CapacityOptions{Precision: 0.02}).Topologies[0]
		whole := searchFor(t, topology, "50/s", "60s", CapacityOptions{Precision: 0.02, patient: true}).Topologies[0]
		for i := range whole.Capacities {
			if *early.Capacities[i] != *whole.Capacities[i] {
				t.Errorf("replication %d carries %.5g/s, and %.5g/s where no run ends early", i, *early.Capacities[i], *whole.Capacities[i])
			}
		}
	}
}

func TestWhereThereIsNoCapacity(t *testing.T) {
	// An idle system is too slow already.
	got := searchFor(t, station("cpu: 1", "latency: p(99)<1ms"), "50/s", "40s", CapacityOptions{Precision: 0.1}).Topologies[0]
	if e := got.Capacity; *e.Value != 0 || !strings.HasPrefix(e.Reason, "not even ") {
		t.Errorf("too slow: %v, %s", *e.Value, e.Reason)
	}
	// Without an objective any load will do.
	path := write(t, "s.yaml", "scenario: s\ntopologies: ./t.yaml\nload: { all: { rate: 1/s } }\n", "t.yaml", station("cpu: 1", ""))
	s, err := scenarios.Load(path, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var none *NoObjectives
	if _, err := Capacity(context.Background(), s, CapacityOptions{}); !errors.As(err, &none) || none.Topology != "t" {
		t.Errorf("without an objective: %v", err)
	}
}

func TestAStoppedSearchKeepsWhatItHas(t *testing.T) {
	path := write(t, "s.yaml", "scenario: s\ntopologies: ./t.yaml\nrun: { duration: 20s, warmup: 2s, replications: 2 }\nload: { all: { rate: 30/s } }\n",
		"t.yaml", station("cpu: 1", "latency: p(99)<200ms"))
	s, err := scenarios.Load(path, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	partial, nothing := 0, 0
	for after := 1; after < 40; after += 4 {
		stop := make(chan struct{})
		c, err := Capacity(context.Background(), s, CapacityOptions{RunOptions: RunOptions{Jobs: 1, Stop: stop, Progress: func(done, _ int) {
			if done == after {
				close(stop)
			}
		}}})
		switch {
		case errors.Is(err, sim.ErrStopped):
			nothing++
		case err != nil:
			t.Fatal(err)
		case c.Partial:
			partial++
			if c.Topologies[0].Capacity.Value == nil && !strings.HasPrefix(c.Topologies[0].Capacity.Reason, "interrupted") {
				t.Errorf("stopped after %d: %s", after, c.Topologies[0].Capacity.Reason)
			}
		}
	}
	if partial == 0 || nothing == 0 {
		t.Errorf("%d partial answers, %d times nothing; want some of each", partial, nothing)
	}
}

// at is a point of a curve.
func at(load, goodput, latency float64) result.LoadPoint {
	e := func(v float64) result.Estimate { return result.Estimate{Value: &v} }
	return result.LoadPoint{Load: load, Goodput: e(goodput), Latency: result.LoadLatency{Avg: e(latency)}}
}

func TestTheKneeOfMM1IsHalfOfItsServiceRate(t *testing.T) {
	var points []result.LoadPoint
	for k := -8; k <= 3; k++ {
		load := 100 * math.Pow(2, float64(k)/4)
		if load < mu {
			points = append(points, at(load, load, 1/(mu-load)))
		}
	}
	if k := knee(points); k.Load == nil || math.Abs(*k.Load-mu/2) > 1.5 {
		t.Errorf("knee %v %s, want %g", k.Load, k.Reason, mu/2)
	}
	for _, c := range []struct {
		points []result.LoadPoint
		reason string
	}{
		{nil, "no load was answered"},
		{points[:3], "beyond the highest load that was run"},
		{points[len(points)-3:], "below the lowest load that was run"},
	} {
		if k := knee(c.points); k.Load != nil || k.Reason != c.reason {
			t.Errorf("knee %v, %q, want %q", k.Load, k.Reason, c.reason)
		}
	}
}

// priced is a topology with a capacity whose hour costs base + slope × load.
func priced(name string, capacity, base, slope float64) result.CapacityTopology {
	t := result.CapacityTopology{Name: name, Capacity: result.Estimate{Value: &capacity}}
	for _, load := range []float64{capacity / 4, capacity / 2, capacity} {
		price := base + slope*load
		t.Points = append(t.Points, result.LoadPoint{Load: load, CostPerHour: result.Estimate{Value: &price}})
	}
	return t
}

func TestTheCheapestThatMeetsItsObjectivesIsChosen(t *testing.T) {
	// small is cheapest until it is full; then flat, until steep overtakes it the other way round.
	tops := []result.CapacityTopology{priced("small", 100, 1, 0), priced("steep", 1000, 1, 0.01), priced("flat", 800, 4, 0)}
	var got []string
	for _, c := range choices(tops) {
		got = append(got, fmt.Sprintf("%.0f-%.0f %s", c.From, c.To, c.Topology))
	}
	want := "0-100 small, 100-300 steep, 300-800 flat, 800-1000 steep"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
	if c := choices(tops)[1]; math.Abs(*c.CostPerMillion-(1+0.01*300)/(300*3600/1e6)) > 1e-9 {
		t.Errorf("a million costs %g at 300/s", *c.CostPerMillion)
	}
}

func TestACrossingIsSeenOnlyWhereTheDifferenceIsCertain(t *testing.T) {
	values := func(v ...float64) (out []*float64) {
		for i := range v {
			out = append(out, &v[i])
		}
		return out
	}
	make := func(name string, samples ...[]*float64) *searched {
		s := &searched{points: map[int]*point{}}
		s.plan.System = plansSystem(name)
		for i, v := range samples {
			s.points[i] = &point{doc: result.LoadPoint{Load: float64(i + 1)}, samples: map[string][]*float64{"costPerMillion/": v}}
		}
		return s
	}
	a := make("a", values(1, 1.1, 1.2), values(2, 2.1, 2.2), values(3, 3.1, 3.2))
	b := make("b", values(2, 2.1, 2.25), values(2, 2.2, 2.1), values(2, 2.1, 2.25))
	got := crossed(a, b, "costPerMillion", "")
	if len(got) != 1 || got[0].Below != "a" || got[0].Above != "b" || got[0].Load < 1.6 || got[0].Load > 1.9 {
		t.Errorf("crossings %+v, want one between 1 and 3 from a to b", got)
	}
	if none := crossed(a, a, "costPerMillion", ""); len(none) > 0 {
		t.Errorf("a topology crosses itself: %+v", none)
	}
}

func plansSystem(name string) *model.System { return &model.System{Name: name} }

// finite is a system of so many users who think for a second, and one server: the
// machine-repair model, by mean value analysis.
func finite(users int, think float64) (response, throughput float64) {
	queue := 0.0
	for n := 1; n <= users; n++ {
		response = (1 + queue) / mu
		throughput = float64(n) / (think + response)
		queue = throughput * response
	}
	return response, throughput
}

func TestTheUsersOfAClosedLoopAreScaled(t *testing.T) {
	path := write(t, "s.yaml", "scenario: s\ntopologies: ./t.yaml\nrun: { duration: 200s, warmup: 20s, replications: 4, seed: 11 }\nload: { all: { vus: 20, thinkTime: exp(1s) } }\n",
		"t.yaml", station("scheduling: fifo", "latency: avg<40ms"))
	s, err := scenarios.Load(path, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Capacity(context.Background(), s, CapacityOptions{Precision: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	users := 0
	for response := 0.0; response < 0.04; users++ {
		response, _ = finite(users+1, 1)
	}
	// A load is what the users would send if nobody waited: each thinks for a second and is served in 8 ms.
	want := float64(users-1) / 1.008
	if got := *c.Topologies[0].Capacity.Value; !c.Closed || math.Abs(got/want-1) > 0.05 {
		t.Errorf("%.4g/s, want %.4g/s: %d users", got, want, users-1)
	}
}

func TestWhatASearchLeavesOutIsSaid(t *testing.T) {
	path := write(t, "s.yaml", "scenario: s\ntopologies: ./t.yaml\nrun: { duration: 20s, warmup: auto, replications: 1, precision: { metric: latency, halfWidth: 5% } }\n"+
		"load: { all: { arrivals: trace(times.csv) }, more: { rate: 20/s } }\nfaults: { f: { at: 5s, duration: 5s, errors: { component: s, share: 10% } } }\n",
		"t.yaml", station("cpu: 1", "latency: p(99)<200ms"), "times.csv", "0.1s\n0.2s\n20s\n")
	s, err := scenarios.Load(path, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Capacity(context.Background(), s, CapacityOptions{Precision: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(c.Warnings, "\n")
	for _, want := range []string{"faults (1) are left out", "a tenth of the duration here, 2s", "run.precision is left out", "flow all plays a trace", "one replication"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning has %q:\n%s", want, all)
		}
	}
	if c.Scenario.Warmup != 2 {
		t.Errorf("warm-up %g s", c.Scenario.Warmup)
	}
}
