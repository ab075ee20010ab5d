package sim

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"faultline/sim/blast"
	"faultline/sim/estimate"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/result"
)

// Alone is what each fault of one plan does when it is the only one.
type Alone struct {
	Baseline     []result.Journey // without any fault
	Overload     *result.Overload // nil: the topology carries the load
	Replications int              // of the baseline
	Faults       []AloneFault     // of the plan, in its order
}

// AloneFault is one fault by itself. Its figures are those that [Run] gives for a
// plan with that fault alone.
type AloneFault struct {
	result.Fault            // without a baseline of its own
	Replications int        // compared; 0: left out
	Changed      bool       // in some replication a request ended otherwise or at another time
	Values       []*float64 // blast radius by replication; nil: undefined
	Reach        Reach
	EndedEarly   string // the limit that a replication has reached, "" if none has
}

// Reach is who can block on a target by the application's graph of calls.
type Reach struct {
	Known                bool // the target has a place in that graph: a zone has none
	Journeys, Components []string
}

// AloneReport is the outcome of [RunAlone].
type AloneReport struct {
	Plans       []Alone // as they were given
	Fingerprint string
	Partial     bool    // stopped before all replications of all faults, or ended early at a limit
	Warmup      float64 // seconds; found by pilot runs where the plans ask for it
	Warnings    []string
}

// RunAlone injects the faults of each plan one at a time, each into a run of its
// own, and compares each with one run without any fault, which all faults of a
// plan and a replication share: n faults cost n + 1 runs of each replication. All
// faults of all plans begin and end at the same time, so that the shared run
// measures what each of them needs.
//
// Runs are begun by replication, then in the order of the faults; once stopped,
// what is in flight is finished, and faults may have different numbers of
// replications, some of them none. The order changes no figure, nor does Jobs.
func RunAlone(ctx context.Context, plans []Plan, o Options) (*AloneReport, error) {
	a, err := newAlone(plans, o)
	if err != nil {
		return nil, err
	}
	if err := a.warmup(ctx); err != nil {
		return nil, err
	}
	if err := a.simulate(ctx); err != nil {
		return nil, err
	}
	return a.report()
}

// alone runs faults one at a time.
type alone struct {
	*runner
	windows []blast.Window // the one that all have
	plan    []lonely
}

// lonely is what one plan has come to.
type lonely struct {
	sums   *estimate.Alone
	calm   turns   // runs without a fault
	faults []turns // by fault
	early  []string
	differ []bool
	prints [][]uint64 // by fault, then replication
	base   []uint64
}

// turns keeps what is done until its turn has come: replications in order.
type turns struct {
	next  int
	early map[int]func() error
}

// take runs add once all replications before n have been added.
func (t *turns) take(n int, add func() error) error {
	if t.early == nil {
		t.early = map[int]func() error{}
	}
	t.early[n] = add
	for {
		add, ok := t.early[t.next]
		if !ok {
			return nil
		}
		delete(t.early, t.next)
		t.next++
		if err := add(); err != nil {
			return err
		}
	}
}

func newAlone(plans []Plan, o Options) (*alone, error) {
	if o.Replications < 1 || o.Precision != nil {
		return nil, fmt.Errorf("sim: %d replications, with a precision: %v; faults alone take a number of replications, at least 1", o.Replications, o.Precision != nil)
	}
	a := &alone{runner: begin(plans, o)}
	for k := range a.plans {
		p := &a.plans[k]
		use := p.applicable()
		for i, w := range p.faultWindows() {
			switch {
			case a.windows == nil:
				a.windows = []blast.Window{w}
			case w != a.windows[0]:
				return nil, fmt.Errorf("sim: fault %s of %s has another window than the first", p.Faults[i].Name, p.System.Name)
			}
			if !use[i] {
				return nil, fmt.Errorf("sim: fault %s does not apply to %s", p.Faults[i].Name, p.System.Name)
			}
		}
		n := len(p.Faults)
		a.total += o.Replications * (n + 1)
		a.plan = append(a.plan, lonely{faults: make([]turns, n), early: make([]string, n), differ: make([]bool, n), prints: make([][]uint64, n),
			sums: estimate.NewAlone(p.System, len(p.Flows), p.estimated(use), estimate.Config{Weights: p.weights(), Percentiles: o.percentiles()})})
	}
	if a.windows == nil {
		return nil, errors.New("sim: no fault")
	}
	return a, nil
}

// twin is the run without a fault, once it is done.
type twin struct {
	done chan struct{}
	run  *measure.Run // nil: it failed
}

// simulate makes the runs. That without a fault is begun before those that wait
// for it, so that no number of jobs lets them wait for ever.
func (a *alone) simulate(ctx context.Context) error {
	g, within := a.group(ctx)
	for n := 0; n < a.o.Replications && a.goes(within); n++ {
		a.replicate(within, g, n)
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// goes reports that more is to be begun: a run without a fault that has reached a
// limit would do so again.
func (a *alone) goes(ctx context.Context) bool {
	return !a.stopped() && !a.endedEarly() && ctx.Err() == nil
}

// replicate begins all runs of a replication.
func (a *alone) replicate(ctx context.Context, g *errgroup.Group, n int) {
	twins, most := make([]*twin, len(a.plans)), 0
	for k := range a.plans {
		twins[k] = &twin{done: make(chan struct{})}
		most = max(most, len(a.plans[k].Faults))
		g.Go(func() error {
			defer close(twins[k].done)
			return a.guarded(ctx, n, k, func(ctx context.Context, n, k int) error { return a.baseline(ctx, n, k, twins[k]) })
		})
	}
	for i := range most {
		for k := range a.plans {
			if i >= len(a.plans[k].Faults) {
				continue
			}
			if !a.goes(ctx) {
				return
			}
			g.Go(func() error {
				return a.guarded(ctx, n, k, func(ctx context.Context, n, k int) error { return a.one(ctx, n, k, i, twins[k]) })
			})
		}
	}
}

// ledgered is a run with some faults, and a ledger of its requests.
func (a *alone) ledgered(ctx context.Context, n, k int, faults []fault.Injection) (*measure.Run, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	job := a.plans[k].job(a.o.Seed, n, a.windows)
	job.Ledger, job.Faults = true, faults
	return a.simulation(ctx, &job)
}

// baseline is the run without a fault.
func (a *alone) baseline(ctx context.Context, n, k int, to *twin) error {
	run, err := a.ledgered(ctx, n, k, nil)
	if err != nil {
		return err
	}
	to.run = run
	a.mu.Lock()
	defer a.mu.Unlock()
	p := &a.plan[k]
	if a.early == "" {
		a.early = run.Partial
	}
	return p.calm.take(n, func() error {
		p.base = append(p.base, run.Fingerprint)
		return p.sums.AddBaseline(run)
	})
}

// one is the run with fault i alone, compared with its twin.
func (a *alone) one(ctx context.Context, n, k, i int, base *twin) error {
	plan := &a.plans[k]
	run, err := a.ledgered(ctx, n, k, plan.Faults[i:i+1])
	if err != nil {
		return err
	}
	select {
	case <-base.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if base.run == nil {
		return nil // its own error is told
	}
	pairing, err := blast.Compare(blast.Input{Fault: a.windows[0], Faulted: run, Baseline: base.run, Journeys: len(plan.System.Journeys),
		Patience: plan.patience(), Flows: plan.flows(a.o.Seed, n), Objectives: objectives(plan.System)})
	if err != nil {
		return fmt.Errorf("sim: seed %d, replication %d of %s, fault %s: %w", a.o.Seed, n, plan.System.Name, plan.Faults[i].Name, err)
	}
	run.Ledger = nil
	a.mu.Lock()
	defer a.mu.Unlock()
	p := &a.plan[k]
	return p.faults[i].take(n, func() error {
		if p.early[i] == "" {
			p.early[i] = run.Partial
		}
		p.differ[i] = p.differ[i] || run.Fingerprint != base.run.Fingerprint
		p.prints[i] = append(p.prints[i], run.Fingerprint)
		return p.sums.AddFault(i, run, base.run, pairing)
	})
}

// report puts the figures together.
func (a *alone) report() (*AloneReport, error) {
	out := &AloneReport{Warmup: a.plans[0].Warmup.Seconds(), Warnings: append([]string{}, a.found...)}
	print := uint64(0)
	some := false
	for k := range a.plan {
		p := &a.plan[k]
		one := Alone{Replications: p.calm.next}
		one.Baseline, one.Overload = p.sums.Baseline()
		out.Partial = out.Partial || p.calm.next < a.o.Replications
		print = mixAll(print, p.base)
		for i := range p.faults {
			f := AloneFault{Replications: p.faults[i].next, Changed: p.differ[i], EndedEarly: p.early[i]}
			f.Fault, f.Values = p.sums.Fault(i)
			f.Reach.Journeys, f.Reach.Components, f.Reach.Known = p.sums.Reach(i)
			print = mixAll(print, p.prints[i])
			some = some || f.Replications > 0
			out.Partial = out.Partial || f.Replications < a.o.Replications || f.EndedEarly != ""
			one.Faults = append(one.Faults, f)
		}
		out.Plans = append(out.Plans, one)
	}
	if !some {
		return nil, ErrStopped
	}
	if a.early != "" {
		out.Partial = true
		out.Warnings = append(out.Warnings, "partial: a run without a fault ended early, and no more were begun: "+a.early)
	}
	out.Fingerprint = fmt.Sprintf("%016x", print)
	return out, nil
}

func mixAll(print uint64, all []uint64) uint64 {
	for _, p := range all {
		print = mix(print, p)
	}
	return print
}
