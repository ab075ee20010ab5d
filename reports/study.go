package reports

import (
	"encoding/csv"
	"io"
	"strconv"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

// Writer is one way of writing the answer of a study, a document of type T.
type Writer[T any] struct {
	Name  string // as in --format
	Doc   string // one line
	Write func(w io.Writer, doc T, o Options) error
}

// CapacityWriters are the formats of capacity, in the order in which they are listed.
var CapacityWriters = []Writer[*result.Capacity]{
	{"text", "tables that fit 100 columns", func(w io.Writer, c *result.Capacity, o Options) error {
		return answerText(w, &view.NewCapacity(c).Answer, o)
	}},
	{"markdown", "a comment for a merge request, under 60 kB", func(w io.Writer, c *result.Capacity, _ Options) error {
		return answerMarkdown(w, &view.NewCapacity(c).Answer)
	}},
	{"json", "the whole answer, schema " + result.CapacitySchema, func(w io.Writer, c *result.Capacity, _ Options) error {
		return c.WriteJSON(w)
	}},
}

// CapacityHTML writes the report of capacity: one page that asks the network for nothing.
func CapacityHTML(w io.Writer, c *result.Capacity, _ Options) error {
	v := view.NewCapacity(c)
	return answerHTML(w, &v.Answer, chart.Capacity(v))
}

// SweepWriters are the formats of a sweep, in the order in which they are listed.
var SweepWriters = []Writer[*result.Sweep]{
	{"text", "a table that fits 100 columns", func(w io.Writer, s *result.Sweep, o Options) error {
		return answerText(w, &view.NewSweep(s).Answer, o)
	}},
	{"markdown", "a comment for a merge request, under 60 kB", func(w io.Writer, s *result.Sweep, _ Options) error {
		return answerMarkdown(w, &view.NewSweep(s).Answer)
	}},
	{"csv", "a line a point, topology and metric", sweepCSV},
	{"json", "all points, schema " + result.SweepSchema, func(w io.Writer, s *result.Sweep, _ Options) error { return s.WriteJSON(w) }},
}

// SweepHTML writes the report of a sweep: one page that asks the network for nothing.
func SweepHTML(w io.Writer, s *result.Sweep, _ Options) error {
	v := view.NewSweep(s)
	return answerHTML(w, &v.Answer, chart.Sweep(v))
}

// sweepCSV writes a line a point, topology and metric, with the paths as the first
// columns; what is undefined is empty.
func sweepCSV(w io.Writer, s *result.Sweep, _ Options) error {
	out := csv.NewWriter(w)
	var head []string
	for _, a := range s.Axes {
		head = append(head, a.Path)
	}
	lines := [][]string{append(head, "topology", "metric", "value", "low", "high", "verdict")}
	for i := range s.Points {
		p := &s.Points[i]
		for _, f := range p.Figures {
			line := append([]string{}, p.At...)
			lines = append(lines, append(line, f.Topology, f.Metric, number(f.Value), number(f.Low), number(f.High), p.Verdict))
		}
	}
	return out.WriteAll(lines)
}

// number is a figure in full; "" if it is undefined.
func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}
