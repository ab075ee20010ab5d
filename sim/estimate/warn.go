package estimate

import (
	"fmt"

	"faultline/sim/blast"
	"faultline/sim/measure"
)

// overload counts the replications whose queues grow without any fault.
type overload struct {
	n    int
	last blast.Growth
}

func (o *overload) add(r *measure.Run) {
	if g, over := blast.Overload(r, r.Warmup, min(r.Duration, r.End)); over {
		o.n++
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
	if o := &t.overload; o.n > 0 {
		where := "the number of requests in flight"
		if o.last.Station != 0 {
			where = "the work at " + t.sys.Stations[o.last.Station].Name
		}
		out = append(out, fmt.Sprintf("overloaded without any fault in %d of %d replications: %s grows by %.3g/s; "+
			"its latencies and queues are those of a run of this length, not of a steady state", o.n, t.n, where, o.last.Rate))
	}
	return out
}
