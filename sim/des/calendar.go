// Package des is the kernel of a discrete-event simulation: a virtual clock and
// a calendar of pending events. It knows instants, kinds and references, and
// nothing of what they mean. Ties are broken by the order of scheduling.
//
// The events that are due first lie in a short sorted list, the rest in a 4-ary
// heap: a simulation of a few stations never leaves the list, where scheduling is
// a shift of a few entries and the next event is the last one. Where many events
// are pending, most lie in a wheel of buckets by time, which are sorted when their
// time comes. Those with a constant delay may lie in FIFO lanes beside all three:
// as the clock never goes back, events that are scheduled with equal delays fall
// due in the order of scheduling.
package des

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Kind says what an event means to the engine.
type Kind uint8

// Ref is what an event is about: a slot and the generation that it must still
// have. A slot that has been freed since makes the event stale, which is how
// timers are cancelled without searching for them.
type Ref struct {
	ID  int32
	Gen uint32
}

// Event is one pending event, 24 bytes.
type Event struct {
	At    time.Duration // since time zero
	order uint64        // sequence<<8 | kind: unique, so that ties keep their order
	ref   uint64        // ID and Gen in one word: what was just written as two is slow to read as one
}

// Ref is what the event is about.
func (e *Event) Ref() Ref { return Ref{int32(e.ref), uint32(e.ref >> 32)} }

// word is a reference in one word.
func (r Ref) word() uint64 { return uint64(uint32(r.ID)) | uint64(r.Gen)<<32 }

// Kind is what the event means.
func (e *Event) Kind() Kind { return Kind(e.order) }

// before is 1 if e is due before o, else 0: the borrow of a 128-bit subtraction,
// so that the heap's choice among children needs no branch to mispredict.
func (e *Event) before(o *Event) int {
	_, b := bits.Sub64(e.order, o.order, 0)
	_, b = bits.Sub64(uint64(e.At), uint64(o.At), b)
	return int(b)
}

// MaxLanes is how many distinct constant delays have a lane of their own.
const MaxLanes = 8

// nearCap is the length of the sorted list; at 32 entries a shift of half of it
// costs what a heap of as many does.
const nearCap = 32

// NoLane schedules in the heap.
const NoLane = -1

// Calendar is a virtual clock and its pending events. The zero value is ready
// to use, at time zero.
type Calendar struct {
	// Stale reports whether the event of a reference in a lane would do nothing any
	// more: it may be left out. Nil if that is not known.
	Stale func(Ref) bool
	// Soon is told of events a few at a time, of most before they are due, where many
	// are pending. Nil if nobody asks.
	Soon func([]Event)

	now    time.Duration
	seq    uint64
	near   [nearCap]Event // the events due before limit, the first of them last
	nnear  int
	limit  time.Duration // all others but those in lanes are due at limit or later
	nfar   int           // those others
	heap   []Event
	wheel  wheel
	lanes  [MaxLanes]lane
	nlanes int
	laned  int  // events in lanes
	head   Due  // the first of them, if there is one
	first  uint // its lane
}

// Due is when an event is due, among others: an instant, and its place among those of
// that instant.
type Due struct {
	At    time.Duration
	order uint64
}

// At is due before all events of an instant, and after all before it.
func At(t time.Duration) Due { return Due{At: t} }

// Never is due after all events.
var Never = Due{math.MaxInt64, math.MaxUint64}

// Due is when the event is due.
func (e *Event) Due() Due { return Due{e.At, e.order} }

// Before reports whether d comes before o.
func (d Due) Before(o Due) bool { return d.At < o.At || d.At == o.At && d.order < o.order }

// Compare orders events by when they are due.
func (e Event) Compare(o Event) int {
	return cmp.Or(cmp.Compare(e.At, o.At), cmp.Compare(e.order, o.order))
}

// Happening is an event that lay in no calendar.
func Happening(at time.Duration, k Kind, r Ref) Event { return Event{at, uint64(k), r.word()} }

// lane is a ring buffer; its length is a power of two.
type lane struct {
	delay      time.Duration
	ring       []Event
	head, size int
	told, from int // of how many events Soon has been told, and where the head was then
}

// Now is the current instant.
func (c *Calendar) Now() time.Duration { return c.now }

// Len is the number of pending events, stale ones included.
func (c *Calendar) Len() int { return c.nnear + c.nfar + c.laned }

// Lane returns the lane for a constant delay, making one if there is room;
// NoLane if there is not.
func (c *Calendar) Lane(delay time.Duration) int {
	for i := range c.lanes[:c.nlanes] {
		if c.lanes[i].delay == delay {
			return i
		}
	}
	if c.nlanes == MaxLanes || delay < 0 {
		return NoLane
	}
	c.lanes[c.nlanes] = lane{delay: delay, ring: make([]Event, 16)}
	c.nlanes++
	return c.nlanes - 1
}

// After schedules an event; a delay beyond the end of time is the end of time,
// a negative one is none.
func (c *Calendar) After(delay time.Duration, k Kind, r Ref) {
	at := c.now + max(delay, 0)
	if at < c.now {
		at = math.MaxInt64
	}
	c.seq++
	order := c.seq<<8 | uint64(k)
	n := c.nnear
	if c.nfar > 0 && at >= c.limit || n == nearCap {
		c.afterFar(Event{at, order, r.word()})
		return
	}
	// It is the last scheduled, so that it comes after all that are due at its instant.
	c.nnear = n + 1
	near := &c.near
	i := uint(n)
	for i > 0 && near[(i-1)%nearCap].At <= at {
		near[i%nearCap].take(&near[(i-1)%nearCap])
		i--
	}
	e := &near[i%nearCap]
	e.At, e.order, e.ref = at, order, r.word()
}

// take copies an event field by field: a copy of two at a time would have to wait if
// they were just written one by one.
func (e *Event) take(o *Event) { e.At, e.order, e.ref = o.At, o.order, o.ref }

// afterFar schedules an event for which the list has no place.
func (c *Calendar) afterFar(e Event) {
	if c.nfar > 0 && e.At >= c.limit {
		c.putFar(&e)
	} else {
		c.split(e)
	}
}

// split makes room in the list for an event that is the last scheduled: the later
// half goes to the others, and comes back when its time is near.
func (c *Calendar) split(e Event) {
	const half = nearCap / 2
	c.limit = c.near[half-1].At
	for i := range half {
		c.putFar(&c.near[i])
	}
	copy(c.near[:], c.near[half:])
	c.nnear = half
	if e.At >= c.limit {
		c.putFar(&e)
		return
	}
	i := half
	for i > 0 && c.near[i-1].At <= e.At {
		c.near[i] = c.near[i-1]
		i--
	}
	c.near[i] = e
	c.nnear++
}

func (c *Calendar) putFar(e *Event) {
	c.nfar++
	if !c.wheel.put(e) {
		c.push(*e)
	}
}

// AfterLane schedules an event in a lane, whose delay is the lane's; with
// NoLane it is After.
func (c *Calendar) AfterLane(n int, delay time.Duration, k Kind, r Ref) {
	if n < 0 {
		c.After(delay, k, r)
		return
	}
	l := &c.lanes[uint(n)%MaxLanes]
	if l.size == len(l.ring) {
		c.tidy(l)
	}
	at := c.now + l.delay
	if at < c.now {
		at = math.MaxInt64
	}
	c.seq++
	order := c.seq<<8 | uint64(k)
	e := &l.ring[(l.head+l.size)&(len(l.ring)-1)]
	e.At, e.order, e.ref = at, order, r.word()
	l.size++
	c.laned++
	if l.size == 1 && (c.laned == 1 || at < c.head.At) {
		c.head, c.first = Due{at, order}, uint(n)
	}
}

// Next removes the event that is due first and moves the clock to it; false if
// nothing is pending.
func (c *Calendar) Next() (Event, bool) { return c.NextBefore(Never) }

// NextBefore is Next, where that is due before some instant; false if it is not.
func (c *Calendar) NextBefore(end Due) (Event, bool) {
	if c.nnear == 0 && c.nfar > 0 {
		c.refill()
	}
	if n := uint(c.nnear); n > 0 {
		e := &c.near[(n-1)%nearCap]
		at, order := e.At, e.order
		if c.laned == 0 || at < c.head.At || at == c.head.At && order < c.head.order {
			if at > end.At || at == end.At && order >= end.order {
				return Event{}, false
			}
			c.nnear = int(n - 1)
			c.now = at
			return Event{at, order, e.ref}, true
		}
	} else if c.laned == 0 {
		return Event{}, false
	}
	if c.head.At > end.At || c.head.At == end.At && c.head.order >= end.order {
		return Event{}, false
	}
	return c.takeHead(), true
}

// First is when the first event is due; Never if nothing is pending.
func (c *Calendar) First() Due {
	if c.nnear == 0 && c.nfar > 0 {
		c.refill()
	}
	first := Never
	if c.laned > 0 {
		first = c.head
	}
	if c.nnear > 0 {
		if d := c.near[c.nnear-1].Due(); d.Before(first) {
			first = d
		}
	}
	return first
}

// takeHead removes the event that is due first of those in lanes.
func (c *Calendar) takeHead() Event {
	l := &c.lanes[c.first%MaxLanes]
	ring, at := l.ring, l.head
	next := (at + 1) & (len(ring) - 1)
	l.head = next
	l.size--
	c.laned--
	if c.nlanes == 1 {
		c.head = Due{ring[next].At, ring[next].order} // where there is none it is not looked at
	} else if c.laned > 0 {
		c.pickLane()
	}
	e := &ring[at]
	c.now = e.At
	return *e
}

// refill moves the events that are due first to the list, which is empty.
func (c *Calendar) refill() {
	c.fill()
	if c.Soon != nil {
		c.tell()
	}
}

// tellOf is how many events of a lane Soon is told of before they are due.
const tellOf = 24

// tell lets Soon know of the list, which has just been filled, and of the events of
// lanes that come next.
func (c *Calendar) tell() {
	c.Soon(c.near[:c.nnear])
	for i := range c.lanes[:c.nlanes] {
		l := &c.lanes[i]
		mask := len(l.ring) - 1
		k, end := max(l.told-(l.head-l.from)&mask, 0), min(l.size, tellOf)
		for k < end {
			at := (l.head + k) & mask
			n := min(end-k, len(l.ring)-at)
			c.Soon(l.ring[at : at+n])
			k += n
		}
		l.told, l.from = k, l.head
	}
}

// fill is refill, of which nobody is told.
func (c *Calendar) fill() {
	w := &c.wheel
	if w.rest--; w.rest < 0 && (w.due || w.n == 0 && len(c.heap) > wheelFrom) {
		c.roll()
	}
	if w.n > 0 && (len(c.heap) == 0 || c.heap[0].At >= w.start()) && c.takeBucket() {
		return
	}
	end := time.Duration(math.MaxInt64) // of what may be taken from the heap
	if w.n > 0 {
		end = w.start()
	}
	n := 0
	for n < nearCap/4 && len(c.heap) > 0 && (w.n == 0 || c.heap[0].At < end) {
		c.near[n] = c.pop()
		n++
	}
	slices.Reverse(c.near[:n])
	c.nnear, c.nfar, c.limit = n, c.nfar-n, end
	if len(c.heap) > 0 {
		c.limit = min(end, c.heap[0].At)
	}
}

// pickLane finds the lane whose head is due first; one of them has events.
func (c *Calendar) pickLane() {
	c.head = Never
	for i := range c.lanes[:c.nlanes] {
		l := &c.lanes[i]
		if l.size == 0 {
			continue
		}
		if d := l.ring[l.head].Due(); d.Before(c.head) {
			c.head, c.first = d, uint(i)
		}
	}
}

// tidy makes room in a lane that is full: by leaving out what is stale, which is
// most of it where timeouts are rarely reached, or else by growing.
func (c *Calendar) tidy(l *lane) {
	if c.Stale != nil {
		mask, kept := len(l.ring)-1, 0
		for i := range l.size {
			if e := &l.ring[(l.head+i)&mask]; !c.Stale(e.Ref()) {
				l.ring[(l.head+kept)&mask] = *e
				kept++
			}
		}
		c.laned += kept - l.size
		l.size = kept
		c.pickLane()
	}
	if l.size > len(l.ring)/2 {
		l.grow()
	}
}

func (l *lane) grow() {
	ring := make([]Event, 2*len(l.ring))
	n := copy(ring, l.ring[l.head:])
	copy(ring[n:], l.ring[:l.head])
	l.ring, l.head = ring, 0
}

func (c *Calendar) push(e Event) {
	c.heap = append(c.heap, e)
	h := c.heap
	i := len(h) - 1
	for i > 0 {
		p := (i - 1) / 4
		if e.before(&h[p]) == 0 {
			break
		}
		h[i] = h[p]
		i = p
	}
	h[i] = e
}

func (c *Calendar) pop() Event {
	h := c.heap
	top := h[0]
	n := len(h) - 1
	last := h[n]
	c.heap = h[:n]
	if n == 0 {
		return top
	}
	h = h[:n]
	i := 0
	for {
		first := 4*i + 1
		if first >= n {
			break
		}
		m := first
		if first+4 <= n {
			g := h[first : first+4 : first+4]
			l, r := g[1].before(&g[0]), 2+g[3].before(&g[2])
			m += l + (r-l)*g[r&3].before(&g[l&3])
		} else {
			for j := first + 1; j < n; j++ {
				m += (j - m) * h[j].before(&h[m])
			}
		}
		if h[m].before(&last) == 0 {
			break
		}
		h[i] = h[m]
		i = m
	}
	h[i] = last
	return top
}
