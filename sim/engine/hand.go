package engine

import (
	"math"
	"slices"

	"faultline/sim/des"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/rng"
)

// hand is the World that one fault, or one of its strikes, acts through.
type hand struct {
	e *engine
	owner
	targets []fault.Place // before they are spread over instances
}

// Targets picks instances by the fault's mode and its own stream.
func (h hand) Targets() []fault.Place { return h.pick(h.e.spread(h.targets)) }

// Running is Targets among the instances that are up.
func (h hand) Running() []fault.Place {
	down := func(p fault.Place) bool { return !h.e.running(p) }
	return h.pick(slices.DeleteFunc(h.e.spread(h.targets), down))
}

// pick leaves out nothing of a single strike, for which the mode has picked.
func (h hand) pick(places []fault.Place) []fault.Place {
	if h.episode > 0 {
		return places
	}
	return h.e.choosePlaces(h.fault, places)
}

// spread lists the instances of each place that has any.
func (e *engine) spread(places []fault.Place) (list []fault.Place) {
	for _, p := range places {
		if p.Instance != model.None || p.Station == model.None && p.Zone == model.None {
			list = append(list, p)
			continue
		}
		for i := range e.instances {
			inst := &e.instances[i]
			if int32(p.Station) != inst.station && p.Station != model.None || p.Zone != model.None && p.Zone != inst.zone {
				continue
			}
			q := p
			q.Station, q.Instance = model.StationID(inst.station), inst.index
			list = append(list, q)
		}
	}
	return list
}

// choosePlaces lets the fault's mode pick, by the fault's own stream.
func (e *engine) choosePlaces(i int32, places []fault.Place) []fault.Place {
	a := &e.world.active[i]
	n := e.job.Faults[i].Mode.Count(len(places))
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

// at is the instance of a place.
func (e *engine) at(p fault.Place) int32 { return e.stations[p.Station].first + p.Instance }

// running reports whether a place is up; what has no instance is.
func (e *engine) running(p fault.Place) bool {
	return p.Instance == model.None || e.instances[e.at(p)].up
}

// Clients are the edges to the target, or the target where it is an edge.
func (h hand) Clients() (edges []fault.Place) {
	for _, p := range h.targets {
		if p.Edge != model.None {
			edges = append(edges, p)
			continue
		}
		for i := range h.e.edges {
			if h.e.edges[i].To == p.Station {
				q := fault.Anywhere
				q.Edge, q.Component = model.EdgeID(i), p.Component
				edges = append(edges, q)
			}
		}
	}
	return edges
}

// Turn records the turn where it acts, and lets it act at once where it must.
func (h hand) Turn(p fault.Place, k fault.Knob, v float64) {
	e, t := h.e, turn{owner: h.owner, place: p, knob: k, value: v, source: none, link: none, since: h.e.Now()}
	if k == fault.LineRate {
		t.link = e.newLink(&t)
	}
	switch {
	case p.Flow != model.None:
		t.source, t.users = e.surge(h.owner, p.Flow, v)
		e.world.surges = append(e.world.surges, t)
	case p.Edge != model.None:
		e.world.edges[p.Edge].add(t)
		e.edges[p.Edge].altered = true
	case k == fault.LostWorkers:
		e.loseWorker(e.at(p), t)
	default:
		id := e.at(p)
		e.change(id, func() { e.world.instances[id].add(t) })
	}
}

// Delay records the delay where messages leave: on an edge, or at an instance.
func (h hand) Delay(p fault.Place, dist dist.Dist) {
	e, d := h.e, delay{h.owner, p, dist, rng.Place(h.e.job.Faults[h.fault].Name)}
	if p.Edge != model.None {
		f := &e.world.edges[p.Edge]
		f.delays = append(f.delays, d)
		e.edges[p.Edge].altered = true
		return
	}
	f := &e.world.instances[e.at(p)]
	f.delays = append(f.delays, d)
	e.instances[e.at(p)].altered = true
}

// Crash kills a process; callers without a network in between go on now.
func (h hand) Crash(p fault.Place) {
	h.e.crash(h.e.at(p))
	h.e.step(none)
}

// Flush empties the caches of an instance.
func (h hand) Flush(p fault.Place) { h.e.instances[h.e.at(p)].cacheBorn = h.e.Now() }

// After calls f later, unless the fault or the strike has ended.
func (h hand) After(d dist.Dist, f func()) { h.e.schedule(h.owner, d, f) }

// Hold is a strike within the fault that ends by itself.
func (h hand) Hold(p fault.Place, k fault.Knob, v float64, length dist.Dist, done func()) {
	e, a := h.e, &h.e.world.active[h.fault]
	a.strikes++
	o := owner{h.fault, a.strikes}
	a.episodes = append(a.episodes, episode{o.episode, h.episode, fault.Anywhere})
	hand{e, o, nil}.Turn(p, k, v)
	e.schedule(h.owner, length, func() {
		e.takeBack(o)
		done()
	})
}

// schedule calls f after a draw from d by the fault's own stream, unless the owner
// has been undone by then.
func (e *engine) schedule(o owner, d dist.Dist, f func()) {
	a := &e.world.active[o.fault]
	s := a.key.Child(a.draws).Stream(placeClock)
	a.draws++
	t := timer{o, a.gen, f}
	id := int32(len(e.world.timers))
	if n := len(e.world.idle); n > 0 {
		id, e.world.idle = e.world.idle[n-1], e.world.idle[:n-1]
		e.world.timers[id] = t
	} else {
		e.world.timers = append(e.world.timers, t)
	}
	e.planAfter(max(d.Sample(s), 1), evClock, des.Ref{ID: id})
}

func (e *engine) onClock(r des.Ref) {
	t := e.world.timers[r.ID]
	e.world.timers[r.ID].call = nil
	e.world.idle = append(e.world.idle, r.ID)
	a := &e.world.active[t.fault]
	if !a.on || a.gen != t.gen {
		return
	}
	if t.episode > 0 && !slices.ContainsFunc(a.episodes, func(x episode) bool { return x.id == t.episode }) {
		return
	}
	t.call()
	e.resume()
}

// surge starts a stream of requests beside a flow's own, or more users.
func (e *engine) surge(o owner, fl int32, multiple float64) (first, users int32) {
	f := &e.flows[fl]
	key := load.FlowKey(e.world.active[o.fault].key.Child(placeSurge), f.Name)
	if o.episode > 0 {
		key = key.Child(o.episode)
	}
	if f.VUs == 0 {
		return e.startSource(source{flow: f, key: key, from: f.Profile.Hits(e.Now()), scale: multiple, surge: true}), 0
	}
	first = int32(len(e.users))
	users = int32(min(math.Ceil(float64(multiple*float64(f.VUs))), math.MaxInt32-float64(first)))
	for u := range users {
		if e.limits.full {
			return first, u
		}
		e.startUser(user{flow: fl, key: key.Child(uint32(u)), surge: true})
	}
	return first, users
}
