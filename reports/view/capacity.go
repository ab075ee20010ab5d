package view

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"faultline/sim/result"
)

// Capacity is the answer of capacity with the data of its charts.
type Capacity struct {
	Answer
	Doc    *result.Capacity
	Curves []LoadCurve // by topology
}

// LoadCurve is a topology over load. All lists are as long as Load; NaN is unknown.
type LoadCurve struct {
	Name     string
	Index    int
	Capacity float64 // NaN: none
	Low      float64 // its interval; NaN without one
	High     float64
	Knee     float64 // NaN: none
	At       int     // the point that was run at the capacity; −1: none
	Load     []float64
	Goodput  Curve
	P99      Curve // of the journey that is missed first, else of all
	Cost     Curve // of a million good requests
	Journey  string
}

// Curve is a figure with its interval.
type Curve struct{ Value, Low, High []float64 }

func (c *Curve) add(e result.Estimate) {
	c.Value = append(c.Value, orNaN(e.Value))
	low, high := orNaN(e.Low), orNaN(e.High)
	if e.Low == nil {
		low, high = orNaN(e.Value), orNaN(e.Value)
	}
	c.Low, c.High = append(c.Low, low), append(c.High, high)
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// NewCapacity computes the view of an answer. The document must be one that
// study.Capacity made.
func NewCapacity(doc *result.Capacity) *Capacity {
	v := &Capacity{Doc: doc}
	v.Study, v.Partial, v.Replications = "capacity", doc.Partial, doc.Replications
	v.head(&doc.Scenario, doc.Tool.Version, doc.Seed, doc.Sources)
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		v.Topologies = append(v.Topologies, Name(t.Name))
		v.Curves = append(v.Curves, loadCurve(t, i))
		v.Digests = append(v.Digests, Fact{Name(t.Name), Clean(t.Digest)})
	}
	v.Sentence = capacitySentence(doc)
	v.Sections = []Section{
		{ID: "capacity", Title: "Capacity", Tables: []Table{capacityTable(doc)},
			Note: "The highest load that meets all objectives of all journeys, mean over the replications of each one's own, with its 95% interval."},
		{ID: "bottleneck", Title: "What limits it", Tables: []Table{bottleneckTable(doc)},
			Note: "By the utilisation law, which knows no queue, no timeout and no retry; and as simulated, at the capacity."},
		{ID: "choice", Title: "The cheapest within its objectives", Tables: []Table{choiceTable(doc)}},
		{ID: "crossings", Title: "Where one overtakes another", Tables: []Table{crossingTable(doc)},
			Note: "On the same requests, where the difference is certain on either side."},
		{ID: "points", Title: "Over load", Tables: pointTables(doc), Folded: true},
	}
	v.Warnings = capacityWarnings(doc)
	v.Validity = capacityValidity(doc)
	return v
}

// loadRate writes a load.
func loadRate(v float64) string { return Rate.Format(v) }

// capacityWords are the capacity in a sentence.
func capacityWords(t *result.CapacityTopology) string {
	switch c := t.Capacity; {
	case c.Value == nil:
		return "an unknown load"
	case *c.Value == 0:
		return "no load at all"
	default:
		return loadRate(*c.Value)
	}
}

// capacitySentence says who carries how much, the most first.
func capacitySentence(doc *result.Capacity) string {
	tops := make([]*result.CapacityTopology, len(doc.Topologies))
	for i := range doc.Topologies {
		tops[i] = &doc.Topologies[i]
	}
	slices.SortStableFunc(tops, func(a, b *result.CapacityTopology) int {
		switch x, y := orNaN(a.Capacity.Value), orNaN(b.Capacity.Value); {
		case x > y || math.IsNaN(y) && !math.IsNaN(x):
			return -1
		case y > x || math.IsNaN(x) && !math.IsNaN(y):
			return 1
		}
		return 0
	})
	if n := len(tops); n > 3 {
		return fmt.Sprintf("Within all objectives %s carries %s, the most of %d topologies, and %s %s. Today it is %s.",
			Name(tops[0].Name), capacityWords(tops[0]), n, Name(tops[n-1].Name), capacityWords(tops[n-1]), loadRate(doc.Today))
	}
	var parts []string
	for i, t := range tops {
		verb := ""
		if i == 0 {
			verb = " within all objectives"
		}
		parts = append(parts, fmt.Sprintf("%s carries %s%s", Name(t.Name), capacityWords(t), verb))
	}
	s := list(parts) + "."
	if len(doc.Topologies) == 1 {
		if h := doc.Topologies[0].Headroom.Value; h != nil && *h > 0 {
			s += fmt.Sprintf(" That is %s of today's %s.", Ratio.Format(*h), loadRate(doc.Today))
		}
		return s
	}
	return s + fmt.Sprintf(" Today it is %s.", loadRate(doc.Today))
}

func capacityTable(doc *result.Capacity) Table {
	t := Table{Columns: []Column{words("Topology", ""), number("Capacity", "requests a second"), number("Headroom", "capacity ÷ the scenario's own load"),
		number("Knee", "the load with the highest goodput ÷ latency"), words("Missed first above it", "replications in which it is missed")}, Ordered: true}
	for i := range doc.Topologies {
		c := &doc.Topologies[i]
		capacity := Rate.cell(c.Capacity)
		if c.Capacity.Value == nil || *c.Capacity.Value == 0 {
			capacity.Sub = ""
		}
		knee := Cell{Text: Missing, Tone: Muted}
		if c.Knee.Load != nil {
			knee = Cell{Text: loadRate(*c.Knee.Load)}
		}
		headroom := Ratio.cell(c.Headroom)
		if h := c.Headroom; h.Value != nil && *h.Value < 1 {
			headroom.Tone = Bad
		}
		why := missWords(c.Breaks, doc.Replications)
		if c.Capacity.Reason != "" {
			why = Clean(c.Capacity.Reason)
		}
		t.Rows = append(t.Rows, []Cell{named(c.Name), capacity, headroom, knee, {Text: why}})
	}
	return t
}

// missWords are the commonest misses.
func missWords(list []result.Miss, replications int) string {
	if len(list) == 0 {
		return Missing
	}
	m := list[0]
	s := missed(m)
	if m.Replications < replications {
		s += fmt.Sprintf(" (%d of %d)", m.Replications, replications)
	}
	if len(list) > 1 {
		s += fmt.Sprintf(", and %d more", len(list)-1)
	}
	return s
}

// missed is an objective in words.
func missed(m result.Miss) string {
	what := Clean(m.Objective)
	switch m.Objective {
	case "steady":
		what = "queues grow without a bound"
	case "limit":
		what = "a limit of the simulation"
	}
	if m.Journey != "" {
		return Name(m.Journey) + ": " + what
	}
	return what
}

func bottleneckTable(doc *result.Capacity) Table {
	t := Table{Columns: []Column{words("Topology", ""), words("By the law", "what saturates first by the utilisation law"), number("Full at", "the load at which it saturates"),
		words("Simulated", "what is busiest at the capacity"), number("Busy", "share of it in use"),
		words("Failures above", "the commonest cause, at the lowest load run above the capacity")}, Ordered: true}
	for i := range doc.Topologies {
		c := &doc.Topologies[i]
		row := []Cell{named(c.Name), {Text: Missing}, {Text: Missing}, {Text: Missing}, {Text: Missing}, {Text: "none"}}
		if p := c.Predicted; p != nil {
			row[1].Text, row[2].Text = Name(p.Station)+" "+p.Resource, loadRate(p.SaturatesAt)
		}
		if s := c.Simulated; s != nil {
			row[3].Text, row[4] = Name(s.Station)+" "+s.Resource, Share.cell(s.Utilization)
			if row[3].Text == row[1].Text {
				row[3].Text = "the same"
			}
		}
		if f := c.Cause; f != nil {
			row[5].Text = f.Cause
			if f.Edge != "" {
				_, to, _ := strings.Cut(f.Edge, " -> ")
				row[5].Text += " at " + Name(to)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func choiceTable(doc *result.Capacity) Table {
	t := Table{Columns: []Column{number("From", ""), number("To", "requests a second"), words("Cheapest topology", ""), number("An hour", ""), number("A million good requests", "at the upper end of the range")}, Ordered: true}
	if len(doc.Topologies) < 2 {
		return t
	}
	for _, c := range doc.Choices {
		row := []Cell{{Text: loadRate(c.From)}, {Text: loadRate(c.To)}, {Text: "none meets its objectives"}, {Text: Missing}, {Text: Missing}}
		if c.Topology != "" {
			row[2].Text = Name(c.Topology)
		}
		if c.CostPerHour != nil {
			row[3].Text = Currency.Format(*c.CostPerHour)
		}
		if c.CostPerMillion != nil {
			row[4].Text = Currency.Format(*c.CostPerMillion)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func crossingTable(doc *result.Capacity) Table {
	t := Table{Columns: []Column{number("At", "requests a second"), words("What", ""), words("Better below", ""), words("Better above", "")}, Ordered: true}
	for _, c := range doc.Crossings {
		what := "cost of a million good requests"
		if c.Journey != "" {
			what = "p99 of " + Name(c.Journey)
		}
		t.Rows = append(t.Rows, []Cell{{Text: loadRate(c.Load)}, {Text: what}, named(c.Below), named(c.Above)})
	}
	return t
}

func pointTables(doc *result.Capacity) (all []Table) {
	for i := range doc.Topologies {
		c := &doc.Topologies[i]
		t := Table{Caption: Name(c.Name), Columns: []Column{number("Load", "requests a second"), words("", ""), number("Goodput", ""), number("Available", ""), number("p99", "of all answered requests"),
			number("Cost/million", "of a million good requests"), number("Meets", "share of the replications that meet all objectives"), words("Busiest cores", "")}, Ordered: true}
		for k := range c.Points {
			p := &c.Points[k]
			meets := Cell{Text: Share.Format(p.Meets)}
			if p.Meets < 0.5 {
				meets.Tone = Bad
			}
			available := Share.cell(p.Availability)
			available.Sub = ""
			busiest := Cell{Text: Missing}
			if p.Utilization.Value != nil {
				busiest.Text = Name(p.Busiest) + " " + Share.Format(*p.Utilization.Value)
			}
			t.Rows = append(t.Rows, []Cell{{Text: Count.Format(p.Load)}, {Text: p.Role}, Rate.cell(p.Goodput), available, Time.cell(p.Latency.P99),
				Currency.cell(p.CostPerMillion), meets, busiest})
		}
		all = append(all, t)
	}
	return all
}

func capacityWarnings(doc *result.Capacity) (list []string) {
	for _, w := range doc.Warnings {
		list = append(list, Clean(w))
	}
	for i := range doc.Topologies {
		for _, w := range doc.Topologies[i].Warnings {
			list = append(list, Name(doc.Topologies[i].Name)+": "+Clean(w))
		}
	}
	return list
}

func capacityValidity(doc *result.Capacity) []Fact {
	list := []Fact{
		{"Replications", replications(doc.Replications)},
		{"Search", fmt.Sprintf("By bisection between loads %s apart, each replication by itself and all on the same requests; %s in all.",
			Share.Format(doc.Precision), Plural(doc.Simulations, "simulation", "simulations"))},
		{"Load", loadFact(doc)},
	}
	if doc.Partial {
		list = append(list, Fact{"Interrupted", "The search was stopped early; what was not found is missing."})
	}
	return list
}

func loadFact(doc *result.Capacity) string {
	s := fmt.Sprintf("The flows of the scenario, %s on average, all by the same factor.", loadRate(doc.Today))
	if doc.Closed {
		s += " Some are closed loops, whose users are scaled: their load is the most that so many users can send, on an idle system."
	}
	if doc.WithFaults {
		return s + " The scenario's faults were injected at every load."
	}
	return s + " Without faults."
}

// loadCurve collects what the charts draw.
func loadCurve(t *result.CapacityTopology, index int) LoadCurve {
	c := LoadCurve{Name: Name(t.Name), Index: index, Capacity: orNaN(t.Capacity.Value), Low: orNaN(t.Capacity.Low), High: orNaN(t.Capacity.High), Knee: orNaN(t.Knee.Load), At: -1}
	if c.Capacity == 0 {
		c.Capacity = math.NaN()
	}
	for _, m := range t.Breaks {
		if m.Journey != "" {
			c.Journey = m.Journey
			break
		}
	}
	for i := range t.Points {
		p := &t.Points[i]
		if p.Role == "capacity" {
			c.At = i
		}
		c.Load = append(c.Load, p.Load)
		c.Goodput.add(p.Goodput)
		c.Cost.add(p.CostPerMillion)
		p99 := p.Latency.P99
		for k := range p.Journeys {
			if p.Journeys[k].Name == c.Journey {
				p99 = p.Journeys[k].Latency.P99
			}
		}
		c.P99.add(p99)
	}
	return c
}
