package chart

import (
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/reports/view"
	"faultline/sim/result"
)

// views are the results that every chart must survive.
func views() map[string]*view.View {
	out := map[string]*view.View{"none": {}, "not a number": notANumber()}
	for name, doc := range map[string]*result.Document{
		"whole": fixture.Document(), "hostile": fixture.Hostile(), "many": fixture.Many(12), "calm": fixture.Calm(),
		"one point": fixture.OnePoint(), "void": fixture.Void(), "empty": fixture.Empty(),
		"metastable": fixture.Metastable(), "vast": fixture.Vast(1000),
	} {
		out[name] = view.New(fixture.Store(doc))
	}
	return out
}

// notANumber is a view in which every second figure is NaN or infinite, as no
// result may hold them: the charts guard themselves.
func notANumber() *view.View {
	v := view.New(fixture.Store(fixture.Document()))
	spoil := func(values []float64) {
		for i := range values {
			values[i] = []float64{math.NaN(), values[i], math.Inf(1), math.Inf(-1)}[i%4]
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for i := range v.Topologies {
		t := &v.Topologies[i]
		for _, b := range []view.Band{t.Timeline.Goodput, t.Timeline.Throughput, t.Timeline.Baseline, t.Timeline.Latency, t.Timeline.Usual} {
			spoil(b.Value)
			spoil(b.Low)
			spoil(b.High)
		}
		for k := range t.Latency.Faulted {
			t.Latency.Faulted[k].Latency = []float64{nan, 0, -1, inf, 0.1}[k%5]
		}
		for k := range t.Stations.All {
			st := &t.Stations.All[k]
			spoil(st.Utilization)
			spoil(st.Queue)
			st.PeakBusy, st.PeakQueue = nan, inf
		}
		for k := range t.Graph.Nodes {
			t.Graph.Nodes[k].Rate, t.Graph.Nodes[k].Busy, t.Graph.Nodes[k].Worst.Errors = nan, inf, nan
		}
		for k := range t.Graph.Edges {
			t.Graph.Edges[k].Rate, t.Graph.Edges[k].Errors, t.Graph.Edges[k].Sent = inf, nan, inf
		}
		for _, r := range t.Damage {
			for k := range r.Cells {
				r.Cells[k].Errors, r.Cells[k].Slowing = nan, inf
			}
		}
	}
	for i := range v.Contrasts {
		c := &v.Contrasts[i]
		bad := result.Estimate{Value: &nan, Low: &inf, High: &nan}
		if i%2 == 0 {
			bad = result.Estimate{Value: c.Change.Value, Low: &nan, High: &inf}
		}
		c.Change, c.Relative, c.A = bad, bad, bad
	}
	v.Faults[0].Damage[0].During = result.Estimate{Value: &nan, Low: &nan, High: &inf}
	v.Faults[0].Damage[1].During.High = &inf
	v.Faults[0].Damage[1].Journeys[0].During = result.Estimate{Value: &inf}
	return v
}

func TestEveryChartDrawsEveryView(t *testing.T) {
	for name, v := range views() {
		for _, c := range Table {
			t.Run(c.ID()+" of "+name, func(t *testing.T) {
				f := c.Draw(v)
				if f.ID != c.ID() || !regexp.MustCompile(`^[a-z]+$`).MatchString(f.ID) {
					t.Errorf("id %q", f.ID)
				}
				if f.Title == "" || strings.Contains(f.Title, "NaN") || strings.Contains(f.Title, "Inf") {
					t.Errorf("title %q", f.Title)
				}
				if (f.Empty == "") == (len(f.Panels) == 0) {
					t.Fatalf("%d panels, and the sentence %q", len(f.Panels), f.Empty)
				}
				if f.Empty == "" {
					checkFigure(t, f)
				}
			})
		}
	}
}

func checkFigure(t *testing.T, f Figure) {
	t.Helper()
	if f.Table.Empty() || f.Subtitle == "" {
		t.Errorf("a chart without its table or without a word on what it shows: %q", f.Subtitle)
	}
	for _, row := range f.Table.Rows {
		if len(row) != len(f.Table.Columns) {
			t.Fatalf("a row of %d cells under %d columns", len(row), len(f.Table.Columns))
		}
	}
	for _, k := range f.Legend {
		if k.Label == "" || k.Heading == (k.Class != "") {
			t.Errorf("key %+v", k)
		}
	}
	for _, p := range f.Panels {
		checkSVG(t, p.SVG)
	}
}

// elements and attributes are all that a picture may be made of: no style, no
// script, no link, no font, no colour of its own.
var (
	elements   = []string{"svg", "desc", "title", "g", "path", "text"}
	attributes = []string{"class", "viewBox", "role", "aria-label", "transform", "d", "x", "y", "fill", "stroke", "stroke-width",
		"stroke-dasharray", "fill-opacity", "text-anchor", "width", "height", "data-left", "data-right", "data-end", "data-cells"}
	notFinite = regexp.MustCompile(`(?i)nan|inf`)
)

// checkSVG asserts what the page relies on: well-formed, labelled, described,
// and made of nothing but elements and attributes.
func checkSVG(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var names []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			names = append(names, e.Name.Local)
			checkElement(t, e, len(names) == 1)
		}
	}
	if !slices.Contains(names, "desc") || !slices.Contains(names, "path") || !slices.Contains(names, "text") {
		t.Errorf("a picture of %d elements without a description, a path or a text", len(names))
	}
}

func checkElement(t *testing.T, e xml.StartElement, root bool) {
	t.Helper()
	if !slices.Contains(elements, e.Name.Local) {
		t.Errorf("<%s> in a picture", e.Name.Local)
	}
	has := map[string]string{}
	for _, a := range e.Attr {
		has[a.Name.Local] = a.Value
		if !slices.Contains(attributes, a.Name.Local) {
			t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
		}
		if a.Name.Local != "aria-label" && (notFinite.MatchString(a.Value) || strings.Contains(a.Value, "#")) {
			t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
		}
	}
	switch e.Name.Local {
	case "path", "text":
		if has["class"] == "" {
			t.Errorf("<%s> without an ink: %v", e.Name.Local, has)
		}
	case "svg":
		if !root || has["role"] != "img" || has["aria-label"] == "" || has["viewBox"] == "" {
			t.Errorf("<svg> with %v", has)
		}
	}
}

func TestTitlesStateTheConclusion(t *testing.T) {
	for id, want := range map[string]string{
		"flow":    "Goodput of shop-monolith falls by 56% while the fault is active; that of shop-microservices holds",
		"blast":   "shop-monolith loses in every journey, 44% to 64%; shop-microservices keeps every journey whole",
		"damage":  "Components affected at some time: all 10 in shop-monolith, in shop-microservices only recommendations of 10",
		"graph":   "The damage reaches all 2 parts of shop-monolith, only recommendations of the 14 parts of shop-microservices",
		"forest":  "Against shop-monolith, shop-microservices is better in 5 of 8 figures and worse in 3",
		"delay":   "While the fault is active, the mean answer takes 109\u00a0ms in shop-monolith (18\u00a0ms without the fault), 26\u00a0ms in shop-microservices (26\u00a0ms without the fault)",
		"load":    "Busiest at its peak is shop in shop-monolith (70%), shipping in shop-microservices (44%)",
		"latency": "99% of the answers come within 388\u00a0ms in shop-monolith (73\u00a0ms without the fault); 133\u00a0ms in shop-microservices (105\u00a0ms without the fault)",
	} {
		for _, c := range Table {
			if c.ID() != id {
				continue
			}
			if got := c.Draw(view.New(fixture.Store(fixture.Document()))).Title; got != want {
				t.Errorf("%s: got %q, want %q", id, got, want)
			}
		}
	}
}

func TestSmallMultiplesShareTheirScales(t *testing.T) {
	v := view.New(fixture.Store(fixture.Document()))
	label := regexp.MustCompile(`<text x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)</text>`)
	for _, f := range All(v) {
		if slices.Contains([]string{"blast", "graph", "forest", "load", "cost"}, f.ID) {
			continue // their panels are not one a topology on the same axes
		}
		places := map[string]string{}
		for _, p := range f.Panels {
			for _, m := range label.FindAllStringSubmatch(p.SVG, -1) {
				if !regexp.MustCompile(`^[0-9]`).MatchString(m[3]) || m[3] == "0" {
					continue // of the axes only, and not what both have
				}
				at := m[1] + "," + m[2]
				if before, ok := places[m[3]]; ok && before != at {
					t.Errorf("%s: %q stands at %s and at %s", f.ID, m[3], before, at)
				}
				places[m[3]] = at
			}
		}
		if len(places) < 5 {
			t.Errorf("%s: only %d labels compared", f.ID, len(places))
		}
	}
}

func TestPanelsAreBounded(t *testing.T) {
	v := view.New(fixture.Store(fixture.Many(12)))
	for _, f := range All(v) {
		if len(f.Panels) > maxPanels {
			t.Errorf("%s has %d panels", f.ID, len(f.Panels))
		}
	}
	if f := (flow{}).Draw(v); !strings.Contains(f.Subtitle, "The first 9 of 12 topologies are drawn.") {
		t.Errorf("the rest is not mentioned: %q", f.Subtitle)
	}
}
