package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
)

// swarmer draws a system. Not what the engine draws with: it must not share its flaws.
type swarmer struct {
	*rand.Rand
	round   bool // times from a short list of round numbers, so that events coincide
	retries bool
	zero    bool // steps of no length
	guards  bool // policies of every kind on the edges
	shapes  bool // steps of every kind
}

func newSwarmer(seed uint64) *swarmer {
	s := &swarmer{Rand: rand.New(rand.NewPCG(seed, 42))}
	s.round, s.retries, s.zero = s.IntN(3) == 0, s.IntN(2) == 0, s.IntN(4) == 0
	s.guards, s.shapes = s.IntN(2) == 0, s.IntN(2) == 0
	return s
}

func (s *swarmer) chance(percent int) bool { return s.IntN(100) < percent }

func oneOf[T any](s *swarmer, of ...T) T { return of[s.IntN(len(of))] }

// span is a time between low and high.
func (s *swarmer) span(low, high time.Duration) time.Duration {
	if s.round {
		return oneOf(s, low, (low+high)/2, high).Round(100 * us)
	}
	return low + time.Duration(s.Int64N(int64(high-low)+1))
}

func (s *swarmer) dist() string {
	mean := s.span(100*us, 8*ms)
	switch {
	case s.zero && s.chance(30):
		return "0"
	case s.round || s.chance(20):
		return mean.String()
	case s.chance(30):
		return "lognormal(" + mean.String() + " cv=1.5)"
	}
	return "exp(" + mean.String() + ")"
}

// app draws components with operations that call those before them.
func (s *swarmer) app() app {
	var a app
	var known []string
	for range s.IntN(3) {
		a.stores = append(a.stores, string(rune('p'+len(a.stores))))
	}
	for i := range 2 + s.IntN(5) {
		c := component{name: string(rune('a' + i))}
		c.external = i == 0 && s.chance(30)
		for k := range 1 + s.IntN(2) {
			op := operation{name: fmt.Sprintf("%s.%d", c.name, k)}
			if c.external {
				op.steps = []step.Step{sleep(s.dist())}
			} else {
				op.steps = s.steps(known, a.stores, 0)
			}
			c.ops = append(c.ops, op)
		}
		for _, op := range c.ops {
			known = append(known, op.name)
		}
		a.components = append(a.components, c)
	}
	for range 1 + s.IntN(3) {
		a.journeys = append(a.journeys, known[len(known)-1-s.IntN(min(3, len(known)))])
	}
	return a
}

func (s *swarmer) steps(known, stores []string, depth int) (list []step.Step) {
	for range 1 + s.IntN(3) {
		list = append(list, s.step(known, stores, depth))
	}
	return list
}

func (s *swarmer) step(known, stores []string, depth int) step.Step {
	m := step.Modifiers{Probability: 1, Optional: s.chance(25)}
	if s.chance(30) {
		m.Probability = unit.Share(oneOf(s, 0.2, 0.5, 0.9))
	}
	if s.shapes {
		s.modifiers(&m, depth)
		if c := s.composite(known, stores, depth); c != nil {
			return c
		}
	}
	switch n := s.IntN(10); {
	case n < 4 && len(known) > 0:
		return &step.Call{Target: known[s.IntN(len(known))], Modifiers: m}
	case n < 5 && len(stores) > 0:
		return &step.Read{Store: oneOf(s, stores...), Modifiers: m}
	case n < 6 && len(stores) > 0:
		return &step.Write{Store: oneOf(s, stores...), Modifiers: m}
	case n < 7 && depth < 2:
		return fork(s.steps(known, stores, depth+1)...)
	case n < 8:
		return sleep(s.dist())
	}
	return cpu(s.dist())
}

func (s *swarmer) station(string) model.Station {
	st := model.Station{
		Cores:      oneOf(s, 0.5, 1, 1, 1.5, 2, 4, 64),
		Scheduling: oneOf(s, model.PS, model.FIFO),
		Workers:    oneOf(s, 1, 2, 4, 16, 64, model.Unlimited),
		Queue:      oneOf(s, 0, 1, 4, 64, model.Unlimited),
		Replicas:   oneOf(s, 1, 1, 2, 3),
		Startup:    s.span(50*ms, 1500*ms),
	}
	if s.chance(10) {
		st.Cores = model.Unlimited
	}
	return st
}

func (s *swarmer) edge(_, _ string) model.Edge {
	e := model.Edge{LoadBalancer: oneOf(s, "LEAST_REQUEST", "ROUND_ROBIN", "RANDOM")}
	if s.chance(60) {
		e.SameZone = mustDist(oneOf(s, "200us", "500us", "exp(300us)", "0")).Dist
	}
	if s.chance(60) {
		e.CrossZone = mustDist(oneOf(s, "500us", "1ms", "lognormal(500us cv=0.5)")).Dist
	}
	if s.chance(50) {
		e.Timeout = s.span(2*ms, 80*ms)
	}
	if s.chance(30) {
		e.Protocol = mustDist(oneOf(s, "100us", "exp(50us)")).Dist
	}
	if s.retries && s.chance(50) {
		e.Retries = retries(1+s.IntN(3), s.span(0, 10*ms))
		for _, name := range []resilience.FailureName{"timeout", "unavailable", "rejected", "error"} {
			if s.chance(60) {
				e.Retries.RetryOn = append(e.Retries.RetryOn, name)
			}
		}
		e.Retries.Backoff.Jitter = oneOf[resilience.Jitter](s, "none", "full", "equal")
		if s.chance(60) {
			e.PerTryTimeout = s.span(ms, 30*ms)
		}
	}
	if s.guards {
		s.policies(&e)
	}
	return e
}

func (s *swarmer) job() *Job {
	a := s.app()
	// Services that call each other in a circle can wait for each other's workers for
	// ever, which is right, but leaves something: either no circle or no bound.
	services, circle := 1+s.IntN(len(a.components)), s.chance(30)
	hosts := map[string]string{}
	for i, c := range a.components {
		k := i * services / len(a.components)
		if circle {
			k = s.IntN(services)
		}
		hosts[c.name] = fmt.Sprintf("s%d", k)
	}
	sys := assemble(a, cut{"swarm", func(c string) string { return hosts[c] }, s.station, s.edge})
	for i := range sys.Stations {
		if circle && sys.Stations[i].Kind == model.KindService {
			sys.Stations[i].Workers = model.Unlimited
		}
	}
	if s.guards {
		s.pools(sys)
		s.walls(sys)
	}
	job := jobOf(sys, 0, s.span(sec, 4*sec))
	job.Drain, job.Window = s.span(0, sec), 100*ms
	if s.chance(50) {
		job.Warmup = s.span(0, job.Duration/2)
	}
	job.Flows = nil
	for i := range 1 + s.IntN(2) {
		f := load.Flow{Name: fmt.Sprintf("f%d", i), Profile: load.Constant(oneOf(s, 20.0, 100, 400)), Arrivals: load.Poisson{}}
		if s.round {
			f.Arrivals = load.Uniform{}
		}
		if s.shapes {
			s.flow(&f)
		}
		for range sys.Journeys {
			f.Weights = append(f.Weights, 1+s.Float64())
		}
		job.Flows = append(job.Flows, f)
	}
	for i := range s.IntN(6) {
		s.inject(job, a, fmt.Sprintf("fault%d", i))
	}
	return job
}

// inject draws a fault, with a mark at its beginning.
func (s *swarmer) inject(job *Job, a app, name string) {
	at := s.span(0, job.Duration)
	duration := oneOf(s, 0, fault.Open, s.span(ms, sec), s.span(ms, sec), s.span(sec, 3*sec))
	c := a.components[s.IntN(len(a.components))]
	service := oneOf(s, "*", "s0", "s1", "s2")
	code := oneOf(s, onComponent(c.name), fault.Target{Operation: c.ops[0].name}, onService(service))
	edge := onEdge(oneOf(s, "* -> *", "users -> *", "* -> s0", "s1 -> *", "* -> database", "* -> a", c.name+" -> *"))
	process := oneOf(s, onComponent(c.name), onService(service))
	var f fault.Fault
	switch s.IntN(8) {
	case 0:
		f = &fault.Crash{Target: process}
	case 1, 2:
		f = &fault.Crash{Target: process, PerCall: unit.Share(oneOf(s, 0.002, 0.05, 0.5))}
	case 3:
		every := mustDist(oneOf(s, "exp(200ms)", "100ms"))
		f = &fault.Crash{Target: process, Every: &every}
	case 4:
		f = slow(code, oneOf(s, 0.1, 2, 7.3, 1000))
	case 5:
		f = &fault.Errors{Target: oneOf(s, code, edge), Share: unit.Share(oneOf(s, 0.1, 0.5, 1))}
	case 6:
		f = &fault.Delay{Target: oneOf(s, edge, onService(service)), Latency: mustDist(oneOf(s, "1ms", "exp(5ms)", "2s"))}
	case 7:
		f = &fault.Surge{Target: fault.Target{Flow: oneOf(s, "*", "f0")}, Factor: unit.Factor(oneOf(s, 1.5, 4))}
	}
	inject(job, name, at, duration, f)
	job.Faults[len(job.Faults)-1].Mode = oneOf(s, fault.Mode{}, fault.Mode{Kind: "one"}, fault.Mode{Kind: "fixedPercent", Value: "50%"})
	if k := len(job.Marks); k == 0 || job.Marks[k-1] < at {
		job.Marks, job.Open = append(job.Marks, at), append(job.Open, at)
	}
}

// describe spells a job, so that a failing seed can be read.
func describe(job *Job) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, drain %v", job.Duration, job.Drain)
	for _, f := range job.Flows {
		fmt.Fprintf(&b, "\nflow %s %v %v", f.Name, f.Profile, f.Arrivals)
	}
	for _, st := range job.System.Stations {
		fmt.Fprintf(&b, "\nstation %+v", st)
	}
	for _, e := range job.System.Edges {
		fmt.Fprintf(&b, "\nedge %s: timeout %v, try %v, %s, protocol %v, network %v %v", e.Name, e.Timeout, e.PerTryTimeout, e.LoadBalancer, e.Protocol, e.SameZone, e.CrossZone)
		if e.Retries != nil {
			fmt.Fprintf(&b, ", retries %+v", *e.Retries)
		}
	}
	for _, op := range job.System.Ops {
		fmt.Fprintf(&b, "\n%s at %d: entry %d", op.Name, op.Station, op.Entry)
	}
	for i, in := range job.System.Code {
		fmt.Fprintf(&b, "\n%d %+v", i, in)
	}
	for _, f := range job.Faults {
		fmt.Fprintf(&b, "\nfault %s at %v for %v, %+v: %T on %v", f.Name, f.At, f.Duration, f.Mode, f.Fault, f.Fault)
	}
	return b.String()
}
