package oracle

import (
	"slices"

	"faultline/sim/model"
)

// call starts a call of a node, and returns who goes on.
func (m *machine) call(n *node, site int) *node {
	s := &m.sys.Sites[site]
	if s.Edge == model.None {
		return m.begin(n.adopt(&node{kind: local, inst: n.inst, site: site}))
	}
	m.tally[m.edge(int(s.Edge))+eCalls]++
	if m.sys.Edges[s.Edge].Retries == nil {
		return m.try(n, site)
	}
	return m.send(n.adopt(&node{kind: call, inst: n.inst, site: site, pending: 1}))
}

func (m *machine) send(c *node) *node { return m.try(c, c.site) }

// try sends one request on behalf of a node: bulkhead, choice of an instance,
// connection, message.
func (m *machine) try(parent *node, site int) *node {
	id := int(m.sys.Sites[site].Edge)
	e := &m.sys.Edges[id]
	m.tally[m.edge(id)+eSent]++
	client := parent.inst
	if b := e.Bulkhead; b != nil && m.inFlight(id, client, anywhere) >= b.MaxConcurrentCalls {
		return m.ended(parent, site, bulkheadFull)
	}
	t := &node{kind: try, site: site, client: client, inst: m.pick(id, client)}
	parent.adopt(t)
	if e.Pool > 0 {
		p := &m.w.pools[e.Pool-1][m.places[client].index]
		if p.free == 0 {
			t.doing = wantsConnection
			p.queue = append(p.queue, t)
			return nil
		}
		p.free--
		t.pooled = true
	}
	return m.dispatch(t)
}

const anywhere = -1

// inFlight counts the tries of a client instance over an edge that have not ended.
func (m *machine) inFlight(edge, client, target int) (count int) {
	m.w.each(func(n *node) {
		if n.kind == try && !n.gone && n.client == client && int(m.sys.Sites[n.site].Edge) == edge && (target == anywhere || n.inst == target) {
			count++
		}
	})
	return count
}

// pick chooses an instance by the edge's balancer.
func (m *machine) pick(id, client int) int {
	e := &m.sys.Edges[id]
	first, n := m.first[e.To], m.sys.Stations[e.To].Replicas
	if n == 1 {
		return first
	}
	any := func(list []int) int {
		var s []share
		for _, x := range list {
			s = append(s, share{1 / float64(len(list)), x})
		}
		return m.choose(s)
	}
	var all, least []int
	best := 0
	for i := range n {
		all = append(all, first+i)
		switch out := m.inFlight(id, client, first+i); {
		case i == 0 || out < best:
			least, best = []int{first + i}, out
		case out == best:
			least = append(least, first+i)
		}
	}
	switch e.LoadBalancer {
	case "RANDOM":
		return any(all)
	case "ROUND_ROBIN":
		turn := &m.w.turns[m.clients[id]+m.places[client].index]
		i := *turn
		*turn = (i + 1) % n
		return first + i
	case "LEAST_REQUEST":
		return any(least)
	case "POWER_OF_TWO":
		a := any(all)
		b := any(without(slices.Clone(all), a))
		if m.inFlight(id, client, b) < m.inFlight(id, client, a) {
			return b
		}
		return a
	}
	panic("the oracle does not know the balancer " + e.LoadBalancer)
}

// dispatch is a message that leaves, once its caller has written it.
func (m *machine) dispatch(t *node) *node {
	t.doing = moving
	if d := m.protocol[m.sys.Sites[t.site].Edge]; d != nil {
		m.compute(t, d, sending)
		return nil
	}
	return m.arrive(t)
}

// arrive is a message at its instance: it is served, waits, or is refused.
func (m *machine) arrive(t *node) *node {
	s := &m.w.insts[t.inst]
	at := m.places[t.inst].station
	switch {
	case s.frozen(): // it cannot refuse
	case s.free > 0:
		return m.admit(t)
	case len(s.queue) >= m.sys.Stations[at].Queue:
		return m.reply(t, rejected)
	}
	t.doing = queued
	s.queue = append(s.queue, t)
	m.tally[m.station(at)]++
	return nil
}

// admit gives a worker.
func (m *machine) admit(t *node) *node {
	m.w.insts[t.inst].free--
	t.worker, t.late, t.doing = true, false, moving
	if d := m.protocol[m.sys.Sites[t.site].Edge]; d != nil {
		m.compute(t, d, parsing)
		return nil
	}
	return m.begin(t)
}

// begin is the start of an operation, which may fail at once.
func (m *machine) begin(n *node) *node {
	op := &m.sys.Ops[m.sys.Sites[n.site].Op]
	n.pc, n.doing = int(op.Entry), moving
	if m.happens(op.ErrorRate) {
		n.failure = failed
	}
	return n
}

// served is the end of a request's service. Its worker is free for the next, unless
// branches of it run on, and then its reply leaves.
func (m *machine) served(t *node, o outcome) *node {
	if len(t.strays) == 0 {
		m.release(t)
		return m.reply(t, o)
	}
	rest := &node{kind: try, inst: t.inst, site: t.site, worker: true, gone: true, strays: t.strays}
	for _, g := range rest.strays {
		g.up = rest
	}
	t.strays, t.worker = nil, false
	m.w.trees = append(m.w.trees, rest)
	return m.reply(t, o)
}

// release hands a worker to the next in the queue, who goes on when those have who
// can go on now.
func (m *machine) release(t *node) {
	s := &m.w.insts[t.inst]
	s.free++
	t.worker = false
	m.admitNext(t.inst)
}

func (m *machine) admitNext(i int) {
	s := &m.w.insts[i]
	if len(s.queue) == 0 || s.free == 0 {
		return
	}
	next := s.queue[0]
	switch m.sys.Stations[m.places[i].station].Discipline {
	case model.QueueLIFO:
		next = s.queue[len(s.queue)-1]
	case model.QueueByPriority:
		for _, n := range s.queue {
			if n.class < next.class {
				next = n
			}
		}
	}
	s.queue = without(s.queue, next)
	if n := m.admit(next); n != nil {
		m.ready = append(m.ready, n)
	}
}

// reply brings an outcome to the caller, if its process runs; else it waits there.
func (m *machine) reply(t *node, o outcome) *node {
	s := &m.w.insts[t.client]
	if !s.frozen() {
		return m.delivered(t, o)
	}
	t.doing, t.degraded, t.failure, t.pc = replying, o == degraded, pending, 0
	if o.bad() {
		t.failure = o
	}
	s.put = append(s.put, t)
	return nil
}

// delivered is the end of a try.
func (m *machine) delivered(t *node, o outcome) *node {
	if t.pooled {
		e := &m.sys.Edges[m.sys.Sites[t.site].Edge]
		m.disconnect(&m.w.pools[e.Pool-1][m.places[t.client].index])
	}
	t.leave()
	return m.ended(t.up, t.site, o)
}

// disconnect hands a connection to the next who waits for one.
func (m *machine) disconnect(p *pool) {
	if len(p.queue) == 0 {
		p.free++
		return
	}
	next := p.queue[0]
	p.queue = without(p.queue, next)
	next.pooled = true
	if n := m.dispatch(next); n != nil {
		m.ready = append(m.ready, n)
	}
}

// ended tells the caller of a try, or tries again when all else that happens now has
// happened.
func (m *machine) ended(parent *node, site int, o outcome) *node {
	if parent.kind != call {
		return m.told(parent, o, m.leniency(site))
	}
	r := m.sys.Edges[m.sys.Sites[site].Edge].Retries
	if o.bad() && parent.attempt < r.Attempts && r.RetryOn.Set()&failureClass(o) != 0 {
		parent.attempt++
		m.again = append(m.again, parent)
		return nil
	}
	parent.leave()
	return m.told(parent.up, o, m.leniency(site))
}
