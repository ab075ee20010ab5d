package engine

import (
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
}

func newBuilder() *builder {
	sys := &model.System{Name: "test"}
	sys.Stations = []model.Station{{Name: "users", Kind: model.KindUsers, Replicas: 1, Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited}}
	return &builder{sys: sys, asm: step.NewAsm(sys), edge: model.Edge{LoadBalancer: "LEAST_REQUEST"}}
}

func mustDist(text string) dist.Value {
	d, err := dist.Parse(text)
	if err != nil {
		panic(err)
	}
	return dist.Value{Dist: d}
}

// service adds a service; steps may call services that were added before.
func (b *builder) service(s model.Station, steps ...step.Step) {
	s.Kind = model.KindService
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
	op := len(b.sys.Ops)
	b.sys.Ops = append(b.sys.Ops, model.Op{Name: s.Name + ".do", Component: c, Station: id})
	b.at = id
	b.sys.Ops[op].Entry = b.asm.Program(s.Name+".do", list(steps), b)
}

func list(steps []step.Step) (l step.List) {
	for _, s := range steps {
		l = append(l, step.Item{Step: s})
	}
	return l
}

// Call resolves "name.do" to the service of that name.
func (b *builder) Call(target string) (model.OpID, model.EdgeID) {
	for i, op := range b.sys.Ops {
		if op.Name != target {
			continue
		}
		if op.Station == b.at {
			return model.OpID(i), model.None
		}
		e := b.edge
		e.From, e.To = b.at, op.Station
		e.Name = b.sys.Stations[b.at].Name + " -> " + b.sys.Stations[op.Station].Name
		if b.at == model.Users {
			e.SameZone, e.CrossZone = nil, nil
		}
		for k := range b.sys.Edges {
			if b.sys.Edges[k].Name == e.Name {
				return model.OpID(i), model.EdgeID(k)
			}
		}
		b.sys.Edges = append(b.sys.Edges, e)
		return model.OpID(i), model.EdgeID(len(b.sys.Edges) - 1)
	}
	panic("no " + target)
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

// w1 is one server at ρ = 0.8 (docs/performance.md).
func w1(t testing.TB, n int) *Job {
	b := newBuilder()
	b.service(model.Station{Name: "s", Cores: 1, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(800us)"))
	b.journey("s.do")
	return b.job(t, 1000, time.Duration(n)*time.Millisecond)
}

// w2 is gateway → app → database at 1,500 requests/s, a server held while it
// waits downstream. With patience, a timeout is armed on every call.
func w2(t testing.TB, n int, patience time.Duration) *Job {
	b := newBuilder()
	leg := mustDist("500us").Dist
	b.edge.SameZone, b.edge.CrossZone, b.edge.Timeout = leg, leg, patience
	b.service(model.Station{Name: "db", Cores: 4, Workers: 4, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(1ms)"))
	b.service(model.Station{Name: "app", Cores: 16, Workers: 16, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(3ms)"), call("db.do"))
	b.service(model.Station{Name: "gateway", Cores: 16, Workers: 16, Scheduling: model.FIFO, Queue: model.Unlimited}, cpu("exp(1ms)"), call("app.do"))
	b.journey("gateway.do")
	return b.job(t, 1500, time.Duration(float64(n)/1500*1e9))
}

// w3 is 100 trees of ten services each, root → 3 children in parallel → 2
// leaves each, at rate requests/s in all.
func w3(t testing.TB, trees int, rate float64, n int) *Job {
	b := newBuilder()
	leg := mustDist("500us").Dist
	b.edge.SameZone, b.edge.CrossZone = leg, leg
	st := func(name string) model.Station {
		return model.Station{Name: name, Cores: 2, Workers: 2, Scheduling: model.FIFO, Queue: model.Unlimited}
	}
	for i := range trees {
		p := "t" + string(rune('0'+i/10000%10)) + string(rune('0'+i/1000%10)) + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		var mids []step.Step
		for _, m := range []string{"a", "b", "c"} {
			b.service(st(p+m+"1"), cpu("exp(1ms)"))
			b.service(st(p+m+"2"), cpu("exp(1ms)"))
			b.service(st(p+m), cpu("exp(1ms)"), fork(call(p+m+"1.do"), call(p+m+"2.do")))
			mids = append(mids, call(p+m+".do"))
		}
		b.service(st(p), cpu("exp(1ms)"), fork(mids...))
		b.journey(p + ".do")
	}
	j := b.job(t, rate, time.Duration(float64(n)/rate*1e9))
	j.Window = time.Minute
	return j
}
