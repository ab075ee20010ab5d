package des

import (
	"container/heap"
	"math"
	"testing"
	"time"
)

// byTime is the reference: a binary heap of instants and of the order of scheduling.
type byTime []pending

func (h byTime) Len() int { return len(h) }
func (h byTime) Less(i, k int) bool {
	return h[i].at < h[k].at || h[i].at == h[k].at && h[i].id < h[k].id
}
func (h byTime) Swap(i, k int) { h[i], h[k] = h[k], h[i] }
func (h *byTime) Push(x any)   { *h = append(*h, x.(pending)) }
func (h *byTime) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// TestThousandsOfEventsFallDueInOrder fills and empties a calendar in waves, with
// delays of all kinds: of one scale and of many, in ties and in bursts.
func TestThousandsOfEventsFallDueInOrder(t *testing.T) {
	for name, delay := range map[string]func(x uint64, id int32) time.Duration{
		"even":            func(x uint64, _ int32) time.Duration { return time.Duration(x % 2_000_000) },
		"a few values":    func(x uint64, _ int32) time.Duration { return time.Duration(x%3) * ms },
		"all at once":     func(uint64, int32) time.Duration { return 0 },
		"two scales":      func(x uint64, _ int32) time.Duration { return time.Duration(x%1000) << (x >> 32 & 1 * 24) },
		"many scales":     func(x uint64, _ int32) time.Duration { return time.Duration(x%1000) << (x >> 32 % 40) },
		"ever longer":     func(x uint64, id int32) time.Duration { return time.Duration(x % uint64(1+int64(id)*int64(id))) },
		"ever shorter":    func(x uint64, id int32) time.Duration { return time.Duration(x % (1 << 34 / uint64(1+id))) },
		"the end of time": func(x uint64, _ int32) time.Duration { return time.Duration(x>>1) | 1<<62*time.Duration(x&1) },
	} {
		t.Run(name, func(t *testing.T) {
			var c Calendar
			var list byTime
			r := noise(88172645463325252)
			id := int32(0)
			lane := c.Lane(ms)
			for range 6 {
				for range 20_000 { // a wave: more pushes than pops, then the other way round
					if id/7000%2 == 0 || r.next()%4 == 0 {
						d, n := delay(r.next(), id), NoLane
						if d == ms {
							n = lane
						}
						heap.Push(&list, pending{c.due(d), id})
						c.AfterLane(n, d, 0, Ref{ID: id})
						id++
					}
					if r.next()%2 == 0 {
						takeBoth(t, &c, &list)
					}
				}
				if c.Len() != len(list) {
					t.Fatalf("Len is %d, want %d", c.Len(), len(list))
				}
				for len(list) > 0 {
					takeBoth(t, &c, &list)
				}
			}
		})
	}
}

func takeBoth(t *testing.T, c *Calendar, list *byTime) {
	t.Helper()
	ev, ok := c.Next()
	if ok != (len(*list) > 0) {
		t.Fatalf("Next says %v with %d pending", ok, len(*list))
	}
	if !ok {
		return
	}
	if want := heap.Pop(list).(pending); ev.At != want.at || ev.Ref.ID != want.id {
		t.Fatalf("got %d at %d, want %d at %d", ev.Ref.ID, ev.At, want.id, want.at)
	}
}

// due is when an event with a delay falls due: never after the end of time.
func (c *Calendar) due(d time.Duration) time.Duration {
	if at := c.now + d; at >= c.now {
		return at
	}
	return math.MaxInt64
}
