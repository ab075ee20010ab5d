package sim

import (
	"context"
	"fmt"
	"time"

	"faultline/sim/engine"
	"faultline/sim/measure"
	"faultline/sim/stats"
)

const (
	leastPilots  = 10      // replications, however few the run has
	pilotWindows = 500     // of the series that shows when a system has settled
	firstPilot   = 1 << 30 // the number of the first pilot replication: beyond those of any run
)

// warmup finds the warm-up of the plans that ask for it: one cut for all of their
// replications and topologies, so that they stay comparable. For each topology
// MSER-5 looks at the calls in progress (queued or in service, all stations
// together) of runs without faults, averaged over the replications, and the longest
// cut that is about as good as its own is taken; the longest of all topologies
// counts, and half of the duration is the most. Pilots draw for themselves: a
// cut that is found in the very runs that are measured leaves out what happens to
// be high in their beginning, and the means of the rest lie too low
// (docs/statistics.md).
func (r *runner) warmup(ctx context.Context) error {
	if len(r.plans) == 0 || !r.plans[0].AutoWarmup {
		return nil
	}
	n := max(leastPilots, r.o.Replications)
	series := make([][][]float64, n) // by replication and plan
	for i := range series {
		series[i] = make([][]float64, len(r.plans))
	}
	r.total += n * len(r.plans)
	err := r.parallel(ctx, 0, n, func(ctx context.Context, n, k int) error {
		v, err := r.pilot(ctx, n, k)
		series[n][k] = v
		return err
	})
	switch {
	case err != nil:
		return err
	case r.stopped():
		return ErrStopped
	}
	var settle, cut time.Duration
	for k := range r.plans {
		p := &r.plans[k]
		v := average(series, k)
		windows, settled := stats.MSER5(v)
		settle = max(settle, time.Duration(windows)*p.pilotWindow())
		cut = max(cut, time.Duration(stats.LateMSER5(v))*p.pilotWindow())
		if !settled {
			r.found = append(r.found, fmt.Sprintf("warm-up: %s has not settled in the first half of %v; make the run longer", p.System.Name, p.Duration))
		}
	}
	r.cutAt(settle, cut)
	return nil
}

// cutAt sets the warm-up of a system that takes so long to settle, before the first fault.
func (r *runner) cutAt(settle, cut time.Duration) {
	for k := range r.plans {
		p := &r.plans[k]
		p.Warmup = min(cut, p.Duration/2)
		for i := range p.Faults {
			if at := p.Faults[i].At; at < p.Warmup {
				p.Warmup = at
			}
		}
		if k == 0 && p.Warmup < settle {
			r.found = append(r.found, fmt.Sprintf("warm-up: the system takes about %v to settle, and the first fault is at %v", settle, p.Warmup))
		}
	}
}

// pilotWindow is a whole number of milliseconds, so that cuts are round.
func (p *Plan) pilotWindow() time.Duration {
	return max(10*time.Millisecond, (p.Duration / pilotWindows).Round(10*time.Millisecond))
}

// pilot is the number of calls in progress, by window, of a run without faults.
func (r *runner) pilot(ctx context.Context, n, k int) ([]float64, error) {
	p := &r.plans[k]
	run, err := r.simulation(ctx, &engine.Job{
		System: p.System, Flows: p.Flows, Seed: r.o.Seed, Replication: firstPilot + n,
		Duration: p.Duration, Window: p.pilotWindow(),
	})
	if err != nil {
		return nil, err
	}
	return inProgress(run), nil
}

func inProgress(run *measure.Run) []float64 {
	out := make([]float64, int(min(run.Duration, max(run.End, run.Window))/run.Window))
	for i := range run.Stations {
		for k, w := range run.Stations[i].Series[:min(len(out), len(run.Stations[i].Series))] {
			out[k] += float64(w.InService)
			out[k] += float64(w.Queued)
		}
	}
	return out
}

// average is the mean of a plan's series over the replications, as far as all go.
func average(series [][][]float64, plan int) []float64 {
	shortest := len(series[0][plan])
	for _, s := range series {
		shortest = min(shortest, len(s[plan]))
	}
	out := make([]float64, shortest)
	for _, s := range series {
		for k := range out {
			out[k] += s[plan][k]
		}
	}
	for k := range out {
		out[k] /= float64(len(series))
	}
	return out
}
