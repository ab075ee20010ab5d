package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/result"
)

// blastSummary has a line a topology.
func blastSummary(doc *result.Blast) Table {
	t := Table{Columns: []Column{words("Topology", ""), number("Faults", "tried, one at a time"), number("Expected", blastExpectation(doc)),
		number("Worst", "the largest blast radius of all faults"), words("Worst fault", ""),
		number("Single points", "targets of which one fault takes half or more of a journey"),
		number("Metastable", "faults after which the system stays down though the cause is gone"), number("Unnoticed", "faults by which nobody lost anything")}}
	for i := range doc.Topologies {
		d := &doc.Topologies[i]
		singles, unnoticed := 0, 0
		for _, r := range d.Ranking {
			if r.SinglePoint {
				singles++
			}
		}
		for k := range d.Faults {
			if d.Faults[k].Effect != result.Damage {
				unnoticed++
			}
		}
		meta := len(metastable(d))
		cell := integer(int64(meta))
		if meta > 0 {
			cell.Tone = Bad
		}
		t.Rows = append(t.Rows, []Cell{named(d.Name), integer(int64(len(d.Faults))), Share.cell(d.Expected), Share.cell(d.Worst), named(d.WorstFault),
			{Text: fmt.Sprintf("%d of %s", singles, Plural(len(d.Ranking), "target", "targets")), Sort: strconv.Itoa(singles)}, cell, integer(int64(unnoticed))})
	}
	return t
}

// blastExpectation says what the expectation is one of.
func blastExpectation(doc *result.Blast) string {
	if doc.Weights == "mtbf" {
		return "blast radius of a fault drawn by the given rates"
	}
	return "blast radius of a fault drawn at random, all equally likely"
}

// metastable names the faults that left the system down, in any replication.
func metastable(d *result.BlastTopology) (names []string) {
	for i := range d.Faults {
		f := &d.Faults[i]
		if n := f.States["metastable"]; n > 0 {
			name := Name(f.Name)
			if n < f.Replications {
				name += fmt.Sprintf(" (in %d of %d replications)", n, f.Replications)
			}
			names = append(names, name)
		}
	}
	return names
}

// blastClasses has a line a class, with what it comes to in each topology.
func blastClasses(doc *result.Blast) Table {
	t := Table{Columns: []Column{words("Faults of", "the class of their targets")}}
	var classes []string
	for i := range doc.Topologies {
		d := &doc.Topologies[i]
		t.Columns = append(t.Columns, number(Name(d.Name)+", expected", "mean of the class"), number("worst", ""), number("faults", ""))
		for _, c := range d.Classes {
			if !slices.Contains(classes, c.Class) {
				classes = append(classes, c.Class)
			}
		}
	}
	for _, class := range classes {
		row := []Cell{named(class)}
		for i := range doc.Topologies {
			cells := []Cell{{Text: Missing, Tone: Muted}, {Text: Missing, Tone: Muted}, {Text: Missing, Tone: Muted}}
			for _, c := range doc.Topologies[i].Classes {
				if c.Class == class {
					cells = []Cell{Share.cell(c.Expected), Share.cell(c.Worst), integer(int64(c.Faults))}
				}
			}
			row = append(row, cells...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// blastRanking lists the targets, the worst first.
func blastRanking(targets []BlastTarget) Table {
	t := Table{Columns: []Column{words("Target", ""), number("Blast radius", "of its worst fault"), words("Worst fault", ""),
		words("Takes down", "journeys that lose half or more of what would be good")}}
	for _, r := range targets {
		down := Cell{Text: strings.Join(r.Down, ", ")}
		if r.Single {
			down.Tone = Bad
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.Name}, Share.cell(r.Radius), {Text: r.Fault}, down})
	}
	return t
}

// blastMatrix has every fault with all figures.
func blastMatrix(d *result.BlastTopology, journeys []result.Journey) Table {
	t := Table{Columns: []Column{words("Fault", ""), words("Target of", "class"), number("Blast radius", "during the fault, all requests"), number("after", "after the fault, all requests")}}
	for _, j := range journeys {
		t.Columns = append(t.Columns, number(Name(j.Name), "blast radius of the journey during the fault"))
	}
	t.Columns = append(t.Columns, words("Can block on it", "by the graph of calls"), words("Hurt", "components beside the target, in half or more of the replications"),
		words("Surprise", "of those, which the graph of calls does not explain"),
		number("Contained", "share of those that can block on the target and stayed well"), number("Impact", "from the fault's start to the first bad slice of 10 s"),
		number("Recovery", "from the fault's end"), words("State", ""), words("Effect", ""), number("Weight", "in the expectation"))
	if n := len(d.Faults) - maxBlastRows; n > 0 {
		t.Note = Plural(n, "more fault is", "more faults are") + " in blast.json."
	}
	for i := range d.Faults[:min(len(d.Faults), maxBlastRows)] {
		f := &d.Faults[i]
		row := []Cell{named(f.Name), named(f.Class), Share.cell(f.BlastRadius), Share.cell(f.BlastRadiusAfter)}
		for _, j := range journeys {
			cell := Cell{Text: Missing, Tone: Muted}
			for k := range f.Journeys {
				if f.Journeys[k].Name == j.Name {
					cell = Share.cell(f.Journeys[k].BlastRadius)
				}
			}
			row = append(row, cell)
		}
		state, tone := blastState(f)
		row = append(row, text(blastReach(f, journeys)), text(strings.Join(hurtBeside(f), ", ")), text(strings.Join(cleaned(f.Surprise), ", ")), Share.cell(f.Containment), Time.cell(f.TimeToImpact), Time.cell(f.TimeToRecover),
			Cell{Text: state, Tone: tone}, text(f.Effect), Cell{Text: Short(Share, f.Weight)})
		t.Rows = append(t.Rows, row)
	}
	return t
}
