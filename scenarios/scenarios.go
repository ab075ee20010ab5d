// Package scenarios loads scenario files: the traffic and the faults that meet
// one or more topologies of an application, and what must hold then. Load reads a
// scenario with all its topologies and checks them together; Plans hands them to
// package sim.
//
// All mistakes of all files are reported at once, each with its place. A name
// that no topology has is a mistake; one that only some lack is a warning, since
// the same scenario should fit every topology.
package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"faultline/sim"
	"faultline/sim/fault"
	"faultline/sim/judge"
	"faultline/sim/load"
	"faultline/sim/result"
	"faultline/sim/unit"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// Options say how to load. A nil pointer leaves the file's value.
type Options struct {
	Root         string   // folder that no path in a file leaves; "" finds one, see topologies.OnDisk
	Set          []string // path=value: values to change before decoding, see Load
	Seed         *uint64
	Replications *int
	Duration     *time.Duration
}

// Scenario is a scenario with its topologies, checked and compiled.
type Scenario struct {
	Spec
	Topologies []*topologies.Topology // in the file's order, never empty
	Thresholds []judge.Threshold
	Sources    []result.Source // the scenario, then what it names
	Warnings   []string        // of the scenario; each topology has its own
	Digest     string          // over all sources and overrides

	precision *sim.Precision

	faults []fault.Injection
	notes  [][]string // by topology: what the scenario lacks there

	resolved func() result.Values // once
}

// Load reads the scenario at a path, or a built-in one by its name.
//
// The first segment of an override's path says what it changes: a key of a
// scenario (run.seed=7), of a topology (zones=[a], in all of them), of an
// application (journeys.browse.weight=9), or the name of a topology, which limits
// it to that one (shop-monolith.services.shop.replicas=8).
//
// The error is a *strict.Errors if it lies in the files.
func Load(ref string, o Options) (*Scenario, error) {
	at, err := Open(ref, o.Root)
	if err != nil {
		return nil, err
	}
	set, err := topologies.ParseSets(o.Set)
	if err != nil {
		return nil, err
	}
	l := newLoader(append(set, o.flags()...))
	s := l.scenario(at)
	if err := l.Errs.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// flags are the overrides that have flags of their own.
func (o Options) flags() (set []topologies.Override) {
	add := func(flag, path, value string) {
		set = append(set, topologies.Override{Flag: flag, Text: value, Path: path, Value: value})
	}
	if o.Seed != nil {
		add("--seed", "run.seed", strconv.FormatUint(*o.Seed, 10))
	}
	if o.Replications != nil {
		add("--replications", "run.replications", strconv.Itoa(*o.Replications))
	}
	if o.Duration != nil {
		add("--duration", "run.duration", unit.Duration(*o.Duration).String())
	}
	return set
}

// Resolved lists every value in force, of the scenario and of what it names; paths as
// for --set. It is made when it is first asked for, and must not be changed.
func (s *Scenario) Resolved() result.Values { return s.resolved() }

// Forget lets go of the topologies' files as they were decoded. The values in force are
// listed before, and stay; all that a simulation needs does too.
func (s *Scenario) Forget() {
	s.Resolved()
	for _, t := range s.Topologies {
		t.Forget()
	}
}

// Plans are the topologies under the scenario's load and faults, in order.
func (s *Scenario) Plans() []sim.Plan {
	plans := make([]sim.Plan, len(s.Topologies))
	for i, t := range s.Topologies {
		plans[i] = sim.Plan{System: t.System, Flows: s.flows(t), Faults: slices.Clone(s.faults),
			Duration: s.Run.Duration.Std(), Warmup: s.Run.warmup().Std(), AutoWarmup: s.Run.auto(), Drain: s.Run.Drain.Std(),
			Digest: t.Digest, Warnings: append(slices.Clone(t.Warnings), s.notes[i]...)}
		if s.Run.Window != nil {
			plans[i].Window = s.Run.Window.Std()
		}
	}
	return plans
}

// flows are the scenario's flows with the weights of a topology's journeys.
func (s *Scenario) flows(t *topologies.Topology) []load.Flow {
	flows := make([]load.Flow, len(s.Spec.Load))
	for i := range s.Spec.Load {
		f := &s.Spec.Load[i]
		flows[i] = load.Flow{Name: f.Key, Weights: weights(&f.Value, t)}
		f.Value.Fill(&flows[i])
	}
	return flows
}

// weights are those of a flow by journey: its mix, or else the application's own.
func weights(f *Flow, t *topologies.Topology) []float64 {
	out := make([]float64, len(t.System.Journeys))
	for i, j := range t.System.Journeys {
		switch w := f.Mix.Get(j.Name); {
		case w != nil:
			out[i] = float64(*w)
		case f.Mix == nil:
			out[i] = j.Weight
		}
	}
	return out
}

// Options are what package sim needs beside the plans. The caller adds the tool's
// version, the command, progress and jobs.
func (s *Scenario) Options() sim.Options {
	return sim.Options{Seed: s.Run.Seed, Replications: s.Run.Replications, Precision: s.precision, Percentiles: s.percentiles(), Meta: result.Document{
		Scenario: result.Scenario{Name: s.Name, Description: s.Description, Digest: s.Digest, Expect: s.Expect,
			Duration: s.Run.Duration.Std().Seconds(), Warmup: s.Run.warmup().Std().Seconds()},
		Sources: s.Sources, Resolved: s.Resolved(), Warnings: s.Warnings,
	}}
}

// percentiles of latency that the thresholds ask for.
func (s *Scenario) percentiles() (list []float64) {
	for _, t := range s.Thresholds {
		if p, ok := t.Expression.Aggregator.Percent(); ok {
			list = append(list, p)
		}
	}
	return list
}

// Open locates the scenario at a path, or the built-in one of that name.
func Open(ref, root string) (topologies.Location, error) {
	if topologies.IsPath(ref) {
		return topologies.OnDisk(ref, root)
	}
	var names []string
	for _, e := range Entries() {
		if e.Name == ref {
			return topologies.InCatalogue(catalogue{}, "scenarios/"+e.File), nil
		}
		names = append(names, e.Name)
	}
	at, err := topologies.OnDisk(ref, root)
	if err != nil {
		return at, fmt.Errorf("no built-in scenario %s%s; a path ends in .yaml", strict.Quote(ref), strict.DidYouMean(ref, names))
	}
	return at, err
}
