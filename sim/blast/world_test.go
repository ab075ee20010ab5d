package blast

import (
	"time"

	"faultline/sim/measure"
)

const second = time.Second

var (
	good    = measure.NewEntry(measure.Succeeded, true)
	slow    = measure.NewEntry(measure.Succeeded, false)
	partly  = measure.NewEntry(measure.Degraded, true)
	failed  = measure.NewEntry(measure.Timeout, false)
	refused = measure.NewEntry(measure.ConnectionRefused, false)
	waiting = measure.NewEntry(measure.InFlight, false)
)

// request is one request of a hand-built world.
type request struct {
	number  int
	at      time.Duration
	journey int
}

// world builds runs of one flow with one request every gap; journey and outcome
// are functions of the request.
type world struct {
	duration, gap time.Duration
	faults        []Window
	journey       func(request) int
	open          []uint64 // in flight at each fault's start
}

// run is a run of the world in which each request ends as outcome says.
func (w world) run(outcome func(request) measure.Entry) *measure.Run {
	r := &measure.Run{Duration: w.duration, End: w.duration, Window: second}
	ledger := &measure.Ledger{Flows: make([][]measure.Entry, 1), Journey: make([][]uint8, 1)}
	windows := int(w.duration / second)
	series := measure.JourneySeries{Arrived: make([]uint32, windows), Completed: make([]uint32, windows)}
	for n, at := 0, time.Duration(0); at < w.duration; n, at = n+1, at+w.gap {
		q := request{n, at, 0}
		if w.journey != nil {
			q.journey = w.journey(q)
		}
		ledger.Flows[0] = append(ledger.Flows[0], outcome(q))
		ledger.Journey[0] = append(ledger.Journey[0], uint8(q.journey))
		series.Arrived[at/second]++
		series.Completed[at/second]++
	}
	r.Ledger = ledger
	r.Journeys = []measure.Journey{{Series: series}}
	for _, at := range Marks(w.faults, w.duration) {
		arrived := uint64((at + w.gap - 1) / w.gap)
		m := measure.Mark{At: at, Arrived: []uint64{arrived}}
		for _, s := range Starts(w.faults, w.duration) {
			if s == at {
				m.Open = [][]uint64{w.open}
			}
		}
		r.Marks = append(r.Marks, m)
	}
	return r
}

func always(e measure.Entry) func(request) measure.Entry {
	return func(request) measure.Entry { return e }
}

// between is e for requests that arrive in [from, to), else good.
func between(from, to time.Duration, e measure.Entry) func(request) measure.Entry {
	return func(q request) measure.Entry {
		if q.at >= from && q.at < to {
			return e
		}
		return good
	}
}

// twin is a world of 300 s at 100 requests a second with a fault at 100..160 s.
func twin() world {
	return world{duration: 300 * second, gap: 10 * time.Millisecond, faults: []Window{{Start: 100 * second, End: 160 * second}}}
}

func (w world) compare(f, b func(request) measure.Entry) (*Pairing, error) {
	return Compare(Input{Fault: w.faults[0], Faulted: w.run(f), Baseline: w.run(b), Journeys: 2})
}
