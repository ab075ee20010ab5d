package estimate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

func selector(t *testing.T, text string) metric.Selector {
	t.Helper()
	s, err := metric.ParseSelector(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPercentilesThatWereAskedFor(t *testing.T) {
	top := New(shop(), []string{"shoppers"}, nil, Config{Percentiles: []float64{99, 97.5}})
	for _, ms := range []time.Duration{100, 200} {
		r := browsing(99, 0, 0, 0, ms*time.Millisecond)
		r.Journeys[0].Latency.Record(ms * 10 * time.Millisecond)
		if err := top.Add(Replication{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	l := document(top).Journeys[0].Latency
	if len(l.More) != 1 || l.More[0].Percent != 97.5 {
		t.Fatalf("more percentiles: %+v; the 99th is there anyway", l.More)
	}
	if got := *l.More[0].Value; math.Abs(got-0.2) > 0.001 {
		t.Errorf("p97.5 = %v, want 200 ms: 195 of 200 are at most that", got)
	}
	value(t, "min", *l.Min, 0.1)
	s := store(t, top)
	for _, text := range []string{"latency{journey:browse}", "latency"} {
		for by, want := range map[metric.Aggregator]float64{"p(97.5)": *l.More[0].Value, "min": 0.1} {
			sel := selector(t, text)
			sel.Aggregator = by
			if f, ok := s.Figure(sel); !ok || math.Abs(*f.Value-want) > 1e-3 || len(f.Samples) != 2 || f.Low == nil {
				t.Errorf("%s %s: %+v, %v; want %v", text, by, f.Estimate, ok, want)
			}
		}
	}
	sel := selector(t, "latency{journey:browse}")
	sel.Aggregator = "p(42)"
	if _, ok := s.Figure(sel); ok {
		t.Error("a percentile that nobody asked for")
	}
}

func TestFailuresByCauseAreRates(t *testing.T) {
	a, b := run(), run()
	a.Causes[measure.Timeout] = []uint32{0, 5, 10}
	b.Causes[measure.Timeout] = []uint32{0, 5}
	b.Causes[measure.Error] = make([]uint32, 11)
	causes := document(plain(t, a, b)).Series.Causes
	if len(causes) != 1 || !slices.Equal(causes["timeout"], []float64{0, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("%v, want timeouts a second on average, and no cause that never came", causes)
	}
	if c := document(plain(t, run())).Series.Causes; c != nil {
		t.Errorf("nothing failed, but %v", c)
	}
}

func TestOverloadIsReportedWithItsGrowth(t *testing.T) {
	r := run()
	for k := range 11 {
		r.Journeys[0].Series.Arrived[k] = 1000
		r.Stations[2].Series = append(r.Stations[2].Series, measure.StationWindow{Queued: float32(500 * k)})
		r.Journeys[0].Series.Completed[k] = 500
	}
	d := document(plain(t, r, run()))
	if o := d.Overload; o == nil || o.Replications != 1 || math.Abs(o.GrowthRate-50) > 1e-9 || o.Where != "" && o.Where != "back" {
		t.Errorf("%+v, want one of two, 500 more in each window of 10 s", o)
	}
	if d := document(plain(t, run())); d.Overload != nil {
		t.Errorf("idle, but %+v", d.Overload)
	}
}

func TestMemoryAndWhatServicesAnswer(t *testing.T) {
	r := run()
	st := &r.Stations[1]
	st.Counts.Add(measure.Succeeded, 70)
	st.Counts.Add(measure.Degraded, 20)
	st.Counts.Add(measure.Error, 10)
	st.MemoryTime = 100 * measured
	r.Edges[1].Calls, r.Edges[1].Sent, r.Edges[2].Calls, r.Edges[2].Sent = 10, 15, 30, 45
	r.Edges[2].Counts.Add(measure.Succeeded, 20)
	r.Edges[2].Counts.Add(measure.Timeout, 20)
	d := document(plain(t, r, r))
	value(t, "availability", *d.Services[0].Availability, 0.9)
	value(t, "degraded", *d.Services[0].DegradedRate, 0.2)
	value(t, "memory", *d.Services[0].Memory, 100)
	value(t, "amplification", *d.Services[1].Amplification, 1.5)
	if m := d.Services[1].Memory; m.Value != nil || m.Reason != noMemory {
		t.Errorf("memory that nobody followed: %+v", m)
	}
	value(t, "edge", *d.Edges[1].Availability, 0.5)
}

func TestTheWidestInterval(t *testing.T) {
	top := plain(t, browsing(90, 0, 10, 0, 100*time.Millisecond), browsing(80, 0, 20, 0, 300*time.Millisecond))
	for text, want := range map[string]float64{
		"availability{journey:browse}": min(t1*0.05, 0.85) / 0.85, // cut at 1, but not at 0.85 − 0.635
		"offered":                      0,
		"degradedRate":                 0,
		"availability{journey:browse, topology:shop}": min(t1*0.05, 0.85) / 0.85,
		"latency{journey:browse}":                     1, // 0.2 ± 1.27, cut at 0 below; the upper half counts
	} {
		got, found := top.Widest(selector(t, text))
		if text == "latency{journey:browse}" {
			want = t1 * 0.1 / 0.2
		}
		if !found || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v, %v; want %v", text, got, found, want)
		}
	}
	if _, found := top.Widest(selector(t, "availability{topology:other}")); found {
		t.Error("another topology")
	}
	if _, found := top.Widest(selector(t, "blastRadius")); found {
		t.Error("no fault, but a blast radius")
	}
	if w, found := top.Widest(selector(t, "availability{journey:buy}")); !found || !math.IsInf(w, 1) {
		t.Errorf("an undefined figure: %v, %v", w, found)
	}
	if w, found := faulted(t, crash, hit(100, 60, 0), hit(300, 60, 0)).Widest(selector(t, "blastRadius")); !found || math.Abs(w-t1*0.1/0.2) > 1e-9 {
		t.Errorf("of all faults: %v, %v", w, found)
	}
}

func TestAddingAfterFinishingCounts(t *testing.T) {
	top := plain(t, browsing(90, 0, 10, 0, 1))
	first := *document(top).Journeys[0].Availability.Value
	if err := top.Add(Replication{Run: browsing(70, 0, 30, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if d := document(top); first != 0.9 || math.Abs(*d.Journeys[0].Availability.Value-0.8) > 1e-12 {
		t.Errorf("availability %v, then %v; want 0.9, then 0.8", first, *d.Journeys[0].Availability.Value)
	}
}

func TestSamplesAreBounded(t *testing.T) {
	sys := &model.System{Name: "many", Stations: []model.Station{{Name: "users", Kind: model.KindUsers}}, Journeys: shop().Journeys[:1], Code: shop().Code, Sites: shop().Sites, Ops: shop().Ops}
	sys.Ops = slices.Clone(sys.Ops)
	sys.Stations = append(sys.Stations, model.Station{Name: "front", Kind: model.KindService, Cores: 1}, model.Station{Name: "back", Kind: model.KindService, Cores: 1},
		model.Station{Name: "db", Kind: model.KindDatabase, Cores: 1}, model.Station{Name: "bank", Kind: model.KindExternal})
	sys.Components, sys.Edges, sys.Dists, sys.Shares = shop().Components, shop().Edges, shop().Dists, shop().Shares
	for i := range 600 {
		sys.Stations = append(sys.Stations, model.Station{Name: fmt.Sprint("s", i), Kind: model.KindService, Cores: 1})
	}
	top := New(sys, nil, nil, Config{})
	r := run()
	r.Flows, r.Journeys, r.Stations = nil, r.Journeys[:1], make([]measure.Station, len(sys.Stations))
	for range 30 {
		if err := top.Add(Replication{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	d, samples := top.Finish()
	kept := map[string]int{}
	for _, s := range samples {
		kept[fmt.Sprint(s.Tags["service"] != "", " ", s.Metric)]++
	}
	if len(samples)*30 > maxSamples || kept["true utilization"] == 0 || kept["true latency.p99"] > 0 || kept["false latency.p99"] == 0 {
		t.Errorf("%d samples: %v", len(samples), kept)
	}
	if !strings.Contains(strings.Join(d.Warnings, "\n"), "too many replication values") {
		t.Errorf("warnings %q", d.Warnings)
	}
}

// The document with all that is new is what the store accepts, and writes.
func TestTheWholeFamilyIsAValidDocument(t *testing.T) {
	p := peace()
	p.Users.Known = true
	_, top := strike(t, onStock, p, []*measure.Run{calm(), struck(fail(3, 300))}, []*measure.Run{calm(), calm()})
	s := store(t, top)
	seen := map[string]bool{}
	for _, c := range s.Document().Topologies[0].Faults[0].Components {
		seen[c.Name] = true
	}
	if len(seen) != 4 || s.Document().Topologies[0].Cost == nil {
		t.Errorf("components %v, cost %v", seen, s.Document().Topologies[0].Cost)
	}
	var all []result.Sample
	_, all = top.Finish()
	for _, want := range []string{"costPerHour", "costPerMillion", "journeyBlastRadius", "componentBlastRadius", "teamBlastRadius", "userBlastRadius",
		"userMinutesLost", "concentration", "containment", "surprise", "resilienceLoss", "budgetBurn", "memory", "latency.min"} {
		if !slices.ContainsFunc(all, func(s result.Sample) bool { return s.Metric == want }) {
			t.Errorf("no sample of %s", want)
		}
	}
}

func TestADifferenceOfPercentilesIsThatOfTheMerged(t *testing.T) {
	build := func(name string, times ...time.Duration) *Topology {
		var runs []*measure.Run
		for i, d := range times {
			runs = append(runs, browsing(int64(100*(i+1)), 0, 0, 0, d)) // the later ones weigh more
		}
		top := plain(t, runs...)
		top.sys.Name = name
		return top
	}
	ms := time.Millisecond
	s := store(t, build("mono", 10*ms, 20*ms, 30*ms), build("micro", 11*ms, 22*ms, 39*ms))
	found := 0
	for _, c := range s.Document().Comparisons {
		if c.Metric != "latency.p50" || c.Tags["journey"] != "browse" {
			continue
		}
		found++
		// Differences 1, 2 and 9 ms about the difference of the merged medians: S² = Σ(dᵢ − d)²/2.
		d := *c.B.Value - *c.A.Value
		sum := 0.0
		for _, v := range []float64{0.001, 0.002, 0.009} {
			sum += (v - d) * (v - d)
		}
		half := 4.302652729749464 * math.Sqrt(sum/2/3)
		if v := *c.Difference.Value; v != d || math.Abs(*c.Difference.High-d-half) > 1e-4 || math.Abs(*c.Difference.Low-d+half) > 1e-4 {
			t.Errorf("difference %v, %v to %v; want b − a = %v ± %v", v, *c.Difference.Low, *c.Difference.High, d, half)
		}
		if c.VarianceReduction == nil {
			t.Error("no variance reduction")
		}
		asked := selector(t, "latency{journey:browse, topology:micro, versus:mono}")
		asked.Aggregator = "med"
		if f, ok := s.Figure(asked); !ok || *f.Value != d || math.Abs(*f.High-*c.Difference.High) > 1e-15 {
			t.Errorf("versus says %+v, the comparison %+v", f.Estimate, c.Difference)
		}
	}
	if found != 1 {
		t.Fatalf("%d comparisons of the median", found)
	}
}

// A single replication is estimated without the histograms that more would be merged with.
func TestASingleReplicationIsEstimatedWithoutItsHistograms(t *testing.T) {
	figures := func(single bool) (result.Topology, []result.Sample, *Topology) {
		top := New(shop(), []string{"shoppers"}, nil, Config{Percentiles: []float64{42}, Single: single})
		r := browsing(100, 3, 2, 1, time.Millisecond)
		for _, ms := range []time.Duration{5, 2, 9} {
			r.Stations[1].Latency.Record(ms * time.Millisecond)
			r.Stations[1].QueueWait.Record(ms * time.Microsecond)
			r.Edges[0].Latency.Record(2 * ms * time.Millisecond)
		}
		if err := top.Add(Replication{Run: r}); err != nil {
			t.Fatal(err)
		}
		for i := range top.parts.sites {
			if s := &top.parts.sites[i]; single && (s.latency.merged.all != nil || s.wait.merged.all != nil) {
				t.Errorf("station %d holds histograms", i)
			}
		}
		d, samples := top.Finish()
		return d, samples, top
	}
	d, samples, top := figures(true)
	want, wantSamples, _ := figures(false)
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantSamples, samples); diff != "" {
		t.Error(diff)
	}
	if top.parts.sites != nil || top.parts.edges != nil {
		t.Error("what became figures is still there")
	}
	if err := top.Add(Replication{Run: browsing(100, 3, 2, 1, time.Millisecond)}); err == nil {
		t.Error("a second replication is taken")
	}
}
