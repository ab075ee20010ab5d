package engine

import (
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/step"
)

// few is a job of n requests, evenly spaced, the first after half a gap.
func (b *builder) few(t testing.TB, n int, gap time.Duration) *Job {
	t.Helper()
	return evenly(b.job(t, 1, time.Duration(n)*gap), gap)
}

// only stops the requests of a job after n, gap apart, and goes on for a time,
// so that what follows is measured.
func only(job *Job, n int, gap, more time.Duration) *Job {
	end := time.Duration(n) * gap
	rate := float64(time.Second) / float64(gap)
	job.Flows[0].Profile = load.NewStages(rate, []load.Stage{{Duration: end, Target: rate}, {Duration: 0, Target: 0}})
	job.Duration = end + more
	return job
}

// expect compares what became of each request with what should have.
func expect(t *testing.T, rs []reply, names []string, times []time.Duration) {
	t.Helper()
	if got := outcomes(rs); !slices.Equal(got, names) {
		t.Errorf("outcomes %v, want %v", got, names)
	}
	if got := latencies(rs); times != nil && !slices.Equal(got, times) {
		t.Errorf("latencies %v, want %v", got, times)
	}
}

const ok, no = "succeeded", "rejected"

func TestAWorkerIsHeldThroughEveryDownstreamWait(t *testing.T) {
	for _, c := range []struct {
		name    string
		workers int
		want    []time.Duration // of requests 50 ms apart
	}{
		{"workers without a bound", 0, []time.Duration{111 * ms, 111 * ms, 111 * ms}},
		{"two workers", 2, []time.Duration{111 * ms, 111 * ms, 122 * ms}},
		{"one worker", 1, []time.Duration{111 * ms, 172 * ms, 233 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.service(ample("back"), sleep("100ms"))
			b.service(small("front", 8, c.workers, model.Unlimited), cpu("1ms"), call("back.do"), sleep("10ms"))
			b.journey("front.do")
			rs, _ := replies(t, b.few(t, 3, 50*ms))
			expect(t, rs, []string{ok, ok, ok}, c.want)
		})
	}
}

func TestAFullQueueRejectsAtOnce(t *testing.T) {
	for _, c := range []struct {
		name    string
		workers int
		queue   int
		names   []string
		times   []time.Duration
	}{
		{"no place to wait", 1, 0, []string{ok, no, no, no}, []time.Duration{100 * ms, 0, 0, 0}},
		{"one place", 1, 1, []string{ok, ok, no, no}, []time.Duration{100 * ms, 190 * ms, 0, 0}},
		{"two workers and one place", 2, 1, []string{ok, ok, ok, no}, []time.Duration{100 * ms, 100 * ms, 180 * ms, 0}},
		{"places without a bound", 1, model.Unlimited, []string{ok, ok, ok, ok}, []time.Duration{100 * ms, 190 * ms, 280 * ms, 370 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.service(small("s", 8, c.workers, c.queue), sleep("100ms"))
			b.journey("s.do")
			rs, _ := replies(t, b.few(t, 4, 10*ms))
			expect(t, rs, c.names, c.times)
		})
	}
}

func TestARejectionTravelsBackLikeAReply(t *testing.T) {
	b := newBuilder()
	b.edge.SameZone = constant(3 * ms)
	b.service(small("back", 1, 1, 0), sleep("1s"))
	b.service(ample("front"), cpu("1ms"), call("back.do"))
	b.journey("front.do")
	rs, _ := replies(t, b.few(t, 2, 10*ms))
	expect(t, rs, []string{ok, no}, []time.Duration{1007 * ms, 7 * ms})
}

func TestCPUStepsWaitForACoreAndSleepsDoNot(t *testing.T) {
	for _, c := range []struct {
		name       string
		scheduling model.Scheduling
		step       step.Step
		want       []time.Duration // of requests 10 ms apart
	}{
		{"cpu in order", model.FIFO, cpu("15ms"), []time.Duration{15 * ms, 20 * ms, 25 * ms}},
		{"cpu shared", model.PS, cpu("15ms"), []time.Duration{20 * ms, 30 * ms, 25 * ms}},
		{"sleep", model.FIFO, sleep("15ms"), []time.Duration{15 * ms, 15 * ms, 15 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.service(model.Station{Name: "s", Cores: 1, Scheduling: c.scheduling, Queue: model.Unlimited}, c.step)
			b.journey("s.do")
			rs, _ := replies(t, b.few(t, 3, 10*ms))
			expect(t, rs, []string{ok, ok, ok}, c.want)
		})
	}
}

// refusing is a service that rejects all that comes.
func (b *builder) refusing(name string) {
	b.service(small(name, 1, 1, 0), sleep("1s"))
	b.sys.Stations[len(b.sys.Stations)-1].Workers = 0
}

// TestFailuresSpreadAsTheStepsSay is one request through each shape of a program.
func TestFailuresSpreadAsTheStepsSay(t *testing.T) {
	for _, c := range []struct {
		name    string
		steps   []step.Step // "bad" rejects after 4 ms, "late" times out after 30, "slow" takes 54
		outcome string
		latency time.Duration
	}{
		{"all is well", []step.Step{call("slow.do"), sleep("1ms")}, ok, 55 * ms},
		{"a failed call ends the operation", []step.Step{call("bad.do"), call("slow.do")}, no, 4 * ms},
		{"an optional failure degrades and goes on", []step.Step{optional("bad.do"), call("slow.do")}, "degraded", 58 * ms},
		{"an optional timeout costs its time", []step.Step{optional("late.do"), sleep("1ms")}, "degraded", 31 * ms},
		{"a failure after an optional one", []step.Step{optional("late.do"), call("bad.do")}, no, 34 * ms},
		{"branches join at the last", []step.Step{fork(call("slow.do"), sleep("70ms"), cpu("1ms")), sleep("1ms")}, ok, 71 * ms},
		{"a failed branch waits for the others", []step.Step{fork(call("bad.do"), call("slow.do")), sleep("1ms")}, no, 54 * ms},
		{"the first failure in time names the cause", []step.Step{fork(call("late.do"), call("bad.do"))}, no, 30 * ms},
		{"an optional branch degrades", []step.Step{fork(optional("bad.do"), call("slow.do"))}, "degraded", 54 * ms},
		{"branches within branches", []step.Step{fork(fork(call("bad.do"), sleep("9ms")), sleep("1ms"))}, no, 9 * ms},
		{"optional all over", []step.Step{fork(optional("bad.do"), optional("late.do"))}, "degraded", 30 * ms},
		{"a local call fails its caller", []step.Step{call("middle.do"), sleep("1ms")}, no, 8 * ms},
		{"an optional call of what failed below", []step.Step{optional("middle.do")}, "degraded", 8 * ms},
		{"a degraded callee degrades its caller", []step.Step{call("soft.do")}, "degraded", 8 * ms},
		{"a fork of one", []step.Step{fork(call("bad.do"))}, no, 4 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone = constant(2 * ms)
			b.refusing("bad")
			b.service(ample("slow"), sleep("50ms"))
			b.service(ample("late"), sleep("1s"))
			b.service(ample("middle"), call("bad.do"))
			b.service(ample("soft"), optional("bad.do"))
			b.service(ample("front"), c.steps...)
			for i := range b.sys.Edges {
				if b.sys.Edges[i].Name == "front -> late" {
					b.sys.Edges[i].Timeout = 30 * ms
				}
			}
			b.journey("front.do")
			rs, _ := replies(t, b.few(t, 1, 10*ms))
			expect(t, rs, []string{c.outcome}, []time.Duration{c.latency})
		})
	}
}

func TestProbabilityIsTheShareThatTakesTheStep(t *testing.T) {
	for _, p := range []float64{0.01, 0.3, 0.9, 1} {
		b := newBuilder()
		b.service(ample("back"), sleep("1ms"))
		b.service(ample("front"), maybe("back.do", p))
		b.journey("front.do")
		r := mustRun(t, b.job(t, 1000, 20*sec))
		calls, offered := r.Edges[0].Calls, r.Flows[0].Offered
		if got := float64(calls) / float64(offered); !within(got, p, int(offered)) {
			t.Errorf("%d of %d requests took a step of probability %v", calls, offered, p)
		}
	}
}

func TestATimeoutLeavesTheCalleeWorkingAndDropsItsReply(t *testing.T) {
	b := newBuilder()
	b.edge.SameZone = constant(ms)
	b.service(small("back", 1, 1, model.Unlimited), sleep("100ms"))
	b.edge.Timeout = 30 * ms
	b.service(ample("front"), optional("back.do"), sleep("200ms"))
	b.edge.Timeout = 0
	b.journey("front.do")
	rs, r := replies(t, b.few(t, 4, 100*ms))
	expect(t, rs, []string{"degraded", "degraded", "degraded", "degraded"}, []time.Duration{230 * ms, 230 * ms, 230 * ms, 230 * ms})
	back, ed := &r.Stations[1], &r.Edges[0]
	if back.Counts.Of(measure.Succeeded) != 4 || math.Abs(back.WastedTime-back.WorkTime) > 1e-9 || math.Abs(back.WorkTime-0.4) > 1e-9 {
		t.Errorf("the callee served %v, working %v s of which %v s in vain", back.Counts, back.WorkTime, back.WastedTime)
	}
	if ed.Counts.Of(measure.Timeout) != 4 || ed.Tries.Of(measure.Timeout) != 4 || ed.Calls != 4 || ed.Sent != 4 {
		t.Errorf("the edge saw %d calls and %d tries, ended %v and %v", ed.Calls, ed.Sent, ed.Counts, ed.Tries)
	}
}

// TestATimeoutCountsFromTheCallStep: serialisation, network, queue and work are
// all inside it.
func TestATimeoutCountsFromTheCallStep(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		outcome string
		latency time.Duration
	}{
		{"just enough", 19 * ms, "timeout", 19 * ms}, // the clock strikes first
		{"enough", 19*ms + 1, ok, 19 * ms},
		{"ends during the work", 12 * ms, "timeout", 12 * ms},
		{"ends on the way out", 4 * ms, "timeout", 4 * ms},
		{"ends while serialising", ms, "timeout", ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone, b.edge.Protocol, b.edge.Timeout = constant(4*ms), constant(3*ms), c.timeout
			b.service(ample("back"), sleep("5ms"))
			b.service(ample("front"), call("back.do"))
			b.edge.Timeout, b.edge.Protocol = 0, nil
			b.journey("front.do")
			rs, _ := replies(t, b.few(t, 1, 10*ms))
			expect(t, rs, []string{c.outcome}, []time.Duration{c.latency})
		})
	}
}

func TestBalancersRankAsTheoryRanksThem(t *testing.T) {
	mean := func(policy string) float64 {
		b := newBuilder()
		b.edge.LoadBalancer = policy
		st := small("s", 1, 1, model.Unlimited)
		st.Replicas = 8
		b.service(st, cpu("exp(1ms)"))
		b.journey("s.do")
		job := b.job(t, 6400, 30*sec)
		job.Warmup = 2 * sec
		return seconds(&mustRun(t, job).Journeys[0].Latency)
	}
	central := 1e-3 + erlangC(8, 6.4)*1e-3/(8-6.4)
	shortest, robin, random := mean("LEAST_REQUEST"), mean("ROUND_ROBIN"), mean("RANDOM")
	if !(central < shortest && shortest < robin && robin < random) {
		t.Errorf("central %.4g, least request %.4g, round robin %.4g, random %.4g: want them ascending", central, shortest, robin, random)
	}
	if want := 1e-3 / (1 - 0.8); math.Abs(random-want) > 0.05*want { // eight M/M/1
		t.Errorf("random: %.4g, want %.4g", random, want)
	}
}

func TestRoundRobinSendsToEachReplicaInTurn(t *testing.T) {
	b := newBuilder()
	b.edge.LoadBalancer = "ROUND_ROBIN"
	st := small("s", 1, 1, 0) // a second request at once would be rejected
	st.Replicas = 4
	b.service(st, sleep("39ms"))
	b.journey("s.do")
	r := mustRun(t, b.few(t, 400, 10*ms))
	if n := r.Journeys[0].Counts.Of(measure.Succeeded); n != 400 {
		t.Errorf("%d of 400 found a free replica", n)
	}
}

func TestEachClientInstanceKnowsItsOwnCallsAlone(t *testing.T) {
	// Two fronts in turn; each sends to the back it has sent less to, so each back
	// gets one call of each front, though it is busy with the other's.
	b := newBuilder()
	back, front := small("back", 1, 1, model.Unlimited), ample("front")
	back.Replicas, front.Replicas = 2, 2
	b.service(back, sleep("100ms"))
	b.service(front, call("back.do"))
	b.edge.LoadBalancer = "ROUND_ROBIN"
	b.journey("front.do")
	rs, _ := replies(t, b.few(t, 4, 10*ms))
	waited := 0
	for _, r := range rs {
		if r.latency > 100*ms {
			waited++
		}
	}
	if waited != 2 {
		t.Errorf("latencies %v: %d waited, want 2", latencies(rs), waited)
	}
}

func TestNetworkAndProtocolAddUpPerRemoteCall(t *testing.T) {
	for _, c := range []struct {
		name     string
		zones    []int // of front and back
		same     time.Duration
		cross    time.Duration
		protocol time.Duration
		want     time.Duration
	}{
		{"nothing", []int{0, 0}, 0, 0, 0, 10 * ms},
		{"one zone", []int{1, 1}, ms, 5 * ms, 0, 12 * ms},
		{"two zones", []int{0, 1}, ms, 5 * ms, 0, 20 * ms},
		{"somebody without a zone", nil, ms, 5 * ms, 0, 20 * ms},
		{"protocol on both sides", []int{0, 0}, 0, 0, 3 * ms, 16 * ms},
		{"all of it", []int{0, 1}, ms, 5 * ms, 3 * ms, 26 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.edge.SameZone, b.edge.CrossZone = constant(c.same), constant(c.cross)
			if c.same == 0 {
				b.edge.SameZone = nil
			}
			if c.protocol > 0 {
				b.edge.Protocol = constant(c.protocol)
			}
			b.service(ample("back"), sleep("10ms"))
			b.service(ample("front"), call("back.do"))
			b.edge.Protocol = nil
			b.journey("front.do")
			b.sys.Stations[1].Zones, b.sys.Stations[2].Zones = nil, nil
			if c.zones != nil {
				b.sys.Stations[2].Zones, b.sys.Stations[1].Zones = c.zones[:1], c.zones[1:]
			}
			rs, _ := replies(t, b.few(t, 1, 10*ms))
			expect(t, rs, []string{ok}, []time.Duration{c.want})
		})
	}
}

func TestProtocolTakesTheCoresOfBothSides(t *testing.T) {
	b := newBuilder()
	b.edge.Protocol = constant(3 * ms)
	b.service(small("back", 1, 0, model.Unlimited), sleep("1ms"))
	b.service(small("front", 1, 0, model.Unlimited), call("back.do"))
	b.edge.Protocol = nil
	b.journey("front.do")
	r := mustRun(t, b.few(t, 100, 20*ms))
	for i, name := range []string{"back", "front"} {
		if got := r.Stations[1+i].BusyCoreTime; math.Abs(got-0.3) > 1e-9 {
			t.Errorf("%s: %v core-seconds, want 0.3", name, got)
		}
	}
}

// TestBranchesTakeTheirTurnsInTheOrderWritten: of 10, 20 and 40 ms on one core.
func TestBranchesTakeTheirTurnsInTheOrderWritten(t *testing.T) {
	ops := func(steps ...step.Step) (list []operation) {
		for i, s := range steps {
			list = append(list, operation{"c." + string(rune('0'+i)), []step.Step{s}})
		}
		return list
	}
	for _, c := range []struct {
		name string
		ops  []operation
	}{
		{"bare steps", ops(fork(cpu("10ms"), cpu("20ms"), cpu("40ms")))},
		{"calls in the same process", ops(cpu("10ms"), cpu("20ms"), cpu("40ms"), fork(call("c.0"), call("c.1"), call("c.2")))},
		{"one of each", ops(cpu("10ms"), fork(call("c.0"), cpu("20ms"), fork(cpu("40ms"))))},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := func(string) model.Station { return small("", 1, model.Unlimited, model.Unlimited) }
			a := app{components: []component{{name: "c", ops: c.ops}}, journeys: []string{c.ops[len(c.ops)-1].name}}
			e := setup(evenly(jobOf(assemble(a, cut{"one", whole, one, bare}), 1, 10*ms), 10*ms))
			var ends []time.Duration
			for !e.done {
				ev, _ := e.next()
				if ev.Kind() == evWork {
					ends = append(ends, ev.At)
				}
				e.handle(&ev)
			}
			if want := []time.Duration{15 * ms, 35 * ms, 75 * ms}; !slices.Equal(ends, want) {
				t.Errorf("branches ended at %v, want %v", ends, want)
			}
		})
	}
}
