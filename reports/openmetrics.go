package reports

import (
	"io"
	"strconv"
	"strings"

	"faultline/reports/view"
	"faultline/sim/metric"
	"faultline/sim/result"
)

// openMetricsUnits are the units as names of families end on them.
var openMetricsUnits = map[metric.Unit]string{metric.Time: "seconds", metric.Rate: "per_second", metric.Share: "ratio", metric.Size: "bytes"}

// OpenMetrics writes every figure that has replication values as a gauge, in the
// text format of OpenMetrics 1.0 (RFC draft-richih-opsawg-openmetrics-00): a family
// a metric, labels for its tags and its aggregator, and the label estimate: value,
// low and high are the ends of the 95% interval. What is undefined is left out.
func OpenMetrics(w io.Writer, store *result.Store, _ Options) error {
	var b strings.Builder
	for i := range metric.Table {
		if m := &metric.Table[i]; m.Due && m.Unit != metric.Word {
			openFamily(&b, store, m)
		}
	}
	b.WriteString("# EOF\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// openFamily writes one metric. Its samples stand together, as the format asks.
func openFamily(b *strings.Builder, store *result.Store, m *metric.Metric) {
	doc := store.Document()
	byUnit := map[metric.Unit]*strings.Builder{}
	var units []metric.Unit
	for i := range doc.Samples {
		s, err := metric.ParseKey(doc.Samples[i].Metric)
		if err != nil || s.Metric != m.Name {
			continue
		}
		if s.Tags, err = metric.FromMap(doc.Samples[i].Tags); err != nil {
			continue
		}
		f, ok := store.Figure(s)
		if !ok || f.Value == nil {
			continue
		}
		u := m.UnitOf(s.Aggregator)
		if byUnit[u] == nil {
			byUnit[u] = new(strings.Builder)
			units = append(units, u)
		}
		openSamples(byUnit[u], openName(m.Name, u), doc.Scenario.Name, s, f.Estimate)
	}
	for _, u := range units {
		name := openName(m.Name, u)
		b.WriteString("# TYPE " + name + " gauge\n")
		if unit := openMetricsUnits[u]; unit != "" {
			b.WriteString("# UNIT " + name + " " + unit + "\n")
		}
		b.WriteString("# HELP " + name + " " + openEscape(m.Doc) + "\n")
		b.WriteString(byUnit[u].String())
	}
}

// openName is a family's name: latency is faultline_latency_seconds.
func openName(name string, u metric.Unit) string {
	var b strings.Builder
	b.WriteString("faultline_")
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	if unit := openMetricsUnits[u]; unit != "" {
		b.WriteString("_" + unit)
	}
	return b.String()
}

// openSamples writes the value of a figure, and the ends of its interval.
func openSamples(b *strings.Builder, name, scenario string, s metric.Selector, e result.Estimate) {
	for _, part := range []struct {
		name  string
		value *float64
	}{{"value", e.Value}, {"low", e.Low}, {"high", e.High}} {
		if part.value == nil {
			continue
		}
		b.WriteString(name + `{scenario="` + openEscape(view.Clean(scenario)) + `"`)
		for t := range metric.NTags {
			if v := s.Tags[t]; v != "" {
				b.WriteString("," + t.String() + `="` + openEscape(view.Clean(v)) + `"`)
			}
		}
		if a := s.Aggregator.Key(); a != "" {
			b.WriteString(`,aggregator="` + openEscape(a) + `"`)
		}
		b.WriteString(`,estimate="` + part.name + `"} ` + strconv.FormatFloat(*part.value, 'g', -1, 64) + "\n")
	}
}

// openEscape escapes as label values and help texts are.
func openEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
}
