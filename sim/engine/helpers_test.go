package engine

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
)

const (
	us  = time.Microsecond
	ms  = time.Millisecond
	sec = time.Second
)

// reply is what became of one request.
type reply struct {
	n       uint64
	at      time.Duration // of the request
	latency time.Duration
	outcome measure.Outcome
	journey int32
	flow    int32
	surge   bool
}

// drive is the loop of Run over an engine that a test has looked into.
func (e *engine) drive(t testing.TB) {
	t.Helper()
	for !e.done {
		ev, ok := e.next()
		if !ok {
			break
		}
		e.run.Events++
		e.handle(&ev)
	}
	if err := e.finish(); err != nil {
		t.Fatal(err)
	}
}

func (e *engine) handle(ev *des.Event) { e.happen(ev.Kind(), ev.Ref()) }

// replies runs a job and returns what became of each request, by flow and number,
// those of surges last.
func replies(t testing.TB, job *Job) ([]reply, *measure.Run) {
	t.Helper()
	var got []reply
	e := setup(job)
	e.answered = func(f *frame, o measure.Outcome, latency time.Duration) {
		got = append(got, reply{uint64(f.arrived), f.sent, latency, o, f.site, f.channel, f.flags&flSurge != 0})
	}
	e.drive(t)
	inOrder(got)
	return got, e.run
}

// inOrder sorts replies by flow and number, those of surges last.
func inOrder(got []reply) {
	slices.SortFunc(got, func(a, b reply) int {
		if a.surge != b.surge {
			return map[bool]int{false: -1, true: 1}[a.surge]
		}
		return cmp.Or(cmp.Compare(a.flow, b.flow), cmp.Compare(a.n, b.n), cmp.Compare(a.at, b.at))
	})
}

// mustRun runs a job through the front door.
func mustRun(t testing.TB, job *Job) *measure.Run {
	t.Helper()
	r, err := Run(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outcomes spells the outcomes of requests in their order.
func outcomes(rs []reply) (names []string) {
	for _, r := range rs {
		names = append(names, r.outcome.String())
	}
	return names
}

// latencies lists the latencies of requests in their order.
func latencies(rs []reply) (ds []time.Duration) {
	for _, r := range rs {
		ds = append(ds, r.latency)
	}
	return ds
}

// evenly makes the requests of a job arrive every gap, the first after half a gap.
func evenly(job *Job, gap time.Duration) *Job {
	for i := range job.Flows {
		job.Flows[i].Profile = load.Constant(float64(time.Second) / float64(gap))
		job.Flows[i].Arrivals = load.Uniform{}
	}
	return job
}

// ample is a service on which nobody waits.
func ample(name string) model.Station {
	return model.Station{Name: name, Cores: model.Unlimited, Queue: model.Unlimited}
}

// small is a service of some cores and workers, served in order.
func small(name string, cores float64, workers, queue int) model.Station {
	return model.Station{Name: name, Cores: cores, Scheduling: model.FIFO, Workers: workers, Queue: queue}
}

// sleep is time off the CPU.
func sleep(text string) *step.Sleep { return &step.Sleep{Time: mustDist(text)} }

// maybe is a call that a share of the requests makes.
func maybe(target string, p float64) *step.Call {
	c := call(target)
	c.Probability = unit.Share(p)
	return c
}

// retries is a policy of that many attempts beside the first, at fixed waits.
func retries(attempts int, wait time.Duration, on ...resilience.FailureName) *resilience.Retries {
	return &resilience.Retries{Attempts: attempts, RetryOn: on,
		Backoff: resilience.Backoff{Base: unit.Duration(wait), Max: unit.Duration(wait), Jitter: "none"}}
}

// constant is the distribution that is always d.
func constant(d time.Duration) dist.Dist { return dist.Constant(d) }

// inject puts a fault into a job.
func inject(job *Job, name string, at, duration time.Duration, f fault.Fault) *Job {
	job.Faults = append(job.Faults, fault.Injection{Name: name, At: at, Duration: duration, Spec: fault.Spec{Kind: name, Fault: f}})
	return job
}

// meanOf is the mean latency of the replies that match, and their number.
func meanOf(rs []reply, match func(reply) bool) (mean time.Duration, n int) {
	var sum time.Duration
	for _, r := range rs {
		if match(r) {
			sum += r.latency
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	return sum / time.Duration(n), n
}

// share is how many of the replies match, of all.
func share(rs []reply, match func(reply) bool) float64 {
	_, n := meanOf(rs, match)
	return float64(n) / float64(len(rs))
}

// within reports whether a share of n independent trials is plausible for p: five
// standard errors.
func within(got, p float64, n int) bool {
	return math.Abs(got-p) <= 5*math.Sqrt(p*(1-p)/float64(n))+1e-12
}
