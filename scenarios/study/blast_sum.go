package study

import (
	"cmp"
	"slices"
	"strings"

	"faultline/sim"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// faultOf is one experiment with its figures.
func (b *Blast) faultOf(e *Experiment, a *sim.AloneFault) result.BlastFault {
	f := result.BlastFault{Fault: a.Fault, Class: e.Class, TargetName: e.Target, Text: e.Doc, YAML: e.YAML, Replications: a.Replications, Values: a.Values,
		Reach: result.BlastReach{Known: a.Reach.Known, Journeys: a.Reach.Journeys, Components: a.Reach.Components}, EndedEarly: a.EndedEarly}
	f.Effect = effect(&f, a.Changed)
	for _, m := range b.mtbf {
		if e.Matches(m.Pattern) {
			rate := month / m.Time.Seconds() * float64(e.Count)
			f.PerMonth = &rate
		}
	}
	f.Weight = 1
	if len(b.mtbf) > 0 {
		f.Weight = 0
		if f.PerMonth != nil {
			f.Weight = *f.PerMonth
		}
	}
	return f
}

// effect is what a fault did, in a word.
func effect(f *result.BlastFault, changed bool) string {
	if !changed {
		return result.NoEffect
	}
	if f.State == nil || *f.State != "stable" {
		return result.Damage
	}
	all := []result.Estimate{f.BlastRadius, f.BlastRadiusAfter, f.Severity.Degraded}
	for _, j := range f.Journeys {
		all = append(all, j.BlastRadius, j.BlastRadiusAfter)
	}
	if slices.ContainsFunc(all, func(e result.Estimate) bool { return value(e) >= absorbed }) {
		return result.Damage
	}
	return result.Absorbed
}

// value is that of an estimate, 0 if it has none.
func value(e result.Estimate) float64 {
	if e.Value == nil {
		return 0
	}
	return *e.Value
}

// weigh makes the weights shares of their sum; all stay 0 if that is 0.
func weigh(faults []result.BlastFault) {
	sum := 0.0
	for i := range faults {
		sum += faults[i].Weight
	}
	for i := range faults {
		if sum > 0 {
			faults[i].Weight /= sum
		}
	}
}

// sum computes from the faults of a topology what its summary says.
func sum(t *result.BlastTopology) {
	t.Expected = expected(t.Faults)
	t.Worst, t.WorstFault = worst(t.Faults)
	for _, class := range classes {
		var of []result.BlastFault
		for i := range t.Faults {
			if t.Faults[i].Class == class {
				of = append(of, t.Faults[i])
			}
		}
		if len(of) > 0 {
			c := result.BlastClass{Class: class, Faults: len(of), Expected: expected(of)}
			c.Worst, c.WorstFault = worst(of)
			t.Classes = append(t.Classes, c)
		}
	}
	t.Ranking = ranking(t.Faults)
}

// expected is the blast radius of a fault drawn by its weight: in each replication
// the weighted mean over the faults, of which the replications give the interval.
func expected(faults []result.BlastFault) result.Estimate {
	var values []float64
	for r := 0; ; r++ {
		sum, weight, done := 0.0, 0.0, false
		for i := range faults {
			f := &faults[i]
			if r >= len(f.Values) {
				done = true // only replications that all faults have
				break
			}
			if v := f.Values[r]; v != nil {
				sum += float64(f.Weight * *v)
				weight += f.Weight
			}
		}
		if done || len(faults) == 0 {
			break
		}
		if weight > 0 {
			values = append(values, sum/weight)
		}
	}
	if len(values) == 0 {
		return result.Estimate{Reason: "no fault with a weight has a blast radius"}
	}
	mean, low, high, ok := stats.Interval(values)
	out := result.Estimate{Value: &mean}
	if ok {
		low, high = min(low, 1), min(high, 1)
		out.Low, out.High = &low, &high
	}
	return out
}

// worst is the largest blast radius, and whose it is; of equal ones the first.
func worst(faults []result.BlastFault) (result.Estimate, string) {
	most := -1
	for i := range faults {
		if e := faults[i].BlastRadius; e.Value != nil && (most < 0 || *e.Value > *faults[most].BlastRadius.Value) {
			most = i
		}
	}
	if most < 0 {
		return result.Estimate{Reason: "no fault has a blast radius"}, ""
	}
	return faults[most].BlastRadius, faults[most].Name
}

// ranking lists the targets by their worst fault, the worst first.
func ranking(faults []result.BlastFault) []result.BlastTarget {
	list := []result.BlastTarget{}
	for i := range faults {
		f := &faults[i]
		if f.BlastRadius.Value == nil {
			continue
		}
		k := slices.IndexFunc(list, func(t result.BlastTarget) bool { return t.Class == f.Class && t.Target == f.TargetName })
		if k < 0 {
			k = len(list)
			list = append(list, result.BlastTarget{Class: f.Class, Target: f.TargetName})
		}
		if t := &list[k]; t.BlastRadius.Value == nil || *f.BlastRadius.Value > *t.BlastRadius.Value {
			t.Fault, t.BlastRadius = f.Name, f.BlastRadius
		}
		downed(&list[k], f)
	}
	slices.SortStableFunc(list, func(x, y result.BlastTarget) int {
		return cmp.Or(-cmp.Compare(*x.BlastRadius.Value, *y.BlastRadius.Value), cmp.Compare(slices.Index(classes, x.Class), slices.Index(classes, y.Class)),
			strings.Compare(x.Target, y.Target))
	})
	return list
}

// downed adds the journeys that a fault takes down to those that its target does.
func downed(t *result.BlastTarget, f *result.BlastFault) {
	if t.Down == nil {
		t.Down = []string{}
	}
	for _, j := range f.Journeys {
		if value(j.BlastRadius) >= singlePoint && !slices.Contains(t.Down, j.Name) {
			t.Down = append(t.Down, j.Name)
			t.SinglePoint = true
		}
	}
}
