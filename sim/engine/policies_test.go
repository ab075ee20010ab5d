package engine

import (
	"math"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/unit"
)

// hop is front -> back under one edge; users wait as long as it takes.
func hop(b *builder, edge func(*model.Edge), back model.Station, work string) {
	b.service(back, sleep(work))
	plain := b.edge
	edge(&b.edge)
	b.service(ample("front"), call("back.do"))
	b.edge = plain
	b.journey("front.do")
}

func TestACircuitBreakerOpensAndTriesAgain(t *testing.T) {
	b := newBuilder()
	hop(b, func(e *model.Edge) {
		e.CircuitBreaker = &resilience.CircuitBreaker{FailureRateThreshold: 1, SlowCallRateThreshold: 1, SlowCallDurationThreshold: unit.Duration(time.Hour),
			SlidingWindow: resilience.Window{Calls: 3}, MinimumNumberOfCalls: 3, WaitDurationInOpenState: unit.Duration(450 * ms), PermittedNumberOfCallsInHalfOpenState: 1}
	}, ample("back"), "1ms")
	job := b.few(t, 20, 100*ms)
	inject(job, "errors", 0, 1200*ms, &fault.Errors{Target: onComponent("back"), Share: 1})
	rs, r := replies(t, job)
	// Requests come at 50, 150, … ms. Three errors open it at 250 ms; it tries again
	// from 700 on: at 750 an error, open until 1200; at 1250 all is well.
	want := []string{"error", "error", "error", "circuitOpen", "circuitOpen", "circuitOpen", "circuitOpen", "error",
		"circuitOpen", "circuitOpen", "circuitOpen", "circuitOpen", ok, ok, ok, ok, ok, ok, ok, ok}
	expect(t, rs, want, nil)
	if n := r.Stations[1].Counts.Offered(); n != 12 {
		t.Errorf("%d calls reached the callee, want 12", n)
	}
}

func TestASlowCallCountsAgainstItsCallee(t *testing.T) {
	b := newBuilder()
	hop(b, func(e *model.Edge) {
		e.CircuitBreaker = &resilience.CircuitBreaker{FailureRateThreshold: 1, SlowCallRateThreshold: 0.5, SlowCallDurationThreshold: unit.Duration(20 * ms),
			SlidingWindow: resilience.Window{Calls: 4}, MinimumNumberOfCalls: 4, WaitDurationInOpenState: unit.Duration(time.Hour), PermittedNumberOfCallsInHalfOpenState: 1}
	}, ample("back"), "30ms")
	rs, _ := replies(t, b.few(t, 6, 100*ms))
	expect(t, rs, []string{ok, ok, ok, ok, "circuitOpen", "circuitOpen"}, nil)
}

func TestABulkheadBoundsTheCallsInFlight(t *testing.T) {
	b := newBuilder()
	hop(b, func(e *model.Edge) { e.Bulkhead = &resilience.Bulkhead{MaxConcurrentCalls: 2} }, ample("back"), "100ms")
	rs, r := replies(t, b.few(t, 6, 40*ms))
	// At 20, 60 in; 100 full; 140, 180 in; 220 full.
	expect(t, rs, []string{ok, ok, "bulkheadFull", ok, ok, "bulkheadFull"}, nil)
	if ed := &r.Edges[0]; ed.Counts.Of(measure.BulkheadFull) != 2 || ed.Tries.Of(measure.BulkheadFull) != 2 || ed.Sent != 6 {
		t.Errorf("the edge counts %v, tries %v", ed.Counts, ed.Tries)
	}
}

func TestABulkheadLetsGoOfWhatTimedOut(t *testing.T) {
	b := newBuilder()
	hop(b, func(e *model.Edge) {
		e.Bulkhead, e.Timeout = &resilience.Bulkhead{MaxConcurrentCalls: 1}, 30*ms
	}, ample("back"), "1s")
	rs, _ := replies(t, b.few(t, 3, 40*ms))
	expect(t, rs, []string{"timeout", "timeout", "timeout"}, []time.Duration{30 * ms, 30 * ms, 30 * ms})
}

func TestHedgesRaceAndTheFirstSuccessWins(t *testing.T) {
	hedge := &resilience.Hedging{MaxAttempts: 3, HedgingDelay: unit.Duration(20 * ms)}
	t.Run("in turn", func(t *testing.T) {
		b := newBuilder()
		back := ample("back")
		back.Replicas = 3
		hop(b, func(e *model.Edge) { e.Hedging, e.LoadBalancer = hedge, "ROUND_ROBIN" }, back, "100ms")
		job := b.few(t, 1, sec)
		// The first instance takes 1 s, the second 100 ms from 20 ms on.
		inject(job, "slow", 0, fault.Open, slow(onService("back"), 10))
		job.Faults[0].Mode = fault.Mode{Kind: "one"}
		e := setup(job)
		e.beginFault(0)
		slowest := int32(0)
		for k := range int32(3) {
			if e.instances[e.stations[1].first+k].altered {
				slowest = k
			}
		}
		rs, r := replies(t, job)
		want := 100 * ms
		if slowest == 0 {
			want = 120 * ms
		}
		expect(t, rs, []string{ok}, []time.Duration{want})
		if ed := &r.Edges[0]; ed.Calls != 1 || ed.Sent != 3 || ed.Counts.Of(measure.Succeeded) != 1 {
			t.Errorf("%d calls, %d tries, %v", ed.Calls, ed.Sent, ed.Counts)
		}
	})
	t.Run("a failure sends the next at once", func(t *testing.T) {
		b := newBuilder()
		b.refusing("back")
		b.edge.Hedging = hedge
		b.service(ample("front"), call("back.do"))
		b.edge.Hedging = nil
		b.journey("front.do")
		rs, r := replies(t, b.few(t, 2, sec))
		expect(t, rs, []string{no, no}, []time.Duration{0, 0})
		if r.Edges[0].Sent != 6 {
			t.Errorf("%d tries, want 3 a call", r.Edges[0].Sent)
		}
	})
	t.Run("an answer in time sends none", func(t *testing.T) {
		b := newBuilder()
		hop(b, func(e *model.Edge) { e.Hedging = hedge }, ample("back"), "19ms")
		_, r := replies(t, b.few(t, 5, sec))
		if r.Edges[0].Sent != 5 {
			t.Errorf("%d tries, want 5", r.Edges[0].Sent)
		}
	})
}

// TestACancelStopsTheWork has users who give up after 50 ms on a request that
// reaches its leaf after 11 ms and takes 300 ms there.
func TestACancelStopsTheWork(t *testing.T) {
	for _, c := range []struct {
		name string
		edge func(*model.Edge)
		leaf float64 // seconds of work there, of two requests
	}{
		{"wasted work", func(*model.Edge) {}, 2 * 0.300},
		{"the cancel takes the network twice", func(e *model.Edge) { e.CancelOnTimeout = true }, 2 * 0.049},
		{"the deadline is known below", func(e *model.Edge) { e.DeadlinePropagation = true }, 2 * 0.039},
	} {
		for _, sharing := range []model.Scheduling{model.FIFO, model.PS} {
			t.Run(c.name, func(t *testing.T) {
				b := newBuilder()
				leaf := small("leaf", 1, 1, model.Unlimited)
				leaf.Scheduling = sharing
				b.service(leaf, cpu("300ms"))
				b.edge.SameZone = constant(5 * ms)
				c.edge(&b.edge)
				b.service(small("back", 1, 1, model.Unlimited), sleep("1ms"), fork(call("leaf.do"), sleep("200ms")))
				b.edge.Timeout = 50 * ms
				b.service(ample("front"), call("back.do"))
				b.edge = model.Edge{LoadBalancer: "LEAST_REQUEST"}
				b.journey("front.do")
				rs, r := replies(t, only(b.few(t, 2, 100*ms), 2, 100*ms, 2*sec))
				expect(t, rs, []string{"timeout", "timeout"}, []time.Duration{50 * ms, 50 * ms})
				if got := r.Stations[1].WorkTime; math.Abs(got-c.leaf) > 1e-9 {
					t.Errorf("the leaf worked for %v s, want %v", got, c.leaf)
				}
			})
		}
	}
}

func TestACancelReachesWhatWaitsAndWhatTravels(t *testing.T) {
	b := newBuilder()
	b.edge.SameZone = constant(40 * ms)
	hop(b, func(e *model.Edge) { e.DeadlinePropagation, e.Timeout = true, 30*ms }, small("back", 1, 1, model.Unlimited), "1s")
	rs, r := replies(t, b.few(t, 3, 100*ms))
	expect(t, rs, []string{"timeout", "timeout", "timeout"}, nil)
	if n := r.Stations[1].Counts.Offered(); n != 0 {
		t.Errorf("%d calls reached the callee after their deadline", n)
	}
}

func pooled(t *testing.T, size int, patience time.Duration, work string) *builder {
	b := newBuilder()
	hop(b, func(e *model.Edge) { e.Pool = 1 }, ample("back"), work)
	b.sys.Pools = []model.Pool{{From: 2, To: 1, Size: size, Timeout: patience}}
	return b
}

func TestAPoolBoundsTheConnectionsOfAnInstance(t *testing.T) {
	rs, r := replies(t, pooled(t, 1, 0, "30ms").few(t, 4, 20*ms))
	expect(t, rs, []string{ok, ok, ok, ok}, []time.Duration{30 * ms, 40 * ms, 50 * ms, 60 * ms})
	if got := r.Stations[1].InServiceTime; got > 0.0701 { // 10 ms to the end of arrivals at 80
		t.Errorf("%v s in service: more than one query at once", got)
	}
	rs, _ = replies(t, pooled(t, 2, 0, "30ms").few(t, 4, 20*ms))
	expect(t, rs, []string{ok, ok, ok, ok}, []time.Duration{30 * ms, 30 * ms, 30 * ms, 30 * ms})
}

func TestPatienceWithAPoolEnds(t *testing.T) {
	rs, _ := replies(t, pooled(t, 1, 15*ms, "50ms").few(t, 4, 20*ms))
	// At 10 served to 60; at 30 waits to 45; at 50 waits to 60, served to 110; at 70 waits to 85.
	expect(t, rs, []string{ok, "poolTimeout", ok, "poolTimeout"}, []time.Duration{50 * ms, 15 * ms, 60 * ms, 15 * ms})
}

func TestAConnectionIsHeldToTheReplyWhoeverWaits(t *testing.T) {
	b := newBuilder()
	hop(b, func(e *model.Edge) { e.Pool, e.Timeout = 1, 20*ms }, ample("back"), "50ms")
	b.sys.Pools = []model.Pool{{From: 2, To: 1, Size: 1}}
	_, r := replies(t, b.few(t, 10, 10*ms))
	// Whoever gets the connection gives up after 20 ms; it is free again after 50.
	if n := r.Stations[1].Counts.Offered(); n != 2 {
		t.Errorf("%d queries in 100 ms, want 2: each holds the connection for 50", n)
	}
}

func TestWallsBetweenModulesOfOneProcess(t *testing.T) {
	wall := func(e model.Edge) *builder {
		b := newBuilder()
		b.service(ample("back"), sleep("100ms"))
		b.service(small("front", 8, 8, model.Unlimited), call("back.do"), sleep("1ms"))
		b.journey("front.do")
		// Both in one process: the hop becomes a function call behind a wall.
		e.Name, e.From, e.To, e.Local, e.LoadBalancer = "front -> back", 2, 2, true, "LEAST_REQUEST"
		b.sys.Edges[0] = e
		b.sys.Ops[0].Station, b.sys.Components[0].Station = 2, 2
		return b
	}
	t.Run("timeout", func(t *testing.T) {
		rs, r := replies(t, wall(model.Edge{Timeout: 30 * ms}).few(t, 3, sec))
		expect(t, rs, []string{"timeout", "timeout", "timeout"}, []time.Duration{30 * ms, 30 * ms, 30 * ms})
		if ed := &r.Edges[0]; ed.Calls != 3 || ed.Counts.Of(measure.Timeout) != 3 || ed.Tries.Of(measure.Timeout) != 3 {
			t.Errorf("%+v", ed)
		}
	})
	t.Run("bulkhead", func(t *testing.T) {
		rs, _ := replies(t, wall(model.Edge{Bulkhead: &resilience.Bulkhead{MaxConcurrentCalls: 1}}).few(t, 4, 60*ms))
		expect(t, rs, []string{ok, "bulkheadFull", ok, "bulkheadFull"}, []time.Duration{101 * ms, 0, 101 * ms, 0})
	})
	t.Run("what timed out keeps its place", func(t *testing.T) {
		rs, _ := replies(t, wall(model.Edge{Timeout: 30 * ms, Bulkhead: &resilience.Bulkhead{MaxConcurrentCalls: 1}}).few(t, 4, 60*ms))
		expect(t, rs, []string{"timeout", "bulkheadFull", "timeout", "bulkheadFull"}, nil)
	})
	t.Run("nothing in the way", func(t *testing.T) {
		rs, _ := replies(t, wall(model.Edge{Timeout: sec}).few(t, 2, sec))
		expect(t, rs, []string{ok, ok}, []time.Duration{101 * ms, 101 * ms})
	})
}

func TestAnOutlierIsLeftOut(t *testing.T) {
	b := newBuilder()
	back := ample("back")
	back.Replicas = 4
	hop(b, func(e *model.Edge) {
		e.LoadBalancer = "ROUND_ROBIN"
		e.OutlierDetection = &resilience.OutlierDetection{Consecutive5xxErrors: 2, Interval: unit.Duration(sec), BaseEjectionTime: unit.Duration(3 * sec),
			MaxEjectionPercent: 0.5}
	}, back, "1ms")
	job := b.few(t, 400, 10*ms)
	inject(job, "errors", 0, sec, &fault.Errors{Target: onService("back"), Share: 1})
	job.Faults[0].Mode = fault.Mode{Kind: "one"}
	rs, _ := replies(t, job)
	failed := 0
	for _, r := range rs {
		if r.outcome.Failed() {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("%d requests failed, want the two that told", failed)
	}
}

func TestCallsStayInTheirZoneWhileItIsWell(t *testing.T) {
	b := newBuilder()
	b.edge.SameZone, b.edge.CrossZone = constant(0), constant(50*ms)
	back := ample("back")
	back.Replicas = 4
	hop(b, func(e *model.Edge) { e.LocalityAware, e.LoadBalancer = true, "RANDOM" }, back, "1ms")
	b.sys.Stations[1].Zones = []int{0, 0, 1, 1}
	rs, _ := replies(t, b.few(t, 200, 10*ms))
	for _, r := range rs {
		if r.latency != ms {
			t.Fatalf("request %d took %v: it left its zone", r.n, r.latency)
		}
	}
	b.sys.Edges[0].LocalityAware = false
	rs, _ = replies(t, b.few(t, 2000, 10*ms))
	if got := share(rs, func(r reply) bool { return r.latency == 101*ms }); !within(got, 0.5, len(rs)) {
		t.Errorf("%v of the calls went to the other zone, want half", got)
	}
}

func TestRetryBudgetsBoundTheRetries(t *testing.T) {
	tenth, three, tokens, per, least := unit.Share(0.1), 0, 5.0, 0.1, 1.0
	for _, c := range []struct {
		name   string
		budget *resilience.Budget
		most   float64 // tries a call, in the long run
	}{
		{"none", nil, 4},
		{"concurrency", &resilience.Budget{Ratio: &tenth, MinRetryConcurrency: &three}, 1.15},
		{"tokens", &resilience.Budget{Tokens: &tokens, PerCall: &per, MinTokens: &least}, 1.11},
		{"failure share", &resilience.Budget{MaxFailureShare: &tenth}, 1.05},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			policy := retries(3, 0, "error")
			policy.Budget = c.budget
			hop(b, func(e *model.Edge) { e.Retries, e.SameZone = policy, constant(10*ms) }, ample("back"), "0")
			job := b.few(t, 5000, ms)
			inject(job, "errors", 0, fault.Open, &fault.Errors{Target: onComponent("back"), Share: 1})
			_, r := replies(t, job)
			ed := &r.Edges[0]
			if got := float64(ed.Sent) / float64(ed.Calls); got > c.most || got < c.most-0.15 {
				t.Errorf("%v tries a call, want at most %v and not far below", got, c.most)
			}
		})
	}
}

func TestAUserStaysWithItsInstanceOnARing(t *testing.T) {
	for _, c := range []struct {
		population int
		slow       float64 // share of the requests that meet the one slow instance
	}{{1, -1}, {10_000, 0.2}} {
		b := newBuilder()
		back := ample("back")
		back.Replicas = 5
		hop(b, func(e *model.Edge) { e.LoadBalancer = "RING_HASH" }, back, "1ms")
		job := b.few(t, 5000, ms)
		job.Flows[0].Population = c.population
		inject(job, "slow", 0, fault.Open, slow(onService("back"), 9))
		job.Faults[0].Mode = fault.Mode{Kind: "one"}
		rs, _ := replies(t, job)
		got := share(rs, func(r reply) bool { return r.latency == 9*ms })
		if c.slow < 0 && got != 0 && got != 1 || c.slow > 0 && (got < c.slow-0.05 || got > c.slow+0.05) {
			t.Errorf("%d users: %v of the requests met the slow instance", c.population, got)
		}
	}
}
