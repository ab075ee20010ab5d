package chart

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"faultline/reports/view"
)

// Every ink in every variant must survive the library's way from a colour to
// "#RRGGBB" and come back as its class.
func TestInksSurviveTheLibrary(t *testing.T) {
	for i := range ink(len(inkNames)) {
		for _, v := range []variant{solid, textMiddle, textEnd, washed} {
			p := newPanel("")
			p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
			p.HideAxes()
			p.Add(&plotter.Polygon{XYs: []plotter.XYs{{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}}}, Color: i.variant(v)})
			svg, err := p.render("label", "description")
			if err != nil {
				t.Fatalf("%s: %v", i.class(), err)
			}
			want := `class="` + i.class() + `" fill="currentColor"` + v.attribute()
			if !strings.Contains(svg, want) {
				t.Errorf("%s, variant %d: no %s in %s", i.class(), v, want, svg)
			}
		}
	}
	if int(inkTopology)+topologyInks != len(inkNames) {
		t.Errorf("%d names for %d inks", len(inkNames), int(inkTopology)+topologyInks)
	}
}

func TestAForeignColourIsRefused(t *testing.T) {
	for _, hex := range []string{"#FF0000", "#0400F6x", "red", "#FFFFF5", "#GG00F5", ""} {
		if i, _, err := decode(hex); err == nil {
			t.Errorf("%q is taken for %s", hex, i.class())
		}
	}
}

func TestLinesBreakWhereValuesAreMissing(t *testing.T) {
	nan := math.NaN()
	y := []float64{nan, 1, 2, nan, 3, nan, nan, 4, 5}
	got := runs(len(y), func(i int) bool { return finite(y[i]) })
	want := [][2]int{{1, 3}, {4, 5}, {7, 9}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if runs(0, nil) != nil {
		t.Error("a run in nothing")
	}
}

func TestTicksAreRoundAndCoverTheAxis(t *testing.T) {
	labels := func(ticks plot.ConstantTicks) string {
		var out []string
		for _, tick := range ticks {
			out = append(out, strings.ReplaceAll(tick.Label, "\u00a0", " "))
		}
		return strings.Join(out, " | ")
	}
	share := view.Share.Format
	for want, ticks := range map[string]plot.ConstantTicks{
		"0 | 2 min | 4 min | 6 min | 8 min | 10 min": timeTicks(600),
		"0 | 15 s | 30 s | 45 s | 1 min | 75 s":      timeTicks(80),
		"0 | 30 min | 60 min | 90 min | 120 min":     timeTicks(7200),
		"0% | 20% | 40% | 60% | 80%":                 linearTicks(0, 0.62, 5, share),
		"−50% | 0% | 50% | 100%":                     linearTicks(-0.1, 0.9, 3, share),
		"1 ms | 2 ms | 5 ms | 10 ms | 20 ms":         logTicks(-3, -1.6),
		"10 ms | 100 ms | 1 s | 10 s | 100 s":        logTicks(-2, 2.1),
		"":                                           linearTicks(0, 0, 5, share),
	} {
		if got := labels(ticks); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, end := range []float64{0, 1e-9, 0.5, 1, 7, 59, 61, 3599, 86400, 1e7, math.Inf(1), math.NaN()} {
		if n := len(timeTicks(end)); n > 8 {
			t.Errorf("%d ticks on an axis of %v s", n, end)
		}
	}
}

func TestNamesAreCutToTheirRoom(t *testing.T) {
	s := style(inkText, draw.XLeft, draw.YCenter)
	for _, name := range []string{"cart", strings.Repeat("w", 500), "店店店店店店店店店店店店店店", ""} {
		got := fit(name, s, 60)
		if s.Width(got) > 60 {
			t.Errorf("%q is %v wide", got, s.Width(got))
		}
		if name == "cart" && got != name {
			t.Errorf("%q became %q without need", name, got)
		}
	}
}

// Names of topologies begin alike: what tells them apart must stay.
func TestNamesOfTopologiesKeepTheirEnds(t *testing.T) {
	s := style(inkMuted, draw.XRight, draw.YCenter)
	seen := map[string]bool{}
	for _, name := range []string{"shop-microservices-retries", "shop-microservices-retries-jitter", "shop-microservices-retries-budget"} {
		got := fitEnds(name, s, 128)
		if s.Width(got) > 128 || !strings.HasPrefix(got, "shop") || !strings.HasSuffix(name, got[strings.Index(got, "…")+len("…"):]) || seen[got] {
			t.Errorf("%q became %q, %v wide", name, got, s.Width(got))
		}
		seen[got] = true
	}
	for _, name := range []string{strings.Repeat("w", 500), "店店店店店店店店店店店店店店", "", "x"} {
		if got := fitEnds(name, s, 60); s.Width(got) > 60 {
			t.Errorf("%q is %v wide", got, s.Width(got))
		}
	}
}

// Failures that all come at once must not squeeze the goodput to a line at the bottom.
func TestASpikeOfAnswersIsCutOff(t *testing.T) {
	of := func(goodput, answered float64) []view.Topology {
		return []view.Topology{{Timeline: view.Timeline{Goodput: view.Band{Value: []float64{goodput}}, Throughput: view.Band{Value: []float64{answered, goodput}}}}}
	}
	for _, c := range []struct {
		goodput, answered, top float64
		cut                    bool
	}{{200, 250, 250, false}, {200, 800, 300, true}, {0, 50, 50, false}, {0, 0, 0, false}} {
		if top, cut := extentOfFlow(of(c.goodput, c.answered)); top != c.top || cut != c.cut {
			t.Errorf("goodput %v, answers %v: axis to %v, cut %v", c.goodput, c.answered, top, cut)
		}
	}
	if got := below([]float64{1, 5, math.NaN()}, 3); got[0] != 1 || got[1] != 3 || !math.IsNaN(got[2]) {
		t.Errorf("cut off to %v", got)
	}
}

// One clause for all topologies where they fare alike, or are too many.
func TestPartsThatAreHurtAlikeAreToldOnce(t *testing.T) {
	hurt := func(counts ...int) string {
		all := make([]view.Topology, len(counts))
		for i := range all {
			all[i].Index = counts[i]
		}
		return alike(all, func(t view.Topology) (int, int) { return t.Index, 16 })
	}
	for want, got := range map[string]string{
		"6 of 16 in each topology": hurt(6, 6), "all 16 in each topology": hurt(16, 16, 16), "none in any topology": hurt(0, 0),
		"3 to 6 of 16 in the 4 topologies": hurt(6, 3, 4, 6), "": hurt(3, 6),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := hurt(6); got != "" {
		t.Errorf("of a single topology: %q", got)
	}
}

func TestDirectLabelsKeepClearOfLinesAndOfEachOther(t *testing.T) {
	line := func(y vg.Length) []vg.Point {
		var out []vg.Point
		for x := vg.Length(0); x <= 100; x++ {
			out = append(out, vg.Point{X: x, Y: y})
		}
		return out
	}
	box := vg.Rectangle{Min: vg.Point{X: 40, Y: 40}, Max: vg.Point{X: 60, Y: 50}}
	if !clear(box, [][]vg.Point{line(60), line(30)}, nil) {
		t.Error("room is refused")
	}
	if clear(box, [][]vg.Point{line(45)}, nil) || clear(box, nil, []vg.Rectangle{box}) {
		t.Error("a label on a line, or on another label")
	}
	if !apart([][]vg.Point{line(10)}, 50, 40) || apart([][]vg.Point{line(10)}, 50, 12) {
		t.Error("lines that lie on each other are told apart, or others are not")
	}
}

// Where the run with the fault is the run without it, one name must not stand
// for two lines.
func TestLinesThatCoincideGetOneName(t *testing.T) {
	x, y := make([]float64, 100), make([]float64, 100)
	for i := range x {
		x[i], y[i] = float64(i), 50
	}
	p := newPanel("")
	p.timeAxis(100)
	p.Y.Min, p.Y.Max = 0, 100
	p.Add(&direct{x: x, labels: []directLabel{{text: "one", ink: inkTopology, y: y, strong: true}, {text: "two", ink: inkBase, y: y}}, prefer: [2]float64{20, 60}})
	svg, err := p.render("label", "description")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(svg, ">one</text>") || strings.Contains(svg, ">two</text>") {
		t.Error("the second of two lines on each other has a name, or the first has none")
	}
}
