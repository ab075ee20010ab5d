package engine

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/step"
)

// builder puts small systems together for tests: one component a service, one
// operation "do" a component.
type builder struct {
	sys  *model.System
	asm  *step.Asm
	at   model.StationID // of the program being compiled
	edge model.Edge      // defaults of the edges to come

	ops   map[string]model.OpID
	edges map[[2]model.StationID]model.EdgeID
}

func newBuilder() *builder {
	sys := &model.System{Name: "test"}
	sys.Stations = []model.Station{{Name: "users", Kind: model.KindUsers, Replicas: 1, Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited}}
	return &builder{sys: sys, asm: step.NewAsm(sys), edge: model.Edge{LoadBalancer: "LEAST_REQUEST"},
		ops: map[string]model.OpID{}, edges: map[[2]model.StationID]model.EdgeID{}}
}

func mustDist(text string) dist.Value {
	d, err := dist.Parse(text)
	if err != nil {
		panic(err)
	}
	return dist.Value{Dist: d}
}

// room makes room for services that are each called from one place, for their code, and
// for journeys.
func (b *builder) room(services, code, journeys int) {
	s := b.sys
	s.Stations, s.Components = slices.Grow(s.Stations, services), slices.Grow(s.Components, services)
	s.Ops, s.Code = slices.Grow(s.Ops, services), slices.Grow(s.Code, code)
	s.Sites, s.Edges, s.Journeys = slices.Grow(s.Sites, services), slices.Grow(s.Edges, services), slices.Grow(s.Journeys, journeys)
}

// service adds a service; steps may call services that were added before.
func (b *builder) service(s model.Station, steps ...step.Step) {
	do := s.Name + ".do"
	s.Name, s.Kind = do[:len(s.Name)], model.KindService
	id := model.StationID(len(b.sys.Stations))
	c := model.ComponentID(len(b.sys.Components))
	s.Components = []model.ComponentID{c}
	if s.Replicas == 0 {
		s.Replicas = 1
	}
	if s.Workers == 0 {
		s.Workers = model.Unlimited
	}
	if s.Startup == 0 {
		s.Startup = 5 * time.Second
	}
	s.Zones = make([]int, s.Replicas)
	b.sys.Stations = append(b.sys.Stations, s)
	b.sys.Components = append(b.sys.Components, model.Component{Name: s.Name, Station: id})
	op := model.OpID(len(b.sys.Ops))
	b.ops[do] = op
	b.sys.Ops = append(b.sys.Ops, model.Op{Name: do, Component: c, Station: id})
	b.at = id
	b.sys.Ops[op].Entry = b.asm.Program(do, list(steps), b)
}

func list(steps []step.Step) (l step.List) {
	for _, s := range steps {
		l = append(l, step.Item{Step: s})
	}
	return l
}

// Call resolves "name.do" to the service of that name.
func (b *builder) Call(target string) (model.OpID, model.EdgeID) {
	id, ok := b.ops[target]
	if !ok {
		panic("no " + target)
	}
	op := &b.sys.Ops[id]
	if op.Station == b.at {
		return id, model.None
	}
	way := [2]model.StationID{b.at, op.Station}
	if k, ok := b.edges[way]; ok {
		return id, k
	}
	e := b.edge
	e.From, e.To = b.at, op.Station
	e.Name = b.sys.Stations[b.at].Name + " -> " + b.sys.Stations[op.Station].Name
	if b.at == model.Users {
		e.SameZone, e.CrossZone = nil, nil
	}
	b.edges[way] = model.EdgeID(len(b.sys.Edges))
	b.sys.Edges = append(b.sys.Edges, e)
	return id, b.edges[way]
}

func (b *builder) Store(string, bool, dist.Dist) (model.OpID, model.EdgeID) { panic("no stores") }

func (b *builder) journey(target string) {
	b.at = model.Users
	b.sys.Journeys = append(b.sys.Journeys, model.Journey{Name: target, Weight: 1,
		Entry: b.asm.Program("journey "+target, list([]step.Step{call(target)}), b)})
}

func call(target string) *step.Call {
	return &step.Call{Target: target, Modifiers: step.Modifiers{Probability: 1}}
}

func optional(target string) *step.Call {
	c := call(target)
	c.Optional = true
	return c
}

func cpu(text string) *step.CPU { return &step.CPU{Time: mustDist(text)} }

func fork(steps ...step.Step) *step.Parallel {
	p := step.Parallel(list(steps))
	return &p
}

func (b *builder) job(t testing.TB, rate float64, d time.Duration) *Job {
	t.Helper()
	weights := make([]float64, len(b.sys.Journeys))
	for i := range weights {
		weights[i] = 1
	}
	return &Job{System: b.sys, Duration: d, Drain: 30 * time.Second, Window: time.Second, Seed: 1,
		Flows: []load.Flow{{Name: "all", Profile: load.Constant(rate), Arrivals: load.Poisson{}, Weights: weights}}}
}
