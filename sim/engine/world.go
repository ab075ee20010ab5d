package engine

import (
	"slices"
	"time"

	"faultline/sim/cores"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// world holds what faults have turned. A value in force is combined afresh from
// all turns that match, in the order of the scenario's faults, so that taking
// one away leaves exactly what would be there without it.
type world struct {
	instances []force // by instance; nil where there are no faults: see at
	edges     []force // by model.EdgeID; the same
	nothing   force
	surges    []turn
	links     []link
	timers    []timer
	idle      []int32 // timers not in use
	active    []activeFault
	before    []float64 // slowness by frame, while turns change
	resumed   []int32   // instances that can go on with what has waited
}

// force is all that faults have turned at one instance or on one edge, turns in
// the order of the faults: a call looks at what touches it, however many
// services the fault has hit.
type force struct {
	turns  []turn
	delays []delay
}

// at is what is in force at an instance.
func (w *world) at(id int32) *force {
	if w.instances == nil {
		return &w.nothing
	}
	return &w.instances[id]
}

func (f *force) add(t turn) {
	at, _ := slices.BinarySearchFunc(f.turns, t.fault+1, func(t turn, i int32) int { return int(t.fault - i) })
	f.turns = slices.Insert(f.turns, at, t)
}

// remove takes back what an owner has turned.
func (f *force) remove(o owner) {
	f.turns = slices.DeleteFunc(f.turns, func(t turn) bool { return o.owns(t.owner) })
	f.delays = slices.DeleteFunc(f.delays, func(d delay) bool { return o.owns(d.owner) })
}

func (f *force) has(o owner) bool {
	return slices.ContainsFunc(f.turns, func(t turn) bool { return o.owns(t.owner) }) ||
		slices.ContainsFunc(f.delays, func(d delay) bool { return o.owns(d.owner) })
}

func (f *force) active() bool { return len(f.turns)+len(f.delays) > 0 }

// owner is who has turned something: a fault, and of one that strikes again and
// again the single strike, from 1. What an owner has turned is undone together.
type owner struct {
	fault   int32
	episode uint32
}

// owns reports whether o is the other owner, or all of its fault's.
func (o owner) owns(other owner) bool {
	return o.fault == other.fault && (o.episode == 0 || o.episode == other.episode)
}

type turn struct {
	owner
	place  fault.Place
	knob   fault.Knob
	value  float64
	source int32         // of Traffic: the stream, or the first of the users, that it has added
	users  int32         // how many users
	link   int32         // of LineRate
	since  time.Duration // when it was turned
}

type delay struct {
	owner
	place fault.Place
	dist  dist.Dist
	salt  uint32 // of the fault's name, so that its draws do not depend on its number
}

type timer struct {
	owner
	gen  uint32
	call func()
}

type activeFault struct {
	on       bool
	gen      uint32
	places   []fault.Place
	key      rng.Key
	draws    uint32
	strikes  uint32 // so far
	episodes []episode
}

// episode is a strike that has not been undone.
type episode struct {
	id    uint32
	of    uint32 // the strike that it is part of; 0: the fault itself
	place fault.Place
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

func (e *engine) setupFaults() {
	if len(e.job.Faults) == 0 {
		return
	}
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
	a.on, e.struck = true, true
	a.gen++
	if in := &e.job.Faults[i]; in.Every != nil {
		e.awaitStrike(i)
	} else {
		in.Fault.Apply(hand{e, owner{i, 0}, a.places})
	}
	e.resume()
}

// awaitStrike schedules the next strike of a fault that comes again and again.
func (e *engine) awaitStrike(i int32) {
	e.schedule(owner{i, 0}, e.job.Faults[i].Every, func() {
		e.strikeAgain(i)
		e.awaitStrike(i)
	})
}

// strikeAgain hits what the mode picks among the places that are up and not hit
// already, each to be repaired alone.
func (e *engine) strikeAgain(i int32) {
	in, a := &e.job.Faults[i], &e.world.active[i]
	hit := func(p fault.Place) bool {
		return !e.running(p) || slices.ContainsFunc(a.episodes, func(x episode) bool { return x.place == p })
	}
	for _, p := range e.choosePlaces(i, slices.DeleteFunc(e.spread(a.places), hit)) {
		a.strikes++
		o := owner{i, a.strikes}
		a.episodes = append(a.episodes, episode{o.episode, 0, p})
		in.Fault.Apply(hand{e, o, []fault.Place{p}})
		switch {
		case in.Repair != nil:
			e.schedule(o, in.Repair, func() { e.takeBack(o) })
		case in.Momentary():
			e.takeBack(o)
		}
	}
}

// endFault takes back all that the fault has turned, and nothing else.
func (e *engine) endFault(i int32) {
	a := &e.world.active[i]
	if !a.on {
		return
	}
	a.on = false
	a.gen++
	e.takeBack(owner{i, 0})
	e.resume()
}

// takeBack undoes what an owner has turned, exactly and alone.
func (e *engine) takeBack(o owner) {
	a := &e.world.active[o.fault]
	for k := 0; k < len(a.episodes) && o.episode > 0; k++ {
		if x := a.episodes[k]; x.of == o.episode {
			e.takeBack(owner{o.fault, x.id})
			k = -1
		}
	}
	a.episodes = slices.DeleteFunc(a.episodes, func(x episode) bool { return o.owns(owner{o.fault, x.id}) })
	e.world.surges = slices.DeleteFunc(e.world.surges, func(t turn) bool {
		if o.owns(t.owner) {
			e.stopSurge(&t)
		}
		return o.owns(t.owner)
	})
	for k := range e.world.links {
		if l := &e.world.links[k]; o.owns(l.owner) {
			l.owner = owner{fault: none}
		}
	}
	for k := range e.world.edges {
		f := &e.world.edges[k]
		f.remove(o)
		e.edges[k].altered = f.active()
	}
	for id := range e.world.instances {
		if f := &e.world.instances[id]; f.has(o) {
			e.change(int32(id), func() { f.remove(o) })
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
	e.settleLeaks(id)
	f()
	inst := &e.instances[id]
	inst.altered = e.world.at(id).active()
	ratio := func(job int32) float64 { return e.slowness(&e.frames[job]) / before[job] }
	changed := false
	for i := range e.frames {
		f := &e.frames[i]
		if f.inst != id || !f.working() {
			continue
		}
		if r := ratio(int32(i)); r != 1 {
			changed = true
			switch {
			case f.until > e.Now():
				e.work(int32(i), cores.Stretch(f.until-e.Now(), r))
			case f.until <= frozenUntil:
				f.until = frozenUntil - cores.Stretch(frozenUntil-f.until, r)
			}
		}
	}
	if changed {
		inst.fifo.Rescale(ratio)
		if inst.ps != nil && inst.ps.Len() > 0 {
			inst.ps.Rescale(e.Now(), ratio)
			if !inst.frozen {
				e.rearm(id)
			}
		}
	}
	e.conform(id)
}

func (f *frame) working() bool {
	const those = 1<<stClientCPU | 1<<stServerCPU | 1<<stCPU | 1<<stSleep
	return those>>(f.state&31)&1 != 0
}

// knob is the value in force for an operation at an instance.
func (e *engine) knob(k fault.Knob, id int32, op *model.Op, opID model.OpID) float64 {
	v := k.Identity()
	turns := e.world.at(id).turns
	for i := range turns {
		if t := &turns[i]; t.knob == k && t.names(op, opID) {
			v = stack(k, v, t.value)
		}
	}
	return v
}

// stack combines the values of a knob.
func stack(k fault.Knob, v, x float64) float64 { return k.Stack(v, x) }

// whole is the value of a knob in force for the process of an instance.
func (e *engine) whole(k fault.Knob, id int32) float64 { return e.knob(k, id, nil, model.None) }

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
	id := e.sites[f.site].op
	return &e.ops[id], id
}

func (e *engine) slowness(f *frame) float64 {
	op, id := e.opOf(f)
	v := e.knob(fault.Slowness, f.inst, op, id)
	if f.state != stSleep {
		v *= e.whole(fault.CPUSlowness, f.inst)
	}
	return v
}

// held reports whether a fault keeps an instance from starting.
func (e *engine) held(id int32) bool {
	return slices.ContainsFunc(e.world.at(id).turns, func(t turn) bool { return t.knob == fault.Down })
}

// strike is the probability in force, from v, that a call meets a fault as it begins. A
// fault of a whole service strikes the calls that reach it, not the function
// calls inside; one of a component or an operation strikes both.
func (e *engine) strike(k fault.Knob, v float64, f *frame, op *model.Op, opID model.OpID) float64 {
	turns := e.world.at(f.inst).turns
	for i := range turns {
		t := &turns[i]
		whole := t.place.Component == model.None && t.place.Op == model.None
		if t.knob == k && !(whole && f.role == roleLocal) && t.names(op, opID) {
			v = stack(k, v, t.value)
		}
	}
	return v
}

// beginAltered lets errors and deadly calls strike an operation as it begins, and
// gives it its memory.
func (e *engine) beginAltered(id int32, op *model.Op) int32 {
	f := &e.frames[id]
	opID := e.sites[f.site].op
	if p := e.strike(fault.CrashShare, fault.CrashShare.Identity(), f, op, opID); p > 0 {
		if s := f.key.Stream(placeCrash); s.Float64() < p {
			e.crash(f.inst)
			return none
		}
	}
	if p := e.strike(fault.ErrorShare, op.ErrorRate, f, op, opID); p > 0 {
		if s := f.key.Stream(placeErrors); s.Float64() < p {
			f.outcome = measure.Error
			return id
		}
	}
	if op.Memory > 0 && !e.takeMemory(f, op.Memory) {
		return none
	}
	return id
}

// between reports whether a place of an edge means a call from and to these
// components: those that it names, if it names any.
func (e *engine) between(p *fault.Place, caller *frame, siteID int32) bool {
	callee := e.ops[e.sites[siteID].op].Component
	return (p.Component == model.None || p.Component == callee) && (p.Caller == model.None || p.Caller == e.componentOf(caller))
}

func (e *engine) componentOf(f *frame) model.ComponentID {
	if f.role == roleCall { // the step's caller, not its callee
		f = &e.frames[f.parent]
	}
	if f.role == roleRoot || f.inst == 0 {
		return model.None
	}
	return e.ops[e.sites[f.site].op].Component
}

func (e *engine) edgeError(id model.EdgeID, caller *frame, siteID int32, key rng.Key) bool {
	v := fault.ErrorShare.Identity()
	turns := e.world.edges[id].turns
	for i := range turns {
		if t := &turns[i]; t.knob == fault.ErrorShare && e.between(&t.place, caller, siteID) {
			v = stack(t.knob, v, t.value)
		}
	}
	s := key.Stream(placeEdgeErr)
	return v > 0 && s.Float64() < v
}

// storm is how many times a caller tries again at once on any failure, in place of
// its edge's policy; 0: there is no storm. Ask only where the edge is altered.
func (e *engine) storm(id model.EdgeID, caller *frame, siteID int32) int {
	v := fault.Storm.Identity()
	turns := e.world.edges[id].turns
	for i := range turns {
		if t := &turns[i]; t.knob == fault.Storm && e.between(&t.place, caller, siteID) {
			v = stack(t.knob, v, t.value)
		}
	}
	return int(v)
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
