package judge

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// inForce are values, each after its path.
func inForce(pairs ...string) result.Values {
	var b result.ValuesBuilder
	for i := 0; i < len(pairs); i += 2 {
		b.Add(result.Resolved{Path: pairs[i], Value: pairs[i+1]})
	}
	return b.Values()
}

// usual are those of a gatedRun, and more.
func usual(more ...string) []string {
	return append([]string{"load.shoppers.rate", "50/s", "run.drain", "30s"}, more...)
}

// gatedRun is a run of one topology with one figure, given by its replications.
func gatedRun(t testing.TB, topology, key string, tags metric.Tags, values ...float64) *result.Store {
	t.Helper()
	tags[metric.Topology] = topology
	doc := &result.Document{
		Schema: result.Schema, Scenario: result.Scenario{Name: "s", Digest: "sha256:0", Duration: 60, Warmup: 10}, Seed: 7, Replications: len(values), Fingerprint: "0", Verdict: "pass",
		Topologies: []result.Topology{{Name: topology, Series: result.Series{Window: 1}}},
		Resolved:   inForce(usual()...),
		Samples:    []result.Sample{{Metric: key, Tags: tags.Map(), Values: pointers(values)}},
	}
	s, err := result.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func baselineOf(t testing.TB, s *result.Store) *result.BaselineFile {
	t.Helper()
	b, err := result.NewBaselineFile(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var ofBrowse = metric.Tags{}.With(metric.Journey, "browse")

func TestARegressionIsBeyondToleranceAndFloorAndChance(t *testing.T) {
	bounds := Bounds{Tolerance: 0.02, Floor: map[string]float64{"goodput": 0.5, "availability": 0.001, "blastRadius": 0.005}}
	for name, c := range map[string]struct {
		key         string
		tags        metric.Tags
		before, now []float64
		want        string
	}{
		"the same":                       {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{100, 101, 99}, result.GatePass},
		"worse by 3%":                    {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{97, 98.1, 95.9}, result.GateRegressed},
		"better by 3%":                   {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{103, 104.1, 101.9}, result.GateImproved},
		"within the tolerance":           {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{98.5, 99.6, 97.4}, result.GateNoise},
		"below the floor":                {"goodput", ofBrowse, []float64{10, 10.1, 9.9}, []float64{9.6, 9.7, 9.5}, result.GateNoise},
		"worse, perhaps by chance":       {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{100, 80, 102}, result.GateInconclusive},
		"better, perhaps by chance":      {"goodput", ofBrowse, []float64{100, 101, 99}, []float64{100, 125, 98}, result.GateNoise},
		"two failures in a thousand":     {"availability", ofBrowse, []float64{0.999, 0.999, 0.999}, []float64{0.9961, 0.996, 0.9959}, result.GateRegressed},
		"fewer failures":                 {"availability", ofBrowse, []float64{0.99, 0.99, 0.99}, []float64{0.9999, 0.9998, 0.9997}, result.GateImproved},
		"the first failures":             {"availability", ofBrowse, []float64{1, 1, 1}, []float64{0.998, 0.9981, 0.9979}, result.GateRegressed},
		"the first failures, but few":    {"availability", ofBrowse, []float64{1, 1, 1}, []float64{0.9995, 0.9994, 0.9996}, result.GateNoise},
		"a fault that does more":         {"blastRadius", metric.Tags{}.With(metric.Fault, "f"), []float64{0, 0, 0}, []float64{0.1, 0.11, 0.09}, result.GateRegressed},
		"a fault that does less":         {"blastRadius", metric.Tags{}.With(metric.Fault, "f"), []float64{0.3, 0.3, 0.3}, []float64{0.1, 0.11, 0.09}, result.GateImproved},
		"the same difference every time": {"goodput", ofBrowse, []float64{100, 100, 100}, []float64{90, 90, 90}, result.GateRegressed},
	} {
		t.Run(name, func(t *testing.T) {
			base := baselineOf(t, gatedRun(t, "x", c.key, c.tags, c.before...))
			got := Regression(gatedRun(t, "x", c.key, c.tags, c.now...), "b.json", base, bounds)
			if got.Verdict != c.want || len(got.Figures) != 1 || got.Figures[0].Verdict != c.want {
				t.Errorf("%s, want %s: %+v", got.Verdict, c.want, got.Figures)
			}
		})
	}
}

func TestWhatIsUndecidedSaysHowManyReplicationsWould(t *testing.T) {
	base := baselineOf(t, gatedRun(t, "x", "goodput", ofBrowse, 100, 101, 99, 100))
	f := Regression(gatedRun(t, "x", "goodput", ofBrowse, 100, 85, 102, 95), "b.json", base, Bounds{Tolerance: 0.02}).Figures[0]
	// By hand: the differences 0, −16, 3, −5 have the mean −4.5 and the variance 69.67;
	// the half-width is 3.182·√(69.67/4) = 13.28, and 4·(13.28/4.5)² = 34.8.
	if f.Verdict != result.GateInconclusive || f.Needed != 35 || !strings.Contains(f.Reason, "about 35 replications would decide (4 were compared)") {
		t.Errorf("%+v", f)
	}
	one := Regression(gatedRun(t, "x", "goodput", ofBrowse, 90), "b.json", baselineOf(t, gatedRun(t, "x", "goodput", ofBrowse, 100)), Bounds{}).Figures[0]
	if one.Verdict != result.GateInconclusive || one.Reason != "one replication has no interval; two or more do" {
		t.Errorf("%+v", one)
	}
}

func TestBaselinesOfOtherRunsAreIncompatible(t *testing.T) {
	now := gatedRun(t, "x", "goodput", ofBrowse, 100, 101, 99)
	for want, change := range map[string]func(*result.Document){
		"run.seed was 8 and is 7":                 func(d *result.Document) { d.Seed = 8 },
		"run.duration was 2m and is 1m":           func(d *result.Document) { d.Scenario.Duration = 120 },
		"run.warmup was 5s and is 10s":            func(d *result.Document) { d.Scenario.Warmup = 5 },
		"load.shoppers.rate was 60/s and is 50/s": func(d *result.Document) { d.Resolved = inForce("load.shoppers.rate", "60/s", "run.drain", "30s") },
		"faults.f.at was 1m and is absent": func(d *result.Document) {
			d.Resolved = inForce(usual("faults.f.at", "1m")...)
		},
		"journeys.browse.weight was 2 and is absent": func(d *result.Document) {
			d.Resolved = inForce(usual("x.journeys.browse.weight", "2")...)
		},
		"load.robots.rate was 1/s and is absent": func(d *result.Document) {
			d.Resolved = inForce(usual("load.robots.rate", "1/s")...)
		},
		"load.shoppers.mix.browse was 2 and is absent": func(d *result.Document) {
			d.Resolved = inForce(usual("load.shoppers.mix.browse", "2")...)
		},
	} {
		then := gatedRun(t, "x", "goodput", ofBrowse, 100, 101, 99)
		change(then.Document())
		got := Regression(now, "b.json", baselineOf(t, then), Bounds{})
		if got.Verdict != result.GateIncompatible || len(got.Reasons) != 1 || got.Reasons[0] != want {
			t.Errorf("%s %v, want %s", got.Verdict, got.Reasons, want)
		}
	}
}

func TestTopologiesAreMatchedByNameAndTheOnlyOneByItself(t *testing.T) {
	base := baselineOf(t, gatedRun(t, "old-name", "goodput", ofBrowse, 100, 101, 99))
	if got := Regression(gatedRun(t, "new-name", "goodput", ofBrowse, 100, 101, 99), "b.json", base, Bounds{}); got.Verdict != result.GatePass {
		t.Errorf("renamed: %+v", got)
	}
	base.Topologies = append(base.Topologies, result.BaselineTopology{Name: "another"})
	got := Regression(gatedRun(t, "new-name", "goodput", ofBrowse, 100, 101, 99), "b.json", base, Bounds{})
	if got.Verdict != result.GateIncompatible || strings.Join(got.Reasons, "; ") != "the topology old-name is gone; the topology another is gone" {
		t.Errorf("gone: %+v", got)
	}
	base.Topologies[0].Name = "new-name"
	base.Topologies = base.Topologies[:1]
	base.Topologies[0].Figures = append(base.Topologies[0].Figures, result.BaselineFigure{Figure: "latency.p99{journey:browse}", Value: pointers([]float64{1})[0], Values: pointers([]float64{1, 1, 1})})
	got = Regression(gatedRun(t, "new-name", "goodput", ofBrowse, 100, 101, 99), "b.json", base, Bounds{})
	if f := got.Figures[1]; got.Verdict != result.GateInconclusive || f.Metric != "latency.p99" || f.Tags["journey"] != "browse" || f.Reason != "the baseline has it, and the run does not" {
		t.Errorf("a figure that is gone: %+v", got)
	}
}

func TestAPartialResultDecidesNothing(t *testing.T) {
	now := gatedRun(t, "x", "goodput", ofBrowse, 50, 51)
	now.Document().Partial = true
	base := baselineOf(t, gatedRun(t, "x", "goodput", ofBrowse, 100, 101))
	if got := Regression(now, "b.json", base, Bounds{}); got.Verdict != result.GateInconclusive || len(got.Figures) != 0 {
		t.Errorf("%+v", got)
	}
	if _, err := result.NewBaselineFile(now); err == nil {
		t.Error("a partial result became a baseline")
	}
	if got := Regression(gatedRun(t, "x", "goodput", ofBrowse, 1, 2), "b.json", nil, Bounds{}); got.Verdict != result.GateNoBaseline {
		t.Errorf("%+v", got)
	}
}

// Whatever the figures: equal runs pass with a difference of exactly zero, also
// against more or fewer replications, and no figure is both better and worse.
func TestEqualRunsDifferByExactlyZero(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 12).Draw(rt, "values")
		base := baselineOf(t, gatedRun(t, "x", "goodput", ofBrowse, values...))
		n := rapid.IntRange(1, len(values)).Draw(rt, "replications")
		got := Regression(gatedRun(t, "x", "goodput", ofBrowse, values[:n]...), "b.json", base, Bounds{})
		f := got.Figures[0]
		if got.Verdict != result.GatePass || *f.Difference.Value != 0 || *f.Relative != 0 {
			rt.Fatalf("%+v", f)
		}
	})
}

func TestTheOtherWayRoundARegressionIsAnImprovement(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(rt, "replications")
		draw := func(name string) []float64 { return rapid.SliceOfN(rapid.Float64Range(50, 150), n, n).Draw(rt, name) }
		a, b := draw("a"), draw("b")
		verdict := func(before, now []float64) string {
			base := baselineOf(t, gatedRun(t, "x", "goodput", ofBrowse, before...))
			return Regression(gatedRun(t, "x", "goodput", ofBrowse, now...), "b.json", base, Bounds{Tolerance: 0.02}).Verdict
		}
		there, back := verdict(a, b), verdict(b, a)
		if there == result.GateRegressed && back == result.GateRegressed || there == result.GateImproved && back == result.GateImproved {
			rt.Fatal(fmt.Sprint(a, b, there, back))
		}
	})
}
