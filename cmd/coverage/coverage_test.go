package coverage

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// firstSeed begins the seeds of the macro-replications; truths that are simulated
// take seeds below it.
const firstSeed = 1_000_000

// model is a scenario with figures whose truth is known.
type model struct {
	name  string // of its file in testdata
	label string // in the table; "" is the name
	set   []string
	// replications of a macro-replication; 0: as many as the file says.
	replications int
	quick        bool // in every test
	figures      []figure
	// ask makes one macro-replication; nil: a run, asked for the figures.
	ask func(m *model, s *scenarios.Scenario, seed uint64) (answer, error)
}

// answer is what a macro-replication says: an interval a figure.
type answer struct {
	intervals    []interval
	replications int
	warmup       float64 // seconds
	comparisons  []compared
}

// figure is one answer of a result.
type figure struct {
	name  string // as the table shows it
	at    string // selector: latency.p99{journey:customer}
	truth func(t *testing.T) float64
	rule  rule
}

// rule is what the coverage of a figure must be.
type rule int

const (
	kept    rule = iota // 95%, as near as so many macro-replications can tell
	bounded             // 95% or more: the interval has one side only
	control             // too rare: what is done is known to be wrong
	shown               // whatever it is: a limit that the documentation states
)

// exactly is a truth that is known.
func exactly(v float64) func(*testing.T) float64 { return func(*testing.T) float64 { return v } }

func (m *model) load(t *testing.T) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load("testdata/"+m.name+".yaml", scenarios.Options{Set: m.set})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run simulates a scenario with another seed, and so many replications if not 0,
// one after the other: many run beside each other.
func run(s *scenarios.Scenario, seed uint64, replications int) (*result.Store, error) {
	o := s.Options()
	o.Seed, o.Jobs = seed, 1
	if replications > 0 {
		o.Replications = replications
	}
	return sim.Run(context.Background(), s.Plans(), o)
}

// each calls f for so many macro-replications at once, and stops at an error.
func each(t *testing.T, macros int, f func(i int) error) {
	t.Helper()
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range macros {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return f(i)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// interval is one answer.
type interval struct{ value, low, high float64 }

func intervalOf(e result.Estimate) (interval, error) {
	if e.Value == nil || e.Low == nil || e.High == nil {
		return interval{}, fmt.Errorf("no interval: %s", e.Reason)
	}
	return interval{*e.Value, *e.Low, *e.High}, nil
}

// pipeline is a macro-replication by the way that a user's run takes.
func pipeline(m *model, s *scenarios.Scenario, seed uint64) (answer, error) {
	store, err := run(s, seed, m.replications)
	if err != nil {
		return answer{}, err
	}
	doc := store.Document()
	out := answer{replications: doc.Replications, warmup: doc.Scenario.Warmup}
	for _, f := range m.figures {
		i, err := ask(store, f.at, &out)
		if err != nil {
			return answer{}, fmt.Errorf("%s: %w", f.at, err)
		}
		out.intervals = append(out.intervals, i)
	}
	return out, nil
}

// ask reads a figure; with the tag versus the difference to another topology, from
// the comparisons.
func ask(store *result.Store, at string, to *answer) (interval, error) {
	s, err := parse(at)
	if err != nil {
		return interval{}, err
	}
	baseline := s.Tags[metric.Versus]
	if baseline == "" {
		f, ok := store.Figure(s)
		if !ok {
			return interval{}, fmt.Errorf("the result has no such figure")
		}
		return intervalOf(f.Estimate)
	}
	tags := s.Tags.With(metric.Versus, "").With(metric.Topology, "").Map()
	for _, c := range store.Document().Comparisons {
		if c.Baseline != baseline || c.Candidate != s.Tags[metric.Topology] || c.Metric != s.Key() || !maps.Equal(c.Tags, tags) {
			continue
		}
		if c.VarianceReduction != nil && c.A.Value != nil && c.B.Value != nil {
			to.comparisons = append(to.comparisons, compared{*c.A.Value, *c.B.Value, *c.VarianceReduction})
		}
		return intervalOf(c.Difference)
	}
	return interval{}, fmt.Errorf("the result has no such comparison")
}

// compared is a comparison of two topologies.
type compared struct{ a, b, saved float64 }

// parse reads a selector with its aggregator after a dot, as result.json writes it:
// latency.p99{journey:customer}.
func parse(text string) (metric.Selector, error) {
	key, tags, _ := strings.Cut(text, "{")
	named, err := metric.ParseKey(key)
	if err != nil || tags == "" {
		return named, err
	}
	s, err := metric.ParseSelector(named.Metric + "{" + tags)
	s.Aggregator = named.Aggregator
	return s, err
}

// row is what was measured of one figure.
type row struct {
	model, figure string
	rule          rule
	replications  float64 // mean, where it varies
	macros        int
	covered       int
	truth         float64
	half, value   float64 // means
	warmup        float64 // mean, seconds
	saved, proven float64 // variance reduction: mean of those said, and that of the macro-replications; 0 if no comparison
}

func (r *row) add(i interval) {
	r.macros++
	if i.low <= r.truth && r.truth <= i.high {
		r.covered++
	}
	r.half += ((i.high-i.low)/2 - r.half) / float64(r.macros)
	r.value += (i.value - r.value) / float64(r.macros)
}

func (r *row) coverage() float64 { return float64(r.covered) / float64(r.macros) }

// within is the 95% interval of the coverage itself (Wilson, 1927).
func (r *row) within() (low, high float64) {
	const z = 1.959963984540054
	n, p := float64(r.macros), r.coverage()
	centre, scale := p+z*z/(2*n), 1+z*z/n
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (centre - half) / scale, (centre + half) / scale
}

// tolerance is 3.5 standard errors of a coverage of 95%: 1.7 percentage points with
// 2,000 macro-replications, which a sound interval leaves once in two thousand times.
func (r *row) tolerance() float64 {
	return 3.5 * math.Sqrt(stats.Confidence*(1-stats.Confidence)/float64(r.macros))
}

// kept reports whether the coverage is what the rule says.
func (r *row) kept() bool {
	off := r.coverage() - stats.Confidence
	switch r.rule {
	case kept:
		return math.Abs(off) <= r.tolerance()
	case bounded:
		return off >= -r.tolerance()
	case control:
		return off < -r.tolerance()
	}
	return true
}

func (r *row) String() string {
	low, high := r.within()
	return fmt.Sprintf("%-20s %-24s n=%-5.3g %5.1f%% (%.1f–%.1f%%) of %d, truth %.6g, mean %.6g, half-width %.2f%%, warm-up %.3g s, saved %.3g, %.3g", r.model, r.figure,
		r.replications, 100*r.coverage(), 100*low, 100*high, r.macros, r.truth, r.value, 100*r.half/math.Abs(r.truth), r.warmup, r.saved, r.proven)
}

// measure makes macro-replications of a model and holds its figures to their rules.
func (m *model) measure(t *testing.T, macros int) []row {
	t.Helper()
	s, way := m.load(t), m.ask
	if way == nil {
		way = pipeline
	}
	answers := make([]answer, macros)
	each(t, macros, func(i int) (err error) {
		seed := firstSeed + uint64(i)
		if answers[i], err = way(m, s, seed); err != nil {
			return fmt.Errorf("%s, seed %d: %w", m.name, seed, err)
		}
		return nil
	})
	rows := make([]row, len(m.figures))
	for k, f := range m.figures {
		r := &rows[k]
		*r = row{model: cmp.Or(m.label, m.name), figure: f.name, rule: f.rule, truth: f.truth(t)}
		for _, a := range answers {
			r.add(a.intervals[k])
			r.replications += float64(a.replications) / float64(macros)
			r.warmup += a.warmup / float64(macros)
		}
		r.pairing(answers, k)
		if t.Log(r); !r.kept() {
			t.Errorf("%s, %s: the intervals cover %.2f%%", r.model, r.figure, 100*r.coverage())
		}
	}
	return rows
}

// pairing is what common random numbers saved: by the comparisons' own word, and
// as the variance between the differences of runs that do not belong together,
// over that between those that do.
func (r *row) pairing(answers []answer, k int) {
	var paired, strange []float64
	for i, a := range answers {
		if len(a.comparisons) != len(a.intervals) {
			return
		}
		c, other := a.comparisons[k], answers[(i+1)%len(answers)].comparisons[k]
		paired, strange = append(paired, c.b-c.a), append(strange, c.b-other.a)
		r.saved += c.saved / float64(len(answers))
	}
	r.proven = stats.Variance(strange) / stats.Variance(paired)
}
