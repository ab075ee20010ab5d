package study

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/judge"
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// SweepSpec says what a sweep varies and what it measures.
type SweepSpec struct {
	Scenario string            // a path, or a built-in name
	Options  scenarios.Options // of all points
	Vary     []string          // axes, see [ParseAxis]
	Metrics  []string          // "latency{journey:browse} p(99)"; none: see [Sweep.Metrics]
	Shard    Shard             // of the points; the zero value is all
	Version  string            // of the tool
	Command  string            // that repeats the whole sweep
	Limits   sim.Limits
}

// Shard is the part of a grid that one of several sweeps does: points Index−1,
// Index−1+Of, and so on.
type Shard struct{ Index, Of int }

// ParseShard reads i/n, as in 2/3.
func ParseShard(text string) (Shard, error) {
	a, b, ok := strings.Cut(text, "/")
	i, errI := strconv.Atoi(a)
	n, errN := strconv.Atoi(b)
	if !ok || errI != nil || errN != nil || i < 1 || n < i || n > maxPoints {
		return Shard{}, fmt.Errorf("%s is no shard (write i/n, as in 2/3, with i from 1 to n)", strict.Quote(text))
	}
	return Shard{i, n}, nil
}

// String is i/n; "" for all points.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// has reports whether a point belongs to the shard.
func (s Shard) has(index int) bool { return s.Of == 0 || index%s.Of == s.Index-1 }

// Sweep is a sweep that is ready to run: all of its points are sound.
type Sweep struct {
	spec    SweepSpec
	grid    grid
	metrics []sweepMetric
	digests []string // by index; at first of the scenario, then of the point
	known   names
	first   result.Scenario
	sources []result.Source
	notes   []string // warnings
}

// sweepMetric is a figure of each topology.
type sweepMetric struct {
	name     string
	selector metric.Selector
	metric   *metric.Metric
}

// NewSweep loads every point of a sweep. Everything that is wrong with any of them
// is reported at once: the error is a [PointErrors] if it lies in the values, a
// *strict.Errors if all points share it, and else of the arguments.
func NewSweep(spec SweepSpec) (*Sweep, error) {
	s := &Sweep{spec: spec}
	var err error
	if s.grid, err = parseGrid(spec.Vary); err != nil {
		return nil, err
	}
	wrong := &PointErrors{}
	for k := range s.grid.size() {
		point, err := s.load(k)
		if err != nil {
			wrong.add(s.grid.sets(k), err)
			continue
		}
		s.see(point)
	}
	if err := wrong.err(s.grid.size()); err != nil {
		return nil, err
	}
	if err := s.parseMetrics(); err != nil {
		return nil, err
	}
	for k, d := range s.digests {
		s.digests[k] = s.digest(d)
	}
	return s, nil
}

// load loads a point. Points are loaded once to be checked and once more to be run:
// thousands of compiled systems would fill the memory.
func (s *Sweep) load(index int) (*scenarios.Scenario, error) {
	o := s.spec.Options
	o.Set = slices.Concat(o.Set, s.grid.sets(index))
	return scenarios.Load(s.spec.Scenario, o)
}

// see keeps what the sweep needs of a sound point.
func (s *Sweep) see(p *scenarios.Scenario) {
	if len(s.digests) == 0 {
		s.first = p.Options().Meta.Scenario
	}
	s.digests = append(s.digests, p.Digest)
	s.known.add(p)
	for _, src := range p.Sources {
		if !slices.ContainsFunc(s.sources, func(o result.Source) bool { return o.Path == src.Path }) {
			s.sources = append(s.sources, src)
		}
	}
	for _, w := range p.Warnings {
		if !slices.Contains(s.notes, w) {
			s.notes = append(s.notes, w)
		}
	}
}

// digest is over everything that determines a point: the files and overrides, of
// which it is given the digest, the version, what is measured and the limits of a
// simulation.
func (s *Sweep) digest(scenario string) string {
	limits := s.spec.Limits
	limits.Process = 0 // what this machine has room for changes no point
	parts := []string{result.SweepSchema, s.spec.Version, scenario, fmt.Sprintf("%+v", limits)}
	for _, m := range s.metrics {
		parts = append(parts, m.name)
	}
	return topologies.Digest(parts...)
}

// PointErrors are the mistakes of the points of a sweep.
type PointErrors struct {
	texts  []string // the mistakes, in order of their first point
	points map[string][]string
	first  error
	bad    int
	of     int // points
}

func (e *PointErrors) add(sets []string, err error) {
	if e.points == nil {
		e.points, e.first = make(map[string][]string), err
	}
	e.bad++
	text := err.Error()
	if e.points[text] == nil {
		e.texts = append(e.texts, text)
	}
	e.points[text] = append(e.points[text], strings.Join(sets, " "))
}

// err is nil without mistakes, and the mistake itself where all points share one.
func (e *PointErrors) err(points int) error {
	switch {
	case e.bad == 0:
		return nil
	case len(e.texts) == 1 && e.bad == points:
		return e.first
	}
	e.of = points
	return e
}

// shownErrors bounds the text of an error.
const shownErrors = 20

// Error lists the mistakes, each with the first point that has it and how many do.
func (e *PointErrors) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d points cannot be run, and none was", e.bad, e.of)
	for i, text := range e.texts {
		if i == shownErrors {
			fmt.Fprintf(&b, "\n%d more mistakes in other points", len(e.texts)-i)
			break
		}
		at := e.points[text]
		fmt.Fprintf(&b, "\n%s\n  at %s", text, at[0])
		if n := len(at) - 1; n > 0 {
			fmt.Fprintf(&b, ", and %d more", n)
		}
	}
	return b.String()
}

// SweepRun says how to run a sweep.
type SweepRun struct {
	Jobs     int
	Progress func(done, total int) // told after each point; may be nil
	Stop     <-chan struct{}       // closed: what is begun is not used, and no more is begun; may be nil
	// Known is a point that was done before, by index and digest; nil: it was not.
	Known func(index int, digest string) *result.SweepPoint
	// Save keeps a point that was done. It is called from several goroutines at once.
	Save func(*result.SweepPoint) error
}

// Run runs the points that are not known yet, and returns them all. What it returns
// depends on nothing but the spec: not on the number of jobs, nor on which points
// were known. The document is partial if it was stopped. The errors are those of
// sim.Run, judge.Judge and Save.
func (s *Sweep) Run(ctx context.Context, o SweepRun) (*result.Sweep, error) {
	r := &sweepRun{Sweep: s, o: o, done: make([]*result.SweepPoint, len(s.digests))}
	var todo []int
	for i := range s.digests {
		if !s.spec.Shard.has(i) {
			continue
		}
		r.total++
		if o.Known != nil {
			r.done[i] = o.Known(i, s.digests[i])
		}
		if r.done[i] == nil {
			todo = append(todo, i)
		}
	}
	r.count = r.total - len(todo)
	if err := r.all(ctx, todo); err != nil {
		return nil, err
	}
	return r.document(), nil
}

type sweepRun struct {
	*Sweep
	o    SweepRun
	done []*result.SweepPoint

	mu    sync.Mutex
	count int
	total int
}

// all runs points: many of them side by side, each on one core; few one after the
// other, each on all cores.
func (r *sweepRun) all(ctx context.Context, todo []int) error {
	jobs := r.o.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	inner := 1
	if len(todo) < 2*jobs {
		jobs, inner = 1, jobs
	}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(jobs)
	for _, i := range todo {
		if r.stopped() || within.Err() != nil {
			break
		}
		g.Go(func() error {
			p, err := r.point(within, i, inner)
			if err != nil || p == nil {
				return err
			}
			if r.o.Save != nil {
				if err := r.o.Save(p); err != nil {
					return err
				}
			}
			r.tick(i, p)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (r *sweepRun) stopped() bool {
	select {
	case <-r.o.Stop:
		return true
	default:
		return false
	}
}

func (r *sweepRun) tick(i int, p *result.SweepPoint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[i] = p
	r.count++
	if r.o.Progress != nil {
		r.o.Progress(r.count, r.total)
	}
}

// point runs one point; nil if it was stopped before its last replication.
func (r *sweepRun) point(ctx context.Context, i, jobs int) (*result.SweepPoint, error) {
	s, err := r.load(i)
	switch {
	case err != nil:
		return nil, fmt.Errorf("at %s: %w", strings.Join(r.grid.sets(i), " "), err)
	case r.digest(s.Digest) != r.digests[i]:
		return nil, errors.New("a file has changed since the sweep began; start it again")
	}
	o := s.Options()
	o.Jobs, o.Limits, o.Stop = jobs, r.spec.Limits, r.o.Stop
	for _, m := range r.metrics {
		if p, ok := m.selector.Aggregator.Percent(); ok {
			o.Percentiles = append(o.Percentiles, p)
		}
	}
	store, err := sim.Run(ctx, s.Plans(), o)
	if errors.Is(err, sim.ErrStopped) {
		return nil, nil
	}
	if err == nil {
		store, err = judge.Judge(store, s.Thresholds)
	}
	if err != nil {
		return nil, fmt.Errorf("at %s: %w", strings.Join(r.grid.sets(i), " "), err)
	}
	doc := store.Document()
	early := false
	for k := range doc.Topologies {
		early = early || doc.Topologies[k].EndedEarly != ""
	}
	if doc.Partial && !early {
		return nil, nil
	}
	p := &result.SweepPoint{Index: i, At: r.grid.at(i), Digest: r.digests[i], Seed: doc.Seed, Replications: doc.Replications,
		Fingerprint: doc.Fingerprint, Verdict: doc.Verdict, EndedEarly: early, Figures: []result.SweepFigure{}}
	for _, m := range r.metrics {
		p.Figures = append(p.Figures, figuresOf(store, m)...)
	}
	return p, nil
}

// figuresOf is one metric of each topology that it is of.
func figuresOf(store *result.Store, m sweepMetric) (list []result.SweepFigure) {
	doc := store.Document()
	for i := range doc.Topologies {
		name := doc.Topologies[i].Name
		of := m.selector
		if of.Tags[metric.Topology] != "" && of.Tags[metric.Topology] != name || of.Tags[metric.Versus] == name {
			continue
		}
		of.Tags[metric.Topology] = name
		f := result.SweepFigure{Metric: m.name, Topology: name, Estimate: result.Estimate{Reason: "this topology has no such figure"}}
		if found, ok := store.Figure(of); ok {
			f.Estimate = found.Estimate
		}
		list = append(list, f)
	}
	return list
}

// document puts the points together.
func (r *sweepRun) document() *result.Sweep {
	scenario := r.first
	scenario.Command, scenario.Digest = r.spec.Command, topologies.Digest(r.digests...)
	doc := &result.Sweep{Schema: result.SweepSchema, Tool: result.Tool{Version: r.spec.Version}, Scenario: scenario, Shard: r.spec.Shard.String(), Size: len(r.digests),
		Axes: []result.SweepAxis{}, Metrics: []result.SweepMetric{}, Points: []result.SweepPoint{}, Warnings: append([]string{}, r.notes...), Sources: r.sources}
	for _, a := range r.grid {
		doc.Axes = append(doc.Axes, result.SweepAxis(a))
	}
	for _, m := range r.metrics {
		doc.Metrics = append(doc.Metrics, result.SweepMetric{Name: m.name, Unit: m.metric.UnitOf(m.selector.Aggregator).String(), Better: m.metric.Better.String()})
	}
	for i, p := range r.done {
		switch {
		case p != nil:
			doc.Points = append(doc.Points, *p)
		case r.spec.Shard.has(i):
			doc.Partial = true
		}
	}
	return doc
}

// Name is the scenario's.
func (s *Sweep) Name() string { return s.first.Name }
