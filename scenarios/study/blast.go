package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/unit"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// BlastOptions say what is tried on what.
type BlastOptions struct {
	Rate *unit.Rate // of the load, in place of 60% of the predicted capacity; topologies only
	// At is when each fault begins, and Lasts how long it lasts; nil: a fifth of the
	// duration each.
	At, Lasts  *time.Duration
	Only, Skip []string // patterns, see Experiment.Matches
	MTBF       []MTBF   // the later counts where two mean the same fault
}

// MTBF is how seldom the faults that a pattern means occur: once in so long on
// each of their targets.
type MTBF struct {
	Pattern string
	Time    time.Duration
}

// Blast is all that is to be tried, ready to run.
type Blast struct {
	Scenario    *scenarios.Scenario
	Experiments [][]Experiment // by topology, in the order in which they are begun

	plans  []sim.Plan
	origin string // of the load
	rate   float64
	at     time.Duration
	lasts  time.Duration
	mtbf   []MTBF
	notes  []string
}

// UsageError is a wrong choice that lies in no file.
type UsageError struct{ message string }

func (e *UsageError) Error() string { return e.message }

func wrong(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// PrepareBlast loads what refs name, one scenario or some topologies, and chooses
// load and experiments. The errors are those of scenarios.Load, or a *UsageError.
func PrepareBlast(refs []string, o scenarios.Options, b BlastOptions) (*Blast, error) {
	kinds := make([]string, len(refs))
	for i, ref := range refs {
		var err error
		if kinds[i], err = scenarios.KindOf(ref, o.Root); err != nil {
			return nil, unknownModel(ref, err)
		}
	}
	out := &Blast{mtbf: b.MTBF}
	var err error
	switch {
	case len(refs) > 1 && slices.Contains(kinds, "scenario"):
		return nil, wrong("a scenario and something else: write one scenario, or topologies alone")
	case kinds[0] == "scenario":
		err = out.ofScenario(refs[0], o, &b)
	default:
		err = out.ofTopologies(refs, o, &b)
	}
	if err != nil {
		return nil, err
	}
	if err := out.times(&b); err != nil {
		return nil, err
	}
	return out, out.choose(&b)
}

// unknownModel says of a name that is no built-in one's which are near.
func unknownModel(ref string, err error) error {
	if topologies.IsPath(ref) {
		return err
	}
	var names []string
	for _, e := range append(topologies.Entries(topologies.Builtin(), "topology"), scenarios.Entries()...) {
		names = append(names, e.Name)
	}
	return wrong("no built-in topology or scenario %s%s; a path ends in .yaml", strict.Quote(ref), strict.DidYouMean(ref, names))
}

// ofScenario takes a scenario's topologies and load; its faults are left out.
func (b *Blast) ofScenario(ref string, o scenarios.Options, c *BlastOptions) (err error) {
	if b.Scenario, err = scenarios.Load(ref, o); err != nil {
		return err
	}
	if c.Rate != nil {
		return wrong("--rate is the load of topologies; %s has one of its own (write --set load.%s.rate=%s)", b.Scenario.Name, b.Scenario.Spec.Load.Keys()[0], c.Rate)
	}
	b.plans = b.Scenario.Plans()
	b.origin = "the load of the scenario " + b.Scenario.Name
	if n := len(b.plans[0].Faults); n > 0 {
		b.notes = append(b.notes, fmt.Sprintf("the faults of the scenario (%d) are not used: each of the catalogue's is tried alone", n))
	}
	if b.Scenario.Run.Precision != nil {
		b.notes = append(b.notes, "the precision of the scenario is not used: all faults get the same number of replications")
	}
	b.rate, _, _ = rates(&b.plans[0], model.NewGraph(b.plans[0].System))
	return nil
}

// ofTopologies puts topologies under a load of their own mix.
func (b *Blast) ofTopologies(refs []string, o scenarios.Options, c *BlastOptions) (err error) {
	const name = "blast"
	if c.Rate != nil {
		o.Set = append(slices.Clone(o.Set), setRate(*c.Rate))
	}
	if b.Scenario, err = scenarios.Assemble(name, refs, o); err != nil {
		return err
	}
	given := slices.ContainsFunc(o.Set, func(s string) bool { return strings.HasPrefix(s, "load") })
	b.origin = "given"
	if !given {
		var rate unit.Rate
		if rate, b.origin, err = sixty(b.Scenario.Plans()); err != nil {
			return err
		}
		o.Set = append(slices.Clone(o.Set), setRate(rate))
		if b.Scenario, err = scenarios.Assemble(name, refs, o); err != nil {
			return err
		}
	}
	b.plans = b.Scenario.Plans()
	names := make([]string, len(b.plans))
	for i := range b.plans {
		names[i] = b.plans[i].System.Name
	}
	b.Scenario.Name = strings.Join(names, "+")
	b.rate, _, _ = rates(&b.plans[0], model.NewGraph(b.plans[0].System))
	return nil
}

func setRate(r unit.Rate) string { return "load." + scenarios.AssembledFlow + ".rate=" + r.String() }

// ofCapacity is the share of the predicted capacity at which faults are tried
// unless somebody says otherwise: busy, and with something to spare.
const ofCapacity = 0.6

// sixty is 60% of the rate at which the first of the topologies saturates by the
// utilisation law, rounded down to two digits, and where that comes from.
func sixty(plans []sim.Plan) (unit.Rate, string, error) {
	var worst *Bottleneck
	where := ""
	for i := range plans {
		if b := explainTopology(&plans[i], model.NewGraph(plans[i].System)).Bottleneck; b != nil && (worst == nil || b.SaturatesAt < worst.SaturatesAt) {
			worst, where = b, plans[i].System.Name
		}
	}
	if worst == nil {
		return 0, "", wrong("nothing of these topologies is bounded, so that there is no capacity to take 60%% of; write --rate, such as --rate 200/s")
	}
	rate := ofCapacity * worst.SaturatesAt
	digit := math.Pow10(int(math.Floor(math.Log10(rate))) - 1)
	rate = math.Floor(rate/digit) * digit
	return unit.Rate(rate), fmt.Sprintf("60%% of the %.3g/s at which the %s of %s in %s would saturate", worst.SaturatesAt, worst.Resource, worst.Station, where), nil
}

// times chooses when the faults begin and end.
func (b *Blast) times(c *BlastOptions) error {
	duration, warmup := b.plans[0].Duration, b.plans[0].Warmup
	b.at, b.lasts = max(duration/5, warmup), duration/5
	if c.At != nil {
		b.at = *c.At
	}
	if c.Lasts != nil {
		b.lasts = *c.Lasts
	}
	switch {
	case b.at < warmup || b.at >= duration:
		return wrong("--at: %s is not between the warm-up and the end (write %s or later, and less than %s)", unit.Duration(b.at), unit.Duration(warmup), unit.Duration(duration))
	case b.lasts == 0:
		return wrong("--lasts: faults that last for no time do nothing; write a time such as 1m")
	case b.lasts > duration-b.at:
		return wrong("--lasts: %s from %s on is beyond the end at %s: nothing would be seen of the recovery; write less", unit.Duration(b.lasts), unit.Duration(b.at), unit.Duration(duration))
	}
	return nil
}

// choose picks the experiments of each topology.
func (b *Blast) choose(c *BlastOptions) error {
	patterns := slices.Concat(c.Only, c.Skip)
	for _, m := range c.MTBF {
		patterns = append(patterns, m.Pattern)
	}
	used := make([]bool, len(patterns))
	for i := range b.plans {
		all, err := experiments(b.plans[i].System, b.at, b.lasts)
		if err != nil {
			return err
		}
		for k, p := range patterns {
			used[k] = used[k] || slices.ContainsFunc(all, func(e Experiment) bool { return e.Matches(p) })
		}
		kept := pick(all, c.Only, c.Skip)
		if len(kept) == 0 && len(c.MTBF) == 0 {
			b.notes = append(b.notes, "no fault is left for "+b.plans[i].System.Name)
		}
		b.Experiments = append(b.Experiments, kept)
		b.plans[i].Faults = nil
		for k := range kept {
			b.plans[i].Faults = append(b.plans[i].Faults, kept[k].fault)
		}
	}
	for k, p := range patterns {
		if !used[k] {
			return wrong("no fault of these topologies is meant by %q (write a class: %s; a kind of fault such as kill; a target; or a pattern with * of one)",
				p, strings.Join(classes, ", "))
		}
	}
	if !slices.ContainsFunc(b.Experiments, func(e []Experiment) bool { return len(e) > 0 }) {
		return wrong("no fault is left to be tried: --only and --skip leave none")
	}
	return nil
}

// Count is the number of experiments of all topologies.
func (b *Blast) Count() (n int) {
	for _, e := range b.Experiments {
		n += len(e)
	}
	return n
}

// Run tries all experiments. The errors are those of sim.RunAlone.
func (b *Blast) Run(ctx context.Context, o RunOptions) (*result.Blast, error) {
	options := b.Scenario.Options()
	options.Precision = nil
	options.Jobs, options.Limits, options.Progress, options.Stop = o.Jobs, o.Limits, o.Progress, o.Stop
	report, err := sim.RunAlone(ctx, b.plans, options)
	if err != nil {
		return nil, err
	}
	doc := b.document(report)
	doc.Tool.Version, doc.Scenario.Command = o.Version, o.Command
	doc.Seed, doc.Replications = options.Seed, options.Replications
	return doc, nil
}

// window is when every fault is active.
func (b *Blast) window() result.FaultWindow {
	in := fault.Injection{At: b.at, Duration: b.lasts}
	end, _ := in.End()
	s := end.Seconds()
	return result.FaultWindow{Start: b.at.Seconds(), End: &s}
}
