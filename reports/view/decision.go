package view

import (
	"fmt"
	"slices"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// maxDecisions bounds the decision table: who wants more reads on.
const maxDecisions = 10

// Decision is the table that answers "which one?": a row a figure, a column a
// topology, in the result's order.
type Decision struct{ Rows []DecisionRow }

// DecisionRow compares the topologies on one figure. Short heads it where room
// is scarce.
type DecisionRow struct {
	Label, Short, Hint string
	Cells              []DecisionCell
}

// DecisionCell is one topology's figure. Best is set where it is certainly
// better than another's: by paired replications where there are any, else by
// intervals that do not overlap.
type DecisionCell struct {
	Text, Sub string // "412 ms", "± 12"
	Note      string // what else is to be said
	Line      string // on one line, where room is scarce: "412 ± 12 ms"
	Best      bool
	Tone      Tone
}

// candidate is one topology's value in a row that is to be judged.
type candidate struct {
	figure result.Figure
	note   string
}

// better says which way a figure is better.
type better int

const (
	higher better = iota
	lower
)

// decision builds the rows that this result has anything to say about.
func decision(store *result.Store, v *View) Decision {
	b := decisionBuilder{store: store, doc: store.Document(), view: v}
	b.total("Goodput", "goodput", "goodput", "good requests a second, all journeys", Rate)
	b.total("Availability", "availability", "available", "share of the requests answered without failure", Share)
	b.latencies()
	b.blast()
	b.states()
	b.recovery()
	b.cost()
	b.parts()
	for _, name := range []string{"p99 latency of", "Blast radius, afterwards", "Worst blast radius, afterwards"} {
		b.rows = spared(b.rows, name)
	}
	return Decision{Rows: b.rows[:min(len(b.rows), maxDecisions)]}
}

// spared drops the last row of a name, where there are too many rows and it is
// not the only one of its kind.
func spared(rows []DecisionRow, name string) []DecisionRow {
	found, last := 0, -1
	for i, r := range rows {
		if strings.HasPrefix(r.Label, name) {
			found, last = found+1, i
		}
	}
	if len(rows) <= maxDecisions || found == 0 || (found == 1 && strings.HasPrefix(name, "p99")) {
		return rows
	}
	return slices.Delete(rows, last, last+1)
}

type decisionBuilder struct {
	store *result.Store
	doc   *result.Document
	view  *View
	rows  []DecisionRow
}

// figures adds a row of estimates with the best marked; a row that is null
// everywhere is not due and stays away.
func (b *decisionBuilder) figures(row DecisionRow, unit Unit, way better, all []candidate) {
	known := false
	for _, c := range all {
		f := unit.Estimate(c.figure.Estimate)
		cell := DecisionCell{Text: f.Value(), Sub: f.Uncertainty(), Line: f.String()}
		if f.Number == Missing {
			cell.Note, cell.Tone = f.Reason, Muted
		} else {
			known = true
		}
		switch {
		case cell.Note == "":
			cell.Note = c.note
		case c.note != "":
			cell.Note += " (" + c.note + ")"
		}
		row.Cells = append(row.Cells, cell)
	}
	if !known {
		return
	}
	for i, best := range bestOf(all, way) {
		row.Cells[i].Best = best && !allSameText(row.Cells)
	}
	b.rows = append(b.rows, row)
}

func (b *decisionBuilder) total(label, name, short, hint string, unit Unit) {
	var all []candidate
	for i := range b.doc.Topologies {
		all = append(all, total(b.store, &b.doc.Topologies[i], name))
	}
	b.figures(DecisionRow{Label: label, Short: short, Hint: hint}, unit, higher, all)
}

// latencies adds the 99th percentile of the two busiest journeys as run, and
// of the busiest without the faults: what distribution itself costs.
func (b *decisionBuilder) latencies() {
	names := b.journeys()
	for i, name := range names[:min(len(names), 2)] {
		short := "p99"
		if i > 0 {
			short = "p99 " + Name(name)
		}
		b.p99(name, "", "p99 latency of "+Name(name), short, "99% of the answers come within this time")
	}
	if len(names) > 0 && len(b.view.Faults) > 0 {
		b.p99(names[0], metric.Baseline, "p99 of "+Name(names[0])+" "+b.view.Without(), "", "the same requests in a run without any fault")
	}
}

// journeys are the journeys of the first topology, the busiest first.
func (b *decisionBuilder) journeys() []string {
	if len(b.doc.Topologies) == 0 {
		return nil
	}
	all := slices.Clone(b.doc.Topologies[0].Journeys)
	slices.SortStableFunc(all, func(a, c result.Journey) int {
		return int(min(max(c.Counts.Offered-a.Counts.Offered, -1), 1))
	})
	var names []string
	for _, j := range all {
		names = append(names, j.Name)
	}
	return names
}

func (b *decisionBuilder) p99(journey, run, label, short, hint string) {
	var all []candidate
	for i := range b.doc.Topologies {
		tags := metric.Tags{}.With(metric.Topology, b.doc.Topologies[i].Name).With(metric.Journey, journey).With(metric.Run, run)
		all = append(all, candidate{figure: figure(b.store, "latency", "p(99)", tags)})
	}
	b.figures(DecisionRow{Label: label, Short: short, Hint: hint}, Time, lower, all)
}

// blast adds the blast radius of the fault, or of the worst of several.
func (b *decisionBuilder) blast() {
	several := len(b.view.Faults) > 1
	during, after := make([]candidate, len(b.doc.Topologies)), make([]candidate, len(b.doc.Topologies))
	for i := range b.doc.Topologies {
		t := &b.doc.Topologies[i]
		f := worstOf(t)
		if f == nil {
			continue
		}
		tags := metric.Tags{}.With(metric.Topology, t.Name).With(metric.Fault, f.Name)
		during[i].figure = figure(b.store, "blastRadius", "", tags)
		after[i].figure = figure(b.store, "blastRadiusAfter", "", tags)
		if several {
			during[i].note, after[i].note = Name(f.Name), Name(f.Name)
		}
	}
	label := "Blast radius"
	if several {
		label = "Worst blast radius"
	}
	b.figures(DecisionRow{Label: label, Short: "blast radius", Hint: "good requests lost while the fault is active"}, Share, lower, during)
	b.figures(DecisionRow{Label: label + ", afterwards", Hint: "good requests lost after its end"}, Share, lower, after)
}

// worstOf is the applicable fault of a topology with the largest blast radius.
func worstOf(t *result.Topology) *result.Fault {
	var worst *result.Fault
	for i := range t.Faults {
		f := &t.Faults[i]
		if !f.Applicable || f.BlastRadius.Value == nil {
			continue
		}
		if worst == nil || *f.BlastRadius.Value > *worst.BlastRadius.Value {
			worst = f
		}
	}
	return worst
}

// stateOrder ranks states from harmless to dreadful.
var stateOrder = []string{"stable", "degraded", "unknown", "recovering", "outage", "metastable", "overloaded"}

// stateHints says in words what the states mean.
var stateHints = map[string]string{
	"stable":     "no slice lost more than chance",
	"degraded":   "hurt, and recovered",
	"unknown":    "observed too short to tell",
	"recovering": "not back yet, the loss is falling",
	"outage":     "at least half of the requests lost at some time",
	"metastable": "stays broken though the fault is over",
	"overloaded": "too slow even without the fault",
}

func stateTone(state string) Tone {
	switch state {
	case "stable":
		return Good
	case "degraded", "recovering":
		return Warn
	case "outage", "metastable", "overloaded":
		return Bad
	}
	return Muted
}

func (b *decisionBuilder) states() {
	row := DecisionRow{Label: "State after the fault", Short: "state", Hint: "judged by slices of 10 s"}
	known := false
	for i := range b.doc.Topologies {
		state := ""
		for _, f := range b.view.Faults {
			if s := f.Damage[i].State; slices.Index(stateOrder, s) > slices.Index(stateOrder, state) || state == "" {
				state = s
			}
		}
		known = known || state != ""
		if state == "" {
			row.Cells = append(row.Cells, DecisionCell{Text: Missing, Line: Missing, Tone: Muted})
			continue
		}
		row.Cells = append(row.Cells, DecisionCell{Text: state, Line: state, Note: stateHints[state], Tone: stateTone(state)})
	}
	if known {
		b.rows = append(b.rows, row)
	}
}

func (b *decisionBuilder) recovery() {
	all := make([]candidate, len(b.doc.Topologies))
	for i := range b.doc.Topologies {
		t := &b.doc.Topologies[i]
		if f := worstOf(t); f != nil {
			all[i].figure = figure(b.store, "timeToRecover", "", metric.Tags{}.With(metric.Topology, t.Name).With(metric.Fault, f.Name))
			if share := f.RecoveredShare.Value; share != nil && *share < 1 && f.TimeToRecover.Value != nil {
				all[i].note = fmt.Sprintf("in %s of the runs", Share.Format(*share))
			}
		}
	}
	b.figures(DecisionRow{Label: "Time to recover", Short: "recovery", Hint: "from its end until all is well again, to stay"}, Time, lower, all)
}

// cost adds the price of an hour, with that of a million good requests.
func (b *decisionBuilder) cost() {
	if len(b.view.Costs.PerHour) == 0 {
		return
	}
	all := make([]candidate, len(b.doc.Topologies))
	for i := range b.doc.Topologies {
		tags := metric.Tags{}.With(metric.Topology, b.doc.Topologies[i].Name)
		all[i].figure = figure(b.store, "costPerHour", "", tags)
		if m := b.view.Costs.PerMillion[i]; m.Value != nil {
			all[i].note = Currency.Estimate(m).String() + " per million good requests"
		}
	}
	b.figures(DecisionRow{Label: "Cost of an hour", Short: "cost/h", Hint: "in the currency of the price list"}, Currency, lower, all)
}

func (b *decisionBuilder) parts() {
	row := DecisionRow{Label: "Moving parts", Short: "parts", Hint: "what has to be run"}
	for i := range b.doc.Topologies {
		p := b.doc.Topologies[i].Parts
		row.Cells = append(row.Cells, DecisionCell{Text: parts(p), Line: parts(p), Note: fmt.Sprintf("%s remote calls per request", Count.Format(p.HopsPerJourney))})
	}
	if len(row.Cells) > 0 {
		b.rows = append(b.rows, row)
	}
}

// parts counts what has to be run: "12 services, 4 databases".
func parts(p result.Parts) string {
	s := Plural(p.Services, "service", "services")
	if p.Databases > 0 {
		s += ", " + Plural(p.Databases, "database", "databases")
	}
	if p.Brokers > 0 {
		s += ", " + Plural(p.Brokers, "broker", "brokers")
	}
	return s
}

func joinWords(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

func allSameText(cells []DecisionCell) bool {
	for _, c := range cells {
		if c.Text != cells[0].Text {
			return false
		}
	}
	return true
}
