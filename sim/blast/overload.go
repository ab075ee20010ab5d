package blast

import (
	"math"
	"time"

	"faultline/sim/measure"
)

// Growth is a queue that never settles.
type Growth struct {
	Station int     // model.StationID; 0: the requests in flight of all journeys
	Rate    float64 // requests (calls) a second by which it grows
}

// Overload reports whether the work in the system grows all the time between
// two instants, without a bound: then no steady state exists, and what a fault
// would do to it says nothing. It looks at the requests in flight and at the
// calls queued or in service at each station, in averages m₁, m₂, m₃ over the
// thirds of the time, and calls a level growing when
//
//   - m₃ − m₁ is more than ⅔ of max(1% of the arrivals A, 4·√(2A)): at a load of
//     exactly the capacity a queue wanders by √(2A), and is given the doubt;
//   - each third adds at least a quarter of it: a burst that is worked off, or a
//     last ramp, is no overload;
//   - level/arrivals grows by a quarter as well: more work in progress under a
//     growing load is Little's law.
//
// The station that grows fastest is named. Fewer than six windows decide nothing.
func Overload(r *measure.Run, from, to time.Duration) (Growth, bool) {
	if r.Window <= 0 {
		return Growth{}, false
	}
	first := int((from + r.Window - 1) / r.Window)
	last := int(to / r.Window)
	if last-first < 6 {
		return Growth{}, false
	}
	var arrived, level thirds
	inFlight := 0.0
	for k := range last {
		in, out := flowsThrough(r, k)
		inFlight += in - out
		if k >= first {
			arrived.add(k-first, last-first, in)
			level.add(k-first, last-first, inFlight)
		}
	}
	window := r.Window.Seconds()
	rate, over := level.grows(&arrived, window)
	worst := Growth{0, rate}
	for id := 1; id < len(r.Stations); id++ {
		level := stationLevel(r.Stations[id].Series, first, last)
		if rate, grows := level.grows(&arrived, window); grows && (worst.Station == 0 || rate > worst.Rate) {
			worst, over = Growth{id, rate}, true
		}
	}
	return worst, over
}

// flowsThrough is how many requests arrived and were answered in window k.
func flowsThrough(r *measure.Run, k int) (in, out float64) {
	for j := range r.Journeys {
		s := &r.Journeys[j].Series
		if k < len(s.Arrived) {
			in += float64(s.Arrived[k])
		}
		if k < len(s.Completed) {
			out += float64(s.Completed[k])
		}
	}
	return in, out
}

func stationLevel(s []measure.StationWindow, first, last int) thirds {
	var level thirds
	for k := first; k < last; k++ {
		v := 0.0
		if k < len(s) {
			v = float64(s[k].Queued) + float64(s[k].InService)
		}
		level.add(k-first, last-first, v)
	}
	return level
}

// thirds sums and counts values by the third of the time that they lie in.
type thirds struct {
	sum [3]float64
	at  [3]float64 // sum of the windows' numbers
	n   [3]float64
}

func (t *thirds) add(i, of int, v float64) {
	k := 3 * i / of
	t.sum[k] += v
	t.at[k] += float64(i)
	t.n[k]++
}

func (t *thirds) mean(k int) float64 { return t.sum[k] / t.n[k] }

// grows applies the rules of [Overload] to a level, and is its slope per second.
func (t *thirds) grows(arrived *thirds, window float64) (perSecond float64, ok bool) {
	total := arrived.sum[0] + arrived.sum[1] + arrived.sum[2]
	rise := t.mean(2) - t.mean(0)
	noise := max(total/100, 4*math.Sqrt(float64(2*total)))
	switch {
	case rise*3 <= noise*2,
		t.mean(1)-t.mean(0) < rise/4,
		t.mean(2)-t.mean(1) < rise/4,
		float64(t.mean(2)*arrived.mean(0)) < float64(1.25*t.mean(0)*arrived.mean(2)):
		return 0, false
	}
	windows := t.at[2]/t.n[2] - t.at[0]/t.n[0]
	return rise / (windows * window), true
}
