package blast

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"faultline/sim/measure"
)

// segment is a stretch of arrivals of one phase and one slice: by flow, the first
// request and the one after the last. The faulted run has numbers of its own in
// closed loops.
type segment struct {
	b, f  bounds
	after bool
	slice int
}

type bounds struct{ from, to []uint64 }

// count fills the tallies, the slices and what is derived from them.
func (p *Pairing) count(in Input) error {
	segments, open, err := in.segments()
	if err != nil {
		return err
	}
	p.Slices = newSlices(in.Fault, in.Baseline.Duration)
	c := counter{in: &in, f: in.Faulted.Ledger, b: in.Baseline.Ledger, p: p, pairs: make([]pairs, len(p.Journeys))}
	for range p.Journeys {
		c.sides = append(c.sides, make([]sides, len(p.Slices)))
	}
	if err := c.open(open); err != nil {
		return err
	}
	for _, s := range segments {
		for flow := range s.b.from {
			if err := c.stretch(flow, s); err != nil {
				return err
			}
		}
	}
	for i := range p.Journeys {
		p.All.During.Add(&p.Journeys[i].During)
		p.All.After.Add(&p.Journeys[i].After)
	}
	for i := range in.Objectives {
		p.Broken[i] = in.broken(i, c.sides[i], p.Slices)
	}
	p.Users, err = in.users(segments, open)
	return err
}

// segments cuts the ledgers at the marks; open are the requests in flight at the
// fault's start. Up to that instant the runs are the same, so both are read from
// B, where no event of the fault can race with the mark.
func (in *Input) segments() ([]segment, [][]uint64, error) {
	at := cuts(in.Fault, in.Baseline.Duration)
	out := make([]segment, len(at))
	var open [][]uint64
	for i, t := range at {
		b, f, err := in.marks(t)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			open = b.Open
		}
		since := int((t - in.Fault.Start) / SliceLength)
		out[i] = segment{
			b: bounds{from: b.Arrived}, f: bounds{from: f.Arrived},
			after: t >= in.Fault.During(),
			slice: min(since, sliceCount(in.Fault, in.Baseline.Duration)-1),
		}
		if i > 0 {
			out[i-1].b.to, out[i-1].f.to = b.Arrived, f.Arrived
		}
	}
	last := &out[len(out)-1]
	last.b.to, last.f.to = lengths(in.Baseline.Ledger), lengths(in.Faulted.Ledger)
	return out, open, nil
}

func lengths(l *measure.Ledger) []uint64 {
	n := make([]uint64, len(l.Flows))
	for i, entries := range l.Flows {
		n[i] = uint64(len(entries))
	}
	return n
}

// marks finds the marks of both runs at t and checks one against the other.
func (in *Input) marks(t time.Duration) (b, f *measure.Mark, err error) {
	b, f = find(in.Baseline.Marks, t), find(in.Faulted.Marks, t)
	flows := len(in.Baseline.Ledger.Flows)
	switch {
	case b == nil || f == nil:
		return nil, nil, fmt.Errorf("no mark at %v", t)
	case len(b.Arrived) != flows || len(f.Arrived) != flows:
		return nil, nil, fmt.Errorf("the mark at %v counts %d and %d flows of %d", t, len(b.Arrived), len(f.Arrived), flows)
	case t == in.Fault.Start && len(b.Open) != flows:
		return nil, nil, fmt.Errorf("the mark at %v does not list the requests in flight", t)
	}
	for flow, n := range b.Arrived {
		if f.Arrived[flow] != n && !in.closed(flow) {
			return nil, nil, fmt.Errorf("at %v %d requests had arrived with the fault, %d without", t, f.Arrived, b.Arrived)
		}
	}
	return b, f, nil
}

func find(marks []measure.Mark, t time.Duration) *measure.Mark {
	i, ok := slices.BinarySearchFunc(marks, t, func(m measure.Mark, t time.Duration) int { return cmp.Compare(m.At, t) })
	if !ok {
		return nil
	}
	return &marks[i]
}

// counter adds requests to a Pairing.
type counter struct {
	in    *Input
	f, b  *measure.Ledger
	p     *Pairing
	pairs []pairs   // of a stretch, by journey
	sides [][]sides // by journey and slice
}

// sides are the requests of both runs that arrived in a slice.
type sides struct{ f, b Side }

// open counts the requests in flight at the fault's start: during, first slice.
// The runs are the same up to there, so that closed loops can be paired as well.
func (c *counter) open(numbers [][]uint64) error {
	for flow, list := range numbers {
		for _, n := range list {
			if n >= uint64(len(c.b.Flows[flow])) || n >= uint64(len(c.f.Flows[flow])) {
				return fmt.Errorf("request %d of flow %d is in flight, but not in the ledger", n, flow)
			}
			j := c.b.Journey[flow][n]
			if int(j) >= len(c.pairs) {
				return noJourney(n, flow, j)
			}
			c.pairs[j].add(c.f.Flows[flow][n], c.b.Flows[flow][n])
		}
	}
	for j := range c.pairs {
		t := c.pairs[j].tally()
		t.F, t.B = Side{}, Side{} // they arrived before
		c.p.Journeys[j].During.Add(&t)
		c.p.Slices[0].take(&t)
	}
	return nil
}

func noJourney(n uint64, flow int, j uint8) error {
	return fmt.Errorf("request %d of flow %d has no journey %d", n, flow, j)
}

// stretch counts one flow's requests of a segment.
func (c *counter) stretch(flow int, s segment) error {
	for _, b := range []struct {
		ledger *measure.Ledger
		bounds
	}{{c.b, s.b}, {c.f, s.f}} {
		if from, to, n := b.from[flow], b.to[flow], len(b.ledger.Flows[flow]); from > to || to > uint64(n) {
			return fmt.Errorf("the marks of flow %d do not ascend: %d after %d of %d", flow, to, from, n)
		}
	}
	compare := c.paired
	if c.in.closed(flow) {
		c.p.Unpaired = true
		compare = c.loose
	}
	tallies, err := compare(flow, s)
	if err != nil {
		return err
	}
	slice := &c.p.Slices[s.slice]
	for j := range tallies {
		phase := &c.p.Journeys[j].During
		if s.after {
			phase = &c.p.Journeys[j].After
		}
		phase.Add(&tallies[j])
		slice.take(&tallies[j])
		c.sides[j][s.slice].f.Add(&tallies[j].F)
		c.sides[j][s.slice].b.Add(&tallies[j].B)
	}
	slice.Arrived += int64(s.b.to[flow] - s.b.from[flow])
	return nil
}

// paired compares the same requests, by journey.
func (c *counter) paired(flow int, s segment) ([]Tally, error) {
	from, to := s.b.from[flow], s.b.to[flow]
	f, b, journeys := c.f.Flows[flow][from:to], c.b.Flows[flow][from:to], c.b.Journey[flow][from:to]
	for i, j := range journeys {
		if int(j) >= len(c.pairs) {
			return nil, noJourney(from+uint64(i), flow, j)
		}
		c.pairs[j].add(f[i], b[i])
	}
	out := make([]Tally, len(c.pairs))
	for j := range out {
		out[j] = c.pairs[j].tally()
	}
	return out, nil
}

// loose counts the requests of a closed loop in both runs, by journey.
func (c *counter) loose(flow int, s segment) ([]Tally, error) {
	out := make([]Tally, len(c.pairs))
	err := c.side(c.b, flow, s.b, func(j uint8) *Side { return &out[j].B })
	if err == nil {
		err = c.side(c.f, flow, s.f, func(j uint8) *Side { return &out[j].F })
	}
	for j := range out {
		t := &out[j]
		t.LooseOffered, t.Loose, t.Short = t.B.Offered, t.B.Good, t.B.Good-t.F.Good
	}
	return out, err
}

func (c *counter) side(l *measure.Ledger, flow int, s bounds, of func(journey uint8) *Side) error {
	for n := s.from[flow]; n < s.to[flow]; n++ {
		j := l.Journey[flow][n]
		if int(j) >= len(c.pairs) {
			return noJourney(n, flow, j)
		}
		of(j).take(l.Flows[flow][n], 1)
	}
	return nil
}

// take adds n requests that ended as e.
func (s *Side) take(e measure.Entry, n int64) {
	s.Offered += n
	switch o := e.Outcome(); {
	case o.Failed():
		s.Failed += n
	case o == measure.Degraded:
		s.Degraded += n
		fallthrough
	case o.Answered():
		s.Answered += n
	}
	if e.Good() {
		s.Good += n
	}
}

// pairs counts pairs of entries: one addition a request, whatever is asked of
// them afterwards.
type pairs struct {
	n    [codes][codes]uint32
	used bool
}

// codes is the number of entries that can be told apart: outcomes, good or not.
const codes = 2 * measure.NOutcomes

func code(e measure.Entry) int {
	if e.Good() {
		return int(e.Outcome()) + measure.NOutcomes
	}
	return int(e.Outcome())
}

func entry(code int) measure.Entry {
	return measure.NewEntry(measure.Outcome(code%measure.NOutcomes), code >= measure.NOutcomes)
}

func (p *pairs) add(f, b measure.Entry) {
	p.n[code(f)][code(b)]++
	p.used = true
}

// tally is what the pairs add up to; they are forgotten.
func (p *pairs) tally() (t Tally) {
	if !p.used {
		return t
	}
	for i := range p.n {
		for k, n := range p.n[i] {
			if n > 0 {
				t.pair(entry(i), entry(k), int64(n))
			}
		}
	}
	*p = pairs{}
	return t
}

// pair counts n pairs of one kind.
func (t *Tally) pair(f, b measure.Entry, n int64) {
	t.Pairs += n
	switch good := f.Good(); {
	case b.Good() && !good:
		t.GoodBase += n
		t.Lost += n
		if f.Outcome().Failed() {
			t.LostFailed += n
		}
	case b.Good():
		t.GoodBase += n
	case good:
		t.Gained += n
	}
	if b.Outcome() == measure.Succeeded {
		t.Succeeded += n
		if f.Outcome() == measure.Degraded && f.Good() {
			t.Degraded += n
		}
	}
	t.F.take(f, n)
	t.B.take(b, n)
}
