package estimate

import (
	"testing"
	"time"

	"faultline/sim/blast"
	"faultline/sim/dist"
	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
)

// shop is a hand-made system: users reach a front, which calls a back, a
// database and a bank. The front calls the back under two policies.
func shop() *model.System {
	return &model.System{
		Name: "shop",
		Stations: []model.Station{
			{Name: "users", Kind: model.KindUsers, Replicas: 1, Cores: model.Unlimited},
			{Name: "front", Kind: model.KindService, Components: []model.ComponentID{0}, Replicas: 2, Cores: 2},
			{Name: "back", Kind: model.KindService, Components: []model.ComponentID{1}, Replicas: 1, Cores: 1},
			{Name: "db", Kind: model.KindDatabase, Stores: []string{"orders"}, Replicas: 1, Cores: 4},
			{Name: "bank", Kind: model.KindExternal, Components: []model.ComponentID{2}, Replicas: 1, Cores: model.Unlimited},
		},
		Components: []model.Component{{Name: "web", Team: "front desk", Station: 1}, {Name: "stock", Station: 2}, {Name: "bank", External: true, Station: 4}},
		Ops: []model.Op{
			{Name: "web.do", Component: 0, Station: 1, Entry: 2},
			{Name: "stock.take", Component: 1, Station: 2, Entry: 11},
			{Name: "orders.write", Component: model.None, Station: 3, Entry: 12},
			{Name: "bank.pay", Component: 2, Station: 4, Entry: 12},
			{Name: "web.helper", Component: 0, Station: 1, Entry: 13},
		},
		Sites: []model.Site{{Op: 0, Edge: 0}, {Op: 1, Edge: 1}, {Op: 2, Edge: 3}, {Op: 3, Edge: 4}, {Op: 4, Edge: model.None}, {Op: 1, Edge: 2}},
		Edges: []model.Edge{
			{Name: "users -> front", From: 0, To: 1},
			{Name: "front -> back", From: 1, To: 2},
			{Name: "front -> back", From: 1, To: 2, Timeout: time.Second},
			{Name: "front -> db", From: 1, To: 3},
			{Name: "front -> bank", From: 1, To: 4},
		},
		Journeys: []model.Journey{
			{Name: "browse", Entry: 0, Weight: 3, Latency: "p(99)<300ms", LatencyBound: 300 * time.Millisecond, Availability: 0.999},
			{Name: "buy", Entry: 12, Weight: 1},
		},
		Dists: []dist.Dist{dist.Constant(time.Millisecond)},
		Code: []model.Instr{
			0: {Op: model.OpCall, A: 0}, // browse: web.do
			1: {Op: model.OpEnd},
			2: {Op: model.OpCall, A: 4},                                                                                        // web.do: a function call, which goes on to the database
			3: {Op: model.OpMaybe, A: 0, B: 5},                                                                                 // a quarter of the time
			4: {Op: model.OpCall, A: 1},                                                                                        // stock.take
			5: {Op: model.OpFork, N: 2, A: 0, B: 9} /* two branches */, 6: {Op: model.OpBranch, Flags: model.FlagDirect, A: 3}, // bank
			7:  {Op: model.OpBranch, A: 10}, // code at 10
			8:  {Op: model.OpEnd},
			9:  {Op: model.OpEnd},
			10: {Op: model.OpCall, A: 5}, // stock.take under the other policy, and then 11
			11: {Op: model.OpCPU},
			12: {Op: model.OpEnd},
			13: {Op: model.OpCall, A: 2}, // web.helper: orders.write
			14: {Op: model.OpEnd},
		},
		Shares: []float64{0.25},
	}
}

const (
	warmup   = 10 * time.Second
	duration = 110 * time.Second
	measured = 100.0 // seconds
)

// run is an empty run of the shop: nothing happened.
func run() *measure.Run {
	sys := shop()
	r := &measure.Run{
		Warmup: warmup, Duration: duration, End: duration, Window: 10 * time.Second,
		Journeys: make([]measure.Journey, len(sys.Journeys)), Flows: make([]measure.Flow, 1),
		Stations: make([]measure.Station, len(sys.Stations)), Edges: make([]measure.Edge, len(sys.Edges)),
		Components: make([]measure.Counts, len(sys.Components)), ComponentSeries: make([][]measure.ComponentWindow, 11),
	}
	for w := range r.ComponentSeries {
		r.ComponentSeries[w] = make([]measure.ComponentWindow, len(sys.Components))
	}
	for i := range r.Journeys {
		s := &r.Journeys[i].Series
		s.Arrived, s.Completed, s.Good, s.Failed = make([]uint32, 11), make([]uint32, 11), make([]uint32, 11), make([]uint32, 11)
		s.LatencySum = make([]float64, 11)
	}
	return r
}

// browsing is a run with succeeded, degraded, timed-out and open requests of the
// journey browse; each answered one took latency.
func browsing(succeeded, degraded, timeout, open int64, latency time.Duration) *measure.Run {
	r := run()
	j := &r.Journeys[0]
	j.Counts.Add(measure.Succeeded, succeeded)
	j.Counts.Add(measure.Degraded, degraded)
	j.Counts.Add(measure.Timeout, timeout)
	j.Counts.Add(measure.InFlight, open)
	if latency <= 300*time.Millisecond {
		j.Good = succeeded + degraded
	}
	for range succeeded + degraded {
		j.Latency.Record(latency)
	}
	r.Flows[0] = measure.Flow{Offered: j.Counts.Offered(), Answered: succeeded + degraded + timeout, Good: j.Good}
	return r
}

// plain is a topology without faults to which runs were added.
func plain(t *testing.T, runs ...*measure.Run) *Topology {
	t.Helper()
	top := New(shop(), []string{"shoppers"}, nil, Config{Digest: "sha256:0"})
	for _, r := range runs {
		if err := top.Add(Replication{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

var crash = Fault{Name: "poison", Kind: "crash", Target: "component stock", Applicable: true,
	Window: blast.Window{Start: 30 * time.Second, End: 60 * time.Second}}

// faulted is a topology with one fault to which pairings were added, each with
// the same run as its twin.
func faulted(t *testing.T, f Fault, pairings ...*blast.Pairing) *Topology {
	t.Helper()
	top := New(shop(), []string{"shoppers"}, []Fault{f}, Config{Digest: "sha256:0"})
	for _, p := range pairings {
		twin := browsing(100, 0, 0, 0, time.Millisecond)
		if err := top.Add(Replication{Run: browsing(90, 0, 10, 0, time.Millisecond), None: twin,
			Twins: []*measure.Run{twin}, Blast: []*blast.Pairing{p}}); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

// hit is a pairing that lost requests of the journey browse while the fault
// lasted, of 1000 good ones, and recovered after so many seconds; −1: not.
func hit(lost, failed int64, recovered int) *blast.Pairing {
	during := blast.Tally{Pairs: 1000, GoodBase: 1000, Succeeded: 1000, Lost: lost, LostFailed: failed}
	after := blast.Tally{Pairs: 500, GoodBase: 500, Succeeded: 500}
	p := &blast.Pairing{All: blast.Phases{During: during, After: after}, Journeys: make([]blast.Phases, 2), State: blast.Metastable}
	p.Journeys[0] = p.All
	if lost > 0 {
		p.Impact = new(time.Duration)
	}
	if recovered >= 0 {
		at := time.Duration(recovered) * time.Second
		restore := at + 30*time.Second
		p.Recovered, p.Recover, p.Restore, p.State = true, &at, &restore, blast.Degraded
	}
	return p
}

func document(t *Topology) result.Topology {
	d, _ := t.Finish()
	return d
}

// store builds the store of topologies, which checks all identities of a result.
func store(t *testing.T, all ...*Topology) *result.Store {
	t.Helper()
	doc := &result.Document{Schema: result.Schema, Tool: result.Tool{Version: "test"}, Fingerprint: "0", Verdict: "pass",
		Scenario: result.Scenario{Name: "test", Digest: "sha256:0"}, Replications: all[0].n, Comparisons: Compare(all)}
	for _, top := range all {
		d, samples := top.Finish()
		doc.Topologies = append(doc.Topologies, d)
		doc.Samples = append(doc.Samples, samples...)
	}
	s, err := result.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
