package result

import (
	"math"
	"strings"
	"testing"

	"faultline/sim/measure"
)

func TestAWholeDocumentIsValid(t *testing.T) {
	if err := Validate(testDocument()); err != nil {
		t.Error(err)
	}
}

// faulty breaks one thing at a time, and knows what Validate should say.
var faulty = []struct {
	want   string
	breaks func(*Document)
}{
	{`schema: "" is not`, func(d *Document) { d.Schema = "" }},
	{"fingerprint: it is missing", func(d *Document) { d.Fingerprint = "" }},
	{"scenario.duration: NaN", func(d *Document) { d.Scenario.Duration = math.NaN() }},
	{"replications: 0 is too few", func(d *Document) { d.Replications, d.Samples = 0, nil }},
	{`verdict: "" is none of pass, fail, inconclusive`, func(d *Document) { d.Verdict = "" }},
	{"topologies: there is none", func(d *Document) { d.Topologies, d.Samples = nil, nil }},
	{`topologies[1]: "mono" is there twice`, func(d *Document) { d.Topologies[1].Name = "mono" }},
	{"topologies[0].journeys[0]: the name is missing", func(d *Document) { d.Topologies[0].Journeys[0].Name = "" }},
	{"control character", func(d *Document) { d.Topologies[0].Services[0].Name = "a\x01b" }},
	{`topologies[0].edges[1]: "shop -> db" is there twice`, func(d *Document) {
		d.Topologies[0].Edges = append(d.Topologies[0].Edges, d.Topologies[0].Edges[0])
	}},
	{"topologies[1].journeys[1].counts: offered 1001 is not succeeded 900 + degraded 40 + failed 50 + inFlight 10",
		func(d *Document) { d.Topologies[1].Journeys[1].Counts.Offered++ }},
	{"topologies[0].baseline.journeys[0].counts: offered", func(d *Document) { d.Topologies[0].Baseline.Journeys[0].Counts.InFlight++ }},
	{"topologies[0].faults[0].baseline.journeys[0].counts", func(d *Document) { d.Topologies[0].Faults[0].Baseline.Journeys[0].Counts.Failed++ }},
	{"a count is negative", func(d *Document) {
		d.Topologies[0].Journeys[0].Counts.InFlight, d.Topologies[0].Journeys[0].Counts.Offered = -10, 980
	}},
	{"failures: map[error:30 timeout:21] do not add up to failed 50", func(d *Document) { d.Topologies[0].Journeys[0].Failures["timeout"]++ }},
	{"do not add up", func(d *Document) { d.Topologies[0].Journeys[0].Failures["gremlins"] = 0 }},
	{"topologies[0].edges[0]: -1 calls", func(d *Document) { d.Topologies[0].Edges[0].Calls = -1 }},
	{"topologies[0].journeys[0].latency.p99.value: NaN", func(d *Document) { *d.Topologies[0].Journeys[0].Latency.P99.Value = math.NaN() }},
	{"topologies[0].databases[0].connections.high: +Inf", func(d *Document) { *d.Topologies[0].Databases[0].Connections.High = math.Inf(1) }},
	{"topologies[0].faults[0].severity.tooSlow: the value is null without a reason", func(d *Document) {
		d.Topologies[0].Faults[0].Severity.TooSlow = Estimate{}
	}},
	{"half an interval", func(d *Document) { d.Topologies[0].Flows[0].Goodput.Low = nil }},
	{"topologies[0].services[0].queueWait.share: the interval [0.18", func(d *Document) {
		*d.Topologies[0].Services[0].QueueWait.Share.Value = 0.9
	}},
	{"topologies[0].faults[0].window: it ends at 10, before", func(d *Document) { *d.Topologies[0].Faults[0].Window.End = 10 }},
	{"during: lost 995 and gained 10 of 1000 pairs", func(d *Document) { d.Topologies[0].Faults[0].Lost.During = 995 }},
	{"faults[0].state: stable is not the commonest", func(d *Document) { *d.Topologies[0].Faults[0].State = "stable" }},
	{"are not the states of 3 replications", func(d *Document) { d.Topologies[0].Faults[0].States["stable"] = 2 }},
	{"has a state that is none of", func(d *Document) { d.Topologies[0].Faults[0].States["fine"] = 0 }},
	{"topologies[0].series.journeys.browse.goodput[0]: NaN", func(d *Document) {
		*d.Topologies[0].Series.Journeys["browse"]["goodput"].Value[0] = math.NaN()
	}},
	{"topologies[0].faults[0].baseline.series.services.db.queueLength: 1 values with 2 low", func(d *Document) {
		m := d.Topologies[0].Faults[0].Baseline.Series.Services["db"]
		b := m["queueLength"]
		b.Value = b.Value[:1]
		m["queueLength"] = b
	}},
	{"the window of 0 s", func(d *Document) { d.Topologies[0].Series.Window = 0 }},
	{`histograms["latency{journey:browse}"]: bucket 1`, func(d *Document) { d.Topologies[0].Histograms["latency{journey:browse}"].Low[1] = 0.015 }},
	{`1 low and 2 high bounds of 2 counts`, func(d *Document) {
		h := d.Topologies[0].Histograms["latency{journey:browse}"]
		h.Low = h.Low[:1]
		d.Topologies[0].Histograms["latency{journey:browse}"] = h
	}},
	{"samples[0].values[1]: -Inf", func(d *Document) { *d.Samples[0].Values[1] = math.Inf(-1) }},
	{"comparisons[0].verdict: \"good\" is none of better", func(d *Document) {
		d.Comparisons = []Comparison{{A: est(1), B: est(1), Difference: est(1), Verdict: "good"}}
	}},
	{"comparisons[0].difference: the value is null", func(d *Document) { d.Comparisons = []Comparison{{A: est(1), B: est(1), Verdict: "same"}} }},
	{"thresholds[0].verdict", func(d *Document) { d.Thresholds = []Verdict{verdict("mono", "")} }},
}

func TestValidateNamesWhatIsWrong(t *testing.T) {
	for _, c := range faulty {
		doc := testDocument()
		c.breaks(doc)
		if err := Validate(doc); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error with %q", err, c.want)
		}
		if _, err := New(doc); err == nil {
			t.Errorf("New accepts a document without %q", c.want)
		}
	}
}

func TestALongListOfProblemsIsCut(t *testing.T) {
	doc := testDocument()
	for range 100 {
		doc.Topologies[0].Flows = append(doc.Topologies[0].Flows, Flow{})
	}
	err := Validate(doc)
	if err == nil || !strings.Contains(err.Error(), "more") || strings.Count(err.Error(), "\n") != maxProblems {
		t.Errorf("got %v", err)
	}
}

// A program that builds its model in Go has no version, files or digests to name.
func TestAResultMayComeFromNoFile(t *testing.T) {
	doc := testDocument()
	doc.Tool, doc.Scenario, doc.Sources = Tool{}, Scenario{Duration: 480}, nil
	doc.Topologies[0].Digest = ""
	if err := Validate(doc); err != nil {
		t.Error(err)
	}
}

// The causes are listed here so that a reader of results needs no engine.
func TestCausesAreTheFailuresOfTheEngine(t *testing.T) {
	var want []string
	for o := range measure.NOutcomes {
		if measure.Outcome(o).Failed() {
			want = append(want, measure.Outcome(o).String())
		}
	}
	if strings.Join(Causes, " ") != strings.Join(want, " ") {
		t.Errorf("causes are %v, the engine has %v", Causes, want)
	}
}
