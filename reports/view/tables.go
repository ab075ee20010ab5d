package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// number is a column of figures, words a column of text.
func number(title, hint string) Column { return Column{Title: title, Hint: hint} }
func words(title, hint string) Column  { return Column{Title: title, Hint: hint, Text: true} }

// text is a cell of words, cell one of a figure, whole a count in full.
func text(s string) Cell { return Cell{Text: Clean(s)} }

func (u Unit) cell(e result.Estimate) Cell {
	f := u.Estimate(e)
	if f.Number == Missing {
		return Cell{Text: Missing, Tone: Muted}
	}
	return Cell{Text: f.Value(), Sub: f.Uncertainty(), Sort: strconv.FormatFloat(*e.Value, 'g', 6, 64)}
}

// named is a cell with a name of the model.
func named(s string) Cell { return Cell{Text: Name(s)} }

func integer(n int64) Cell { return Cell{Text: Integer(n), Sort: strconv.FormatInt(n, 10)} }

// pruned drops the columns in which no row has anything: figures that are not
// due, or that this result could not know.
func pruned(t Table) Table {
	keep := make([]bool, len(t.Columns))
	for _, row := range t.Rows {
		for i, c := range row {
			keep[i] = keep[i] || (c.Text != "" && c.Text != Missing)
		}
	}
	out := Table{Caption: t.Caption, Note: t.Note}
	for i, c := range t.Columns {
		if keep[i] {
			out.Columns = append(out.Columns, c)
		}
	}
	for _, row := range t.Rows {
		var cells []Cell
		for i, c := range row {
			if keep[i] {
				cells = append(cells, c)
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func journeyTable(t *result.Topology, idle map[string]bool) Table {
	out := Table{Caption: Name(t.Name), Columns: []Column{
		words("Journey", "what users do, and what they are promised"),
		number("Offered/s", "requests that arrived, per second"),
		number("Goodput/s", "answered without failure and within the latency objective, per second"),
		number("Available", "succeeded or degraded, share of the offered"),
		number("Degraded", "answered without an optional part"),
		number("p50", "half of the answers come within this time"),
		number("p95", "95% of the answers"),
		number("p99", "99% of the answers"),
		words("Failures", "by cause, the commonest first, over all replications"),
	}}
	var unused []string
	for _, j := range t.Journeys {
		if idle[j.Name] {
			unused = append(unused, Name(j.Name))
			continue
		}
		out.Rows = append(out.Rows, []Cell{
			{Text: Name(j.Name), Sub: Shorten(Clean(objective(j.Objectives)), maxRemark)}, Count.cell(j.Offered), Count.cell(j.Goodput), Share.cell(j.Availability), Share.cell(j.DegradedRate),
			Time.cell(j.Latency.P50), Time.cell(j.Latency.P95), Time.cell(j.Latency.P99), text(causes(j.Failures)),
		})
	}
	if len(unused) > 0 {
		out.Note = "Not in this load: " + Shorten(strings.Join(unused, ", "), maxRemark) + "."
	}
	return pruned(out)
}

func objective(o result.Objectives) string {
	s := o.Latency
	if o.Availability > 0 {
		s = joinWords(s, Share.Format(o.Availability)+" available")
	}
	return s
}

// causes lists the three commonest causes of failure: "timeout 1,204, rejected 3".
func causes(failures map[string]int64) string {
	names := slices.SortedFunc(maps.Keys(failures), func(a, b string) int {
		return cmp.Or(cmp.Compare(failures[b], failures[a]), cmp.Compare(a, b))
	})
	var out []string
	for _, n := range names {
		if failures[n] > 0 && len(out) < 3 {
			out = append(out, n+"\u00a0"+Integer(failures[n]))
		}
	}
	return strings.Join(out, ", ")
}

func serviceTable(t *result.Topology) Table {
	out := Table{Caption: Name(t.Name), Columns: []Column{
		words("Service", "a process and its replicas, and the components in it"),
		number("Replicas", "mean number ready"),
		number("Utilisation", "share of the cores' time spent working"),
		number("In service", "mean number of requests that hold a worker"),
		number("Queue", "mean number of requests that wait for a worker"),
		number("Wait", "mean wait for a worker of admitted calls"),
		number("p50", "of the time from arrival to reply"),
		number("p99", "of the time from arrival to reply"),
		number("Errors", "share of the calls that failed"),
		number("Wasted", "share of the work for calls whose reply nobody took"),
	}}
	for _, s := range t.Services {
		name := s.Name
		if s.External {
			name += " (external)"
		}
		out.Rows = append(out.Rows, []Cell{
			{Text: Name(name), Sub: Shorten(Clean(components(s)), maxRemark)}, Count.cell(s.Replicas), Share.cell(s.Utilization), Count.cell(s.Concurrency), Count.cell(s.QueueLength),
			Time.cell(s.QueueWait.Avg), Time.cell(s.Latency.P50), Time.cell(s.Latency.P99), Share.cell(s.ErrorRate), Share.cell(s.WastedWork),
		})
	}
	return pruned(out)
}

// components are those of a service, unless it is one component of that name.
func components(s result.Service) string {
	if len(s.Components) == 1 && s.Components[0] == s.Name {
		return ""
	}
	return strings.Join(s.Components, ", ")
}

func databaseTable(t *result.Topology) Table {
	out := Table{Caption: Name(t.Name), Columns: []Column{
		words("Database", "one server, and the stores in it"),
		number("Utilisation", "share of the cores' time spent working"),
		number("Connections", "mean number in use"),
		number("Queue", "mean number of queries that wait for a connection"),
		number("Wait", "mean wait for a connection"),
		number("p50", "of a query"),
		number("p99", "of a query"),
		number("Errors", "share of the queries that failed"),
		number("Wasted", "share of the work whose result nobody took"),
	}}
	for _, d := range t.Databases {
		out.Rows = append(out.Rows, []Cell{
			{Text: Name(d.Name), Sub: Shorten(Clean(strings.Join(d.Stores, ", ")), maxRemark)}, Share.cell(d.Utilization), Count.cell(d.Connections), Count.cell(d.QueueLength), Time.cell(d.QueueWait.Avg),
			Time.cell(d.Latency.P50), Time.cell(d.Latency.P99), Share.cell(d.ErrorRate), Share.cell(d.WastedWork),
		})
	}
	return pruned(out)
}

func edgeTable(t *result.Topology) Table {
	out := Table{Caption: Name(t.Name), Columns: []Column{
		words("From", "the caller"),
		words("To", "the callee"),
		number("Calls", "over all replications"),
		number("Retries", "over all replications"),
		number("Amplification", "tries sent for each first try"),
		number("Errors", "share of the tries that failed, as the caller saw it"),
		number("p50", "as the caller saw it"),
		number("p99", "as the caller saw it"),
		words("Failures", "by cause, the commonest first"),
	}}
	for _, e := range t.Edges {
		out.Rows = append(out.Rows, []Cell{
			named(e.From), named(e.To), integer(e.Calls), integer(e.Retries), Ratio.cell(e.Amplification), Share.cell(e.ErrorRate),
			Time.cell(e.Latency.P50), Time.cell(e.Latency.P99), text(causes(e.Failures)),
		})
	}
	return pruned(out)
}

// maxRemark bounds a threshold and the remark on it, in characters.
const maxRemark = 160

// thresholdTable lists what was demanded and what was seen.
func thresholdTable(doc *result.Document) Table {
	out := Table{Columns: []Column{
		words("Verdict", ""), words("Threshold", ""), words("Topology", ""), number("Observed", "mean and 95% interval"), words("Remark", ""),
	}}
	for _, t := range doc.Thresholds {
		tone := map[string]Tone{"pass": Good, "fail": Bad, "inconclusive": Warn}[t.Verdict]
		observed := unitOf(t.Metric).cell(t.Observed)
		if t.Observed.Value == nil && t.Observed.Reason != "" { // a word, such as a state
			observed = text(Shorten(t.Observed.Reason, maxRemark))
		}
		out.Rows = append(out.Rows, []Cell{
			{Text: Clean(t.Verdict), Tone: tone},
			text(Shorten(selector(t.Metric, t.Tags)+" "+t.Expression, maxRemark)), {Text: Name(t.Topology)}, observed, text(Shorten(t.Reason, maxRemark)),
		})
	}
	return pruned(out)
}

// selector spells a metric with its tags as a threshold does; the topology has
// a column of its own.
func selector(name string, tags map[string]string) string {
	all, err := metric.FromMap(tags)
	if err != nil {
		return name
	}
	return metric.Selector{Metric: name, Tags: all.With(metric.Topology, "")}.String()
}

// unitOf is the unit of a metric by its name in the result, "latency.p99".
func unitOf(name string) Unit {
	base, _, _ := strings.Cut(name, ".")
	m, err := metric.Lookup(base)
	if err != nil {
		return Count
	}
	if s, err := metric.ParseKey(name); err == nil {
		return Unit(m.UnitOf(s.Aggregator))
	}
	return Unit(m.Unit)
}
