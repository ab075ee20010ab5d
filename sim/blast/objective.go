package blast

import (
	"time"

	"faultline/sim/measure"
)

// Objective is what a journey promises its users, judged slice by slice.
type Objective struct {
	Availability float64 // share that must be answered; 0: none
	// Quantile (0..1] of the answered requests must be good, that is within the
	// journey's latency bound; 0: none.
	Quantile float64
	// Mean, in place of a quantile, bounds the mean latency; 0: none.
	Mean time.Duration
}

// brokenSlices is in how many slices an objective must be missed.
const brokenSlices = 3

// broken reports whether a journey misses its objective in F and meets it in B
// in three slices or more, from the fault's start to the end of the run.
func (in *Input) broken(journey int, all []sides, slices []Slice) bool {
	o, n := &in.Objectives[journey], 0
	for i := range all {
		from := in.Fault.Start + slices[i].At
		to := from + slices[i].Length
		if o.missed(&all[i].f, in.Faulted, journey, from, to) && !o.missed(&all[i].b, in.Baseline, journey, from, to) {
			n++
		}
	}
	return n >= brokenSlices
}

// missed judges one slice of one run; one without a request misses nothing.
func (o *Objective) missed(s *Side, r *measure.Run, journey int, from, to time.Duration) bool {
	if s.Offered == 0 {
		return false
	}
	if o.Availability > 0 && below(s.Answered, o.Availability, s.Offered) {
		return true
	}
	switch {
	case o.Quantile == 0 && o.Mean == 0:
		return false
	case s.Answered == 0:
		return true // nothing was fast where nothing was answered
	case o.Quantile > 0:
		return below(s.Good, o.Quantile, s.Answered)
	}
	sum, n := latencySum(r, journey, from, to)
	return n > 0 && sum/n > o.Mean.Seconds()
}

// below reports whether n is less than a share of all. Shares such as 0.999 are no
// binary fractions, and 999 of 1000 is not less.
func below(n int64, share float64, all int64) bool {
	return float64(n) < float64(float64(all)*(share-1e-9))
}

// latencySum adds up the latencies of the requests answered in the windows of the
// series that begin between two instants: the ledger has no times.
func latencySum(r *measure.Run, journey int, from, to time.Duration) (seconds, n float64) {
	s := &r.Journeys[journey].Series
	for k := int((from + r.Window - 1) / r.Window); k < len(s.LatencySum) && time.Duration(k)*r.Window < to; k++ {
		seconds += s.LatencySum[k]
		n += float64(s.Completed[k] - s.Failed[k])
	}
	return seconds, n
}
