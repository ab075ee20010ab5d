package engine

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/step"
	"faultline/sim/unit"
)

func slow(t fault.Target, factor float64) *fault.Slow {
	return &fault.Slow{Target: t, Factor: unit.Factor(factor)}
}

func onService(name string) fault.Target { return fault.Target{Service: name} }

func onComponent(name string) fault.Target { return fault.Target{Component: name} }

func onEdge(name string) fault.Target { return fault.Target{Edge: name} }

// TestSlowStretchesWorkInProgress has 100 ms of work begin at 50 ms, three times
// slower from 90 to 120 ms: 40 + 10 + 50 ms of work take 120.
func TestSlowStretchesWorkInProgress(t *testing.T) {
	shared := func(cores float64) model.Station {
		return model.Station{Name: "s", Cores: cores, Queue: model.Unlimited}
	}
	for _, c := range []struct {
		name    string
		station model.Station
		steps   []step.Step
		factor  float64
		want    time.Duration
	}{
		{"asleep", ample("s"), []step.Step{sleep("100ms")}, 3, 120 * ms},
		{"on a core", small("s", 2, 0, 0), []step.Step{cpu("100ms")}, 3, 120 * ms},
		{"on half a core", small("s", 0.5, 0, 0), []step.Step{cpu("50ms")}, 3, 120 * ms},
		{"on cores without a bound", ample("s"), []step.Step{cpu("100ms")}, 3, 120 * ms},
		{"on a shared core", shared(1), []step.Step{cpu("100ms")}, 3, 120 * ms},
		{"on half a shared core", shared(0.5), []step.Step{cpu("50ms")}, 3, 120 * ms},
		{"faster", ample("s"), []step.Step{sleep("100ms")}, 0.5, 70 * ms},
		{"so slow that it seems to stand still", ample("s"), []step.Step{sleep("100ms")}, 1e6, 130*ms - 30},
		{"step after step", ample("s"), []step.Step{sleep("20ms"), sleep("30ms"), cpu("50ms")}, 3, 120 * ms},
		{"in branches", ample("s"), []step.Step{fork(sleep("100ms"), cpu("80ms"))}, 3, 120 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.service(c.station, c.steps...)
			b.journey("s.do")
			rs, _ := replies(t, inject(b.few(t, 1, 100*ms), "slow", 90*ms, 30*ms, slow(onService("s"), c.factor)))
			expect(t, rs, []string{ok}, []time.Duration{c.want})
		})
	}
}

// TestSlowStretchesWhatWaitsToo has two requests, at 10 and 30 ms, of 100 ms each
// on one core that is three times slower for a while.
func TestSlowStretchesWhatWaitsToo(t *testing.T) {
	for _, c := range []struct {
		name       string
		scheduling model.Scheduling
		at, length time.Duration
		want       []time.Duration
	}{
		{"while one works and one waits", model.FIFO, 50 * ms, 30 * ms, []time.Duration{120 * ms, 200 * ms}},
		{"while two share", model.PS, 50 * ms, 30 * ms, []time.Duration{200 * ms, 200 * ms}},
		{"and is not over when the second begins", model.FIFO, 50 * ms, fault.Open, []time.Duration{220 * ms, 500 * ms}},
		{"and is over when the second begins", model.FIFO, 20 * ms, 30 * ms, []time.Duration{120 * ms, 200 * ms}},
	} {
		b := newBuilder()
		b.service(model.Station{Name: "s", Cores: 1, Scheduling: c.scheduling, Queue: model.Unlimited}, cpu("100ms"))
		b.journey("s.do")
		job := only(b.few(t, 2, 20*ms), 2, 20*ms, sec)
		rs, _ := replies(t, inject(job, "slow", c.at, c.length, slow(onService("s"), 3)))
		t.Run(c.name, func(t *testing.T) { expect(t, rs, []string{ok, ok}, c.want) })
	}
}

// TestSlowTouchesWhatItNames: requests of two components in one process, each
// with work and protocol.
func TestSlowTouchesWhatItNames(t *testing.T) {
	a := app{components: []component{
		{name: "x", ops: []operation{{"x.one", []step.Step{sleep("10ms")}}, {"x.two", []step.Step{cpu("20ms")}}}},
		{name: "y", ops: []operation{{"y.do", []step.Step{cpu("5ms"), call("x.one"), fork(call("x.two"), cpu("1ms"))}}}},
	}, journeys: []string{"y.do"}}
	protocol := func(_, _ string) model.Edge {
		return model.Edge{LoadBalancer: "RANDOM", Protocol: constant(ms)}
	}
	for _, c := range []struct {
		name   string
		target fault.Target
		want   [2]time.Duration // in one process, in two
	}{
		{"nothing", onComponent("nobody"), [2]time.Duration{37 * ms, 41 * ms}},
		{"a component", onComponent("x"), [2]time.Duration{97 * ms, 101 * ms}},
		{"the calling component", onComponent("y"), [2]time.Duration{47 * ms, 51 * ms}},
		{"an operation", fault.Target{Operation: "x.two"}, [2]time.Duration{77 * ms, 81 * ms}},
		{"the monolith", onService("monolith"), [2]time.Duration{109 * ms, 41 * ms}}, // protocol and all
		{"a service", onService("x-service"), [2]time.Duration{37 * ms, 105 * ms}},
		{"the calling service", onService("y-service"), [2]time.Duration{37 * ms, 57 * ms}},
		{"every service", onService("*"), [2]time.Duration{109 * ms, 121 * ms}},
	} {
		for i, host := range []func(string) string{whole, pieces} {
			job := jobOf(assemble(a, cut{"cut", host, roomy, protocol}), 1, 10*sec)
			rs, _ := replies(t, inject(evenly(job, 100*ms), "slow", 0, fault.Open, slow(c.target, 3)))
			for _, r := range rs {
				if r.latency != c.want[i] {
					t.Errorf("%s, %d processes: request %d took %v, want %v", c.name, i+1, r.n, r.latency, c.want[i])
					break
				}
			}
		}
	}
}

// TestErrorsAnswerAtOnce: on an edge before the message leaves, on a service or a
// component where it arrives, in process or not.
func TestErrorsAnswerAtOnce(t *testing.T) {
	a := app{components: []component{
		{name: "x", ops: []operation{{"x.do", []step.Step{sleep("10ms")}}}},
		{name: "y", ops: []operation{{"y.do", []step.Step{sleep("5ms"), call("x.do")}}}},
	}, journeys: []string{"y.do"}}
	edge := func(_, _ string) model.Edge {
		return model.Edge{LoadBalancer: "RANDOM", SameZone: constant(ms), CrossZone: constant(ms)}
	}
	type want struct {
		outcome string
		latency time.Duration
	}
	for _, c := range []struct {
		name   string
		target fault.Target
		want   [2]want // in one process, in two; users are a network away from both
	}{
		{"nothing", onComponent("nobody"), [2]want{{ok, 17 * ms}, {ok, 19 * ms}}},
		{"a component", onComponent("x"), [2]want{{"error", 7 * ms}, {"error", 9 * ms}}},
		{"an operation", fault.Target{Operation: "x.do"}, [2]want{{"error", 7 * ms}, {"error", 9 * ms}}},
		{"the outer component", onComponent("y"), [2]want{{"error", 2 * ms}, {"error", 2 * ms}}},
		{"a service", onService("x-service"), [2]want{{ok, 17 * ms}, {"error", 9 * ms}}},
		{"an edge of services", onEdge("y-service -> x-service"), [2]want{{ok, 17 * ms}, {"error", 7 * ms}}},
		{"an edge of components", onEdge("y -> x"), [2]want{{ok, 17 * ms}, {"error", 7 * ms}}},
		{"every edge", onEdge("* -> *"), [2]want{{ok, 17 * ms}, {"error", 7 * ms}}},
		{"the users' edge", onEdge("users -> y"), [2]want{{"error", 0}, {"error", 0}}},
		{"an edge the other way", onEdge("x -> y"), [2]want{{ok, 17 * ms}, {ok, 19 * ms}}},
	} {
		for i, host := range []func(string) string{whole, pieces} {
			job := evenly(jobOf(assemble(a, cut{"cut", host, roomy, edge}), 1, sec), 100*ms)
			rs, _ := replies(t, inject(job, "errors", 0, fault.Open, &fault.Errors{Target: c.target, Share: 1}))
			if got := (want{rs[3].outcome.String(), rs[3].latency}); got != c.want[i] {
				t.Errorf("%s, %d processes: %v, want %v", c.name, i+1, got, c.want[i])
			}
		}
	}
}

// TestAFaultOfAServiceStrikesTheCallsThatReachIt, and none of the function calls
// inside: a share of 30% fails 30% of the requests however many calls they make.
func TestAFaultOfAServiceStrikesTheCallsThatReachIt(t *testing.T) {
	a := app{components: []component{
		{name: "x", ops: []operation{{"x.do", []step.Step{sleep("10us")}}}},
		{name: "y", ops: []operation{{"y.do", []step.Step{call("x.do"), call("x.do"), call("x.do")}}}},
	}, journeys: []string{"y.do"}}
	job := evenly(jobOf(assemble(a, cut{"one process", whole, roomy, bare}), 1, 20*sec), ms)
	rs, _ := replies(t, inject(job, "errors", 0, fault.Open, &fault.Errors{Target: onService("*"), Share: 0.3}))
	if got := share(rs, func(r reply) bool { return r.outcome == measure.Error }); !within(got, 0.3, len(rs)) {
		t.Errorf("%v fail, want 0.3", got)
	}
}

func TestOverlappingErrorsAreIndependent(t *testing.T) {
	job := pair(t, 1)
	job = evenly(job, ms)
	job.Duration = 20 * sec
	for _, f := range []struct {
		name   string
		target fault.Target
		share  unit.Share
	}{{"one", onComponent("back"), 0.5}, {"two", onService("back"), 0.2}, {"three", onEdge("front -> back"), 0.1}} {
		inject(job, f.name, 0, fault.Open, &fault.Errors{Target: f.target, Share: f.share})
	}
	rs, _ := replies(t, job)
	want := 1 - 0.5*0.8*0.9
	if got := share(rs, func(r reply) bool { return r.outcome == measure.Error }); !within(got, want, len(rs)) {
		t.Errorf("%v fail, want %v", got, want)
	}
}

// TestDelayMeetsACallOnce: on the request of an edge; on what a service sends,
// requests and replies alike.
func TestDelayMeetsACallOnce(t *testing.T) {
	const plain = 34 * ms // front → middle → back
	b := newBuilder()
	b.edge.SameZone, b.edge.CrossZone = constant(ms), constant(ms)
	b.service(ample("back"), sleep("30ms"))
	b.service(ample("middle"), call("back.do"))
	b.service(ample("front"), call("middle.do"))
	b.journey("front.do")
	for _, c := range []struct {
		name    string
		targets []fault.Target
		want    time.Duration
	}{
		{"nowhere", nil, plain},
		{"an edge", []fault.Target{onEdge("middle -> back")}, plain + 7*ms},
		{"the users' edge, which has no network", []fault.Target{onEdge("users -> front")}, plain + 7*ms},
		{"a callee", []fault.Target{onService("back")}, plain + 7*ms},
		{"a service that calls and answers", []fault.Target{onService("middle")}, plain + 14*ms},
		{"every service", []fault.Target{onService("*")}, plain + 5*7*ms}, // two requests, three replies
		{"an edge and its ends", []fault.Target{onEdge("middle -> back"), onService("middle"), onService("back")}, plain + 28*ms},
		{"twice the same", []fault.Target{onEdge("middle -> back"), onEdge("* -> back")}, plain + 14*ms},
	} {
		job := b.few(t, 5, 100*ms)
		for i, target := range c.targets {
			inject(job, string(rune('a'+i)), 0, fault.Open, &fault.Delay{Target: target, Latency: mustDist("7ms")})
		}
		rs, _ := replies(t, job)
		if rs[2].latency != c.want {
			t.Errorf("%s: %v, want %v", c.name, rs[2].latency, c.want)
		}
	}
}

// TestASurgeAddsAStreamOfItsOwn: with room for all, the base requests fare as if
// it were not there.
func TestASurgeAddsAStreamOfItsOwn(t *testing.T) {
	plain := jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 200, 60*sec)
	want, _ := replies(t, plain)
	for _, factor := range []float64{1.5, 4} {
		job := jobOf(assemble(shop(), cut{"monolith", whole, roomy, bare}), 200, 60*sec)
		inject(job, "surge", 20*sec, 10*sec, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: unit.Factor(factor)})
		rs, r := replies(t, job)
		base := slices.IndexFunc(rs, func(r reply) bool { return r.surge })
		same(t, rs[:base], want)
		if len(r.Ledger.Flows[0]) != base || r.Flows[0].Offered != int64(len(rs)) {
			t.Errorf("%d in the ledger, %d offered, want %d and %d", len(r.Ledger.Flows[0]), r.Flows[0].Offered, base, len(rs))
		}
		extra, mean := float64(len(rs)-base), 200*10*(factor-1)
		if math.Abs(extra-mean) > 5*math.Sqrt(mean) {
			t.Errorf("factor %v: %v extra requests, want %v", factor, extra, mean)
		}
		for _, q := range rs[base:] {
			if q.at < 20*sec || q.at >= 30*sec {
				t.Fatalf("an extra request at %v", q.at)
			}
		}
	}
}

// until runs an engine up to an instant.
func (e *engine) until(at time.Duration) {
	for e.Now() < at {
		ev, ok := e.next()
		if !ok {
			return
		}
		e.handle(&ev)
	}
}

func TestModePicksThatManyInstancesAndTheSameOnes(t *testing.T) {
	picked := func(name string, mode fault.Mode, others ...string) (list []int32) {
		job := pair(t, 100)
		job.System.Stations[1].Replicas, job.System.Stations[1].Zones = 10, make([]int, 10)
		for _, other := range others {
			inject(job, other, sec, fault.Open, &fault.Delay{Target: onService("front"), Latency: mustDist("1ms")})
		}
		inject(job, name, 2*sec, fault.Open, slow(onService("back"), 2))
		job.Faults[len(job.Faults)-1].Mode = mode
		e := setup(job)
		e.until(3 * sec)
		for i := range e.instances {
			if e.instances[i].altered && e.instances[i].station == 1 {
				list = append(list, e.instances[i].index)
			}
		}
		return list
	}
	for _, c := range []struct {
		mode fault.Mode
		want int
	}{
		{fault.Mode{}, 10}, {fault.Mode{Kind: "all"}, 10}, {fault.Mode{Kind: "one"}, 1},
		{fault.Mode{Kind: "fixed", Value: "3"}, 3}, {fault.Mode{Kind: "fixedPercent", Value: "25%"}, 3},
	} {
		got := picked("slow", c.mode)
		if len(got) != c.want {
			t.Errorf("%+v picked %v, want %d", c.mode, got, c.want)
		}
		if again := picked("slow", c.mode, "other", "another"); !slices.Equal(got, again) {
			t.Errorf("%+v picked %v, and %v beside other faults", c.mode, got, again)
		}
	}
	spread := map[int32]bool{}
	for i := range 40 {
		spread[picked(string(rune('a'+i)), fault.Mode{Kind: "one"})[0]] = true
	}
	if len(spread) < 8 {
		t.Errorf("40 faults picked %d of 10 instances", len(spread))
	}
}

// overlapping is a system that falls idle between its requests, with one fault
// of each kind that strikes it.
func overlapping(t *testing.T) (*Job, []fault.Fault) {
	edge := func(from, to string) model.Edge {
		e := model.Edge{LoadBalancer: "LEAST_REQUEST", Timeout: 300 * ms, SameZone: constant(ms), CrossZone: mustDist("exp(2ms)").Dist}
		if to == "bank" {
			e.Retries = retries(1, 5*ms, "timeout", "unavailable", "error")
		}
		return e
	}
	station := func(name string) model.Station {
		st := model.Station{Cores: 1, Workers: 8, Queue: 16, Replicas: 2, Memory: 2 << 20}
		if name == "stock-service" || name == "database" {
			st.Scheduling = model.FIFO
		}
		if name == "database" {
			st.Cores = 4
		}
		return st
	}
	cached := shop()
	list := &cached.components[4].ops[0].steps
	(*list)[1] = &step.Cached{Cache: step.CacheBody{HitRatio: 0.5, Refill: unit.Duration(500 * ms), Steps: step.List{{Step: (*list)[1]}}}}
	job := jobOf(assemble(cached, cut{"overlap", pieces, station, edge}), 40, 28*sec)
	job.System.Zones = []string{"one", "two"}
	for i := range job.System.Ops {
		op := &job.System.Ops[i]
		op.Size = 1000
		if op.Name == "hints.suggest" {
			op.ErrorRate = 0.2 // what clients of a retry storm do not put up with
		}
	}
	every := mustDist("exp(700ms)")
	return job, []fault.Fault{
		crash("stock-service"),
		&fault.Crash{Target: onComponent("hints"), PerCall: 0.2},
		&fault.Crash{Target: onService("*"), Every: &every},
		slow(onService("*"), 3.7),
		slow(onComponent("catalog"), 0.3),
		&fault.Errors{Target: onComponent("payments"), Share: 0.3},
		&fault.Errors{Target: onEdge("* -> bank"), Share: 0.3},
		&fault.Delay{Target: onService("*"), Latency: mustDist("exp(3ms)")},
		&fault.Delay{Target: onEdge("checkout -> stock"), Latency: mustDist("5ms")},
		&fault.Surge{Target: fault.Target{Flow: "*"}, Factor: 2},
		&fault.Kill{Target: fault.Target{Database: "database"}},
		&fault.Pause{Target: onComponent("stock")},
		&fault.CPUStress{Target: onService("*"), Load: 0.8},
		&fault.MemoryLeak{Target: onComponent("catalog"), Rate: 1 << 20},
		&fault.Deadlock{Target: onComponent("checkout"), Rate: 4},
		&fault.Pauses{Target: onComponent("catalog"), Every: mustDist("exp(300ms)"), Length: mustDist("exp(200ms)")},
		&fault.Loss{Target: onService("stock-service"), Share: 0.2},
		&fault.Partition{Target: onEdge("checkout -> payments"), Direction: "from"},
		&fault.Bandwidth{Target: fault.Target{Zone: "one"}, Rate: 50_000},
		&fault.SlowQueries{Target: fault.Target{Database: "database"}, Factor: 20},
		&fault.ConnectionLimit{Target: fault.Target{Database: "database"}, Connections: 1},
		&fault.ZoneOutage{Target: fault.Target{Zone: "two"}},
		&fault.DependencyOutage{Target: onComponent("bank")},
		&fault.CacheFlush{Target: onComponent("catalog")},
		&fault.RetryStorm{Target: onComponent("hints"), Attempts: 2},
	}
}

// TestFaultsEndAsIfTheyHadNotBeen takes all pairs of faults, one within the
// other, overlapping and apart: long after, requests fare as in the run without.
func TestFaultsEndAsIfTheyHadNotBeen(t *testing.T) {
	plain, faults := overlapping(t)
	want, _ := replies(t, plain)
	cut := 18 * sec
	after := func(rs []reply) []reply {
		return slices.DeleteFunc(slices.Clone(rs), func(r reply) bool { return r.at < cut || r.surge })
	}
	if n := len(after(want)); n < 300 {
		t.Fatalf("%d requests to compare", n)
	}
	for i, f := range faults {
		for j, g := range faults {
			job, _ := overlapping(t)
			inject(job, "first", 5*sec, time.Duration(3+i%3)*sec, f)
			inject(job, "second", time.Duration(6+j%4)*sec, 3*sec, g)
			var left findings
			e, got := driveSwarm(&left, job, united)
			inOrder(got)
			if checkNothingLeft(&left, e); len(left) > 0 {
				t.Fatalf("%T and %T leave something: %v", f, g, left)
			}
			if slices.Equal(outcomes(got[:700]), outcomes(want[:700])) && slices.Equal(latencies(got[:700]), latencies(want[:700])) {
				t.Errorf("%T and %T strike nothing", f, g)
			}
			a, b := after(got), after(want)
			for k := range b {
				if a[k] != b[k] {
					t.Fatalf("%d %+v and %d %+v: request %d: %+v, want %+v", i, f, j, g, k, a[k], b[k])
				}
			}
		}
	}
}

// BenchmarkAFaultOnEveryService: a call looks only at the faults that touch it,
// so its cost does not grow with the number of services.
func BenchmarkAFaultOnEveryService(b *testing.B) {
	for _, trees := range []int{10, 100} {
		b.Run(strconv.Itoa(10*trees), func(b *testing.B) {
			job := w3(b, trees, float64(100*trees), b.N)
			bench(b, inject(job, "errors", 0, fault.Open, &fault.Errors{Target: onService("*"), Share: 0.001}))
		})
	}
}
