package engine

import (
	"context"
	"math"
	"time"

	"faultline/sim/balance"
	"faultline/sim/cores"
	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/rng"
)

// setup lays out all that the run needs: afterwards nothing allocates but for
// growth.
func setup(job *Job) *engine { return layOut(job, fewestIslands) }

// layOut is setup, where a system of so many islands is simulated island by island.
func layOut(job *Job, fewest int) *engine {
	e := &engine{job: job, sys: job.System, freeFrame: none, root: rng.Root(job.Seed, job.Replication), limits: newLimits(job),
		ctx: context.Background(), discovery: platform.Default}
	e.code, e.ops = e.sys.Code, e.sys.Ops
	for _, d := range e.sys.Dists {
		e.dists = append(e.dists, dist.NewSampler(d))
	}
	e.run = newRun(job, e.windows())
	e.handled = make([]handled, len(job.System.Components))
	e.setupStations()
	e.setupEdges()
	e.flows = make([]flow, 0, len(job.Flows))
	for i := range job.Flows {
		e.flows = append(e.flows, newFlow(int32(i), &job.Flows[i], &e.run.Flows[i], load.FlowKey(e.root, job.Flows[i].Name)))
	}
	e.setupSites()
	e.journeys = make([]journey, 0, len(e.sys.Journeys))
	for i := range e.sys.Journeys {
		j := &e.sys.Journeys[i]
		e.journeys = append(e.journeys, journey{bound: j.LatencyBound, stat: &e.run.Journeys[i], times: measure.NewRecorder(&e.run.Journeys[i].Latency), entry: j.Entry, only: e.onlyCall(j.Entry), class: class(j.Criticality)})
	}
	for i := range e.journeys {
		if j := &e.journeys[i]; j.only != none {
			if s := &e.sites[j.only]; s.plain && s.works {
				j.foreseen = s
			}
		}
	}
	e.setupFaults()
	e.setupIslands(fewest)
	e.setupSpans()
	// What lies in a lane is about a frame, and does nothing once that has gone.
	e.Stale = func(r des.Ref) bool { return !e.alive(r) }
	if len(e.instances) >= farApart {
		e.Soon = e.ahead
	}
	e.plan()
	return e
}

func newRun(job *Job, windows int) *measure.Run {
	sys := job.System
	r := &measure.Run{
		Warmup: job.Warmup, Duration: job.Duration, Window: job.Window,
		Journeys: make([]measure.Journey, len(sys.Journeys)), Flows: make([]measure.Flow, len(job.Flows)),
		Stations: make([]measure.Station, len(sys.Stations)), Edges: make([]measure.Edge, len(sys.Edges)),
		Components: make([]measure.Counts, len(sys.Components)),
	}
	for i := range r.Journeys {
		s := &r.Journeys[i].Series
		s.Arrived, s.Completed = make([]uint32, windows), make([]uint32, windows)
		s.Good, s.Failed = make([]uint32, windows), make([]uint32, windows)
		s.LatencySum = make([]float64, windows)
	}
	stations := make([]measure.StationWindow, windows*len(r.Stations))
	for i := range r.Stations {
		r.Stations[i].Series = stations[i*windows : (i+1)*windows : (i+1)*windows]
	}
	components := make([]measure.ComponentWindow, windows*len(r.Components))
	r.ComponentSeries = make([][]measure.ComponentWindow, windows)
	for w := range r.ComponentSeries {
		r.ComponentSeries[w], components = components[:len(r.Components):len(r.Components)], components[len(r.Components):]
	}
	if job.Ledger {
		r.Ledger = &measure.Ledger{Flows: make([][]measure.Entry, len(job.Flows)), Journey: make([][]uint8, len(job.Flows)), Users: make([][]uint32, len(job.Flows))}
		for i := range job.Flows {
			n := expected(&job.Flows[i], job.Duration)
			r.Ledger.Flows[i] = make([]measure.Entry, 0, n)
			r.Ledger.Journey[i] = make([]uint8, 0, n)
		}
	}
	return r
}

// expected is a number of requests of a flow that is rarely exceeded: Poisson
// counts stay within the mean and eight deviations of it.
func expected(f *load.Flow, d time.Duration) int {
	mean := f.Expected(d) // 0 of a closed loop: as many as the system answers
	return int(min(mean+float64(8*math.Sqrt(mean))+16, 1<<24))
}

// class is the rank of a journey in a queue by priority.
func class(criticality string) uint8 {
	switch criticality {
	case "critical":
		return 0
	case "sheddable":
		return 2
	}
	return 1
}

func (st *station) cores() int {
	if st.Cores >= model.Unlimited {
		return 0
	}
	return int(math.Ceil(st.Cores))
}

// coreSpeed is that of one FIFO core, for fractions of one.
func (st *station) coreSpeed() float64 {
	if c := math.Ceil(st.Cores); st.Cores < c {
		return st.Cores / c
	}
	return 1
}

func (e *engine) setupStations() {
	e.stations = make([]station, len(e.sys.Stations))
	processes := make([]instanceRest, replicas(e.sys))
	e.instances = make([]instance, 0, len(processes))
	quirks, only := quirky(e.sys), e.onlyHandled()
	for i := range e.stations {
		m := &e.sys.Stations[i]
		st := &e.stations[i]
		stat := &e.run.Stations[i]
		*st = station{Station: m, first: int32(len(e.instances)), n: int32(m.Replicas), queueLimit: int32(m.Queue), stat: stat, priority: m.Discipline == model.QueueByPriority}
		st.up.add(0, int64(m.Replicas))
		for k := range m.Replicas {
			p := &processes[len(e.instances)]
			*p = instanceRest{station: int32(i), index: int32(k), zone: none, up: true, listed: true, capacity: int32(m.Workers),
				head: none, tail: none, cacheBorn: -1, handled: only[i]}
			inst := instance{st: st, instanceRest: p, free: int32(m.Workers), latency: measure.NewRecorder(&stat.Latency),
				sharing: m.Scheduling, open: m.RateLimit == nil, quirky: quirks[i], sole: only[i] != nil}
			if m.RateLimit != nil {
				bucket := m.RateLimit.Start()
				inst.bucket = &bucket
			}
			if st.priority {
				lower := nobodyWaits()
				inst.lower = &lower
			}
			if m.Zones != nil {
				inst.zone = int32(m.Zones[k])
			}
			switch {
			case m.Cores >= model.Unlimited:
				inst.infinite = true
			case m.Scheduling == model.FIFO:
				inst.fifo = cores.NewFIFO(m.Cores)
			default:
				inst.ps = &processor{PS: cores.NewPS(m.Cores), armed: -1}
				st.inParts()
			}
			e.instances = append(e.instances, inst)
		}
	}
}

// onlyHandled is what is counted of the only component of each station, nil where
// there are several or none.
func (e *engine) onlyHandled() []*handled {
	only := make([]*handled, len(e.sys.Stations))
	seen := make([]bool, len(only))
	for i := range e.sys.Ops {
		op := &e.sys.Ops[i]
		var h *handled
		if op.Component >= 0 {
			h = &e.handled[op.Component]
		}
		if seen[op.Station] && h != only[op.Station] {
			h = nil
		}
		seen[op.Station], only[op.Station] = true, h
	}
	return only
}

// replicas is how many instances a system has.
func replicas(s *model.System) (n int) {
	for i := range s.Stations {
		n += s.Stations[i].Replicas
	}
	return n
}

// quirky tells of each station whether calls or steps there need a second look.
func quirky(s *model.System) []bool {
	quirks := make([]bool, len(s.Stations))
	for i := range s.Stations {
		st := &s.Stations[i]
		quirks[i] = st.Contention > 0 || st.Warmup.Slowdown > 1
	}
	for i := range s.Ops {
		if op := &s.Ops[i]; op.ErrorRate > 0 || op.Memory > 0 {
			quirks[op.Station] = true
		}
	}
	return quirks
}

func (e *engine) setupEdges() {
	e.edges = make([]edge, len(e.sys.Edges))
	rest := make([]edgeRest, len(e.edges))
	for i := range e.edges {
		m := &e.sys.Edges[i]
		ed := &e.edges[i]
		stat := &e.run.Edges[i]
		*ed = edge{edgeRest: &rest[i], hopLane: des.NoLane, latency: measure.NewRecorder(&stat.Latency), stat: stat,
			limited: m.Timeout > 0, timeout: m.Timeout, timeoutLane: e.lane(m.Timeout)}
		rest[i] = edgeRest{Edge: m, id: model.EdgeID(i), base: int32(len(e.channels)), tryLane: e.lane(m.PerTryTimeout), pools: none, guards: none}
		ed.same, ed.cross, ed.there = e.legLane(m.SameZone), e.legLane(m.CrossZone), true
		e.straighten(ed)
		if !m.Retries.Off() {
			ed.retries, ed.retryOn = m.Retries, m.Retries.RetryOn.Set()
		}
		ed.wrapped = ed.retries != nil || m.Hedging != nil || m.Local
		ed.first, ed.single = e.stations[ed.To].first, e.stations[ed.To].n == 1 || m.Local
		ed.shift = ed.base - e.stations[ed.From].first
		ed.hashed = m.LoadBalancer == "RING_HASH" && !ed.single
		ed.choosy = !ed.single && (m.OutlierDetection != nil || m.LocalityAware)
		ed.guarded = ed.choosy || m.Local || m.CircuitBreaker != nil || m.Bulkhead != nil || m.AdaptiveThrottling != nil ||
			ed.retries != nil && ed.retries.Budget != nil
		if m.CancelOnTimeout || m.DeadlinePropagation || m.Hedging != nil {
			e.kin = make([]links, 0, 64)
		}
		e.addChannels(ed)
		e.addGuards(ed)
		e.addPools(i)
	}
}

func (e *engine) setupSites() {
	e.sites, e.edgeAt = make([]site, len(e.sys.Sites)), make([]model.EdgeID, len(e.sys.Sites))
	for i, m := range e.sys.Sites {
		op := &e.ops[m.Op]
		s := site{op: m.Op, entry: op.Entry, place: m.Place, optional: m.Optional, fallback: m.Fallback}
		if in, rest := e.leading(op.Entry); in != nil {
			s.works, s.draw, s.work = true, in.P, e.dists[in.A]
			if !rest {
				s.leaf = flLeaf
			}
		}
		if c := op.Component; c >= 0 {
			s.handled = &e.handled[c]
		}
		if m.Edge != model.None {
			s.ed = &e.edges[m.Edge]
			s.parsed, s.plain = s.ed.Protocol != nil, e.plain(s.ed)
		}
		e.sites[i], e.edgeAt[i] = s, m.Edge
	}
}

// addGuards makes a guard for each client instance of an edge that needs them.
func (e *engine) addGuards(ed *edge) {
	if !ed.guarded {
		return
	}
	ed.guards = int32(len(e.guards))
	callees := int(e.stations[ed.To].n)
	for range e.stations[ed.From].n {
		g := guard{stale: true}
		if ed.AdaptiveThrottling != nil {
			g.throttle = ed.AdaptiveThrottling.Start()
		}
		if ed.CircuitBreaker != nil {
			g.breaker = ed.CircuitBreaker.Start()
		}
		if ed.retries != nil && ed.retries.Budget != nil {
			g.budget = ed.retries.Budget.Start()
		}
		if ed.OutlierDetection != nil {
			g.outliers = ed.OutlierDetection.Start(callees)
		}
		if ed.choosy {
			g.usable = make([]int32, 0, callees)
			g.near, g.far = make([]int32, 0, callees), make([]int32, 0, callees)
		}
		e.guards = append(e.guards, g)
	}
}

// addPools makes the pools that an edge draws on, unless another edge between
// the same stations has made them.
func (e *engine) addPools(i int) {
	ed := &e.edges[i]
	if ed.Pool == 0 {
		return
	}
	m := &e.sys.Pools[ed.Pool-1]
	for k := range e.edges[:i] {
		if e.edges[k].Pool == ed.Pool {
			ed.pools = e.edges[k].pools
			return
		}
	}
	ed.pools = int32(len(e.pools))
	for range e.stations[ed.From].n {
		e.pools = append(e.pools, pool{free: int32(m.Size)})
	}
}

func (e *engine) addChannels(ed *edge) {
	if ed.single {
		return // ed.there says it all
	}
	clients, callees := int(e.stations[ed.From].n), int(e.stations[ed.To].n)
	healthy := make([]int32, clients*callees)
	outstanding := make([]int32, clients*callees)
	for c := range clients {
		ch := channel{}
		ch.view.Healthy = healthy[c*callees : (c+1)*callees : (c+1)*callees]
		ch.view.Outstanding = outstanding[c*callees : (c+1)*callees]
		for k := range callees {
			ch.view.Healthy[k] = int32(k)
		}
		ch.policy = balance.New(ed.LoadBalancer)
		e.channels = append(e.channels, ch)
	}
}

func (e *engine) lane(d time.Duration) int8 {
	if d <= 0 {
		return des.NoLane
	}
	return int8(e.Lane(d))
}
