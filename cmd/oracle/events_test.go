package oracle

import (
	"math"

	"faultline/sim/model"
)

// event is what may happen next in a world.
type event struct {
	kind   happening
	number int // of the flow, the node, the instance
	rate   float64
}

type happening uint8

const (
	arrival happening = iota
	stageEnd
	patienceEnd
	pause
	strike
	repair
)

// events are all that may happen next.
func (m *machine) events(w *world) (list []event) {
	m.w = w
	add := func(k happening, number int, rate float64) {
		if rate > 0 {
			list = append(list, event{k, number, rate})
		}
	}
	for i, f := range m.flows {
		rate := f.rate
		if f.users > 0 {
			rate = f.think * float64(f.users-m.open(i))
		}
		add(arrival, i, rate)
	}
	busy := m.busy()
	n := -1
	w.each(func(x *node) {
		n++
		switch x.doing {
		case computing, sleeping:
			add(stageEnd, n, m.speed(x, busy))
		case queued:
			if !x.late {
				add(patienceEnd, n, m.patience[m.places[x.inst].station])
			}
		}
	})
	running := 0
	for i := range w.insts {
		s := &w.insts[i]
		at := m.places[i].station
		if s.paused {
			add(pause, i, m.pausing[at][1])
		} else {
			add(pause, i, m.pausing[at][0])
		}
		if m.fault == nil || at != m.fault.station {
			continue
		}
		if s.broken {
			add(repair, i, m.fault.repair)
		} else {
			running++
		}
	}
	if running > 0 && m.fault != nil {
		add(strike, 0, m.fault.every)
	}
	return list
}

// open counts the requests of a flow.
func (m *machine) open(flow int) (count int) {
	for _, t := range m.w.trees {
		if t.kind == request && t.flow == flow {
			count++
		}
	}
	return count
}

// busy counts the jobs on the cores, by instance.
func (m *machine) busy() []int {
	jobs := make([]int, len(m.places))
	m.w.each(func(n *node) {
		if n.doing == computing {
			jobs[n.where()]++
		}
	})
	return jobs
}

// where is the instance whose cores a node uses.
func (n *node) where() int {
	if n.stage == sending {
		return n.client
	}
	return n.inst
}

// speed is the rate at which a node comes to the end of its stage.
func (m *machine) speed(n *node, busy []int) float64 {
	i := n.where()
	if n.doing == sleeping {
		i = n.inst
	}
	if m.w.insts[i].frozen() {
		return 0
	}
	st := &m.sys.Stations[m.places[i].station]
	rate := m.laws[n.law].rate / (1 + st.Contention*float64(n.stretch))
	switch {
	case n.doing == sleeping || st.Cores >= model.Unlimited:
		return rate
	case st.Scheduling == model.FIFO:
		return rate * st.Cores / math.Ceil(st.Cores)
	}
	return rate * min(1, st.Cores/float64(busy[i]))
}

// take draws how long something will take.
func (m *machine) take(n *node, d duration) {
	n.law = m.choose(d)
	n.left = m.laws[n.law].stages
}

// compute begins work on a core, or waits for one where each job has its own.
func (m *machine) compute(n *node, d duration, s stage) {
	n.stage = s
	m.take(n, d)
	n.doing, n.stretch = computing, 0
	if s == step {
		n.stretch = m.crowd(n)
	}
	i := n.where()
	st := &m.sys.Stations[m.places[i].station]
	if st.Scheduling == model.FIFO && st.Cores < model.Unlimited && m.busy()[i] > int(math.Ceil(st.Cores)) {
		n.doing = wantsCore
		m.w.insts[i].cores = append(m.w.insts[i].cores, n)
	}
}

// crowd is the number of requests in service, where they slow each other down.
func (m *machine) crowd(n *node) int {
	st := &m.sys.Stations[m.places[n.inst].station]
	if st.Contention == 0 {
		return 0
	}
	return st.Workers - m.w.insts[n.inst].free
}

// happen lets an event take place, with all that follows at once.
func (m *machine) happen(e event) {
	switch e.kind {
	case arrival:
		m.arrivals(e.number)
	case stageEnd:
		m.stageEnds(m.nth(e.number))
	case patienceEnd:
		n := m.nth(e.number)
		if s := &m.w.insts[n.inst]; s.frozen() {
			n.late = true
			s.put = append(s.put, n)
		} else {
			m.run(m.giveUp(n))
		}
	case pause:
		s := &m.w.insts[e.number]
		if s.paused = !s.paused; !s.paused {
			m.thaw(e.number)
		}
	case strike:
		m.strike()
	case repair:
		m.w.insts[e.number].broken = false
		m.thaw(e.number)
	}
	m.finish()
}

func (m *machine) nth(number int) (found *node) {
	n := 0
	m.w.each(func(x *node) {
		if n == number {
			found = x
		}
		n++
	})
	return found
}

// arrivals are the requests that come together.
func (m *machine) arrivals(flow int) {
	for range m.flows[flow].batch {
		j := m.choose(m.flows[flow].weights)
		class := map[string]int{"critical": 0, "normal": 1, "sheddable": 2}[m.sys.Journeys[j].Criticality]
		n := &node{kind: request, flow: flow, jour: j, class: class, pc: int(m.sys.Journeys[j].Entry), new: true}
		m.tally[m.journey(j)+jOffered]++
		m.w.trees = append(m.w.trees, n)
		m.run(n)
	}
}

func (m *machine) stageEnds(n *node) {
	if n.left--; n.left > 0 {
		return
	}
	st := &m.sys.Stations[m.places[n.where()].station]
	if s := &m.w.insts[n.where()]; n.doing == computing && st.Scheduling == model.FIFO && len(s.cores) > 0 {
		next := s.cores[0]
		s.cores = without(s.cores, next)
		next.doing = computing
	}
	stage := n.stage
	n.doing, n.stage = moving, step
	switch stage {
	case sending:
		m.run(m.arrive(n))
	case parsing:
		m.run(m.begin(n))
	default:
		m.run(n)
	}
}

// giveUp leaves the queue.
func (m *machine) giveUp(n *node) *node {
	s := &m.w.insts[n.inst]
	s.queue = without(s.queue, n)
	n.doing, n.late = moving, false
	return m.reply(n, rejected)
}

// strike lets one process that runs, or all of them, stand still.
func (m *machine) strike() {
	var up []share
	for i := range m.places {
		if m.places[i].station == m.fault.station && !m.w.insts[i].broken {
			up = append(up, share{1, i})
		}
	}
	if !m.fault.one {
		for _, s := range up {
			m.w.insts[s.n].broken = true
		}
		return
	}
	for i := range up {
		up[i].p = 1 / float64(len(up))
	}
	m.w.insts[m.choose(up)].broken = true
}

// thaw lets a process go on: first with what has reached it, in order, then with
// those who wait for a worker. A call that what has reached it leads to, at this very
// instant, finds a free worker before those who wait.
func (m *machine) thaw(i int) {
	s := &m.w.insts[i]
	if s.frozen() {
		return
	}
	due := s.put
	s.put = nil
	for _, n := range due {
		switch {
		case n.gone:
		case n.kind == call:
			m.run(m.send(n))
		case n.doing == replying:
			o := n.failure
			if o == pending {
				o = succeeded
				if n.degraded {
					o = degraded
				}
			}
			m.run(m.delivered(n, o))
		case n.doing == queued && n.late:
			m.run(m.giveUp(n))
		}
	}
	for s.free > 0 && len(s.queue) > 0 {
		m.admitNext(i)
	}
	m.run(nil)
}
