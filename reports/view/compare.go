package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/result"
)

// Compare is what compare found, as a reader sees it.
type Compare struct {
	Scenario  string
	Facts     []Fact
	Pairs     []ComparePair
	Contrasts []Contrast
	Table     Table
	Warnings  []string
	Partial   bool
}

// ComparePair is a candidate against its baseline.
type ComparePair struct {
	Sentence string // how often it is better and worse
	Short    Table  // of all requests, and where single journeys are better or worse off
}

// Sentences are those of all pairs.
func (v *Compare) Sentences() (out []string) {
	for _, p := range v.Pairs {
		out = append(out, p.Sentence)
	}
	return out
}

// NewCompare computes the view of differences.
func NewCompare(d *result.Contrasts) *Compare {
	v := &Compare{Scenario: Name(d.Scenario), Partial: d.Partial}
	several := faultsOf(d.Changes) > 1
	two := d.A.Name != d.B.Name || slices.ContainsFunc(d.Changes, func(c result.Change) bool { return c.Baseline == c.Candidate })
	for _, c := range d.Changes {
		contrast := newContrast(c.Comparison, several)
		if two { // the topology is the same, the files are not
			contrast.Baseline, contrast.Candidate = sideName(d.A, c.Baseline, d.Changes), sideName(d.B, c.Candidate, d.Changes)
		}
		if c.A.Value != nil || c.B.Value != nil {
			v.Contrasts = append(v.Contrasts, contrast)
		}
	}
	sortContrasts(v.Contrasts)
	v.Table = changeTable(v.Contrasts)
	v.Pairs = tally(v.Contrasts)
	v.Facts = []Fact{{"replications", Plural(d.Replications, "pair of replications", "pairs of replications")}, {"seed", strconv.FormatUint(d.Seed, 10)}}
	if two {
		v.Facts = append(v.Facts, Fact{"baseline", Name(d.A.Name)}, Fact{"candidate", Name(d.B.Name)})
	}
	for _, w := range d.Warnings {
		v.Warnings = append(v.Warnings, Clean(w))
	}
	return v
}

// sideName names one end of a difference between two files: the file, and where
// several topologies were compared, the topology.
func sideName(s result.Side, topology string, all []result.Change) string {
	if slices.ContainsFunc(all, func(c result.Change) bool { return c.Baseline != all[0].Baseline }) {
		return Name(topology) + " (" + Name(s.Name) + ")"
	}
	return Name(s.Name)
}

func faultsOf(all []result.Change) int {
	var seen []string
	for _, c := range all {
		if f := c.Tags["fault"]; f != "" && !slices.Contains(seen, f) {
			seen = append(seen, f)
		}
	}
	return len(seen)
}

// telling reports whether a difference belongs into the short table.
func (c Contrast) telling() bool {
	whole := strings.HasPrefix(c.Subject, AllRequests)
	return whole || !c.Faultless && c.Verdict != result.Same && (c.Metric == "availability" || c.Metric == "p99 latency")
}

// tally says of each pair how often the candidate is better and worse.
func tally(all []Contrast) (out []ComparePair) {
	for len(all) > 0 {
		a, b := all[0].Baseline, all[0].Candidate
		var own, rest, short []Contrast
		count := map[string]int{}
		for _, c := range all {
			if c.Baseline != a || c.Candidate != b {
				rest = append(rest, c)
				continue
			}
			count[c.Verdict]++
			if own = append(own, c); c.telling() {
				short = append(short, c.brief())
			}
		}
		p := ComparePair{Short: changeTable(short), Sentence: fmt.Sprintf("Against %s, %s is better in %d of %s, worse in %d and the same in %d.",
			a, b, count[result.Better], Plural(len(own), "figure", "figures"), count[result.Worse], count[result.Same])}
		if count[result.Better]+count[result.Worse] == 0 {
			p.Sentence = fmt.Sprintf("Between %s and %s no difference is certain in any of %s.", a, b, Plural(len(own), "figure", "figures"))
		}
		if n := len(own) - len(short); n > 0 {
			p.Short.Note = Plural(n, "more difference", "more differences") + ", of single journeys, in the other formats."
		}
		out, all = append(out, p), rest
	}
	return out
}

// brief says in fewer words what a difference is of.
func (c Contrast) brief() Contrast {
	c.Subject = strings.Replace(c.Subject, AllRequests, "all", 1)
	if c.Faultless {
		c.Subject, c.Faultless = c.Subject+", no faults", false
	}
	return c
}

// changeTable lists differences in their own units and relative to the baseline.
func changeTable(all []Contrast) Table {
	out := Table{Columns: []Column{words("Figure", ""), words("Of", ""), words("Candidate", ""), number("Baseline", "mean over replications"),
		number("Now", "the candidate's mean over replications"), number("Difference", "paired, with its 95% interval"),
		number("Relative", "to the baseline"), number("Pairing saves", "variance without pairing over variance with it"), words("Verdict", "")}}
	several := slices.ContainsFunc(all, func(c Contrast) bool { return c.Candidate != all[0].Candidate })
	for _, c := range all[:min(len(all), maxContrasts)] {
		candidate := ""
		if several {
			candidate = c.Candidate
		}
		saved := Cell{Text: Missing, Tone: Muted}
		if c.Saved != nil && finite(*c.Saved) {
			saved = Cell{Text: Ratio.Format(*c.Saved)}
		}
		name := c.Metric
		if c.Faultless {
			name += ", without faults"
		}
		out.Rows = append(out.Rows, []Cell{{Text: name}, {Text: c.Subject}, {Text: candidate}, c.Unit.point(c.A), c.Unit.point(c.B),
			changeCell(c), {Text: Percentage(c.Relative)}, saved, {Text: c.Verdict, Tone: map[string]Tone{result.Better: Good, result.Worse: Bad}[c.Verdict]}})
	}
	if n := len(all) - maxContrasts; n > 0 {
		out.Note = Integer(int64(n)) + " more are in the JSON."
	}
	return pruned(out)
}

// point is the cell of a figure whose uncertainty stands elsewhere.
func (u Unit) point(e result.Estimate) Cell {
	c := u.cell(e)
	c.Sub = ""
	return c
}

// Percentage writes a factor as a change in percent: 1.031 is "+3.1%".
func Percentage(ratio result.Estimate) string {
	if ratio.Value == nil || !finite(*ratio.Value) {
		return Missing
	}
	v := *ratio.Value - 1
	text := Share.Format(v)
	if v > 0 && !strings.HasPrefix(text, "+") && strings.Trim(text, "0.%") != "" {
		text = "+" + text
	}
	return text
}
