// Package blast compares a faulted run with its twin, request by request: F is
// the scenario as written, B the same without one fault. Both runs meet the very
// same requests (common random numbers), so that a request that was good in B
// and is not in F was lost to the fault, and chance differences cancel in
// lost − gained. The definitions are those of docs/results.md, "Blast radius".
//
// A comparison reads one byte a request and costs O(requests). It is about one
// replication; sim/estimate averages over replications.
package blast

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"time"

	"faultline/sim/measure"
)

// SliceLength is the length of the slices by which impact and recovery are judged.
const SliceLength = 10 * time.Second

// DefaultDuring is how long "during" lasts for a fault without a duration.
const DefaultDuring = 60 * time.Second

// Window is when a fault is active.
type Window struct {
	Start time.Duration
	End   time.Duration // ignored if Open
	Open  bool          // the fault lasts to the end of the run
	// Again: the fault strikes again and again, and "during" is the whole window,
	// to the end of the run if it is Open.
	Again bool
}

// During is the end of "during" and the start of "after": the fault's end, or
// 60 s after its start if it has none.
func (w Window) During() time.Duration {
	switch {
	case w.Open && w.Again:
		return math.MaxInt64
	case w.Open || w.End == w.Start:
		return w.Start + DefaultDuring
	}
	return w.End
}

// Span is "during" within a run of a duration.
func (w Window) Span(duration time.Duration) measure.Span {
	return measure.Span{From: min(w.Start, duration), To: min(w.During(), duration)}
}

// Input is one replication of one fault.
type Input struct {
	Fault Window
	// Faulted and Baseline are F and B, with ledgers and with the marks of [Marks].
	Faulted, Baseline *measure.Run
	Journeys          int
	// Patience is the longest time that a client waits for an answer, its retries
	// included; 0: unlimited or unknown, and then only the 60 s count.
	Patience time.Duration
	// Flows are those of the load, by position; nil: all open, their users unknown.
	Flows []Flow
	// Objectives are what each journey promises, by model.JourneyID; nil: nothing.
	Objectives []Objective
}

// Flow is what a comparison must know of a flow.
type Flow struct {
	// Closed: a closed loop, whose requests cannot be paired: which ones there are
	// depends on the answers. They are compared by counts in the same window.
	Closed bool
	// Population is the number of users that requests are given to.
	Population int
	// User is whose request n is, below Population; nil: unknown.
	User func(n uint64) uint32
}

// Tally counts pairs: the same request in F and in B.
type Tally struct {
	Pairs      int64
	GoodBase   int64 // good in B
	Lost       int64 // good in B, not in F
	Gained     int64 // good in F, not in B
	LostFailed int64 // of the lost, those that failed; the others were too slow, or never answered
	Succeeded  int64 // succeeded in B
	Degraded   int64 // of these, those degraded but good in F

	// Of closed loops, which cannot be paired: offered and good in B, and by how
	// many more the good in B are than those in F.
	LooseOffered, Loose, Short int64
	// F and B count the requests of each run that arrived in the phase, all flows
	// together, without those in flight at the fault's start.
	F, B Side
}

// Side counts requests of one run by how they ended.
type Side struct{ Offered, Answered, Degraded, Failed, Good int64 }

// Add adds o to s.
func (s *Side) Add(o *Side) {
	s.Offered += o.Offered
	s.Answered += o.Answered
	s.Degraded += o.Degraded
	s.Failed += o.Failed
	s.Good += o.Good
}

// Add adds o to t.
func (t *Tally) Add(o *Tally) {
	t.Pairs += o.Pairs
	t.GoodBase += o.GoodBase
	t.Lost += o.Lost
	t.Gained += o.Gained
	t.LostFailed += o.LostFailed
	t.Succeeded += o.Succeeded
	t.Degraded += o.Degraded
	t.LooseOffered += o.LooseOffered
	t.Loose += o.Loose
	t.Short += o.Short
	t.F.Add(&o.F)
	t.B.Add(&o.B)
}

// Net is by how many fewer requests were good in F than in B.
func (t *Tally) Net() int64 { return t.Lost - t.Gained + t.Short }

// Radius is the blast radius (lost − gained)/good in B, at most 1 and negative
// where the fault helped; of closed loops 1 − good in F/good in B. ok is false if
// nothing was good in B.
func (t *Tally) Radius() (radius float64, ok bool) {
	if t.GoodBase+t.Loose == 0 {
		return 0, false
	}
	return float64(t.Net()) / float64(t.GoodBase+t.Loose), true
}

// Phases splits the compared requests: those that arrived from the fault's start
// until the end of "during" or were in flight at its start, and those that
// arrived later.
type Phases struct{ During, After Tally }

// Pairing is the outcome of one comparison.
type Pairing struct {
	// Reason says why there is no comparison, "" if there is one. Then State is
	// Overloaded or Unknown, and everything else says nothing.
	Reason   string
	All      Phases
	Journeys []Phases // by model.JourneyID
	Slices   []Slice
	State    State
	// Broken says of each journey whether the fault broke its objective: in three
	// slices or more it is missed in F and met in B. Journeys without an objective
	// are never broken.
	Broken []bool
	Users  Users
	// Unpaired: part of the load is a closed loop, compared by counts.
	Unpaired bool
	// Impact is from the fault's start to the first bad slice's; nil: no slice is bad.
	Impact *time.Duration
	// Recovered: three good slices or more follow the last bad one, or none is bad.
	Recovered bool
	// Recover is from the fault's end to recovery, 0 if the system had recovered
	// before or was never hurt; nil if it did not recover or the fault has no end.
	Recover *time.Duration
	// Restore is from the fault's start to recovery, 0 if no slice is bad; nil if
	// it did not recover.
	Restore *time.Duration
}

// Marks lists the instants, ascending and each once, at which both runs must
// count the arrivals: for each fault its start, the end of "during" and the
// boundaries of its slices. Instants from the duration on are left out.
func Marks(faults []Window, duration time.Duration) []time.Duration {
	var at []time.Duration
	for _, w := range faults {
		if w.Start < duration {
			at = append(at, cuts(w, duration)...)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// Starts lists the instants among [Marks], ascending and each once, at which the
// numbers of the requests in flight are needed too.
func Starts(faults []Window, duration time.Duration) []time.Duration {
	var at []time.Duration
	for _, w := range faults {
		if w.Start < duration {
			at = append(at, w.Start)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// cuts are the instants, ascending, between which all requests of one fault
// belong to one phase and one slice.
func cuts(w Window, duration time.Duration) []time.Duration {
	at := make([]time.Duration, 0, sliceCount(w, duration)+1)
	for i := range sliceCount(w, duration) {
		at = append(at, w.Start+time.Duration(i)*SliceLength)
	}
	if d := w.During(); d < duration {
		at = append(at, max(d, w.Start))
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// sliceCount is the number of slices: whole ones, where what remains before the
// duration makes the last one longer, so that no slice is judged by a handful of
// requests. There is at least one.
func sliceCount(w Window, duration time.Duration) int {
	return max(1, int((duration-w.Start)/SliceLength))
}

// Compare pairs the runs. It is an error if they cannot be pairs: ledgers or
// marks that are missing or do not agree.
func Compare(in Input) (*Pairing, error) {
	p := &Pairing{Journeys: make([]Phases, in.Journeys), Broken: make([]bool, in.Journeys), State: Unknown}
	f, b := in.Faulted, in.Baseline
	switch {
	case in.Fault.Start >= b.Duration:
		return nil, fmt.Errorf("the fault starts at %v, after the last arrival at %v", in.Fault.Start, b.Duration)
	case overloaded(in):
		p.Reason, p.State = "overloaded without the fault already", Overloaded
		return p, nil
	case b.Partial != "":
		p.Reason = "the run without the fault ended early: " + b.Partial
		return p, nil
	case f.Partial != "":
		p.Reason = "the run ended early: " + f.Partial
		return p, nil
	}
	if err := in.sameRequests(); err != nil {
		return nil, err
	}
	if err := p.count(in); err != nil {
		return nil, err
	}
	p.judge(in)
	if during, after := &p.All.During, &p.All.After; hopeless(during, after) {
		p.Reason, p.State = "hardly any request is good without the fault either", Overloaded
	}
	return p, nil
}

// hopeless reports whether B serves nothing during the fault and hardly anything
// after it: queues that are bounded do not grow, and are no less overloaded.
func hopeless(during, after *Tally) bool {
	const share = 20 // one in so many
	return during.Pairs > 0 && during.GoodBase == 0 && share*after.GoodBase < during.Pairs+after.Pairs
}

// overloaded reports whether B is overloaded from the fault's start on.
func overloaded(in Input) bool {
	_, over := Overload(in.Baseline, in.Fault.Start, min(in.Baseline.Duration, in.Baseline.End))
	return over
}

// closed reports whether a flow is a closed loop.
func (in *Input) closed(flow int) bool { return flow < len(in.Flows) && in.Flows[flow].Closed }

// sameRequests checks that the runs met the same requests of the same journeys.
func (in *Input) sameRequests() error {
	f, b := in.Faulted, in.Baseline
	if f.Ledger == nil || b.Ledger == nil {
		return fmt.Errorf("a run without a ledger cannot be compared")
	}
	if len(f.Ledger.Flows) != len(b.Ledger.Flows) {
		return fmt.Errorf("%d flows with the fault, %d without", len(f.Ledger.Flows), len(b.Ledger.Flows))
	}
	for i, entries := range b.Ledger.Flows {
		if in.closed(i) {
			if len(f.Ledger.Journey[i]) != len(f.Ledger.Flows[i]) || len(b.Ledger.Journey[i]) != len(entries) {
				return fmt.Errorf("flow %d does not say the journey of each request", i)
			}
			continue
		}
		if n := len(f.Ledger.Flows[i]); n != len(entries) {
			return fmt.Errorf("flow %d has %d requests with the fault, %d without", i, n, len(entries))
		}
		if !bytes.Equal(f.Ledger.Journey[i], b.Ledger.Journey[i]) || len(b.Ledger.Journey[i]) != len(entries) {
			return fmt.Errorf("the journeys of flow %d are not the same with and without the fault", i)
		}
	}
	return nil
}
