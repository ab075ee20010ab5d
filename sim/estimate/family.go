package estimate

import (
	"math"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

const (
	noObjectives   = "no journey has an objective"
	noUsers        = "no flow has users whose requests can be paired"
	nothingLost    = "no request was lost"
	noAvailability = "no journey has an availability objective below 100% and requests"
)

// family is what one fault did to journeys, users and error budgets.
type family struct {
	weights   []float64 // by journey; 0 for those without an objective
	promised  []bool    // by journey: it has an objective
	broken    []column  // by journey, 1 or 0
	journeys  column    // weighted share of them
	users     column
	minutes   column
	worst     column
	shortfall column
	burn      column
}

func newFamily(sys *model.System, weights []float64) family {
	n := len(sys.Journeys)
	f := family{weights: make([]float64, n), promised: make([]bool, n), broken: make([]column, n)}
	for i := range sys.Journeys {
		j := &sys.Journeys[i]
		f.promised[i] = j.Latency != "" || j.Availability > 0
		if !f.promised[i] {
			continue
		}
		f.weights[i] = j.Weight
		if i < len(weights) {
			f.weights[i] = weights[i]
		}
	}
	return f
}

func (f *family) columns() []*column {
	list := []*column{&f.journeys, &f.users, &f.minutes, &f.worst, &f.shortfall, &f.burn}
	for i := range f.broken {
		list = append(list, &f.broken[i])
	}
	return list
}

func (f *family) add(sys *model.System, twin *measure.Run, p *blast.Pairing) {
	hit, all := 0.0, 0.0
	for i, w := range f.weights {
		all += w
		ones := math.NaN()
		if f.promised[i] {
			ones = 0
		}
		if i < len(p.Broken) && p.Broken[i] {
			hit += w
			ones = 1
		}
		f.broken[i].add(ones)
	}
	f.journeys.ratio(hit, all)
	u := &p.Users
	f.users.ratio(float64(u.Hit), float64(u.Seen))
	f.worst.ratio(float64(u.Worst), float64(u.Losses))
	if u.Known {
		f.minutes.add(float64(u.Minutes))
	} else {
		f.minutes.add(math.NaN())
	}
	f.shortfall.add(float64(p.ResilienceLoss()))
	f.addBurn(sys, twin, p)
}

// month is what an error budget is given for.
const month = 30 * 24 * 3600.0 // seconds

// addBurn sets the requests lost of the journeys with an availability objective
// against what it allows in 30 days at the load without the fault.
func (f *family) addBurn(sys *model.System, twin *measure.Run, p *blast.Pairing) {
	lost, budget := 0.0, 0.0
	seconds := (twin.Duration - twin.Warmup).Seconds()
	for i := range sys.Journeys {
		if objective := sys.Journeys[i].Availability; objective > 0 && i < len(p.Journeys) {
			all := p.Journeys[i].During
			all.Add(&p.Journeys[i].After)
			lost += float64(all.Lost + max(0, all.Short))
			budget += float64((1 - objective) * float64(float64(twin.Journeys[i].Counts.Offered())/seconds*month))
		}
	}
	f.burn.ratio(lost, budget)
}

func (d *damage) documentFamily(out *result.Fault, s scope) {
	f := &d.family
	out.JourneyBlastRadius = s.mean("journeyBlastRadius", f.journeys, share, d.why(noObjectives))
	out.UserBlastRadius = s.mean("userBlastRadius", f.users, share, d.why(noUsers))
	out.UserMinutesLost = s.part("userMinutesLost", metric.Total, f.minutes, amount, d.why(noUsers))
	out.Concentration = s.mean("concentration", f.worst, share, d.why(nothingLost))
	out.ResilienceLoss = s.part("resilienceLoss", metric.Total, f.shortfall, amount, d.why(""))
	out.BudgetBurn = s.mean("budgetBurn", f.burn, amount, d.why(noAvailability))
	for i := range f.broken {
		if f.promised[i] {
			e := estimate(f.broken[i], s.proportion, share, d.why(""))
			out.Journeys[i].Broken = &e
		}
	}
}

// team accumulates the damage to the journeys that enter through one team's
// components.
type team struct {
	name     string
	journeys []int
	losses
}

// newTeams are those of the components that journeys call first.
func newTeams(sys *model.System) []team {
	var out []team
	for i := range sys.Journeys {
		name := entryTeam(sys, &sys.Journeys[i])
		if name == "" {
			continue
		}
		at := -1
		for k := range out {
			if out[k].name == name {
				at = k
			}
		}
		if at < 0 {
			at = len(out)
			out = append(out, team{name: name})
		}
		out[at].journeys = append(out[at].journeys, i)
	}
	return out
}

// entryTeam owns the component that a journey calls first, "" if nobody does.
func entryTeam(sys *model.System, j *model.Journey) string {
	for pc := int(j.Entry); pc < len(sys.Code); pc++ {
		in := &sys.Code[pc]
		switch {
		case in.Op == model.OpEnd:
			return ""
		case in.Op == model.OpCall, in.Op == model.OpBranch && in.Flags&model.FlagDirect != 0:
			if c := sys.Ops[sys.Sites[in.A].Op].Component; c != model.None {
				return sys.Components[c].Team
			}
			return ""
		}
	}
	return ""
}

func (t *team) add(p *blast.Pairing) {
	var sum blast.Phases
	for _, j := range t.journeys {
		sum.During.Add(&p.Journeys[j].During)
		sum.After.Add(&p.Journeys[j].After)
	}
	t.losses.add(&sum)
}

func (t *team) document(s scope, why func(string) string) result.FaultTeam {
	during, after, _ := t.losses.document(s.with(metric.Team, t.name), why)
	return result.FaultTeam{Name: t.name, BlastRadius: during, BlastRadiusAfter: after}
}
