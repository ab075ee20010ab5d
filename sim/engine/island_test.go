package engine

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/step"
	"faultline/sim/unit"
)

// chains is a system of n chains of two services, with a journey each.
func chains(n int) *builder {
	b := newBuilder()
	leg := mustDist("500us").Dist
	b.edge.SameZone, b.edge.CrossZone = leg, leg
	for i := range n {
		back, front := "back"+strconv.Itoa(i), "front"+strconv.Itoa(i)
		b.service(small(back, 1, 4, 8), cpu("exp(4ms)"))
		b.service(small(front, 2, 8, 8), cpu("exp(1ms)"), maybe(back+".do", 0.7))
		b.journey(front + ".do")
	}
	return b
}

func TestIslandsAreToldApart(t *testing.T) {
	zone := &fault.Bandwidth{Target: fault.Target{Zone: "za"}, Rate: 1 << 20}
	for _, c := range []struct {
		name   string
		change func(*Job)
		want   int // that of nobody included
	}{
		{"each chain is one", func(*Job) {}, 4},
		{"a journey joins what it calls", func(job *Job) { job.System.Journeys[0].Entry = job.System.Journeys[1].Entry }, 3},
		{"a call joins caller and callee", func(job *Job) {
			edge := job.System.Edges[0]
			edge.From, edge.To = 2, 4
			job.System.Edges = append(job.System.Edges, edge)
		}, 3},
		{"a user joins the journeys that it makes", func(job *Job) { closed(job, 5, "1ms") }, 2},
		{"but not those that it does not make", func(job *Job) { closed(job, 5, "1ms").Flows[0].Weights[2] = 0 }, 3},
		{"a fault of a service joins nothing", func(job *Job) { inject(job, "slow", sec, sec, slow(onService("back0"), 2)) }, 4},
		{"one of a zone joins all", func(job *Job) { job.System.Zones = []string{"za"}; inject(job, "line", sec, sec, zone) }, 1},
	} {
		job := chains(3).job(t, 100, sec)
		c.change(job)
		e := setup(job)
		if _, n := e.independent(); n != c.want {
			t.Errorf("%s: %d islands, want %d", c.name, n, c.want)
		}
		if apart := c.want >= fewestIslands; e.islands.apart != apart {
			t.Errorf("%s: apart %v, want %v", c.name, e.islands.apart, apart)
		}
	}
}

// TestAJourneyOfTwoServicesJoinsThem, in branches too.
func TestAJourneyOfTwoServicesJoinsThem(t *testing.T) {
	b := newBuilder()
	for i := range 4 {
		b.service(ample("s"+strconv.Itoa(i)), sleep("1ms"))
		b.journey("s" + strconv.Itoa(i) + ".do")
	}
	b.at = model.Users
	b.sys.Journeys[1].Entry = b.asm.Program("both", list([]step.Step{fork(call("s1.do"), call("s2.do"))}), b)
	if _, n := setup(b.job(t, 10, sec)).independent(); n != 4 {
		t.Errorf("%d islands, want s0, s1 with s2, s3 and that of nobody", n)
	}
}

// eventful is a system of islands to which all kinds of things happen.
func eventful(t *testing.T) *Job {
	job := chains(6).job(t, 1200, 6*sec)
	s := job.System
	s.Stations[2].Pauses = &platform.Pauses{Every: mustDist("exp(500ms)"), Length: mustDist("20ms")}
	s.Edges[3].Timeout, s.Edges[3].Retries, s.Edges[3].PerTryTimeout = sec, retries(2, 5*ms, "timeout", "rejected"), 10*ms
	s.Stations[5].Startup = 300 * ms
	job.Warmup, job.Ledger, job.Window = sec, true, 700*ms
	job.Marks, job.Open = []time.Duration{2 * sec, 3 * sec}, []time.Duration{3 * sec}
	job.Spans = []measure.Span{{From: 2 * sec, To: 4 * sec}}
	flow := job.Flows[0]
	flow.Name, flow.Profile, flow.Batch = "crowd", load.Constant(100), mustCount("geometric(3)")
	job.Flows = append(job.Flows, flow)
	inject(job, "crash", 2*sec, 0, &fault.Kill{Target: onService("front2")})
	inject(job, "slow", 2500*ms, sec, slow(onService("back4"), 5))
	inject(job, "surge", 3*sec, sec, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: unit.Factor(1.5)})
	inject(job, "pause", 5900*ms, 2*sec, &fault.Pause{Target: onService("front3")}) // beyond the last arrival
	return job
}

// drawAtOnce lets so many requests be drawn at once.
func (e *engine) drawAtOnce(n int) { e.course.drawn, e.course.arrivals = n, make([]arrival, 0, n) }

// TestIslandsDoApartWhatTheyDoTogether: every answer and every figure, however few
// requests are drawn at once.
func TestIslandsDoApartWhatTheyDoTogether(t *testing.T) {
	run := func(fewest, drawn int) (*measure.Run, []reply, int) {
		var got []reply
		e := layOut(eventful(t), fewest)
		if drawn > 0 {
			e.drawAtOnce(drawn)
		}
		e.answered = func(f *frame, o measure.Outcome, latency time.Duration) {
			got = append(got, reply{uint64(f.arrived), f.sent, latency, o, f.site, f.channel, f.flags&flSurge != 0})
		}
		e.drive(t)
		inOrder(got)
		return e.run, got, len(e.islands.all)
	}
	want, answers, n := run(math.MaxInt, 0)
	if n != 1 || len(answers) < 7000 || want.Journeys[2].Counts.Of(measure.ConnectionRefused) == 0 || want.End < 7500*ms {
		t.Fatalf("%d islands, %d answers, %v, the last at %v", n, len(answers), want.Journeys[2].Counts, want.End)
	}
	for _, drawn := range []int{0, 1, 2, 7, 1000, 100_000} {
		got, replies, n := run(2, drawn)
		if n != 7 {
			t.Fatalf("%d islands", n)
		}
		if !slices.Equal(replies, answers) {
			t.Errorf("%d drawn at once: other answers", drawn)
		}
		if names := difference(*want, *got); names != nil {
			t.Errorf("%d drawn at once: other figures: %v", drawn, names)
		}
	}
}

// TestTheFingerprintOfIslandsIsThatOfTheirCourse, however many requests are drawn at once:
// of all islands, in their order.
func TestTheFingerprintOfIslandsIsThatOfTheirCourse(t *testing.T) {
	prints := map[uint64]bool{}
	run := func(seed uint64, drawn int) uint64 {
		job := chains(5).job(t, 2000, sec)
		job.Seed = seed
		e := setup(job)
		e.drawAtOnce(drawn)
		e.drive(t)
		prints[e.run.Fingerprint] = true
		return e.run.Fingerprint
	}
	for _, seed := range []uint64{1, 2, 3} {
		want := run(seed, 1)
		for _, drawn := range []int{3, 100, 10_000} {
			if got := run(seed, drawn); got != want {
				t.Errorf("%d drawn at once: fingerprint %x, want %x", drawn, got, want)
			}
		}
	}
	if len(prints) != 3 {
		t.Errorf("%d fingerprints of 3 seeds", len(prints))
	}
}

// TestARunEndsWithTheLastAnswer, on whichever island, and what nobody waits for goes on
// until then.
func TestARunEndsWithTheLastAnswer(t *testing.T) {
	run := func(fewest int) *measure.Run {
		b := newBuilder()
		for i, length := range []string{"40ms", "90ms", "30ms", "10ms", "20ms"} {
			if b.edge.Timeout = 0; i == 0 {
				b.edge.Timeout = 5 * ms
			}
			b.service(ample("s"+strconv.Itoa(i)), sleep(length))
			b.journey("s" + strconv.Itoa(i) + ".do")
		}
		e := layOut(b.job(t, 1000, sec), fewest)
		e.drive(t)
		return e.run
	}
	got, want := run(2), run(math.MaxInt)
	if names := difference(*want, *got); names != nil {
		t.Errorf("other figures apart: %v", names)
	}
	if got.End < 1080*ms || got.End >= 1090*ms || got.Stations[1].WastedTime < 0.04*float64(got.Edges[0].Calls)-1e-9 {
		t.Errorf("the last answer at %v, %vs of %d calls wasted", got.End, got.Stations[1].WastedTime, got.Edges[0].Calls)
	}
}

// TestARunOfIslandsThatFillsEndsAsPartial, with its books in order.
func TestARunOfIslandsThatFillsEndsAsPartial(t *testing.T) {
	b := chains(5)
	b.service(small("slow", 1, 1, model.Unlimited), cpu("1s"))
	b.journey("slow.do")
	job := b.job(t, 20_000, 600*sec)
	job.MaxFrames, job.Ledger = 50_000, true
	r := mustRun(t, job)
	n := r.Journeys[5].Counts.Of(measure.InFlight)
	if r.Partial == "" || r.End < 5*sec || r.End > 20*sec || n < 20_000 || n > 50_000 {
		t.Errorf("partial %q at %v with %d in flight", r.Partial, r.End, n)
	}
}

// TestARequestComesBeforeAllElseAtItsInstant: the only worker is free again at the very
// instant at which the next asks for it, and is not free yet.
func TestARequestComesBeforeAllElseAtItsInstant(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 1, 1, 0), cpu("10ms"))
	b.journey("s.do")
	rs, _ := replies(t, b.few(t, 6, 10*ms))
	expect(t, rs, []string{ok, no, ok, no, ok, no}, []time.Duration{10 * ms, 0, 10 * ms, 0, 10 * ms, 0})
}

// TestABatchComesAsOne, however many requests are drawn at once, and whoever else comes.
func TestABatchComesAsOne(t *testing.T) {
	for _, n := range []int{1, drawnAtOnce, 3*drawnAtOnce + 1} {
		b := newBuilder()
		b.service(small("s", 1, 1, model.Unlimited), cpu("1us"))
		b.journey("s.do")
		job := b.few(t, 2, sec)
		flow := job.Flows[0]
		flow.Name = "other"
		job.Flows[0].Batch = mustCount(strconv.Itoa(n))
		job.Flows = append(job.Flows, flow)
		rs, r := replies(t, job)
		if len(rs) != 2*n+2 || r.Flows[0].Offered != int64(2*n) {
			t.Fatalf("%d requests, want two batches of %d and two others", len(rs), n)
		}
		for i, q := range rs[:2*n] {
			if want := time.Duration(i%n+1) * us; q.latency != want || q.n != uint64(i) {
				t.Fatalf("%d of %d in a batch: number %d took %v, want %v", i%n, n, q.n, q.latency, want)
			}
		}
		for _, q := range rs[2*n:] {
			if want := time.Duration(n+1) * us; q.latency != want {
				t.Errorf("beside a batch of %d: the other took %v, want %v", n, q.latency, want)
			}
		}
	}
}

// TestBatchesMayBeEmpty: nobody comes then, on islands too.
func TestBatchesMayBeEmpty(t *testing.T) {
	for _, n := range []int{1, 5} {
		job := chains(n).job(t, 1000, sec)
		job.Flows[0].Batch = mustCount("0")
		job.Ledger = true
		if r := mustRun(t, job); r.Flows[0].Offered != 0 || len(r.Ledger.Flows[0]) != 0 || r.Events < 900 || r.End != sec {
			t.Errorf("%d chains: %d requests, %d events, to %v", n, r.Flows[0].Offered, r.Events, r.End)
		}
	}
}
