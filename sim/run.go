package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"faultline/sim/blast"
	"faultline/sim/engine"
	"faultline/sim/estimate"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/result"
)

// ErrStopped says that a run was stopped before one replication of every plan
// was done, so that there is nothing to report.
var ErrStopped = errors.New("stopped before the first replication was done")

// Run simulates all replications of all plans and returns the result. The same
// plans, seed and version give the same result whatever Jobs is. The error is
// ctx's, ErrStopped, or a defect of the program, with the seed that shows it.
func Run(ctx context.Context, plans []Plan, o Options) (*result.Store, error) {
	if o.Replications < 1 {
		return nil, fmt.Errorf("sim: %d replications; at least 1", o.Replications)
	}
	if o.Precision != nil {
		if err := o.Precision.check(); err != nil {
			return nil, err
		}
	}
	r := newRunner(plans, o)
	if err := r.warmup(ctx); err != nil {
		return nil, err
	}
	if err := r.simulate(ctx); err != nil {
		return nil, err
	}
	if o.Simulated != nil {
		o.Simulated()
	}
	return r.result()
}

// runner hands out replications and merges them in order of their number, all
// plans of one before the next, so that a stopped run holds whole replications.
type runner struct {
	plans []Plan
	o     Options
	tops  []*estimate.Topology
	use   [][]bool // fault applicable, by plan

	mu      sync.Mutex
	pending map[int][]*replication // finished ahead of their turn
	merged  int                    // replications merged
	wanted  int                    // replications to make
	reached *float64               // relative half-width, if a precision is wanted
	found   []string               // warnings
	print   uint64                 // fingerprint over all runs, in order
	done    int                    // simulations
	total   int
	each    int    // simulations of a replication of all plans
	early   string // why the last replication that counts ended early, "" if it did not
	large   *semaphore.Weighted
}

type replication struct {
	estimate.Replication
	prints []uint64
}

// begin makes a runner that has nothing to merge yet.
func begin(plans []Plan, o Options) *runner {
	r := &runner{plans: slices.Clone(plans), o: o, pending: map[int][]*replication{}, wanted: o.Replications, large: semaphore.NewWeighted(o.largeAtOnce())}
	var coarsest time.Duration // so that all have the same windows
	for i := range r.plans {
		coarsest = max(coarsest, r.plans[i].window())
	}
	for i := range r.plans {
		r.plans[i].Window = coarsest
	}
	return r
}

func newRunner(plans []Plan, o Options) *runner {
	r := begin(plans, o)
	if o.Precision != nil {
		r.wanted = o.Precision.first(o.Replications)
	}
	for i := range r.plans {
		p := &r.plans[i]
		use := p.applicable()
		r.use = append(r.use, use)
		r.each += p.simulations(use)
		r.tops = append(r.tops, estimate.New(p.System, p.flowNames(), p.estimated(use), estimate.Config{Digest: p.Digest, Warnings: p.Warnings, Weights: p.weights(), Percentiles: o.percentiles(), Single: r.wanted == 1 && o.Precision == nil}))
	}
	r.total = r.wanted * r.each
	return r
}

// estimated are the faults as a result names them.
func (p *Plan) estimated(use []bool) []estimate.Fault {
	faults, windows := make([]estimate.Fault, len(p.Faults)), p.faultWindows()
	for k := range p.Faults {
		in := &p.Faults[k]
		faults[k] = estimate.Fault{Name: in.Name, Kind: in.Kind, Target: in.Fault.Where().String(), Applicable: use[k], Window: windows[k], Seeds: p.seeds(in.Fault)}
	}
	return faults
}

// simulations is how many runs a replication of the plan takes: as written,
// without each fault, and, where that is another run still, without any.
func (p *Plan) simulations(use []bool) int {
	n, twins := 1, 0
	for _, u := range use {
		if u {
			twins++
		}
	}
	n += twins
	if twins > 1 {
		n++
	}
	return n
}

// simulate makes the replications, in batches where a precision is wanted.
func (r *runner) simulate(ctx context.Context) error {
	for {
		if err := r.parallel(ctx, r.merged, r.wanted, r.job); err != nil {
			return err
		}
		if r.merged == 0 {
			return ErrStopped
		}
		if more, err := r.goOn(); err != nil || !more {
			return err
		}
	}
}

// parallel does a job for each plan of the replications from one on up to another,
// until one fails or the run is stopped. A replication that was begun is done with
// all plans: a part of it could not be used.
func (r *runner) parallel(ctx context.Context, from, to int, job func(ctx context.Context, n, k int) error) error {
	g, within := r.group(ctx)
	for n := from; n < to && !r.stopped() && !r.endedEarly() && within.Err() == nil; n++ {
		for k := range r.plans {
			g.Go(func() error {
				if err := within.Err(); err != nil {
					return err
				}
				return r.guarded(within, n, k, job)
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// group runs as many jobs at once as the options say.
func (r *runner) group(ctx context.Context) (*errgroup.Group, context.Context) {
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(r.atOnce())
	return g, within
}

// simulation is one run of the engine, within the limits.
func (r *runner) simulation(ctx context.Context, job *engine.Job) (*measure.Run, error) {
	job.MaxFrames, job.MaxEvents, job.MaxMemory = r.o.Limits.InFlight, r.o.Limits.Events, r.o.Limits.Memory
	grown := false
	job.Grow = func() error {
		err := r.large.Acquire(ctx, 1)
		grown = err == nil
		return err
	}
	run, err := engine.Run(ctx, job)
	if grown {
		r.large.Release(1)
	}
	if err == nil {
		r.tick()
	}
	return run, err
}

// endedEarly reports that a replication has reached a limit: those after it would too.
func (r *runner) endedEarly() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.early != ""
}

func (r *runner) stopped() bool {
	select {
	case <-r.o.Stop:
		return true
	default:
		return false
	}
}

// guarded does a job; a panic is reported with what repeats it.
func (r *runner) guarded(ctx context.Context, n, k int, job func(ctx context.Context, n, k int) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sim: seed %d, replication %d of %s: panic: %v", r.o.Seed, r.o.First+n, r.plans[k].System.Name, p)
		}
	}()
	return job(ctx, n, k)
}

// job simulates one replication of one plan.
func (r *runner) job(ctx context.Context, n, k int) error {
	rep, err := r.replicate(ctx, n, k)
	if err != nil {
		return err
	}
	return r.merge(n, k, rep)
}

// replicate runs the plan as written and its twins, and compares them.
func (r *runner) replicate(ctx context.Context, n, k int) (*replication, error) {
	p := &r.plans[k]
	n += r.o.First
	rep := &replication{}
	rep.Twins = make([]*measure.Run, len(p.Faults))
	rep.Blast = make([]*blast.Pairing, len(p.Faults))
	windows, flows, promises := p.faultWindows(), p.flows(r.o.Seed, n), objectives(p.System)
	job := p.job(r.o.Seed, n, windows)
	if r.o.Enough != nil {
		job.Enough = func(sofar *measure.Run) bool { return r.o.Enough(k, sofar) }
	}
	one := func(skip int) (*measure.Run, error) {
		job.Faults = r.faults(k, skip)
		job.Ledger = len(p.Faults) > 0
		run, err := r.simulation(ctx, &job)
		if err == nil {
			rep.prints = append(rep.prints, run.Fingerprint)
		}
		return run, err
	}
	var err error
	if rep.Run, err = one(-1); err != nil {
		return nil, err
	}
	twins := 0
	for i := range p.Faults {
		if !r.use[k][i] {
			continue
		}
		twins++
		if rep.Twins[i], err = one(i); err != nil {
			return nil, err
		}
		rep.None = rep.Twins[i]
		rep.Blast[i], err = blast.Compare(blast.Input{Fault: windows[i], Faulted: rep.Run, Baseline: rep.Twins[i], Journeys: len(p.System.Journeys),
			Patience: p.patience(), Flows: flows, Objectives: promises})
		if err != nil {
			return nil, fmt.Errorf("sim: seed %d, replication %d of %s, fault %s: %w", r.o.Seed, n, p.System.Name, p.Faults[i].Name, err)
		}
		rep.Twins[i].Ledger = nil // one byte a request is enough to keep only for a while
	}
	if twins > 1 {
		if rep.None, err = one(all); err != nil {
			return nil, err
		}
	}
	rep.Run.Ledger = nil
	return rep, nil
}

// job is a replication of the plan, without its faults, that measures what a
// comparison over some windows needs.
func (p *Plan) job(seed uint64, replication int, windows []blast.Window) engine.Job {
	return engine.Job{
		System: p.System, Flows: p.Flows, Seed: seed, Replication: replication,
		Duration: p.Duration, Warmup: p.Warmup, Drain: p.Drain, Window: p.window(),
		Marks: blast.Marks(windows, p.Duration), Open: blast.Starts(windows, p.Duration), Spans: spans(windows, p.Duration),
	}
}

// all skips every fault.
const all = -2

// faults are the plan's applicable faults, without one or all of them.
func (r *runner) faults(k, skip int) (list []fault.Injection) {
	for i, in := range r.plans[k].Faults {
		if r.use[k][i] && i != skip && skip != all {
			list = append(list, in)
		}
	}
	return list
}

func (r *runner) tick() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if r.o.Progress != nil {
		r.o.Progress(r.done, r.total)
	}
}

// merge keeps a replication until its turn has come.
func (r *runner) merge(n, k int, rep *replication) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending[n] == nil {
		r.pending[n] = make([]*replication, len(r.plans))
	}
	r.pending[n][k] = rep
	for r.early == "" && r.complete(r.merged) {
		for k, rep := range r.pending[r.merged] {
			if r.early == "" {
				r.early = rep.Early()
			}
			if r.o.Observe != nil {
				r.o.Observe(k, r.o.First+r.merged, rep.Run)
			}
			if err := r.tops[k].Add(rep.Replication); err != nil {
				return err
			}
			for _, p := range rep.prints {
				r.print = mix(r.print, p)
			}
		}
		delete(r.pending, r.merged)
		r.merged++
	}
	return nil
}

func (r *runner) complete(n int) bool {
	reps := r.pending[n]
	for _, rep := range reps {
		if rep == nil {
			return false
		}
	}
	return reps != nil
}

// mix folds a fingerprint into another, in order (splitmix64's finaliser).
func mix(a, b uint64) uint64 {
	z := (a ^ b>>32 ^ b<<32) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
