package estimate

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/stats"
)

const (
	notApplicable = "not applicable: this topology has no such target"
	nothingGood   = "nothing was good without the fault"
	noImpact      = "no slice was bad"
	noRecovery    = "not recovered"
	noEnd         = "the fault has no end"
	closedLoop    = "requests of a closed loop cannot be paired: its part of the blast radius is 1 − good with the fault / good without it, " +
		"by counts in the same window; lost, gained, pairs, severity and users are those of the other flows"
)

// damage accumulates what one fault did.
type damage struct {
	Fault
	base   *population // B: the runs without this fault
	shared bool        // base is the population of the runs without any fault
	reason string      // why the latest replication without figures has none

	all                         losses
	journey                     []losses // by model.JourneyID
	impact, toRecover, restored column
	recovered                   column // 1 or 0
	sum                         blast.Phases
	states                      [blast.NStates]int
	unpaired                    bool // part of the load is a closed loop

	family family
	hurt   hurt
	phases []phase // of all journeys, then of each
	teams  []team
}

// newDamage shares the runs without any fault where they are the twins too.
func newDamage(sys *model.System, f Fault, none *population, faults int, config Config) damage {
	d := damage{Fault: f, base: none, shared: faults == 1, journey: make([]losses, len(sys.Journeys)),
		family: newFamily(sys, config.Weights), phases: make([]phase, 1+len(sys.Journeys)), teams: newTeams(sys)}
	if f.Applicable {
		d.hurt = newHurt(sys, f)
	}
	for i := range d.phases {
		d.phases[i].during.latency.also(config.Percentiles)
		d.phases[i].after.latency.also(config.Percentiles)
	}
	if !d.shared {
		p := newPopulation(sys, config.Percentiles)
		d.base = &p
	}
	return d
}

// add takes a replication in which the fault is number k of the scenario.
func (d *damage) add(sys *model.System, run, twin *measure.Run, p *blast.Pairing, k int) {
	if !d.shared {
		d.base.add(twin)
	}
	d.states[p.State]++
	d.unpaired = d.unpaired || p.Unpaired
	if p.Reason != "" {
		d.reason = p.Reason
		d.undefined()
		return
	}
	d.sum.During.Add(&p.All.During)
	d.sum.After.Add(&p.All.After)
	d.count(p)
	d.times(p)
	d.family.add(sys, twin, p)
	d.hurt.add(sys, run, twin, d.Window, k)
	d.addPhases(run, p, k)
	for i := range d.teams {
		d.teams[i].add(p)
	}
}

// undefined adds a replication without a comparison.
func (d *damage) undefined() {
	for _, c := range d.columns() {
		c.add(math.NaN())
	}
	for i := range d.phases {
		d.phases[i].during.latency.add(&measure.Histogram{})
		d.phases[i].after.latency.add(&measure.Histogram{})
	}
	d.hurt.undefined()
}

// columns are all that have one value a replication.
func (d *damage) columns() []*column {
	columns := append(d.all.columns(), &d.impact, &d.toRecover, &d.restored, &d.recovered)
	for i := range d.journey {
		columns = append(columns, d.journey[i].columns()...)
	}
	for i := range d.phases {
		columns = append(columns, d.phases[i].columns()...)
	}
	for i := range d.teams {
		columns = append(columns, d.teams[i].columns()...)
	}
	return append(columns, d.family.columns()...)
}

// count adds shares and numbers of requests.
func (d *damage) count(p *blast.Pairing) {
	d.all.add(&p.All)
	for i := range d.journey {
		d.journey[i].add(&p.Journeys[i])
	}
}

func (d *damage) times(p *blast.Pairing) {
	d.impact.add(seconds(p.Impact))
	d.toRecover.add(seconds(p.Recover))
	d.restored.add(seconds(p.Restore))
	recovered := 0.0
	if p.Recovered {
		recovered = 1
	}
	d.recovered.add(recovered)
}

// seconds is NaN for nil.
func seconds(t *time.Duration) float64 {
	if t == nil {
		return math.NaN()
	}
	return t.Seconds()
}

func (d *damage) document(sys *model.System, s scope, none *result.Baseline) result.Fault {
	out := result.Fault{
		Name: d.Name, Kind: d.Kind, Target: d.Target, Applicable: d.Applicable,
		Window:   result.FaultWindow{Start: d.Window.Start.Seconds()},
		Surprise: []string{}, States: map[string]int{}, Journeys: []result.FaultJourney{},
	}
	if !d.Window.Open {
		end := d.Window.End.Seconds()
		out.Window.End = &end
	}
	if !d.Applicable {
		d.documentNone(&out)
		return out
	}
	s = s.with(metric.Fault, d.Name)
	d.documentLosses(&out, sys, s)
	d.documentTimes(&out, s)
	d.documentState(&out)
	d.documentFamily(&out, s)
	d.documentHurt(&out, sys, s)
	d.documentPhases(&out, sys, s)
	for i := range d.teams {
		out.Teams = append(out.Teams, d.teams[i].document(s, d.why))
	}
	if d.unpaired {
		out.Note = closedLoop
	}
	if out.Baseline = none; !d.shared {
		out.Baseline = d.base.baseline(sys, s.baseline().quiet())
	}
	return out
}

// documentNone says that the fault does not apply here.
func (d *damage) documentNone(out *result.Fault) {
	null := result.Estimate{Reason: notApplicable}
	out.BlastRadius, out.BlastRadiusAfter = null, null
	out.Severity = result.Severity{Failed: null, TooSlow: null, Degraded: null}
	out.TimeToImpact, out.TimeToRecover, out.TimeToRestore, out.RecoveredShare = null, null, null, null
	out.JourneyBlastRadius, out.ComponentBlastRadius, out.TeamBlastRadius, out.UserBlastRadius = null, null, null, null
	out.UserMinutesLost, out.Concentration, out.Containment, out.ResilienceLoss, out.BudgetBurn = null, null, null, null, null
}

func (d *damage) documentLosses(out *result.Fault, sys *model.System, s scope) {
	out.BlastRadius, out.BlastRadiusAfter, out.Severity = d.all.document(s, d.why)
	during, after := &d.sum.During, &d.sum.After
	out.Lost = result.Phases{During: during.Lost, After: after.Lost}
	out.Gained = result.Phases{During: during.Gained, After: after.Gained}
	out.Pairs = result.Phases{During: during.Pairs, After: after.Pairs}
	for i := range d.journey {
		name := sys.Journeys[i].Name
		during, after, _ := d.journey[i].document(s.with(metric.Journey, name), d.why)
		out.Journeys = append(out.Journeys, result.FaultJourney{Name: name, BlastRadius: during, BlastRadiusAfter: after})
	}
}

func (d *damage) documentTimes(out *result.Fault, s scope) {
	recovery := noRecovery
	if d.Window.Open {
		recovery = noEnd
	}
	out.TimeToImpact = s.mean("timeToImpact", d.impact, amount, d.why(noImpact))
	out.TimeToRecover = s.always("timeToRecover", d.toRecover, d.why(recovery))
	out.TimeToRestore = s.always("timeToRestore", d.restored, d.why(noRecovery))
	out.RecoveredShare = s.emit("recoveredShare", "", d.recovered, s.proportion, share, d.why(""))
}

// documentState is the commonest state; of equally common ones the worst.
func (d *damage) documentState(out *result.Fault) {
	worst := blast.Stable
	for i, n := range d.states {
		if n > 0 {
			out.States[blast.State(i).String()] = n
		}
		if n >= d.states[worst] {
			worst = blast.State(i)
		}
	}
	if d.states[worst] > 0 {
		name := worst.String()
		out.State = &name
	}
}

// why is the reason of a null: that of the comparison, if there was none.
func (d *damage) why(reason string) string {
	if d.reason != "" {
		return d.reason
	}
	return reason
}

// always is the mean of a time that must come in every replication: where it
// did not come in some, the mean over the others would be too good, and is null.
func (s scope) always(name string, values column, reason string) result.Estimate {
	missing := 0
	for _, v := range values {
		if math.IsNaN(v) {
			missing++
		}
	}
	est := s.mean(name, values, amount, reason)
	if missing > 0 && est.Value != nil {
		est = result.Estimate{Reason: fmt.Sprintf("%s in %d of %d replications", reason, missing, len(values))}
		if !s.silent {
			s.e.figures[len(s.e.figures)-1].estimate = est
		}
	}
	return est
}

// proportion is the share of replications in which something was so; where it
// was in all or in none, the bound is 3/n, since a Student interval would have
// no width.
func (s scope) proportion(ones []float64) (value, low, high float64, ok bool) {
	value, low, high, ok = s.e.students.Interval(ones)
	switch {
	case ok && value == 0:
		high = stats.RuleOfThree(len(ones))
	case ok && value == 1:
		low = 1 - stats.RuleOfThree(len(ones))
	}
	return value, low, high, ok
}
