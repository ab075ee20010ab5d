package engine

import (
	"math"
	"time"

	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/rng"
)

// A stretch is the time up to the next planned event, or up to the first arrival that
// is not drawn yet. Which requests arrive in it is known as it begins: what may change
// that is planned. Arrivals come before all else at their instant.
//
// The islands of a system go through a stretch one after the other, so that what each
// touches stays near, however many there are.

// How many requests are drawn at once, in a row so that their arithmetic is not waited
// for; and where there are islands, how many for each: with 8, W3 of 100,000 services takes
// 3% less time and a megabyte more.
const (
	drawnAtOnce    = 128
	drawnPerIsland = 6
)

// arrival is a request that is to come, 48 bytes.
type arrival struct {
	at      time.Duration
	key     rng.Key
	call    rng.Key       // of the only call of its journey, if work is known
	work    time.Duration // that it begins with; unknown; nobody
	number  uint32        // the lower half of it
	next    int32         // of its island; none
	source  int32
	journey int32
}

// nobody is the work of an arrival that is an empty batch.
const nobody time.Duration = -2

// course is where a run is in its stretch.
type course struct {
	agenda   des.Calendar // what is planned for the whole system, and the next arrival of each source
	arrivals []arrival    // of the stretch
	drawn    int          // how many of them there may be
	within   int32        // source of whose last batch some are still to be drawn; none
	coming   int32        // the next of the island at work; none
	next     des.Due      // when it comes, or the stretch ends
	end      des.Due      // of the stretch
	planned  des.Event    // that ends it
	waits    bool         // for all to come to it
}

// next removes the event that happens next; false if nothing will.
func (e *engine) next() (des.Event, bool) {
	if ev, ok := e.NextBefore(e.course.next); ok {
		return ev, true
	}
	return e.nextOther()
}

// nextOther is next, where that is not among what is pending on the island at work.
func (e *engine) nextOther() (des.Event, bool) {
	c := &e.course
	for !e.done {
		switch {
		case c.coming != none:
			id := c.coming
			return des.Happening(e.comes(id).at, evSource, des.Ref{ID: id}), true
		case e.nextIsland():
		case e.done: // the last request was answered
			return des.Event{}, false
		case c.waits:
			c.waits = false
			e.MoveTo(c.planned.At)
			return c.planned, true
		case !e.nextStretch():
			return des.Event{}, false
		}
		if ev, ok := e.NextBefore(c.next); ok {
			return ev, true
		}
	}
	return des.Event{}, false
}

// comes moves the clock to an arrival, after which the next of its island comes.
func (e *engine) comes(id int32) *arrival {
	a := &e.course.arrivals[id]
	e.MoveTo(a.at)
	e.expect(a.next)
	return a
}

// expect makes an arrival the next of the island at work; none: there is none.
func (e *engine) expect(id int32) {
	c := &e.course
	c.coming, c.next = id, c.end
	if id != none {
		c.next = des.At(c.arrivals[id].at)
	}
}

// nextStretch draws the arrivals up to the next planned event, or as many as are drawn
// at once; false if nothing is to come any more.
func (e *engine) nextStretch() bool {
	c := &e.course
	if n := 2 * len(e.islands.pending); n > c.drawn { // to put them away should be worth it
		c.drawn = n + n/2
		c.arrivals = make([]arrival, 0, c.drawn)
	}
	c.arrivals = c.arrivals[:0]
	if id := c.within; id != none {
		c.within = none
		e.drawFrom(id)
	}
	for !c.waits && c.within == none {
		due := c.agenda.First()
		if c.end = due; due == des.Never {
			break
		}
		if len(c.arrivals) >= c.drawn {
			c.end = des.At(due.At)
			break
		}
		ev, _ := c.agenda.Next()
		if !e.isSource(ev) {
			c.planned, c.waits = ev, true
		} else if r := ev.Ref(); e.sources[r.ID].gen == r.Gen {
			e.drawFrom(r.ID)
		}
	}
	if n := len(c.arrivals); n > 0 {
		c.arrivals[n-1].next = none
	}
	return e.beginIslands()
}

// planAfter puts an event of the whole system on the agenda, which has the order of
// scheduling in common with all that is pending elsewhere.
func (e *engine) planAfter(delay time.Duration, k des.Kind, r des.Ref) {
	agenda := &e.course.agenda
	agenda.Follow(&e.Calendar)
	agenda.After(delay, k, r)
	e.Follow(agenda)
}

// drawFrom draws the next arrivals of a source, up to what else is planned.
func (e *engine) drawFrom(id int32) {
	c, s := &e.course, &e.sources[id]
	now, until := c.agenda.Now(), min(c.agenda.First().At, e.job.Duration)
	from := len(c.arrivals)
	n, all := from, c.arrivals[:c.drawn]
	if s.even {
		n = s.drawEvenly(all, n, id, until)
	}
	for more := n == from; more && n < len(all); n++ {
		a := &all[n]
		a.at, a.key, a.work, a.number, a.source, a.next = max(s.at, now), s.own, unknown, uint32(s.sent), id, int32(n)+1
		if s.flow.Batch == nil {
			s.sent++
			s.next()
			more = s.at < until
		} else {
			more = s.nextOfBatch(a, until)
		}
	}
	c.arrivals = all[:n]
	e.foresee(c.arrivals[from:], s.flow)
	if !s.surge {
		e.enrol(s.flow, c.arrivals[from:])
	}
	if s.begun {
		c.within, c.end = id, des.At(s.at)
	} else {
		e.awaitSource(id)
	}
}

// drawEvenly is drawFrom, for the usual arrivals: it fills the list from n on, and returns
// where it ends. What next does for them is done here with what stays in registers.
func (s *source) drawEvenly(all []arrival, n int, id int32, until time.Duration) int {
	at, own, hits, drawn, key, rate := s.at, s.own, s.hits, s.drawn, s.key, s.flow.rate
	from := n
	for more := true; more && n < len(all); n++ {
		a := &all[n]
		a.at, a.key, a.work, a.source, a.next = at, own, unknown, id, int32(n)+1
		a.number = uint32(s.sent) + uint32(n-from)
		own = load.RequestKey(key, drawn)
		drawn++
		hits += dist.Exponential(own.Stream(placeArrival))
		var ok bool
		if at, ok = rate.At(hits); !ok {
			at = math.MaxInt64
		}
		more = at < until
	}
	s.at, s.own, s.hits, s.drawn = at, own, hits, drawn
	s.sent += uint64(n - from)
	return n
}

// nextOfBatch makes an arrival one of the batch that was drawn last, or of nobody where
// that is empty; false if the one after it comes at until or later.
func (s *source) nextOfBatch(a *arrival, until time.Duration) bool {
	if s.batch == 0 {
		a.work = nobody
	} else {
		a.key = load.RequestKey(s.key, s.sent)
		s.sent++
		s.batch--
	}
	if s.begun = s.batch > 0; s.begun {
		return true
	}
	s.next()
	return s.at < until
}

// foresee finds what requests of a flow will do first: all that depends on nothing but
// their keys.
func (e *engine) foresee(list []arrival, f *flow) {
	if f.only == none {
		for i := range list {
			a := &list[i]
			a.journey = f.choose(a.key)
			a.foresee(e.journeys[a.journey].foreseen)
		}
		return
	}
	site := e.journeys[f.only].foreseen
	for i := range list {
		a := &list[i]
		a.journey = f.only
		a.foresee(site)
	}
}

func (a *arrival) foresee(site *site) {
	if site == nil || a.work == nobody {
		return
	}
	a.call = site.keyOf(a.key)
	a.work = site.work.Sample(a.call.Stream(site.draw))
}

// onSource is the arrival of a request.
func (e *engine) onSource(a *arrival) {
	if a.work == nobody {
		return
	}
	s := &e.sources[a.source]
	number := s.sent - uint64(uint32(s.sent)-a.number) // fewer than 2³² are drawn at once
	e.request(s.flow, a, number, s.surge, none)
}

// withdraw takes back, where a run ends early, the arrivals that have not come; of
// islands, which are at different times then, they count as in flight.
func (e *engine) withdraw() {
	c := &e.course
	if e.islands.apart {
		e.MoveTo(max(e.islands.latest, e.Now()))
		return
	}
	for i := len(c.arrivals); c.coming != none && i > int(c.coming); {
		i--
		if a := &c.arrivals[i]; a.work != nobody && !e.sources[a.source].surge {
			e.unenrol(e.sources[a.source].flow)
		}
	}
}
