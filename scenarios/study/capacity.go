package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// CapacityOptions say how to search. A precision changes what is found.
type CapacityOptions struct {
	RunOptions
	// Precision is the relative distance of two neighbouring loads of the search, at
	// most; 0: 1%.
	Precision  float64
	WithFaults bool // inject the scenario's faults; else they are left out
	patient    bool // for tests: no run ends early
}

// defaultPrecision of a search.
const defaultPrecision = 0.01

// Capacity searches the highest load that meets all objectives of all journeys, for
// each topology and in each replication, and measures what lies below and above it:
//
//  1. The first replication scouts: from where the utilisation law lets the first
//     resource saturate it strides over rungs of the [lattice] to two neighbours of
//     which the lower meets the objectives.
//  2. All replications are run on rungs around these, from a quarter of the load to
//     beyond it. They are the points of the curve, and bracket each replication.
//  3. Each replication bisects its bracket, on the same requests.
//  4. The load of the capacity, and the scenario's own, are run with all replications.
//
// In 1 and 3 a run ends as soon as it can meet its objectives no more. The errors
// are those of sim.Run, and [NoObjectives].
func Capacity(ctx context.Context, s *scenarios.Scenario, o CapacityOptions) (*result.Capacity, error) {
	if o.Precision == 0 {
		o.Precision = defaultPrecision
	}
	c, err := newSearch(ctx, s, o)
	if err != nil {
		return nil, err
	}
	for _, phase := range []func() error{c.scout, c.climb, c.narrow, c.finish} {
		if err := phase(); err != nil && !errors.Is(err, sim.ErrStopped) {
			return nil, err
		}
		if c.stopped() {
			break
		}
	}
	return c.document(s)
}

// search is one search of all topologies.
type search struct {
	ctx     context.Context
	o       CapacityOptions
	options sim.Options
	lattice lattice
	today   float64 // nominal load of the scenario
	ceiling int     // rung beyond which nothing is tried
	floor   int
	tops    []*searched

	mu          sync.Mutex
	simulations int
	expected    int
}

// searched is one topology.
type searched struct {
	plan  sim.Plan
	graph *model.Graph
	exam  examiner

	rung     int            // the highest that met the objectives in the scout's eyes
	points   map[int]*point // by place on the lattice
	today    *point
	capacity []bracket // by replication
	at       int       // place of the capacity; math.MinInt: none
}

// bracket is where a replication meets its objectives, and where it does not, as
// places of the lattice.
type bracket struct {
	low, high int
	state     bracketState
	misses    []result.Miss // at high
}

type bracketState uint8

const (
	bracketOpen bracketState = iota // not searched yet
	bracketed
	bracketNone  // no load meets the objectives
	bracketNever // all loads do
)

// leastMeasured is how many requests a replication must measure for its objectives
// to say anything: fewer have no 99th percentile.
const leastMeasured = 100

// mostMeasured bounds the requests of one replication, as a scenario is bounded.
const mostMeasured = 1e9

func newSearch(ctx context.Context, s *scenarios.Scenario, o CapacityOptions) (*search, error) {
	options := s.Options()
	options.Precision = nil
	options.Jobs, options.Limits, options.Stop = 1, o.Limits, o.Stop
	c := &search{ctx: ctx, o: o, options: options, lattice: newLattice(o.Precision)}
	for i, p := range s.Plans() {
		if p.AutoWarmup {
			p.AutoWarmup, p.Warmup = false, p.Duration/10
		}
		if !o.WithFaults {
			p.Faults = nil
		}
		t := &searched{plan: p, graph: model.NewGraph(p.System), points: map[int]*point{}, at: math.MinInt, capacity: make([]bracket, options.Replications)}
		all, some := promises(p.System)
		if !some {
			return nil, &NoObjectives{p.System.Name}
		}
		t.exam = examiner{p.System, all, len(p.Faults) > 0}
		if i == 0 {
			c.today, _, _ = rates(&p, t.graph)
		}
		c.tops = append(c.tops, t)
	}
	p := &c.tops[0].plan
	if !(c.today > 0) {
		return nil, fmt.Errorf("the load is 0 in the measured window: there is nothing to scale")
	}
	c.floor = c.lattice.rung(leastMeasured/(p.Duration-p.Warmup).Seconds()) + 1
	c.ceiling = c.lattice.rung(min(mostMeasured/p.Duration.Seconds(), load.MaxRate*c.today/peakOf(p, c.tops[0].graph)))
	c.expected = len(c.tops) * options.Replications * (len(ladder) + 3 + log2(c.lattice.steps))
	return c, nil
}

// peakOf is the highest rate of the flows, at least the mean.
func peakOf(p *sim.Plan, graph *model.Graph) float64 {
	mean, peak, _ := rates(p, graph)
	return max(mean, peak)
}

func log2(n int) (k int) {
	for ; n > 1; n /= 2 {
		k++
	}
	return k
}

// scaled is the plan under another load: the rate of every open flow, and the users
// of every closed loop, times the same factor.
func (c *search) scaled(t *searched, load float64) sim.Plan {
	p := t.plan
	p.Flows = scaledFlows(p.Flows, load/c.today)
	return p
}

func scaledFlows(flows []load.Flow, factor float64) []load.Flow {
	out := make([]load.Flow, len(flows))
	for i, f := range flows {
		if f.VUs > 0 {
			f.VUs = max(1, int(math.Round(float64(float64(f.VUs)*factor))))
		} else {
			f.Profile = f.Profile.Scale(factor)
		}
		out[i] = f
	}
	return out
}

// parallel does jobs, as many at once as simulations may run.
func (c *search) parallel(jobs []func(ctx context.Context) error) error {
	limit := c.o.Jobs
	if limit < 1 {
		limit = runtime.GOMAXPROCS(0)
	}
	g, within := errgroup.WithContext(c.ctx)
	g.SetLimit(limit)
	for _, job := range jobs {
		if c.stopped() || within.Err() != nil {
			break
		}
		g.Go(func() error { return job(within) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return c.ctx.Err()
}

func (c *search) stopped() bool {
	select {
	case <-c.o.Stop:
		return true
	default:
		return false
	}
}

// probe asks whether one replication meets its objectives at a load, and what it
// misses. It ends as soon as that is certain.
func (c *search) probe(ctx context.Context, t *searched, replication int, load float64) ([]result.Miss, error) {
	p := c.scaled(t, load)
	o := c.options
	o.First, o.Replications = replication, 1
	enough := t.exam.budgets(&p, t.graph)
	o.Enough = func(_ int, sofar *measure.Run) bool { return !c.o.patient && enough(sofar) }
	var misses []result.Miss
	o.Observe = func(_, _ int, run *measure.Run) { misses = t.exam.misses(run) }
	o.Progress = c.tick
	_, err := sim.Run(ctx, []sim.Plan{p}, o)
	return misses, err
}

// tick counts simulations for the progress bar.
func (c *search) tick(int, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.simulations++
	c.expected = max(c.expected, c.simulations)
	if c.o.Progress != nil {
		c.o.Progress(c.simulations, c.expected)
	}
}

// scout finds where each topology stops meeting the objectives in its first
// replication.
func (c *search) scout() error {
	var jobs []func(context.Context) error
	for _, t := range c.tops {
		jobs = append(jobs, func(ctx context.Context) (err error) {
			guess := c.lattice.rung(c.today)
			if b := explainTopology(&t.plan, t.graph).Bottleneck; b != nil {
				guess = c.lattice.rung(b.SaturatesAt)
			}
			t.rung, err = seek(guess, c.floor, c.ceiling, func(rung int) (bool, error) {
				misses, err := c.probe(ctx, t, 0, c.lattice.load(float64(rung*c.lattice.steps)))
				return len(misses) == 0, err
			})
			return err
		})
	}
	return c.parallel(jobs)
}

// ladder is the rungs of the curve, from that of the scout. Those further below
// are even ones, so that topologies share them.
var ladder = []int{3, 2, 1, 0, -1, -2, -4, -6, -8}

// climb runs all replications around what the scout has found, and further until
// each is bracketed.
func (c *search) climb() error {
	want := make([][]int, len(c.tops))
	for i, t := range c.tops {
		if t.rung >= c.floor {
			want[i] = t.ladder(c.floor, c.ceiling)
		} else {
			want[i] = []int{c.floor}
		}
	}
	for {
		var jobs []func(context.Context) error
		for i, t := range c.tops {
			for _, rung := range want[i] {
				jobs = append(jobs, func(ctx context.Context) error {
					return c.measure(ctx, t, rung*c.lattice.steps)
				})
			}
		}
		if len(jobs) == 0 {
			return nil
		}
		if err := c.parallel(jobs); err != nil || c.stopped() {
			return err
		}
		for i, t := range c.tops {
			want[i] = t.bracket(c.lattice.steps, c.floor, c.ceiling)
		}
	}
}

// ladder is the rungs to climb, the dearest first.
func (t *searched) ladder(floor, ceiling int) (rungs []int) {
	for _, d := range ladder {
		r := t.rung + d
		if d < -2 && r&1 != 0 {
			r++
		}
		if r >= floor && r <= ceiling {
			rungs = append(rungs, r)
		}
	}
	return rungs
}

// bracket sets the brackets of the replications from the rungs that were run, and
// returns a rung that is to be run as well, if some replication needs it.
func (t *searched) bracket(steps, floor, ceiling int) []int {
	low, high := math.MaxInt, math.MinInt
	for at := range t.points {
		low, high = min(low, at/steps), max(high, at/steps)
	}
	for n := range t.capacity {
		b := &t.capacity[n]
		best := math.MinInt // the highest rung that met the objectives
		for at, p := range t.points {
			if len(p.misses[n]) == 0 {
				best = max(best, at/steps)
			}
		}
		switch {
		case best == math.MinInt && low > floor:
			return []int{low - 1}
		case best == math.MinInt:
			*b = bracket{state: bracketNone, misses: t.points[low*steps].misses[n]}
		case best == high && high < ceiling:
			return []int{high + 1}
		case best == high:
			*b = bracket{low: best * steps, state: bracketNever}
		default:
			above := best + 1
			for t.points[above*steps] == nil {
				above++
			}
			*b = bracket{low: best * steps, high: above * steps, state: bracketed, misses: t.points[above*steps].misses[n]}
		}
	}
	return nil
}

// narrow bisects the bracket of each replication.
func (c *search) narrow() error {
	var jobs []func(context.Context) error
	for _, t := range c.tops {
		for n := range t.capacity {
			if b := &t.capacity[n]; b.state == bracketed {
				jobs = append(jobs, func(ctx context.Context) (err error) {
					b.low, err = bisect(b.low, b.high, func(at int) (bool, error) {
						misses, err := c.probe(ctx, t, n, c.lattice.load(float64(at)))
						if err == nil && len(misses) > 0 {
							b.misses = misses
						}
						return len(misses) == 0, err
					})
					b.high = b.low + 1
					return err
				})
			}
		}
	}
	return c.parallel(jobs)
}

// value is the capacity of a replication: in the middle, on the lattice, between
// the load that meets the objectives and the next, which does not.
func (b *bracket) value(l lattice) *float64 {
	v := 0.0
	switch b.state {
	case bracketed:
		v = l.load(float64(b.low) + 0.5)
	case bracketNone:
	default:
		return nil
	}
	return &v
}

// finish runs the capacity of each topology, and today's load, with all replications.
func (c *search) finish() error {
	var jobs []func(context.Context) error
	for _, t := range c.tops {
		if e := c.capacity(t); e.Value != nil && *e.Value > 0 {
			t.at = c.lattice.below(*e.Value)
			jobs = append(jobs, func(ctx context.Context) error { return c.measure(ctx, t, t.at) })
		}
		jobs = append(jobs, func(ctx context.Context) (err error) {
			t.today, err = c.point(ctx, t, c.today)
			return err
		})
	}
	return c.parallel(jobs)
}

// capacity is the mean of the replications' capacities with its interval.
func (c *search) capacity(t *searched) result.Estimate {
	var values []float64
	open, never := 0, 0
	for i := range t.capacity {
		switch b := &t.capacity[i]; {
		case b.state == bracketOpen:
			open++
		case b.state == bracketNever:
			never++
		default:
			values = append(values, *b.value(c.lattice))
		}
	}
	switch {
	case open > 0:
		return result.Estimate{Reason: "interrupted before it was found"}
	case never > 0:
		return result.Estimate{Reason: fmt.Sprintf("no limit: %.4g requests/s, the most that is tried, meet all objectives in %d of %d replications",
			c.lattice.load(float64(c.ceiling*c.lattice.steps)), never, len(t.capacity))}
	}
	e := interval(values)
	if *e.Value == 0 {
		e.Reason = fmt.Sprintf("not even %.3g requests/s meet all objectives", c.lattice.load(float64(c.floor*c.lattice.steps)))
	}
	return e
}

// interval is the mean of values with its 95% Student-t interval, not below 0.
func interval(values []float64) result.Estimate {
	mean, low, high, ok := stats.Interval(values)
	e := result.Estimate{Value: &mean}
	if ok {
		low = max(low, 0)
		e.Low, e.High = &low, &high
	}
	return e
}
