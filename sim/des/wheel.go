package des

import (
	"math/bits"
	"slices"
	"time"
)

// wheelFrom is from how many events in the heap on a wheel pays.
const wheelFrom = 64

// perBucket is about how many events a bucket holds when its time comes.
const perBucket = 6

// wheel is a ring of buckets of equal width, a power of two nanoseconds: a calendar
// queue (Brown, "Calendar Queues: A Fast O(1) Priority Queue Implementation for the
// Simulation Event Set Problem", CACM 31(10), 1988) that holds only what is due
// within its first revolution; the rest waits in the heap. A bucket is a list in no
// order. What is scheduled for a bucket whose time has come goes to the heap too.
type wheel struct {
	heads []int32 // first node by bucket, none if it is empty; a power of two
	shift uint8   // log2 of the width
	due   bool    // the width, or the number of buckets, does not fit any more
	at    uint64  // number of the first bucket since time zero that may hold events
	n     int
	nodes []node
	free  int32 // list of free nodes

	// Since the last look at whether the width fits.
	taken, empty, crowded int
	patience              int // buckets between two looks
	rest                  int // refills of the list before another wheel may be made
}

type node struct {
	Event
	next int32
}

const noNode = -1

// farthest is from where on the end of a bucket might lie beyond the end of time.
const farthest = 1 << 62

// start is when the first bucket begins: nothing in the wheel is due before.
func (w *wheel) start() time.Duration { return time.Duration(w.at << w.shift) }

// put takes an event if it is due within the revolution.
func (w *wheel) put(e *Event) bool {
	i := uint64(e.At)>>(w.shift&63) - w.at
	if i >= uint64(len(w.heads)) || e.At >= farthest {
		return false
	}
	id := w.free
	if id != noNode {
		w.free = w.nodes[id].next
	} else {
		id = int32(len(w.nodes))
		w.nodes = append(w.nodes, node{})
	}
	head := &w.heads[(w.at+i)&uint64(len(w.heads)-1)]
	v := &w.nodes[id]
	v.Event, v.next = *e, *head
	*head = id
	w.n++
	return true
}

// takeBucket moves the events of the first bucket to the list, which is empty, and
// those of the heap that are due by its end. If there are too many for the list, or
// the heap holds many of them, they all go to the heap, and it is false.
func (c *Calendar) takeBucket() bool {
	w := &c.wheel
	mask := uint64(len(w.heads) - 1)
	for w.heads[w.at&mask] == noNode {
		if len(c.heap) > 0 && uint64(c.heap[0].At)>>w.shift <= w.at {
			break
		}
		w.at++
		w.empty++
	}
	head := &w.heads[w.at&mask]
	end := time.Duration((w.at + 1) << w.shift)
	c.note()
	w.at++
	n, last := 0, int32(noNode)
	for id := *head; id != noNode && n < nearCap; n++ {
		v := &w.nodes[id]
		i := n
		for i > 0 && (c.near[i-1].At < v.At || c.near[i-1].At == v.At && c.near[i-1].order < v.order) {
			c.near[i] = c.near[i-1]
			i--
		}
		c.near[i] = v.Event
		id, last = v.next, id
	}
	if n == nearCap {
		w.crowded++
		c.emptyBucket(head)
		return false
	}
	if n > 0 {
		w.nodes[last].next, w.free = w.free, *head
		w.n -= n
		*head = noNode
	}
	for len(c.heap) > 0 && c.heap[0].At < end {
		if n == nearCap {
			for _, e := range c.near {
				c.push(e)
			}
			return false
		}
		e := c.pop()
		c.sortIn(&e, n)
		n++
	}
	c.nnear, c.nfar, c.limit = n, c.nfar-n, end
	return true
}

// emptyBucket moves a bucket to the heap.
func (c *Calendar) emptyBucket(head *int32) {
	w := &c.wheel
	for id := *head; id != noNode; {
		v := &w.nodes[id]
		c.push(v.Event)
		next := v.next
		v.next, w.free = w.free, id
		w.n--
		id = next
	}
	*head = noNode
}

// sortIn puts an event in the list of n.
func (c *Calendar) sortIn(e *Event, n int) {
	i := n
	for i > 0 && c.near[i-1].before(e) == 1 {
		c.near[i] = c.near[i-1]
		i--
	}
	c.near[i] = *e
}

// note looks, once in a while, at whether the buckets are of a good size: few
// empty, few that overflow the list, and as many as there are events.
func (c *Calendar) note() {
	w := &c.wheel
	if w.taken++; w.taken < w.patience {
		return
	}
	w.due = w.empty > 4*w.taken || w.crowded > w.taken/8 || w.n > 8*len(w.heads) || len(c.heap) > w.n+wheelFrom
	if w.due {
		w.patience *= 2 // what does not help should not be done often
	}
	w.taken, w.empty, w.crowded = 0, 0, 0
}

// roll makes a wheel for the events that are pending, in which half of them lie in
// half as many buckets as hold perBucket each.
func (c *Calendar) roll() {
	w := &c.wheel
	for i := range w.heads {
		for id := w.heads[i]; id != noNode; id = w.nodes[id].next {
			c.push(w.nodes[id].Event)
		}
	}
	n := len(c.heap)
	w.nodes, w.free, w.n, w.due = w.nodes[:0], noNode, 0, false
	w.patience, w.rest = max(w.patience, 1024), n/perBucket
	var sample [64]time.Duration
	for i := range sample {
		sample[i] = c.heap[i*n/len(sample)].At
	}
	slices.Sort(sample[:])
	first := c.heap[0].At
	gap := (sample[len(sample)/2] - first) / time.Duration(n/2+1)
	w.shift = uint8(min(bits.Len64(uint64(gap*perBucket)), 56))
	w.at = uint64(first) >> w.shift
	if size := 1 << bits.Len(uint(n)); size != len(w.heads) {
		w.heads = make([]int32, size)
	}
	for i := range w.heads {
		w.heads[i] = noNode
	}
	all := c.heap
	c.heap = c.heap[:0]
	for i := range all {
		if e := all[i]; !w.put(&e) {
			c.push(e)
		}
	}
}
