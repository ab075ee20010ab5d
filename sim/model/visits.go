package model

// Graph is the graph of calls of a System, with what each operation does in
// expectation when nothing fails.
type Graph struct {
	sys     *System
	effects []effect  // by OpID
	order   []OpID    // callers before callees
	times   []float64 // seconds, by OpID: see Time
}

// effect is what one run of a program does itself.
type effect struct {
	steps float64
	cpu   float64 // seconds on a core
	sleep float64 // seconds
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
	g.times = make([]float64, len(sys.Ops))
	for i := len(g.order) - 1; i >= 0; i-- {
		id := g.order[i]
		g.times[id] = g.time(sys.Ops[id].Entry, None, sys.Ops[id].Station)
	}
	return g
}

func (g *Graph) read(entry int32) effect {
	var e effect
	g.block(&e, entry, None, 1)
	return e
}

// block adds what the code from pc does, up to its end or to stop, when it is
// run so many times.
func (g *Graph) block(e *effect, pc, stop int32, times float64) {
	for pc != stop {
		in := &g.sys.Code[pc]
		pc++
		switch in.Op {
		case OpEnd:
			return
		case OpCPU:
			e.steps += times
			e.cpu += float64(times * g.sys.Dists[in.A].Mean().Seconds())
		case OpSleep:
			e.steps += times
			e.sleep += float64(times * g.sys.Dists[in.A].Mean().Seconds())
		case OpCall:
			e.call(SiteID(in.A), times)
		case OpFork:
			for _, b := range g.sys.Code[pc : pc+int32(in.N)] {
				if b.Flags&FlagDirect != 0 {
					e.call(SiteID(b.A), times)
				} else {
					g.block(e, b.A, None, times)
				}
			}
			pc = in.B
		case OpMaybe:
			g.block(e, pc, in.B, times*g.sys.Shares[in.A])
			pc = in.B
		}
	}
}

func (e *effect) call(site SiteID, times float64) {
	e.steps += times
	e.sites = append(e.sites, siteUse{site, times})
}

// Visits is what the program at entry leads to. The cost is linear in the code,
// however often anything is called.
func (g *Graph) Visits(entry int32, at StationID) Visits {
	sys := g.sys
	v := Visits{Ops: make([]float64, len(sys.Ops)), Edges: make([]float64, len(sys.Edges)),
		CPU: make([]float64, len(sys.Stations)), Sleep: make([]float64, len(sys.Stations)), Held: make([]float64, len(sys.Stations))}
	own := g.read(entry)
	g.add(&v, &own, at, 1)
	for _, id := range g.order {
		if n := v.Ops[id]; n > 0 {
			g.add(&v, &g.effects[id], sys.Ops[id].Station, n)
		}
	}
	return v
}

// add counts an effect that happens so many times at a station.
func (g *Graph) add(v *Visits, e *effect, at StationID, times float64) {
	v.CPU[at] += float64(times * e.cpu)
	v.Sleep[at] += float64(times * e.sleep)
	v.Steps += float64(times * e.steps)
	for _, u := range e.sites {
		site := &g.sys.Sites[u.site]
		n := float64(times * u.times)
		v.Ops[site.Op] += n
		if g.sys.Ops[site.Op].Component == None {
			v.Steps -= n // a store's program is one step, the read or write itself
		}
		if site.Edge == None {
			continue
		}
		edge := &g.sys.Edges[site.Edge]
		v.Edges[site.Edge] += n
		v.Held[edge.To] += float64(n * g.times[site.Op])
		if edge.Protocol != nil {
			cost := float64(n * edge.Protocol.Mean().Seconds())
			v.CPU[edge.From] += cost
			v.CPU[edge.To] += cost
		}
	}
}

// Sleeps reports whether an operation itself waits off the CPU.
func (g *Graph) Sleeps(id OpID) bool { return g.effects[id].sleep > 0 }

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
