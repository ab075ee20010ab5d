package view

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/result"
)

// Blast is the outcome of a fault catalogue as a reader sees it.
type Blast struct {
	Title        string
	Version      string
	Sentence     string
	Tone         Tone
	Alarms       []Fact
	Partial      bool
	Seed         string
	Replications int
	Duration     float64 // seconds during which requests arrive
	Load         string  // in words
	Window       string  // in words: when every fault is active
	Command      string
	Topologies   []BlastTopology
	Summary      Table // a line a topology
	Classes      Table // a line a class of targets
	Validity     []Fact
	Warnings     []string
	Digests      []Fact
	Sources      []Source
}

// BlastTopology is the matrix of one topology.
type BlastTopology struct {
	Name     string
	Index    int
	Finding  string     // what the matrix shows
	Journeys []string   // that have requests
	YAML     string     // of all faults, a line each
	Rows     []BlastRow // faults with damage, the worst first
	More     string     // of faults with damage that Rows leaves out
	Targets  []BlastTarget
	Ranking  Table
	Matrix   Table    // of all faults: every figure
	Singles  int      // targets that are single points of failure
	Absorbed []string // faults that nobody noticed
	None     []string // faults that changed nothing at all
	LeftOut  []string
}

// BlastRow is one fault.
type BlastRow struct {
	Name, Text, YAML string
	Class            string
	All              BlastCell
	Cells            []BlastCell // by journey
	Reach            string      // journeys and components that can block on the target
	Hurt             string      // components beside the target that were hurt, counted
	Names            string      // and by name
	State            string
	Tone             Tone
	Recovery         string
	radius           float64 // −1: unknown
}

// BlastCell is the blast radius of one fault on one journey.
type BlastCell struct {
	Text, Spread string
	Level        int  // 0: below 1%; 1: below 10%; 2: below 50%; 3: 50% and more; -1: unknown
	Surprise     bool // lost requests, though nothing of the journey can block on the target
	Sort         string
}

// BlastTarget is a bar of the ranking.
type BlastTarget struct {
	Name   string
	Fault  string
	Radius result.Estimate
	Down   []string
	Single bool
}

// maxBlastRows bounds the matrix of a page; the document has all rows.
const maxBlastRows = 250

// blastLevels are the lower bounds of the levels of a cell, from level 1 on.
var blastLevels = []float64{0.01, 0.1, 0.5}

// BlastLevels says in words what the levels of a cell are.
func BlastLevels() []string { return []string{"under 1%", "1% to 10%", "10% to 50%", "50% and more"} }

// NewBlast computes the view of a document.
func NewBlast(doc *result.Blast) *Blast {
	v := &Blast{Title: Name(doc.Scenario.Name), Version: Clean(doc.Tool.Version), Partial: doc.Partial, Seed: strconv.FormatUint(doc.Seed, 10),
		Replications: doc.Replications, Duration: doc.Scenario.Duration, Command: Clean(doc.Scenario.Command),
		Load: Rate.Format(doc.Load.Rate) + " (" + Clean(doc.Load.Origin) + ")"}
	v.Window = "from " + Clock(doc.Window.Start) + " on"
	if doc.Window.End != nil {
		v.Window = "from " + Clock(doc.Window.Start) + " to " + Clock(*doc.Window.End)
	}
	for i := range doc.Topologies {
		v.Topologies = append(v.Topologies, blastTopology(&doc.Topologies[i], i))
	}
	for _, w := range doc.Warnings {
		v.Warnings = append(v.Warnings, Clean(w))
	}
	v.Summary, v.Classes = blastSummary(doc), blastClasses(doc)
	v.Sentence, v.Tone = blastSentence(doc)
	v.Alarms = blastAlarms(doc)
	v.Validity = blastValidity(doc, v)
	v.Digests = []Fact{{"Seed", v.Seed}, {"Fingerprint", Clean(doc.Fingerprint)}, {"Digest", Clean(doc.Scenario.Digest)}}
	for _, t := range doc.Topologies {
		v.Digests = append(v.Digests, Fact{Name(t.Name), Clean(t.Digest)})
	}
	for _, s := range doc.Sources {
		v.Sources = append(v.Sources, Source{Path: Clean(s.Path), Digest: Clean(s.Digest), Text: CleanText(s.Text)})
	}
	return v
}

func blastTopology(t *result.BlastTopology, index int) BlastTopology {
	v := BlastTopology{Name: Name(t.Name), Index: index, LeftOut: cleaned(t.LeftOut)}
	journeys := travelled(t)
	for _, j := range journeys {
		v.Journeys = append(v.Journeys, Name(j.Name))
	}
	var yaml strings.Builder
	for i := range t.Faults {
		f := &t.Faults[i]
		yaml.WriteString(CleanText(f.YAML) + "\n")
		switch f.Effect {
		case result.NoEffect:
			v.None = append(v.None, Name(f.Name))
		case result.Absorbed:
			v.Absorbed = append(v.Absorbed, Name(f.Name))
		default:
			v.Rows = append(v.Rows, blastRow(f, journeys))
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b BlastRow) int { return cmp.Compare(b.radius, a.radius) })
	for i := range t.Ranking {
		r := &t.Ranking[i]
		v.Targets = append(v.Targets, BlastTarget{Name: Name(r.Class + " " + r.Target), Fault: Name(r.Fault), Radius: r.BlastRadius, Down: cleaned(r.Down), Single: r.SinglePoint})
		if r.SinglePoint {
			v.Singles++
		}
	}
	v.Ranking, v.Matrix, v.YAML = blastRanking(v.Targets), blastMatrix(t, journeys), yaml.String()
	v.Finding = blastFinding(&v, len(t.Faults))
	if n := len(v.Rows) - maxBlastRows; n > 0 {
		v.More = Plural(n, "more fault does", "more faults do") + " damage, less than these; blast.json has them."
		v.Rows = v.Rows[:maxBlastRows]
	}
	return v
}

// travelled are the journeys that have requests under this load.
func travelled(t *result.BlastTopology) (list []result.Journey) {
	for _, j := range t.Baseline {
		if j.Counts.Offered > 0 {
			list = append(list, j)
		}
	}
	return list
}

// blastFinding says how far the faults of a topology reach.
func blastFinding(v *BlastTopology, faults int) string {
	if len(v.Rows) == 0 {
		return v.Name + " takes all of its " + Plural(faults, "fault", "faults") + " without damage"
	}
	everything := 0
	for _, r := range v.Rows {
		if !slices.ContainsFunc(r.Cells, func(c BlastCell) bool { return c.Level < len(blastLevels) }) {
			everything++
		}
	}
	takes := Integer(int64(everything)) + " take"
	switch everything {
	case 0:
		takes = "none takes"
	case 1:
		takes = "1 takes"
	}
	return fmt.Sprintf("%s: %d of %s do damage, %s every journey down", v.Name, len(v.Rows), Plural(faults, "fault", "faults"), takes)
}

func cleaned(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = Name(n)
	}
	return out
}

// blastRow is one fault of the matrix; its cells are by the baseline's journeys.
func blastRow(f *result.BlastFault, journeys []result.Journey) BlastRow {
	r := BlastRow{Name: Name(f.Name), Text: Clean(f.Text), YAML: Clean(f.YAML), Class: Name(f.Class), All: blastCell(f.BlastRadius, false), radius: -1}
	if f.BlastRadius.Value != nil {
		r.radius = *f.BlastRadius.Value
	}
	for _, j := range journeys {
		cell := BlastCell{Text: Missing, Level: -1}
		for k := range f.Journeys {
			if f.Journeys[k].Name == j.Name {
				cell = blastCell(f.Journeys[k].BlastRadius, f.Reach.Known && !slices.Contains(f.Reach.Journeys, j.Name))
			}
		}
		r.Cells = append(r.Cells, cell)
	}
	r.Reach, r.Hurt = blastReach(f, journeys), blastHurt(f)
	r.Names = strings.Join(hurtBeside(f), ", ")
	r.State, r.Tone = blastState(f)
	r.Recovery = Time.Estimate(f.TimeToRecover).String()
	return r
}

// negligible is a share of which a cell of the matrix says no more than that it is
// about nothing: its digits would outshout those of its neighbours. The spread has them.
const negligible = 0.0005

func blastCell(e result.Estimate, unreached bool) BlastCell {
	if e.Value == nil {
		return BlastCell{Text: Missing, Level: -1}
	}
	f := Share.Estimate(e)
	c := BlastCell{Text: Short(Share, *e.Value), Spread: f.String(), Sort: strconv.FormatFloat(*e.Value, 'g', 6, 64)}
	if v := math.Abs(*e.Value); v > 0 && v < negligible {
		c.Text = "≈0%"
	}
	for i, low := range blastLevels {
		if *e.Value >= low {
			c.Level = i + 1
		}
	}
	c.Surprise = unreached && c.Level > 0
	return c
}

// blastReach says how many journeys and other components can block on the target
// by the graph of calls.
func blastReach(f *result.BlastFault, journeys []result.Journey) string {
	if !f.Reach.Known {
		return "not in the graph"
	}
	n := 0
	for _, j := range journeys {
		if slices.Contains(f.Reach.Journeys, j.Name) {
			n++
		}
	}
	return fmt.Sprintf("%d of %s, %s", n, Plural(len(journeys), "journey", "journeys"), Plural(len(f.Reach.Components), "component", "components"))
}

// hurtBeside names the components beside the target that were hurt in half of the
// replications or more.
func hurtBeside(f *result.BlastFault) (names []string) {
	for _, c := range f.Components {
		if !c.Target && c.Hurt != nil && *c.Hurt >= 0.5 {
			names = append(names, Name(c.Name))
		}
	}
	return names
}

// blastHurt counts them, and those that the graph of calls does not explain.
func blastHurt(f *result.BlastFault) string {
	n := len(hurtBeside(f))
	if n == 0 {
		return "none"
	}
	s := Plural(n, "component", "components")
	if k := len(f.Surprise); k > 0 {
		s += ", " + Plural(k, "surprise", "surprises")
	}
	return s
}

// blastState is the commonest state, with a tone.
func blastState(f *result.BlastFault) (string, Tone) {
	if f.State == nil {
		return Missing, Muted
	}
	s := Clean(*f.State)
	switch s {
	case "outage", "metastable", "overloaded":
		return s, Bad
	case "degraded", "recovering", "unknown":
		return s, Warn
	}
	return s, Neutral
}
