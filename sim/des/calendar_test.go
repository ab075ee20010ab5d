package des

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// drain takes all events and returns the ids in the order of delivery.
func drain(c *Calendar) (ids []int32) {
	for ev, ok := c.Next(); ok; ev, ok = c.Next() {
		ids = append(ids, ev.Ref().ID)
	}
	return ids
}

func TestEventsFallDueInOrderOfTimeThenOfScheduling(t *testing.T) {
	type put struct {
		delay time.Duration
		lane  bool // of that constant delay
	}
	for _, c := range []struct {
		name string
		puts []put // put i has ID i
		want []int32
	}{
		{"nothing", nil, nil},
		{"earlier first", []put{{3 * ms, false}, {1 * ms, false}, {2 * ms, false}}, []int32{1, 2, 0}},
		{"ties in order of scheduling", []put{{ms, false}, {ms, false}, {ms, false}, {ms, false}, {ms, false}, {ms, false}}, []int32{0, 1, 2, 3, 4, 5}},
		{"ties between a lane and the heap", []put{{ms, true}, {ms, false}, {ms, true}, {ms, false}}, []int32{0, 1, 2, 3}},
		{"ties between two lanes and the heap", []put{{ms, false}, {2 * ms, true}, {2 * ms, false}, {ms, true}}, []int32{0, 3, 1, 2}},
		{"a negative delay is none", []put{{0, false}, {-ms, false}, {0, false}}, []int32{0, 1, 2}},
		{"beyond the end of time is the end of time", []put{{math.MaxInt64, false}, {math.MaxInt64, true}, {ms, false}}, []int32{2, 0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var cal Calendar
			for i, p := range c.puts {
				lane := NoLane
				if p.lane {
					lane = cal.Lane(p.delay)
				}
				cal.AfterLane(lane, p.delay, 0, Ref{ID: int32(i)})
			}
			if cal.Len() != len(c.puts) {
				t.Errorf("Len is %d, want %d", cal.Len(), len(c.puts))
			}
			if got := drain(&cal); !slices.Equal(got, c.want) {
				t.Errorf("delivered %v, want %v", got, c.want)
			}
			if cal.Len() != 0 {
				t.Errorf("Len is %d after all were delivered", cal.Len())
			}
		})
	}
}

func TestTimeSaturatesAtItsEnd(t *testing.T) {
	for _, lane := range []bool{false, true} {
		var c Calendar
		c.After(math.MaxInt64-5, 1, Ref{})
		c.Next()
		n := NoLane
		if lane {
			n = c.Lane(time.Hour)
		}
		c.AfterLane(n, time.Hour, 2, Ref{ID: 7})
		ev, ok := c.Next()
		if !ok || ev.At != math.MaxInt64 || ev.Ref().ID != 7 || ev.Kind() != 2 || c.Now() != math.MaxInt64 {
			t.Errorf("lane %v: got %+v at %d, want event 7 at the end of time", lane, ev, c.Now())
		}
	}
}

func TestKindAndReferenceComeBackAsTheyWere(t *testing.T) {
	var c Calendar
	for k := range 256 {
		c.After(time.Duration(k), Kind(k), Ref{int32(-k), uint32(math.MaxUint32 - k)})
	}
	for k := range 256 {
		ev, ok := c.Next()
		if want := (Ref{int32(-k), uint32(math.MaxUint32 - k)}); !ok || ev.Kind() != Kind(k) || ev.Ref() != want || ev.At != time.Duration(k) {
			t.Fatalf("got kind %d, %+v at %d, want kind %d, %+v", ev.Kind(), ev.Ref(), ev.At, k, want)
		}
	}
}

func TestEqualDelaysShareALaneUntilLanesRunOut(t *testing.T) {
	var c Calendar
	for i := range MaxLanes {
		if n := c.Lane(time.Duration(i) * ms); n == NoLane || c.Lane(time.Duration(i)*ms) != n {
			t.Fatalf("delay %d ms: lane %d, then %d", i, n, c.Lane(time.Duration(i)*ms))
		}
	}
	for _, d := range []time.Duration{time.Hour, -1} {
		if n := c.Lane(d); n != NoLane {
			t.Errorf("delay %v got lane %d, want none", d, n)
		}
	}
	c.AfterLane(c.Lane(time.Hour), time.Hour, 3, Ref{ID: 1}) // goes to the heap
	if ev, ok := c.Next(); !ok || ev.At != time.Hour || ev.Kind() != 3 {
		t.Errorf("without a lane: got %+v, want the event after an hour", ev)
	}
}

// pending is the reference: a list that is searched for its first element.
type pending struct {
	at time.Duration
	id int32
}

// TestCalendarAgreesWithASortedList mixes lanes and heap, pushes and pops.
func TestCalendarAgreesWithASortedList(t *testing.T) {
	delays := []time.Duration{0, 1, 2, 5, 5, 7, 100, 1000, math.MaxInt64}
	rapid.Check(t, func(t *rapid.T) {
		var c Calendar
		var list []pending
		var now time.Duration
		pop := func() {
			ev, ok := c.Next()
			if ok != (len(list) > 0) {
				t.Fatalf("Next says %v with %d pending", ok, len(list))
			}
			if !ok {
				return
			}
			first := 0
			for i, p := range list {
				if p.at < list[first].at { // earlier ids stand first: ties are FIFO
					first = i
				}
			}
			want := list[first]
			list = slices.Delete(list, first, first+1)
			if ev.At != want.at || ev.Ref().ID != want.id || c.Now() != want.at {
				t.Fatalf("got %d at %d (clock %d), want %d at %d", ev.Ref().ID, ev.At, c.Now(), want.id, want.at)
			}
			if c.Now() < now {
				t.Fatalf("the clock went back from %d to %d", now, c.Now())
			}
			now = c.Now()
		}
		for id := range int32(rapid.IntRange(1, 400).Draw(t, "n")) {
			switch op := rapid.IntRange(0, 19).Draw(t, "op"); {
			case op < 8:
				pop()
			case op == 8: // another calendar goes on with it
				away := c.TakeAll(nil, func(Event) bool { return false })
				if c.Len() != 0 || c.First() != Never || len(away) != len(list) {
					t.Fatalf("%d events taken of %d, %d left", len(away), len(list), c.Len())
				}
				var next Calendar
				for _, l := range c.lanes[:c.nlanes] {
					next.Lane(l.delay)
				}
				next.MoveTo(now)
				next.Follow(&c)
				next.PutBack(away)
				c = next
			case op == 9: // nothing is due before the first
				first := c.First()
				if ev, ok := c.NextBefore(first); ok {
					t.Fatalf("%d at %d is before the first, which is due at %d", ev.Ref().ID, ev.At, first.At)
				}
				if (first == Never) != (len(list) == 0) {
					t.Fatalf("the first is due at %d with %d pending", first.At, len(list))
				}
			}
			d := rapid.SampledFrom(delays).Draw(t, "delay")
			if d > 7 && d < math.MaxInt64 {
				d += time.Duration(rapid.IntRange(0, 50).Draw(t, "jitter"))
			}
			lane := NoLane
			if d <= 7 && rapid.Bool().Draw(t, "lane") {
				lane = c.Lane(d)
			}
			c.AfterLane(lane, d, 0, Ref{ID: id})
			due := now + d
			if due < now {
				due = math.MaxInt64
			}
			list = append(list, pending{due, id})
			if c.Len() != len(list) {
				t.Fatalf("Len is %d, want %d", c.Len(), len(list))
			}
		}
		for range len(list) + 1 {
			pop()
		}
	})
}

// noise is a small generator: the kernel imports nothing of the project.
type noise uint64

func (n *noise) next() uint64 {
	*n ^= *n << 13
	*n ^= *n >> 7
	*n ^= *n << 17
	return uint64(*n)
}

// hold is the classical model of a calendar in use: take the first event, put
// one back later (Vaucher and Duval, CACM 18(4), 1975).
func hold(c *Calendar, r *noise, lane int) {
	ev, _ := c.Next()
	if x := r.next(); lane >= 0 && x&1 == 0 {
		c.AfterLane(lane, ms, 0, ev.Ref())
	} else {
		c.After(time.Duration(x%(2*uint64(ms))), 0, ev.Ref())
	}
}

func filled(n int) (*Calendar, *noise) {
	c, r := new(Calendar), noise(88172645463325252)
	for i := range n {
		c.After(time.Duration(r.next()%(2*uint64(ms))), 0, Ref{ID: int32(i)})
	}
	return c, &r
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	c, r := filled(1000)
	lane := c.Lane(ms)
	for range 100_000 {
		hold(c, r, lane)
	}
	if n := testing.AllocsPerRun(100_000, func() { hold(c, r, lane) }); n != 0 {
		t.Errorf("%v allocations per event, want 0", n)
	}
}

// BenchmarkHold: 20, 26, 53 and 233 ns of CPU time; 20, 60, 153 and 627 with a heap
// alone. The clock says more on a machine that does other things.
func BenchmarkHold(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"10", 10}, {"1e3", 1e3}, {"1e5", 1e5}, {"1e6", 1e6}} {
		b.Run(size.name, func(b *testing.B) {
			c, r := filled(size.n)
			b.ReportAllocs()
			for b.Loop() {
				hold(c, r, NoLane)
			}
		})
	}
}

func BenchmarkHoldLane(b *testing.B) {
	var c Calendar
	lane := c.Lane(ms)
	for i := range int32(1000) {
		c.AfterLane(lane, ms, 0, Ref{ID: i})
	}
	b.ReportAllocs()
	for b.Loop() {
		ev, _ := c.Next()
		c.AfterLane(lane, ms, 0, ev.Ref())
	}
}

// TestStaleEventsDoNotFillALane: of timers that are cancelled long before they are
// due a lane holds no more than four times those that live, and 16; the others fall due in
// order.
func TestStaleEventsDoNotFillALane(t *testing.T) {
	const living = 10
	var c Calendar
	newest := int32(0)
	c.Stale = func(r Ref) bool { return r.ID <= newest-living && r.ID%1000 != 0 }
	lane := c.Lane(time.Hour)
	var kept []int32
	for ; newest < 100_000; newest++ {
		c.AfterLane(lane, time.Hour, 0, Ref{ID: newest})
		c.After(ms, 0, Ref{ID: -1})
		c.Next()
		if newest%1000 == 0 {
			kept = append(kept, newest)
		}
		if most := 4*(len(kept)+living) + 16; c.Len() > most {
			t.Fatalf("%d events lie in the lane after %d, want at most %d", c.Len(), newest, most)
		}
	}
	got := slices.DeleteFunc(drain(&c), func(id int32) bool { return id%1000 != 0 })
	if !slices.Equal(got, kept) {
		t.Errorf("delivered %v, want %v", got, kept)
	}
}

// TestSoonIsToldOfMostEventsBeforeTheyAreDue: of those in lanes and of those far off,
// and it does not tell of one in a lane twice.
func TestSoonIsToldOfMostEventsBeforeTheyAreDue(t *testing.T) {
	const ms, pending, rounds = time.Duration(1e6), 2000, 100_000
	var told [pending]int
	c := Calendar{Soon: func(events []Event) {
		for i := range events {
			told[events[i].Ref().ID]++
		}
	}}
	r := noise(5)
	lane := c.Lane(ms)
	inLane := func(id int32) bool { return id%2 == 0 }
	put := func(id int32, spread bool) {
		told[id] = 0
		if inLane(id) && !spread {
			c.AfterLane(lane, ms, 0, Ref{ID: id})
		} else {
			c.After(time.Duration(r.next()%uint64(2*ms)), 0, Ref{ID: id})
		}
	}
	for id := range int32(pending) {
		put(id, true)
	}
	missed := 0
	for i := range rounds {
		ev, _ := c.Next()
		id := ev.Ref().ID
		switch n := told[id]; {
		case n == 0:
			missed++
		case n > 1 && inLane(id) && i > 2*pending:
			t.Fatalf("told of an event in a lane %d times", n)
		}
		put(id, false)
	}
	if missed > rounds/10 {
		t.Errorf("not told of %d of %d events", missed, rounds)
	}
}
