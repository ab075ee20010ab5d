package oracle

import (
	"errors"
	"fmt"
	"slices"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/resilience"
)

// machine says what follows at one instant from an event in a world: everything
// that takes no time. Where chance decides, it follows a script, and notes how
// likely that was.
type machine struct {
	sys   *model.System
	flows []flow
	fault *breakdown

	laws     laws
	works    []duration // by index of Dists
	loops    [][]share  // by index of Counts
	protocol []duration // by edge; nil: none
	patience []float64  // with the queue, by station; 0: without end
	pausing  [][2]float64
	first    []int // instance, by station
	places   []place
	clients  []int // offset in turns, by edge

	w            *world
	ready, again []*node
	script       []int
	chosen       int
	options      []int
	odds         float64
	tally        []float64
}

// place is the station of an instance.
type place struct{ station, index int }

type flow struct {
	rate    float64 // open loop: arrivals a second
	users   int     // closed loop
	think   float64
	weights []share
	batch   int
}

// breakdown is the fault that lets processes stand still, again and again.
type breakdown struct {
	every, repair float64 // rates
	station       int
	one           bool // of those that run
}

// newMachine refuses what the oracle does not know, rather than leave it out.
func newMachine(sys *model.System, flows []load.Flow, faults []fault.Injection) (*machine, error) {
	m := &machine{sys: sys}
	for _, d := range sys.Dists {
		x, err := m.laws.read(d)
		if err != nil {
			return nil, err
		}
		m.works = append(m.works, x)
	}
	for _, c := range sys.Counts {
		x, err := counts(c)
		if err != nil {
			return nil, err
		}
		m.loops = append(m.loops, x)
	}
	if err := m.addStations(); err != nil {
		return nil, err
	}
	if err := m.addEdges(); err != nil {
		return nil, err
	}
	if err := m.addFlows(flows); err != nil {
		return nil, err
	}
	return m, m.addFaults(faults)
}

func (m *machine) addStations() error {
	for i := range m.sys.Stations {
		s := &m.sys.Stations[i]
		m.first = append(m.first, len(m.places))
		for k := range s.Replicas {
			m.places = append(m.places, place{i, k})
		}
		if s.RateLimit != nil || s.Warmup.Slowdown > 1 || s.Memory > 0 || s.Protocol > 0 && s.Protocol != 1 {
			return fmt.Errorf("the oracle knows no rate limit, warm-up, memory or dear protocol: %s", s.Name)
		}
		m.patience = append(m.patience, 0)
		m.pausing = append(m.pausing, [2]float64{})
		var wrong [3]error
		if s.QueueTimeout != nil {
			m.patience[i], wrong[0] = exponential(s.QueueTimeout)
		}
		if p := s.Pauses; p != nil {
			m.pausing[i][0], wrong[1] = exponential(p.Every.Dist)
			m.pausing[i][1], wrong[2] = exponential(p.Length.Dist)
		}
		if err := errors.Join(wrong[:]...); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) addEdges() error {
	turns := 0
	for i := range m.sys.Edges {
		e := &m.sys.Edges[i]
		if e.Timeout > 0 || e.PerTryTimeout > 0 || e.CircuitBreaker != nil || e.Hedging != nil || e.OutlierDetection != nil ||
			e.AdaptiveThrottling != nil || e.LocalityAware || e.Local || e.SameZone != nil || e.CrossZone != nil {
			return fmt.Errorf("the oracle does not know all policies of %s", e.Name)
		}
		if r := e.Retries; r != nil && (r.Budget != nil || r.Backoff.Max > 0) {
			return fmt.Errorf("%s: retries wait, or have a budget", e.Name)
		}
		var x duration
		if e.Protocol != nil {
			var err error
			if x, err = m.laws.read(e.Protocol); err != nil {
				return err
			}
		}
		m.protocol = append(m.protocol, x)
		m.clients = append(m.clients, turns)
		turns += m.sys.Stations[e.From].Replicas
	}
	return nil
}

func (m *machine) addFlows(flows []load.Flow) error {
	for i := range flows {
		f := &flows[i]
		x := flow{users: f.VUs, batch: 1}
		if f.VUs > 0 {
			var err error
			if x.think, err = exponential(f.ThinkTime); err != nil {
				return err
			}
		} else {
			x.rate = f.Profile.Hits(1e12) / 1000
		}
		if f.Batch != nil {
			n, err := counts(*f.Batch)
			if err != nil || len(n) != 1 {
				return fmt.Errorf("flow %s: the oracle knows batches of one size: %w", f.Name, err)
			}
			x.batch = n[0].n
		}
		sum := 0.0
		for _, p := range f.Weights {
			sum += p
		}
		for j, p := range f.Weights {
			if p > 0 {
				x.weights = append(x.weights, share{p / sum, j})
			}
		}
		m.flows = append(m.flows, x)
	}
	return nil
}

func (m *machine) addFaults(faults []fault.Injection) error {
	for _, in := range faults {
		if _, ok := in.Fault.(*fault.Pause); !ok || m.fault != nil || in.Every == nil || in.Repair == nil {
			return fmt.Errorf("the oracle knows one fault, a pause with every and repair: not %s", in.Name)
		}
		name := in.Fault.Where().Service
		station := slices.IndexFunc(m.sys.Stations, func(s model.Station) bool { return s.Name == name })
		if station < 0 {
			return fmt.Errorf("fault %s: the oracle knows pauses of services", in.Name)
		}
		every, first := exponential(in.Every)
		repair, second := exponential(in.Repair)
		if err := errors.Join(first, second); err != nil {
			return err
		}
		m.fault = &breakdown{every, repair, station, in.Mode.Kind == "one"}
	}
	return nil
}

// empty is the world in which all begins.
func (m *machine) empty() *world {
	w := &world{}
	for _, p := range m.places {
		w.insts = append(w.insts, process{free: m.sys.Stations[p.station].Workers})
	}
	for _, p := range m.sys.Pools {
		var list []pool
		for range m.sys.Stations[p.From].Replicas {
			list = append(list, pool{free: p.Size})
		}
		w.pools = append(w.pools, list)
	}
	for i := range m.sys.Edges {
		w.turns = append(w.turns, make([]int, m.sys.Stations[m.sys.Edges[i].From].Replicas)...)
	}
	return w
}

// choose is one of several things by chance.
func (m *machine) choose(list []share) int {
	if len(list) == 1 {
		return list[0].n
	}
	if m.chosen == len(m.script) {
		m.script, m.options = append(m.script, 0), append(m.options, len(list))
	}
	s := list[m.script[m.chosen]]
	m.chosen++
	m.odds *= s.p
	return s.n
}

func (m *machine) happens(p float64) bool {
	switch {
	case p <= 0:
		return false
	case p >= 1:
		return true
	}
	return m.choose([]share{{p, 1}, {1 - p, 0}}) == 1
}

// nextScript turns to the next way in which chance may decide; false after the last.
func (m *machine) nextScript() bool {
	for n := len(m.script); n > 0; n-- {
		if m.script[n-1]++; m.script[n-1] < m.options[n-1] {
			m.script, m.options = m.script[:n], m.options[:n]
			return true
		}
	}
	m.script, m.options = m.script[:0], m.options[:0]
	return false
}

// run lets a node go on, then those that have been woken meanwhile, in order, until
// all wait for time to pass.
func (m *machine) run(n *node) {
	for {
		for n != nil {
			n = m.advance(n)
		}
		if len(m.ready) == 0 {
			return
		}
		n, m.ready = m.ready[0], m.ready[1:]
		if n.gone {
			n = nil
		}
	}
}

// finish does, after all else, the retries that do not wait.
func (m *machine) finish() {
	for len(m.again) > 0 {
		n := m.again[0]
		m.again = m.again[1:]
		m.retry(n)
	}
	m.w.each(func(n *node) { n.new = false })
}

func (m *machine) retry(n *node) {
	if s := &m.w.insts[n.inst]; s.frozen() {
		s.put = append(s.put, n)
		return
	}
	m.run(m.send(n))
}

// advance runs a node until it waits, and returns who goes on now.
func (m *machine) advance(n *node) *node {
	for {
		if n.failure != pending {
			return m.done(n)
		}
		in := &m.sys.Code[n.pc]
		switch in.Op {
		case model.OpCPU:
			n.pc++
			m.compute(n, m.works[in.A], step)
			return nil
		case model.OpSleep:
			n.pc++
			m.take(n, m.works[in.A])
			n.doing, n.stretch = sleeping, m.crowd(n)
			return nil
		case model.OpCall:
			n.pc++
			n.pending = 1
			return m.call(n, int(in.A))
		case model.OpFork:
			return m.fork(n, in)
		case model.OpMaybe:
			n.pc = m.branchTo(m.happens(m.sys.Shares[in.A]), n.pc+1, int(in.B))
		case model.OpChoose:
			n.pc = m.alternative(n, in)
		case model.OpJump:
			n.pc = int(in.B)
		case model.OpLoop:
			if l := m.loop(n, in); l != nil {
				return l
			}
		case model.OpCache:
			n.pc = m.branchTo(m.happens(m.sys.Caches[in.A].HitRatio), int(in.B), n.pc+1)
		case model.OpFallback:
			n.pc = m.branchTo(n.fell, n.pc+1, int(in.B))
			n.fell = false
		case model.OpEnd:
			return m.done(n)
		}
	}
}

func (m *machine) branchTo(yes bool, a, b int) int {
	if yes {
		return a
	}
	return b
}

func (m *machine) alternative(n *node, in *model.Instr) int {
	var list []share
	before := 0.0
	for i := range int(in.N) {
		b := &m.sys.Code[n.pc+1+i]
		upTo := m.sys.Shares[b.B]
		list = append(list, share{upTo - before, int(b.A)})
		before = upTo
	}
	return m.choose(list)
}

// failureClass is what retryOn calls a failure; 0: nothing that is tried again.
func failureClass(o outcome) resilience.Failure {
	switch o {
	case rejected:
		return resilience.OnRejected
	case failed:
		return resilience.OnError
	}
	return 0
}
