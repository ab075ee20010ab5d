package des

import (
	"slices"
	"time"
)

// Several calendars can have a clock and an order of scheduling in common, one after
// the other: one holds what is planned for the whole system, and one works on a part of
// it at a time, whose pending events are put away meanwhile.

// MoveTo sets the clock, which may go back where nothing is pending.
func (c *Calendar) MoveTo(t time.Duration) { c.now = t }

// Follow lets what is scheduled from now on come after all that o has scheduled.
func (c *Calendar) Follow(o *Calendar) { c.seq = max(c.seq, o.seq) }

// TakeAll removes all pending events, but for those that are stale, and appends them to
// a list in their order.
func (c *Calendar) TakeAll(to []Event, stale func(Event) bool) []Event {
	now := c.now
	for ev, ok := c.Next(); ok; ev, ok = c.Next() {
		if !stale(ev) {
			to = append(to, ev)
		}
	}
	c.now = now
	return to
}

// PutBack makes events pending that TakeAll has removed, in their order, of this
// calendar or of one that it follows. Nothing is pending before.
func (c *Calendar) PutBack(events []Event) {
	n := len(events)
	if n > nearCap {
		n = nearCap / 2
		c.limit = events[n].At
		for i := range events[n:] {
			c.putFar(&events[n+i])
		}
	}
	copy(c.near[:], events[:n])
	slices.Reverse(c.near[:n])
	c.nnear = n
}
