package oracle

import "faultline/sim/model"

// fork starts branches side by side. Each begins with its call, in order; what
// follows from that comes when all have begun.
func (m *machine) fork(n *node, in *model.Instr) *node {
	list := m.sys.Code[n.pc+1 : n.pc+1+int(in.N)]
	n.pc = int(in.B)
	parent := n
	if in.A > 0 {
		n.pending = 1
		parent = n.adopt(&node{kind: group, inst: n.inst, site: n.site, need: int(in.A), spare: int(in.N) - int(in.A)})
	}
	parent.pending = int(in.N) + 1
	for _, b := range list {
		var next *node
		if b.Flags&model.FlagDirect != 0 {
			next = m.call(parent, int(b.A))
		} else {
			next = parent.adopt(&node{kind: branch, inst: n.inst, site: n.site, pc: int(b.A)})
		}
		if next != nil {
			m.ready = append(m.ready, next)
		}
	}
	if parent.kind == group {
		parent.pending--
		m.clear(parent)
		return nil
	}
	return m.told(parent, succeeded, fatal)
}

// leniency is what a failed call does to its caller.
type leniency uint8

const (
	fatal leniency = iota
	degrading
	fallingBack
)

func (m *machine) leniency(site int) leniency {
	switch s := &m.sys.Sites[site]; {
	case s.Fallback:
		return fallingBack
	case s.Optional:
		return degrading
	}
	return fatal
}

// told is the end of one of those that a node waits for. It returns the node if it
// goes on.
func (m *machine) told(n *node, o outcome, l leniency) *node {
	if n.kind == group {
		return m.counted(n, o, l)
	}
	if o != succeeded && (!o.bad() || l != fatal) {
		n.degraded = true
	}
	if o.bad() && l == fallingBack {
		n.fell = true
	}
	if o.bad() && l == fatal && n.failure == pending {
		n.failure = o
	}
	if n.pending--; n.pending > 0 {
		return nil
	}
	return n
}

// counted is the end of a branch of a fork that waits for some only. The fork has
// succeeded with enough, and failed when too few are left.
func (m *machine) counted(g *node, o outcome, l leniency) (next *node) {
	g.pending--
	if !g.settled() {
		if o.bad() && l == fatal {
			g.spare--
		} else {
			g.need--
			g.degraded = g.degraded || o != succeeded
			o = succeeded
			if g.degraded {
				o = degraded
			}
		}
		if g.settled() {
			next = m.settle(g, o)
		}
	}
	m.clear(g)
	return next
}

func (n *node) settled() bool { return n.need == 0 || n.spare < 0 }

// settle lets the fork's own node go on, and leaves the branches that still run
// with the request, or the worker, on whose behalf they do.
func (m *machine) settle(g *node, o outcome) *node {
	parent := g.up
	parent.kids = without(parent.kids, g)
	holder := parent
	for holder.kind != try && holder.kind != request {
		holder = holder.up
	}
	g.up = holder
	holder.strays = append(holder.strays, g)
	return m.told(parent, o, fatal)
}

// clear forgets a fork that has gone on and whose last branch is done; a worker that
// only it held is free.
func (m *machine) clear(g *node) {
	if !g.settled() || g.pending > 0 {
		return
	}
	holder := g.up
	g.gone = true
	holder.strays = without(holder.strays, g)
	if holder.gone && len(holder.strays) == 0 {
		m.w.trees = without(m.w.trees, holder)
		if holder.worker {
			m.release(holder)
		}
	}
}

// loop begins the first round; nil if there is none.
func (m *machine) loop(n *node, in *model.Instr) *node {
	body := n.pc + 1
	n.pc = int(in.B)
	rounds := m.choose(m.loops[in.A])
	if rounds == 0 {
		return nil
	}
	n.pending = 1
	return n.adopt(&node{kind: loop, inst: n.inst, site: n.site, pc: body, body: body, rounds: rounds})
}

// done is the end of a node's program: it returns who goes on.
func (m *machine) done(n *node) *node {
	o := n.failure
	if o == pending {
		o = succeeded
		if n.degraded {
			o = degraded
		}
	}
	switch n.kind {
	case request:
		m.answered(n, o)
		return nil
	case try:
		return m.served(n, o)
	case loop:
		if n.round++; n.round < n.rounds && !o.bad() {
			n.pc = n.body
			return n
		}
	}
	l := fatal
	if n.kind == local {
		l = m.leniency(n.site)
	}
	n.leave()
	return m.told(n.up, o, l)
}

// answered is the end of a request. What it has left running goes on at no one's
// cost: users have workers without end.
func (m *machine) answered(n *node, o outcome) {
	switch {
	case o == succeeded:
		m.tally[m.journey(n.jour)+jSucceeded]++
	case o == degraded:
		m.tally[m.journey(n.jour)+jDegraded]++
	default:
		m.tally[m.journey(n.jour)+jFailed]++
		if !n.new {
			m.tally[m.journey(n.jour)+jLate]++
		}
	}
	n.gone = true
	if len(n.strays) == 0 {
		m.w.trees = without(m.w.trees, n)
		return
	}
	*n = node{kind: request, gone: true, strays: n.strays, flow: -1, jour: -1}
}
