package estimate

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/measure"
	"faultline/sim/result"
)

// values are the band's, NaN for null.
func values(list []*float64) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = math.NaN()
		if v != nil {
			out[i] = *v
		}
	}
	return out
}

func wantBand(t *testing.T, what string, got []*float64, want ...float64) {
	t.Helper()
	same := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-5*math.Abs(b) || math.IsNaN(a) && math.IsNaN(b) })
	if diff := cmp.Diff(want, values(got)[:len(want)], same); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

func TestSeriesAreRatesPerWindow(t *testing.T) {
	r := run()
	s := &r.Journeys[0].Series
	s.Arrived[0], s.Completed[0], s.Good[0], s.Failed[0], s.LatencySum[0] = 100, 80, 50, 20, 6
	s.Completed[1], s.Failed[1] = 10, 10
	r.ComponentSeries[0][1] = measure.ComponentWindow{Calls: 40, Failed: 10, TimeSum: 3}
	r.ComponentSeries[2][1] = measure.ComponentWindow{Calls: 5, Failed: 5}
	r.Stations[1].Series = []measure.StationWindow{{BusyCores: 1, InService: 3, Queued: 0.5, Up: 2}, {}}
	d := document(plain(t, r)).Series
	browse := d.Journeys["browse"]
	wantBand(t, "offered", browse["offered"].Value, 10, 0, 0)
	wantBand(t, "throughput", browse["throughput"].Value, 8, 1, 0)
	wantBand(t, "goodput", browse["goodput"].Value, 5, 0, 0)
	wantBand(t, "error rate", browse["errorRate"].Value, 0.25, 1, nan)
	wantBand(t, "latency", browse["latency"].Value, 0.1, nan, nan)
	stock := d.Components["stock"]
	wantBand(t, "calls", stock["throughput"].Value, 4, 0, 0.5, 0)
	wantBand(t, "failed calls", stock["errorRate"].Value, 0.25, nan, 1, nan)
	wantBand(t, "time of a call", stock["latency"].Value, 0.1, nan, nan)
	front := d.Services["front"]
	wantBand(t, "utilization", front["utilization"].Value, 0.25, nan, nan)
	wantBand(t, "concurrency", front["concurrency"].Value, 3, 0, 0)
	wantBand(t, "queue", front["queueLength"].Value, 0.5, 0, 0)
	wantBand(t, "replicas", front["replicas"].Value, 2, 0, 0)
	if _, ok := d.Services["db"]; !ok {
		t.Error("a database has no series")
	}
	if _, ok := d.Services["users"]; ok {
		t.Error("the users have a series")
	}
	if d.Window != 10 || len(browse["offered"].Value) != 11 {
		t.Errorf("%d windows of %v s, want 11 of 10", len(browse["offered"].Value), d.Window)
	}
}

func TestTotalSeriesAddTheJourneysBeforeTheInterval(t *testing.T) {
	a, b := run(), run()
	// What one journey gains the other loses: the total is the same in both runs.
	a.Journeys[0].Series.Completed[0], b.Journeys[0].Series.Completed[0] = 100, 80
	a.Journeys[1].Series.Completed[0], b.Journeys[1].Series.Completed[0] = 50, 70
	a.Journeys[1].Series.Failed[0], b.Journeys[1].Series.Failed[0] = 15, 15
	d := document(plain(t, a, b)).Series.Total
	wantBand(t, "throughput", d["throughput"].Value, 15, 0)
	wantBand(t, "its low", d["throughput"].Low, 15, 0)
	wantBand(t, "its high", d["throughput"].High, 15, 0)
	wantBand(t, "error rate", d["errorRate"].Value, 0.1, nan)
}

func TestSeriesHaveBands(t *testing.T) {
	a, b := run(), run()
	a.Journeys[0].Series.Arrived[0], b.Journeys[0].Series.Arrived[0] = 1000, 1020
	a.Journeys[0].Series.Completed[1] = 10
	d := document(plain(t, a, b)).Series.Journeys["browse"]
	wantBand(t, "mean", d["offered"].Value, 101, 0)
	wantBand(t, "low", d["offered"].Low, 101-t1, 0)
	wantBand(t, "high", d["offered"].High, 101+t1, 0)
	// Of the second window only one replication has an error rate.
	wantBand(t, "error rate", d["errorRate"].Value, nan, 0)
	wantBand(t, "error rate, low", d["errorRate"].Low, nan, nan)
}

func TestSeriesEndWithTheArrivals(t *testing.T) {
	r := run()
	r.Duration = 105 * time.Second // the eleventh window is half drain
	if n := len(document(plain(t, r)).Series.Journeys["browse"]["offered"].Value); n != 10 {
		t.Errorf("%d windows, want the 10 whole ones", n)
	}
}

func TestARunThatEndedEarlyHasNoLaterWindows(t *testing.T) {
	whole, cut := run(), run()
	whole.Journeys[0].Series.Arrived[8] = 10
	cut.Partial, cut.End = "too much in flight", 45*time.Second
	d := document(plain(t, whole, cut)).Series.Journeys["browse"]["offered"]
	wantBand(t, "offered", d.Value, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)
	wantBand(t, "low", d.Low, 0, 0, 0, 0, nan, nan, nan, nan, nan, nan, nan)
}

func TestRoundingKeepsOrderAndSixDigits(t *testing.T) {
	for _, v := range []float64{0, 1, 123456.7, 1.0 / 3, 2e-9, 987654321} {
		if got := rounded(v); math.Abs(got-v) > 5.01e-6*math.Abs(v) {
			t.Errorf("%v became %v", v, got)
		}
	}
	if rounded(1.0/3) != 0.333333 || !math.IsNaN(rounded(math.NaN())) {
		t.Errorf("1/3 became %v", rounded(1.0/3))
	}
}

func TestGraphAndParts(t *testing.T) {
	d := document(plain(t, run()))
	want := result.Graph{
		Nodes: []result.Node{
			{Name: "users", Kind: "users", Components: []string{}, Teams: []string{}},
			{Name: "front", Kind: "service", Components: []string{"web"}, Teams: []string{"front desk"}},
			{Name: "back", Kind: "service", Components: []string{"stock"}, Teams: []string{}},
			{Name: "db", Kind: "database", Components: []string{}, Teams: []string{}},
			{Name: "bank", Kind: "external", Components: []string{"bank"}, Teams: []string{}},
		},
		Edges: []result.GraphEdge{{From: "users", To: "front"}, {From: "front", To: "back"}, {From: "front", To: "db"}, {From: "front", To: "bank"}},
	}
	if diff := cmp.Diff(want, d.Graph); diff != "" {
		t.Error(diff)
	}
	// browse: helper's write 1, stock a quarter, the fork's bank and stock 2; the
	// way from the users and the function call are no hops. buy does nothing.
	p := result.Parts{Services: 2, Databases: 1, Edges: 3, HopsPerJourney: 3.25 * 3 / 4}
	if diff := cmp.Diff(p, d.Parts); diff != "" {
		t.Error(diff)
	}
	if got := hops(shop(), []float64{1, 0}); got != 3.25 {
		t.Errorf("%v hops of browse alone, want 3.25", got)
	}
	if got := hops(shop(), []float64{0, 0}); got != 0 {
		t.Errorf("%v hops without any journey", got)
	}
}

func BenchmarkTopology(b *testing.B) {
	r := browsing(1000, 0, 10, 0, 20*time.Millisecond)
	r.Window = 100 * time.Millisecond
	for b.Loop() {
		top := New(shop(), []string{"shoppers"}, nil, Config{})
		for range 20 {
			if err := top.Add(Replication{Run: r}); err != nil {
				b.Fatal(err)
			}
		}
		top.Finish()
	}
}
