package des

import (
	"slices"
	"testing"
	"time"
)

func TestNextBeforeStopsAtAnInstantAndAtAnEvent(t *testing.T) {
	var c Calendar
	lane := c.Lane(2 * ms)
	c.After(ms, 0, Ref{ID: 0})
	c.AfterLane(lane, 2*ms, 0, Ref{ID: 1})
	c.After(2*ms, 0, Ref{ID: 2})
	c.After(2*ms, 0, Ref{ID: 3})
	ahead := c // Due of the third, which is not pending in c any more when it is asked for
	for range 2 {
		ahead.Next()
	}
	third := ahead.First()
	for _, step := range []struct {
		end  Due
		want []int32
	}{
		{At(ms), nil},
		{At(2 * ms), []int32{0}},
		{At(2 * ms), nil},
		{third, []int32{1}},
		{At(2*ms + 1), []int32{2, 3}},
		{Never, nil},
	} {
		var got []int32
		for ev, ok := c.NextBefore(step.end); ok; ev, ok = c.NextBefore(step.end) {
			got = append(got, ev.Ref().ID)
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("before %d: %v, want %v", step.end.At, got, step.want)
		}
	}
}

// TestCalendarsThatFollowOneAnotherHaveOneOrder: ties are broken by the order of
// scheduling, whichever calendar it was.
func TestCalendarsThatFollowOneAnotherHaveOneOrder(t *testing.T) {
	var a, b Calendar
	for id := range int32(9) {
		if id%6 < 3 {
			a.Follow(&b)
			a.After(ms, 0, Ref{ID: id})
		} else {
			b.Follow(&a)
			b.After(ms, 0, Ref{ID: id})
		}
	}
	all := b.TakeAll(a.TakeAll(nil, none), none)
	slices.SortFunc(all, Event.Compare)
	var c Calendar
	c.PutBack(all)
	if got := drain(&c); !slices.Equal(got, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("delivered %v", got)
	}
}

func none(Event) bool { return false }

// TestWhatIsPutAwayComesBackAsItWas: however much there is, but for what is stale, and
// with a clock that has gone back.
func TestWhatIsPutAwayComesBackAsItWas(t *testing.T) {
	for _, n := range []int{0, 1, nearCap - 1, nearCap, nearCap + 1, 100, 5000} {
		c, _ := filled(n)
		var want []int32
		for _, ev := range c.TakeAll(nil, none) {
			want = append(want, ev.Ref().ID)
			c.After(ev.At, 0, ev.Ref())
		}
		for round := range 3 {
			c.MoveTo(time.Duration(round))
			stale := func(ev Event) bool { return ev.Ref().ID%7 == int32(round) }
			events := c.TakeAll(nil, stale)
			want = slices.DeleteFunc(want, func(id int32) bool { return id%7 == int32(round) })
			if c.Len() != 0 || c.Now() != time.Duration(round) {
				t.Fatalf("of %d, %d are pending, at %v", n, c.Len(), c.Now())
			}
			c.PutBack(events)
			if c.Len() != len(want) {
				t.Fatalf("%d of %d are pending", c.Len(), len(want))
			}
		}
		for k := range 8 { // beside what was put back
			c.After(ms*time.Duration(k)/4, 0, Ref{ID: -1})
		}
		var got []int32
		last := time.Duration(0)
		for ev, ok := c.Next(); ok; ev, ok = c.Next() {
			if ev.At < last {
				t.Fatalf("of %d: %d after %d", n, ev.At, last)
			}
			if last = ev.At; ev.Ref().ID >= 0 {
				got = append(got, ev.Ref().ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %d: delivered %d, want %d", n, len(got), len(want))
		}
	}
}
