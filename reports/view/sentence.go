package view

import (
	"math"
	"slices"
	"strings"

	"faultline/sim/result"
)

// Verdict is the answer before all tables.
type Verdict struct {
	Word      string // pass, fail, inconclusive; "" without thresholds
	Judgement string // what the thresholds say
	Sentence  string // what the simulation shows, with figures
	Tone      Tone
}

// verdict judges the thresholds in words and says what the faults did.
func verdict(doc *result.Document, v *View) Verdict {
	out := Verdict{Judgement: "No threshold was set, so nothing was judged.", Sentence: v.sentence(doc)}
	n := len(doc.Thresholds)
	if n == 0 {
		return out
	}
	count := map[string]int{}
	for _, t := range doc.Thresholds {
		count[t.Verdict]++
	}
	out.Word = Clean(doc.Verdict)
	switch {
	case count["fail"] > 0:
		out.Tone = Bad
		out.Judgement = countOf(count["fail"], n) + " broken"
		if k := count["inconclusive"]; k > 0 {
			out.Judgement += ", " + Integer(int64(k)) + " undecided"
		}
		out.Judgement += "."
	case count["inconclusive"] > 0:
		out.Tone = Warn
		out.Judgement = countOf(count["inconclusive"], n) + " undecided with " + Plural(v.Replications, "replication", "replications") + "."
	default:
		out.Tone = Good
		out.Judgement = "All " + Plural(n, "threshold holds.", "thresholds hold.")
		if n == 1 {
			out.Judgement = "The threshold holds."
		}
	}
	if doc.Scenario.Expect == "fail" {
		out.Judgement += " The scenario expects them to fail."
	}
	return out
}

// countOf is "2 of 3 thresholds are".
func countOf(k, n int) string {
	s := Integer(int64(k)) + " of " + Plural(n, "threshold", "thresholds")
	if k == 1 {
		return s + " is"
	}
	return s + " are"
}

// sentence is the finding: what the worst fault costs whom, and who is back when.
func (v *View) sentence(doc *result.Document) string {
	if len(v.Topologies) == 0 {
		return "The result holds no topology."
	}
	if len(v.Faults) == 0 {
		return v.calmSentence()
	}
	f := v.WorstFault()
	if f == nil {
		if v.allOverloaded() {
			return "No topology carries the load even without a fault, so the damage of the faults cannot be judged."
		}
		if v.applies() {
			return "No request would have been good without the faults, so there is no damage to compare."
		}
		return "No fault applies to any of the topologies, so there is no damage to compare."
	}
	if s := v.eachItsOwn(); s != "" {
		return s
	}
	lead := f.Clause()
	if len(v.Faults) > 1 {
		lead = "Of " + Plural(len(v.Faults), "fault", "faults") + ", " + f.Name + " hurts most. " + lead
	}
	s := lead + ", " + v.losses(f) + "."
	if r := v.recoveries(f); r != "" {
		s += " " + r + "."
	}
	return s
}

// eachItsOwn is the finding where different faults hurt two or three topologies
// most: one fault's damage would hide the others'.
func (v *View) eachItsOwn() string {
	if len(v.Faults) < 2 || len(v.Topologies) > 3 {
		return ""
	}
	var clauses []string
	differ, first := false, -1
	for t := range v.Topologies {
		worst := -1
		for i, f := range v.Faults {
			e := f.Damage[t].During
			if e.Value != nil && finite(*e.Value) && (worst < 0 || *e.Value > *v.Faults[worst].Damage[t].During.Value) {
				worst = i
			}
		}
		if worst < 0 {
			continue
		}
		if first < 0 {
			first = worst
		}
		differ = differ || worst != first
		f := &v.Faults[worst]
		most := " the most"
		if len(clauses) == 0 {
			most = " the most good requests"
		}
		clauses = append(clauses, f.Name+" costs "+v.Topologies[t].Name+most+", "+Loss(f.Damage[t].During))
	}
	if !differ {
		return ""
	}
	return "Of " + Integer(int64(len(v.Faults))) + " faults, " + strings.Join(clauses, "; ") + "."
}

// losses says what share of its good requests each topology loses, at most
// three of them: beyond that the worst and the best.
func (v *View) losses(f *Fault) string {
	order := v.ByDamage(f)
	if len(order) > 3 {
		worst, best := order[0], order[len(order)-1]
		if most := Loss(f.Damage[worst].During); most == Loss(f.Damage[best].During) {
			return "each of the " + Plural(len(order), "topology", "topologies") + " loses " + most + " of its good requests"
		}
		return "the " + Plural(len(order), "topology", "topologies") + " lose between " + Loss(f.Damage[best].During) +
			" (" + v.Topologies[best].Name + ") and " + Loss(f.Damage[worst].During) + " (" + v.Topologies[worst].Name + ") of the good requests"
	}
	var clauses []string
	for i, t := range order {
		loss := Loss(f.Damage[t].During)
		switch {
		case i > 0:
			clauses = append(clauses, v.Topologies[t].Name+" "+loss)
		case loss == nothing:
			clauses = append(clauses, v.Topologies[t].Name+" loses no good request that could be told from chance")
		default:
			clauses = append(clauses, v.Topologies[t].Name+" loses "+loss+" of its good requests")
		}
	}
	return list(clauses)
}

// ByDamage are the topologies whose blast radius is known, the worst hit first.
func (v *View) ByDamage(f *Fault) []int {
	var order []int
	for i, d := range f.Damage {
		if d.During.Value == nil || !finite(*d.During.Value) {
			continue
		}
		at := len(order)
		for at > 0 && *f.Damage[order[at-1]].During.Value < *d.During.Value {
			at--
		}
		order = append(order[:at], append([]int{i}, order[at:]...)...)
	}
	return order
}

// nothing is how a loss that cannot be told from chance is called.
const nothing = "nothing"

// Loss is a blast radius in a sentence: "42%", or "nothing" where the interval
// holds zero and the value rounds to none.
func Loss(e result.Estimate) string {
	if e.Value == nil {
		return "an unknown share"
	}
	straddles := e.Low != nil && e.High != nil && *e.Low <= 0 && *e.High >= 0
	if *e.Value <= 0 || (straddles && *e.Value < 0.005) {
		return nothing
	}
	return Short(Share, *e.Value)
}

// Short writes a number as a sentence does: two significant digits, and all
// of a larger whole number; a share close to 100% keeps what it lacks.
func Short(u Unit, v float64) string {
	f := u.Figure(v)
	if !finite(v) || v == 0 || (u == Share && v > 0.985 && v < 1) {
		return f.Value()
	}
	factor, _ := u.scale(math.Abs(v))
	scaled := v * factor
	f.Number = trim(fixed(scaled, clamp(1-int(math.Floor(math.Log10(math.Abs(scaled)))), 0, 6)))
	return f.Value()
}

// recoveries says how the topologies came out of it; of more than three, how many.
func (v *View) recoveries(f *Fault) string {
	if len(f.Damage) > 3 {
		return manyRecoveries(f)
	}
	var clauses []string
	last, same := "", 0 // what the clauses said, and how many of them the same
	for i, d := range f.Damage {
		outcome := stateClauses[d.State]
		if d.Recover.Value != nil && slices.Contains([]string{"degraded", "outage"}, d.State) {
			outcome = "recovers " + within(*d.Recover.Value)
		}
		if outcome == "" {
			continue
		}
		if outcome == last {
			same++
		}
		last = outcome
		clauses = append(clauses, v.Topologies[i].Name+" "+outcome)
	}
	if len(clauses) == 2 && same == 1 && strings.HasPrefix(last, "recovers ") {
		return "Both recover " + strings.TrimPrefix(last, "recovers ")
	}
	for i := range clauses[min(1, len(clauses)):] { // the verb once is enough
		if strings.Contains(clauses[i], " recovers ") {
			clauses[i+1] = strings.Replace(clauses[i+1], " recovers ", " ", 1)
		}
	}
	return list(clauses)
}

// manyRecoveries counts the topologies by how they came out of a fault, the worst
// first: "2 stay broken after the fault is over and 2 recover within 10 s".
func manyRecoveries(f *Fault) string {
	count, slowest, back := map[string]int{}, 0.0, 0
	for _, d := range f.Damage {
		if d.Recover.Value != nil && slices.Contains([]string{"degraded", "outage"}, d.State) {
			back, slowest = back+1, max(slowest, *d.Recover.Value)
		} else {
			count[d.State]++
		}
	}
	var clauses []string
	all := ""
	add := func(n int, one, many string) {
		if n > 0 {
			clauses, all = append(clauses, Plural(n, one, many)), "All "+many
		}
	}
	add(count["overloaded"], "is overloaded even without the fault", "are overloaded even without the fault")
	add(count["metastable"], "stays broken after the fault is over", "stay broken after the fault is over")
	add(count["recovering"], "has not recovered by the end", "have not recovered by the end")
	add(back, "recovers "+within(slowest), "recover "+within(slowest))
	add(count["stable"], "stays stable", "stay stable")
	if len(clauses) < 2 {
		return all
	}
	clauses[0] = "Of these, " + clauses[0]
	return list(clauses)
}

func within(seconds float64) string {
	if seconds == 0 {
		return "at once"
	}
	return "within " + Short(Time, seconds)
}

// stateClauses says of a topology how it came out of a fault.
var stateClauses = map[string]string{
	"stable":     "stays stable",
	"metastable": "stays broken after the fault is over",
	"overloaded": "is overloaded even without the fault",
	"recovering": "has not recovered by the end",
}

// applies reports whether any fault acts on any topology.
func (v *View) applies() bool {
	for _, f := range v.Faults {
		if slices.ContainsFunc(f.Damage, func(d Damage) bool { return d.Applicable }) {
			return true
		}
	}
	return false
}

// allOverloaded reports whether every fault that applies anywhere met a system
// that was overloaded already.
func (v *View) allOverloaded() bool {
	for _, f := range v.Faults {
		if slices.ContainsFunc(f.Damage, func(d Damage) bool { return d.Applicable && d.State != "overloaded" }) {
			return false
		}
	}
	return v.applies()
}

// calmSentence is the finding where there is no fault.
func (v *View) calmSentence() string {
	var clauses []string
	if len(v.Topologies) > 3 {
		return "No fault was injected; " + Plural(len(v.Topologies), "topology is", "topologies are") + " compared under the same load."
	}
	if s := v.calmAlike(); s != "" {
		return s
	}
	for i, t := range v.Topologies {
		for _, r := range v.Decision.Rows {
			if r.Short == "goodput" && r.Cells[i].Text != Missing {
				clauses = append(clauses, t.Name+" serves "+r.Cells[i].Text+" well")
			}
		}
	}
	if len(clauses) == 0 {
		return "No request was answered well, and no fault was injected."
	}
	return "Without any fault, " + list(clauses) + "."
}

// calmAlike is the finding where all topologies serve the same load well: then
// what it costs is the difference. "" where they do not, or are too many.
func (v *View) calmAlike() string {
	n, served := len(v.Topologies), ""
	for _, r := range v.Decision.Rows {
		if r.Short != "goodput" {
			continue
		}
		served = r.Cells[0].Text
		for _, c := range r.Cells {
			if c.Text != served || served == Missing {
				return ""
			}
		}
	}
	if served == "" || n < 2 {
		return ""
	}
	s := "Without any fault, each of the " + Plural(n, "topology", "topologies") + " serves " + served + " well"
	cheap, dear := -1, -1
	for i, c := range v.Costs.PerMillion {
		if c.Value == nil {
			return s + "."
		}
		if cheap < 0 || *c.Value < *v.Costs.PerMillion[cheap].Value {
			cheap = i
		}
		if dear < 0 || *c.Value > *v.Costs.PerMillion[dear].Value {
			dear = i
		}
	}
	if cheap < 0 || *v.Costs.PerMillion[dear].Value < 1.05**v.Costs.PerMillion[cheap].Value {
		return s + "."
	}
	price := func(i int) string {
		return Short(Currency, *v.Costs.PerMillion[i].Value) + " in " + v.Topologies[i].Name
	}
	return s + "; a million good requests cost from " + price(cheap) + " to " + price(dear) + "."
}

// list joins clauses: "a, b and c".
func list(clauses []string) string {
	if len(clauses) < 2 {
		return strings.Join(clauses, "")
	}
	last := len(clauses) - 1
	return strings.Join(clauses[:last], ", ") + " and " + clauses[last]
}
