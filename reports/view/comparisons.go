package view

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Contrast is the paired difference of one figure between two topologies.
type Contrast struct {
	Metric    string // "p99 latency"
	Subject   string // what it is of: "browse", AllRequests
	Faultless bool   // of the run without faults
	Baseline  string
	Candidate string
	Topology  int // of the candidate; −1 if unknown
	Unit      Unit
	A, B      result.Estimate
	Change    result.Estimate // B − A, in the unit
	Relative  result.Estimate // B/A: what compares figures of different units; null where A is not positive
	Saved     *float64        // variance without pairing over variance with it
	Verdict   string          // better, worse, same
}

// Absolute reports whether the difference is shown in its own unit, in points
// of a share, and not as a factor.
func (c Contrast) Absolute() bool { return c.Unit == Share }

// metricNames are the metrics as a reader calls them, the first first; others
// follow under their own name.
var metricNames = []struct{ key, name string }{
	{"goodput", "goodput"}, {"availability", "availability"}, {"latency.p99", "p99 latency"}, {"latency.p50", "median latency"},
	{"latency.avg", "mean latency"}, {"latency.p95", "p95 latency"}, {"errorRate", "error rate"}, {"degradedRate", "degraded"},
	{"blastRadius", "blast radius"}, {"blastRadiusAfter", "blast radius, afterwards"}, {"timeToRecover", "time to recover"},
	{"recoveredShare", "runs that recovered"}, {"costPerHour", "cost per hour"}, {"costPerMillion", "cost per million good requests"},
}

func metricName(key string) (name string, rank int) {
	for i, m := range metricNames {
		if m.key == key {
			return m.name, i
		}
	}
	return Clean(key), len(metricNames)
}

// contrasts reads the comparisons, grouped by metric; within one, all requests
// come before single journeys.
func contrasts(doc *result.Document) []Contrast {
	at := map[string]int{}
	for i := range doc.Topologies {
		at[doc.Topologies[i].Name] = i
	}
	var out []Contrast
	several := slices.ContainsFunc(doc.Topologies, func(t result.Topology) bool { return len(t.Faults) > 1 })
	for _, c := range doc.Comparisons {
		contrast := newContrast(c, several)
		if topology, known := at[c.Candidate]; known {
			contrast.Topology = topology
		}
		out = append(out, contrast)
	}
	sortContrasts(out)
	return out
}

// newContrast reads one comparison; the fault is named where there are several.
func newContrast(c result.Comparison, several bool) Contrast {
	name, _ := metricName(c.Metric)
	return Contrast{
		Metric: name, Subject: subject(c.Tags, several), Faultless: c.Tags["run"] == metric.Baseline, Baseline: Name(c.Baseline), Candidate: Name(c.Candidate), Topology: -1,
		Unit: unitOf(c.Metric), A: c.A, B: c.B, Change: c.Difference, Relative: relative(c), Saved: c.VarianceReduction, Verdict: Clean(c.Verdict),
	}
}

// sortContrasts groups them by metric, in the order of metricNames.
func sortContrasts(all []Contrast) {
	rank := func(c Contrast) int {
		for i, m := range metricNames {
			if m.name == c.Metric {
				return i
			}
		}
		return len(metricNames)
	}
	slices.SortStableFunc(all, func(a, b Contrast) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Metric, b.Metric), whether(a.Faultless)-whether(b.Faultless))
	})
}

func whether(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AllRequests is the subject of a figure that is of no single journey.
const AllRequests = "all requests"

// subject says in words what a comparison is of; a fault is named where there
// are several.
func subject(tags map[string]string, several bool) string {
	s := AllRequests
	for _, key := range []string{"journey", "flow", "service", "database", "edge"} {
		if tags[key] != "" {
			s = Name(tags[key])
			break
		}
	}
	if tags["fault"] != "" && several {
		s += ", " + Name(tags["fault"])
	}
	if tags["phase"] != "" {
		s += ", " + Name(tags["phase"])
	}
	return s
}

// relative is B/A with its interval, from the paired difference: (A + d)/A.
func relative(c result.Comparison) result.Estimate {
	a, d := number64(c.A.Value), number64(c.Difference.Value)
	if !(a > 0) || !finite(d) {
		return result.Estimate{Reason: "nothing to compare with"}
	}
	ratio := func(v float64) *float64 {
		r := (a + v) / a
		return &r
	}
	out := result.Estimate{Value: ratio(d)}
	if l, h := number64(c.Difference.Low), number64(c.Difference.High); finite(l) && finite(h) {
		out.Low, out.High = ratio(l), ratio(h)
	}
	return out
}

// maxContrasts bounds the rows of the table; result.json holds them all.
const maxContrasts = 200

// ContrastTable lists comparisons in their own units.
func ContrastTable(all []Contrast) Table {
	out := Table{Columns: []Column{words("Figure", ""), words("Of", ""), words("Compared", ""), number("Baseline", "mean over replications"),
		number("Candidate", "mean over replications"), number("Difference", "paired, with its 95% interval"),
		number("Pairing saved", "variance without pairing over variance with it"), words("Verdict", "")}}
	for _, c := range all[:min(len(all), maxContrasts)] {
		saved := Cell{Text: Missing, Tone: Muted}
		if c.Saved != nil && finite(*c.Saved) {
			saved = Cell{Text: Ratio.Format(*c.Saved)}
		}
		name := c.Metric
		if c.Faultless {
			name += ", without faults"
		}
		out.Rows = append(out.Rows, []Cell{{Text: name}, {Text: c.Subject}, {Text: c.Candidate + " − " + c.Baseline}, c.Unit.cell(c.A), c.Unit.cell(c.B),
			changeCell(c), saved, {Text: c.Verdict, Tone: map[string]Tone{"better": Good, "worse": Bad}[c.Verdict]}})
	}
	if n := len(all) - maxContrasts; n > 0 {
		out.Note = Integer(int64(n)) + " more are in result.json."
	}
	return pruned(out)
}

// changeCell is a difference with its sign, of shares in percentage points.
func changeCell(c Contrast) Cell {
	cell := c.Unit.cell(c.Change)
	if cell.Text == Missing {
		return cell
	}
	if c.Absolute() {
		cell.Text = strings.Replace(cell.Text, "%", "\u00a0pp", 1)
	}
	if *c.Change.Value > 0 {
		cell.Text = "+" + cell.Text
	}
	return cell
}

// Points writes a difference of shares: "+37.3 points".
func Points(v float64) string {
	s := trim(fixed(v*100, plainDecimals(v*100)))
	if v > 0 && math.Abs(v) > 1e-12 {
		s = "+" + s
	}
	return s + "\u00a0pp"
}
