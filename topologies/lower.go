package topologies

import (
	"slices"
	"time"

	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/platform"
	"faultline/sim/resilience"
	"faultline/sim/step"
	"faultline/topologies/strict"
)

// edgeKey tells edges apart: two sites with the same stations and policies share one.
type edgeKey struct {
	from, to model.StationID
	policy   int
}

// storeProgram is compiled when the program that it is read from is done.
type storeProgram struct {
	op   model.OpID
	time dist.Dist
}

// wallKey tells the walls within processes apart.
type wallKey struct {
	station model.StationID
	pattern int
}

// poolKey is a service and a database.
type poolKey struct{ from, to model.StationID }

type storeKey struct {
	name  string
	write bool
}

// databaseStartup is how long a database takes to start: the default of a process.
const databaseStartup = 5 * time.Second

// lower compiles a topology in which nothing is wrong so far. What it reports is
// a fan-out beyond reason, and policies that cannot be held.
func (c *cut) lower() *model.System {
	before := c.l.Errs.Len()
	c.sys = &model.System{Name: c.spec.Name, Zones: c.spec.Zones, Cost: c.cost()}
	c.walls, c.pools = make(map[wallKey]model.EdgeID), make(map[poolKey]int32)
	c.edges, c.policies, c.storeOps = make(map[edgeKey]model.EdgeID), make(map[string]policy), make(map[storeKey]model.OpID)
	c.addStations()
	c.addComponents()
	asm := step.NewAsm(c.sys)
	for i, op := range c.app.ops {
		steps := op.spec.Steps
		if !op.reached {
			steps = nil // nothing of it runs, and what only it calls gets no edge
		}
		entry := asm.Program(op.name, steps, c.resolver(asm, op.component))
		c.sys.Ops[i].Entry = entry
	}
	c.addJourneys(asm)
	for _, p := range c.later {
		c.sys.Ops[p.op].Entry = asm.StoreProgram(c.sys.Ops[p.op].Name, p.time)
	}
	c.checkFanOut()
	c.checkPairs()
	if c.l.Errs.Len() > before {
		return nil
	}
	return c.sys
}

// addStations appends users, services, databases and external components.
func (c *cut) addStations() {
	c.sys.Stations = make([]model.Station, 0, 1+len(c.services)+len(c.databases))
	add := func(s model.Station) { c.sys.Stations = append(c.sys.Stations, s) }
	add(model.Station{Name: Users, Kind: model.KindUsers, Replicas: 1,
		Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited})
	for i := range c.services {
		add(c.service(&c.services[i]))
	}
	for _, d := range c.databases {
		zone := max(0, slices.Index(c.spec.Zones, d.spec.Zone))
		add(model.Station{Name: d.name, Kind: model.KindDatabase, Stores: d.stores, Replicas: 1,
			Cores: float64(d.spec.CPU), Scheduling: scheduling(d.spec.Scheduling),
			Workers: int(d.spec.Connections), Queue: model.Unlimited,
			Startup: databaseStartup, Zones: []int{zone}, Memory: int64(d.spec.Memory)})
	}
	for _, e := range c.app.Components {
		if e.Value.External {
			add(model.Station{Name: e.Key, Kind: model.KindExternal, Replicas: 1,
				Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited})
		}
	}
}

// service is the station of a service.
func (c *cut) service(h *hosted) model.Station {
	s, process := &h.spec, h.process()
	return model.Station{Name: h.name, Kind: model.KindService, Replicas: s.Replicas,
		Cores: float64(s.CPU), Scheduling: scheduling(s.Scheduling),
		Workers: process.Workers, Queue: int(s.Queue),
		Startup: process.Startup, Zones: c.roundRobin(s.Replicas),
		QueueTimeout: s.QueueTimeout.Dist, Discipline: discipline(s.QueueDiscipline),
		Contention: float64(s.Contention), RateLimit: s.RateLimit, Memory: int64(s.Memory),
		Warmup: process.Warmup, Pauses: process.Pauses, Protocol: process.Protocol}
}

// process is what the service's runtime comes to. Its own workers override those
// of the runtime.
func (h *hosted) process() platform.Process {
	p := h.spec.Runtime.Process(float64(h.spec.CPU))
	if h.get("workers") != nil {
		p.Workers = int(h.spec.Workers)
	}
	return p
}

func discipline(s string) model.Discipline {
	switch s {
	case "lifo":
		return model.QueueLIFO
	case "priority":
		return model.QueueByPriority
	}
	return model.QueueFIFO
}

// cost is the prices; list prices where the topology says nothing.
func (c *cut) cost() model.Cost {
	p := c.spec.Cost
	return model.Cost{VCPUHour: float64(p.VCPUHour), GiBHour: float64(p.GiBHour), CrossZoneGiB: float64(p.CrossZoneGiB),
		ServiceHour: float64(p.ServiceHour), Assumed: c.root.Get("cost") == nil}
}

func scheduling(s string) model.Scheduling {
	if s == "fifo" {
		return model.FIFO
	}
	return model.PS
}

// roundRobin places replicas in the zones in turn.
func (c *cut) roundRobin(replicas int) []int {
	zones := make([]int, replicas)
	for i := range zones {
		zones[i] = i % len(c.spec.Zones)
	}
	return zones
}

// addComponents appends components and their operations, in the application's order.
func (c *cut) addComponents() {
	external := 1 + len(c.services) + len(c.databases)
	for i, e := range c.app.Components {
		station := model.StationID(external)
		if e.Value.External {
			external++
		} else {
			station = model.StationID(1 + c.hostOf[e.Key])
		}
		c.sys.Components = append(c.sys.Components, model.Component{Name: e.Key, Team: e.Value.Team,
			External: e.Value.External, Station: station})
		s := &c.sys.Stations[station]
		s.Components = append(s.Components, model.ComponentID(i))
	}
	for _, op := range c.app.ops {
		c.sys.Ops = append(c.sys.Ops, model.Op{Name: op.name, Component: model.ComponentID(op.component),
			Station:   c.sys.Components[op.component].Station,
			ErrorRate: float64(op.spec.ErrorRate), Memory: int64(op.spec.Memory), Size: int64(op.spec.Size)})
	}
}

// addJourneys appends the program of each journey, which runs at the users.
func (c *cut) addJourneys(asm *step.Asm) {
	for _, e := range c.app.Journeys {
		j := model.Journey{Name: e.Key, Weight: float64(e.Value.Weight), Criticality: e.Value.Criticality}
		if o := e.Value.Objectives.Latency; o != nil {
			j.Latency, j.LatencyBound = o.Text, o.Bound
		}
		if o := e.Value.Objectives.Availability; o != nil {
			j.Availability = o.Share
		}
		steps := e.Value.Steps
		if steps == nil {
			call := &step.Call{Target: e.Value.Call, Modifiers: step.Modifiers{Probability: 1}}
			steps = step.List{{Kind: "call", Step: call}}
		}
		j.Entry = asm.Program("journey "+e.Key, steps, c.resolver(asm, none))
		c.sys.Journeys = append(c.sys.Journeys, j)
	}
}

// resolver answers for the steps of one component, or of users (none).
type resolver struct {
	*cut
	asm    *step.Asm
	caller party
	from   model.StationID
}

func (c *cut) resolver(asm *step.Asm, component int) *resolver {
	if component == none {
		return &resolver{c, asm, party{station: Users}, model.Users}
	}
	m := &c.sys.Components[component]
	return &resolver{c, asm, party{station: c.sys.Stations[m.Station].Name, component: m.Name, wild: true}, m.Station}
}

// Call resolves a call: which operation, and over which edge.
func (r *resolver) Call(target string) (model.OpID, model.EdgeID) {
	id := model.OpID(r.app.index[target])
	op := &r.sys.Ops[id]
	s := &r.sys.Stations[op.Station]
	callee := party{station: s.Name, component: r.sys.Components[op.Component].Name, wild: s.Kind == model.KindService}
	if op.Station == r.from {
		return id, r.wall(callee)
	}
	return id, r.edge(callee, op.Station)
}

// Store resolves a read or a write. A time in place of the store's makes an
// operation of its own.
func (r *resolver) Store(name string, write bool, time dist.Dist) (model.OpID, model.EdgeID) {
	station := model.StationID(1 + len(r.services) + r.houseOf[name])
	edge := r.edge(party{station: r.sys.Stations[station].Name}, station)
	verb, store := "read", r.app.stores[name]
	value := store.Read
	if write {
		verb, value = "write", store.Write
	}
	key := storeKey{name, write}
	if time == nil {
		if id, ok := r.storeOps[key]; ok {
			return id, edge
		}
	}
	id := model.OpID(len(r.sys.Ops))
	op := model.Op{Name: name + "." + verb, Component: model.None, Station: station, Entry: none, Size: int64(step.StoreSize)}
	r.sys.Ops = append(r.sys.Ops, op)
	if time == nil {
		time = value.Dist
		r.storeOps[key] = id
	}
	r.later = append(r.later, storeProgram{id, time})
	return id, edge
}

// edge is the edge from the resolver's station to a callee's.
func (r *resolver) edge(callee party, to model.StationID) model.EdgeID {
	found := r.matches(r.caller, callee)
	for _, m := range found {
		r.patterns[m.index].used = true
	}
	p := r.policyOf(found)
	key := edgeKey{r.from, to, p.id}
	if id, ok := r.edges[key]; ok {
		return id
	}
	id := model.EdgeID(len(r.sys.Edges))
	r.edges[key] = id
	e := r.newEdge(r.from, to, p)
	e.Name = edgeName(r.caller, callee, found)
	r.sys.Edges = append(r.sys.Edges, e)
	r.edgeNodes = append(r.edgeNodes, p.node)
	return id
}

// wall is the edge between two components of one process, None if nothing stands
// between them.
func (r *resolver) wall(callee party) model.EdgeID {
	i := r.wallOf(r.caller, callee)
	if i == none {
		return model.None
	}
	pattern := &r.patterns[i]
	key := wallKey{r.from, i}
	if id, ok := r.walls[key]; ok {
		return id
	}
	node := onlyWall(pattern.node)
	var p resilience.Policy
	r.decoder.Decode(node, strict.JoinPath("edges", pattern.key.Text()), &p)
	e := model.Edge{Name: r.caller.component + " -> " + callee.component, From: r.from, To: r.from, Local: true,
		LoadBalancer: balance.Table[0].Name, CircuitBreaker: p.CircuitBreaker, Bulkhead: p.Bulkhead}
	if p.Timeout != nil {
		e.Timeout = time.Duration(*p.Timeout)
	}
	id := model.EdgeID(len(r.sys.Edges))
	r.walls[key] = id
	r.sys.Edges = append(r.sys.Edges, e)
	r.edgeNodes = append(r.edgeNodes, node)
	return id
}

// pool is 1 + the index of the pool between a service and a database, 0 if there
// is none.
func (c *cut) pool(from, to model.StationID) int32 {
	if c.sys.Stations[from].Kind != model.KindService || c.sys.Stations[to].Kind != model.KindDatabase {
		return 0
	}
	key := poolKey{from, to}
	if id, ok := c.pools[key]; ok {
		return id
	}
	spec := &c.services[from-1].spec
	if size := spec.Pool.size(c.sys.Stations[to].Name); size != model.Unlimited {
		c.sys.Pools = append(c.sys.Pools, model.Pool{From: from, To: to, Size: size, Timeout: time.Duration(spec.PoolTimeout)})
		c.pools[key] = int32(len(c.sys.Pools))
	}
	return c.pools[key]
}

// edgeName is "from -> to" by stations, or by a component where the policy is
// its own rather than its station's.
func edgeName(from, to party, found []match) string {
	a, b := from.station, to.station
	for _, m := range found {
		if m.from == matchComponent {
			a = from.component
		}
		if m.to == matchComponent {
			b = to.component
		}
	}
	return a + " -> " + b
}

// newEdge fills in the defaults of an edge.
func (c *cut) newEdge(from, to model.StationID, p policy) model.Edge {
	e := model.Edge{From: from, To: to, LoadBalancer: balance.Table[0].Name, Protocol: p.Protocol.Cost(), Pool: c.pool(from, to),
		CircuitBreaker: p.CircuitBreaker, Bulkhead: p.Bulkhead, Hedging: p.Hedging, OutlierDetection: p.OutlierDetection,
		AdaptiveThrottling: p.AdaptiveThrottling, CancelOnTimeout: p.CancelOnTimeout,
		DeadlinePropagation: p.DeadlinePropagation, LocalityAware: p.LocalityAware}
	e.SameZone, e.CrossZone = c.spec.Network.SameZone.Delay, c.spec.Network.CrossZone.Delay
	switch {
	case from == model.Users:
		e.SameZone, e.CrossZone = nil, nil
	case c.sys.Stations[to].Kind == model.KindExternal || c.sys.Stations[from].Kind == model.KindExternal:
		e.SameZone = e.CrossZone
	}
	if p.Network != nil {
		e.SameZone, e.CrossZone = p.Network.Delay, p.Network.Delay
	}
	if p.Timeout != nil {
		e.Timeout = time.Duration(*p.Timeout)
	}
	if p.LoadBalancer != nil {
		e.LoadBalancer = string(*p.LoadBalancer)
	}
	if !p.Retries.Off() {
		e.Retries = p.Retries
		if p.Retries.PerTryTimeout != nil {
			e.PerTryTimeout = time.Duration(*p.Retries.PerTryTimeout)
		}
	}
	return e
}
