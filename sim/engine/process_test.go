package engine

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/model"
)

// TestStressTakesCoresAndNoSleep: half of the cores gone from 90 to 120 ms is 15 ms
// of CPU work lost.
func TestStressTakesCoresAndNoSleep(t *testing.T) {
	for _, c := range []struct {
		name    string
		station model.Station
		cpu     bool
		want    time.Duration
	}{
		{"on a core", small("s", 1, 0, 0), true, 115 * ms},
		{"on a shared core", model.Station{Name: "s", Cores: 1, Queue: model.Unlimited}, true, 115 * ms},
		{"asleep", ample("s"), false, 100 * ms},
	} {
		b := newBuilder()
		if c.cpu {
			b.service(c.station, cpu("100ms"))
		} else {
			b.service(c.station, sleep("100ms"))
		}
		b.journey("s.do")
		rs, _ := replies(t, inject(b.few(t, 1, 100*ms), "stress", 90*ms, 30*ms, &fault.CPUStress{Target: onComponent("s"), Load: 0.5}))
		t.Run(c.name, func(t *testing.T) { expect(t, rs, []string{ok}, []time.Duration{c.want}) })
	}
}

// free lists the workers that are free at instants, in seconds and a millisecond.
func free(e *engine, id int32, at ...time.Duration) (list []int32) {
	for _, s := range at {
		e.until(s*sec + ms)
		list = append(list, e.instances[id].free)
	}
	return list
}

// TestADeadlockTakesWorkersOneByOne, and the end of the fault or a restart gives
// them back.
func TestADeadlockTakesWorkersOneByOne(t *testing.T) {
	for _, c := range []struct {
		name string
		also func(*Job)
		want []int32 // free of 4 after 1, 2, … seconds; each request is over at once
	}{
		{"to the end of the fault", func(*Job) {}, []int32{4, 4, 3, 2, 1, 0, 0, 4, 4}},
		{"to a restart", func(j *Job) { inject(j, "crash", 4500*ms, 0, crash("s")) }, []int32{4, 4, 3, 2, 4, 4, 3, 4, 4}},
		{"with another fault", func(j *Job) {
			inject(j, "other", 1500*ms, 2*sec, &fault.Deadlock{Target: onService("s"), Rate: 1})
		}, []int32{4, 4, 2, 2, 1, 0, 0, 4, 4}},
	} {
		b := newBuilder()
		st := small("s", 4, 4, model.Unlimited)
		st.Startup = 1200 * ms
		b.service(st)
		b.journey("s.do")
		job := inject(b.few(t, 100, 100*ms), "deadlock", 2*sec-500*ms, 6*sec, &fault.Deadlock{Target: onComponent("s"), Rate: 1})
		c.also(job)
		e := setup(job)
		if got := free(e, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v free, want %v", c.name, got, c.want)
		}
		e.drive(t)
	}
}

// TestALimitOfConnectionsMakesQueriesWait: four requests at once of 100 ms on a
// database of 4 connections, of which 2 are left for a time.
func TestALimitOfConnectionsMakesQueriesWait(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 4, 4, model.Unlimited), cpu("100ms"))
	b.journey("s.do")
	b.sys.Stations[1].Kind = model.KindDatabase
	for _, c := range []struct {
		name     string
		from, to time.Duration
		limit    int
		want     []time.Duration // of requests at 5, 15, 25, 35 ms
	}{
		{"before", 0, sec, 2, []time.Duration{100 * ms, 100 * ms, 180 * ms, 180 * ms}},
		{"none is cut off", 30 * ms, sec, 1, []time.Duration{100 * ms, 100 * ms, 100 * ms, 190 * ms}},
		{"the end lets in who waits", 0, 60 * ms, 1, []time.Duration{100 * ms, 145 * ms, 135 * ms, 125 * ms}},
	} {
		f := &fault.ConnectionLimit{Target: fault.Target{Database: "s"}, Connections: c.limit}
		rs, _ := replies(t, inject(only(b.few(t, 1, 10*ms), 4, 10*ms, sec), "limit", c.from, c.to-c.from, f))
		t.Run(c.name, func(t *testing.T) { expect(t, rs, []string{ok, ok, ok, ok}, c.want) })
	}
}

// TestConnectionsGivenBackDuringAPauseAreTakenAfterIt.
func TestConnectionsGivenBackDuringAPauseAreTakenAfterIt(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 4, 4, model.Unlimited), cpu("100ms"))
	b.journey("s.do")
	b.sys.Stations[1].Kind = model.KindDatabase
	job := only(b.few(t, 1, 10*ms), 4, 10*ms, sec)
	inject(job, "limit", 0, 60*ms, &fault.ConnectionLimit{Target: fault.Target{Database: "s"}, Connections: 1})
	inject(job, "pause", 50*ms, 30*ms, &fault.Pause{Target: fault.Target{Database: "s"}})
	rs, _ := replies(t, job)
	expect(t, rs, []string{ok, ok, ok, ok}, []time.Duration{130 * ms, 165 * ms, 155 * ms, 145 * ms})
}

// TestSlowQueriesAreOfTheDatabaseAlone.
func TestSlowQueriesAreOfTheDatabaseAlone(t *testing.T) {
	job := pair(t, 1)
	job.System.Stations[1].Kind = model.KindDatabase
	rs, _ := replies(t, inject(job, "slow", 0, fault.Open, &fault.SlowQueries{Target: fault.Target{Database: "back"}, Factor: 3}))
	expect(t, rs, []string{ok}, []time.Duration{92 * ms})
}

// TestCachesAreColdAfterAFlushAndAfterAStart.
func TestCachesAreColdAfterAFlushAndAfterAStart(t *testing.T) {
	job := inject(pair(t, 100), "flush", 2*sec, 0, &fault.CacheFlush{Target: onComponent("front")})
	inject(job, "crash", 3*sec, 0, crash("back"))
	e := setup(job)
	var got []time.Duration
	for _, at := range []time.Duration{1, 2, 9} {
		e.until(at*sec + ms)
		got = append(got, e.instances[1].cacheBorn, e.instances[2].cacheBorn)
	}
	if want := []time.Duration{-1, -1, -1, 2 * sec, 8 * sec, 2 * sec}; !slices.Equal(got, want) {
		t.Errorf("caches began at %v, want %v", got, want)
	}
}

// TestARetryStormIsOfTheClients: on all edges to the target, and no others; storms
// add up.
func TestARetryStormIsOfTheClients(t *testing.T) {
	for _, c := range []struct {
		target fault.Target
		want   []int // front → back, users → front
	}{
		{onService("back"), []int{3, 0}}, {onComponent("front"), []int{0, 3}}, {onEdge("front -> back"), []int{3, 0}},
		{onEdge("* -> *"), []int{3, 0}}, {onService("*"), []int{3, 3}},
	} {
		job := inject(pair(t, 10), "storm", 100*ms, 400*ms, &fault.RetryStorm{Target: c.target, Attempts: 3})
		inject(job, "more", 300*ms, 500*ms, &fault.RetryStorm{Target: onEdge("front -> back"), Attempts: 2})
		job.System.Stations[1].Replicas, job.System.Stations[1].Zones = 3, []int{0, 0, 0}
		e := setup(job)
		storms := func() (list []int) {
			for i := range job.System.Edges {
				caller := frame{role: roleTry, inst: 0} // users, and of no component
				list = append(list, e.storm(model.EdgeID(i), &caller, siteOf(e, i)))
			}
			return list
		}
		e.until(200 * ms)
		if got := storms(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.target.String(), got, c.want)
		}
		e.until(350 * ms)
		if got := storms(); got[0] != c.want[0]+2 {
			t.Errorf("%s: %v with another storm", c.target.String(), got)
		}
		e.until(900 * ms)
		if got := storms(); !slices.Equal(got, []int{0, 0}) || e.edges[0].altered {
			t.Errorf("%s: %v in the end", c.target.String(), got)
		}
	}
}

// siteOf is a call over an edge.
func siteOf(e *engine, edge int) int32 {
	return int32(slices.IndexFunc(e.sites, func(s site) bool { return s.ed == &e.edges[edge] }))
}

// TestRandomFailuresHitAndAreRepairedOneByOne: a tick a second from 1 s on, each
// repaired after 2.5 s.
func TestRandomFailuresHitAndAreRepairedOneByOne(t *testing.T) {
	for _, c := range []struct {
		name   string
		mode   fault.Mode
		fault  fault.Fault
		repair string
		length time.Duration
		want   []int // of 5 instances that stand still or are down after 1.6, 2.6, … s
	}{
		{"one at a time", fault.Mode{Kind: "one"}, pause("s"), "2500ms", fault.Open, []int{0, 1, 2, 2, 2, 2, 2, 2, 2}},
		{"all", fault.Mode{}, pause("s"), "2500ms", fault.Open, []int{0, 5, 5, 0, 5, 5, 0, 5, 5}},
		{"two at a time", fault.Mode{Kind: "fixed", Value: "2"}, pause("s"), "2500ms", fault.Open, []int{0, 2, 4, 3, 3, 4, 3, 3, 4}},
		{"never repaired", fault.Mode{Kind: "one"}, pause("s"), "", fault.Open, []int{0, 1, 2, 3, 4, 5, 5, 5, 5}},
		{"until the fault ends", fault.Mode{Kind: "one"}, pause("s"), "", 4200 * ms, []int{0, 1, 2, 3, 0, 0, 0, 0, 0}},
		{"killed, and up after 100 ms", fault.Mode{Kind: "one"}, &fault.Kill{Target: onService("s")}, "2300ms", fault.Open, []int{0, 1, 2, 2, 2, 2, 2, 2, 2}},
		{"crashed for an instant", fault.Mode{Kind: "one"}, &fault.Kill{Target: onService("s")}, "", fault.Open, []int{0, 0, 0, 0, 0, 0, 0, 0, 0}},
	} {
		b := newBuilder()
		st := ample("s")
		st.Replicas, st.Startup = 5, 100*ms
		b.service(st)
		b.journey("s.do")
		job := inject(b.few(t, 1000, 10*ms), "failures", sec, c.length, c.fault)
		in := &job.Faults[0]
		in.Every, in.Mode = constant(sec), c.mode
		if c.repair != "" {
			in.Repair = mustDist(c.repair).Dist
		}
		e := setup(job)
		var got []int
		var deaths uint32
		for at := 1600 * ms; at < 10*sec; at += sec {
			e.until(at)
			n := 0
			for _, inst := range e.instances[1:] {
				if inst.frozen || !inst.up {
					n++
				}
			}
			got = append(got, n)
		}
		e.drive(t)
		for _, inst := range e.instances {
			deaths += inst.deaths
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v are hit, want %v", c.name, got, c.want)
		}
		if c.name == "crashed for an instant" && deaths < 8 {
			t.Errorf("%s: %d deaths", c.name, deaths)
		}
	}
}

// TestPausesComeByEachInstancesOwnClock, and end with the fault.
func TestPausesComeByEachInstancesOwnClock(t *testing.T) {
	b := newBuilder()
	b.service(ample("s"))
	b.journey("s.do")
	f := &fault.Pauses{Target: onService("s"), Every: mustDist("1s"), Length: mustDist("200ms")}
	rs, _ := replies(t, inject(b.few(t, 30, 100*ms), "pauses", 500*ms, 2250*ms, f))
	want := make([]time.Duration, 30)
	want[15], want[16] = 150*ms, 50*ms // 1,500 to 1,700 ms; the next from 2,700
	want[27] = 0                       // at 2,750 the fault has ended
	names := make([]string, 30)
	for i := range names {
		names[i] = ok
	}
	expect(t, rs, names, want)
}

// TestTheEndOfAStrikeEndsWhatItHolds: pauses of a second that begin 200 ms after a
// strike are over when it is repaired after 300 ms.
func TestTheEndOfAStrikeEndsWhatItHolds(t *testing.T) {
	b := newBuilder()
	b.service(ample("s"))
	b.journey("s.do")
	f := &fault.Pauses{Target: onService("s"), Every: mustDist("200ms"), Length: mustDist("1s")}
	job := inject(b.few(t, 25, 100*ms), "strikes", 0, fault.Open, f)
	job.Faults[0].Every, job.Faults[0].Repair = constant(sec), constant(300*ms)
	rs, _ := replies(t, job) // at 1,250 ms it stands still until 1,300, and a second later again
	if len(rs) != 25 {
		t.Errorf("%d requests were answered", len(rs))
	}
	for i, r := range rs {
		want := time.Duration(0)
		if i == 12 || i == 22 {
			want = 50 * ms
		}
		if r.latency != want {
			t.Errorf("request %d took %v, want %v", i, r.latency, want)
		}
	}
}

// TestEachStrikeOfASurgeIsAnother: their requests do not come alike.
func TestEachStrikeOfASurgeIsAnother(t *testing.T) {
	job := jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 50, 15*sec)
	inject(job, "surges", 0, fault.Open, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: 2})
	job.Faults[0].Every, job.Faults[0].Repair = constant(5*sec), constant(2*sec)
	rs, _ := replies(t, job)
	strikes := make([][]time.Duration, 3)
	for _, r := range rs {
		if r.surge {
			strikes[r.at/(5*sec)] = append(strikes[r.at/(5*sec)], r.at%(5*sec))
		}
	}
	if len(strikes[0]) != 0 || len(strikes[1]) < 50 || len(strikes[2]) < 50 {
		t.Fatalf("%d, %d and %d extra requests", len(strikes[0]), len(strikes[1]), len(strikes[2]))
	}
	if strikes[1][0] == strikes[2][0] && strikes[1][1] == strikes[2][1] {
		t.Errorf("two strikes begin alike: %v", strikes[1][:2])
	}
	if strikes[1][len(strikes[1])-1] > 2*sec {
		t.Errorf("a request came %v into a strike of 2 s", strikes[1][len(strikes[1])-1])
	}
}
