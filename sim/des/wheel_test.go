package des

import (
	"container/heap"
	"math"
	"slices"
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
	if want := heap.Pop(list).(pending); ev.At != want.at || ev.Ref().ID != want.id {
		t.Fatalf("got %d at %d, want %d at %d", ev.Ref().ID, ev.At, want.id, want.at)
	}
}

// due is when an event with a delay falls due: never after the end of time.
func (c *Calendar) due(d time.Duration) time.Duration {
	if at := c.now + d; at >= c.now {
		return at
	}
	return math.MaxInt64
}

// TestTheWheelFitsWhatIsPending: nearly all that is pending lies in it, no more than
// every other bucket is passed empty, one holds no more than the list can, and it
// is made anew no more often than what is pending changes.
func TestTheWheelFitsWhatIsPending(t *testing.T) {
	for _, to := range []struct {
		name   string
		n      int
		spread time.Duration // delays are even from 0 to it
		settle int           // events that this takes
		made   int           // wheels
	}{
		{"what does not change", 5000, 2 * ms, 400_000, 1},
		{"longer delays", 5000, 2000 * ms, 20_000, 2},
		{"shorter delays", 5000, 40_000, 1_500_000, 2},
		{"more events", 100_000, 2 * ms, 400_000, 2},
		{"fewer events, and longer delays", 100, 20 * ms, 20_000, 2},
		{"hardly any events", 50, 20 * ms, 100_000, 2},
	} {
		t.Run(to.name, func(t *testing.T) {
			var c Calendar
			r := noise(88172645463325252)
			put := func(spread time.Duration) { c.After(time.Duration(r.next()%uint64(spread)), 0, Ref{}) }
			turn := func(n int, spread time.Duration) {
				for range n {
					c.Next()
					put(spread)
				}
			}
			for range 5000 {
				put(2 * ms)
			}
			turn(20_000, 2*ms)
			for c.Len() > to.n {
				c.Next()
			}
			for c.Len() < to.n {
				put(to.spread)
			}
			turn(to.settle, to.spread)
			at, refills, n := c.wheel.at, 0, 20_000
			for range n {
				if c.nnear == 0 {
					refills++
				}
				turn(1, to.spread)
			}
			inside, events, buckets := float64(c.wheel.n)/float64(to.n), float64(n)/float64(refills), float64(c.wheel.at-at)/float64(refills)
			if inside < 0.7 || events < 8 || events > 24 || buckets < 0.5 || buckets > 2 {
				t.Errorf("%.2f of what is pending lies in the wheel, the list is filled with %.1f events from %.2f buckets", inside, events, buckets)
			}
			if want := 1024 << (to.made - 1); c.wheel.patience != want {
				t.Errorf("the next look at the wheel is after %d buckets, want %d: %d wheels", c.wheel.patience, want, to.made)
			}
		})
	}
}

// TestAnEventFromTheHeapIsDueWhereABucketBegins: one that was beyond the revolution
// when it was scheduled, beside others of its instant that were not.
func TestAnEventFromTheHeapIsDueWhereABucketBegins(t *testing.T) {
	const marked = 1000 // the first id that is not of the crowd
	c, r := filled(marked)
	for range 100 { // makes the wheel
		hold(c, r, NoLane)
	}
	width := time.Duration(1) << c.wheel.shift
	revolution := time.Duration(len(c.wheel.heads)) * width
	edge := (c.now + 2*revolution) / width * width
	at := func(instant time.Duration, id int32) { c.After(instant-c.now, 0, Ref{ID: id}) }
	at(edge, marked+1)
	if len(c.heap) != 1 {
		t.Fatalf("%d events in the heap: the test tests nothing", len(c.heap))
	}
	for edge-c.now > revolution/2 {
		hold(c, r, NoLane)
	}
	for i, instant := range []time.Duration{edge - 1, edge, edge + 1} {
		at(instant, marked+2*int32(i))
	}
	got := slices.DeleteFunc(drain(c), func(id int32) bool { return id < marked })
	if want := []int32{marked, marked + 1, marked + 2, marked + 4}; !slices.Equal(got, want) {
		t.Errorf("delivered %v, want %v", got, want)
	}
}

// TestALaneIsTidiedWhenItIsFull, and not at every event: that would cost more than
// what is left out.
func TestALaneIsTidiedWhenItIsFull(t *testing.T) {
	asked := 0
	c := Calendar{Stale: func(Ref) bool { asked++; return false }}
	lane := c.Lane(ms)
	for i := range 16 {
		c.AfterLane(lane, ms, 0, Ref{ID: int32(i)})
	}
	if asked != 0 {
		t.Errorf("in a lane with room for 16 events it was asked %d times whether one is stale", asked)
	}
	if c.AfterLane(lane, ms, 0, Ref{}); asked != 16 {
		t.Errorf("for the 17th it was asked %d times, want 16", asked)
	}
}

// TestAFewEventsStayInTheList, also after a time in which many were pending.
func TestAFewEventsStayInTheList(t *testing.T) {
	c, r := filled(1000)
	for c.Len() > 5 {
		c.Next()
	}
	for range 100 {
		hold(c, r, NoLane)
	}
	for range 100 {
		if hold(c, r, NoLane); c.nfar != 0 {
			t.Fatalf("%d of %d events are not in the list", c.nfar, c.Len())
		}
	}
}

// TestAWheelMayBeDueForTheLastFew: it is made for as many as there are, or not at all.
func TestAWheelMayBeDueForTheLastFew(t *testing.T) {
	for n := range int32(6) {
		c, _ := filled(1000)
		for i := range n {
			c.After(time.Hour*time.Duration(n-i), 0, Ref{ID: i})
		}
		for c.Len() > int(n) {
			c.Next()
		}
		c.wheel.due, c.wheel.rest = true, 0
		for i := range n {
			if ev, ok := c.Next(); !ok || ev.Ref().ID != n-1-i {
				t.Errorf("the last %d: got %+v, want %d", n, ev, n-1-i)
			}
		}
		if ev, ok := c.Next(); ok {
			t.Errorf("got %+v from an empty calendar", ev)
		}
	}
}
