package blast

import (
	"math"
	"time"

	"faultline/sim/stats"
)

// Slice counts the pairs that arrived in one slice of about 10 s; the first
// slice also holds those in flight at the fault's start.
type Slice struct {
	At       time.Duration // from the fault's start
	Length   time.Duration // 10 s; the last: up to 20 s; a single one may be shorter
	Arrived  int64         // without those in flight at the start
	Pairs    int64
	GoodBase int64
	Lost     int64
	Gained   int64
	// Of closed loops, which cannot be paired: offered and good in B, and by how
	// many more the good in B are than those in F.
	LooseOffered, Loose, Short int64
}

func newSlices(w Window, duration time.Duration) []Slice {
	out := make([]Slice, sliceCount(w, duration))
	for i := range out {
		out[i].At, out[i].Length = time.Duration(i)*SliceLength, SliceLength
	}
	last := &out[len(out)-1]
	last.Length = duration - w.Start - last.At
	return out
}

// take adds the requests of a tally.
func (s *Slice) take(t *Tally) {
	s.Pairs += t.Pairs
	s.GoodBase += t.GoodBase
	s.Lost += t.Lost
	s.Gained += t.Gained
	s.LooseOffered += t.LooseOffered
	s.Loose += t.Loose
	s.Short += t.Short
}

// net is by how many fewer requests were good in F than in B, of those offered.
func (s *Slice) net() int64     { return s.Lost - s.Gained + s.Short }
func (s *Slice) offered() int64 { return s.Pairs + s.LooseOffered }
func (s *Slice) good() int64    { return s.GoodBase + s.Loose }

// Loss is the net loss (lost − gained) as a share of the slice's requests, 0 if
// it has none.
func (s *Slice) Loss() float64 {
	if s.offered() == 0 {
		return 0
	}
	return float64(s.net()) / float64(s.offered())
}

// Bad reports whether the net loss exceeds max(1%, 3·√(p(1−p)/n)), with B's good
// share p and n requests: more than chance. The counts of closed loops wander even
// if nothing is lost, with a variance of at most their sum where they are not
// paired; that is added to p(1−p)n.
func (s *Slice) Bad() bool {
	if s.offered() == 0 {
		return false
	}
	n := float64(s.offered())
	p := float64(s.good()) / n
	noise := float64(p*(1-p))/n + float64(2*s.Loose-s.Short)/float64(n*n)
	return s.Loss() > max(0.01, 3*math.Sqrt(max(noise, 0)))
}

// Outage reports whether a bad slice lost, on balance, at least half of what was
// good in B.
func (s *Slice) Outage() bool { return s.Bad() && 2*s.net() >= s.good() }

// ResilienceLoss is Σ offered × (good share in B − in F)⁺ over the slices:
// requests by which the service fell short, without what it made up for later.
func (p *Pairing) ResilienceLoss() (requests int64) {
	for i := range p.Slices {
		requests += max(0, p.Slices[i].net())
	}
	return requests
}

// State is what a fault did to the system and left behind.
type State uint8

// The states, from good to bad; of two equally common ones the later counts.
//
// The first rule that holds decides:
//
//  1. overloaded: B's queues grow without the fault already.
//  2. The fault has an end and the system did not recover: unknown, if it was
//     observed for less than max(60 s, 3 × patience) after that with the load
//     unchanged; recovering, if the loss falls in the last third of that time (of
//     at least three slices; the interval of its slope lies below zero); else
//     metastable.
//  3. outage: a slice lost 50% or more.
//  4. degraded: a slice is bad.
//  5. stable.
//
// A system that did not recover is thus never called by the depth of its fall
// alone. A fault without an end cannot be recovered from, only lived with, and so
// rule 2 does not apply to it.
const (
	Stable State = iota
	Degraded
	Outage
	Recovering
	Unknown
	Metastable
	Overloaded
	NStates int = iota
)

var stateNames = [NStates]string{"stable", "degraded", "outage", "recovering", "unknown", "metastable", "overloaded"}

// String is the state's word in result.json.
func (s State) String() string { return stateNames[s] }

// judge derives impact, recovery and state from the slices.
func (p *Pairing) judge(in Input) {
	first, last, worst := -1, -1, Stable
	for i := range p.Slices {
		s := &p.Slices[i]
		if !s.Bad() {
			continue
		}
		if first < 0 {
			first = i
		}
		last, worst = i, max(worst, Degraded)
		if s.Outage() {
			worst = Outage
		}
	}
	p.Recovered = last < 0 || len(p.Slices)-1-last >= 3
	p.times(first, last, in.Fault)
	p.State = worst
	if !p.Recovered && !in.Fault.Open {
		p.State = p.unrecovered(in)
	}
}

// times measures from the fault's start and end to the first bad slice and to
// the slice after the last bad one.
func (p *Pairing) times(first, last int, w Window) {
	if first >= 0 {
		impact := p.Slices[first].At
		p.Impact = &impact
	}
	if !p.Recovered {
		return
	}
	var recovery time.Duration
	if last >= 0 {
		recovery = p.Slices[last+1].At
	}
	p.Restore = &recovery
	if !w.Open {
		since := max(0, w.Start+recovery-w.End)
		p.Recover = &since
	}
}

// unrecovered tells metastable, recovering and unknown apart.
func (p *Pairing) unrecovered(in Input) State {
	var after []Slice
	for _, s := range p.Slices {
		if in.Fault.Start+s.At >= in.Fault.End {
			after = append(after, s)
		}
	}
	after = steady(after)
	var observed time.Duration
	for i := range after {
		observed += after[i].Length
	}
	if observed < max(60*time.Second, 3*in.Patience) {
		return Unknown
	}
	if falling(after[len(after)-max(3, (len(after)+2)/3):]) {
		return Recovering
	}
	return Metastable
}

// falling reports whether the net loss falls significantly.
func falling(tail []Slice) bool {
	x, y := make([]float64, len(tail)), make([]float64, len(tail))
	for i := range tail {
		x[i], y[i] = tail[i].At.Seconds(), tail[i].Loss()
	}
	_, _, high, ok := new(stats.Students).Slope(x, y)
	return ok && high < 0
}

// steady is the longest beginning of the slices over which the load is
// unchanged: the arrivals of each slice lie within max(10%, 4 standard
// deviations of a Poisson count) of the mean rate of those before it.
func steady(all []Slice) []Slice {
	var arrived, seconds float64
	for i := range all {
		n, length := float64(all[i].Arrived), all[i].Length.Seconds()
		if i > 0 {
			want := float64(arrived / seconds * length)
			if math.Abs(n-want) > max(float64(want/10), 4*math.Sqrt(max(want, 1))) {
				return all[:i]
			}
		}
		arrived += n
		seconds += length
	}
	return all
}
