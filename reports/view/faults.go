package view

import (
	"math"
	"slices"
	"strings"

	"faultline/sim/result"
)

// faults collects each fault over all topologies, in the order of the result.
func faults(doc *result.Document) []Fault {
	var out []Fault
	at, idle := map[string]int{}, idleJourneys(doc)
	for i := range doc.Topologies {
		for _, f := range doc.Topologies[i].Faults {
			k, known := at[f.Name]
			if !known {
				k = len(out)
				at[f.Name] = k
				out = append(out, newFault(f, len(doc.Topologies)))
			}
			out[k].Damage[i] = newDamage(f, idle)
			if f.Applicable { // the window of a fault that acted somewhere
				out[k].Start, out[k].End = window(f)
			}
		}
	}
	return out
}

func newFault(f result.Fault, topologies int) Fault {
	out := Fault{Name: Name(f.Name), Kind: Name(f.Kind), Target: Name(f.Target), Damage: make([]Damage, topologies)}
	out.Start, out.End = window(f)
	return out
}

func window(f result.Fault) (start, end float64) {
	if f.Window.End == nil {
		return f.Window.Start, math.Inf(1)
	}
	return f.Window.Start, *f.Window.End
}

// idleJourneys are those that nobody began in any topology: the application has
// them, and the load of this scenario does not.
func idleJourneys(doc *result.Document) map[string]bool {
	idle, busy := map[string]bool{}, map[string]bool{}
	for i := range doc.Topologies {
		for _, j := range doc.Topologies[i].Journeys {
			idle[j.Name] = true
			busy[j.Name] = busy[j.Name] || j.Counts.Offered > 0
		}
	}
	for name := range idle {
		if busy[name] {
			delete(idle, name)
		}
	}
	return idle
}

func newDamage(f result.Fault, idle map[string]bool) Damage {
	d := Damage{Applicable: f.Applicable, During: f.BlastRadius, After: f.BlastRadiusAfter, Recover: f.TimeToRecover}
	if f.State != nil {
		d.State = Clean(*f.State)
	}
	for _, j := range f.Journeys {
		if idle[j.Name] {
			continue
		}
		d.Journeys = append(d.Journeys, JourneyDamage{Name(j.Name), j.BlastRadius, j.BlastRadiusAfter})
	}
	return d
}

// Worst is the value of the largest blast radius of the fault in any topology;
// false if it is known in none.
func (f Fault) Worst() (float64, bool) {
	worst, known := 0.0, false
	for _, d := range f.Damage {
		if d.During.Value != nil && finite(*d.During.Value) && (!known || *d.During.Value > worst) {
			worst, known = *d.During.Value, true
		}
	}
	return worst, known
}

// WorstFault is the fault with the largest blast radius, nil if none is known.
func (v *View) WorstFault() *Fault {
	var worst *Fault
	best := math.Inf(-1)
	for i := range v.Faults {
		if w, known := v.Faults[i].Worst(); known && w > best {
			worst, best = &v.Faults[i], w
		}
	}
	return worst
}

// Without is how the run is called with which the faulted one is compared.
func (v *View) Without() string {
	if len(v.Faults) > 1 {
		return "without the faults"
	}
	return "without the fault"
}

// While is how the time is called during which something acts.
func (v *View) While() string {
	if len(v.Faults) > 1 {
		return "while a fault is active"
	}
	return "while the fault is active"
}

// Place is the target without the word that says what it is: "recommendations"
// for "component recommendations".
func (f Fault) Place() string {
	word, rest, ok := strings.Cut(f.Target, " ")
	if ok && slices.Contains([]string{"component", "operation", "service", "database", "zone", "edge", "flow"}, word) {
		return rest
	}
	return f.Target
}

// happenings say what a fault of a kind does to its place, %.
var happenings = map[string]string{
	"crash": "% crashes", "kill": "% is killed", "pause": "% stands still", "slow": "% slows down", "errors": "% answers with errors",
	"cpuStress": "the cores of % are stressed", "memoryLeak": "% leaks memory", "deadlock": "% loses workers to a deadlock", "pauses": "% stops again and again",
	"delay": "the network of % is delayed", "loss": "the network of % loses messages", "partition": "the network of % is cut", "bandwidth": "the network of % is narrow",
	"zoneOutage": "zone % is silent", "dependencyOutage": "% never answers", "slowQueries": "the queries of % slow down",
	"connectionLimit": "% takes fewer connections", "cacheFlush": "the caches of % are emptied", "surge": "traffic surges", "retryStorm": "the callers of % retry at once",
}

// Happening says what the fault does: "recommendations crashes"; "" where the
// kind is not known here.
func (f Fault) Happening() string {
	how, ok := happenings[f.Kind]
	if !ok || (f.Place() == "" && strings.Contains(how, "%")) {
		return ""
	}
	return strings.Replace(how, "%", f.Place(), 1)
}

// Clause starts a sentence about the fault: "When recommendations crashes".
func (f Fault) Clause() string {
	if h := f.Happening(); h != "" {
		return "When " + h
	}
	return "Under the fault " + f.Name
}

// Span says when the fault is active: "4 min to 6 min".
func (f Fault) Span() string {
	if math.IsInf(f.End, 1) {
		return "from " + Clock(f.Start) + " to the end"
	}
	if f.End == f.Start {
		return "at " + Clock(f.Start)
	}
	return Clock(f.Start) + " to " + Clock(f.End)
}

// alarms name the topologies that stay broken after a fault, and those that
// are overloaded without any.
func alarms(doc *result.Document, v *View) []Fact {
	var out []Fact
	overloaded := map[int]bool{}
	for i := range doc.Topologies {
		if doc.Topologies[i].Overload != nil {
			overloaded[i] = true
			out = append(out, Fact{"overloaded", v.Topologies[i].Name + " cannot carry the load even without a fault: its queues grow as long as the run lasts."})
		}
	}
	for _, f := range v.Faults {
		for i, d := range f.Damage {
			switch name := v.Topologies[i].Name; {
			case d.State == "metastable":
				out = append(out, Fact{d.State, name + " stays broken after " + f.Name + " is over, though the load is as before."})
			case d.State == "overloaded" && !overloaded[i]:
				overloaded[i] = true
				out = append(out, Fact{d.State, name + " cannot carry the load even without a fault; its damage cannot be judged."})
			}
		}
	}
	if len(out) > maxAlarms {
		rest := Plural(len(out)-maxAlarms+1, "more", "more")
		out = append(out[:maxAlarms-1], Fact{"and " + rest, "Further topologies and faults end so; see the damage in figures."})
	}
	return out
}

// maxAlarms bounds the alarms.
const maxAlarms = 5
