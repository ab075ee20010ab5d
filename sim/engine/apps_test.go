package engine

import (
	"fmt"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/load"
	"faultline/sim/model"
	"faultline/sim/step"
)

// app is an application of several components, to be cut in several ways.
type app struct {
	components []component // each may call those that stand before it
	stores     []string    // read in exp(1ms), written in exp(3ms)
	journeys   []string    // operations
}

type component struct {
	name     string
	external bool
	ops      []operation
}

type operation struct {
	name  string // "checkout.place"
	steps []step.Step
}

// cut says how an application is run: which service hosts each component, and
// what the services, the database and the edges look like.
type cut struct {
	name    string
	host    func(component string) string
	station func(service string) model.Station
	edge    func(from, to string) model.Edge
}

// whole hosts all in one process; pieces gives each component its own.
func whole(string) string    { return "monolith" }
func pieces(c string) string { return c + "-service" }

func bare(_, _ string) model.Edge { return model.Edge{LoadBalancer: "LEAST_REQUEST"} }

// assembler compiles an app for a cut.
type assembler struct {
	app   app
	cut   cut
	sys   *model.System
	asm   *step.Asm
	at    model.StationID // of the program being compiled
	ops   map[string]model.OpID
	edges map[[2]model.StationID]model.EdgeID
}

func assemble(a app, c cut) *model.System {
	s := &assembler{app: a, cut: c, sys: &model.System{Name: c.name}, ops: map[string]model.OpID{}, edges: map[[2]model.StationID]model.EdgeID{}}
	s.asm = step.NewAsm(s.sys)
	s.sys.Stations = []model.Station{{Name: "users", Kind: model.KindUsers, Replicas: 1, Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited}}
	for _, comp := range a.components {
		s.host(comp)
	}
	if len(a.stores) > 0 {
		s.database()
	}
	for _, comp := range a.components {
		for _, op := range comp.ops {
			id := s.ops[op.name]
			s.at = s.sys.Ops[id].Station
			entry := s.asm.Program(op.name, list(op.steps), s)
			s.sys.Ops[id].Entry = entry
		}
	}
	s.at = model.Users
	for _, j := range a.journeys {
		s.sys.Journeys = append(s.sys.Journeys, model.Journey{Name: j, Weight: 1, Entry: s.asm.Program("journey "+j, list([]step.Step{call(j)}), s)})
	}
	return s.sys
}

// host gives a component a station and its operations their ids.
func (s *assembler) host(comp component) {
	name, kind := s.cut.host(comp.name), model.KindService
	if comp.external {
		name, kind = comp.name, model.KindExternal
	}
	id := s.stationNamed(name, kind)
	c := model.ComponentID(len(s.sys.Components))
	s.sys.Components = append(s.sys.Components, model.Component{Name: comp.name, External: comp.external, Station: id})
	s.sys.Stations[id].Components = append(s.sys.Stations[id].Components, c)
	for _, op := range comp.ops {
		s.ops[op.name] = model.OpID(len(s.sys.Ops))
		s.sys.Ops = append(s.sys.Ops, model.Op{Name: op.name, Component: c, Station: id})
	}
}

func (s *assembler) stationNamed(name string, kind model.StationKind) model.StationID {
	for i := range s.sys.Stations {
		if s.sys.Stations[i].Name == name {
			return model.StationID(i)
		}
	}
	st := s.cut.station(name)
	if kind == model.KindExternal {
		st = model.Station{Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited}
	} else {
		st.Zones = make([]int, max(st.Replicas, 1))
		for i := range st.Zones {
			st.Zones[i] = i % 2
		}
	}
	st.Name, st.Kind = name, kind
	st.Replicas = max(st.Replicas, 1)
	if st.Startup == 0 {
		st.Startup = 5 * time.Second
	}
	s.sys.Stations = append(s.sys.Stations, st)
	return model.StationID(len(s.sys.Stations) - 1)
}

// database hosts all stores.
func (s *assembler) database() {
	id := s.stationNamed("database", model.KindDatabase)
	s.sys.Stations[id].Stores = s.app.stores
	for _, store := range s.app.stores {
		for _, op := range []struct{ name, time string }{{".read", "exp(1ms)"}, {".write", "exp(3ms)"}} {
			s.ops[store+op.name] = model.OpID(len(s.sys.Ops))
			entry := s.asm.StoreProgram(store+op.name, mustDist(op.time).Dist)
			s.sys.Ops = append(s.sys.Ops, model.Op{Name: store + op.name, Component: model.None, Station: id, Entry: entry})
		}
	}
}

// Call resolves an operation: in the same process, or over the edge to its station.
func (s *assembler) Call(target string) (model.OpID, model.EdgeID) {
	op, ok := s.ops[target]
	if !ok {
		panic("no operation " + target)
	}
	to := s.sys.Ops[op].Station
	if to == s.at {
		return op, model.None
	}
	pair := [2]model.StationID{s.at, to}
	id, ok := s.edges[pair]
	if !ok {
		e := s.cut.edge(s.sys.Stations[s.at].Name, s.sys.Stations[to].Name)
		e.From, e.To = s.at, to
		e.Name = s.sys.Stations[s.at].Name + " -> " + s.sys.Stations[to].Name
		id = model.EdgeID(len(s.sys.Edges))
		s.sys.Edges, s.edges[pair] = append(s.sys.Edges, e), id
	}
	return op, id
}

// Store resolves a read or a write.
func (s *assembler) Store(store string, write bool, _ dist.Dist) (model.OpID, model.EdgeID) {
	if write {
		return s.Call(store + ".write")
	}
	return s.Call(store + ".read")
}

func read(store string) *step.Read {
	return &step.Read{Store: store, Modifiers: step.Modifiers{Probability: 1}}
}

func write(store string) *step.Write {
	return &step.Write{Store: store, Modifiers: step.Modifiers{Probability: 1}}
}

// jobOf runs a system under one Poisson flow over all its journeys.
func jobOf(sys *model.System, rate float64, d time.Duration) *Job {
	weights := make([]float64, len(sys.Journeys))
	for i := range weights {
		weights[i] = float64(i + 1)
	}
	return &Job{System: sys, Duration: d, Drain: 30 * time.Second, Window: time.Second, Seed: 1, Ledger: true,
		Flows: []load.Flow{{Name: "all", Profile: load.Constant(rate), Arrivals: load.Poisson{}, Weights: weights}}}
}

// shop is an application with every kind of step.
func shop() app {
	return app{
		components: []component{
			{name: "bank", external: true, ops: []operation{{"bank.authorise", []step.Step{sleep("lognormal(20ms cv=0.6)")}}}},
			{name: "payments", ops: []operation{{"payments.charge", []step.Step{cpu("exp(1ms)"), call("bank.authorise")}}}},
			{name: "stock", ops: []operation{{"stock.reserve", []step.Step{cpu("exp(500us)"), read("stock")}}, {"stock.peek", []step.Step{cpu("100us")}}}},
			{name: "hints", ops: []operation{{"hints.suggest", []step.Step{cpu("exp(2ms)"), maybe("stock.peek", 0.5)}}}},
			{name: "catalog", ops: []operation{{"catalog.list", []step.Step{cpu("lognormal(1ms cv=1)"), read("products"), fork(call("stock.peek"), cpu("exp(1ms)"), optional("hints.suggest"))}}}},
			{name: "checkout", ops: []operation{{"checkout.place", []step.Step{cpu("exp(1ms)"), call("payments.charge"),
				fork(call("stock.reserve"), optional("hints.suggest")), write("orders"), sleep("exp(2ms)")}}}},
		},
		stores:   []string{"products", "orders", "stock"},
		journeys: []string{"checkout.place", "catalog.list"},
	}
}

// roomy is a station on which nobody ever waits or shares.
func roomy(string) model.Station {
	return model.Station{Cores: 1e6, Workers: model.Unlimited, Queue: model.Unlimited}
}

func TestTheAssemblerCutsAsItIsTold(t *testing.T) {
	for _, c := range []struct {
		host            func(string) string
		services, edges int
	}{{whole, 1, 3}, {pieces, 5, 12}} {
		sys := assemble(shop(), cut{"cut", c.host, roomy, bare})
		if n := len(sys.Stations); n != c.services+3 { // users, bank, database
			t.Errorf("%d stations, want %d", n, c.services+3)
		}
		if n := len(sys.Edges); n != c.edges {
			var names []string
			for _, e := range sys.Edges {
				names = append(names, e.Name)
			}
			t.Errorf("%d edges, want %d: %v", n, c.edges, fmt.Sprint(names))
		}
	}
}
