package engine

import (
	"math"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/step"
	"faultline/sim/unit"
)

// waitFor is a fork of which k branches are waited for.
func waitFor(k int, steps ...step.Step) *step.Fork {
	return &step.Fork{Fork: step.ForkBody{Wait: step.Wait(k), Branches: step.Parallel(list(steps))}}
}

func TestAQuorumGoesOnWithTheKthSuccess(t *testing.T) {
	for _, c := range []struct {
		name    string
		k       int
		steps   []step.Step // "bad" rejects at once
		outcome string
		latency time.Duration
	}{
		{"any", 1, []step.Step{sleep("30ms"), sleep("10ms"), sleep("20ms")}, ok, 10 * ms},
		{"two of three", 2, []step.Step{sleep("30ms"), sleep("10ms"), sleep("20ms")}, ok, 20 * ms},
		{"all of three", 3, []step.Step{sleep("30ms"), sleep("10ms"), sleep("20ms")}, ok, 30 * ms},
		{"a failure is no success", 1, []step.Step{call("bad.do"), sleep("10ms"), sleep("20ms")}, ok, 10 * ms},
		{"too few can succeed", 2, []step.Step{call("bad.do"), call("bad.do"), sleep("20ms")}, no, 0},
		{"an optional failure is a degraded success", 1, []step.Step{optional("bad.do"), sleep("20ms")}, "degraded", 0},
		{"calls count like steps", 1, []step.Step{call("quick.do"), call("long.do")}, ok, 5 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.refusing("bad")
			b.service(ample("quick"), sleep("5ms"))
			b.service(ample("long"), sleep("50ms"))
			b.service(ample("front"), waitFor(c.k, c.steps...))
			b.journey("front.do")
			rs, _ := replies(t, b.few(t, 2, sec))
			expect(t, rs, []string{c.outcome, c.outcome}, []time.Duration{c.latency, c.latency})
		})
	}
}

func TestBranchesThatRunOnHoldTheWorker(t *testing.T) {
	b := newBuilder()
	b.service(small("front", 8, 1, model.Unlimited), waitFor(1, sleep("100ms"), sleep("10ms")))
	b.journey("front.do")
	rs, r := replies(t, b.few(t, 3, 50*ms))
	// Answered after 10 ms, but the worker is free after 100: the second comes 50
	// ms after the first and waits for 50, the third for 100.
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{10 * ms, 60 * ms, 110 * ms})
	if got := r.Stations[1].Latency.Sum; got != 180*ms {
		t.Errorf("the station's latencies sum to %v, want what the callers saw", got)
	}
}

func TestBranchesOfBranchesThatRunOnHoldTheWorker(t *testing.T) {
	b := newBuilder()
	// The inner fork goes on at 20 ms, when the loop that the outer one stood in is long over.
	inner := waitFor(1, sleep("20ms"), sleep("100ms"))
	b.service(small("front", 8, 1, model.Unlimited),
		&step.Repeat{Repeat: step.RepeatBody{Times: mustCount("1"), Steps: list([]step.Step{waitFor(1, sleep("10ms"), inner)})}})
	b.journey("front.do")
	rs, _ := replies(t, b.few(t, 3, 50*ms))
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{10 * ms, 60 * ms, 110 * ms})
}

func TestLoopsRunEachRoundWithDrawsOfItsOwn(t *testing.T) {
	b := newBuilder()
	b.service(ample("front"), &step.Repeat{Repeat: step.RepeatBody{Times: mustCount("3"), Steps: list([]step.Step{sleep("10ms"), cpu("5ms")})}}, sleep("1ms"))
	b.service(ample("spread"), &step.Repeat{Repeat: step.RepeatBody{Times: mustCount("4"), Steps: list([]step.Step{sleep("exp(10ms)")})}})
	b.service(ample("none"), &step.Repeat{Repeat: step.RepeatBody{Times: mustCount("mix(50% 0 50% 2)"), Steps: list([]step.Step{sleep("10ms")})}})
	for _, target := range []string{"front.do", "spread.do", "none.do"} {
		b.journey(target)
	}
	job := b.few(t, 6000, 100*ms)
	rs, _ := replies(t, job)
	var spread, squares float64
	n := 0.0
	for _, r := range rs {
		switch {
		case r.journey == 0 && r.latency != 46*ms:
			t.Fatalf("three rounds of 15 ms and 1 ms took %v", r.latency)
		case r.journey == 1:
			x := r.latency.Seconds() * 1e3
			spread, squares, n = spread+x, squares+x*x, n+1
		case r.journey == 2 && r.latency != 0 && r.latency != 20*ms:
			t.Fatalf("no round or two of 10 ms took %v", r.latency)
		}
	}
	// Erlang-4 of mean 40: variance 400. The same draw four times would have 1,600.
	if v := squares/n - spread/n*spread/n; v < 330 || v > 480 {
		t.Errorf("variance %v of four rounds, want about 400", v)
	}
	if got := share(rs, func(r reply) bool { return r.journey == 2 && r.latency == 0 }); !within(got, 1.0/6, len(rs)) {
		t.Errorf("%v of the requests ran no round, want 1/6", got)
	}
}

func TestALoopEndsWithItsFirstFailure(t *testing.T) {
	b := newBuilder()
	b.refusing("bad")
	three := call("bad.do")
	three.Times = mustCount("3")
	b.service(ample("front"), &step.Repeat{Repeat: step.RepeatBody{Times: mustCount("5"), Steps: list([]step.Step{sleep("10ms"), call("bad.do")})}})
	b.service(ample("again"), three)
	b.journey("front.do")
	b.journey("again.do")
	rs, r := replies(t, b.few(t, 100, sec))
	for _, q := range rs {
		if want := []time.Duration{10 * ms, 0}[q.journey]; q.outcome != measure.Rejected || q.latency != want {
			t.Fatalf("journey %d: %v after %v, want rejected after %v", q.journey, q.outcome, q.latency, want)
		}
	}
	if n := r.Edges[0].Calls + r.Edges[1].Calls; n != 100 {
		t.Errorf("%d calls, want one a request", n)
	}
}

func TestExactlyOneAlternativeRuns(t *testing.T) {
	b := newBuilder()
	b.service(ample("front"), &step.Choose{Branches: []step.Alternative{
		{Probability: 0.2, Steps: list([]step.Step{sleep("10ms"), sleep("1ms")})},
		{Probability: 0.5, Steps: list([]step.Step{sleep("20ms")})},
		{Probability: 0.3},
	}}, sleep("2ms"))
	b.journey("front.do")
	rs, _ := replies(t, b.few(t, 20_000, ms))
	for latency, p := range map[time.Duration]float64{13 * ms: 0.2, 22 * ms: 0.5, 2 * ms: 0.3} {
		if got := share(rs, func(r reply) bool { return r.latency == latency }); !within(got, p, len(rs)) {
			t.Errorf("%v of the requests took %v, want %v", got, latency, p)
		}
	}
}

func TestAFallbackTakesThePlaceOfAFailedCall(t *testing.T) {
	back := func(c *step.Call, steps ...step.Step) *step.Call {
		c.Fallback = list(steps)
		return c
	}
	for _, c := range []struct {
		name    string
		steps   []step.Step
		outcome string
		latency time.Duration
	}{
		{"not needed", []step.Step{back(call("good.do"), sleep("100ms"))}, ok, 5 * ms},
		{"serves", []step.Step{back(call("bad.do"), sleep("7ms")), sleep("1ms")}, "degraded", 8 * ms},
		{"fails too", []step.Step{back(call("bad.do"), call("bad.do")), sleep("1ms")}, no, 0},
		{"one for each of two calls", []step.Step{back(call("bad.do"), sleep("7ms")), back(call("good.do"), sleep("7ms"))}, "degraded", 12 * ms},
		{"in a branch", []step.Step{fork(back(call("bad.do"), sleep("7ms")), sleep("3ms"))}, "degraded", 7 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.refusing("bad")
			b.service(ample("good"), sleep("5ms"))
			b.service(ample("front"), c.steps...)
			b.journey("front.do")
			rs, _ := replies(t, b.few(t, 2, sec))
			expect(t, rs, []string{c.outcome, c.outcome}, []time.Duration{c.latency, c.latency})
		})
	}
}

func cached(ratio float64, refill time.Duration, steps ...step.Step) *step.Cached {
	return &step.Cached{Cache: step.CacheBody{HitRatio: unit.Share(ratio), Refill: unit.Duration(refill), Steps: list(steps)}}
}

func TestACacheHitsWithItsRatioAndIsColdAfterARestart(t *testing.T) {
	b := newBuilder()
	s := ample("front")
	s.Startup = sec
	b.service(s, cached(0.8, 10*sec, sleep("10ms")))
	b.journey("front.do")
	job := b.few(t, 60_000, ms)
	inject(job, "crash", 20*sec, 0, &fault.Crash{Target: onService("front")})
	rs, _ := replies(t, job)
	hits := func(from, to time.Duration) (float64, int) {
		hit, n := 0, 0
		for _, r := range rs {
			if r.at >= from && r.at < to && !r.outcome.Failed() {
				n++
				if r.latency == 0 {
					hit++
				}
			}
		}
		return float64(hit) / float64(n), n
	}
	for _, c := range []struct {
		from, to time.Duration
		want     float64
	}{{0, 20 * sec, 0.8}, {21 * sec, 22 * sec, 0.04}, {25 * sec, 27 * sec, 0.4}, {31 * sec, 60 * sec, 0.8}} {
		if got, n := hits(c.from, c.to); !within(got, c.want, n) {
			t.Errorf("from %v to %v: hit ratio %v of %d, want %v", c.from, c.to, got, n, c.want)
		}
	}
}

func TestASessionsOwnPausesAreNoLatency(t *testing.T) {
	b := newBuilder()
	b.service(ample("front"), sleep("10ms"))
	b.journey("front.do")
	b.at = model.Users
	b.sys.Journeys[0].Entry = b.asm.Program("journey session", list([]step.Step{call("front.do"), sleep("2s"), call("front.do"), sleep("1s"), call("front.do")}), b)
	rs, r := replies(t, only(b.few(t, 3, 100*ms), 3, 100*ms, 10*sec))
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{30 * ms, 30 * ms, 30 * ms})
	if r.Edges[0].Calls != 9 {
		t.Errorf("%d calls, want 9", r.Edges[0].Calls)
	}
	b.at = model.Users
	turn := list([]step.Step{call("front.do"), sleep("2s")})
	b.sys.Journeys[0].Entry = b.asm.Program("journey turns", list([]step.Step{&step.Repeat{Repeat: step.RepeatBody{Times: mustCount("3"), Steps: turn}}}), b)
	rs, _ = replies(t, only(b.few(t, 3, 100*ms), 3, 100*ms, 10*sec))
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{30 * ms, 30 * ms, 30 * ms})
}

func TestWhatNobodyWaitsForAnyMoreIsWasted(t *testing.T) {
	b := newBuilder()
	b.service(ample("quick"), sleep("10ms"))
	b.service(ample("long"), sleep("40ms"))
	b.service(ample("front"), waitFor(1, call("quick.do"), call("long.do")), sleep("1s"))
	b.journey("front.do")
	_, r := replies(t, only(b.few(t, 4, 100*ms), 4, 100*ms, sec))
	if quick, long := &r.Stations[1], &r.Stations[2]; quick.WastedTime != 0 || math.Abs(long.WastedTime-4*0.04) > 1e-9 {
		t.Errorf("wasted %v s of the quick, %v s of the long; want 0 and 0.16", quick.WastedTime, long.WastedTime)
	}
}
