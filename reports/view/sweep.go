package view

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Sweep is the answer of a sweep with the data of its charts.
type Sweep struct {
	Answer
	Doc    *result.Sweep
	X      SweepAxis // along which lines are drawn
	Charts []SweepChart
}

// SweepAxis is the horizontal axis of the charts.
type SweepAxis struct {
	Name    string // what tells its path from the others
	Values  []string
	Numbers []float64 // of the values; nil where they are no numbers of one unit
}

// SweepChart is one metric over the axis: a panel a topology, a line for each
// combination of the other values; or, with one axis, one panel with a line a topology.
type SweepChart struct {
	Metric string
	Unit   Unit
	Title  string
	Panels []SweepPanel
	Rest   int // lines beyond those that are drawn
}

// SweepPanel holds lines that share a plot. Topology is −1 where they are of several.
type SweepPanel struct {
	Name     string
	Topology int
	Lines    []SweepLine
}

// SweepLine is a figure by value of the axis; NaN is unknown.
type SweepLine struct {
	Name  string
	Style int // position in the legend
	Curve
}

// maxLines bounds the lines of a panel.
const maxLines = 5

// NewSweep computes the view of a sweep.
func NewSweep(doc *result.Sweep) *Sweep {
	v := &Sweep{Doc: doc}
	v.Study, v.Partial = "sweep", doc.Partial
	for i := range doc.Points {
		v.Replications = max(v.Replications, doc.Points[i].Replications)
	}
	seed := uint64(0)
	if len(doc.Points) > 0 {
		seed = doc.Points[0].Seed
	}
	v.head(&doc.Scenario, doc.Tool.Version, seed, doc.Sources)
	v.Facts = append([]string{Plural(len(doc.Points), "point", "points")}, v.Facts...)
	for i := range doc.Points {
		for _, f := range doc.Points[i].Figures {
			if !slices.Contains(v.Topologies, Name(f.Topology)) {
				v.Topologies = append(v.Topologies, Name(f.Topology))
			}
		}
	}
	axis := xAxis(doc)
	if axis >= 0 {
		v.X = SweepAxis{Name: axisNames(doc)[axis], Values: cleaned(doc.Axes[axis].Values), Numbers: numbersOf(doc.Axes[axis].Values)}
		for _, m := range doc.Metrics {
			v.Charts = append(v.Charts, v.chart(m, axis))
		}
	}
	v.Sentence = v.sentence()
	v.Sections = []Section{{ID: "points", Title: "Points", Tables: v.tables(), Folded: true}}
	for _, w := range doc.Warnings {
		v.Warnings = append(v.Warnings, Clean(w))
	}
	v.Validity = []Fact{{"Replications", replications(v.Replications)},
		{"Pairing", "Every point meets the same requests from the same seed, unless the seed, the load or the replications are what is varied."}}
	if n := doc.Size - len(doc.Points); n > 0 {
		v.Validity = append(v.Validity, Fact{"Missing", fmt.Sprintf("%d of %d points are not here: the sweep is a shard, or was interrupted.", n, doc.Size)})
	}
	return v
}

// xAxis is the axis along which lines are drawn: of those with numbers the one
// with the most values, else the first with several; −1 if there is none.
func xAxis(doc *result.Sweep) int {
	best := -1
	for i, a := range doc.Axes {
		n := numbersOf(a.Values)
		switch {
		case len(a.Values) < 2:
		case best < 0, n != nil && (numbersOf(doc.Axes[best].Values) == nil || len(a.Values) > len(doc.Axes[best].Values)):
			best = i
		}
	}
	return best
}

// numbersOf reads values that are numbers with the same thing behind them, as 5,
// 100/s or 20%; nil if they are not.
func numbersOf(values []string) (out []float64) {
	unit := ""
	for i, v := range values {
		end := strings.LastIndexAny(v, "0123456789") + 1
		if k := strings.IndexFunc(v, func(r rune) bool { return !strings.ContainsRune("-.0123456789", r) }); k >= 0 {
			end = k
		}
		n, err := strconv.ParseFloat(v[:end], 64)
		if err != nil || i > 0 && v[end:] != unit {
			return nil
		}
		unit = v[end:]
		out = append(out, n)
	}
	return out
}

// axisNames are the shortest ends of the axes' paths that tell them apart.
func axisNames(doc *result.Sweep) (names []string) {
	for i, a := range doc.Axes {
		parts := strings.Split(a.Path, ".")
		for n := 1; ; n++ {
			end := strings.Join(parts[len(parts)-n:], ".")
			clash := slices.ContainsFunc(doc.Axes, func(o result.SweepAxis) bool {
				return o.Path != doc.Axes[i].Path && strings.HasSuffix("."+o.Path, "."+end)
			})
			if !clash || n == len(parts) {
				names = append(names, Name(end))
				break
			}
		}
	}
	return names
}

// unitNamed is the unit of a metric by its name in the document.
func unitNamed(name string) Unit {
	for u := metric.Time; u <= metric.Size; u++ {
		if u.String() == name {
			return Unit(u)
		}
	}
	return Count
}

// figureAt finds a metric of a topology at a point.
func figureAt(p *result.SweepPoint, metric, topology string) result.Estimate {
	for i := range p.Figures {
		if f := &p.Figures[i]; f.Metric == metric && Name(f.Topology) == topology {
			return f.Estimate
		}
	}
	return result.Estimate{}
}

// chart collects the lines of one metric.
func (v *Sweep) chart(m result.SweepMetric, axis int) SweepChart {
	c := SweepChart{Metric: Clean(m.Name), Unit: unitNamed(m.Unit), Title: v.extremes(m)}
	combinations := v.combinations(axis)
	if len(combinations) == 1 {
		panel := SweepPanel{Name: c.Metric, Topology: -1}
		for i, t := range v.Topologies {
			if i == maxLines {
				c.Rest = len(v.Topologies) - maxLines
				break
			}
			panel.Lines = append(panel.Lines, SweepLine{Name: t, Style: i, Curve: v.line(m.Name, t, axis, combinations[0])})
		}
		c.Panels = []SweepPanel{panel}
		return c
	}
	for i, t := range v.Topologies {
		panel := SweepPanel{Name: t, Topology: i}
		for k, at := range combinations {
			if k == maxLines {
				c.Rest = len(combinations) - maxLines
				break
			}
			panel.Lines = append(panel.Lines, SweepLine{Name: v.spelled(at, axis), Style: k, Curve: v.line(m.Name, t, axis, at)})
		}
		c.Panels = append(c.Panels, panel)
	}
	return c
}

// combinations are the values of all other axes, in the order of the grid; that of
// the axis itself is "".
func (v *Sweep) combinations(axis int) (list [][]string) {
	list = [][]string{make([]string, len(v.Doc.Axes))}
	for i, a := range v.Doc.Axes {
		if i == axis {
			continue
		}
		var next [][]string
		for _, at := range list {
			for _, value := range a.Values {
				one := slices.Clone(at)
				one[i] = value
				next = append(next, one)
			}
		}
		list = next
	}
	return list
}

// spelled names a combination: "replicas=2".
func (v *Sweep) spelled(at []string, axis int) string {
	var parts []string
	for i, name := range axisNames(v.Doc) {
		if i != axis && len(v.Doc.Axes[i].Values) > 1 {
			parts = append(parts, name+"="+at[i])
		}
	}
	return Name(strings.Join(parts, ", "))
}

// line is a metric of a topology along the axis, the other values being fixed.
func (v *Sweep) line(metric, topology string, axis int, at []string) (c Curve) {
	for _, x := range v.Doc.Axes[axis].Values {
		e := result.Estimate{}
		for i := range v.Doc.Points {
			p := &v.Doc.Points[i]
			want := slices.Clone(at)
			want[axis] = x
			if slices.Equal(p.At, want) {
				e = figureAt(p, metric, topology)
			}
		}
		c.add(e)
	}
	return c
}

// extremes says where a metric is best; of one that has no better way, its range.
func (v *Sweep) extremes(m result.SweepMetric) string {
	type place struct {
		value float64
		where string
	}
	low, high := place{math.Inf(1), ""}, place{math.Inf(-1), ""}
	for i := range v.Doc.Points {
		p := &v.Doc.Points[i]
		for _, f := range p.Figures {
			if f.Metric != m.Name || f.Value == nil {
				continue
			}
			where := v.place(p, f.Topology)
			if *f.Value < low.value {
				low = place{*f.Value, where}
			}
			if *f.Value > high.value {
				high = place{*f.Value, where}
			}
		}
	}
	unit, name := unitNamed(m.Unit), Clean(m.Name)
	best := low
	if m.Better == metric.Higher.String() {
		best = high
	}
	switch {
	case low.where == "":
		return name + " is unknown at every point"
	case low.value == high.value:
		return fmt.Sprintf("%s is %s everywhere", name, unit.Format(low.value))
	case m.Better == metric.Neither.String():
		return fmt.Sprintf("%s is between %s and %s", name, unit.Format(low.value), unit.Format(high.value))
	}
	return fmt.Sprintf("%s is best, %s, at %s", name, unit.Format(best.value), best.where)
}

// place names a point and, where there are several, its topology.
func (v *Sweep) place(p *result.SweepPoint, topology string) string {
	var parts []string
	for i, name := range axisNames(v.Doc) {
		if len(v.Doc.Axes[i].Values) > 1 {
			parts = append(parts, name+"="+Name(p.At[i]))
		}
	}
	if len(v.Topologies) > 1 {
		return strings.Join(parts, ", ") + " in " + Name(topology)
	}
	return strings.Join(parts, ", ")
}

func (v *Sweep) sentence() string {
	var axes []string
	for i, a := range v.Doc.Axes {
		name, n := axisNames(v.Doc)[i], len(a.Values)
		axes = append(axes, fmt.Sprintf("%s from %s to %s", name, Name(a.Values[0]), Name(a.Values[n-1])))
		if n == 1 {
			axes[i] = name + " at " + Name(a.Values[0])
		}
	}
	s := list(axes) + "."
	if len(v.Doc.Metrics) > 0 && len(v.Doc.Points) > 0 {
		s += " " + v.extremes(v.Doc.Metrics[0]) + "."
	}
	return s
}

// tables has a row a point: one table with a column a metric, or, of several
// topologies, a table a metric with a column a topology.
func (v *Sweep) tables() []Table {
	if len(v.Topologies) < 2 {
		t := v.rows()
		for _, m := range v.Doc.Metrics {
			for _, topology := range v.Topologies {
				v.column(&t, Clean(m.Name), m, topology)
			}
		}
		v.verdicts(&t)
		return []Table{t}
	}
	var all []Table
	for _, m := range v.Doc.Metrics {
		t := v.rows()
		t.Caption = Clean(m.Name)
		for _, topology := range v.Topologies {
			v.column(&t, topology, m, topology)
		}
		all = append(all, t)
	}
	if len(all) > 0 {
		v.verdicts(&all[0])
	}
	return all
}

// rows is a table with the values of the axes.
func (v *Sweep) rows() Table {
	t := Table{Ordered: true}
	for i, name := range axisNames(v.Doc) {
		t.Columns = append(t.Columns, number(name, Clean(v.Doc.Axes[i].Path)))
	}
	for i := range v.Doc.Points {
		var row []Cell
		for _, at := range v.Doc.Points[i].At {
			row = append(row, named(at))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// column adds a metric of a topology.
func (v *Sweep) column(t *Table, title string, m result.SweepMetric, topology string) {
	t.Columns = append(t.Columns, number(title, ""))
	for i := range t.Rows {
		t.Rows[i] = append(t.Rows[i], unitNamed(m.Unit).cell(figureAt(&v.Doc.Points[i], m.Name, topology)))
	}
}

// verdicts adds the verdicts on the scenario's thresholds, if not all are pass.
func (v *Sweep) verdicts(t *Table) {
	if !slices.ContainsFunc(v.Doc.Points, func(p result.SweepPoint) bool { return p.Verdict != "pass" }) {
		return
	}
	t.Columns = append(t.Columns, words("Thresholds", "of the scenario, all topologies together"))
	for i := range t.Rows {
		cell := Cell{Text: Clean(v.Doc.Points[i].Verdict)}
		if cell.Text == "fail" {
			cell.Tone = Bad
		}
		t.Rows[i] = append(t.Rows[i], cell)
	}
}
