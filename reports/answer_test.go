package reports

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"faultline/sim/result"
)

// hostile is a name that would be a script, a bell and a turn of the text.
const hostile = "<script>alert(1)</script>\a\u202e|`*"

func about(v, half float64) result.Estimate {
	low, high := v-half, v+half
	return result.Estimate{Value: &v, Low: &low, High: &high}
}

// capacityOf is an answer of topologies of some names, which carry ever less.
func capacityOf(names ...string) *result.Capacity {
	doc := &result.Capacity{Schema: result.CapacitySchema, Scenario: result.Scenario{Name: names[0], Description: names[0], Duration: 300, Warmup: 60, Command: "faultline capacity x.yaml"},
		Seed: 7, Replications: 5, Precision: 0.01, Today: 100, Simulations: 200, Warnings: []string{names[0] + " is as it is"}}
	for i, name := range names {
		most := 400 / math.Pow(2, float64(i))
		t := result.CapacityTopology{Name: name, Capacity: about(most, 8), Headroom: about(most/100, 0.08), Breaks: []result.Miss{{Journey: name, Objective: "latency p(99) < 300ms", Replications: 4}},
			Predicted: &result.Limit{Station: name, Resource: "cores", SaturatesAt: most * 1.1}, Simulated: &result.Busiest{Station: name, Resource: "cores", Utilization: about(0.9, 0.01)},
			Cause: &result.CommonCause{Load: most * 1.2, Cause: "rejected", Edge: name + " -> " + name, Share: 0.8}}
		knee := most / 2
		t.Knee.Load = &knee
		for k, f := range []float64{0.25, 0.5, 1, 1.2, 1.5} {
			good := min(f, 1.1) * most
			p := result.LoadPoint{Load: f * most, Factor: f * most / 100, Meets: 1, Goodput: about(good, 3), Availability: about(1, 0), Throughput: about(good, 3), Offered: about(f*most, 3),
				Latency: result.LoadLatency{Avg: about(0.1, 0.01), P50: about(0.08, 0.01), P99: about(0.1*math.Exp(f), 0.02)}, CostPerHour: about(1+float64(i), 0), CostPerMillion: about(1e6/(3600*good), 0.01),
				Utilization: about(min(f*0.9, 1), 0.01), Busiest: name, Journeys: []result.LoadJourney{{Name: name, Latency: result.LoadLatency{P99: about(0.2*math.Exp(f), 0.02)}}}}
			if k == 2 {
				p.Role = "capacity"
			}
			t.Points = append(t.Points, p)
		}
		doc.Topologies = append(doc.Topologies, t)
	}
	price := 0.5
	doc.Choices = []result.Choice{{From: 0, To: 200, Topology: names[0], CostPerHour: &price, CostPerMillion: &price}, {From: 200, To: 400, Topology: names[len(names)-1]}}
	doc.Crossings = []result.Crossing{{Metric: "costPerMillion", Load: 200, Below: names[0], Above: names[len(names)-1]}, {Metric: "latency.p99", Journey: names[0], Load: 90, Below: names[0], Above: names[0]}}
	return doc
}

// sweepOf is a sweep of topologies of some names, over a number and a word.
func sweepOf(names ...string) *result.Sweep {
	doc := &result.Sweep{Schema: result.SweepSchema, Scenario: result.Scenario{Name: names[0], Description: names[0], Command: "faultline sweep x.yaml"}, Size: 6,
		Axes:    []result.SweepAxis{{Path: "services.web.replicas", Values: []string{"1", "2", "4"}}, {Path: "edges.x.loadBalancer", Values: []string{names[0], "RANDOM"}}},
		Metrics: []result.SweepMetric{{Name: "latency p(99)", Unit: "time", Better: "lower"}, {Name: "offered", Unit: "rate", Better: "neither"}, {Name: "costPerMillion", Unit: "currency", Better: "lower"}}}
	for i := range 6 {
		p := result.SweepPoint{Index: i, At: []string{doc.Axes[0].Values[i/2], doc.Axes[1].Values[i%2]}, Replications: 3, Verdict: []string{"pass", "fail"}[i%2]}
		for k, name := range names {
			p.Figures = append(p.Figures, result.SweepFigure{Metric: "latency p(99)", Topology: name, Estimate: about(0.3/float64(1+i)+0.01*float64(k), 0.01)},
				result.SweepFigure{Metric: "offered", Topology: name, Estimate: about(100, 0)}, result.SweepFigure{Metric: "costPerMillion", Topology: name, Estimate: result.Estimate{Reason: "no request was good"}})
		}
		doc.Points = append(doc.Points, p)
	}
	return doc
}

// answers are what every writer must survive, each as every writer writes it.
func answers(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	add := func(name, format string, write func(*bytes.Buffer) error) {
		var b, again bytes.Buffer
		if err := errors.Join(write(&b), write(&again)); err != nil || b.Len() == 0 || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s as %s: %d bytes, then %d: %v", name, format, b.Len(), again.Len(), err)
		}
		if out[name] == nil {
			out[name] = map[string]string{}
		}
		out[name][format] = b.String()
	}
	many := make([]string, 9)
	for i := range many {
		many[i] = fmt.Sprintf("a-topology-of-a-rather-long-name-%d", i)
	}
	unknown := &result.Capacity{Topologies: []result.CapacityTopology{{Name: "t", Capacity: result.Estimate{Reason: "interrupted before it was found"}}}, Partial: true}
	for name, doc := range map[string]*result.Capacity{"capacity": capacityOf("shop-monolith", "shop-microservices"), "one": capacityOf("shop"), "hostile capacity": capacityOf(hostile, hostile+"2"),
		"many": capacityOf(many...), "unknown": unknown, "void": {}} {
		for _, w := range CapacityWriters {
			add(name, w.Name, func(b *bytes.Buffer) error { return w.Write(b, doc, Options{}) })
		}
		add(name, "html", func(b *bytes.Buffer) error { return CapacityHTML(b, doc, Options{}) })
	}
	for name, doc := range map[string]*result.Sweep{"sweep": sweepOf("shop-monolith", "shop-microservices"), "sweep of one": sweepOf("shop"), "hostile sweep": sweepOf(hostile, hostile+"2"),
		"sweep of many": sweepOf(many...), "nothing": {}, "no point yet": {Size: 2, Axes: []result.SweepAxis{{Path: "a", Values: []string{"1", "2"}}}, Metrics: sweepOf("x").Metrics, Partial: true}} {
		for _, w := range SweepWriters {
			add(name, w.Name, func(b *bytes.Buffer) error { return w.Write(b, doc, Options{}) })
		}
		add(name, "html", func(b *bytes.Buffer) error { return SweepHTML(b, doc, Options{}) })
	}
	return out
}

func TestAnswersObeyNobody(t *testing.T) {
	for name, formats := range answers(t) {
		for line := range strings.Lines(formats["text"]) {
			line = strings.TrimSuffix(line, "\n")
			if w := width(line); w > textWidth {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
				t.Errorf("%s: a control character in %q", name, line)
			}
		}
		for _, format := range []string{"html", "markdown"} {
			if strings.Contains(formats[format], "<script>alert") {
				t.Errorf("%s as %s: a name has become a script", name, format)
			}
		}
		if n := len(formats["markdown"]); n > markdownLimit {
			t.Errorf("%s: a comment of %d bytes", name, n)
		}
		if strings.Contains(formats["html"], ">NaN") || strings.Contains(formats["text"], "NaN") {
			t.Errorf("%s: a figure that is none", name)
		}
	}
}

func TestAnswersSayWhatMatters(t *testing.T) {
	all := answers(t)
	for _, c := range []struct{ name, format, want string }{
		{"capacity", "text", "shop-monolith carries 400 req/s within all objectives and shop-microservices carries 200 req/s."},
		{"capacity", "text", "the same"},
		{"capacity", "html", "Within its objectives shop-monolith is the cheapest"},
		{"capacity", "html", "shop-monolith meets all objectives up to 400"},
		{"capacity", "markdown", "| shop-monolith | 400 req/s ± 8 |"},
		{"one", "text", "That is 4× of today's 100 req/s."},
		{"many", "text", "the most of 9 topologies"},
		{"unknown", "text", "interrupted before it was found"},
		{"unknown", "html", "No load was run"},
		{"sweep", "text", "replicas from 1 to 4 and loadBalancer from shop-monolith to RANDOM."},
		{"sweep", "html", "latency p(99) is best, 50 ms, at replicas=4, loadBalancer=RANDOM in shop-monolith"},
		{"sweep", "html", "costPerMillion is unknown at every point."},
		{"sweep", "csv", "1,RANDOM,shop-microservices,latency p(99),0.16,0.15,0.17,fail"},
		{"sweep of one", "text", "REPLICAS LOADBALANCER"},
	} {
		text := all[c.name][c.format]
		if c.format == "html" {
			text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, "")
		}
		if c.format != "csv" { // lines break anywhere
			text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\u00a0", " ")), " ")
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("%s as %s lacks %q:\n%.3000s", c.name, c.format, c.want, text)
		}
	}
}

func TestAnswersInABrowser(t *testing.T) {
	ctx := browser(t)
	var wrong complaints
	wrong.listen(ctx, t)
	dir := t.TempDir()
	all := answers(t)
	for _, name := range []string{"capacity", "hostile capacity", "unknown", "hostile sweep", "sweep of many"} {
		formats := all[name]
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".html")
		if err := os.WriteFile(path, []byte(formats["html"]), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{1280, 320} {
			open(ctx, t, path, width)
			for what, expression := range map[string]string{"too wide": overflowing, "picture without a name": unnamed,
				"text outside its picture": runaway, "element that must not be": foreign, "picture without a height": unsized} {
				for _, found := range ask[[]string](ctx, t, expression) {
					t.Errorf("%s, %d px: %s: %s", name, width, what, found)
				}
			}
			for _, complaint := range wrong.take() {
				t.Errorf("%s, %d px: %s", name, width, complaint)
			}
		}
	}
}
