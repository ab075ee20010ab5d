package judge

import (
	"fmt"
	"math"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// state judges the word that a fault left behind, the commonest over the
// replications. It decides where all replications agree with it or where a
// majority of them satisfies (or misses) the expression clearly: the 95% Wilson
// interval of their share excludes one half.
func (b *bench) state(s metric.Selector, e metric.Expression) (finding, error) {
	f, ok := b.store.Fault(s.Tags[metric.Topology], s.Tags[metric.Fault])
	if !ok {
		return finding{}, fmt.Errorf("the result has no %s", s)
	}
	if f.State == nil {
		return finding{result.Estimate{Reason: "no state"}, metric.Inconclusive, "undefined: no state"}, nil
	}
	holding, n := 0, 0
	for _, word := range metric.States {
		n += f.States[word]
		if e.HoldsWord(word) {
			holding += f.States[word]
		}
	}
	out := finding{observed: result.Estimate{Reason: fmt.Sprintf("%s in %d of %d replications", *f.State, f.States[*f.State], n)}}
	low, high := wilson(holding, n)
	switch {
	case noJudgement(*f.State) && e.Word != *f.State:
		out.outcome, out.reason = metric.Inconclusive, *f.State+" is no judgement of the fault"
	case holding == n, holding > 0 && low > 0.5:
		out.outcome = metric.Pass
	case holding == 0, high < 0.5:
		out.outcome = metric.Fail
	default:
		out.outcome = metric.Inconclusive
		out.reason = fmt.Sprintf("%d of %d replications satisfy it: no clear majority", holding, n)
	}
	if n == 1 && out.reason == "" {
		out.reason = "one value and no interval: the point decides"
	}
	return out, nil
}

// noJudgement reports whether a state says that the fault could not be judged.
func noJudgement(state string) bool { return state == "unknown" || state == "overloaded" }

// wilson is the 95% interval of a proportion k/n (Wilson, JASA 22, 1927).
// Replications are independent, so it holds here, as it would not for requests.
func wilson(k, n int) (low, high float64) {
	const z = 1.959963984540054
	if n == 0 {
		return 0, 1
	}
	p, size := float64(k)/float64(n), float64(n)
	scale := 1 + float64(z*z)/size
	centre := p + float64(z*z)/(2*size)
	half := float64(z * math.Sqrt(float64(p*(1-p))/size+float64(z*z)/(4*size*size)))
	return (centre - half) / scale, (centre + half) / scale
}

// noGoodput fails a threshold on latency where nobody was served well in some
// replication: of a journey (or all) by goodput, of a service, database or edge
// by calls that all failed. A replication in which nothing was asked for does
// not count. Of two topologies compared, nothing good in the other is no
// yardstick: inconclusive.
func (b *bench) noGoodput(s metric.Selector, f result.Figure) (finding, bool) {
	versus := s.Tags[metric.Versus]
	s.Tags[metric.Versus] = ""
	if bad, n := b.unserved(s); bad > 0 {
		return finding{f.Estimate, metric.Fail, fmt.Sprintf("nothing was answered well in %d of %d replications", bad, n)}, true
	}
	if versus == "" {
		return finding{}, false
	}
	s.Tags[metric.Topology] = versus
	if bad, n := b.unserved(s); bad > 0 {
		return finding{f.Estimate, metric.Inconclusive,
			fmt.Sprintf("nothing was answered well by %s in %d of %d replications", versus, bad, n)}, true
	}
	return finding{}, false
}

// unserved counts the replications with load and without a good answer.
func (b *bench) unserved(s metric.Selector) (bad, n int) {
	load := metric.Selector{Metric: "offered", Tags: s.Tags}
	good := metric.Selector{Metric: "goodput", Tags: s.Tags}
	for _, tag := range []metric.Tag{metric.Service, metric.Database, metric.Edge} {
		if s.Tags[tag] != "" {
			return b.allFailed(s)
		}
	}
	offered, goodput := b.values(load), b.values(good)
	for i, v := range goodput {
		if i >= len(offered) || offered[i] == nil || *offered[i] > 0 {
			n++
			if v != nil && *v == 0 {
				bad++
			}
		}
	}
	return bad, n
}

// allFailed counts the replications in which every call failed.
func (b *bench) allFailed(s metric.Selector) (bad, n int) {
	for _, v := range b.values(metric.Selector{Metric: "errorRate", Tags: s.Tags}) {
		if n++; v != nil && *v == 1 {
			bad++
		}
	}
	return bad, n
}

// values are the replications of a figure; without samples its value stands for all.
func (b *bench) values(s metric.Selector) []*float64 {
	f, ok := b.store.Figure(s)
	switch {
	case !ok:
		return nil
	case f.Samples == nil:
		return []*float64{f.Value}
	}
	return f.Samples
}

// never judges the times that may not come at all; !ok leaves the figure to be
// judged like any other. A time that never came is later than any bound, so one
// such replication fails an upper bound; a lower bound is judged by the others,
// and met where there are none.
func (b *bench) never(s metric.Selector, f result.Figure, e metric.Expression) (finding, bool) {
	times, missing := b.times(s)
	if missing == 0 && !slices.ContainsFunc(f.Samples, func(v *float64) bool { return v == nil }) {
		return finding{}, false
	}
	count := fmt.Sprintf("it never came in %d of %d replications", missing, missing+len(times))
	switch {
	case len(times) == 0 && missing == 0:
		return finding{}, false // undefined
	case s.Tags[metric.Versus] != "":
		return finding{f.Estimate, metric.Inconclusive, "the times cannot be compared: " + count}, missing > 0
	case missing > 0 && (e.Op == metric.Less || e.Op == metric.AtMost || e.Op == metric.Equal):
		return finding{f.Estimate, metric.Fail, count}, true
	case len(times) == 0:
		return finding{f.Estimate, metric.Pass, count}, true
	}
	mean, low, high, ok := stats.Interval(times)
	g := result.Figure{Estimate: result.Estimate{Value: &mean}, Samples: pointers(times)}
	if ok {
		g.Low, g.High = &low, &high
	}
	out := measure(g, e)
	out.observed = f.Estimate
	return out, true
}

func pointers(values []float64) []*float64 {
	out := make([]*float64, len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}

// times are the values of the replications in which the fault could be compared
// with its twin, and how many of them never saw the time come. A system that was
// never hurt was restored at once; from a fault without an end nothing recovers,
// and the time is undefined. With versus both topologies count.
func (b *bench) times(s metric.Selector) (times []float64, missing int) {
	versus := s.Tags[metric.Versus]
	s.Tags[metric.Versus] = ""
	f, ok := b.store.Fault(s.Tags[metric.Topology], s.Tags[metric.Fault])
	if !ok || s.Metric == "timeToRecover" && f.Window.End == nil {
		return nil, 0
	}
	recovered := b.values(metric.Selector{Metric: "recoveredShare", Tags: s.Tags})
	for i, v := range b.values(s) {
		switch {
		case v != nil:
			times = append(times, *v)
		case i >= len(recovered) || recovered[i] == nil: // no comparison
		case s.Metric == "timeToRestore" && *recovered[i] == 1:
			times = append(times, 0)
		default:
			missing++
		}
	}
	if versus != "" {
		s.Tags[metric.Topology] = versus
		_, more := b.times(s)
		missing += more
	}
	return times, missing
}
