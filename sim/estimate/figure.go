package estimate

import (
	"fmt"
	"math"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// column holds one value a replication; NaN is undefined.
type column []float64

func (c *column) add(v float64) { *c = append(*c, v) }

// ratio adds a/b, undefined if b is 0.
func (c *column) ratio(a, b float64) {
	if b == 0 {
		c.add(math.NaN())
		return
	}
	c.add(a / b)
}

// defined are the values but for NaN.
func (c column) defined() []float64 {
	if !slices.ContainsFunc(c, math.IsNaN) {
		return c
	}
	out := make([]float64, 0, len(c))
	for _, v := range c {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

// figure is one estimate with the values that it comes from.
type figure struct {
	of       *subject
	metric   string
	by       metric.Aggregator
	values   column
	estimate result.Estimate
}

// subject is what figures are of: tags that twenty of them share. It is a tag, and the
// subject that has the others: all twelve of each would take four times as much.
type subject struct {
	within    *subject
	tag       metric.Tag
	value     string
	machinery bool              // a service, a database or an edge
	written   map[string]string // as result.json has them; nil until it needs them
}

func (s *subject) tags() (all metric.Tags) {
	for ; s != nil; s = s.within {
		if all[s.tag] == "" {
			all[s.tag] = s.value
		}
	}
	return all
}

func (f *figure) selector() metric.Selector {
	return metric.Selector{Metric: f.metric, Aggregator: f.by, Tags: f.of.tags()}
}

// sample is the figure's values as result.json lists them, under a key.
func (f *figure) sample(key string) result.Sample {
	if f.of.written == nil {
		f.of.written = f.of.tags().Map()
	}
	return result.Sample{Metric: key, Tags: f.of.written, Values: pointers(f.values)}
}

// pointers are to the values, nil where NaN. Columns grow, and do not change.
func pointers(values []float64) []*float64 {
	out := make([]*float64, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			out[i] = &values[i]
		}
	}
	return out
}

// emitter makes estimates of columns. It keeps the replication values of each that has
// a name in metric.Table, and of users and faults, which are compared, the figure too:
// of a thousand services there are thirty thousand.
type emitter struct {
	students     stats.Students
	replications int
	watched      string // the metric of which it keeps the figures of machinery too
	figures      []figure
	samples      []result.Sample
	keys         map[name]string // of the samples
	emitted      int             // figures
	crowded      bool            // too many for the samples of all
}

// name is a metric with an aggregator.
type name struct {
	metric string
	by     metric.Aggregator
}

// maxSamples bounds the values of the samples of a topology, about 5 MB.
const maxSamples = 250_000

// take notes a figure. Its values go into the result, unless there are too many; then
// services, databases and edges keep but what is compared first.
func (e *emitter) take(f *figure) {
	e.emitted++
	if !e.crowded && e.emitted*e.replications > maxSamples {
		e.crowded = true
		e.samples = slices.DeleteFunc(e.samples, func(s result.Sample) bool { return dispensable(s.Metric, ofMachinery(s.Tags)) })
	}
	if !f.of.machinery || f.metric == e.watched {
		e.figures = append(e.figures, *f)
	}
	if !e.crowded || !dispensable(f.metric, f.of.machinery) {
		e.samples = append(e.samples, f.sample(e.key(f)))
	}
}

// key is a figure's name as a sample has it.
func (e *emitter) key(f *figure) string {
	n := name{f.metric, f.by}
	key, known := e.keys[n]
	if !known {
		if e.keys == nil {
			e.keys = make(map[name]string)
		}
		key = metric.Selector{Metric: f.metric, Aggregator: f.by}.Key()
		e.keys[n] = key
	}
	return key
}

// dispensable reports a figure whose values go first where there are too many.
func dispensable(metric string, machinery bool) bool {
	return machinery && metric != "utilization" && metric != "errorRate"
}

// machineryTags are those of what there are thousands of.
var machineryTags = [...]metric.Tag{metric.Service, metric.Database, metric.Edge}

// ofMachinery reports one of these tags.
func ofMachinery(tags map[string]string) bool {
	return slices.ContainsFunc(machineryTags[:], func(t metric.Tag) bool { return tags[t.String()] != "" })
}

// scope is an emitter under some tags.
type scope struct {
	e      *emitter
	of     *subject
	silent bool // keep no figure: nothing can ask for it
}

func (e *emitter) scope(topology string) scope {
	return scope{e: e, of: &subject{tag: metric.Topology, value: topology}}
}

func (s scope) with(tag metric.Tag, value string) scope {
	s.of = &subject{within: s.of, tag: tag, value: value, machinery: s.of.machinery || slices.Contains(machineryTags[:], tag)}
	return s
}

func (s scope) baseline() scope { return s.with(metric.Run, metric.Baseline) }

func (s scope) quiet() scope {
	s.silent = true
	return s
}

// limits are those that a metric's values cannot pass; its intervals are cut
// there, which takes nothing from their confidence.
type limits struct{ low, high float64 }

var (
	share  = limits{0, 1}
	amount = limits{0, math.Inf(1)}
	net    = limits{math.Inf(-1), 1} // the blast radius: a fault may also help
)

// cut holds an interval within the limits.
func (l limits) cut(v float64) float64 { return min(max(v, l.low), l.high) }

// method estimates from the values of those replications in which it is defined.
type method func(defined []float64) (value, low, high float64, ok bool)

// mean is the mean over the replications with its interval ([result.Mean]). Reason says
// why it is null if no replication has a value.
func (s scope) mean(name string, values column, l limits, reason string) result.Estimate {
	of := func(defined []float64) (float64, float64, float64, bool) {
		return result.Mean(&s.e.students, name, defined)
	}
	return s.emit(name, "", values, of, l, reason)
}

// pointer is mean, for a figure that some results lack.
func (s scope) pointer(name string, values column, l limits, reason string) *result.Estimate {
	e := s.mean(name, values, l, reason)
	return &e
}

// part is mean for one aggregator of a metric.
func (s scope) part(name string, a metric.Aggregator, values column, l limits, reason string) result.Estimate {
	return s.emit(name, a, values, s.e.students.Interval, l, reason)
}

// section is a statistic of the merged data, with its interval by sectioning.
func (s scope) section(name string, a metric.Aggregator, merged float64, values column, reason string) result.Estimate {
	sectioning := func(defined []float64) (float64, float64, float64, bool) {
		low, high, ok := s.e.students.Section(merged, defined)
		return merged, low, high, ok
	}
	return s.emit(name, a, values, sectioning, amount, reason)
}

func (s scope) emit(name string, a metric.Aggregator, values column, m method, l limits, reason string) result.Estimate {
	est := estimate(values, m, l, reason)
	if !s.silent {
		s.e.take(&figure{s.of, name, a, values, est})
	}
	return est
}

func estimate(values column, m method, l limits, reason string) result.Estimate {
	defined := values.defined()
	switch {
	case len(values) == 0:
		return result.Estimate{Reason: "no replication was completed"}
	case len(defined) == 0:
		return result.Estimate{Reason: reason}
	}
	value, low, high, ok := m(defined)
	var est result.Estimate
	if ok {
		numbers := [...]float64{value, l.cut(low), l.cut(high)} // in one piece
		est.Value, est.Low, est.High = &numbers[0], &numbers[1], &numbers[2]
	} else {
		est.Value = &value
	}
	if missing := len(values) - len(defined); missing > 0 {
		est.Reason = fmt.Sprintf("undefined in %d of %d replications: %s", missing, len(values), reason)
	}
	return est
}
