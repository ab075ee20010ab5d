package blast

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/measure"
)

// judged compares with what journeys promise.
func judged(t *testing.T, w world, f, b func(request) measure.Entry, promises ...Objective) *Pairing {
	t.Helper()
	p, err := Compare(Input{Fault: w.faults[0], Faulted: w.run(f), Baseline: w.run(b), Journeys: len(promises), Objectives: promises})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnObjectiveIsBrokenByThreeSlices(t *testing.T) {
	three, two := 30*second, 20*second
	nines, p99 := Objective{Availability: 0.99}, Objective{Quantile: 0.99}
	for _, c := range []struct {
		name     string
		promise  Objective
		entry    measure.Entry
		percent  float64
		length   time.Duration
		baseline measure.Entry
		want     bool
	}{
		{"availability missed in three slices", nines, failed, 2, three, good, true},
		{"in two", nines, failed, 2, two, good, false},
		{"exactly the promise", nines, failed, 1, three, good, false},
		{"exactly three nines of a share that is no binary fraction", Objective{Availability: 99.9 / 100}, failed, 0.1, three, good, false},
		{"missed without the fault too", nines, failed, 2, three, failed, false},
		{"slow is available", nines, slow, 100, three, good, false},
		{"never answered is not", nines, waiting, 2, three, good, true},
		{"percentile missed", p99, slow, 2, three, good, true},
		{"percentile held", p99, slow, 1, three, good, false},
		{"failures are not slow", p99, failed, 50, three, good, false},
		{"but nothing answered is not fast", p99, failed, 100, three, good, true},
		{"the maximum", Objective{Quantile: 1}, slow, 1, three, good, true},
		{"no objective", Objective{}, failed, 100, three, good, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := func(q request) measure.Entry {
				if q.at >= 100*second && q.at < 100*second+c.length && float64(q.number*37%1000)/10 < c.percent {
					return c.entry
				}
				return good
			}
			b := between(100*second, 130*second, c.baseline)
			if got := judged(t, twin(), f, b, c.promise).Broken[0]; got != c.want {
				t.Errorf("broken %v, want %v", got, c.want)
			}
		})
	}
}

func TestAMeanIsJudgedByTheSeries(t *testing.T) {
	w := twin()
	build := func(seconds float64) Input {
		in := Input{Fault: w.faults[0], Faulted: w.run(always(good)), Baseline: w.run(always(good)), Journeys: 1,
			Objectives: []Objective{{Mean: 200 * time.Millisecond}}}
		for _, r := range []*measure.Run{in.Faulted, in.Baseline} {
			s := &r.Journeys[0].Series
			s.Failed, s.LatencySum = make([]uint32, 300), make([]float64, 300)
			for k := range s.LatencySum {
				s.LatencySum[k] = 0.1 * 100
				if r == in.Faulted && k >= 110 && k < 140 {
					s.LatencySum[k] = seconds * 100
				}
			}
		}
		return in
	}
	for seconds, want := range map[float64]bool{0.19: false, 0.21: true} {
		p, err := Compare(build(seconds))
		if err != nil || p.Broken[0] != want {
			t.Errorf("a mean of %v s: broken %v, %v; want %v", seconds, p.Broken, err, want)
		}
	}
}

// crowd compares with users: request n is that of user n modulo the population.
func crowd(t *testing.T, w world, population int, f func(request) measure.Entry) (*Pairing, error) {
	return Compare(Input{Fault: w.faults[0], Faulted: w.run(f), Baseline: w.run(always(good)), Journeys: 1,
		Flows: []Flow{{Population: population, User: func(n uint64) uint32 { return uint32(n % uint64(population)) }}}})
}

func TestUsersWhoLostARequest(t *testing.T) {
	// 20,000 requests from the start on; user n%40 has one every 0.4 s. User 3 loses
	// all of the first 90 s, in minutes 0 and 1; user 5 one request in minute 2.
	f := func(q request) measure.Entry {
		if q.number%40 == 3 && q.at >= 100*second && q.at < 190*second || q.number == 23005 {
			return failed
		}
		return good
	}
	p, err := crowd(t, twin(), 40, f)
	if err != nil {
		t.Fatal(err)
	}
	// The worst tenth of 40 users are four, and only two were hit.
	want := Users{Known: true, Seen: 40, Hit: 2, Minutes: 3, Losses: 226, Worst: 226}
	if p.Users != want {
		t.Errorf("%+v, want %+v", p.Users, want)
	}
	p, err = crowd(t, twin(), 10, func(q request) measure.Entry {
		if q.number == 10009 || q.number%10 == 4 && q.at >= 100*second && q.at < 110*second {
			return slow
		}
		return good
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Users{Known: true, Seen: 10, Hit: 2, Minutes: 2, Losses: 101, Worst: 100}); p.Users != want {
		t.Errorf("%+v, want %+v: the worst tenth is one of ten", p.Users, want)
	}
	if _, err := Compare(Input{Fault: twin().faults[0], Faulted: twin().run(f), Baseline: twin().run(f), Journeys: 1,
		Flows: []Flow{{Population: 40, User: func(uint64) uint32 { return 64 }}}}); err == nil || !strings.Contains(err.Error(), "outside its population") {
		t.Errorf("a user outside the population: %v", err)
	}
}

func TestRequestsInFlightBelongToTheirUsersToo(t *testing.T) {
	w := twin()
	w.open = []uint64{9997}
	p, err := crowd(t, w, 1000, func(q request) measure.Entry {
		if q.number == 9997 {
			return failed
		}
		return good
	})
	if want := (Users{Known: true, Seen: 1000, Hit: 1, Minutes: 1, Losses: 1, Worst: 1}); err != nil || p.Users != want {
		t.Errorf("%+v, %v; want %+v", p.Users, err, want)
	}
}

func TestUsersAreWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f, b := random(t)
		n := rapid.IntRange(1, 200).Draw(t, "population")
		p, err := Compare(Input{Fault: w.faults[0], Faulted: w.run(f), Baseline: w.run(b), Journeys: 2,
			Flows: []Flow{{Population: n, User: func(r uint64) uint32 { return uint32(r * 7919 % uint64(n)) }}}})
		if err != nil {
			t.Fatal(err)
		}
		u, lost := p.Users, p.All.During.Lost+p.All.After.Lost
		if u.Losses != lost || u.Hit > u.Seen || u.Seen > int64(n) || u.Hit > u.Minutes || u.Minutes > u.Losses || u.Worst > u.Losses ||
			u.Losses > 0 && u.Worst*10 < u.Losses {
			t.Fatalf("%+v of %d users, %d lost", u, n, lost)
		}
	})
}

// loop is a comparison in which the flow is a closed loop: F has requests of its own.
func loop(t *testing.T, f, b world, ef, eb func(request) measure.Entry) *Pairing {
	t.Helper()
	p, err := Compare(Input{Fault: b.faults[0], Faulted: f.run(ef), Baseline: b.run(eb), Journeys: 1, Flows: []Flow{{Closed: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAClosedLoopIsComparedByCounts(t *testing.T) {
	w := twin()
	slower := w
	slower.gap = 20 * time.Millisecond // half as many requests, all good: while they wait, users ask for less
	p := loop(t, slower, w, always(good), always(good))
	if r := radius(t, p.All.During); r != 0.5 || !p.Unpaired {
		t.Errorf("blast radius %v, unpaired %v; want 1 − 3000/6000", r, p.Unpaired)
	}
	if d := p.All.During; d.Pairs != 0 || d.Lost != 0 || d.Loose != 6000 || d.Short != 3000 || d.F.Offered != 3000 || d.B.Good != 6000 {
		t.Errorf("%+v", d)
	}
	if p.Slices[0].Loss() != 0.5 || p.State != Metastable {
		t.Errorf("loss of %v, state %v; want half of each slice", p.Slices[0].Loss(), p.State)
	}
	if p.Users.Known {
		t.Error("users of a closed loop lost requests, though none was paired")
	}
}

func TestAClosedLoopMayWander(t *testing.T) {
	w := twin()
	for _, c := range []struct {
		gap  time.Duration
		want State
	}{{10300 * time.Microsecond, Stable}, {12500 * time.Microsecond, Metastable}} {
		f := w
		f.gap = c.gap
		// 1000 a slice against 971 (σ = √1971 = 44) and 800.
		if p := loop(t, f, w, always(good), always(good)); p.State != c.want {
			t.Errorf("a request every %v: %v, want %v", c.gap, p.State, c.want)
		}
	}
}

func TestResilienceLossForgivesNothing(t *testing.T) {
	// Lost: 500 of the first slice, and all of the third; the fourth gains 100.
	w := twin()
	f := func(q request) measure.Entry {
		if q.at >= 100*second && q.at < 105*second || q.at >= 120*second && q.at < 130*second {
			return failed
		}
		return good
	}
	b := func(q request) measure.Entry {
		if q.at >= 130*second && q.at < 131*second {
			return failed
		}
		return good
	}
	if got := mustCompare(t, w, f, b).ResilienceLoss(); got != 1500 {
		t.Errorf("%d requests, want 500 + 1000, and nothing back for those gained", got)
	}
}

func TestAFaultThatStrikesAgainHasDuringToItsEnd(t *testing.T) {
	w := twin()
	w.faults[0] = Window{Start: 100 * second, Open: true, Again: true}
	p := mustCompare(t, w, between(100*second, 300*second, failed), always(good))
	if p.All.During.Lost != 20000 || p.All.After.Pairs != 0 {
		t.Errorf("lost %d during, %d pairs after; want all during", p.All.During.Lost, p.All.After.Pairs)
	}
	if got := w.faults[0].Span(300 * second); got != (measure.Span{From: 100 * second, To: 300 * second}) {
		t.Errorf("span %v", got)
	}
}

func TestSidesCountTheRequestsOfEachRun(t *testing.T) {
	w := twin()
	w.open = []uint64{9999}
	p := mustCompare(t, w, between(99*second, 130*second, failed), always(partly))
	want := Side{Offered: 6000, Answered: 3000, Failed: 3000, Good: 3000}
	if got := p.All.During.F; got != want {
		t.Errorf("F %+v, want %+v: without the one in flight at the start", got, want)
	}
	if got, want := p.All.During.B, (Side{Offered: 6000, Answered: 6000, Degraded: 6000, Good: 6000}); got != want {
		t.Errorf("B %+v, want %+v", got, want)
	}
}

func TestTheRadiusStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f, b := random(t)
		p, err := w.compare(f, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, tally := range []Tally{p.All.During, p.All.After} {
			r, ok := tally.Radius()
			if r > 1 || ok && tally.Lost+tally.Gained > tally.Pairs || ok && r < -float64(tally.Gained) {
				t.Fatalf("radius %v of %+v", r, tally)
			}
			if tally.Pairs < tally.B.Offered || tally.B.Answered+tally.B.Failed > tally.B.Offered || tally.F.Good > tally.F.Answered {
				t.Fatalf("sides of %+v", tally)
			}
		}
	})
}
