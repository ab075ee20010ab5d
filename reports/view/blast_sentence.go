package view

import (
	"fmt"
	"math"
	"strings"

	"faultline/sim/result"
)

// blastSentence is the finding: what a fault costs on average, and at worst.
func blastSentence(doc *result.Blast) (string, Tone) {
	var means, worsts []string
	highest := math.Inf(-1)
	for i := range doc.Topologies {
		d := &doc.Topologies[i]
		if d.Expected.Value == nil || d.Worst.Value == nil {
			continue
		}
		name := Name(d.Name)
		means = append(means, name+" "+Short(Share, max(0, *d.Expected.Value)))
		worsts = append(worsts, Short(Share, max(0, *d.Worst.Value))+" ("+Name(d.WorstFault)+")")
		highest = max(highest, *d.Worst.Value)
	}
	if len(means) == 0 {
		return "No fault has a blast radius: without any fault nothing is good either, or the topologies are overloaded.", Warn
	}
	tone := Good
	if highest >= blastLevels[1] {
		tone = Warn
	}
	if highest >= blastLevels[2] {
		tone = Bad
	}
	lead := "On average"
	if doc.Weights == "mtbf" {
		lead = "By the given rates of failure"
	}
	return fmt.Sprintf("%s, a fault costs %s of the good requests while it lasts; the worst costs %s.", lead, list(means), list(worsts)), tone
}

// blastAlarms are what nobody must miss.
func blastAlarms(doc *result.Blast) []Fact {
	var out []Fact
	for i := range doc.Topologies {
		d := &doc.Topologies[i]
		if names := metastable(d); len(names) > 0 {
			out = append(out, Fact{"Metastable", Name(d.Name) + " stays down after the fault has ended: " + few(names, 8) + "."})
		}
		if d.Overload != nil {
			out = append(out, Fact{"Overloaded", Name(d.Name) + " does not carry this load without any fault either; what a fault does says nothing."})
		}
		if n := len(d.LeftOut); n > 0 {
			out = append(out, Fact{"Partial", fmt.Sprintf("%s: %s left out: %s.", Name(d.Name), Plural(n, "fault was", "faults were"), few(cleaned(d.LeftOut), 8))})
		}
	}
	return out
}

// few names the first of some things and counts the rest.
func few(names []string, most int) string {
	if len(names) <= most {
		return list(names)
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// blastValidity tells how far the figures can be trusted.
func blastValidity(doc *result.Blast, v *Blast) []Fact {
	weights := "All faults of the catalogue are taken to be equally likely, which they are not: give rates by --mtbf."
	if doc.Weights == "mtbf" {
		weights = "Faults are weighed by the rates given by --mtbf; the columns tell each one's weight."
	}
	return []Fact{
		{"Replications", replications(v.Replications)},
		{"Load", v.Load + ", from the same seeds for every fault and topology."},
		{"Faults", "Each alone, " + v.Window + " of " + Clock(v.Duration) + "."},
		{"Comparison", "Each request with a fault is compared with itself in the run without any, which all faults of a topology and a replication share; chance differences cancel."},
		{"Expectation", weights},
		{"Worst case", "The largest of many estimates is on average a little too large; its interval is that of the one fault, not of the choice."},
		{"Reach", "Who can block on a target is read from the graph of calls; what shares a process, a pool or a core with it is not in there. A dagger marks a journey that lost requests though nothing of it can block on the target."},
	}
}
