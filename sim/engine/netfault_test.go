package engine

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/step"
)

// TestALostMessageIsSentAgainLaterAndLater: with all messages lost for a while, a
// request sent at 50 ms is sent again at 250, 650 and 1,450 ms.
func TestALostMessageIsSentAgainLaterAndLater(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to time.Duration
		want     time.Duration
	}{
		{"no loss meanwhile", 60 * ms, 70 * ms, 30 * ms},
		{"a request once", 0, 100 * ms, 230 * ms},
		{"twice", 0, 300 * ms, 630 * ms},
		{"three times", 0, 700 * ms, 1430 * ms},
		{"a reply", 60 * ms, 100 * ms, 230 * ms},
		{"a reply twice", 60 * ms, 300 * ms, 630 * ms},
	} {
		for _, target := range []fault.Target{onEdge("users -> s"), onService("s"), onService("*"), {Zone: "here"}} {
			b := newBuilder()
			b.service(ample("s"), sleep("30ms"))
			b.journey("s.do")
			b.sys.Zones = []string{"here"}
			job := b.few(t, 1, 100*ms)
			rs, _ := replies(t, inject(job, "loss", c.from, c.to-c.from, &fault.Loss{Target: target, Share: 1}))
			t.Run(c.name+" on "+target.String(), func(t *testing.T) { expect(t, rs, []string{ok}, []time.Duration{c.want}) })
		}
	}
}

// TestALostMessageIsGivenUpInTheEnd: the caller waits on, in flight.
func TestALostMessageIsGivenUpInTheEnd(t *testing.T) {
	job := inject(pair(t, 1), "loss", 0, fault.Open, &fault.Loss{Target: onEdge("front -> back"), Share: 1})
	job.Drain = 2000 * sec
	e := setup(job)
	e.until(600 * sec)
	lost := func() (n int) {
		for i := range e.frames {
			if e.frames[i].state == stLost {
				n++
			}
		}
		return n
	}
	if n := lost(); n != 0 {
		t.Errorf("after 600 s %d messages have been given up", n)
	}
	e.until(805 * sec) // 0.2 + 0.4 + … + 102.4 + 5 × 120 s
	if n := lost(); n != 1 {
		t.Errorf("after 805 s %d messages have been given up, want 1", n)
	}
	e.drive(t)
	if n := e.run.Journeys[0].Counts.Of(measure.InFlight); n != 1 {
		t.Errorf("%d requests in flight at the end", n)
	}
}

// TestLossTakesItsShareOfRequestsAndReplies, and once of a message whose ends are
// both hit by the same fault.
func TestLossTakesItsShareOfRequestsAndReplies(t *testing.T) {
	for _, c := range []struct {
		target fault.Target
		kept   float64 // of calls front → back and back
	}{{onEdge("front -> back"), 0.49}, {onService("back"), 0.49}, {onService("*"), 0.7 * 0.7 * 0.7 * 0.7}, {onService("nobody"), 1}} {
		job := evenly(pair(t, 1), ms)
		job.Duration = 20 * sec
		rs, _ := replies(t, inject(job, "loss", 0, fault.Open, &fault.Loss{Target: c.target, Share: 0.3}))
		if got := share(rs, func(r reply) bool { return r.latency == 32*ms }); !within(got, c.kept, len(rs)) {
			t.Errorf("on %v: %v lose no message, want %v", c.target.String(), got, c.kept)
		}
	}
}

// TestAPartitionIsSilenceUntilTheTimeout: towards the callee nothing is done there;
// from it, all is done in vain.
func TestAPartitionIsSilenceUntilTheTimeout(t *testing.T) {
	zoned := func(job *Job) {
		job.System.Zones = []string{"here", "there"}
		job.System.Stations[1].Zones = []int{1} // back
	}
	for _, c := range []struct {
		name      string
		target    fault.Target
		direction fault.Direction
		outcome   string
		latency   time.Duration
		served    int64 // by back
	}{
		{"an edge both ways", onEdge("front -> back"), "both", "timeout", 60 * ms, 0},
		{"an edge towards the callee", onEdge("front -> back"), "to", "timeout", 60 * ms, 0},
		{"an edge from the callee", onEdge("front -> back"), "from", "timeout", 60 * ms, 5},
		{"an edge of others", onEdge("users -> back"), "both", ok, 32 * ms, 5},
		{"a callee", onService("back"), "both", "timeout", 60 * ms, 0},
		{"to a callee", onService("back"), "to", "timeout", 60 * ms, 0},
		{"from a callee", onService("back"), "from", "timeout", 60 * ms, 5},
		{"a caller", onService("front"), "to", "timeout", 100 * ms, 0},
		{"from a caller", onService("front"), "from", "timeout", 100 * ms, 0},
		{"the callee's zone", fault.Target{Zone: "there"}, "both", "timeout", 60 * ms, 0},
		{"from the callee's zone", fault.Target{Zone: "there"}, "from", "timeout", 60 * ms, 5},
		{"the caller's zone, towards it", fault.Target{Zone: "here"}, "to", "timeout", 100 * ms, 0},
	} {
		job := pair(t, 5)
		zoned(job)
		for i := range job.System.Edges {
			ed := &job.System.Edges[i]
			if ed.Timeout = 60 * ms; ed.From == model.Users {
				ed.Timeout = 100 * ms
			}
		}
		rs, r := replies(t, inject(job, "partition", 0, fault.Open, &fault.Partition{Target: c.target, Direction: c.direction}))
		if len(rs) != 5 || rs[2].outcome.String() != c.outcome || rs[2].latency != c.latency {
			t.Errorf("%s: %+v, want %s after %v", c.name, rs, c.outcome, c.latency)
		}
		if n := r.Stations[1].Counts.Of(measure.Succeeded); n != c.served {
			t.Errorf("%s: back served %d, want %d", c.name, n, c.served)
		}
	}
}

// TestWithinAZoneNothingIsCut: a zone is its bounds.
func TestWithinAZoneNothingIsCut(t *testing.T) {
	for _, f := range []fault.Fault{
		&fault.Partition{Target: fault.Target{Zone: "here"}},
		&fault.Loss{Target: fault.Target{Zone: "here"}, Share: 1},
		&fault.Delay{Target: fault.Target{Zone: "here"}, Latency: mustDist("7ms")},
		&fault.Bandwidth{Target: fault.Target{Zone: "here"}, Rate: 1},
	} {
		e := setup(inject(pair(t, 1), "zone", 0, fault.Open, f))
		e.job.System.Zones = []string{"here"}
		e = setup(e.job)
		e.until(ms)
		parent, _ := e.alloc()
		id, _ := e.child(parent, roleTry)
		m := message{id: id, from: 1, to: 2}
		if extra, ok := e.meetFaults(m); extra != 0 || !ok {
			t.Errorf("%T: from one instance of the zone to another %v, %v", f, extra, ok)
		}
		if !e.instances[1].altered {
			t.Errorf("%T has turned nothing", f)
		}
	}
}

// TestWithoutATimeoutAVanishedMessageIsWaitedForToTheEnd.
func TestWithoutATimeoutAVanishedMessageIsWaitedForToTheEnd(t *testing.T) {
	_, r := replies(t, inject(pair(t, 10), "partition", 300*ms, 400*ms, &fault.Partition{Target: onEdge("front -> back")}))
	if c := r.Journeys[0].Counts; c.Of(measure.InFlight) != 4 || c.Of(measure.Succeeded) != 6 {
		t.Errorf("counts %v, want 4 in flight and 6 succeeded", c)
	}
}

// TestMessagesQueueForALine: two calls at once, of 1,000 bytes each way, over lines
// of 100 kB/s: 10 ms a message. The requests arrive after 11 and 21 ms, the
// replies leave after 41 and 51, and are there after 52 and 62.
func TestMessagesQueueForALine(t *testing.T) {
	for _, c := range []struct {
		name     string
		target   fault.Target
		replicas int
		want     time.Duration
	}{
		{"none", onService("nobody"), 1, 32 * ms},
		{"of an edge", onEdge("front -> back"), 1, 62 * ms},
		{"of an edge to two instances", onEdge("front -> back"), 2, 62 * ms},
		{"of the callee", onService("back"), 1, 62 * ms},
		{"of each of two callees", onService("back"), 2, 52 * ms},
		{"of the callees' zone", fault.Target{Zone: "there"}, 2, 62 * ms},
	} {
		b := newBuilder()
		b.edge.SameZone, b.edge.CrossZone = constant(ms), constant(ms)
		b.edge.LoadBalancer = "ROUND_ROBIN"
		st := ample("back")
		st.Replicas = c.replicas
		b.service(st, sleep("30ms"))
		b.service(ample("front"), fork(call("back.do"), call("back.do")))
		b.journey("front.do")
		b.sys.Zones = []string{"here", "there"}
		for i := range b.sys.Stations[1].Zones {
			b.sys.Stations[1].Zones[i] = 1
		}
		b.sys.Ops[0].Size = 1000
		job := inject(b.few(t, 3, 200*ms), "bandwidth", 0, fault.Open, &fault.Bandwidth{Target: c.target, Rate: 100e3})
		rs, r := replies(t, job)
		t.Run(c.name, func(t *testing.T) {
			expect(t, rs, []string{ok, ok, ok}, []time.Duration{c.want, c.want, c.want})
			if n := r.Edges[0].CrossBytes; n != 3*4*1000 {
				t.Errorf("%d bytes between zones, want 12000", n)
			}
		})
	}
}

// TestAZoneOutageIsSilent: who calls there waits; at the end the processes start.
func TestAZoneOutageIsSilent(t *testing.T) {
	job := pair(t, 100)
	job.System.Zones = []string{"here", "there"}
	job.System.Stations[1].Zones = []int{1}
	for i := range job.System.Edges {
		job.System.Edges[i].Timeout = 60 * ms
	}
	rs, r := replies(t, inject(job, "outage", 1070*ms, 1930*ms, &fault.ZoneOutage{Target: fault.Target{Zone: "there"}}))
	expectSpans(t, rs, []span{
		{ok, 32 * ms, 50 * ms, 950 * ms},
		{"timeout", 60 * ms, 1050 * ms, 2950 * ms}, // the first was being served
		{"connectionRefused", 2 * ms, 3050 * ms, 3950 * ms},
		{"unreachable", 0, 4050 * ms, 7950 * ms}, // 1 s after it began to refuse
		{ok, 32 * ms, 8050 * ms, 9950 * ms},
	})
	if up := r.Stations[1].UpTime; up < 3.069 || up > 3.071 {
		t.Errorf("up for %v s, want 3.07", up)
	}
}

// TestNoNewsComesOutOfTheDark: back is killed at 1 s, and refuses; from 1.5 to 3 s
// its zone is silent, and clients learn nothing; a second later they do.
func TestNoNewsComesOutOfTheDark(t *testing.T) {
	job := pair(t, 60)
	job.System.Zones = []string{"here", "there"}
	job.System.Stations[1].Zones = []int{1}
	for i := range job.System.Edges {
		job.System.Edges[i].Timeout = 60 * ms
	}
	inject(job, "kill", sec, fault.Open, &fault.Kill{Target: onService("back")})
	inject(job, "outage", 1500*ms, 1500*ms, &fault.ZoneOutage{Target: fault.Target{Zone: "there"}})
	rs, _ := replies(t, job)
	expectSpans(t, rs, []span{
		{ok, 32 * ms, 50 * ms, 950 * ms},
		{"connectionRefused", 2 * ms, 1050 * ms, 1450 * ms},
		{"timeout", 60 * ms, 1550 * ms, 2950 * ms},
		{"connectionRefused", 2 * ms, 3050 * ms, 3950 * ms},
		{"unreachable", 0, 4050 * ms, 5950 * ms},
	})
}

// TestADependencyOutageAnswersNothing: not what arrives, and not what was in
// progress and ends meanwhile.
func TestADependencyOutageAnswersNothing(t *testing.T) {
	a := app{components: []component{
		{name: "bank", external: true, ops: []operation{{"bank.ask", []step.Step{sleep("30ms")}}}},
		{name: "shop", ops: []operation{{"shop.buy", []step.Step{call("bank.ask")}}}},
	}, journeys: []string{"shop.buy"}}
	edge := func(_, to string) model.Edge {
		e := model.Edge{LoadBalancer: "RANDOM"}
		if to == "bank" {
			e.Timeout = 60 * ms
		}
		return e
	}
	job := evenly(jobOf(assemble(a, cut{"cut", pieces, roomy, edge}), 1, sec), 100*ms)
	f := &fault.DependencyOutage{Target: onComponent("bank")}
	rs, _ := replies(t, inject(job, "outage", 270*ms, 300*ms, f))
	expectSpans(t, rs, []span{
		{ok, 30 * ms, 50 * ms, 150 * ms},
		{"timeout", 60 * ms, 250 * ms, 550 * ms},
		{ok, 30 * ms, 650 * ms, 950 * ms},
	})
}

func expectSpans(t *testing.T, rs []reply, want []span) {
	t.Helper()
	if got := spans(rs); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
