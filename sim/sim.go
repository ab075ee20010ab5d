// Package sim runs a plan: replications of topologies under one load and one
// set of faults, each beside its twin without the fault, in parallel, merged in
// order into a result.
//
// A Go program needs this package, a model and a result:
//
//	store, err := sim.Run(ctx, []sim.Plan{plan}, sim.Options{Seed: 1, Replications: 20})
//	p99, _ := store.Figure(selector)
package sim

import (
	"time"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// Plan is one topology under a scenario's load and faults. Plans that run
// together have the same flows, faults and times.
type Plan struct {
	System   *model.System
	Flows    []load.Flow
	Faults   []fault.Injection
	Duration time.Duration // requests arrive from zero to here
	Warmup   time.Duration // first part of it, left out of all figures
	Drain    time.Duration // longest wait for answers after it
	Window   time.Duration // of the series; 0: 1 s, coarser for long runs
	// AutoWarmup finds the warm-up, of all plans together, by pilot runs without
	// faults; Warmup is ignored then.
	AutoWarmup bool
	Digest     string
	Warnings   []string
}

// Options are what all plans of a run share.
type Options struct {
	Seed         uint64
	Replications int // at least 1; with a Precision the first batch, of 20 or more
	// Precision, if not nil, goes on until an interval is narrow enough.
	Precision *Precision
	// Percentiles of latency (0 to 100) are added to those that every result holds.
	Percentiles []float64
	Jobs        int // replications at once; 0: one per processor
	Limits      Limits
	// Progress is told how many simulations are done, of how many; it is called
	// from one goroutine at a time. May be nil.
	Progress func(done, total int)
	// Simulated is called once all is simulated, before the result is made of it: what
	// the simulations took is free by then. May be nil.
	Simulated func()
	// Stop, once closed, lets the simulations in flight finish and begins no more;
	// the result is partial then. May be nil.
	Stop <-chan struct{}
	// First is the number of the first replication, by which its draws are keyed: with
	// First 3 and one replication the run is the fourth of a run with four.
	First int
	// Observe is told of the run as written of each replication of each plan, in order;
	// it is called from one goroutine at a time, and may only read. May be nil.
	Observe func(plan, replication int, run *measure.Run)
	// Enough ends a replication of a plan early, once it says true; see [engine.Job].
	// The result is partial then. It is called from several goroutines at once. May be nil.
	Enough func(plan int, sofar *measure.Run) bool
	// Meta is copied into the result: tool, scenario, sources, resolved, warnings.
	Meta result.Document
}

// Limits are what one simulation may take; where it takes more, it ends there, no
// more replications are begun, and the result is partial. 0: the engine's defaults.
// They hold for each simulation by itself, so that the result is the same for any
// number of Jobs; of simulations beyond 256 MiB two run at a time at most.
type Limits struct {
	InFlight int    // calls at once
	Events   uint64 // in all
	Memory   int64  // bytes, for calls in flight, events to come, users and outcomes
	// Process is how many bytes all simulations together may take, as far as their
	// topologies tell beforehand; 0: not known. It bounds how many run at a time, and
	// changes no result.
	Process int64
}

// maxWindows bounds the length of a series, so that memory does not grow with
// simulated time.
const maxWindows = 1200

// windows that a reader can divide by, in seconds.
var niceWindows = []int{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600}

// window is the plan's window, or the shortest nice one that keeps the series short.
func (p *Plan) window() time.Duration {
	if p.Window > 0 {
		return p.Window
	}
	most := time.Duration(min(maxWindows, max(minWindows, MaxCells/p.Rows())))
	for _, s := range niceWindows {
		if w := time.Duration(s) * time.Second; p.Duration <= most*w {
			return w
		}
	}
	return p.Duration/most + 1
}

// Rows is how many parts of a system have a series.
func (p *Plan) Rows() int {
	if p.System == nil {
		return 1
	}
	return max(1, len(p.System.Stations)+len(p.System.Components)+len(p.System.Journeys))
}

// MaxCells bounds the series of a system, windows times [Plan.Rows]: some hundred
// bytes each.
const MaxCells = 5_000_000

// minWindows are left to the largest systems.
const minWindows = 60

// applicable reports for each fault whether this topology has its target.
func (p *Plan) applicable() []bool {
	names := p.flowNames()
	all := make([]bool, len(p.Faults))
	for i := range p.Faults {
		_, err := p.Faults[i].Fault.Where().Resolve(p.System, names)
		all[i] = err == nil
	}
	return all
}

func (p *Plan) flowNames() []string {
	names := make([]string, len(p.Flows))
	for i := range p.Flows {
		names[i] = p.Flows[i].Name
	}
	return names
}

// hits is about how many requests a flow makes.
func (p *Plan) hits(f *load.Flow) float64 {
	if f.VUs == 0 {
		return f.Expected(p.Duration)
	}
	cycle := 0.0 // seconds: think, and be answered
	if f.ThinkTime != nil {
		cycle = f.ThinkTime.Mean().Seconds()
	}
	graph, sum, answer := model.NewGraph(p.System), 0.0, 0.0
	for j, w := range f.Weights {
		sum += w
		answer += float64(w * graph.JourneyTime(&p.System.Journeys[j]))
	}
	if cycle += answer / sum; cycle <= 0 {
		return float64(f.VUs)
	}
	return float64(f.VUs) * p.Duration.Seconds() / cycle
}

// weights are the journeys' shares of all requests, by model.JourneyID.
func (p *Plan) weights() []float64 {
	weights := make([]float64, len(p.System.Journeys))
	for _, f := range p.Flows {
		sum := 0.0
		for _, w := range f.Weights {
			sum += w
		}
		if sum == 0 {
			continue
		}
		hits := p.hits(&f)
		for j, w := range f.Weights {
			weights[j] += float64(hits * (w / sum))
		}
	}
	return weights
}
