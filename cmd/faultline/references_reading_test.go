package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// A reading is how a figure is read from a result: an expression in Go's syntax on
// figures of result.json, such as
//
//	latency.p99                                      of the first journey
//	station.concurrency + station.queueLength        of a service
//	high.latency.avg - 1                             of a journey
//	baseline.latency.avg                             of the run without faults
//	edge("users -> server").amplification - 1
//	at(station.queueLength, 60)                      of a series, at 60 s
//	at(station.concurrency, 15, 60)                  …at 15 s, 75 s, 135 s, … on average
//	peak(station.queueLength)                        the largest of a series
//	lastAbove(station.queueLength, 1)                when it was last more than 1
//
// beside abs and atan.
type reading struct {
	store    *result.Store
	top      *result.Topology
	measured float64 // start of the measured window, seconds
	leaves   map[ast.Expr]leaf
	err      error
}

// leaf is one figure of a reading: with a value a replication, or (of a series)
// with a standard error.
type leaf struct {
	value   float64
	samples []*float64
	se      float64
}

// evaluate works out a reading, with its standard error: that of the replications
// where the figures have values for each, and of independent series.
func evaluate(store *result.Store, topology, text string) (value, se float64, err error) {
	expr, err := parser.ParseExpr(text)
	if err != nil {
		return 0, 0, err
	}
	doc := store.Document()
	r := &reading{store: store, measured: doc.Scenario.Warmup, leaves: make(map[ast.Expr]leaf)}
	for i := range doc.Topologies {
		if topology == "" || doc.Topologies[i].Name == topology {
			r.top = &doc.Topologies[i]
			break
		}
	}
	if r.top == nil {
		return 0, 0, fmt.Errorf("no topology %s", topology)
	}
	value = r.eval(expr, func(l leaf) float64 { return l.value })
	var variance float64
	for e, l := range r.leaves {
		if l.se > 0 {
			up := r.eval(expr, func(m leaf) float64 { return m.value })
			r.leaves[e] = leaf{value: l.value + l.se}
			slope := r.eval(expr, func(m leaf) float64 { return m.value }) - up
			r.leaves[e] = l
			variance += slope * slope
		}
	}
	n := doc.Replications
	for i := range n {
		d := r.eval(expr, func(l leaf) float64 {
			switch {
			case l.samples == nil:
				return l.value
			case len(l.samples) != n || l.samples[i] == nil:
				r.err = fmt.Errorf("%s: no value in replication %d", text, i)
				return 0
			}
			return *l.samples[i]
		}) - value
		variance += d * d / float64(n) / float64(n-1)
	}
	return value, math.Sqrt(variance), r.err
}

func (r *reading) eval(e ast.Expr, pick func(leaf) float64) float64 {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return r.eval(e.X, pick)
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(e.Value, 64)
		r.fail(err)
		return v
	case *ast.BinaryExpr:
		x, y := r.eval(e.X, pick), r.eval(e.Y, pick)
		switch e.Op {
		case token.ADD:
			return x + y
		case token.SUB:
			return x - y
		case token.MUL:
			return x * y
		case token.QUO:
			return x / y
		}
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.Ident); ok {
			switch name.Name {
			case "abs":
				return math.Abs(r.eval(e.Args[0], pick))
			case "atan":
				return math.Atan(r.eval(e.Args[0], pick))
			}
			return pick(r.leaf(e, func() leaf { return r.series(name.Name, e.Args) }))
		}
	case *ast.Ident, *ast.SelectorExpr:
		return pick(r.leaf(e, func() leaf { return r.figure(path(e)) }))
	}
	r.fail(fmt.Errorf("a reading cannot hold %T", e))
	return 0
}

func (r *reading) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reading) leaf(e ast.Expr, find func() leaf) leaf {
	l, ok := r.leaves[e]
	if !ok {
		l = find()
		r.leaves[e] = l
	}
	return l
}

// path is a.b.c in parts; edge("a -> b") is one part.
func path(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.Ident:
		return []string{e.Name}
	case *ast.SelectorExpr:
		return append(path(e.X), e.Sel.Name)
	case *ast.CallExpr:
		if lit, ok := e.Args[0].(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(lit.Value)
			return []string{text}
		}
	}
	return nil
}

// selector finds what the parts name: baseline, a subject, a metric, an aggregator.
func (r *reading) selector(parts []string) (sel metric.Selector, err error) {
	var run, subject string
	if len(parts) > 0 && parts[0] == "baseline" {
		run, parts = metric.Baseline, parts[1:]
	}
	if len(parts) > 0 && !slices.ContainsFunc(metric.Table, func(m metric.Metric) bool { return m.Name == parts[0] }) {
		subject, parts = parts[0], parts[1:]
	}
	if sel, err = metric.ParseKey(strings.Join(parts, ".")); err != nil {
		return sel, err
	}
	sel.Tags[metric.Topology], sel.Tags[metric.Run] = r.top.Name, run
	switch {
	case subject == "":
		sel.Tags[metric.Journey] = r.top.Journeys[0].Name
	case slices.ContainsFunc(r.top.Journeys, func(j result.Journey) bool { return j.Name == subject }):
		sel.Tags[metric.Journey] = subject
	case strings.Contains(subject, "->"):
		sel.Tags[metric.Edge] = subject
	default:
		sel.Tags[metric.Service] = subject
	}
	return sel, nil
}

func (r *reading) figure(parts []string) leaf {
	sel, err := r.selector(parts)
	r.fail(err)
	f, ok := r.store.Figure(sel)
	switch {
	case err != nil:
	case !ok || f.Value == nil:
		r.fail(fmt.Errorf("the result has no %s", sel))
	case f.Samples == nil:
		r.fail(fmt.Errorf("the result has no values of %s for each replication", sel))
	default:
		return leaf{value: *f.Value, samples: f.Samples}
	}
	return leaf{}
}

// series evaluates at, peak or lastAbove of a series.
func (r *reading) series(name string, args []ast.Expr) leaf {
	sel, err := r.selector(path(args[0]))
	r.fail(err)
	line, ok := r.store.Series(sel)
	if !ok {
		r.fail(fmt.Errorf("the result has no series of %s", sel))
		return leaf{}
	}
	number := func(i int) float64 { return r.eval(args[i], nil) }
	switch {
	case name == "at" && len(args) == 2:
		return r.near(line, number(1))
	case name == "at" && len(args) == 3:
		return r.waves(line, number(1), number(2))
	case name == "peak" && len(args) == 1:
		best := leaf{value: math.Inf(-1)}
		for i := range line.Band.Value {
			if l := r.window(line, i); l.value > best.value {
				best = l
			}
		}
		return best
	case name == "lastAbove" && len(args) == 2:
		for i := len(line.Band.Value) - 1; i >= 0; i-- {
			if r.window(line, i).value > number(1) {
				return leaf{value: float64(i+1) * line.Window}
			}
		}
		return leaf{}
	}
	r.fail(fmt.Errorf("no function %s of %d arguments", name, len(args)))
	return leaf{}
}

// near is a series at a time: between the middles of the two windows around it.
// Their errors are taken for one and the same.
func (r *reading) near(line result.Timeline, t float64) leaf {
	x := t/line.Window - 0.5
	i := int(math.Floor(x))
	share := x - float64(i)
	a, b := r.window(line, i), r.window(line, i+1)
	return leaf{value: a.value*(1-share) + b.value*share, se: a.se*(1-share) + b.se*share}
}

// waves is the mean of a series at t and all whole periods later, within the
// measured window; a period apart is taken for independent.
func (r *reading) waves(line result.Timeline, t, period float64) leaf {
	end := r.store.Document().Scenario.Duration
	var sum, variance, n float64
	for ; t < end-line.Window; t += period {
		if t > r.measured+line.Window {
			l := r.near(line, t)
			sum, variance, n = sum+l.value, variance+l.se*l.se, n+1
		}
	}
	return leaf{value: sum / n, se: math.Sqrt(variance) / n}
}

// window is a value of a series, with the standard error behind its interval.
func (r *reading) window(line result.Timeline, i int) leaf {
	b := line.Band
	if i < 0 || i >= len(b.Value) || b.Value[i] == nil || b.Low == nil || b.Low[i] == nil {
		r.fail(fmt.Errorf("%s has no value in window %d", line.Selector, i))
		return leaf{}
	}
	t := stats.TQuantile(0.975, r.store.Document().Replications-1)
	return leaf{value: *b.Value[i], se: (*b.High[i] - *b.Low[i]) / 2 / t}
}
