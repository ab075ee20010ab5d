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
	v.Sections = []Section{{ID: "points", Title: "Points", Tables: []Table{v.table()}}}
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
		for n := min(2, len(parts)); ; n++ {
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

// extremes says where a metric is best and where it is worst.
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
	switch {
	case low.where == "":
		return name + " is unknown at every point"
	case low.value == high.value:
		return fmt.Sprintf("%s is %s everywhere", name, unit.Format(low.value))
	case m.Better == metric.Higher.String():
		return fmt.Sprintf("%s: best %s at %s, worst %s at %s", name, unit.Format(high.value), high.where, unit.Format(low.value), low.where)
	case m.Better == metric.Lower.String():
		return fmt.Sprintf("%s: best %s at %s, worst %s at %s", name, unit.Format(low.value), low.where, unit.Format(high.value), high.where)
	}
	return fmt.Sprintf("%s: from %s at %s to %s at %s", name, unit.Format(low.value), low.where, unit.Format(high.value), high.where)
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
		parts = append(parts, Name(topology))
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

// table has a row a point and topology.
func (v *Sweep) table() Table {
	t := Table{Ordered: true}
	for i, name := range axisNames(v.Doc) {
		t.Columns = append(t.Columns, number(name, Clean(v.Doc.Axes[i].Path)))
	}
	several := len(v.Topologies) > 1
	if several {
		t.Columns = append(t.Columns, words("Topology", ""))
	}
	judged := slices.ContainsFunc(v.Doc.Points, func(p result.SweepPoint) bool { return p.Verdict != "pass" })
	for _, m := range v.Doc.Metrics {
		t.Columns = append(t.Columns, number(Clean(m.Name), ""))
	}
	if judged {
		t.Columns = append(t.Columns, words("Thresholds", "of the scenario, all topologies together"))
	}
	for i := range v.Doc.Points {
		p := &v.Doc.Points[i]
		for _, topology := range v.Topologies {
			var row []Cell
			for _, at := range p.At {
				row = append(row, named(at))
			}
			if several {
				row = append(row, Cell{Text: topology})
			}
			for _, m := range v.Doc.Metrics {
				row = append(row, unitNamed(m.Unit).cell(figureAt(p, m.Name, topology)))
			}
			if judged {
				cell := Cell{Text: Clean(p.Verdict)}
				if p.Verdict == "fail" {
					cell.Tone = Bad
				}
				row = append(row, cell)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}
