package engine

import (
	"math"
	"slices"
	"time"

	"faultline/sim/cores"
	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// world holds what faults have turned. A value in force is combined afresh from
// all turns that match, in the order of the scenario's faults, so that taking
// one away leaves exactly what would be there without it.
type world struct {
	instances []force // by instance
	edges     []force // by model.EdgeID
	surges    []turn
	timers    []timer
	active    []activeFault
	before    []float64 // slowness by frame, while turns change
}

// force is all that faults have turned at one instance or on one edge, turns in
// the order of the faults: a call looks at what touches it, however many
// services the fault has hit.
type force struct {
	turns  []turn
	delays []delay
}

func (f *force) add(t turn) {
	at, _ := slices.BinarySearchFunc(f.turns, t.fault+1, func(t turn, i int32) int { return int(t.fault - i) })
	f.turns = slices.Insert(f.turns, at, t)
}

// remove takes back what a fault has turned.
func (f *force) remove(i int32) {
	f.turns = slices.DeleteFunc(f.turns, func(t turn) bool { return t.fault == i })
	f.delays = slices.DeleteFunc(f.delays, func(d delay) bool { return d.fault == i })
}

func (f *force) has(i int32) bool {
	return slices.ContainsFunc(f.turns, func(t turn) bool { return t.fault == i }) ||
		slices.ContainsFunc(f.delays, func(d delay) bool { return d.fault == i })
}

func (f *force) active() bool { return len(f.turns)+len(f.delays) > 0 }

type turn struct {
	fault  int32
	place  fault.Place
	knob   fault.Knob
	value  float64
	source int32 // of Traffic: the stream, or the first of the users, that it has added
	users  int32 // how many users
}

type delay struct {
	fault int32
	place fault.Place
	dist  dist.Dist
	salt  uint32 // of the fault's name, so that its draws do not depend on its number
}

type timer struct {
	fault int32
	gen   uint32
	call  func()
}

type activeFault struct {
	on     bool
	gen    uint32
	places []fault.Place
	key    rng.Key
	draws  uint32
}

var (
	placeFault    = rng.Place("fault")
	placeMode     = rng.Place("fault", "mode")
	placeClock    = rng.Place("fault", "clock")
	placeErrors   = rng.Place("fault", "errors")
	placeCrash    = rng.Place("fault", "crash per call")
	placeOutDelay = rng.Place("fault", "delay of a request")
	placeInDelay  = rng.Place("fault", "delay of a reply")
	placeSurge    = rng.Place("fault", "surge")
)

// hand is the World that one fault acts through.
type hand struct {
	e *engine
	i int32
}

func (e *engine) setupFaults() {
	e.world.instances = make([]force, len(e.instances))
	e.world.edges = make([]force, len(e.edges))
	names := make([]string, len(e.flows))
	for i := range e.flows {
		names[i] = e.flows[i].Name
	}
	for i := range e.job.Faults {
		in := &e.job.Faults[i]
		places, err := in.Fault.Where().Resolve(e.sys, names)
		if err != nil {
			places = nil // not applicable in this topology
		}
		key := e.root.Child(placeFault).Child(rng.Place("fault", in.Name))
		e.world.active = append(e.world.active, activeFault{places: places, key: key})
	}
}

func (e *engine) beginFault(i int32) {
	a := &e.world.active[i]
	a.on = true
	a.gen++
	e.job.Faults[i].Fault.Apply(hand{e, i})
}

// endFault takes back all that the fault has turned, and nothing else.
func (e *engine) endFault(i int32) {
	a := &e.world.active[i]
	if !a.on {
		return
	}
	a.on = false
	a.gen++
	e.world.surges = slices.DeleteFunc(e.world.surges, func(t turn) bool {
		if t.fault == i {
			e.stopSurge(&t)
		}
		return t.fault == i
	})
	for k := range e.world.edges {
		f := &e.world.edges[k]
		f.remove(i)
		e.edges[k].altered = f.active()
	}
	for id := range e.world.instances {
		if f := &e.world.instances[id]; f.has(i) {
			e.change(int32(id), func() { f.remove(i) })
		}
	}
	for id := range e.instances {
		e.restart(int32(id))
	}
}

// change changes what is in force at an instance, and stretches its work in
// progress accordingly.
func (e *engine) change(id int32, f func()) {
	before := append(e.world.before[:0], make([]float64, len(e.frames))...)
	e.world.before = before
	for i := range e.frames {
		if f := &e.frames[i]; f.inst == id && f.working() {
			before[i] = e.slowness(f)
		}
	}
	f()
	inst := &e.instances[id]
	inst.altered = e.world.instances[id].active()
	ratio := func(job int32) float64 { return e.slowness(&e.frames[job]) / before[job] }
	changed := false
	for i := range e.frames {
		f := &e.frames[i]
		if f.inst != id || !f.working() {
			continue
		}
		if r := ratio(int32(i)); r != 1 {
			changed = true
			if f.until > e.Now() {
				e.work(int32(i), cores.Stretch(f.until-e.Now(), r))
			}
		}
	}
	if !changed {
		return
	}
	inst.fifo.Rescale(ratio)
	if inst.ps.Len() > 0 {
		inst.ps.Rescale(e.Now(), ratio)
		e.rearm(id)
	}
}

func (f *frame) working() bool {
	return f.state == stClientCPU || f.state == stServerCPU || f.state == stCPU || f.state == stSleep
}

// knob is the value in force for an operation at an instance.
func (e *engine) knob(k fault.Knob, id int32, op *model.Op, opID model.OpID) float64 {
	v := k.Identity()
	turns := e.world.instances[id].turns
	for i := range turns {
		if t := &turns[i]; t.knob == k && t.names(op, opID) {
			v = k.Stack(v, t.value)
		}
	}
	return v
}

// names reports whether a turn is of the operation: of any, or of the one or the
// component's that its place names.
func (t *turn) names(op *model.Op, id model.OpID) bool {
	return (t.place.Component == model.None || op != nil && op.Component == t.place.Component) &&
		(t.place.Op == model.None || op != nil && id == t.place.Op)
}

// opOf is the operation whose steps a frame runs; nil for the protocol's work,
// which belongs to the process and not to its code.
func (e *engine) opOf(f *frame) (*model.Op, model.OpID) {
	if f.state == stClientCPU || f.state == stServerCPU || f.role == roleRoot {
		return nil, model.None
	}
	id := e.sites[f.site].Op
	return &e.ops[id], id
}

func (e *engine) slowness(f *frame) float64 {
	op, id := e.opOf(f)
	return e.knob(fault.Slowness, f.inst, op, id)
}

// held reports whether a fault keeps an instance from starting.
func (e *engine) held(id int32) bool {
	return slices.ContainsFunc(e.world.instances[id].turns, func(t turn) bool { return t.knob == fault.Down })
}

// strike is the probability in force that a call meets a fault as it begins. A
// fault of a whole service strikes the calls that reach it, not the function
// calls inside; one of a component or an operation strikes both.
func (e *engine) strike(k fault.Knob, f *frame, op *model.Op, opID model.OpID) float64 {
	v := k.Identity()
	turns := e.world.instances[f.inst].turns
	for i := range turns {
		t := &turns[i]
		whole := t.place.Component == model.None && t.place.Op == model.None
		if t.knob == k && !(whole && f.role == roleLocal) && t.names(op, opID) {
			v = k.Stack(v, t.value)
		}
	}
	return v
}

// beginAltered lets errors and deadly calls strike an operation as it begins.
func (e *engine) beginAltered(id int32, op *model.Op) int32 {
	f := &e.frames[id]
	opID := e.sites[f.site].Op
	if p := e.strike(fault.CrashShare, f, op, opID); p > 0 {
		if s := f.key.Stream(placeCrash); s.Float64() < p {
			e.crash(f.inst)
			return none
		}
	}
	if p := e.strike(fault.ErrorShare, f, op, opID); p > 0 {
		if s := f.key.Stream(placeErrors); s.Float64() < p {
			f.outcome = measure.Error
		}
	}
	return id
}

// between reports whether a place of an edge means a call from and to these
// components: those that it names, if it names any.
func (e *engine) between(p *fault.Place, caller *frame, siteID int32) bool {
	callee := e.ops[e.sites[siteID].Op].Component
	return (p.Component == model.None || p.Component == callee) && (p.Caller == model.None || p.Caller == e.componentOf(caller))
}

func (e *engine) componentOf(f *frame) model.ComponentID {
	if f.role == roleCall { // the step's caller, not its callee
		f = &e.frames[f.parent]
	}
	if f.role == roleRoot || f.inst == 0 {
		return model.None
	}
	return e.ops[e.sites[f.site].Op].Component
}

func (e *engine) edgeError(id model.EdgeID, caller *frame, siteID int32, key rng.Key) bool {
	v := fault.ErrorShare.Identity()
	turns := e.world.edges[id].turns
	for i := range turns {
		if t := &turns[i]; t.knob == fault.ErrorShare && e.between(&t.place, caller, siteID) {
			v = fault.ErrorShare.Stack(v, t.value)
		}
	}
	s := key.Stream(placeEdgeErr)
	return v > 0 && s.Float64() < v
}

// requestDelay is what faults add to a request as it leaves an instance.
func (e *engine) requestDelay(f *frame, from int32) (sum time.Duration) {
	draw := func(d *delay) { sum += d.dist.Sample(f.key.Stream(placeOutDelay + d.salt)) }
	if caller := e.parentOf(f); caller != none {
		delays := e.world.edges[e.sites[f.site].Edge].delays
		for i := range delays {
			if e.between(&delays[i].place, &e.frames[caller], f.site) {
				draw(&delays[i])
			}
		}
	}
	delays := e.world.instances[from].delays
	for i := range delays {
		draw(&delays[i])
	}
	return sum
}

// replyDelay is what faults add to a reply as it leaves an instance.
func (e *engine) replyDelay(f *frame) (sum time.Duration) {
	delays := e.world.instances[f.inst].delays
	for i := range delays {
		sum += delays[i].dist.Sample(f.key.Stream(placeInDelay + delays[i].salt))
	}
	return sum
}

// Targets picks instances by the fault's mode and its own stream.
func (h hand) Targets() []fault.Place { return h.places(false) }

// Running is Targets among the instances that are up.
func (h hand) Running() []fault.Place { return h.places(true) }

func (h hand) places(running bool) []fault.Place {
	e, a := h.e, &h.e.world.active[h.i]
	mode := h.e.job.Faults[h.i].Mode
	var places []fault.Place
	for _, p := range a.places {
		if p.Station == model.None {
			places = append(places, p)
			continue
		}
		st := &e.stations[p.Station]
		for k := range st.n {
			if !running || e.instances[st.first+k].up {
				q := p
				q.Instance = k
				places = append(places, q)
			}
		}
	}
	n := mode.Count(len(places))
	if n == len(places) {
		return places
	}
	s := a.key.Child(a.draws).Stream(placeMode)
	a.draws++
	for k := range n { // a partial Fisher-Yates shuffle
		j := k + s.IntN(len(places)-k)
		places[k], places[j] = places[j], places[k]
	}
	return places[:n]
}

// Turn records the turn where it acts, and lets it act at once where it must.
func (h hand) Turn(p fault.Place, k fault.Knob, v float64) {
	e, t := h.e, turn{fault: h.i, place: p, knob: k, value: v, source: none}
	switch {
	case p.Flow != model.None:
		t.source, t.users = e.surge(h.i, p.Flow, v)
		e.world.surges = append(e.world.surges, t)
	case p.Edge != model.None:
		e.world.edges[p.Edge].add(t)
		e.edges[p.Edge].altered = true
	default:
		id := e.stations[p.Station].first + p.Instance
		e.change(id, func() { e.world.instances[id].add(t) })
	}
}

// Delay records the delay where messages leave: on an edge, or at an instance.
func (h hand) Delay(p fault.Place, dist dist.Dist) {
	e, d := h.e, delay{h.i, p, dist, rng.Place(h.e.job.Faults[h.i].Name)}
	if p.Edge != model.None {
		f := &e.world.edges[p.Edge]
		f.delays = append(f.delays, d)
		e.edges[p.Edge].altered = true
		return
	}
	id := e.stations[p.Station].first + p.Instance
	f := &e.world.instances[id]
	f.delays = append(f.delays, d)
	e.instances[id].altered = true
}

func (h hand) Crash(p fault.Place) {
	h.e.crash(h.e.stations[p.Station].first + p.Instance)
	h.e.step(none) // callers without a network in between go on now
}

func (h hand) After(d dist.Dist, f func()) {
	e, a := h.e, &h.e.world.active[h.i]
	s := a.key.Child(a.draws).Stream(placeClock)
	a.draws++
	e.world.timers = append(e.world.timers, timer{h.i, a.gen, f})
	e.Calendar.After(max(d.Sample(s), 1), evClock, des.Ref{ID: int32(len(e.world.timers) - 1)})
}

func (e *engine) onClock(r des.Ref) {
	t := e.world.timers[r.ID]
	e.world.timers[r.ID].call = nil
	if a := &e.world.active[t.fault]; a.on && a.gen == t.gen {
		t.call()
	}
}

// surge starts a stream of requests beside a flow's own, or more users.
func (e *engine) surge(i, fl int32, multiple float64) (first, users int32) {
	f := &e.flows[fl]
	key := load.FlowKey(e.world.active[i].key.Child(placeSurge), f.Name)
	if f.VUs == 0 {
		return e.startSource(source{flow: fl, key: key, from: f.Profile.Hits(e.Now()), scale: multiple, surge: true}), 0
	}
	first = int32(len(e.users))
	users = int32(math.Ceil(float64(multiple * float64(f.VUs))))
	for u := range users {
		e.startUser(user{flow: fl, key: key.Child(uint32(u)), surge: true})
	}
	return first, users
}

// stopSurge lets no more of a surge's requests come.
func (e *engine) stopSurge(t *turn) {
	if t.users == 0 {
		e.stopSource(t.source)
	}
	for u := range t.users {
		e.stopUser(t.source + u)
	}
}
