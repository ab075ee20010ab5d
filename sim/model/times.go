package model

import (
	"math"
	"slices"

	"faultline/sim/dist"
)

// Time is the mean time of one run of an operation on an idle system, in
// seconds, from its start to its reply: nothing queues, nothing fails, and
// concurrent branches take as long as the longest mean, or the k-th shortest
// where only k are waited for. It is a lower bound of what a simulation shows.
func (g *Graph) Time(id OpID) float64 { return g.spans[id].reply }

// JourneyTime is Time of a journey, the network included.
func (g *Graph) JourneyTime(j *Journey) float64 { return g.span(j.Entry, None, Users).reply }

// span is how long code runs, in seconds: reply until it goes on, and held until
// the last of the branches that it did not wait for is done, which hold the worker.
type span struct{ reply, held float64 }

// after is s followed by next.
func (s span) after(next span) span {
	return span{s.reply + next.reply, max(s.held, s.reply+next.held)}
}

// times is s with its times scaled: code that runs with a probability.
func (s span) times(share float64) span { return span{product(s.reply, share), product(s.held, share)} }

// span is the mean of the code from pc up to its end or to stop, at a station;
// those of all that it calls are known.
func (g *Graph) span(pc, stop int32, at StationID) (s span) {
	step := func(seconds float64) { s = s.after(span{seconds, seconds}) }
	for pc != stop {
		in := &g.sys.Code[pc]
		pc++
		switch in.Op {
		case OpEnd, OpJump:
			return s
		case OpCPU:
			step(g.onCore(g.sys.Dists[in.A], at))
		case OpSleep:
			step(mean(g.sys.Dists[in.A]))
		case OpCall:
			step(g.callTime(SiteID(in.A)))
		case OpFork:
			s = s.after(g.fork(pc, in, at))
			pc = in.B
		case OpChoose:
			s = s.after(g.choice(pc, in, at))
			pc = in.B
		case OpMaybe:
			s = s.after(g.span(pc, in.B, at).times(g.sys.Shares[in.A]))
			pc = in.B
		case OpLoop:
			s = s.after(g.turns(pc, g.sys.Counts[in.A], at))
			pc = in.B
		case OpCache:
			s = s.after(g.span(pc, in.B, at).times(1 - g.sys.Caches[in.A].HitRatio))
			pc = in.B
		case OpFallback: // nothing fails
			pc = in.B
		}
	}
	return s
}

// branch is the span of one entry of a list of branches.
func (g *Graph) branch(b *Instr, at StationID) span {
	if b.Flags&FlagDirect != 0 {
		t := g.callTime(SiteID(b.A))
		return span{t, t}
	}
	return g.span(b.A, None, at)
}

// fork is the span of concurrent branches that start together.
func (g *Graph) fork(pc int32, in *Instr, at StationID) (s span) {
	replies := make([]float64, in.N)
	for i := range replies {
		b := g.branch(&g.sys.Code[pc+int32(i)], at)
		replies[i], s.held = b.reply, max(s.held, b.held)
	}
	slices.Sort(replies)
	k := int(in.A)
	if k == 0 {
		k = len(replies)
	}
	s.reply = replies[k-1]
	return s
}

// choice is the span of exactly one of several branches.
func (g *Graph) choice(pc int32, in *Instr, at StationID) (s span) {
	below := 0.0
	for i := range int32(in.N) {
		b := &g.sys.Code[pc+i]
		share := g.sys.Shares[b.B]
		one := g.branch(b, at).times(share - below)
		s = span{s.reply + one.reply, s.held + one.held}
		below = share
	}
	return s
}

// turns is the span of a loop.
func (g *Graph) turns(pc int32, count dist.Count, at StationID) span {
	turn, n := g.span(pc, None, at), count.Mean()
	reply := product(turn.reply, n)
	return span{reply, reply + max(0, turn.held-turn.reply)}
}

// onCore is the time of work for one core on an instance that may have less.
func (g *Graph) onCore(d dist.Dist, at StationID) float64 {
	return mean(d) / min(1, g.sys.Stations[at].Cores)
}

// callTime is the time of one call as the caller sees it.
func (g *Graph) callTime(id SiteID) float64 {
	site := &g.sys.Sites[id]
	t := g.spans[site.Op].reply
	if !g.remote(site) {
		return t
	}
	e := &g.sys.Edges[site.Edge]
	if e.Protocol != nil {
		t += float64(g.onCore(e.Protocol, e.From)*g.protocol(e.From)) + float64(g.onCore(e.Protocol, e.To)*g.protocol(e.To))
	}
	return t + float64(2*mean(e.CrossZone))
}

// protocol is what the CPU time of protocols is multiplied by at a station.
func (g *Graph) protocol(at StationID) float64 {
	if f := g.sys.Stations[at].Protocol; f > 0 {
		return f
	}
	return 1
}

// remote reports a call that leaves the process.
func (g *Graph) remote(site *Site) bool {
	return site.Edge != None && !g.sys.Edges[site.Edge].Local
}

func mean(d dist.Dist) float64 {
	if d == nil {
		return 0
	}
	return d.Mean().Seconds()
}

// MaxCalls is the largest number of remote calls that the program at an entry
// can send when everything fails that can be retried or has a fallback: attempts
// multiply along the call graph. Loops take their mean number of turns, a choice
// its worst branch. It is +Inf beyond float64.
func (g *Graph) MaxCalls(entry int32) float64 {
	worst := make([]float64, len(g.sys.Ops))
	for i := len(g.order) - 1; i >= 0; i-- {
		id := g.order[i]
		worst[id] = g.maxCalls(g.sys.Ops[id].Entry, None, worst)
	}
	return g.maxCalls(entry, None, worst)
}

// maxCalls is MaxCalls of the code from pc up to its end or to stop.
func (g *Graph) maxCalls(pc, stop int32, worst []float64) (n float64) {
	for pc != stop {
		in := &g.sys.Code[pc]
		pc++
		switch in.Op {
		case OpEnd, OpJump:
			return n
		case OpCall:
			n += g.tries(SiteID(in.A), worst)
		case OpFork, OpChoose:
			n += g.maxBranches(pc, in, worst)
			pc = in.B
		case OpLoop:
			if turn := g.maxCalls(pc, None, worst); turn > 0 {
				n += float64(turn * math.Max(1, g.sys.Counts[in.A].Mean()))
			}
			pc = in.B
		}
	}
	return n
}

// maxBranches is the sum over the branches of a fork, or the worst of a choice.
func (g *Graph) maxBranches(pc int32, in *Instr, worst []float64) (n float64) {
	for i := range int32(in.N) {
		b, calls := &g.sys.Code[pc+i], 0.0
		if b.Flags&FlagDirect != 0 {
			calls = g.tries(SiteID(b.A), worst)
		} else {
			calls = g.maxCalls(b.A, None, worst)
		}
		if in.Op == OpChoose {
			n = max(n, calls)
		} else {
			n += calls
		}
	}
	return n
}

// tries is how many calls a site leads to at most, its own included.
func (g *Graph) tries(id SiteID, worst []float64) float64 {
	site := &g.sys.Sites[id]
	if !g.remote(site) {
		return worst[site.Op]
	}
	e, tries := &g.sys.Edges[site.Edge], 1.0
	if e.Retries != nil {
		tries += float64(e.Retries.Attempts)
	}
	if e.Hedging != nil {
		tries = float64(e.Hedging.MaxAttempts)
	}
	return float64(tries * (1 + worst[site.Op]))
}
