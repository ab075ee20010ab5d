package engine

import (
	"cmp"
	"slices"
	"time"

	"faultline/sim/des"
	"faultline/sim/model"
)

// fewestIslands is from how many islands on, that of nobody included, a system is simulated
// island by island.
const fewestIslands = 4

// island is a part of a system that has nothing to do with the others: no call goes
// from one to another, and no virtual user asks both. A system of one piece is one island.
type island struct {
	open        int64  // requests not yet answered
	print       uint64 // fingerprint
	number      int32
	first, last int32 // of its arrivals; none
	from, n     int32 // of what is pending there, while it is not at work

	instances, edges, sites row // those that are there, where there are so many that they are read ahead
}

// row are numbers side by side.
type row struct{ from, to int32 }

// scattered is what numbers become that do not lie side by side.
var scattered = row{-1, -1}

// add adds a number above all others.
func (r *row) add(i int) {
	switch {
	case r.to == 0:
		*r = row{int32(i), int32(i) + 1}
	case r.to == int32(i):
		r.to++
	default:
		*r = scattered
	}
}

// islands are those of a system, and which of them is at work.
type islands struct {
	all     []island
	apart   bool        // there are several
	large   bool        // they are read ahead
	at      int         // who is at work; len(all): nobody
	pending []des.Event // of each island, one after the other, in their order
	later   []des.Event // the same after this round, of those that have had their turn
	round   round
	last    time.Duration // when the last request was answered, in roundToAnswers
	latest  time.Duration // up to where the island is that has gone furthest
}

// round is which of its rounds through the islands a stretch is in. Once all requests
// have arrived, the run ends with the last answer, which may come on any island: each
// goes up to its own last answer first, and then all up to the last of these.
type round uint8

const (
	onlyRound round = iota
	roundToAnswers
	roundToEnd
	roundToLastAnswer
)

// mix folds two words into the fingerprint (splitmix64's finaliser over the pair).
func (p *island) mix(a, b uint64) {
	z := (p.print ^ a) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>29 ^ b) * 0x94d049bb133111eb
	p.print = z ^ z>>32
}

// setupIslands tells the islands of a system apart, if there are that many.
func (e *engine) setupIslands(fewest int) {
	is, c := &e.islands, &e.course
	of, n := e.independent()
	if n < fewest {
		clear(of)
		n = 1
	}
	is.all, c.drawn = make([]island, n), drawnAtOnce
	if n > 1 {
		is.apart, is.large, is.at, c.drawn = true, len(e.instances) >= farApart, n, drawnPerIsland*n
	}
	c.coming, c.within, c.arrivals = none, none, make([]arrival, 0, c.drawn)
	for i := range is.all {
		is.all[i].first, is.all[i].number = none, int32(i)
	}
	for i := range e.journeys {
		e.journeys[i].island = &is.all[of[len(e.stations)+i]]
	}
	for i := range e.instances {
		inst := &e.instances[i]
		inst.island = of[inst.station]
	}
	if is.large {
		e.setupRows()
	}
	e.isPast = e.past
}

// setupRows finds what lies side by side of each island.
func (e *engine) setupRows() {
	for i := range e.instances {
		e.islandOf(int32(i)).instances.add(i)
	}
	for i := range e.edges {
		e.islandOf(e.edges[i].first).edges.add(i)
	}
	for i := range e.sites {
		if ed := e.sites[i].ed; ed != nil {
			e.islandOf(ed.first).sites.add(i)
		}
	}
	for i := range e.islands.all {
		p := &e.islands.all[i]
		for _, r := range []*row{&p.instances, &p.edges, &p.sites} {
			if *r == scattered {
				*r = row{}
			}
		}
	}
}

// independent numbers the islands of a system, by station and then by journey, in the
// order of the stations. What no journey reaches is one island, the last.
func (e *engine) independent() (of []int32, n int) {
	ns := len(e.stations)
	sets := newSets(ns + len(e.journeys))
	for i := range e.edges {
		if ed := e.edges[i].Edge; ed.From != model.Users {
			sets.join(int(ed.From), int(ed.To))
		}
	}
	for i := range e.journeys {
		e.joinCallees(sets, ns+i, &e.journeys[i])
	}
	for i := range e.flows {
		if f := &e.flows[i]; f.closed { // a user goes from one journey to another
			for _, j := range f.journeys {
				sets.join(ns+int(f.journeys[0].journey), ns+int(j.journey))
			}
		}
	}
	for i := range e.world.active {
		for _, p := range e.world.active[i].places {
			if p.Zone != model.None { // its stations may share a line
				return sets, 1
			}
		}
	}
	return sets.number(ns)
}

// joinCallees makes one of a journey and the stations that it calls.
func (e *engine) joinCallees(sets sets, journey int, j *journey) {
	if j.only != none {
		sets.join(int(e.ops[e.sites[j.only].op].Station), journey)
		return
	}
	for _, s := range model.Calls(e.sys, j.entry) {
		sets.join(int(e.ops[e.sites[s].op].Station), journey)
	}
}

// sets are disjoint sets of numbers, each a tree whose root is its least: what lies at a
// number is nearer to it.
type sets []int32

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = int32(i)
	}
	return s
}

func (s sets) find(i int) int {
	for int(s[i]) != i {
		s[i] = s[s[i]]
		i = int(s[i])
	}
	return i
}

// join makes one set of those of a and b.
func (s sets) join(a, b int) {
	a, b = s.find(a), s.find(b)
	s[max(a, b)] = int32(min(a, b))
}

// number numbers the sets that hold any number from first on, in the order of their
// roots, and gives all others the last number. It takes the place of the sets.
func (s sets) number(first int) (of []int32, n int) {
	held := make([]bool, first)
	for i := range s {
		root := s.find(i)
		if s[i] = int32(root); i >= first && root < first {
			held[root] = true
		}
	}
	for i, root := range s {
		if int(root) < i {
			s[i] = s[root]
		} else if s[i] = none; i >= first || held[i] {
			s[i] = int32(n)
			n++
		}
	}
	for i := range s {
		if s[i] == none {
			s[i] = int32(n)
		}
	}
	return s, n + 1
}

// islandOf is the island of an instance.
func (e *engine) islandOf(inst int32) *island { return &e.islands.all[e.instances[inst].island] }

// islandOfFrame is the island of a call in flight.
func (e *engine) islandOfFrame(id int32) *island {
	for {
		f := &e.frames[id]
		switch {
		case f.inst > 0:
			return e.islandOf(f.inst)
		case f.role == roleRoot:
			return e.journeys[f.site].island
		case f.role == roleTry || f.role == roleCall:
			return e.islandOf(e.sites[f.site].ed.first)
		}
		id = f.parent // a branch at the users
	}
}

// beginIslands lets the islands go through a stretch; false if nothing is to come.
func (e *engine) beginIslands() bool {
	is, c := &e.islands, &e.course
	if !is.apart {
		first := int32(none)
		if len(c.arrivals) > 0 {
			first = 0
		}
		e.expect(first)
		return c.end != des.Never || e.Len() > 0
	}
	e.sortArrivals()
	e.scatter()
	is.at, is.round, is.later = -1, onlyRound, is.later[:0]
	if e.closed {
		is.round = roundToAnswers
	}
	return c.end != des.Never || len(is.pending) > 0
}

// sortArrivals gives each island its arrivals.
func (e *engine) sortArrivals() {
	all := e.course.arrivals
	for i := range all {
		all[i].next = none
		if p := e.journeys[all[i].journey].island; p.first == none {
			p.first, p.last = int32(i), int32(i)
		} else {
			all[p.last].next = int32(i)
			p.last = int32(i)
		}
	}
}

// scatter gives each island what was scheduled for it while none was at work.
func (e *engine) scatter() {
	if e.Len() == 0 {
		return
	}
	is := &e.islands
	planned := e.TakeAll(nil, e.isPast)
	number := func(ev des.Event) int32 { return e.islandOfEvent(ev).number }
	slices.SortStableFunc(planned, func(a, b des.Event) int { return cmp.Compare(number(a), number(b)) })
	is.later = is.later[:0]
	for i := range is.all {
		p, n := &is.all[i], 0
		for n < len(planned) && number(planned[n]) == p.number {
			n++
		}
		is.keep(p, append(append(is.later, is.pendingOn(p)...), planned[:n]...))
		planned = planned[n:]
		slices.SortFunc(is.later[p.from:], des.Event.Compare)
	}
	is.pending, is.later = is.later, is.pending
}

// nextIsland sets the next island to work that has any in this stretch; false if all
// have come to its end.
func (e *engine) nextIsland() bool {
	is := &e.islands
	if !is.apart || is.at == len(is.all) {
		return false
	}
	for e.depart(); ; is.at = -1 {
		for is.at++; is.at < len(is.all); is.at++ {
			p := &is.all[is.at]
			if e.hasWork(p) {
				e.enter(p)
				return true
			}
			is.keep(p, append(is.later, is.pendingOn(p)...))
		}
		is.pending, is.later = is.later, is.pending[:0]
		if is.round != roundToAnswers {
			break
		}
		if is.round = roundToEnd; e.openRequests() == 0 {
			is.round, e.course.end = roundToLastAnswer, des.At(is.last)
		}
	}
	if is.round == roundToLastAnswer {
		e.MoveTo(is.last)
		e.done = true
	}
	return false
}

func (e *engine) hasWork(p *island) bool {
	is := &e.islands
	if is.round == roundToAnswers && p.open == 0 {
		return false
	}
	return p.first != none || p.n > 0 && is.pending[p.from].Due().Before(e.course.end)
}

// enter lets an island go on where it was.
func (e *engine) enter(p *island) {
	if e.islands.large {
		e.aheadOfIsland(p)
	}
	e.PutBack(e.islands.pendingOn(p))
	first := p.first
	p.first = none
	e.expect(first)
}

// depart puts away what is pending on the island at work.
func (e *engine) depart() {
	is := &e.islands
	if is.at < 0 {
		return
	}
	is.latest = max(is.latest, e.Now())
	is.keep(&is.all[is.at], e.TakeAll(is.later, e.isPast))
}

// pendingOn is what is pending on an island that has not had its turn in this round.
func (is *islands) pendingOn(p *island) []des.Event { return is.pending[p.from : p.from+p.n] }

// keep notes what is pending on an island that has had its turn: what is appended to later.
func (is *islands) keep(p *island, later []des.Event) {
	p.from, p.n = int32(len(is.later)), int32(len(later)-len(is.later))
	is.later = later
}

// openRequests is how many requests are not yet answered.
func (e *engine) openRequests() (n int64) {
	for i := range e.islands.all {
		n += e.islands.all[i].open
	}
	return n
}

// answeredAll ends the run if no request of an island is open any more, nor of the others.
func (e *engine) answeredAll() {
	switch is := &e.islands; {
	case !is.apart:
		e.done = true
	case is.at == len(is.all): // a fault did it
		e.done = e.openRequests() == 0
	case is.round == roundToAnswers:
		is.last = max(is.last, e.Now())
		e.course.next = des.Due{} // the others first
	}
}

// fingerprint is that of all islands.
func (e *engine) fingerprint() uint64 {
	if !e.islands.apart {
		return e.islands.all[0].print
	}
	var all island
	for i := range e.islands.all {
		all.mix(e.islands.all[i].print, uint64(i))
	}
	return all.print
}
