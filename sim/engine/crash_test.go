package engine

import (
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/step"
)

func crash(service string) *fault.Crash {
	return &fault.Crash{Target: fault.Target{Service: service}}
}

// pair is front → back one millisecond apart, back taking 30 ms, with requests
// 100 ms apart from 50 ms on.
func pair(t testing.TB, n int) *Job {
	b := newBuilder()
	b.edge.SameZone, b.edge.CrossZone = constant(ms), constant(ms)
	b.service(ample("back"), sleep("30ms"))
	b.service(ample("front"), call("back.do"))
	b.journey("front.do")
	return b.few(t, n, 100*ms)
}

// span is a row of requests that fared alike: the times of the first and the last.
type span struct {
	outcome     string
	latency     time.Duration
	first, last time.Duration
}

// spans joins neighbours of equal outcome and latency.
func spans(rs []reply) (list []span) {
	for _, r := range rs {
		if k := len(list) - 1; k >= 0 && list[k].outcome == r.outcome.String() && list[k].latency == r.latency {
			list[k].last = r.at
			continue
		}
		list = append(list, span{r.outcome.String(), r.latency, r.at, r.at})
	}
	return list
}

// TestACrashIsRefusedThenUnknownThenOver: clients learn of the death after a
// second, and of the return at once.
func TestACrashIsRefusedThenUnknownThenOver(t *testing.T) {
	const up = 32 * ms
	for _, c := range []struct {
		name     string
		duration time.Duration
		want     []span
	}{
		{"an instant", 0, []span{
			{ok, up, 50 * ms, 9950 * ms}, {"connectionLost", 11 * ms, 10050 * ms, 10050 * ms}, {"connectionRefused", 2 * ms, 10150 * ms, 11050 * ms},
			{"unreachable", 0, 11150 * ms, 15050 * ms}, {ok, up, 15150 * ms, 29950 * ms}}},
		{"three seconds", 3 * sec, []span{
			{ok, up, 50 * ms, 9950 * ms}, {"connectionLost", 11 * ms, 10050 * ms, 10050 * ms}, {"connectionRefused", 2 * ms, 10150 * ms, 11050 * ms},
			{"unreachable", 0, 11150 * ms, 18050 * ms}, {ok, up, 18150 * ms, 29950 * ms}}},
		{"to the end", fault.Open, []span{
			{ok, up, 50 * ms, 9950 * ms}, {"connectionLost", 11 * ms, 10050 * ms, 10050 * ms}, {"connectionRefused", 2 * ms, 10150 * ms, 11050 * ms},
			{"unreachable", 0, 11150 * ms, 29950 * ms}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs, _ := replies(t, inject(pair(t, 300), "crash", 10060*ms, c.duration, crash("back")))
			if got := spans(rs); !slices.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestAnInstanceThatIsBackBeforeTheNewsIsNeverDropped(t *testing.T) {
	job := pair(t, 300)
	job.System.Stations[1].Startup = 500 * ms
	rs, _ := replies(t, inject(job, "crash", 10060*ms, 0, crash("back")))
	want := []span{{ok, 32 * ms, 50 * ms, 9950 * ms}, {"connectionLost", 11 * ms, 10050 * ms, 10050 * ms},
		{"connectionRefused", 2 * ms, 10150 * ms, 10550 * ms}, {ok, 32 * ms, 10650 * ms, 29950 * ms}}
	if got := spans(rs); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestTheNewsOfAnOldDeathSaysNothingOfANewOne(t *testing.T) {
	job := pair(t, 300)
	job.System.Stations[1].Startup = 500 * ms
	inject(job, "first", 10060*ms, 0, crash("back"))
	inject(job, "second", 10860*ms, 3*sec, crash("back")) // known at 11.86 s, not at 11.06
	rs, _ := replies(t, job)
	want := []span{{ok, 32 * ms, 50 * ms, 9950 * ms}, {"connectionLost", 11 * ms, 10050 * ms, 10050 * ms},
		{"connectionRefused", 2 * ms, 10150 * ms, 10550 * ms}, {ok, 32 * ms, 10650 * ms, 10750 * ms}, {"connectionLost", 11 * ms, 10850 * ms, 10850 * ms},
		{"connectionRefused", 2 * ms, 10950 * ms, 11850 * ms}, {"unreachable", 0, 11950 * ms, 14350 * ms}, {ok, 32 * ms, 14450 * ms, 29950 * ms}}
	if got := spans(rs); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestOverlappingCrashes: the instance starts when the last fault that holds it
// down has ended; a second death voids a start-up under way.
func TestOverlappingCrashes(t *testing.T) {
	for _, c := range []struct {
		name      string
		at, until [2]time.Duration
		back      time.Duration
	}{
		{"the second ends later", [2]time.Duration{5 * sec, 7 * sec}, [2]time.Duration{10 * sec, 12 * sec}, 17 * sec},
		{"the first ends later", [2]time.Duration{5 * sec, 7 * sec}, [2]time.Duration{12 * sec, 9 * sec}, 17 * sec},
		{"one after the other", [2]time.Duration{5 * sec, 8 * sec}, [2]time.Duration{8 * sec, 10 * sec}, 15 * sec},
		{"a death during the start-up", [2]time.Duration{5 * sec, 8 * sec}, [2]time.Duration{5 * sec, 8 * sec}, 13 * sec},
		{"a death after the start-up", [2]time.Duration{5 * sec, 11 * sec}, [2]time.Duration{5 * sec, 11 * sec}, 16 * sec},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := pair(t, 300)
			for i, name := range []string{"first", "second"} {
				inject(job, name, c.at[i], c.until[i]-c.at[i], crash("back"))
			}
			rs, _ := replies(t, job)
			last := slices.IndexFunc(rs, func(r reply) bool { return r.at > c.back-100*ms })
			for i, r := range rs {
				if wantOK := r.at < c.at[0] && r.at+32*ms < c.at[0] || r.at+ms >= c.back; i >= last-1 && (r.outcome == measure.Succeeded) != wantOK {
					t.Errorf("request at %v: %v, want the instance back at %v", r.at, r.outcome, c.back)
				}
			}
		})
	}
}

// TestEverythingInsideDiesWithTheProcess has one request in each place when
// back crashes at 100 ms.
func TestEverythingInsideDiesWithTheProcess(t *testing.T) {
	for _, c := range []struct {
		name    string
		build   func(b *builder)
		outcome string
		latency time.Duration // of the request sent at 50 ms
	}{
		{"at work on a core", func(b *builder) { b.service(small("back", 1, 0, 0), cpu("200ms")) }, "connectionLost", 51 * ms},
		{"at work on shared cores", func(b *builder) {
			b.service(model.Station{Name: "back", Cores: 1, Queue: model.Unlimited}, cpu("200ms"))
		}, "connectionLost", 51 * ms},
		{"asleep", func(b *builder) { b.service(ample("back"), sleep("200ms")) }, "connectionLost", 51 * ms},
		{"waiting for a call", func(b *builder) {
			b.service(ample("deep"), sleep("200ms"))
			b.service(ample("back"), call("deep.do"))
		}, "connectionLost", 51 * ms},
		{"waiting between retries", func(b *builder) {
			b.refusing("deep")
			b.edge.Retries = retries(1, 500*ms, "rejected")
			b.service(ample("back"), call("deep.do"))
			b.edge.Retries = nil
		}, "connectionLost", 51 * ms},
		{"in a branch", func(b *builder) { b.service(ample("back"), fork(sleep("200ms"), cpu("300ms"))) }, "connectionLost", 51 * ms},
		{"on the way there", func(b *builder) {
			b.service(ample("back"), sleep("1ms"))
			b.edge.SameZone = constant(60 * ms)
		}, "connectionRefused", 120 * ms},
		{"on the way back", func(b *builder) {
			b.service(ample("back"), sleep("1ms"))
			b.edge.SameZone = constant(40 * ms)
		}, ok, 81 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone = constant(ms)
			c.build(b)
			b.service(ample("front"), call("back.do"))
			b.journey("front.do")
			rs, r := replies(t, inject(b.few(t, 1, 100*ms), "crash", 100*ms, fault.Open, crash("back")))
			expect(t, rs, []string{c.outcome}, []time.Duration{c.latency})
			if r.Stations[1].WorkTime > 0 && c.outcome == "connectionLost" && r.Stations[1].WastedTime == 0 {
				t.Error("the work of a lost call is not wasted")
			}
		})
	}
}

func TestTheQueueDiesWithTheProcess(t *testing.T) {
	b := newBuilder()
	b.service(small("back", 1, 1, model.Unlimited), sleep("1s"))
	b.journey("back.do")
	rs, _ := replies(t, inject(b.few(t, 3, 100*ms), "crash", 280*ms, 0, crash("back")))
	expect(t, rs, []string{"connectionLost", "connectionLost", "connectionLost"}, []time.Duration{230 * ms, 130 * ms, 30 * ms})
}

func TestACallerThatDiesLeavesItsCalleeWorkingInVain(t *testing.T) {
	job := inject(pair(t, 20), "crash", 1060*ms, 0, crash("front")) // 9 ms into the call of the request at 1050
	rs, r := replies(t, job)
	if rs[10].outcome != measure.ConnectionLost || rs[10].latency != 10*ms {
		t.Errorf("the request inside: %v after %v", rs[10].outcome, rs[10].latency)
	}
	if back := &r.Stations[1]; math.Abs(back.WastedTime-0.030) > 1e-9 {
		t.Errorf("%v s of work in vain, want 0.03", back.WastedTime)
	}
}

// TestATimeoutBoundsTheNewsOfADeathToo: the connection's loss takes its way back,
// and the caller's patience does not wait for it.
func TestATimeoutBoundsTheNewsOfADeathToo(t *testing.T) {
	for _, c := range []struct {
		name    string
		policy  *resilience.Retries
		timeout time.Duration // of the call
		try     time.Duration
	}{
		{"of a call", nil, 300 * ms, 0},
		{"of a call with retries", retries(2, 10*ms, "rejected"), 300 * ms, 0},
		{"of a try", retries(1, 10*ms, "rejected"), 0, 300 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone, b.edge.Timeout, b.edge.PerTryTimeout, b.edge.Retries = constant(100*ms), c.timeout, c.try, c.policy
			b.service(ample("back"), sleep("1s"))
			b.service(ample("front"), call("back.do"))
			b.edge.Timeout, b.edge.PerTryTimeout, b.edge.Retries = 0, 0, nil
			b.journey("front.do")
			job := inject(b.few(t, 1, 100*ms), "crash", 290*ms, 0, crash("back")) // 240 ms into the call
			rs, _ := replies(t, job)
			expect(t, rs, []string{"timeout"}, []time.Duration{300 * ms})
		})
	}
}

func TestACrashClockStrikesWhatRuns(t *testing.T) {
	for _, c := range []struct {
		name   string
		every  string
		mode   fault.Mode
		deaths int // in a minute, of three replicas that take 5 s to start
	}{
		{"one at each tick", "10s", fault.Mode{Kind: "one"}, 6},
		{"two at each tick", "10s", fault.Mode{Kind: "fixed", Value: "2"}, 12},
		{"all at each tick", "10s", fault.Mode{}, 18},
		{"never one that is down", "2s", fault.Mode{Kind: "one"}, 30},
		{"as many of those that run", "2s", fault.Mode{Kind: "fixed", Value: "2"}, 30}, // 2, 1, 0, 2, 1, 0, …
	} {
		every := mustDist(c.every)
		job := pair(t, 1000)
		job.System.Stations[1].Replicas, job.System.Stations[1].Zones = 3, []int{0, 0, 0}
		inject(job, "clock", 10*sec, 61*sec, &fault.Crash{Target: onService("back"), Every: &every})
		job.Faults[0].Mode = c.mode
		e := setup(job)
		e.drive(t)
		deaths := 0
		for i := range e.instances {
			deaths += int(e.instances[i].deaths)
		}
		if deaths != c.deaths {
			t.Errorf("%s: %d deaths, want %d", c.name, deaths, c.deaths)
		}
	}
}

// TestADeadlyCallKillsItsWholeProcess: the other component dies with it where
// they share one, and lives on where they do not.
func TestADeadlyCallKillsItsWholeProcess(t *testing.T) {
	a := app{components: []component{
		{name: "bad", ops: []operation{{"bad.do", []step.Step{sleep("1ms")}}}},
		{name: "good", ops: []operation{{"good.do", []step.Step{sleep("100ms")}}}},
	}, journeys: []string{"bad.do", "good.do"}}
	for _, c := range []struct {
		name string
		host func(string) string
		dies bool
	}{{"one process", whole, true}, {"two processes", pieces, false}} {
		job := jobOf(assemble(a, cut{c.name, c.host, roomy, bare}), 100, 30*sec)
		inject(job, "crash", 10*sec, 10*sec, &fault.Crash{Target: onComponent("bad"), PerCall: 0.5})
		rs, _ := replies(t, job)
		isGood := func(r reply) bool { return r.journey == 1 }
		failed := share(rs, func(r reply) bool { return isGood(r) && r.outcome.Failed() })
		if (failed > 0) != c.dies {
			t.Errorf("%s: %v of all requests are good ones that failed", c.name, failed)
		}
		lost := share(rs, func(r reply) bool { return r.journey == 0 && r.outcome == measure.ConnectionLost })
		if lost == 0 {
			t.Errorf("%s: no deadly call was lost", c.name)
		}
	}
}
