package view

import (
	"strings"

	"faultline/sim/result"
)

// family lists the figures of the damage, in the order in which they are read.
var family = []struct {
	label, hint string
	unit        Unit
	of          func(f *result.Fault) result.Estimate
}{
	{"Blast radius", "good requests lost while the fault is active", Share, func(f *result.Fault) result.Estimate { return f.BlastRadius }},
	{"… afterwards", "good requests lost after its end", Share, func(f *result.Fault) result.Estimate { return f.BlastRadiusAfter }},
	{"… by failing", "share of the good requests that failed", Share, func(f *result.Fault) result.Estimate { return f.Severity.Failed }},
	{"… by being too slow", "share of the good requests that came too late", Share, func(f *result.Fault) result.Estimate { return f.Severity.TooSlow }},
	{"Degraded, but good", "answered without an optional part", Share, func(f *result.Fault) result.Estimate { return f.Severity.Degraded }},
	{"Journeys broken", "weighted share whose objective the fault broke", Share, func(f *result.Fault) result.Estimate { return f.JourneyBlastRadius }},
	{"Other components hurt", "share whose errors or p99 left their usual band", Share, func(f *result.Fault) result.Estimate { return f.ComponentBlastRadius }},
	{"Other teams hurt", "share of the teams that own a component hurt", Share, func(f *result.Fault) result.Estimate { return f.TeamBlastRadius }},
	{"Containment", "share of those reachable that stayed well", Share, func(f *result.Fault) result.Estimate { return f.Containment }},
	{"Users hit", "with at least one lost request", Share, func(f *result.Fault) result.Estimate { return f.UserBlastRadius }},
	{"User minutes lost", "minutes in which a user lost a request", Count, func(f *result.Fault) result.Estimate { return f.UserMinutesLost }},
	{"Concentration", "share of the losses borne by the worst-hit tenth of the users", Share, func(f *result.Fault) result.Estimate { return f.Concentration }},
	{"Time to impact", "start of the fault to the first bad slice", Time, func(f *result.Fault) result.Estimate { return f.TimeToImpact }},
	{"Time to recover", "end of the fault until all is well, to stay", Time, func(f *result.Fault) result.Estimate { return f.TimeToRecover }},
	{"Time to restore", "start of the fault until all is well, to stay", Time, func(f *result.Fault) result.Estimate { return f.TimeToRestore }},
	{"Runs that recovered", "share of the replications", Share, func(f *result.Fault) result.Estimate { return f.RecoveredShare }},
	{"Resilience lost", "requests by which the good share fell short", Count, func(f *result.Fault) result.Estimate { return f.ResilienceLoss }},
	{"Error budget burned", "lost requests over what 30 days allow", Ratio, func(f *result.Fault) result.Estimate { return f.BudgetBurn }},
}

// damageTables gives every figure of every fault, a table a fault, a column a
// topology; a figure that no topology has stays away.
func damageTables(doc *result.Document, faults []Fault) []Table {
	var out []Table
	for k := range faults {
		t := Table{Caption: faults[k].Name, Columns: []Column{words("Figure", "")}}
		found := make([]*result.Fault, len(doc.Topologies))
		for i := range doc.Topologies {
			t.Columns = append(t.Columns, number(Name(doc.Topologies[i].Name), ""))
			for j := range doc.Topologies[i].Faults {
				if f := &doc.Topologies[i].Faults[j]; Name(f.Name) == faults[k].Name && f.Applicable {
					found[i] = f
				}
			}
		}
		for _, row := range family {
			cells, known := []Cell{{Text: row.label, Sub: row.hint}}, false
			for _, f := range found {
				c := Cell{Text: Missing, Tone: Muted}
				if f != nil {
					c = row.unit.cell(row.of(f))
				}
				known = known || c.Text != Missing
				cells = append(cells, c)
			}
			if known {
				t.Rows = append(t.Rows, cells)
			}
		}
		t.Rows = append(t.Rows, damageWords(found)...)
		out = append(out, t)
	}
	return out
}

// damageWords are the rows that are no figures: the state and the surprises.
func damageWords(found []*result.Fault) [][]Cell {
	wrapped := func(names []string) Cell {
		return Cell{Text: Shorten(Clean(strings.Join(names, ", ")), maxRemark), Long: true}
	}
	state := []Cell{{Text: "State", Sub: "of most replications"}}
	surprise := []Cell{{Text: "Surprises", Sub: "hurt though no call leads from them to the target"}}
	components := []Cell{{Text: "Components hurt", Sub: "in at least half of the replications"}}
	states, surprises, hurts := false, false, false
	for _, f := range found {
		s, u, h := Cell{Text: Missing, Tone: Muted}, Cell{Text: Missing, Tone: Muted}, Cell{Text: Missing, Tone: Muted}
		if f != nil && f.State != nil {
			s = Cell{Text: Clean(*f.State), Tone: stateTone(*f.State)}
			states = true
		}
		if f != nil && len(f.Surprise) > 0 {
			u = wrapped(f.Surprise)
			surprises = true
		}
		if names := hurtComponents(f); len(names) > 0 {
			h = wrapped(names)
			hurts = true
		}
		state, surprise, components = append(state, s), append(surprise, u), append(components, h)
	}
	var out [][]Cell
	if states {
		out = append(out, state)
	}
	if hurts {
		out = append(out, components)
	}
	if surprises {
		out = append(out, surprise)
	}
	return out
}

// hurtComponents names those that a fault hurt in at least half of the runs.
func hurtComponents(f *result.Fault) (names []string) {
	if f == nil {
		return nil
	}
	for _, c := range f.Components {
		if c.Hurt != nil && *c.Hurt >= 0.5 {
			names = append(names, c.Name)
		}
	}
	return names
}
