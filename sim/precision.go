package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Precision is how narrow an interval must be before a run ends: it makes batches
// of replications until then. How many there are in a batch follows from those
// before it, so that the number of jobs changes nothing.
type Precision struct {
	// Metric is the figure, without the tag topology of every topology, and without
	// fault of every fault.
	Metric          metric.Selector
	HalfWidth       float64 // of the interval, relative to the value: 0.02
	MaxReplications int
}

// leastReplications is the first batch: the interval of fewer may be narrow by
// chance, and would end the run too early.
const leastReplications = 20

// first is the size of the first batch.
func (p *Precision) first(replications int) int {
	return max(1, min(p.MaxReplications, max(leastReplications, replications)))
}

// next is how many replications to have after n with a relative half-width: what
// would reach the precision, as the width falls with √n, but a quarter more at
// least and twice as many at most, since the estimate of the width is rough.
func (p *Precision) next(n int, reached float64) int {
	want := 2 * float64(n)
	if ratio := reached / p.HalfWidth; !math.IsInf(ratio, 0) {
		want = min(want, math.Ceil(float64(n)*float64(ratio*ratio)))
	}
	return min(p.MaxReplications, max(int(want), n+(n+3)/4))
}

// check refuses a precision that cannot be reached.
func (p *Precision) check() error {
	if _, err := metric.Lookup(p.Metric.Metric); err != nil {
		return fmt.Errorf("sim: precision: %w", err)
	}
	switch {
	case !(p.HalfWidth > 0):
		return fmt.Errorf("sim: precision: a half-width of %v cannot be reached; write a share above 0", p.HalfWidth)
	case p.MaxReplications < 2:
		return fmt.Errorf("sim: precision: %d replications at most have no interval; allow 2 or more", p.MaxReplications)
	case p.Metric.Tags[metric.Versus] != "":
		return errors.New("sim: precision: a difference has none of its own; leave versus out")
	}
	return nil
}

// goOn decides after a batch whether another one follows.
func (r *runner) goOn() (bool, error) {
	p := r.o.Precision
	if p == nil {
		return false, nil
	}
	widest, any := 0.0, false
	for _, t := range r.tops {
		if w, found := t.Widest(p.Metric); found {
			widest, any = max(widest, w), true
		}
	}
	if !any {
		return false, fmt.Errorf("sim: precision: the result has no %s", p.Metric.Key()+p.Metric.Tags.String())
	}
	r.reached = nil
	if !math.IsInf(widest, 0) {
		r.reached = &widest
	}
	if r.merged < r.wanted || r.early != "" || widest <= p.HalfWidth || r.wanted >= p.MaxReplications {
		return false, nil // stopped, reached, or at the limit
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanted = p.next(r.merged, widest)
	r.total += (r.wanted - r.merged) * r.each
	return true, nil
}

// precision is what the document says of it.
func (r *runner) precision(doc *result.Document) {
	p := r.o.Precision
	if p == nil {
		return
	}
	doc.Precision = &result.Precision{Metric: p.Metric.Key() + p.Metric.Tags.String(), HalfWidth: p.HalfWidth,
		MaxReplications: p.MaxReplications, Reached: r.reached}
	switch {
	case r.reached == nil:
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("precision: %s is undefined, or has no interval, after %d replications", doc.Precision.Metric, r.merged))
	case *r.reached > p.HalfWidth:
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("precision: the half-width of %s is %.2g%% after %d replications, not %.2g%%",
			doc.Precision.Metric, float64(100**r.reached), r.merged, float64(100*p.HalfWidth)))
	}
}

// percentiles are those asked for, and that of the precision.
func (o *Options) percentiles() []float64 {
	all := slices.Clone(o.Percentiles)
	if o.Precision != nil {
		if percent, ok := o.Precision.Metric.Aggregator.Percent(); ok {
			all = append(all, percent)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
