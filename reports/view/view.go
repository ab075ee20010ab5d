// Package view turns a result into what a reader is shown: sentences, tables
// and the data of the charts, computed once, so that the text, the page and
// the pictures agree. It knows no HTML and no terminal.
//
// Every string that comes from a file of the user has passed Clean; escaping
// is the business of each format.
package view

import (
	"strconv"

	"faultline/sim/result"
)

// View is a result as a reader sees it.
type View struct {
	Scenario     string
	Description  string
	Version      string // of the tool
	Verdict      Verdict
	Alarms       []Fact // what nobody must miss: a state and whom it holds
	Partial      bool   // interrupted, or
	EndedEarly   bool   // at a limit
	Seed         string
	Replications int
	Duration     float64 // seconds during which requests arrive
	Warmup       float64 // seconds at its start, left out of all figures
	Command      string  // that repeats the run; "" if unknown
	Topologies   []Topology
	Faults       []Fault
	Decision     Decision
	Why          []Chain // from the worst fault to the damage, one a topology it hurts
	Contrasts    []Contrast
	Damages      []Table // every figure of the damage, one a fault
	Costs        Costs
	Thresholds   Table
	Against      *Against // a baseline; nil: none
	Journeys     []Table  // one per topology; so are the next three
	Services     []Table
	Databases    []Table
	Edges        []Table
	Validity     []Fact
	Warnings     []string
	Values       Table // in force because a file or --set says so
	Defaults     Table // in force because nobody said otherwise
	Digests      []Fact
	Sources      []Source
}

// Topology is one architecture, with the data of its charts.
type Topology struct {
	Name     string
	Index    int // position in the result; the first is the baseline of comparisons
	Parts    string
	Graph    Graph
	Timeline Timeline
	Damage   []DamageRow
	Latency  Percentiles
	Stations Stations
	Causes   Causes
}

// Fault is one fault and what it did to each topology.
type Fault struct {
	Name       string
	Kind       string
	Target     string
	Start, End float64  // seconds; End is +Inf when it lasts to the end
	Damage     []Damage // by topology
}

// Damage is what one fault did to one topology.
type Damage struct {
	Applicable bool
	During     result.Estimate // blast radius during the fault
	After      result.Estimate
	State      string
	Recover    result.Estimate // seconds
	Journeys   []JourneyDamage
}

// JourneyDamage is the part of the damage that one journey bears.
type JourneyDamage struct {
	Name   string
	During result.Estimate
	After  result.Estimate
}

// Fact is a term and what is to be said of it.
type Fact struct{ Term, Text string }

// Source is a file that was read.
type Source struct{ Path, Digest, Text string }

// Table is a table as every format shows it.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell // as long as Columns
	Note    string
	Ordered bool // by time or by importance: not to be sorted
}

// Empty reports whether there is nothing to show.
func (t Table) Empty() bool { return len(t.Rows) == 0 }

// Column heads a column; Hint explains it.
type Column struct {
	Title, Hint string
	Text        bool // words, set flush left; numbers are set flush right
}

// Cell is one field of a table.
type Cell struct {
	Text string
	Sub  string // uncertainty, or the reason why there is nothing
	Tone Tone
	Long bool   // words in a column of figures: they may take several lines
	Sort string // the number that Text rounds, to sort by; "" for words and where it is missing
}

// Tone says how a reader should take a cell; it never is the only carrier of
// its meaning.
type Tone string

// The tones.
const (
	Neutral Tone = ""
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
	Muted   Tone = "muted"
)

// New computes the view of a result. It reads the store and keeps nothing of it.
func New(store *result.Store) *View {
	v := Summary(store)
	v.details(store)
	return v
}

// Summary is the part of New that a terminal has room for: the verdict, the decision,
// thresholds and warnings. What New adds grows with the services: Why, Contrasts,
// Damages, Validity, Values, Defaults, Digests, Sources, the tables of journeys,
// services, databases and edges, and the data of a topology's charts.
func Summary(store *result.Store) *View {
	doc := store.Document()
	v := &View{
		Scenario:     Name(doc.Scenario.Name),
		Description:  Clean(doc.Scenario.Description),
		Version:      Clean(doc.Tool.Version),
		Partial:      doc.Partial,
		Seed:         strconv.FormatUint(doc.Seed, 10),
		Replications: doc.Replications,
		Duration:     doc.Scenario.Duration,
		Warmup:       doc.Scenario.Warmup,
		Command:      Clean(doc.Scenario.Command),
	}
	v.Faults = faults(doc)
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		v.EndedEarly = v.EndedEarly || t.EndedEarly != ""
		v.Topologies = append(v.Topologies, Topology{Name: Name(t.Name), Index: i, Parts: parts(t.Parts)})
	}
	v.Costs = costs(store)
	v.Decision = decision(store, v)
	v.Alarms = alarms(doc, v)
	v.Thresholds = thresholdTable(doc)
	v.Against = against(doc)
	v.Warnings = warnings(doc)
	v.Verdict = verdict(doc, v)
	return v
}

// details adds to a summary what a page shows.
func (v *View) details(store *result.Store) {
	doc := store.Document()
	damage, names, idle := damageRows(doc), causeNames(doc), idleJourneys(doc)
	for i := range doc.Topologies {
		t, shown := &doc.Topologies[i], &v.Topologies[i]
		shown.Graph, shown.Timeline, shown.Damage = graph(doc, t, v.Faults), timeline(t, v.Duration), damage[i]
		shown.Latency, shown.Stations, shown.Causes = percentiles(t), stations(t, v.Duration, v.Warmup), failures(t, names, v.Duration)
		v.Journeys = append(v.Journeys, journeyTable(t, idle))
		v.Services = append(v.Services, serviceTable(t))
		v.Databases = append(v.Databases, databaseTable(t))
		v.Edges = append(v.Edges, edgeTable(t))
	}
	v.Why = chains(doc, v)
	v.Contrasts = contrasts(doc)
	v.Damages = damageTables(doc, v.Faults)
	v.Validity = validity(doc, v)
	v.Values, v.Defaults = resolved(doc)
	v.Digests = digests(doc)
	for _, s := range doc.Sources {
		v.Sources = append(v.Sources, Source{Path: Clean(s.Path), Digest: Clean(s.Digest), Text: CleanText(s.Text)})
	}
}
