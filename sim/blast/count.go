package blast

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"faultline/sim/measure"
)

// segment is a stretch of arrivals of one phase and one slice.
type segment struct {
	from, to []uint64 // first request and the one after the last, by flow
	after    bool
	slice    int
}

// count fills the tallies and the slices.
func (p *Pairing) count(in Input) error {
	segments, open, err := in.segments()
	if err != nil {
		return err
	}
	p.Slices = newSlices(in.Fault, in.Baseline.Duration)
	c := counter{in.Faulted.Ledger, in.Baseline.Ledger, p}
	if err := c.open(open); err != nil {
		return err
	}
	for _, s := range segments {
		for flow := range s.from {
			if err := c.stretch(flow, s); err != nil {
				return err
			}
		}
	}
	for i := range p.Journeys {
		p.All.During.Add(&p.Journeys[i].During)
		p.All.After.Add(&p.Journeys[i].After)
	}
	return nil
}

// segments cuts the ledger at the marks; open are the requests in flight at the
// fault's start. Up to that instant the runs are the same, so both are read from
// B, where no event of the fault can race with the mark.
func (in *Input) segments() ([]segment, [][]uint64, error) {
	at := cuts(in.Fault, in.Baseline.Duration)
	out := make([]segment, len(at))
	var open [][]uint64
	for i, t := range at {
		m, err := in.mark(t)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			open = m.Open
		}
		since := int((t - in.Fault.Start) / SliceLength)
		out[i] = segment{
			from:  m.Arrived,
			after: t >= in.Fault.During(),
			slice: min(since, sliceCount(in.Fault, in.Baseline.Duration)-1),
		}
		if i > 0 {
			out[i-1].to = m.Arrived
		}
	}
	last := make([]uint64, len(in.Baseline.Ledger.Flows))
	for i, entries := range in.Baseline.Ledger.Flows {
		last[i] = uint64(len(entries))
	}
	out[len(out)-1].to = last
	return out, open, nil
}

// mark finds B's mark at t and checks it against F's.
func (in *Input) mark(t time.Duration) (*measure.Mark, error) {
	b, f := find(in.Baseline.Marks, t), find(in.Faulted.Marks, t)
	flows := len(in.Baseline.Ledger.Flows)
	switch {
	case b == nil || f == nil:
		return nil, fmt.Errorf("no mark at %v", t)
	case len(b.Arrived) != flows:
		return nil, fmt.Errorf("the mark at %v counts %d flows of %d", t, len(b.Arrived), flows)
	case !slices.Equal(b.Arrived, f.Arrived):
		return nil, fmt.Errorf("at %v %d requests had arrived with the fault, %d without", t, f.Arrived, b.Arrived)
	case t == in.Fault.Start && len(b.Open) != flows:
		return nil, fmt.Errorf("the mark at %v does not list the requests in flight", t)
	}
	return b, nil
}

func find(marks []measure.Mark, t time.Duration) *measure.Mark {
	i, ok := slices.BinarySearchFunc(marks, t, func(m measure.Mark, t time.Duration) int { return cmp.Compare(m.At, t) })
	if !ok {
		return nil
	}
	return &marks[i]
}

// counter adds pairs to a Pairing.
type counter struct {
	f, b *measure.Ledger
	p    *Pairing
}

// open counts the requests in flight at the fault's start: during, first slice.
func (c *counter) open(numbers [][]uint64) error {
	s := &c.p.Slices[0]
	for flow, list := range numbers {
		for _, n := range list {
			if n >= uint64(len(c.b.Flows[flow])) {
				return fmt.Errorf("request %d of flow %d is in flight, but not in the ledger", n, flow)
			}
			j := c.b.Journey[flow][n]
			if int(j) >= len(c.p.Journeys) {
				return fmt.Errorf("request %d of flow %d has no journey %d", n, flow, j)
			}
			before := c.p.Journeys[j].During
			c.p.Journeys[j].During.pair(c.f.Flows[flow][n], c.b.Flows[flow][n])
			s.take(&before, &c.p.Journeys[j].During)
		}
	}
	return nil
}

// stretch counts one flow's requests of a segment.
func (c *counter) stretch(flow int, s segment) error {
	from, to := s.from[flow], s.to[flow]
	if from > to || to > uint64(len(c.b.Flows[flow])) {
		return fmt.Errorf("the marks of flow %d do not ascend: %d after %d of %d", flow, to, from, len(c.b.Flows[flow]))
	}
	f, b, journeys := c.f.Flows[flow][from:to], c.b.Flows[flow][from:to], c.b.Journey[flow][from:to]
	tallies := make([]Tally, len(c.p.Journeys))
	for i, j := range journeys {
		if int(j) >= len(tallies) {
			return fmt.Errorf("request %d of flow %d has no journey %d", from+uint64(i), flow, j)
		}
		tallies[j].pair(f[i], b[i])
	}
	slice := &c.p.Slices[s.slice]
	for j := range tallies {
		phase := &c.p.Journeys[j].During
		if s.after {
			phase = &c.p.Journeys[j].After
		}
		phase.Add(&tallies[j])
		slice.take(&Tally{}, &tallies[j])
	}
	slice.Arrived += int64(to - from)
	return nil
}

// pair counts one request.
func (t *Tally) pair(f, b measure.Entry) {
	t.Pairs++
	switch good := f.Good(); {
	case b.Good() && !good:
		t.GoodBase++
		t.Lost++
		if f.Outcome().Failed() {
			t.LostFailed++
		}
	case b.Good():
		t.GoodBase++
	case good:
		t.Gained++
	}
	if b.Outcome() == measure.Succeeded {
		t.Succeeded++
		if f.Outcome() == measure.Degraded && f.Good() {
			t.Degraded++
		}
	}
}
