// Package reports writes a result for its readers: a table for a terminal, the
// page report.html, and result.json. It computes nothing of its own; what is
// said and drawn comes from reports/view and reports/chart.
//
// To add a format:
//  1. write its function, of type Write, in a file of its own;
//  2. add it to Formats;
//  3. run the tests: every format is given every kind of result, hostile names
//     among them.
package reports

import (
	"fmt"
	"io"
	"strings"

	"faultline/sim/result"
)

// Write writes a result to w in one format. It writes nothing but the report,
// and its only errors are those of w.
type Write func(w io.Writer, store *result.Store, o Options) error

// Options are what a reader may choose.
type Options struct {
	Color bool // text: colour verdicts with ANSI escapes
}

// Format is one way of writing a result.
type Format = Writer[*result.Store]

// Formats are all formats, in the order in which they are listed.
var Formats = []Format{
	{"text", "a table that fits 100 columns", Text},
	{"markdown", "a comment for a merge request, under 60 kB", Markdown},
	{"json", "the whole result, schema " + result.Schema, JSON},
	{"html", "one self-contained page with charts", HTML},
	{"junit", "JUnit XML, as Jenkins and GitLab read it: a test a threshold", JUnit},
	{"github", "annotations of a GitHub workflow", GitHub},
	{"openmetrics", "every figure as a gauge, in the text format of OpenMetrics", OpenMetrics},
}

// Lookup finds a format by name; the error lists those that there are.
func Lookup(name string) (Format, error) { return find(Formats, name) }

func find[T any](formats []Writer[T], name string) (Writer[T], error) {
	var names []string
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Writer[T]{}, fmt.Errorf("unknown format %q (there are %s)", name, strings.Join(names, ", "))
}
