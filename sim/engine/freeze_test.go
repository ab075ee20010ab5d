package engine

import (
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/stats"
	"faultline/sim/step"
)

func pause(service string) *fault.Pause { return &fault.Pause{Target: onService(service)} }

// TestAPauseFreezesWorkInProgress has 100 ms of work begin at 50 ms and stand still
// from 90 to 120 ms, whatever the work is.
func TestAPauseFreezesWorkInProgress(t *testing.T) {
	shared := func(cores float64) model.Station {
		return model.Station{Name: "s", Cores: cores, Queue: model.Unlimited}
	}
	for _, c := range []struct {
		name    string
		station model.Station
		steps   []step.Step
	}{
		{"asleep", ample("s"), []step.Step{sleep("100ms")}},
		{"on a core", small("s", 2, 0, 0), []step.Step{cpu("100ms")}},
		{"on half a core", small("s", 0.5, 0, 0), []step.Step{cpu("50ms")}},
		{"on cores without a bound", ample("s"), []step.Step{cpu("100ms")}},
		{"on a shared core", shared(1), []step.Step{cpu("100ms")}},
		{"on half a shared core", shared(0.5), []step.Step{cpu("50ms")}},
		{"step after step", ample("s"), []step.Step{sleep("20ms"), sleep("30ms"), cpu("50ms")}},
		{"a step that ends as the pause begins", ample("s"), []step.Step{sleep("40ms"), cpu("60ms")}},
		{"in branches", shared(2), []step.Step{fork(sleep("100ms"), cpu("80ms"))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			b.service(c.station, c.steps...)
			b.journey("s.do")
			rs, r := replies(t, inject(b.few(t, 1, 100*ms), "pause", 90*ms, 30*ms, pause("s")))
			expect(t, rs, []string{ok}, []time.Duration{130 * ms})
			if busy := r.Stations[1].BusyCoreTime; busy > 0.1 {
				t.Errorf("%v core-seconds of work", busy)
			}
		})
	}
}

// TestSlownessTurnedDuringAPauseActsOnWhatIsLeft: 40 of 100 ms are done at 90 ms;
// from 100 ms on the rest takes longer or less, and the pause ends at 120 ms.
func TestSlownessTurnedDuringAPauseActsOnWhatIsLeft(t *testing.T) {
	for _, st := range []model.Station{ample("s"), small("s", 2, 0, 0), {Name: "s", Cores: 1, Queue: model.Unlimited}} {
		for factor, want := range map[float64]time.Duration{3: 250 * ms, 0.1: 76 * ms} {
			b := newBuilder()
			b.service(st, cpu("100ms"))
			b.journey("s.do")
			job := inject(b.few(t, 1, 100*ms), "pause", 90*ms, 30*ms, pause("s"))
			rs, _ := replies(t, inject(job, "slow", 100*ms, fault.Open, slow(onService("s"), factor)))
			expect(t, rs, []string{ok}, []time.Duration{want})
		}
	}
}

// TestWhatArrivesDuringAPauseWaits, beyond the queue's limit.
func TestWhatArrivesDuringAPauseWaits(t *testing.T) {
	b := newBuilder()
	b.service(small("s", 1, 1, 0), cpu("10ms"))
	b.journey("s.do")
	rs, _ := replies(t, inject(b.few(t, 4, 20*ms), "pause", 25*ms, 40*ms, pause("s")))
	expect(t, rs, []string{ok, ok, ok, no}, []time.Duration{10 * ms, 45 * ms, 35 * ms, 0})
}

// TestACallerThatStandsStillHearsOfItsCallsWhenItGoesOn, in the order in which the
// news came: front calls back at 50 ms, and has its reply at 82.
func TestACallerThatStandsStillHearsOfItsCallsWhenItGoesOn(t *testing.T) {
	type span struct{ from, to time.Duration }
	for _, c := range []struct {
		name     string
		pauses   map[string][]span
		patience time.Duration
		outcome  string
		want     time.Duration
	}{
		{"no pause", nil, 0, ok, 32 * ms},
		{"the callee's", map[string][]span{"back": {{60 * ms, 100 * ms}}}, 0, ok, 72 * ms},
		{"the caller's", map[string][]span{"front": {{60 * ms, 100 * ms}}}, 0, ok, 50 * ms},
		{"one of the caller's that is over before the reply", map[string][]span{"front": {{60 * ms, 80 * ms}}}, 0, ok, 32 * ms},
		{"two of the caller's, one within the other", map[string][]span{"front": {{60 * ms, 100 * ms}, {70 * ms, 80 * ms}}}, 0, ok, 50 * ms},
		{"two that overlap", map[string][]span{"front": {{60 * ms, 83 * ms}, {70 * ms, 100 * ms}}}, 0, ok, 50 * ms},
		{"two in a row", map[string][]span{"front": {{60 * ms, 80 * ms}, {80 * ms, 100 * ms}}}, 0, ok, 50 * ms},
		{"both", map[string][]span{"front": {{60 * ms, 100 * ms}}, "back": {{70 * ms, 75 * ms}}}, 0, ok, 50 * ms},
		{"a reply before the end of patience", map[string][]span{"front": {{60 * ms, 100 * ms}}}, 40 * ms, ok, 50 * ms},
		{"the end of patience before the reply", map[string][]span{"front": {{60 * ms, 100 * ms}}}, 30 * ms, "timeout", 50 * ms},
		{"patience that ends after the pause", map[string][]span{"front": {{60 * ms, 70 * ms}}}, 30 * ms, "timeout", 30 * ms},
	} {
		job := pair(t, 1)
		for i := range job.System.Edges {
			if job.System.Edges[i].From != model.Users {
				job.System.Edges[i].Timeout = c.patience
			}
		}
		for service, spans := range c.pauses {
			for i, s := range spans {
				inject(job, service+string(rune('0'+i)), s.from, s.to-s.from, pause(service))
			}
		}
		rs, _ := replies(t, job)
		t.Run(c.name, func(t *testing.T) { expect(t, rs, []string{c.outcome}, []time.Duration{c.want}) })
	}
}

// TestAPauseAndADeathAreTwoThings: the end of a pause revives nobody, and a new
// process stands still as long as the fault lasts.
func TestAPauseAndADeathAreTwoThings(t *testing.T) {
	for _, c := range []struct {
		name           string
		pause, kill    [2]time.Duration // from, to
		up, standstill []time.Duration  // instants at which it is so, of those looked at
	}{
		{"killed while paused, for longer", [2]time.Duration{1, 3}, [2]time.Duration{2, 10}, []time.Duration{1, 16, 20}, []time.Duration{1, 2}},
		{"killed while paused, for shorter", [2]time.Duration{1, 18}, [2]time.Duration{2, 4}, []time.Duration{1, 10, 16, 20}, []time.Duration{1, 2, 5, 10, 16}},
		{"paused while dead", [2]time.Duration{4, 6}, [2]time.Duration{2, 10}, []time.Duration{1, 16, 20}, []time.Duration{5}},
		{"crashed while paused", [2]time.Duration{1, 18}, [2]time.Duration{2, 2}, []time.Duration{1, 10, 16, 20}, []time.Duration{1, 2, 5, 10, 16}},
	} {
		job := pair(t, 200)
		inject(job, "pause", c.pause[0]*sec, (c.pause[1]-c.pause[0])*sec, pause("back"))
		inject(job, "kill", c.kill[0]*sec, (c.kill[1]-c.kill[0])*sec, &fault.Kill{Target: onService("back")})
		e := setup(job)
		back := &e.instances[e.stations[1].first]
		var up, still []time.Duration
		for _, at := range []time.Duration{1, 2, 5, 10, 16, 20} {
			e.until(at*sec + ms)
			if back.up {
				up = append(up, at)
			}
			if back.frozen {
				still = append(still, at)
			}
		}
		e.drive(t)
		t.Run(c.name, func(t *testing.T) {
			if !slices.Equal(up, c.up) || !slices.Equal(still, c.standstill) {
				t.Errorf("up at %v, still at %v; want %v and %v", up, still, c.up, c.standstill)
			}
		})
	}
}

// TestAServerThatBreaksDownAgreesWithTheory: M/M/1 whose server fails by Exp(ξ) and
// is repaired by Exp(η), work resumed: breakdown-1 and -2 of the reference table
// (Avi-Itzhak and Naor, Operations Research 11(3), 1963).
func TestAServerThatBreaksDownAgreesWithTheory(t *testing.T) {
	for _, c := range []struct {
		name                 string
		rate, fails, repairs float64 // per second; service 1 a second
		w, inside            float64
	}{
		{"breakdown-1", 0.5, 0.1, 0.4, 4.66666667, 2.33333333},
		{"breakdown-2", 0.6, 0.01, 0.1, 5.90909091, 3.54545455},
	} {
		var ws, ns []float64
		for r := range replications {
			b := newBuilder()
			b.service(small("s", 1, 1, model.Unlimited), cpu("exp(1s)"))
			b.journey("s.do")
			job := b.job(t, c.rate, 60_000*sec)
			job.Warmup, job.Replication, job.Window = 2000*sec, r, 60_000*sec
			inject(job, "breakdown", 0, fault.Open, pause("s"))
			in := &job.Faults[0]
			in.Every = mustDist("exp(" + time.Duration(1e9/c.fails).String() + ")").Dist
			in.Repair = mustDist("exp(" + time.Duration(1e9/c.repairs).String() + ")").Dist
			run := mustRun(t, job)
			ws = append(ws, seconds(&run.Journeys[0].Latency))
			ns = append(ns, inside(0).of(run))
		}
		for _, f := range []struct {
			name   string
			values []float64
			want   float64
		}{{"W", ws, c.w}, {"L", ns, c.inside}} {
			mean, se := stats.Mean(f.values), math.Sqrt(stats.Variance(f.values)/replications)
			if q := stats.TQuantile(1-0.0005, replications-1); math.Abs(mean-f.want) > q*se+0.002*f.want || se > 0.03*f.want {
				t.Errorf("%s: %s is %.6g ± %.2g, want %.6g", c.name, f.name, mean, q*se, f.want)
			}
		}
	}
}

// TestARuntimePausesEachInstanceByAStreamOfItsOwn: the world stops for 200 ms, 1 s
// after the end of the pause before.
func TestARuntimePausesEachInstanceByAStreamOfItsOwn(t *testing.T) {
	b := newBuilder()
	st := ample("s")
	st.Pauses = &platform.Pauses{Every: mustDist("1s"), Length: mustDist("200ms")}
	b.service(st)
	b.journey("s.do")
	rs, _ := replies(t, b.few(t, 30, 100*ms))
	want := make([]time.Duration, 30)
	want[10], want[11] = 150*ms, 50*ms // 1,000 to 1,200 ms
	want[22], want[23] = 150*ms, 50*ms // 2,200 to 2,400 ms
	names := make([]string, len(want))
	for i := range names {
		names[i] = ok
	}
	expect(t, rs, names, want)

	job := b.few(t, 30, 100*ms)
	job.System.Stations[1].Pauses = &platform.Pauses{Every: mustDist("exp(1s)"), Length: mustDist("1ms")}
	job.System.Stations[1].Replicas, job.System.Stations[1].Zones = 2, []int{0, 0}
	e := setup(job)
	var begun []time.Duration
	for frozen := false; len(begun) < 4; {
		ev, _ := e.next()
		if e.handle(&ev); e.instances[1].frozen && !frozen {
			begun = append(begun, e.Now())
		}
		frozen = e.instances[1].frozen
	}
	if begun[1]-begun[0] == begun[2]-begun[1] && begun[2]-begun[1] == begun[3]-begun[2] {
		t.Errorf("pauses at equal distances: %v", begun)
	}
	first := func(job *Job) (at []time.Duration) {
		e := setup(job)
		for _, id := range []int32{1, 2} {
			for e.Now() < 100*sec && !e.instances[id].frozen {
				ev, _ := e.next()
				e.handle(&ev)
			}
			at = append(at, e.Now())
			e = setup(job)
		}
		return at
	}
	a := first(job)
	if a[0] == a[1] {
		t.Errorf("both instances pause first at %v", a)
	}
	beside := first(inject(job, "other", 0, sec, &fault.Pauses{Target: onService("s"), Every: mustDist("10s"), Length: mustDist("1ms")}))
	if !slices.Equal(a, beside) {
		t.Errorf("first pauses at %v, and beside a fault at %v", a, beside)
	}
}
