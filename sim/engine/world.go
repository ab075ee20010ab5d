package engine

import (
	"slices"
	"time"

	"faultline/sim/cores"
	"faultline/sim/des"
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
	turns  []turn
	delays []delay
	timers []timer
	active []activeFault
}

type turn struct {
	fault  int32
	place  fault.Place
	knob   fault.Knob
	value  float64
	source int32 // of Traffic
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
	placePick4    = rng.Place("fault", "mode")
	placeClock    = rng.Place("fault", "clock")
	placeErrors   = rng.Place("fault", "errors")
	placeCrash    = rng.Place("fault", "crash per call")
	placeOutDelay = rng.Place("fault", "delay of a request")
	placeInDelay  = rng.Place("fault", "delay of a reply")
	placeSurge    = rng.Place("fault", "surge")
)

func flowPlace(name string) uint32 { return rng.Place("flow", name) }

// hand is the World that one fault acts through.
type hand struct {
	e *engine
	i int32
}

func (e *engine) setupFaults() {
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
	mine := func(t turn) bool { return t.fault == i }
	for _, t := range e.world.turns {
		if mine(t) && t.knob == fault.Traffic {
			e.stopSource(t.source)
		}
	}
	e.change(func() {
		e.world.turns = slices.DeleteFunc(e.world.turns, mine)
		e.world.delays = slices.DeleteFunc(e.world.delays, func(d delay) bool { return d.fault == i })
	})
	for id := range e.instances {
		e.restart(int32(id))
	}
}

// change changes the turns, stretches the work in progress accordingly, and
// marks what is altered now.
func (e *engine) change(f func()) {
	before := e.workFactors()
	f()
	for i := range e.instances {
		e.instances[i].altered = false
	}
	for i := range e.edges {
		e.edges[i].altered = false
	}
	for i := range e.world.turns {
		e.markAltered(&e.world.turns[i].place)
	}
	for i := range e.world.delays {
		e.markAltered(&e.world.delays[i].place)
	}
	e.rescale(before)
}

func (e *engine) markAltered(p *fault.Place) {
	if p.Edge != model.None {
		e.edges[p.Edge].altered = true
	}
	for i := range e.instances {
		inst := &e.instances[i]
		if p.Station != model.None && inst.station == int32(p.Station) && (p.Instance == model.None || p.Instance == inst.index) {
			inst.altered = true
		}
	}
}

// workFactors is the slowness in force for each frame at work.
func (e *engine) workFactors() []float64 {
	factors := make([]float64, len(e.frames))
	for i := range e.frames {
		factors[i] = 1
		if f := &e.frames[i]; e.instances[f.inst].altered && f.working() {
			factors[i] = e.slowness(f)
		}
	}
	return factors
}

func (f *frame) working() bool {
	return f.state == stClientCPU || f.state == stServerCPU || f.state == stCPU || f.state == stSleep
}

// rescale stretches the work in progress where the slowness has changed.
func (e *engine) rescale(before []float64) {
	ratio := func(id int32) float64 {
		f := &e.frames[id]
		now := 1.0
		if e.instances[f.inst].altered {
			now = e.slowness(f)
		}
		return now / before[id]
	}
	for i := range e.frames {
		f := &e.frames[i]
		if f.working() && f.until > e.Now() {
			if r := ratio(int32(i)); r != 1 {
				e.work(int32(i), cores.Stretch(f.until-e.Now(), r))
			}
		}
	}
	for i := range e.instances {
		inst := &e.instances[i]
		inst.fifo.Rescale(ratio)
		if inst.ps.Len() > 0 {
			inst.ps.Rescale(e.Now(), ratio)
			e.rearm(int32(i))
		}
	}
}

// matches reports whether a place is the instance and, if it names code, the
// operation that the frame runs.
func (e *engine) matches(p *fault.Place, inst *instance, op *model.Op, opID model.OpID) bool {
	return p.Edge == model.None && p.Flow == model.None &&
		int32(p.Station) == inst.station && (p.Instance == model.None || p.Instance == inst.index) &&
		(p.Component == model.None || op != nil && op.Component == p.Component) &&
		(p.Op == model.None || op != nil && opID == p.Op)
}

// knob is the value in force for a frame's instance and operation.
func (e *engine) knob(k fault.Knob, inst *instance, op *model.Op, opID model.OpID) float64 {
	v := k.Identity()
	for i := range e.world.turns {
		if t := &e.world.turns[i]; t.knob == k && e.matches(&t.place, inst, op, opID) {
			v = k.Stack(v, t.value)
		}
	}
	return v
}

// opOf is the operation whose steps a frame runs; nil for the protocol's work,
// which belongs to the process and not to its code.
func (e *engine) opOf(f *frame) (*model.Op, model.OpID) {
	if f.state == stClientCPU || f.state == stServerCPU || f.role == roleRoot {
		return nil, model.None
	}
	id := e.sys.Sites[f.site].Op
	return &e.sys.Ops[id], id
}

func (e *engine) slowness(f *frame) float64 {
	op, id := e.opOf(f)
	return e.knob(fault.Slowness, &e.instances[f.inst], op, id)
}

// held reports whether a fault keeps an instance from starting.
func (e *engine) held(id int32) bool {
	inst := &e.instances[id]
	for i := range e.world.turns {
		t := &e.world.turns[i]
		if t.knob == fault.Down && int32(t.place.Station) == inst.station && (t.place.Instance == model.None || t.place.Instance == inst.index) {
			return true
		}
	}
	return false
}

// beginAltered lets errors and deadly calls strike an operation as it begins.
func (e *engine) beginAltered(id int32, op *model.Op) int32 {
	f := &e.frames[id]
	opID := e.sys.Sites[f.site].Op
	inst := &e.instances[f.inst]
	if p := e.knob(fault.CrashShare, inst, op, opID); p > 0 {
		if s := f.key.Stream(placeCrash); s.Float64() < p {
			e.crash(f.inst)
			return none
		}
	}
	if p := e.knob(fault.ErrorShare, inst, op, opID); p > 0 {
		if s := f.key.Stream(placeErrors); s.Float64() < p {
			f.outcome = measure.Error
		}
	}
	return id
}

// onEdge reports whether a place is the edge, for a call from and to the
// components that it names.
func (e *engine) onEdge(p *fault.Place, ed *edge, caller *frame, siteID int32) bool {
	if p.Edge == model.None || &e.edges[p.Edge] != ed {
		return false
	}
	callee := e.sys.Ops[e.sys.Sites[siteID].Op].Component
	return (p.Component == model.None || p.Component == callee) && (p.Caller == model.None || p.Caller == e.componentOf(caller))
}

func (e *engine) componentOf(f *frame) model.ComponentID {
	if f.role == roleCall { // the step's caller, not its callee
		f = &e.frames[f.parent]
	}
	if f.role == roleRoot || f.inst == 0 {
		return model.None
	}
	return e.sys.Ops[e.sys.Sites[f.site].Op].Component
}

func (e *engine) edgeError(ed *edge, caller *frame, siteID int32, key rng.Key) bool {
	v := fault.ErrorShare.Identity()
	for i := range e.world.turns {
		if t := &e.world.turns[i]; t.knob == fault.ErrorShare && e.onEdge(&t.place, ed, caller, siteID) {
			v = fault.ErrorShare.Stack(v, t.value)
		}
	}
	s := key.Stream(placeEdgeErr)
	return v > 0 && s.Float64() < v
}

// requestDelay is what faults add to a request as it leaves an instance.
func (e *engine) requestDelay(ed *edge, f *frame, from int32) (sum time.Duration) {
	caller := e.parentOf(f)
	for i := range e.world.delays {
		d := &e.world.delays[i]
		if caller != none && e.onEdge(&d.place, ed, &e.frames[caller], f.site) || e.matches(&d.place, &e.instances[from], nil, model.None) {
			sum += d.dist.Sample(f.key.Stream(placeOutDelay + d.salt))
		}
	}
	return sum
}

// replyDelay is what faults add to a reply as it leaves an instance.
func (e *engine) replyDelay(f *frame) (sum time.Duration) {
	for i := range e.world.delays {
		if d := &e.world.delays[i]; e.matches(&d.place, &e.instances[f.inst], nil, model.None) {
			sum += d.dist.Sample(f.key.Stream(placeInDelay + d.salt))
		}
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
	s := a.key.Child(a.draws).Stream(placePick4)
	a.draws++
	for k := range n { // a partial Fisher-Yates shuffle
		j := k + s.IntN(len(places)-k)
		places[k], places[j] = places[j], places[k]
	}
	return places[:n]
}

// Turn records the turn, and lets it act at once where it must.
func (h hand) Turn(p fault.Place, k fault.Knob, v float64) {
	t := turn{fault: h.i, place: p, knob: k, value: v, source: none}
	if k == fault.Traffic {
		t.source = h.e.surge(h.i, p.Flow, v)
	}
	h.e.change(func() {
		at, _ := slices.BinarySearchFunc(h.e.world.turns, h.i+1, func(t turn, i int32) int { return int(t.fault - i) })
		h.e.world.turns = slices.Insert(h.e.world.turns, at, t)
	})
}

func (h hand) Delay(p fault.Place, d dist.Dist) {
	h.e.change(func() {
		h.e.world.delays = append(h.e.world.delays, delay{h.i, p, d, rng.Place(h.e.job.Faults[h.i].Name)})
	})
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

// surge starts a stream of requests beside a flow's own.
func (e *engine) surge(i, fl int32, multiple float64) int32 {
	f := &e.flows[fl]
	key := e.world.active[i].key.Child(placeSurge).Child(flowPlace(f.Name))
	return e.startSource(source{flow: fl, key: key, from: f.Profile.Hits(e.Now()), scale: multiple, surge: true})
}
