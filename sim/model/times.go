package model

import "faultline/sim/dist"

// Time is the mean time of one run of an operation on an idle system, in
// seconds: nothing queues, concurrent branches take as long as the longest mean.
// It is a lower bound of what a simulation shows.
func (g *Graph) Time(id OpID) float64 { return g.times[id] }

// JourneyTime is Time of a journey, the network included.
func (g *Graph) JourneyTime(j *Journey) float64 { return g.time(j.Entry, None, Users) }

// time is the mean time of the code from pc up to its end or to stop, at a
// station; the times of all that it calls are known.
func (g *Graph) time(pc, stop int32, at StationID) (t float64) {
	for pc != stop {
		in := &g.sys.Code[pc]
		pc++
		switch in.Op {
		case OpEnd:
			return t
		case OpCPU:
			t += g.onCore(g.sys.Dists[in.A], at)
		case OpSleep:
			t += mean(g.sys.Dists[in.A])
		case OpCall:
			t += g.callTime(SiteID(in.A))
		case OpFork:
			longest := 0.0
			for _, b := range g.sys.Code[pc : pc+int32(in.N)] {
				if b.Flags&FlagDirect != 0 {
					longest = max(longest, g.callTime(SiteID(b.A)))
				} else {
					longest = max(longest, g.time(b.A, None, at))
				}
			}
			t += longest
			pc = in.B
		case OpMaybe:
			t += float64(g.sys.Shares[in.A] * g.time(pc, in.B, at))
			pc = in.B
		}
	}
	return t
}

// onCore is the time of work for one core on an instance that may have less.
func (g *Graph) onCore(d dist.Dist, at StationID) float64 {
	return mean(d) / min(1, g.sys.Stations[at].Cores)
}

// callTime is the time of one call as the caller sees it.
func (g *Graph) callTime(id SiteID) float64 {
	site := &g.sys.Sites[id]
	t := g.times[site.Op]
	if site.Edge == None {
		return t
	}
	e := &g.sys.Edges[site.Edge]
	if e.Protocol != nil {
		t += g.onCore(e.Protocol, e.From) + g.onCore(e.Protocol, e.To)
	}
	return t + float64(2*mean(e.CrossZone))
}

func mean(d dist.Dist) float64 {
	if d == nil {
		return 0
	}
	return d.Mean().Seconds()
}

// MaxCalls is the largest number of remote calls that the program at an entry
// can send when everything fails that can be retried: attempts multiply along
// the call graph. It is +Inf beyond float64.
func (g *Graph) MaxCalls(entry int32) float64 {
	most := make([]float64, len(g.sys.Ops))
	for i := len(g.order) - 1; i >= 0; i-- {
		most[g.order[i]] = g.maxCalls(&g.effects[g.order[i]], most)
	}
	own := g.read(entry)
	return g.maxCalls(&own, most)
}

func (g *Graph) maxCalls(e *effect, most []float64) (n float64) {
	for _, u := range e.sites {
		site := &g.sys.Sites[u.site]
		if site.Edge == None {
			n += most[site.Op]
			continue
		}
		tries := 1.0
		if r := g.sys.Edges[site.Edge].Retries; r != nil {
			tries += float64(r.Attempts)
		}
		n += float64(tries * (1 + most[site.Op]))
	}
	return n
}
