package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/sim/unit"
)

// swarmer draws a system. Not what the engine draws with: it must not share its flaws.
type swarmer struct {
	*rand.Rand
	round   bool // times from a short list of round numbers, so that events coincide
	retries bool
	quirks  bool // stations with limits, memory, pauses and the like
	zero    bool // steps of no length
	guards  bool // policies of every kind on the edges
	shapes  bool // steps of every kind
}

func newSwarmer(seed uint64) *swarmer {
	s := &swarmer{Rand: rand.New(rand.NewPCG(seed, 42))}
	s.round, s.retries, s.zero = s.IntN(3) == 0, s.IntN(2) == 0, s.IntN(4) == 0
	s.guards, s.shapes = s.IntN(2) == 0, s.IntN(2) == 0
	s.quirks = s.IntN(2) == 0
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
	if s.quirks {
		s.quirksOf(&st)
	}
	return st
}

// quirksOf gives a station some of what few stations have.
func (s *swarmer) quirksOf(st *model.Station) {
	st.Discipline = oneOf(s, model.QueueFIFO, model.QueueLIFO, model.QueueByPriority)
	if s.chance(40) {
		st.QueueTimeout = mustDist(oneOf(s, "2ms", "exp(10ms)", "0")).Dist
	}
	if s.chance(30) {
		st.Contention = oneOf(s, 0.01, 0.5)
	}
	if s.chance(20) {
		st.RateLimit = &platform.RateLimit{Rate: oneOf[unit.Rate](s, 20, 200), Burst: 1 + s.IntN(10)}
	}
	if s.chance(40) {
		st.Memory = oneOf[int64](s, 2000, 10_000, 1_000_000)
	}
	if s.chance(30) {
		st.Warmup = platform.Warmup{Slowdown: 3, Duration: s.span(ms, sec)}
	}
	if s.chance(30) {
		st.Pauses = &platform.Pauses{Every: mustDist(oneOf(s, "100ms", "exp(50ms)")), Length: mustDist(oneOf(s, "5ms", "exp(20ms)"))}
	}
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
	sys.Zones = []string{"za", "zb"}
	for i := range sys.Ops {
		op := &sys.Ops[i]
		op.Size = oneOf[int64](s, 0, 1000, 50_000)
		if s.quirks && s.chance(30) {
			op.Memory = oneOf[int64](s, 100, 1500)
		}
		if s.quirks && s.chance(20) {
			op.ErrorRate = oneOf(s, 0.01, 0.5)
		}
	}
	for i := range sys.Journeys {
		sys.Journeys[i].Criticality = oneOf(s, "critical", "normal", "sheddable")
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
	process := oneOf(s, onComponent(c.name), onService(service), fault.Target{Database: "database"}, fault.Target{Zone: "za"})
	f := s.newFault(service, code, process, edge)
	inject(job, name, at, duration, f)
	job.Faults[len(job.Faults)-1].Mode = oneOf(s, fault.Mode{}, fault.Mode{Kind: "one"}, fault.Mode{Kind: "fixedPercent", Value: "50%"})
	if s.chance(20) {
		in := &job.Faults[len(job.Faults)-1]
		in.Every = mustDist(oneOf(s, "exp(100ms)", "80ms")).Dist
		if s.chance(80) {
			in.Repair = mustDist(oneOf(s, "exp(100ms)", "50ms", "0")).Dist
		}
	}
	if k := len(job.Marks); k == 0 || job.Marks[k-1] < at {
		job.Marks, job.Open = append(job.Marks, at), append(job.Open, at)
	}
}

// newFault draws a fault on one of the targets that suit it.
func (s *swarmer) newFault(service string, code, process, edge fault.Target) fault.Fault {
	network := oneOf(s, edge, onService(service), fault.Target{Zone: oneOf(s, "za", "zb")})
	calls := oneOf(s, onService(service), onService("*"))
	switch s.IntN(22) {
	case 0:
		return &fault.Crash{Target: process}
	case 1, 2:
		return &fault.Crash{Target: calls, PerCall: unit.Share(oneOf(s, 0.002, 0.05, 0.5))}
	case 3:
		every := mustDist(oneOf(s, "exp(200ms)", "100ms"))
		return &fault.Crash{Target: process, Every: &every}
	case 4:
		return slow(code, oneOf(s, 0.1, 2, 7.3, 1000))
	case 5:
		return &fault.Errors{Target: oneOf(s, code, edge), Share: unit.Share(oneOf(s, 0.1, 0.5, 1))}
	case 6:
		return &fault.Delay{Target: network, Latency: mustDist(oneOf(s, "1ms", "exp(5ms)", "2s"))}
	case 7:
		return &fault.Surge{Target: fault.Target{Flow: oneOf(s, "*", "f0")}, Factor: unit.Factor(oneOf(s, 1.5, 4))}
	}
	return s.newerFault(calls, process, network, edge)
}

func (s *swarmer) newerFault(service, process, network, edge fault.Target) fault.Fault {
	database := fault.Target{Database: "database"}
	switch s.IntN(16) {
	case 0:
		return &fault.Kill{Target: process}
	case 1, 2:
		return &fault.Pause{Target: process}
	case 3:
		return &fault.CPUStress{Target: process, Load: unit.Share(oneOf(s, 0.1, 0.9))}
	case 4:
		return &fault.MemoryLeak{Target: service, Rate: unit.ByteRate(oneOf(s, 1000.0, 100_000))}
	case 5:
		return &fault.Deadlock{Target: process, Rate: unit.Rate(oneOf(s, 2.0, 20))}
	case 6, 7:
		return &fault.Pauses{Target: process, Every: mustDist(oneOf(s, "exp(50ms)", "30ms")), Length: mustDist(oneOf(s, "exp(50ms)", "30ms"))}
	case 8:
		return &fault.Loss{Target: network, Share: unit.Share(oneOf(s, 0.05, 0.5, 1))}
	case 9:
		return &fault.Partition{Target: network, Direction: oneOf[fault.Direction](s, "both", "to", "from")}
	case 10:
		return &fault.Bandwidth{Target: network, Rate: unit.ByteRate(oneOf(s, 20_000.0, 1e6))}
	case 11:
		return &fault.SlowQueries{Target: database, Factor: 10}
	case 12:
		return &fault.ConnectionLimit{Target: database, Connections: 1 + s.IntN(3)}
	case 13:
		return &fault.ZoneOutage{Target: fault.Target{Zone: oneOf(s, "za", "zb")}}
	case 14:
		return &fault.DependencyOutage{Target: onComponent("a")}
	}
	return &fault.RetryStorm{Target: oneOf(s, edge, service), Attempts: 1 + s.IntN(3)}
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
		fmt.Fprintf(&b, "\nfault %s at %v for %v, %+v, every %v, repair %v: %T on %v", f.Name, f.At, f.Duration, f.Mode, f.Every, f.Repair, f.Fault, f.Fault)
	}
	return b.String()
}
