package engine

import (
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/stats"
	"faultline/sim/unit"
)

// TestTheQueueIsServedByItsDiscipline: four requests of 100 ms, 10 ms apart, and one
// worker.
func TestTheQueueIsServedByItsDiscipline(t *testing.T) {
	for _, c := range []struct {
		discipline model.Discipline
		want       []time.Duration
	}{
		{model.QueueFIFO, []time.Duration{100 * ms, 190 * ms, 280 * ms, 370 * ms}},
		{model.QueueLIFO, []time.Duration{100 * ms, 390 * ms, 280 * ms, 170 * ms}},
		{model.QueueByPriority, []time.Duration{100 * ms, 190 * ms, 280 * ms, 370 * ms}}, // of one class
	} {
		b := newBuilder()
		st := small("s", 1, 1, model.Unlimited)
		st.Discipline = c.discipline
		b.service(st, cpu("100ms"))
		b.journey("s.do")
		rs, _ := replies(t, b.few(t, 4, 10*ms))
		expect(t, rs, []string{ok, ok, ok, ok}, c.want)
	}
}

// TestThoseInAHurryComeFirst: mean waits of a queue with classes, without
// preemption (Cobham, Operations Research 2(1), 1954): Wₖ = W₀/((1−σₖ₋₁)(1−σₖ)).
func TestThoseInAHurryComeFirst(t *testing.T) {
	const s, each = 0.8e-3, 333.0 // seconds, requests a second
	rho := each * s
	waits := make([][]float64, 3)
	for r := range replications {
		b := newBuilder()
		st := small("s", 1, 1, model.Unlimited)
		st.Discipline = model.QueueByPriority
		b.service(st, cpu("exp(800us)"))
		var flows []load.Flow
		for i, class := range []string{"sheddable", "critical", "normal"} {
			b.journey("s.do")
			b.sys.Journeys[i].Criticality = class
			weights := make([]float64, 3)
			weights[i] = 1
			flows = append(flows, load.Flow{Name: class, Profile: load.Constant(each), Arrivals: load.Poisson{}, Weights: weights})
		}
		job := b.job(t, 1, 60*sec)
		job.Flows, job.Replication, job.Warmup = flows, r, 5*sec
		run := mustRun(t, job)
		for i, journey := range []int{1, 2, 0} {
			waits[i] = append(waits[i], seconds(&run.Journeys[journey].Latency)-s)
		}
	}
	w0 := 3 * rho * s
	for i := range waits {
		want := w0 / ((1 - float64(i)*rho) * (1 - float64(i+1)*rho))
		mean, se := stats.Mean(waits[i]), math.Sqrt(stats.Variance(waits[i])/replications)
		if q := stats.TQuantile(1-0.0005, replications-1); math.Abs(mean-want) > q*se+0.002*want {
			t.Errorf("class %d waits %.6g ± %.2g, want %.6g", i, mean, q*se, want)
		}
	}
}

// TestWhoHasWaitedTooLongLeaves, rejected, and makes room for others.
func TestWhoHasWaitedTooLongLeaves(t *testing.T) {
	for _, discipline := range []model.Discipline{model.QueueFIFO, model.QueueByPriority} {
		b := newBuilder()
		st := small("s", 1, 1, 2)
		st.QueueTimeout, st.Discipline = constant(49*ms), discipline
		b.service(st, cpu("100ms"))
		b.journey("s.do")
		// At 5 ms served; 15 and 25 wait, until 64 and 74; 35, 45 and 55 find the
		// queue full; 65 arrives after the first has left, 75 after the second.
		rs, r := replies(t, only(b.few(t, 1, 10*ms), 8, 10*ms, sec))
		expect(t, rs, []string{ok, no, no, no, no, no, ok, no},
			[]time.Duration{100 * ms, 49 * ms, 49 * ms, 0, 0, 0, 140 * ms, 49 * ms})
		if c := r.Stations[1].Counts; c.Of(measure.Rejected) != 6 || c.Of(measure.Succeeded) != 2 {
			t.Errorf("the station counts %v", c)
		}
	}
}

// TestImpatientCustomersAgreeWithTheory: M/M/c+M, erlA-1 of the reference table
// (Garnett, Mandelbaum and Reiman, MSOM 4(3), 2002).
func TestImpatientCustomersAgreeWithTheory(t *testing.T) {
	waiting := figure{"requests waiting", func(r *measure.Run) float64 {
		return r.Stations[1].QueuedTime / (r.Duration - r.Warmup).Seconds()
	}, 4.69574266}
	q := queue{"M/M/10+M", load.Poisson{}, 12, "exp(1s)", 10, 10, -1, model.FIFO, 60_000,
		[]figure{blocked(0.195655944), waiting, inside(14.3478713), busy(9.65212867)}}
	impatient := func(theta string) func(*Job) {
		return func(j *Job) { j.System.Stations[1].QueueTimeout = mustDist(theta).Dist }
	}
	for _, text := range q.disagreements(t, impatient("exp(2s)")) {
		t.Error(text)
	}
	if len(q.disagreements(t, impatient("exp(2.1s)"))) == 0 {
		t.Error("nothing was noticed of patience that is 5% longer")
	}
}

// TestContentionStretchesByThoseInService: requests 10 ms apart find themselves and
// those before them in service.
func TestContentionStretchesByThoseInService(t *testing.T) {
	b := newBuilder()
	st := ample("s")
	st.Contention = 0.1
	b.service(st, sleep("100ms"), cpu("50ms"))
	b.journey("s.do")
	// 110, 120, 130 ms asleep; then the first finds all three, the second and the
	// third too: the first ends at 5 + 110 + 65.
	rs, _ := replies(t, only(b.few(t, 1, 10*ms), 3, 10*ms, sec))
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{175 * ms, 185 * ms, 195 * ms})
}

// TestANewProcessWarmsUp: its CPU times fall linearly from three times as long;
// sleeps do not.
func TestANewProcessWarmsUp(t *testing.T) {
	b := newBuilder()
	st := ample("s")
	st.Warmup = platform.Warmup{Slowdown: 3, Duration: 10 * sec}
	b.service(st, cpu("10ms"), sleep("10ms"))
	b.journey("s.do")
	job := inject(b.few(t, 20, sec), "crash", 0, 0, crash("s")) // up again at 5 s
	rs, _ := replies(t, job)
	for i, want := range map[int]time.Duration{5: 39 * ms, 9: 31 * ms, 14: 21 * ms, 15: 20 * ms, 19: 20 * ms} {
		if rs[i].latency != want {
			t.Errorf("request %d took %v, want %v", i, rs[i].latency, want)
		}
	}
	rs, _ = replies(t, b.few(t, 3, sec))
	expect(t, rs, []string{ok, ok, ok}, []time.Duration{20 * ms, 20 * ms, 20 * ms})
}

// TestARateLimitLetsInWhatItSays: 10/s and two at once, of 100/s.
func TestARateLimitLetsInWhatItSays(t *testing.T) {
	for _, replicas := range []int{1, 2} {
		b := newBuilder()
		b.edge.LoadBalancer = "ROUND_ROBIN"
		st := ample("s")
		st.Replicas, st.RateLimit = replicas, &platform.RateLimit{Rate: 10, Burst: 2}
		b.service(st)
		b.journey("s.do")
		rs, _ := replies(t, b.few(t, 1000, 10*ms))
		mean, n := meanOf(rs, func(r reply) bool { return r.outcome == measure.Succeeded })
		if mean != 0 || n < replicas*100 || n > replicas*102 {
			t.Errorf("%d replicas let in %d, want about %d", replicas, n, replicas*101)
		}
	}
}

// TestANewProcessHasAFullBucket.
func TestANewProcessHasAFullBucket(t *testing.T) {
	b := newBuilder()
	st := ample("s")
	st.Startup, st.RateLimit = ms, &platform.RateLimit{Rate: 0.001, Burst: 2}
	b.service(st)
	b.journey("s.do")
	rs, _ := replies(t, inject(b.few(t, 8, sec), "crash", 4*sec, 0, crash("s")))
	expect(t, rs, []string{ok, ok, no, no, ok, ok, no, no}, nil)
}

// TestAnOperationFailsAtItsOwnRate, on top of a fault's.
func TestAnOperationFailsAtItsOwnRate(t *testing.T) {
	for _, c := range []struct{ fault, want float64 }{{0, 0.3}, {0.5, 0.65}} {
		job := evenly(pair(t, 1), ms)
		job.Duration = 20 * sec
		job.System.Ops[0].ErrorRate = 0.3
		if c.fault > 0 {
			inject(job, "errors", 0, fault.Open, &fault.Errors{Target: onComponent("back"), Share: 0.5})
		}
		rs, _ := replies(t, job)
		if got := share(rs, func(r reply) bool { return r.outcome == measure.Error && r.latency == 2*ms }); !within(got, c.want, len(rs)) {
			t.Errorf("%v fail, want %v", got, c.want)
		}
	}
}

// TestWhatIsCountedOfZonesAndReplicas: bytes between zones, what is paid for, and
// causes by window.
func TestWhatIsCountedOfZonesAndReplicas(t *testing.T) {
	job := pair(t, 20)
	job.Warmup = sec
	job.System.Ops[0].Size = 1 << 10
	inject(job, "kill", 1500*ms, fault.Open, &fault.Kill{Target: onService("back")})
	_, r := replies(t, job)
	if n := r.Edges[0].CrossBytes; n != 0 {
		t.Errorf("%d bytes between zones, of one zone", n)
	}
	job.System.Stations[1].Zones = []int{1}
	_, r = replies(t, job)
	if n := r.Edges[0].CrossBytes; n != 10*2<<10 {
		t.Errorf("%d bytes between zones, want %d", n, 10*2<<10)
	}
	if s := &r.Stations[1]; s.ProvisionedTime != 1 || math.Abs(s.UpTime-0.5) > 1e-9 {
		t.Errorf("paid for %v s, up for %v", s.ProvisionedTime, s.UpTime)
	}
	for o, counts := range r.Causes {
		if want := []uint32{0, 5}; measure.Outcome(o) == measure.ConnectionRefused && !slices.Equal(counts, want) ||
			measure.Outcome(o) != measure.ConnectionRefused && counts != nil {
			t.Errorf("%v failed by %v", counts, measure.Outcome(o))
		}
	}
}

// TestAProcessThatHoldsTooMuchIsKilled: four calls of 3 MB at once are more than 10.
func TestAProcessThatHoldsTooMuchIsKilled(t *testing.T) {
	run := func(bound int64) ([]reply, *measure.Run) {
		b := newBuilder()
		st := ample("s")
		st.Memory = bound
		b.service(st, sleep("35ms"))
		b.journey("s.do")
		b.sys.Ops[0].Memory = 3e6
		return replies(t, only(b.few(t, 1, 10*ms), 5, 10*ms, 20*sec))
	}
	rs, _ := run(10e6)
	lost, refused := "connectionLost", "connectionRefused"
	expect(t, rs, []string{lost, lost, lost, lost, refused}, []time.Duration{30 * ms, 20 * ms, 10 * ms, 0, 0})
	for _, bound := range []int64{0, 12e6} {
		rs, r := run(bound)
		expect(t, rs, []string{ok, ok, ok, ok, ok}, nil)
		if got := r.Stations[1].MemoryTime; math.Abs(got-5*0.035*3e6) > 1 {
			t.Errorf("%v byte-seconds, want %v", got, 5*0.035*3e6)
		}
	}
}

// TestALeakKillsWhenItReachesTheBound: 10 MiB at 1 MiB/s from 2 s on, start-up 5 s;
// memory is what has leaked: two triangles of 50 MiB·s, and what follows.
func TestALeakKillsWhenItReachesTheBound(t *testing.T) {
	for _, c := range []struct {
		name   string
		rates  []float64 // MiB/s; the second leak lasts from 7 to 9 s
		length time.Duration
		died   []time.Duration
		want   float64 // MiB·s over 30 s
	}{
		{"one leak", []float64{1}, fault.Open, []time.Duration{12 * sec, 27 * sec}, 100},
		{"that is mended in time", []float64{1}, 8 * sec, nil, 32},
		{"two", []float64{1, 1}, fault.Open, []time.Duration{12 * sec, 27 * sec}, 102},
		{"two that are too much", []float64{1, 4}, fault.Open, []time.Duration{8 * sec, 23 * sec}, 18 + 2 + 50 + 2},
	} {
		b := newBuilder()
		st := ample("s")
		st.Memory = 10 << 20
		b.service(st)
		b.journey("s.do")
		job := b.few(t, 30, sec)
		for i, rate := range c.rates {
			at, length := 2*sec, c.length
			if i == 1 {
				at, length = 7*sec, 2*sec
			}
			inject(job, string(rune('a'+i)), at, length, &fault.MemoryLeak{Target: onService("s"), Rate: unit.ByteRate(rate * (1 << 20))})
		}
		e := setup(job)
		var died []time.Duration
		for deaths := uint32(0); !e.done; {
			ev, ok := e.next()
			if !ok {
				break
			}
			e.handle(&ev)
			if d := e.instances[1].deaths; d != deaths {
				deaths = d
				died = append(died, e.Now().Round(us))
			}
		}
		if err := e.finish(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(died, c.died) {
			t.Errorf("%s: died at %v, want %v", c.name, died, c.died)
		}
		if got := e.run.Stations[1].MemoryTime / (1 << 20); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s: %v MiB·s, want %v", c.name, got, c.want)
		}
	}
}

// TestALeakAndACallTogetherReachTheBoundSooner: 1 MiB/s from the start, and from 5 s
// on a call that holds 4 of 10 MiB.
func TestALeakAndACallTogetherReachTheBoundSooner(t *testing.T) {
	b := newBuilder()
	st := ample("s")
	st.Memory = 10 << 20
	b.service(st, sleep("3s"))
	b.journey("s.do")
	b.sys.Ops[0].Memory = 4 << 20
	rs, _ := replies(t, inject(b.few(t, 1, 10*sec), "leak", 0, fault.Open, &fault.MemoryLeak{Target: onService("s"), Rate: 1 << 20}))
	if len(rs) != 1 || rs[0].outcome != measure.ConnectionLost || rs[0].latency.Round(us) != sec {
		t.Errorf("%+v, want connectionLost after 1 s", rs)
	}
}
