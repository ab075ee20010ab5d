package result

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"faultline/sim/metric"
)

// Schema is the schema of [Document], and the only one that this version reads.
const Schema = "faultline/result/v1"

// Causes are the causes of failures, in the order of docs/results.md: the keys that
// a failures map may have.
var Causes = []string{"timeout", "rejected", "circuitOpen", "bulkheadFull", "poolTimeout",
	"connectionRefused", "connectionLost", "unreachable", "error"}

// verdictWords and comparisonWords are what verdicts and comparisons may say.
var (
	verdictWords    = []string{metric.Pass.String(), metric.Fail.String(), metric.Inconclusive.String()}
	comparisonWords = []string{"better", "worse", "same"}
)

// maxProblems bounds the length of an error; more are counted.
const maxProblems = 20

// problems collects what is wrong, each with its place in result.json.
type problems struct {
	list []error
	more int
}

func (p *problems) addf(path, format string, args ...any) {
	if len(p.list) == maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

func (p *problems) oneOf(path, word string, words []string) {
	if !slices.Contains(words, word) {
		p.addf(path, "%q is none of %s", word, strings.Join(words, ", "))
	}
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (p *problems) finite(path string, v float64) {
	if !isFinite(v) {
		p.addf(path, "%v is no number that JSON has", v)
	}
}

// names refuses empty, repeated and unprintable names in a list.
func (p *problems) names(path string, n int, name func(int) string) {
	seen := make(map[string]bool, n)
	for i := range n {
		s := name(i)
		switch {
		case s == "":
			p.addf(fmt.Sprintf("%s[%d]", path, i), "the name is missing")
		case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }):
			p.addf(fmt.Sprintf("%s[%d]", path, i), "the name %q has a control character", s)
		case seen[s]:
			p.addf(fmt.Sprintf("%s[%d]", path, i), "%q is there twice", s)
		}
		seen[s] = true
	}
}

// Validate checks that a document is whole and consistent: offered = succeeded
// + degraded + failed + inFlight, the failures add up to failed, what is null has
// a reason, intervals enclose, names are there once, samples have one value a
// replication, and every number is one. What only tells where a result comes
// from (tool, scenario, digests) may be empty: a Go program needs no files. The
// error names each place in result.json, as topologies[0].journeys[1].counts.
func Validate(doc *Document) error {
	var p problems
	p.header(doc)
	for i := range doc.Topologies {
		t := &doc.Topologies[i]
		path := topologyPath(i)
		p.topology(path, t, doc.Replications)
		walk(path, t, func(at place, _ metric.Selector, e *Estimate) {
			if !e.sound() {
				p.estimate(at.String(), e)
			}
		})
	}
	p.samples(doc)
	p.judgements(doc)
	return p.err()
}

func (p *problems) err() error {
	if p.more > 0 {
		return errors.Join(append(p.list, fmt.Errorf("and %d more", p.more))...)
	}
	return errors.Join(p.list...)
}

func (p *problems) header(doc *Document) {
	if doc.Schema != Schema {
		p.addf("schema", "%q is not %q", doc.Schema, Schema)
	}
	if doc.Fingerprint == "" {
		p.addf("fingerprint", "it is missing")
	}
	p.finite("scenario.duration", doc.Scenario.Duration)
	p.finite("scenario.warmup", doc.Scenario.Warmup)
	if q := doc.Precision; q != nil {
		p.finite("precision.halfWidth", q.HalfWidth)
		if q.Reached != nil {
			p.finite("precision.reached", *q.Reached)
		}
	}
	if doc.Replications < 1 {
		p.addf("replications", "%d is too few", doc.Replications)
	}
	p.names("sources", len(doc.Sources), func(i int) string { return doc.Sources[i].Path })
	p.names("topologies", len(doc.Topologies), func(i int) string { return doc.Topologies[i].Name })
	if len(doc.Topologies) == 0 {
		p.addf("topologies", "there is none")
	}
}

func (p *problems) edges(path string, all []Edge) {
	p.names(path+".edges", len(all), func(i int) string { return edgeName(all[i].From, all[i].To) })
	for i := range all {
		e := &all[i]
		if _, ok := sumFailures(e.Failures); e.Calls < 0 || e.Retries < 0 || !ok {
			p.addf(at(path, "edges", i), "%d calls, %d retries, failures %v: no such counts", e.Calls, e.Retries, e.Failures)
		}
	}
}

func (p *problems) topology(path string, t *Topology, replications int) {
	p.names(path+".journeys", len(t.Journeys), func(i int) string { return t.Journeys[i].Name })
	p.names(path+".flows", len(t.Flows), func(i int) string { return t.Flows[i].Name })
	p.names(path+".services", len(t.Services), func(i int) string { return t.Services[i].Name })
	p.names(path+".databases", len(t.Databases), func(i int) string { return t.Databases[i].Name })
	p.names(path+".faults", len(t.Faults), func(i int) string { return t.Faults[i].Name })
	p.names(path+".graph.nodes", len(t.Graph.Nodes), func(i int) string { return t.Graph.Nodes[i].Name })
	p.finite(path+".parts.hopsPerJourney", t.Parts.HopsPerJourney)
	p.journeys(path, t.Journeys)
	p.edges(path, t.Edges)
	if b := t.Baseline; b != nil {
		p.journeys(path+".baseline", b.Journeys)
		p.names(path+".baseline.flows", len(b.Flows), func(i int) string { return b.Flows[i].Name })
		p.names(path+".baseline.services", len(b.Services), func(i int) string { return b.Services[i].Name })
		p.names(path+".baseline.databases", len(b.Databases), func(i int) string { return b.Databases[i].Name })
		p.edges(path+".baseline", b.Edges)
	}
	for i := range t.Faults {
		p.fault(at(path, "faults", i), &t.Faults[i], replications)
	}
	p.cost(path+".cost", t.Cost)
	p.causes(path+".series.causes", &t.Series)
	if t.Baseline != nil {
		p.causes(path+".baseline.series.causes", &t.Baseline.Series)
	}
	if o := t.Overload; o != nil {
		p.finite(path+".overload.growthRate", o.GrowthRate)
		if o.Replications < 1 || o.Replications > replications {
			p.addf(path+".overload", "%d of %d replications", o.Replications, replications)
		}
	}
	walkSeries(t, func(at string, row seriesRow) { p.series(path+"."+at, row) })
	for _, key := range histogramKeys(t) {
		if h, ok := t.Histograms[key]; ok {
			p.histogram(fmt.Sprintf("%s.histograms[%q]", path, key), &h)
		}
	}
}

func (p *problems) cost(path string, c *Cost) {
	if c == nil {
		return
	}
	for i, v := range [...]float64{c.Parts.VCPU, c.Parts.Memory, c.Parts.CrossZone, c.Parts.Services} {
		p.finite(path+".parts."+[...]string{"vcpu", "memory", "crossZone", "services"}[i], v)
	}
}

// causes checks the failures by cause: known causes, and one length.
func (p *problems) causes(path string, s *Series) {
	known, n := 0, -1
	for _, cause := range Causes {
		rates, there := s.Causes[cause]
		if !there {
			continue
		}
		known++
		if n >= 0 && len(rates) != n {
			p.addf(path+"."+cause, "%d windows, others have %d", len(rates), n)
		}
		n = len(rates)
		for i, v := range rates {
			if !isFinite(v) || v < 0 {
				p.addf(fmt.Sprintf("%s.%s[%d]", path, cause, i), "%v is no rate", v)
			}
		}
	}
	if known != len(s.Causes) {
		p.addf(path, "a cause that is none of %s", strings.Join(Causes, ", "))
	}
}

// journeys checks the integer identities of docs/results.md.
func (p *problems) journeys(path string, all []Journey) {
	for i := range all {
		j, at := &all[i], at(path, "journeys", i)
		c := j.Counts
		if min(c.Offered, c.Succeeded, c.Degraded, c.Failed, c.InFlight) < 0 {
			p.addf(at+".counts", "a count is negative: %+v", c)
		}
		if c.Offered != c.Succeeded+c.Degraded+c.Failed+c.InFlight {
			p.addf(at+".counts", "offered %d is not succeeded %d + degraded %d + failed %d + inFlight %d",
				c.Offered, c.Succeeded, c.Degraded, c.Failed, c.InFlight)
		}
		if sum, ok := sumFailures(j.Failures); !ok || sum != c.Failed {
			p.addf(at+".failures", "%v do not add up to failed %d (causes: %s)", j.Failures, c.Failed, strings.Join(Causes, ", "))
		}
		p.finite(at+".objectives.availability", j.Objectives.Availability)
	}
}

// sumFailures adds the known causes; !ok when there are others, or a negative count.
func sumFailures(failures map[string]int64) (sum int64, ok bool) {
	known := 0
	for _, cause := range Causes {
		n, there := failures[cause]
		if n < 0 {
			return 0, false
		}
		if sum += n; there {
			known++
		}
	}
	return sum, known == len(failures)
}

func (p *problems) fault(path string, f *Fault, replications int) {
	p.finite(path+".window.start", f.Window.Start)
	if f.Window.End != nil {
		p.finite(path+".window.end", *f.Window.End)
		if *f.Window.End < f.Window.Start {
			p.addf(path+".window", "it ends at %v, before its start at %v", *f.Window.End, f.Window.Start)
		}
	}
	for _, n := range []struct {
		phase               string
		lost, gained, pairs int64
	}{{"during", f.Lost.During, f.Gained.During, f.Pairs.During}, {"after", f.Lost.After, f.Gained.After, f.Pairs.After}} {
		if min(n.lost, n.gained, n.pairs) < 0 || n.lost+n.gained > n.pairs {
			p.addf(path, "%s: lost %d and gained %d of %d pairs", n.phase, n.lost, n.gained, n.pairs)
		}
	}
	p.states(path, f, replications)
	p.family(path, f)
	if f.Baseline != nil {
		p.causes(path+".baseline.series.causes", &f.Baseline.Series)
		p.journeys(path+".baseline", f.Baseline.Journeys)
	}
}

// family checks what is no estimate that has a selector of its own.
func (p *problems) family(path string, f *Fault) {
	for i := range f.Components {
		if h := f.Components[i].Hurt; h != nil && !(*h >= 0 && *h <= 1) {
			p.addf(at(path, "components", i)+".hurt", "%v is no share", *h)
		}
	}
	for i := range f.Journeys {
		if b := f.Journeys[i].Broken; b != nil {
			p.estimate(at(path, "journeys", i)+".broken", b)
		}
	}
}

// states checks that the state is a commonest one and that each replication has one.
func (p *problems) states(path string, f *Fault, replications int) {
	sum, most, known := 0, 0, 0
	for _, s := range metric.States {
		n, there := f.States[s]
		if there {
			known++
		}
		sum, most = sum+n, max(most, n)
	}
	switch {
	case known != len(f.States):
		p.addf(path+".states", "%v has a state that is none of %s", f.States, strings.Join(metric.States, ", "))
	case !f.Applicable || f.State == nil:
	case f.States[*f.State] != most || most == 0:
		p.addf(path+".state", "%s is not the commonest of %v", *f.State, f.States)
	case sum != replications:
		p.addf(path+".states", "%v are not the states of %d replications", f.States, replications)
	}
}

// sound reports, without a word, whether estimate would find nothing wrong: it
// is asked of every figure, and a path costs more than the answer.
func (e *Estimate) sound() bool {
	var p problems
	p.estimate("", e)
	return len(p.list) == 0
}

// estimate checks one value with its interval.
func (p *problems) estimate(path string, e *Estimate) {
	for i, v := range [...]*float64{e.Value, e.Low, e.High} {
		if v != nil && !isFinite(*v) {
			p.finite(path+[...]string{".value", ".low", ".high"}[i], *v)
		}
	}
	switch {
	case e.Value == nil && e.Reason == "":
		p.addf(path, "the value is null without a reason")
	case (e.Low == nil) != (e.High == nil) || e.Value == nil && e.Low != nil:
		p.addf(path, "half an interval, or one without a value")
	case e.Low != nil && !(*e.Low <= *e.Value && *e.Value <= *e.High):
		p.addf(path, "the interval [%v, %v] does not hold %v", *e.Low, *e.High, *e.Value)
	}
}

func (p *problems) series(path string, row seriesRow) {
	for _, m := range row.metrics {
		if b, ok := row.bands[m]; ok {
			p.band(path+"."+m, row.window, &b)
		}
	}
}

func (p *problems) band(path string, window float64, b *Band) {
	if !(window > 0) || math.IsInf(window, 0) {
		p.addf(path, "the window of %v s is not above zero", window)
	}
	n := len(b.Value)
	if b.Low != nil && len(b.Low) != n || b.High != nil && len(b.High) != n || (b.Low == nil) != (b.High == nil) {
		p.addf(path, "%d values with %d low and %d high", n, len(b.Low), len(b.High))
	}
	for _, values := range [][]*float64{b.Value, b.Low, b.High} {
		p.values(path, values)
	}
}

func (p *problems) values(path string, values []*float64) {
	for i, v := range values {
		if v != nil && !isFinite(*v) {
			p.finite(fmt.Sprintf("%s[%d]", path, i), *v)
		}
	}
}

func (p *problems) histogram(path string, h *Histogram) {
	if len(h.Low) != len(h.Count) || len(h.High) != len(h.Count) {
		p.addf(path, "%d low and %d high bounds of %d counts", len(h.Low), len(h.High), len(h.Count))
		return
	}
	for i := range h.Count {
		p.finite(path, h.Low[i])
		p.finite(path, h.High[i])
		if !(h.Low[i] < h.High[i]) || i > 0 && h.Low[i] < h.High[i-1] {
			p.addf(path, "bucket %d, [%v, %v), is out of order", i, h.Low[i], h.High[i])
		}
	}
}

func samplePath(i int) string { return fmt.Sprintf("samples[%d]", i) }

func (p *problems) samples(doc *Document) {
	for i := range doc.Samples {
		s := &doc.Samples[i]
		if len(s.Values) != doc.Replications {
			p.addf(samplePath(i), "%s %v has %d values for %d replications", s.Metric, s.Tags, len(s.Values), doc.Replications)
		}
		if !slices.ContainsFunc(s.Values, func(v *float64) bool { return v != nil && !isFinite(*v) }) {
			continue // a path costs more than the answer
		}
		p.values(samplePath(i)+".values", s.Values)
	}
}

// judgements checks the verdicts and the comparisons.
func (p *problems) judgements(doc *Document) {
	p.oneOf("verdict", doc.Verdict, verdictWords)
	for i := range doc.Comparisons {
		c := &doc.Comparisons[i]
		path := fmt.Sprintf("comparisons[%d]", i)
		p.estimate(path+".a", &c.A)
		p.estimate(path+".b", &c.B)
		p.estimate(path+".difference", &c.Difference)
		p.oneOf(path+".verdict", c.Verdict, comparisonWords)
		if c.VarianceReduction != nil {
			p.finite(path+".varianceReduction", *c.VarianceReduction)
		}
	}
	for i := range doc.Thresholds {
		path := fmt.Sprintf("thresholds[%d]", i)
		p.estimate(path+".observed", &doc.Thresholds[i].Observed)
		p.oneOf(path+".verdict", doc.Thresholds[i].Verdict, verdictWords)
	}
}
