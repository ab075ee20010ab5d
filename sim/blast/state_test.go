package blast

import (
	"math"
	"testing"
	"time"

	"faultline/sim/measure"
)

// lossy fails a share of the requests, in percent, that may change with time.
func lossy(percent func(at time.Duration) float64) func(request) measure.Entry {
	return func(q request) measure.Entry {
		if float64(q.number*37%100) < percent(q.at) {
			return failed
		}
		return good
	}
}

func during(from, to time.Duration, percent float64) func(time.Duration) float64 {
	return func(at time.Duration) float64 {
		if at >= from && at < to {
			return percent
		}
		return 0
	}
}

func TestStates(t *testing.T) {
	// The fault lasts from 100 s to 160 s of 300 s, unless said otherwise.
	cases := []struct {
		name     string
		percent  func(time.Duration) float64
		patience time.Duration
		window   Window
		want     State
	}{
		{name: "no loss", percent: during(0, 0, 0), want: Stable},
		{name: "one percent is chance", percent: during(100*second, 160*second, 1), want: Stable},
		{name: "two percent while it lasts", percent: during(100*second, 160*second, 2), want: Degraded},
		{name: "49 percent while it lasts", percent: during(100*second, 160*second, 49), want: Degraded},
		{name: "half of one slice", percent: during(110*second, 120*second, 50), want: Outage},
		{name: "constant loss to the end", percent: during(100*second, 300*second, 30), want: Metastable},
		{name: "a total loss to the end is more than an outage", percent: during(100*second, 300*second, 100), want: Metastable},
		{name: "rising loss", percent: func(at time.Duration) float64 { return max(0, (at-100*second).Seconds()/4) }, want: Metastable},
		{name: "falling loss", percent: func(at time.Duration) float64 {
			if at < 100*second {
				return 0
			}
			return (320*second - at).Seconds() / 3
		}, want: Recovering},
		{name: "bad three slices before the end, without a trend", percent: during(100*second, 280*second, 30), want: Metastable},
		{name: "healed in the last three slices", percent: during(100*second, 270*second, 30), want: Degraded},
		{name: "observed 50 s", percent: during(200*second, 300*second, 100),
			window: Window{Start: 200 * second, End: 250 * second}, want: Unknown},
		{name: "observed 60 s", percent: during(200*second, 300*second, 100),
			window: Window{Start: 200 * second, End: 240 * second}, want: Metastable},
		{name: "observed less than three patiences", percent: during(100*second, 300*second, 100), patience: 50 * second, want: Unknown},
		{name: "observed more than three patiences", percent: during(100*second, 300*second, 100), patience: 46 * second, want: Metastable},
		{name: "lasting to the end: half", percent: during(100*second, 300*second, 60),
			window: Window{Start: 100 * second, Open: true}, want: Outage},
		{name: "lasting to the end: a little", percent: during(100*second, 300*second, 10),
			window: Window{Start: 100 * second, Open: true}, want: Degraded},
		{name: "a fault as long as the run", percent: during(100*second, 300*second, 10),
			window: Window{Start: 100 * second, End: 400 * second}, want: Unknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := twin()
			if c.window != (Window{}) {
				w.faults[0] = c.window
			}
			p, err := Compare(Input{Fault: w.faults[0], Faulted: w.run(lossy(c.percent)), Baseline: w.run(always(good)),
				Journeys: 1, Patience: c.patience})
			if err != nil {
				t.Fatal(err)
			}
			if p.State != c.want {
				t.Errorf("state %v, want %v", p.State, c.want)
			}
		})
	}
}

func TestAChangedLoadEndsTheObservation(t *testing.T) {
	w := twin()
	f, b := w.run(lossy(during(100*second, 300*second, 50))), w.run(always(good))
	// From 210 s on, the load is half: of each two requests, one never was.
	for _, r := range []*measure.Run{f, b} {
		thin(r, 210*second)
	}
	p, err := Compare(Input{Fault: w.faults[0], Faulted: f, Baseline: b, Journeys: 1})
	if err != nil {
		t.Fatal(err)
	}
	if p.State != Unknown {
		t.Errorf("state %v after 50 s under one load, want unknown", p.State)
	}
}

// thin removes every second request from an instant on.
func thin(r *measure.Run, from time.Duration) {
	first := int(from / (10 * time.Millisecond))
	keep := func(n uint64) uint64 { return n - max(0, n-min(n, uint64(first)))/2 }
	var entries []measure.Entry
	var journeys []uint8
	for n, e := range r.Ledger.Flows[0] {
		if n < first || n%2 == 0 {
			entries, journeys = append(entries, e), append(journeys, 0)
		}
	}
	r.Ledger.Flows[0], r.Ledger.Journey[0] = entries, journeys
	for i := range r.Marks {
		r.Marks[i].Arrived[0] = keep(r.Marks[i].Arrived[0])
	}
}

func TestTimesToImpactRecoverAndRestore(t *testing.T) {
	w := twin()
	cases := []struct {
		name                     string
		from, to                 time.Duration
		impact, recover, restore time.Duration // −1: nil
	}{
		{"hit at once, over with the fault", 100, 160, 0, 0, 60},
		{"hit later, and 20 s longer", 120, 180, 20, 20, 80},
		{"within a slice", 125, 183, 20, 30, 90},
		{"over before the fault is", 100, 120, 0, 0, 20},
		{"only after the fault", 200, 210, 100, 50, 110},
		{"never", 0, 0, -1, 0, 0},
		{"never recovered", 100, 300, 0, -1, -1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := mustCompare(t, w, between(c.from*second, c.to*second, failed), always(good))
			for _, x := range []struct {
				what string
				got  *time.Duration
				want time.Duration
			}{{"impact", p.Impact, c.impact}, {"recover", p.Recover, c.recover}, {"restore", p.Restore, c.restore}} {
				switch {
				case x.got == nil && x.want != -1, x.got != nil && *x.got != x.want*second:
					t.Errorf("time to %s %v, want %d s", x.what, x.got, x.want)
				}
			}
			if p.Recovered != (c.recover != -1) {
				t.Errorf("recovered %v", p.Recovered)
			}
		})
	}
}

func TestARelapseIsNoRecovery(t *testing.T) {
	relapse := func(q request) measure.Entry {
		if q.at >= 100*second && q.at < 160*second || q.at >= 250*second && q.at < 260*second {
			return failed
		}
		return good
	}
	p := mustCompare(t, twin(), relapse, always(good))
	if p.Recover == nil || *p.Recover != 100*second {
		t.Errorf("recovered after %v, want 100 s: after the relapse", p.Recover)
	}
}

func TestTheLastSliceTakesTheRest(t *testing.T) {
	w := twin()
	w.duration = 299 * second
	p := mustCompare(t, w, always(good), always(good))
	last := p.Slices[len(p.Slices)-1]
	if len(p.Slices) != 19 || last.Length != 19*second || last.Pairs != 1900 {
		t.Errorf("%d slices, the last %v with %d pairs; want 19, 19 s, 1900", len(p.Slices), last.Length, last.Pairs)
	}
	w.faults[0] = Window{Start: 295 * second, End: 297 * second}
	p = mustCompare(t, w, always(good), always(good))
	if len(p.Slices) != 1 || p.Slices[0].Length != 4*second || p.Slices[0].Pairs != 400 {
		t.Errorf("a short run has %+v, want one slice of 4 s", p.Slices)
	}
}

func TestBadSliceNeedsMoreThanChance(t *testing.T) {
	cases := []struct {
		name  string
		slice Slice
		want  bool
	}{
		{"empty", Slice{}, false},
		{"1% exactly", Slice{Pairs: 1000, GoodBase: 1000, Lost: 10}, false},
		{"just over 1%", Slice{Pairs: 1000, GoodBase: 1000, Lost: 11}, true},
		{"gains cancel", Slice{Pairs: 1000, GoodBase: 1000, Lost: 11, Gained: 1}, false},
		// p = 0.9, n = 100: 3·√(0.09/100) = 9%.
		{"within three deviations", Slice{Pairs: 100, GoodBase: 90, Lost: 8}, false},
		{"beyond three deviations", Slice{Pairs: 100, GoodBase: 90, Lost: 10}, true},
	}
	for _, c := range cases {
		if got := c.slice.Bad(); got != c.want {
			t.Errorf("%s: bad = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOutageIsHalfOfWhatWasGood(t *testing.T) {
	s := Slice{Pairs: 1000, GoodBase: 800, Lost: 400}
	if !s.Outage() {
		t.Error("half of the good lost, and no outage")
	}
	if s.Lost = 399; s.Outage() {
		t.Error("an outage with less than half lost")
	}
}

// queue is a run of d seconds with a given number of arrivals a second and a
// level of work in progress.
func queue(d int, arrivals func(k int) float64, level func(k int) float64) *measure.Run {
	r := &measure.Run{Duration: time.Duration(d) * second, Window: second, Journeys: make([]measure.Journey, 1), Stations: make([]measure.Station, 3)}
	s := &r.Journeys[0].Series
	before := 0.0
	for k := range d {
		a := arrivals(k)
		s.Arrived = append(s.Arrived, uint32(a))
		s.Completed = append(s.Completed, uint32(max(0, a-(level(k)-before))))
		before = level(k)
		r.Stations[2].Series = append(r.Stations[2].Series, measure.StationWindow{Queued: float32(level(k)), InService: 3})
	}
	return r
}

func TestOverloadIsGrowthWithoutABound(t *testing.T) {
	constant := func(int) float64 { return 100 }
	cases := []struct {
		name     string
		arrivals func(int) float64
		level    func(int) float64
		want     bool
	}{
		{"steady", constant, func(int) float64 { return 40 }, false},
		{"five percent too much", constant, func(k int) float64 { return 5 * float64(k) }, true},
		{"a burst that is worked off", constant, func(k int) float64 { return max(0, 2000-math.Abs(float64(k-300))*20) }, false},
		{"a burst at the end", constant, func(k int) float64 { return max(0, float64(k-500)*20) }, false},
		{"wandering at capacity", constant, func(k int) float64 { return 150 + 150*math.Sin(float64(k)/95) }, false},
		{"longer requests under a growing load", func(k int) float64 { return 100 + float64(k) }, func(k int) float64 { return min(50*float64(k), 10*(100+float64(k))) }, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, over := Overload(queue(600, c.arrivals, c.level), 60*second, 600*second)
			if over != c.want {
				t.Fatalf("overloaded %v (%+v), want %v", over, g, c.want)
			}
			if over && (g.Station != 2 || math.Abs(g.Rate-5) > 1e-9) {
				t.Errorf("growth %+v, want 5 a second at station 2", g)
			}
		})
	}
	if _, over := Overload(queue(5, constant, func(k int) float64 { return 1e4 * float64(k) }), 0, 5*second); over {
		t.Error("five windows decided")
	}
}

func TestAnOverloadedBaselineIsJudgedByNoFault(t *testing.T) {
	w := twin()
	f, b := w.run(always(failed)), w.run(always(good))
	for k := range b.Journeys[0].Series.Completed {
		b.Journeys[0].Series.Completed[k] -= 10
	}
	p, err := Compare(Input{Fault: w.faults[0], Faulted: f, Baseline: b, Journeys: 1})
	if err != nil || p.State != Overloaded || p.Reason == "" || p.All.During.Pairs != 0 {
		t.Errorf("%+v, %v; want overloaded and no figures", p, err)
	}
}

func TestWhereNothingIsGoodWithoutTheFaultNoFaultIsJudged(t *testing.T) {
	p := mustCompare(t, twin(), always(failed), always(slow))
	if p.State != Overloaded || p.Reason == "" {
		t.Errorf("state %v, reason %q; want overloaded, and a reason", p.State, p.Reason)
	}
}

// Behind a bounded queue that is always full everything comes too late, but for a
// lucky one now and then.
func TestALuckyRequestNowAndThenIsNoHealth(t *testing.T) {
	b := func(q request) measure.Entry {
		if q.at > 200*second && q.number%50 == 0 {
			return good
		}
		return slow
	}
	if p := mustCompare(t, twin(), b, b); p.State != Overloaded || p.Reason == "" {
		t.Errorf("state %v, reason %q; want overloaded, and a reason", p.State, p.Reason)
	}
}

// What fails during the fault without it too, and is well later, is no overload:
// another fault, perhaps, or a few unlucky requests in a short window.
func TestNothingGoodDuringTheFaultAloneIsNoOverload(t *testing.T) {
	b := between(100*second, 160*second, slow)
	p := mustCompare(t, twin(), b, b)
	if _, ok := p.All.During.Radius(); ok || p.State != Stable || p.Reason != "" {
		t.Errorf("state %v, reason %q, radius defined: %v; want stable, and a radius of nothing", p.State, p.Reason, ok)
	}
	later := func(q request) measure.Entry {
		if q.at >= 160*second && q.at < 170*second {
			return failed
		}
		return b(q)
	}
	p = mustCompare(t, twin(), later, b)
	if p.State != Outage || p.All.After.Lost != 1000 {
		t.Errorf("state %v, lost after %d; want an outage and 1000", p.State, p.All.After.Lost)
	}
}
