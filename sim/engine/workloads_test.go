package engine

import (
	"testing"
	"time"

	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
)

// The workloads of docs/performance.md.

// w1 is one server at ρ = 0.8 (docs/performance.md).
func w1(t testing.TB, n int) *Job {
	b := newBuilder()
	b.service(model.Station{Name: "s", Cores: 1, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(800us)"))
	b.journey("s.do")
	return b.job(t, 1000, time.Duration(n)*time.Millisecond)
}

// w2 is gateway → app → database at 1,500 requests/s, a server held while it
// waits downstream. With patience, a timeout is armed on every call.
func w2(t testing.TB, n int, patience time.Duration) *Job {
	b := newBuilder()
	leg := mustDist("500us").Dist
	b.edge.SameZone, b.edge.CrossZone, b.edge.Timeout = leg, leg, patience
	b.service(model.Station{Name: "db", Cores: 4, Workers: 4, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(1ms)"))
	b.service(model.Station{Name: "app", Cores: 16, Workers: 16, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(3ms)"), call("db.do"))
	b.service(model.Station{Name: "gateway", Cores: 16, Workers: 16, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(1ms)"), call("app.do"))
	b.journey("gateway.do")
	return b.job(t, 1500, time.Duration(float64(n)/1500*1e9))
}

// w3 is 100 trees of ten services each, root → 3 children in parallel → 2
// leaves each, at rate requests/s in all.
func w3(t testing.TB, trees int, rate float64, n int) *Job {
	b := newBuilder()
	leg := mustDist("500us").Dist
	b.edge.SameZone, b.edge.CrossZone = leg, leg
	st := func(name string) model.Station {
		return model.Station{Name: name, Cores: 2, Workers: 2, Scheduling: model.FIFO, Queue: model.Unlimited}
	}
	b.room(10*trees, 35*trees, trees)
	for i := range trees {
		p := "t" + string(rune('0'+i/10000%10)) + string(rune('0'+i/1000%10)) + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		var mids []step.Step
		for _, m := range []string{"a", "b", "c"} {
			b.service(st(p+m+"1"), cpu("exp(1ms)"))
			b.service(st(p+m+"2"), cpu("exp(1ms)"))
			b.service(st(p+m), cpu("exp(1ms)"), fork(call(p+m+"1.do"), call(p+m+"2.do")))
			mids = append(mids, call(p+m+".do"))
		}
		b.service(st(p), cpu("exp(1ms)"), fork(mids...))
		b.journey(p + ".do")
	}
	j := b.job(t, rate, time.Duration(float64(n)/rate*1e9))
	j.Window = time.Minute
	return j
}

// w4 is w2 as users build it: latencies and work are lognormal, cores are shared,
// three replicas of each service stand behind LEAST_REQUEST, calls have a timeout,
// retries and a circuit breaker, and series have windows of a second.
func w4(t testing.TB, n int) *Job {
	b := newBuilder()
	leg := mustDist("lognormal(500us cv=0.5)").Dist
	b.edge.SameZone, b.edge.CrossZone, b.edge.Timeout = leg, leg, time.Second
	b.edge.Retries = retries(2, 10*time.Millisecond, "timeout", "rejected", "unavailable", "error")
	b.edge.CircuitBreaker = &resilience.CircuitBreaker{FailureRateThreshold: 0.5, SlowCallRateThreshold: 1, SlowCallDurationThreshold: unit.Duration(time.Minute),
		SlidingWindow: resilience.Window{Calls: 100}, MinimumNumberOfCalls: 100, WaitDurationInOpenState: unit.Duration(time.Minute),
		PermittedNumberOfCallsInHalfOpenState: 10}
	replicas := func(name string, servers int) model.Station {
		return model.Station{Name: name, Replicas: 3, Cores: float64(servers), Workers: 4 * servers, Queue: 1000}
	}
	b.service(replicas("db", 2), cpu("lognormal(1ms cv=1)"))
	b.service(replicas("app", 6), cpu("lognormal(3ms cv=1)"), call("db.do"))
	b.service(replicas("gateway", 6), cpu("lognormal(1ms cv=1)"), call("app.do"))
	b.journey("gateway.do")
	return b.job(t, 1500, time.Duration(float64(n)/1500*1e9))
}
