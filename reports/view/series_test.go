package view

import (
	"math"
	"testing"

	"faultline/sim/result"
)

func pointers(values ...float64) []*float64 {
	out := make([]*float64, len(values))
	for i := range values {
		if !math.IsNaN(values[i]) {
			out[i] = &values[i]
		}
	}
	return out
}

var missing = math.NaN()

func same(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}

func TestTimelineIsTheTotalOfAllJourneys(t *testing.T) {
	total := map[string]result.Band{"goodput": {Value: pointers(11, 20, 3, missing), Low: pointers(9.5, 18, 2, missing), High: pointers(12.5, 22, 4, missing)}}
	line := timeline(&result.Topology{Series: result.Series{Window: 2, Total: total}}, 0)
	if !same(line.Goodput.Value, []float64{11, 20, 3, missing}) || !same(line.Goodput.Low, []float64{9.5, 18, 2, missing}) || !same(line.Goodput.High, []float64{12.5, 22, 4, missing}) {
		t.Errorf("got %+v", line.Goodput)
	}
	if !same(line.Time, []float64{1, 3, 5, 7}) || line.Window != 2 {
		t.Errorf("windows at %v, each %v", line.Time, line.Window)
	}
	if !line.Baseline.Empty() || !line.Throughput.Empty() || line.Empty() {
		t.Error("emptiness is wrong")
	}
}

func TestTimelineIsThinnedAndCutWhereRequestsEnd(t *testing.T) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = float64(i)
	}
	total := map[string]result.Band{"goodput": {Value: pointers(values...)}}
	line := timeline(&result.Topology{Series: result.Series{Window: 1, Total: total}}, 900)
	if len(line.Time) != 300 || line.Window != 3 || line.Goodput.Value[0] != 1 || line.Goodput.Value[299] != 898 {
		t.Errorf("%d points of %v s, from %v to %v", len(line.Time), line.Window, line.Goodput.Value[0], line.Goodput.Value[len(line.Goodput.Value)-1])
	}
	if line.Goodput.Low != nil {
		t.Error("an interval out of nothing")
	}
}

func TestTimelineWithoutWindowsIsEmpty(t *testing.T) {
	for _, s := range []result.Series{{}, {Window: 1}, {Window: -1}} {
		if line := timeline(&result.Topology{Series: s}, 10); !line.Empty() {
			t.Errorf("%+v gives %+v", s, line)
		}
	}
}

func TestDamageCells(t *testing.T) {
	type values = struct{ rate, errors, latency float64 }
	for name, c := range map[string]struct {
		faulted, base values
		kind          DamageKind
		level         int
		words         string
	}{
		"well":              {values{10, 0, 0.1}, values{10, 0, 0.1}, Well, 0, "well"},
		"its own errors":    {values{10, 0.3, 0.1}, values{10, 0.3, 0.1}, Well, 0, "well"},
		"more errors":       {values{10, 0.25, 0.1}, values{10, 0, 0.1}, Failing, 3, "25% more errors"},
		"slower":            {values{10, 0, 0.5}, values{10, 0, 0.1}, Slow, 2, "5× the latency"},
		"slow above errors": {values{10, 0.02, 2}, values{10, 0, 0.1}, Slow, 3, "20× the latency"},
		"errors above slow": {values{10, 0.9, 2}, values{10, 0, 0.1}, Failing, 4, "90% more errors"},
		"silent":            {values{0.5, 0, 0.1}, values{10, 0, 0.1}, Silent, 1, "silent"},
		"not called":        {values{0, missing, missing}, values{0, missing, missing}, Idle, 0, "not called"},
		"no latency":        {values{10, missing, missing}, values{10, 0, 0.1}, Well, 0, "well"},
	} {
		got := damageCell(c.faulted, c.base)
		if got.Kind != c.kind || got.Level != c.level || got.Words() != c.words {
			t.Errorf("%s: got %+v, %q", name, got, got.Words())
		}
	}
}

func TestDamageRowsAreTheSameInEveryTopologyWorstFirst(t *testing.T) {
	kinds := func(errors float64) map[string]result.Band {
		return map[string]result.Band{"throughput": {Value: pointers(10, 10)}, "errorRate": {Value: pointers(0, errors)}}
	}
	topology := func(components map[string]map[string]result.Band) result.Topology {
		base := map[string]map[string]result.Band{}
		for name := range components {
			base[name] = kinds(0)
		}
		return result.Topology{Series: result.Series{Window: 10, Components: components}, Baseline: &result.Baseline{Series: result.Series{Window: 10, Components: base}}}
	}
	doc := &result.Document{Topologies: []result.Topology{
		topology(map[string]map[string]result.Band{"calm": kinds(0), "b": kinds(0.02), "a": kinds(0.02)}),
		topology(map[string]map[string]result.Band{"calm": kinds(0), "only here": kinds(0.7)}),
	}}
	rows := damageRows(doc)
	want := []string{"only here", "a", "b", "calm"}
	for _, of := range rows {
		for i, r := range of {
			if r.Component != want[i] {
				t.Fatalf("got %v at %d, want %v", r.Component, i, want)
			}
		}
	}
	if len(rows[0][0].Cells) != 0 {
		t.Error("a component that the topology lacks has cells")
	}
	if worst, at := rows[1][0].Worst(); worst.Kind != Failing || worst.Level != 4 || at != 1 {
		t.Errorf("worst is %+v at %d", worst, at)
	}
}

func TestSliceWindowsKeepTheMapReadable(t *testing.T) {
	for _, c := range []struct {
		n      int
		window float64
		want   int
	}{{600, 1, 10}, {60, 10, 1}, {3600, 1, 60}, {100, 30, 2}, {10, 0.5, 20}, {1, 1, 10}, {100000, 60, 1667}} {
		got := sliceWindows(c.n, c.window)
		if got != c.want || (c.n+got-1)/got > maxSlices {
			t.Errorf("%d windows of %v s: %d a slice, want %d", c.n, c.window, got, c.want)
		}
	}
}

func TestQuantilesAreReadOffMergedBuckets(t *testing.T) {
	// A uniform latency between 0 and 1 s, in halves of which two journeys have
	// a bucket each: the quantile is the latency.
	all := []bucket{{0.5, 1, 5000}, {0, 0.5, 5000}, {0, 0.5, 5000}, {0.5, 1, 5000}}
	points := quantiles(all)
	for _, p := range points {
		if math.Abs(p.Latency-p.Q) > 1e-9 {
			t.Errorf("q %v: %v", p.Q, p.Latency)
		}
	}
	last := points[len(points)-1]
	if beyond := (1 - last.Q) * 20000; beyond < 9.99 || beyond > 20 {
		t.Errorf("the curve ends with %v requests beyond", beyond)
	}
	if got := At(points, 0.99); math.Abs(got-0.99) > 1e-9 {
		t.Errorf("p99 is %v", got)
	}
	if !math.IsNaN(At(points, 0.9999999)) || !math.IsNaN(At(nil, 0.5)) {
		t.Error("a quantile beyond the data")
	}
	if quantiles([]bucket{{0, 1, 19}}) != nil {
		t.Error("a curve of nineteen requests")
	}
}

func TestHistogramsOfAllJourneysAreFound(t *testing.T) {
	h := result.Histogram{Low: []float64{0}, High: []float64{1}, Count: []uint64{100}}
	topology := &result.Topology{Journeys: []result.Journey{{Name: "a b"}, {Name: "c"}}, Histograms: map[string]result.Histogram{
		`latency{journey:"a b"}`: h, "latency{journey:c}": h, "latency{run:baseline}": h,
	}}
	if n := len(allBuckets(topology, "")); n != 2 {
		t.Errorf("%d buckets of two journeys", n)
	}
	if n := len(allBuckets(topology, "baseline")); n != 1 {
		t.Errorf("%d buckets of the baseline, which has one for all", n)
	}
}
