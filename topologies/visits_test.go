package topologies

import (
	"math"
	"slices"
	"testing"
	"time"

	"faultline/sim/model"
)

// analysed is a topology whose expected numbers a test asks for.
type analysed struct {
	*testing.T
	sys   *model.System
	graph *model.Graph
}

func analyse(t *testing.T, sys *model.System) analysed { return analysed{t, sys, model.NewGraph(sys)} }

func (a analysed) near(what string, got, want float64) {
	a.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, want)) {
		a.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (a analysed) station(name string) int {
	return slices.IndexFunc(a.sys.Stations, func(s model.Station) bool { return s.Name == name })
}

func (a analysed) op(name string) model.OpID {
	return model.OpID(slices.IndexFunc(a.sys.Ops, func(o model.Op) bool { return o.Name == name }))
}

func TestVisitsAreExpectedNumbers(t *testing.T) {
	sys := mustLoad(t, `
services: { front: { components: [front], cpu: 500m }, back: { components: [stock, price] } }
databases: { db: { stores: rest } }
edges: { "front -> back": { protocol: { cpu: 1ms }, retries: { attempts: 2 } }, "price -> bank": { network: 3ms } }
network: none`).System
	a := analyse(t, sys)
	g, near, station := a.graph, a.near, a.station
	v := g.Visits(sys.Journeys[0].Entry, model.Users)
	// page: cpu, two calls; stock.get: cpu, two reads; price.get half of the time: cpu, call, sleep; bank: sleep.
	near("steps", v.Steps, 1+1+1+0.5+3+0.5*(3+1))
	near("CPU of front", v.CPU[station("front")], 0.010+1.5*0.001)
	near("CPU of back", v.CPU[station("back")], 0.002+0.5*0.004+1.5*0.001)
	near("CPU of db", v.CPU[station("db")], 0.003+0.007)
	near("sleep of bank", v.Sleep[station("bank")], 0.5*0.020)
	// front holds a worker for 20 ms of half a core, 1 + 2·… ms of protocol, and both callees.
	stock, price := 0.002+0.003+0.007, 0.004+0.020+2*0.003
	near("worker time of front", v.Held[station("front")], 0.020+stock+0.002+0.001+0.5*(price+0.002+0.001))
	near("time of the journey", g.JourneyTime(&sys.Journeys[0]), v.Held[station("front")])
	// users → front 1, front → back 3 tries each of stock (with 2 reads) and price (with bank).
	near("calls at most", g.MaxCalls(sys.Journeys[0].Entry), 1+3*(1+2)+3*(1+1))
}

// everyStep is a topology of two services and one program, whose steps a test fills in.
func everyStep(t *testing.T, steps string) analysed {
	t.Helper()
	top, err := loadText(`
topology: t
services:
  s: { operations: { do: ` + steps + ` } }
  u: { operations: { ms: [ { cpu: 1ms } ], long: [ { sleep: 10ms } ], held: [ { parallel: { wait: any, branches: [ { sleep: 2ms }, { sleep: 9ms } ] } }, { sleep: 1ms } ] } }
stores: { d: { read: 3ms } }
databases: { db: { stores: rest } }
network: none
edges: { "s -> u": { retries: { attempts: 1 } } }
journeys: { j: { call: s.do } }`)
	if err != nil {
		t.Fatal(err)
	}
	return analyse(t, top.System)
}

func TestExpectedNumbersOfEachStep(t *testing.T) {
	for _, c := range []struct {
		name, steps                      string
		taken, millis, ms, long, maximum float64
	}{
		{"a choice of one branch", "[ { choose: [ { probability: 25%, steps: [ { call: u.ms }, { call: u.ms } ] }, { probability: 75%, steps: [ { call: u.long } ] } ] } ]",
			1 + 1 + 0.25*4 + 0.75*2, 0.25*2 + 0.75*10, 0.5, 0.75, 1 + 2*2},
		{"a loop", "[ { repeat: { times: 4, steps: [ { call: u.ms }, { cpu: 2ms } ] } }, { cpu: 1ms } ]",
			1 + 4*3 + 1, 4*3 + 1, 4, 0, 1 + 4*2},
		{"a loop of a random number of turns", "[ { repeat: { times: uniform(1 4), steps: [ { call: u.ms } ] } } ]",
			1 + 2.5*2, 2.5, 2.5, 0, 1 + 2.5*2},
		{"loops within loops", "[ { repeat: { times: 10, steps: [ { repeat: { times: 10, steps: [ { call: u.ms, times: 3 } ] } } ] } } ]",
			1 + 300*2, 300, 300, 0, 1 + 300*2},
		{"a loop that hardly does anything", "[ { repeat: { times: 1000, steps: [ { call: u.ms, probability: 0.1% } ] } } ]",
			1 + 1000 + 1, 1, 1, 0, 1 + 1000*2},
		{"a cache", "[ { cache: { hitRatio: 90%, steps: [ { call: u.long } ] } } ]",
			1 + 1 + 0.1*2, 1, 0, 0.1, 1 + 2},
		{"a fallback that nothing needs", "[ { call: u.ms, fallback: [ { call: u.long }, { sleep: 5ms } ] } ]",
			1 + 2, 1, 1, 0, 1 + 2 + 2},
		{"a probability outside of times", "[ { call: u.ms, probability: 50%, times: 4 } ]",
			1 + 2*2, 2, 2, 0, 1 + 4*2},
		{"the second of three", "[ { parallel: { wait: 2, branches: [ { call: u.long }, { sleep: 7ms }, { cpu: 1ms } ] } } ]",
			1 + 2 + 1 + 1, 7, 0, 1, 1 + 2},
		{"all of three", "[ { parallel: { branches: [ { call: u.long }, { sleep: 7ms }, { cpu: 1ms } ] } } ]",
			1 + 2 + 1 + 1, 10, 0, 1, 1 + 2},
		{"branches of several steps", "[ { parallel: { wait: 2, branches: [ [ { call: u.long }, { sleep: 7ms } ], [ { cpu: 1ms }, [ { sleep: 2ms }, { sleep: 5ms } ] ], { sleep: 20ms } ] } } ]",
			1 + 2 + 1 + 1 + 2 + 1, 17, 0, 1, 1 + 2},
		{"the first of branches in a loop", "[ { repeat: { times: 2, steps: [ { parallel: { wait: any, branches: [ { call: u.ms }, { sleep: 7ms } ] } } ] } } ]",
			1 + 2*3, 2, 2, 0, 1 + 2*2},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := everyStep(t, c.steps)
			j := &a.sys.Journeys[0]
			v := a.graph.Visits(j.Entry, model.Users)
			a.near("steps", v.Steps, c.taken)
			a.near("milliseconds", a.graph.JourneyTime(j)*1e3, c.millis)
			a.near("runs of ms", v.Ops[a.op("u.ms")], c.ms)
			a.near("runs of long", v.Ops[a.op("u.long")], c.long)
			a.near("calls at most", a.graph.MaxCalls(j.Entry), c.maximum)
		})
	}
}

// A caller goes on with the first reply; the worker is held until the last
// branch is done.
func TestAWorkerIsHeldByBranchesThatNobodyWaitsFor(t *testing.T) {
	a := everyStep(t, "[ { call: u.held } ]")
	v := a.graph.Visits(a.sys.Journeys[0].Entry, model.Users)
	a.near("time of the journey", a.graph.JourneyTime(&a.sys.Journeys[0]), 0.003)
	a.near("worker time of u", v.Held[a.station("u")], 0.009)
	a.near("worker time of s", v.Held[a.station("s")], 0.003)
	a.near("sleep of u", v.Sleep[a.station("u")], 0.012)
}

func TestAnOperationThatMaySleepSleeps(t *testing.T) {
	a := everyStep(t, "[ { call: u.ms, fallback: [ { sleep: 5ms }, { call: u.long } ] } ]")
	if !a.graph.Sleeps(a.op("s.do")) || !a.graph.Sleeps(a.op("u.long")) || a.graph.Sleeps(a.op("u.ms")) {
		t.Error("a sleep in a fallback is one, and CPU time is none")
	}
}

// A wall in a process is no call between processes: nothing is paid for it.
func TestAWallCostsNothing(t *testing.T) {
	const text = `
services: { one: { components: rest } }
databases: { db: { stores: rest } }
`
	open := mustLoad(t, text).System
	walled := mustLoad(t, text+`edges: { "front -> stock": { timeout: 1s, protocol: grpc, retries: { attempts: 4 } } }`).System
	a, b := analyse(t, open), analyse(t, walled)
	x, y := a.graph.Visits(open.Journeys[0].Entry, model.Users), b.graph.Visits(walled.Journeys[0].Entry, model.Users)
	i := slices.IndexFunc(walled.Edges, func(e model.Edge) bool { return e.Local })
	if i < 0 || walled.Edges[i].Name != "front -> stock" || walled.Edges[i].Timeout != time.Second || walled.Edges[i].Retries != nil {
		t.Fatalf("no wall of 1s alone: %+v", walled.Edges)
	}
	b.near("calls through the wall", y.Edges[i], 1)
	b.near("steps", y.Steps, x.Steps)
	b.near("time", b.graph.JourneyTime(&walled.Journeys[0]), a.graph.JourneyTime(&open.Journeys[0]))
	b.near("calls at most", b.graph.MaxCalls(walled.Journeys[0].Entry), a.graph.MaxCalls(open.Journeys[0].Entry))
	for s := range x.Held {
		b.near("CPU of "+open.Stations[s].Name, y.CPU[s], x.CPU[s])
		b.near("worker time of "+open.Stations[s].Name, y.Held[s], x.Held[s])
	}
}

// The runtime of each side stretches its share of the protocol's CPU time.
func TestARuntimeSetsTheCPUTimeOfProtocols(t *testing.T) {
	sys := mustLoad(t, `
services: { front: { components: [front], runtime: python }, back: { components: [stock, price] } }
databases: { db: { stores: rest } }
edges: { "front -> back": { protocol: { cpu: 1ms } } }
network: none`).System
	a := analyse(t, sys)
	v := a.graph.Visits(sys.Journeys[0].Entry, model.Users)
	a.near("CPU of front", v.CPU[a.station("front")], 0.010+1.5*0.005)
	a.near("CPU of back", v.CPU[a.station("back")], 0.002+0.5*0.004+1.5*0.001)
}
