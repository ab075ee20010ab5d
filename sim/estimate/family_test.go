package estimate

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// market is four components: web calls cart, cart calls stock; ads share the
// process of stock but not its calls. Bank is somebody else's.
func market() *model.System {
	call := func(site int32) model.Instr { return model.Instr{Op: model.OpCall, A: site} }
	end := model.Instr{Op: model.OpEnd}
	return &model.System{Name: "market",
		Stations: []model.Station{
			{Name: "users", Kind: model.KindUsers, Cores: model.Unlimited},
			{Name: "front", Kind: model.KindService, Components: []model.ComponentID{0, 1}, Cores: 2, Memory: 1 << 30},
			{Name: "back", Kind: model.KindService, Components: []model.ComponentID{2, 3}, Cores: 1},
			{Name: "db", Kind: model.KindDatabase, Cores: 4},
			{Name: "bank", Kind: model.KindExternal, Components: []model.ComponentID{4}, Cores: model.Unlimited},
		},
		Components: []model.Component{{Name: "web", Team: "shop", Station: 1}, {Name: "cart", Team: "shop", Station: 1},
			{Name: "stock", Team: "goods", Station: 2}, {Name: "ads", Team: "money", Station: 2}, {Name: "bank", External: true, Station: 4}},
		Ops: []model.Op{{Name: "web.do", Component: 0, Station: 1, Entry: 0}, {Name: "cart.add", Component: 1, Station: 1, Entry: 2},
			{Name: "stock.take", Component: 2, Station: 2, Entry: 4}, {Name: "ads.show", Component: 3, Station: 2, Entry: 4},
			{Name: "bank.pay", Component: 4, Station: 4, Entry: 4}},
		Sites: []model.Site{{Op: 1, Edge: model.None}, {Op: 2, Edge: 1}, {Op: 0, Edge: 0}, {Op: 3, Edge: 0}},
		Edges: []model.Edge{{From: 0, To: 1}, {From: 1, To: 2}},
		Code:  []model.Instr{call(0), end, call(1), end, end, call(2), end, call(3), end},
		Journeys: []model.Journey{
			{Name: "browse", Entry: 5, Weight: 3, Latency: "p(99)<300ms", LatencyBound: 300 * time.Millisecond, Availability: 0.999},
			{Name: "look", Entry: 7, Weight: 1, Availability: 0.99},
			{Name: "free", Entry: 7, Weight: 4}},
		Cost: model.Cost{VCPUHour: 0.04, GiBHour: 0.005, CrossZoneGiB: 0.02, ServiceHour: 0.1, Assumed: true},
	}
}

// calm is a run of the market in which the fault lasts from 30 s to 60 s: each
// component handled 100 calls of 10 ms in each of its three windows.
func calm() *measure.Run {
	sys := market()
	r := &measure.Run{Warmup: warmup, Duration: duration, End: duration, Window: 10 * time.Second,
		Journeys: make([]measure.Journey, 3), Flows: make([]measure.Flow, 1), Stations: make([]measure.Station, len(sys.Stations)),
		Edges: make([]measure.Edge, len(sys.Edges)), Components: make([]measure.Counts, len(sys.Components)), ComponentSeries: make([][]measure.ComponentWindow, 11)}
	for i := range r.Journeys {
		r.Journeys[i].Counts.Add(measure.Succeeded, 1000)
		r.Journeys[i].Good = 1000
		r.Journeys[i].Spans, r.Journeys[i].After = make([]measure.Histogram, 1), make([]measure.Histogram, 1)
		for range 100 {
			r.Journeys[i].Spans[0].Record(time.Duration(i+1) * 100 * time.Millisecond)
			r.Journeys[i].After[0].Record(time.Duration(i+1) * 10 * time.Millisecond)
		}
	}
	for w := range r.ComponentSeries {
		r.ComponentSeries[w] = slices.Repeat([]measure.ComponentWindow{{Calls: 100}}, len(r.Components))
	}
	r.ComponentSpans = [][]measure.ComponentSpan{make([]measure.ComponentSpan, len(r.Components))}
	for i := range r.Components {
		s := &r.ComponentSpans[0][i]
		s.Calls = 300
		for range 300 {
			s.Times.Record(10 * time.Millisecond)
		}
	}
	for i := range r.Stations {
		r.Stations[i].Series = slices.Repeat([]measure.StationWindow{{Up: 2}}, 11)
	}
	return r
}

// struck is a calm run changed by a fault.
func struck(change func(r *measure.Run)) *measure.Run {
	r := calm()
	change(r)
	return r
}

func fail(component int, calls int64) func(*measure.Run) {
	return func(r *measure.Run) { r.ComponentSpans[0][component].Failed = calls }
}

// slower makes the calls of a component take so long.
func slower(component int, d time.Duration) func(*measure.Run) {
	return func(r *measure.Run) {
		s := &r.ComponentSpans[0][component]
		s.Times = measure.Histogram{}
		for range 300 {
			s.Times.Record(d)
		}
	}
}

// seeds of a fault of the component stock.
func seeds(component model.ComponentID) *blast.Seeds {
	s := blast.NewSeeds(market())
	s.Component(market(), component)
	return &s
}

// strike is the result of replications of one fault on the market.
func strike(t *testing.T, f Fault, pairing *blast.Pairing, runs, twins []*measure.Run) (result.Topology, *Topology) {
	t.Helper()
	top := New(market(), []string{"shoppers"}, []Fault{f}, Config{Weights: []float64{6, 2, 8}})
	for i, r := range runs {
		p := *pairing
		if err := top.Add(Replication{Run: r, None: twins[i], Twins: []*measure.Run{twins[i]}, Blast: []*blast.Pairing{&p}}); err != nil {
			t.Fatal(err)
		}
	}
	d, _ := top.Finish()
	return d, top
}

// peace is a comparison that lost nothing.
func peace() *blast.Pairing {
	return &blast.Pairing{Journeys: make([]blast.Phases, 3), Broken: make([]bool, 3), Recovered: true}
}

var onStock = Fault{Name: "slow-stock", Kind: "slow", Target: "component stock", Applicable: true,
	Window: blast.Window{Start: 30 * time.Second, End: 60 * time.Second}, Seeds: seeds(2)}

// fate is the fault's figures of three replications, of which the given run is one
// and the others are calm.
func fate(t *testing.T, change func(*measure.Run)) result.Fault {
	d, _ := strike(t, onStock, peace(), []*measure.Run{struck(change), struck(change), calm()}, []*measure.Run{calm(), calm(), calm()})
	return d.Faults[0]
}

func value(t *testing.T, what string, e result.Estimate, want float64) {
	t.Helper()
	if e.Value == nil || math.Abs(*e.Value-want) > 1e-12*math.Max(1, math.Abs(want)) {
		t.Errorf("%s = %v, want %v (%s)", what, show(e.Value), want, e.Reason)
	}
}

func TestWhichComponentsTheFaultHurt(t *testing.T) {
	const web, cart, stock, ads, bank = 0, 1, 2, 3, 4
	for _, c := range []struct {
		name                         string
		change                       func(*measure.Run)
		components, teams, contained float64
		surprise                     []string
	}{
		{"none", func(*measure.Run) {}, 0, 0, 1, nil},
		{"a caller's errors", fail(cart, 30), 1. / 3, 1. / 2, 1. / 2, nil},
		{"one percent is not enough", fail(cart, 3), 0, 0, 1, nil},
		{"a caller is slow", slower(web, time.Second), 1. / 3, 1. / 2, 1. / 2, nil},
		{"a tenth is not enough", slower(web, 11*time.Millisecond), 0, 0, 1, nil},
		{"faster is no harm", slower(web, time.Millisecond), 0, 0, 1, nil},
		{"who shares the process is a surprise", fail(ads, 30), 1. / 3, 1. / 2, 1, []string{"ads"}},
		{"the target does not count", fail(stock, 300), 0, 0, 1, nil},
		{"nor does somebody else's", fail(bank, 300), 0, 0, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Two replications of three are as in the case, and one is calm.
			f := fate(t, c.change)
			value(t, "components", f.ComponentBlastRadius, c.components*2/3)
			value(t, "teams", f.TeamBlastRadius, c.teams*2/3)
			value(t, "containment", f.Containment, 1-(1-c.contained)*2/3)
			if !slices.Equal(f.Surprise, c.surprise) {
				t.Errorf("surprise %v, want %v", f.Surprise, c.surprise)
			}
			if len(f.Components) != 4 || !f.Components[2].Target || !f.Components[0].Reachable || f.Components[3].Reachable {
				t.Errorf("components %+v", f.Components)
			}
		})
	}
}

func TestWhatNobodyCouldCallIsAnError(t *testing.T) {
	down := func(share float32, calls uint32) func(*measure.Run) {
		return func(r *measure.Run) {
			for k := 3; k < 6; k++ {
				r.Stations[1].Series[k].Up = 2 * (1 - share)
				r.ComponentSeries[k][1].Calls = calls
			}
			r.ComponentSpans[0][1].Calls = int64(3 * calls)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*measure.Run)
		want   float64 // of cart
	}{
		{"the host is down", down(1, 0), 1},
		{"half of it, and the rest does all", down(0.5, 100), 0},
		{"half of it, and a fifth of the calls are missing", down(0.5, 80), 1},
		{"the host is up, and fewer call", down(0, 20), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fate(t, c.change)
			if got := *f.Components[1].Hurt; math.Abs(got-c.want*2/3) > 1e-12 {
				t.Errorf("hurt in %v of the replications, want %v", got, c.want*2/3)
			}
		})
	}
}

func TestWhatIsUsualWithoutTheFaultIsNoHarm(t *testing.T) {
	// Without the fault the p99 is 10, 20 and 30 ms: one more run is below 20 +
	// 4.303·10·√(4/3) = 69.7 ms.
	usual := []*measure.Run{calm(), struck(slower(0, 20*time.Millisecond)), struck(slower(0, 30*time.Millisecond))}
	for d, want := range map[time.Duration]float64{69 * time.Millisecond: 0, 71 * time.Millisecond: 1} {
		r := struck(slower(0, d))
		got, _ := strike(t, onStock, peace(), []*measure.Run{r, r, r}, usual)
		if hurt := *got.Faults[0].Components[0].Hurt; hurt != want {
			t.Errorf("a p99 of %v: hurt in %v of the replications, want %v", d, hurt, want)
		}
	}
}

func TestAFaultWithoutAPlaceInTheGraphSurprisesNobody(t *testing.T) {
	f := onStock
	f.Seeds = nil
	d, top := strike(t, f, peace(), []*measure.Run{struck(fail(3, 300)), struck(fail(3, 300))}, []*measure.Run{calm(), calm()})
	got := d.Faults[0]
	value(t, "components", got.ComponentBlastRadius, 1./4)
	if got.Containment.Value != nil || got.Containment.Reason != noPlace || len(got.Surprise) != 0 {
		t.Errorf("containment %+v, surprise %v", got.Containment, got.Surprise)
	}
	for i := range top.figures {
		if f := &top.figures[i]; f.metric == "surprise" && f.estimate.Value != nil {
			t.Errorf("surprise %v", f.estimate)
		}
	}
	f.Seeds = seeds(0)
	if d, _ := strike(t, f, peace(), []*measure.Run{calm()}, []*measure.Run{calm()}); d.Faults[0].Containment.Reason != noBlocking {
		t.Errorf("nobody calls the web, and yet %+v", d.Faults[0].Containment)
	}
}

func TestJourneysUsersAndBudgets(t *testing.T) {
	p := peace()
	p.Broken[0] = true
	p.Users = blast.Users{Known: true, Seen: 200, Hit: 50, Minutes: 80, Losses: 120, Worst: 60}
	p.Slices = []blast.Slice{{Pairs: 100, GoodBase: 100, Lost: 30, Gained: 10}, {Pairs: 100, GoodBase: 100, Gained: 5}}
	p.Journeys[0].During.Lost, p.Journeys[0].After.Lost, p.Journeys[1].During.Lost = 60, 40, 10
	p.Journeys[2].During.Lost = 1000 // without an objective: it has no budget
	d, _ := strike(t, onStock, p, []*measure.Run{calm(), calm()}, []*measure.Run{calm(), calm()})
	f := d.Faults[0]
	value(t, "journeys", f.JourneyBlastRadius, 6./8)
	value(t, "users", f.UserBlastRadius, 0.25)
	value(t, "minutes", f.UserMinutesLost, 80)
	value(t, "concentration", f.Concentration, 0.5)
	value(t, "resilience loss", f.ResilienceLoss, 20)
	// 10 requests a second each: 25,920,000 in 30 days, of which 1 in 1000 and 1 in 100 may fail.
	value(t, "budget", f.BudgetBurn, 110/(25_920_000*(0.001+0.01)))
	value(t, "broken", *f.Journeys[0].Broken, 1)
	value(t, "not broken", *f.Journeys[1].Broken, 0)
	if f.Journeys[2].Broken != nil || f.Note != "" {
		t.Errorf("a journey without an objective: %+v; note %q", f.Journeys[2].Broken, f.Note)
	}
	p.Users = blast.Users{}
	p.Unpaired = true
	d, _ = strike(t, onStock, p, []*measure.Run{calm()}, []*measure.Run{calm()})
	if f := d.Faults[0]; f.UserBlastRadius.Reason != noUsers || f.Concentration.Reason != nothingLost || f.Note != closedLoop {
		t.Errorf("users %+v, concentration %+v, note %q", f.UserBlastRadius, f.Concentration, f.Note)
	}
}

func TestTeamsAreHurtThroughTheJourneysThatEnterThere(t *testing.T) {
	p := peace()
	p.Journeys[0].During = blast.Tally{Pairs: 100, GoodBase: 100, Lost: 50}
	p.Journeys[1].During = blast.Tally{Pairs: 100, GoodBase: 100, Lost: 30}
	p.Journeys[2].During = blast.Tally{Pairs: 100, GoodBase: 100, Lost: 10}
	_, top := strike(t, onStock, p, []*measure.Run{calm(), calm()}, []*measure.Run{calm(), calm()})
	s := store(t, top)
	for text, want := range map[string]float64{"blastRadius{team:shop, fault:slow-stock}": 0.5, "blastRadius{team:money}": 0.2} {
		sel, err := metric.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		sel.Tags[metric.Fault] = "slow-stock"
		f, ok := s.Figure(sel)
		if !ok {
			t.Fatalf("no %s", text)
		}
		value(t, text, f.Estimate, want)
	}
}

func TestPhases(t *testing.T) {
	p := peace()
	p.Journeys[0].During.F = blast.Side{Offered: 300, Answered: 240, Degraded: 30, Failed: 45, Good: 210}
	p.Journeys[0].After.F = blast.Side{Offered: 500, Answered: 500, Good: 500}
	p.All = p.Journeys[0]
	p.All.After.Pairs, p.All.After.Lost, p.All.After.Gained = 500, 7, 3
	_, top := strike(t, onStock, p, []*measure.Run{calm(), calm()}, []*measure.Run{calm(), calm()})
	s := store(t, top)
	for text, want := range map[string]float64{
		"offered{fault:slow-stock, phase:during}":                      10, // 300 in 30 s
		"goodput{fault:slow-stock, phase:during, journey:browse}":      7,
		"goodput{fault:slow-stock, phase:after, journey:browse}":       10, // 500 in 50 s
		"availability{fault:slow-stock, phase:during, journey:browse}": 0.8,
		"availability{fault:slow-stock, phase:after}":                  1,
		"errorRate{fault:slow-stock, phase:during}":                    0.15,
		"degradedRate{fault:slow-stock, phase:during}":                 0.1,
		"lost{fault:slow-stock, phase:after}":                          7,
		"gained{fault:slow-stock, phase:after}":                        3,
		"pairs{fault:slow-stock, phase:after}":                         500,
		"latency{fault:slow-stock, phase:during, journey:look}":        0.2,
		"latency{fault:slow-stock, phase:during}":                      0.2, // 100, 200 and 300 ms
		"latency{fault:slow-stock, phase:after, journey:look}":         0.02,
		"latency{fault:slow-stock, phase:after}":                       0.02,
	} {
		sel, err := metric.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		f, ok := s.Figure(sel)
		if !ok {
			t.Errorf("no %s", text)
			continue
		}
		value(t, text, f.Estimate, want)
	}
	sel, _ := metric.ParseSelector("availability{fault:slow-stock, phase:during, journey:free}")
	if f, ok := s.Figure(sel); !ok || f.Value != nil || f.Reason == "" {
		t.Errorf("a journey without requests: %+v, %v", f, ok)
	}
}

func TestCost(t *testing.T) {
	r := calm() // 100 s are measured
	r.Stations[1].ProvisionedTime = 300
	r.Stations[2].ProvisionedTime = 150
	r.Stations[3].ProvisionedTime = 100
	r.Stations[4].ProvisionedTime = 1e6 // somebody else's
	r.Edges[0].CrossBytes, r.Edges[1].CrossBytes = 1<<30, 1<<29
	top := New(market(), []string{"shoppers"}, nil, Config{})
	dead := calm()
	for i := range dead.Journeys {
		dead.Journeys[i].Good = 0
	}
	for _, run := range []*measure.Run{r, dead} {
		if err := top.Add(Replication{Run: run}); err != nil {
			t.Fatal(err)
		}
	}
	d, _ := top.Finish()
	// 3 × 2 + 1.5 × 1 + 1 × 4 cores; 3 GiB; 1.5 GiB in 100 s; two services.
	vcpu, memory, zones, fixed := 11.5*0.04, 3*0.005, 1.5*0.02*36, 0.2
	hour := vcpu + memory + zones + fixed
	value(t, "per hour", d.Cost.PerHour, (hour+fixed)/2)
	value(t, "per million", d.Cost.PerMillion, hour*100/3600/3000*1e6)
	if d.Cost.PerMillion.Reason == "" || !d.Cost.Assumed {
		t.Errorf("nothing was good in one of two: %+v, assumed %v", d.Cost.PerMillion, d.Cost.Assumed)
	}
	for i, pair := range [][2]float64{{d.Cost.Parts.VCPU, vcpu / 2}, {d.Cost.Parts.Memory, memory / 2}, {d.Cost.Parts.CrossZone, zones / 2}, {d.Cost.Parts.Services, fixed}} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("part %d is %v an hour, want %v", i, pair[0], pair[1])
		}
	}
}

func TestTheOrderOfReplicationsChangesNoMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "replications")
		var runs []*measure.Run
		for range n {
			c, k := rapid.IntRange(0, 3).Draw(t, "component"), rapid.Int64Range(0, 300).Draw(t, "failed")
			runs = append(runs, struck(fail(c, k)))
		}
		order := rapid.Permutation(runs).Draw(t, "order")
		figures := func(runs []*measure.Run) *Topology {
			top := New(market(), []string{"shoppers"}, []Fault{onStock}, Config{})
			for _, r := range runs {
				twin := calm()
				if err := top.Add(Replication{Run: r, None: twin, Twins: []*measure.Run{twin}, Blast: []*blast.Pairing{peace()}}); err != nil {
					t.Fatal(err)
				}
			}
			top.Finish()
			return top
		}
		a, b := figures(runs), figures(order)
		for i := range a.figures {
			x, y := a.figures[i].estimate, b.figures[i].estimate
			if (x.Value == nil) != (y.Value == nil) || x.Value != nil && math.Abs(*x.Value-*y.Value) > 1e-12 {
				t.Fatalf("%v: %v and %v", a.figures[i].selector(), x, y)
			}
			if m := a.figures[i].metric; m == "componentBlastRadius" || m == "teamBlastRadius" || m == "containment" {
				if *x.Value < 0 || *x.Value > 1 {
					t.Fatalf("%s is %v", m, *x.Value)
				}
			}
		}
	})
}
