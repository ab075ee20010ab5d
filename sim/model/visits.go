package model

// Graph is the graph of calls of a System, with what each operation does in
// expectation when nothing fails.
type Graph struct {
	sys     *System
	effects []effect // by OpID
	order   []OpID   // callers before callees
	spans   []span   // by OpID
}

// effect is what one run of a program does itself.
type effect struct {
	steps float64
	cpu   float64 // seconds on a core
	sleep float64 // seconds
	waits bool    // it may sleep, if only in a fallback
	sites []siteUse
}

type siteUse struct {
	site  SiteID
	times float64
}

// Visits is what one request leads to, in expectation, when nothing fails.
type Visits struct {
	Steps float64   // steps of all operations, the journey's own call included
	Ops   []float64 // runs of each operation, by OpID
	Edges []float64 // calls over each edge, by EdgeID
	CPU   []float64 // core-seconds at each station, the protocol's included, by StationID
	Sleep []float64 // seconds off the CPU at each station
	Held  []float64 // worker-seconds at each station, downstream waits included and queueing not
}

// NewGraph reads the programs of a System whose calls are acyclic.
func NewGraph(sys *System) *Graph {
	g := &Graph{sys: sys, effects: make([]effect, len(sys.Ops))}
	callers := make([]int, len(sys.Ops))
	for i := range sys.Ops {
		g.effects[i] = g.read(sys.Ops[i].Entry)
		for _, u := range g.effects[i].sites {
			callers[sys.Sites[u.site].Op]++
		}
	}
	for i, n := range callers {
		if n == 0 {
			g.order = append(g.order, OpID(i))
		}
	}
	for at := 0; at < len(g.order); at++ {
		for _, u := range g.effects[g.order[at]].sites {
			callee := sys.Sites[u.site].Op
			if callers[callee]--; callers[callee] == 0 {
				g.order = append(g.order, callee)
			}
		}
	}
	g.spans = make([]span, len(sys.Ops))
	for i := len(g.order) - 1; i >= 0; i-- {
		id := g.order[i]
		g.spans[id] = g.span(sys.Ops[id].Entry, None, sys.Ops[id].Station)
	}
	return g
}

func (g *Graph) read(entry int32) effect {
	var e effect
	g.block(&e, entry, None, 1)
	return e
}

// Calls lists the sites that the code from entry may call, its branches included and
// what it calls left out.
func Calls(sys *System, entry int32) (sites []SiteID) {
	g := Graph{sys: sys}
	e := g.read(entry)
	for _, u := range e.sites {
		sites = append(sites, u.site)
	}
	return sites
}

// most bounds expected numbers, so that products of huge loops stay numbers.
const most = 1e300

func product(a, b float64) float64 { return min(a*b, most) }

// block adds what the code from pc does, up to its end or to stop, when it is
// run so many times.
func (g *Graph) block(e *effect, pc, stop int32, times float64) {
	for pc != stop {
		in := &g.sys.Code[pc]
		pc++
		switch in.Op {
		case OpEnd, OpJump:
			return
		case OpCPU:
			e.steps += times
			e.cpu += product(times, g.sys.Dists[in.A].Mean().Seconds())
		case OpSleep:
			e.steps += times
			e.sleep += product(times, g.sys.Dists[in.A].Mean().Seconds())
			e.waits = true
		case OpCall:
			e.call(SiteID(in.A), times)
		case OpFork, OpChoose:
			g.branches(e, pc, in, times)
			pc = in.B
		case OpMaybe:
			g.block(e, pc, in.B, times*g.sys.Shares[in.A])
			pc = in.B
		case OpLoop:
			g.loop(e, pc, product(times, g.sys.Counts[in.A].Mean()))
			pc = in.B
		case OpCache:
			e.steps += times
			g.block(e, pc, in.B, times*(1-g.sys.Caches[in.A].HitRatio))
			pc = in.B
		case OpFallback: // nothing fails, but the graph knows the calls
			g.block(e, pc, in.B, 0)
			pc = in.B
		}
	}
}

// branches adds what the branches of a fork do, all of them even where it goes on
// before they are done, or those of a choice by their probabilities.
func (g *Graph) branches(e *effect, pc int32, in *Instr, times float64) {
	if in.Op == OpChoose {
		e.steps += times
	}
	below := 0.0
	for i := range int32(in.N) {
		b := &g.sys.Code[pc+i]
		n := times
		if in.Op == OpChoose {
			share := g.sys.Shares[b.B]
			n, below = times*(share-below), share
		}
		if b.Flags&FlagDirect != 0 {
			e.call(SiteID(b.A), n)
		} else {
			g.block(e, b.A, None, n)
		}
	}
}

// loop adds the turns of a loop. A turn counts as a step at least, even where it
// hardly ever does anything: each is work for the engine.
func (g *Graph) loop(e *effect, pc int32, turns float64) {
	before := e.steps
	g.block(e, pc, None, turns)
	e.steps = max(e.steps, before+turns)
}

func (e *effect) call(site SiteID, times float64) {
	e.steps += times
	e.sites = append(e.sites, siteUse{site, times})
}

// Visits is what the program at entry leads to. The cost is linear in the code,
// however often anything is called.
func (g *Graph) Visits(entry int32, at StationID) (v Visits) {
	g.VisitsInto(&v, entry, at)
	return v
}

// VisitsInto is Visits with the lists of v, for callers that look at one journey
// after the other.
func (g *Graph) VisitsInto(v *Visits, entry int32, at StationID) {
	sys := g.sys
	v.Steps = 0
	v.Ops, v.Edges = zeros(v.Ops, len(sys.Ops)), zeros(v.Edges, len(sys.Edges))
	for _, list := range []*[]float64{&v.CPU, &v.Sleep, &v.Held} {
		*list = zeros(*list, len(sys.Stations))
	}
	own := g.read(entry)
	g.add(v, &own, at, 1)
	for _, id := range g.order {
		if n := v.Ops[id]; n > 0 {
			g.add(v, &g.effects[id], sys.Ops[id].Station, n)
		}
	}
}

// zeros is a list of n zeros, in the room of another if it has any.
func zeros(list []float64, n int) []float64 {
	if cap(list) < n {
		return make([]float64, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// add counts an effect that happens so many times at a station.
func (g *Graph) add(v *Visits, e *effect, at StationID, times float64) {
	v.CPU[at] += product(times, e.cpu)
	v.Sleep[at] += product(times, e.sleep)
	v.Steps += product(times, e.steps)
	for _, u := range e.sites {
		site := &g.sys.Sites[u.site]
		n := product(times, u.times)
		v.Ops[site.Op] += n
		if g.sys.Ops[site.Op].Component == None {
			v.Steps -= n // a store's program is one step, the read or write itself
		}
		if site.Edge == None {
			continue
		}
		edge := &g.sys.Edges[site.Edge]
		v.Edges[site.Edge] += n
		if edge.Local {
			continue
		}
		v.Held[edge.To] += product(n, g.spans[site.Op].held)
		if edge.Protocol != nil {
			cost := product(n, edge.Protocol.Mean().Seconds())
			v.CPU[edge.From] += float64(cost * g.protocol(edge.From))
			v.CPU[edge.To] += float64(cost * g.protocol(edge.To))
		}
	}
}

// Sleeps reports whether an operation itself may wait off the CPU.
func (g *Graph) Sleeps(id OpID) bool { return g.effects[id].waits }

// Heaviest is the operation whose own steps are the most.
func (g *Graph) Heaviest(v Visits) OpID {
	worst, most := OpID(None), -1.0
	for id, n := range v.Ops {
		if s := n * g.effects[id].steps; s > most {
			worst, most = OpID(id), s
		}
	}
	return worst
}

// HeaviestCaller is the operation that calls id most often, None if only
// journeys do.
func (g *Graph) HeaviestCaller(id OpID, v Visits) (caller OpID, calls float64) {
	caller = None
	for i := range g.effects {
		n := 0.0
		for _, u := range g.effects[i].sites {
			if g.sys.Sites[u.site].Op == id {
				n += float64(v.Ops[i] * u.times)
			}
		}
		if n > calls {
			caller, calls = OpID(i), n
		}
	}
	return caller, calls
}
