package estimate

import (
	"fmt"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// overload counts the replications whose queues grow without any fault.
type overload struct {
	n    int
	rate float64 // summed
	last blast.Growth
}

// document is nil where nothing is overloaded.
func (o *overload) document(sys *model.System) *result.Overload {
	if o.n == 0 {
		return nil
	}
	out := &result.Overload{Replications: o.n, GrowthRate: o.rate / float64(o.n)}
	if o.last.Station != 0 {
		out.Where = sys.Stations[o.last.Station].Name
	}
	return out
}

func (o *overload) add(r *measure.Run) {
	if g, over := blast.Overload(r, r.Warmup, min(r.Duration, r.End)); over {
		o.n++
		o.rate += g.Rate
		o.last = g
	}
}

// maxPartial bounds the warnings about runs that ended early.
const maxPartial = 3

// warnings are those of the loader and what the runs showed.
func (t *Topology) warnings() []string {
	out := append([]string{}, t.config.Warnings...)
	for i, text := range t.partial {
		if i == maxPartial {
			out = append(out, fmt.Sprintf("%d more replications ended early", len(t.partial)-i))
			break
		}
		out = append(out, text)
	}
	if o := t.overload.document(t.sys); o != nil {
		where := "the number of requests in flight"
		if o.Where != "" {
			where = "the work at " + o.Where
		}
		out = append(out, fmt.Sprintf("overloaded without any fault in %d of %d replications: %s grows by %.3g/s; "+
			"its latencies and queues are those of a run of this length, not of a steady state", o.Replications, t.n, where, o.GrowthRate))
	}
	return out
}
