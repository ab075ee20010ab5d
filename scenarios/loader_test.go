package scenarios

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"faultline/cmd/bounded"
	"faultline/sim/fault"
	"faultline/sim/result"
	"faultline/topologies"
)

var update = flag.Bool("update", false, "write what the tests see into their golden files")

// one and two are topologies of the same application; two lacks the service shop
// and the journey ask.
const one = `
topology: one
services: { shop: { operations: { page: [ { cpu: 1ms } ], ask: [ { cpu: 1ms } ] } } }
journeys: { look: { call: shop.page, weight: 3 }, ask: { call: shop.ask } }
`

const two = `
topology: two
services: { front: { operations: { page: [ { call: back.do } ] } }, back: { operations: { do: [ { cpu: 1ms } ] } } }
journeys: { look: { call: front.page, weight: 3 } }
`

// loadText loads scenario.yaml of a file system that has both topologies.
func loadText(scenario string, set ...string) (*Scenario, error) {
	overrides, err := topologies.ParseSets(set)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{"scenario.yaml": {Data: []byte(scenario)}, "one.yaml": {Data: []byte(one)}, "two.yaml": {Data: []byte(two)}}
	return loadFS(files, overrides)
}

func loadFS(files fs.FS, set []topologies.Override) (*Scenario, error) {
	l := newLoader(set)
	s := l.scenario(topologies.InFS(files, "scenario.yaml"))
	return s, l.Errs.Err()
}

// loadTopology loads a scenario with one topology, top.yaml.
func loadTopology(topology, scenario string) (*Scenario, error) {
	return loadFS(fstest.MapFS{"scenario.yaml": {Data: []byte(scenario)}, "top.yaml": {Data: []byte(topology)}}, nil)
}

func mustLoad(t *testing.T, text string, set ...string) *Scenario {
	t.Helper()
	s, err := loadText("scenario: s\n"+text, set...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestErrorsSayWhereWhatAndWhatWouldBeRight(t *testing.T) {
	paths, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := fstest.MapFS{"one.yaml": {Data: []byte(one)}, "two.yaml": {Data: []byte(two)}}
			var set []topologies.Override
			for _, f := range a.Files {
				files[f.Name] = &fstest.MapFile{Data: f.Data}
				if f.Name == "set" {
					if set, err = topologies.ParseSets(strings.Split(strings.TrimSpace(string(f.Data)), "\n")); err != nil {
						t.Fatal(err)
					}
				}
			}
			s, err := loadFS(files, set)
			if err == nil {
				t.Fatalf("nothing was refused: %+v", s.Spec)
			}
			got, last := err.Error()+"\n", &a.Files[len(a.Files)-1]
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(last.Data) {
				t.Errorf("got:\n%s\nwant:\n%s", got, last.Data)
			}
		})
	}
}

func TestDefaultsAreThoseOfTheDocumentation(t *testing.T) {
	s := mustLoad(t, "topologies: one.yaml\nload: { all: { rate: 5/s } }")
	p, o := s.Plans()[0], s.Options()
	if p.Duration != 10*time.Minute || p.Warmup != time.Minute || p.Drain != 30*time.Second || p.Window != 0 || o.Seed != 1 || o.Replications != 10 {
		t.Errorf("%+v %+v", p, o)
	}
	if f := p.Flows[0]; f.Name != "all" || f.Profile.Rate(0) != 5 || f.Arrivals.String() != "poisson" {
		t.Errorf("%+v", f)
	}
	if s.Expect != "pass" || len(p.Faults) != 0 {
		t.Errorf("expect %s, faults %v", s.Expect, p.Faults)
	}
	want := result.Resolved{Path: "run.warmup", Value: "1m", Origin: "default"}
	if !slices.Contains(slices.Collect(s.Resolved().All()), want) {
		t.Errorf("resolved lacks %v", want)
	}
}

func TestAMixReplacesTheWeightsOfAllJourneys(t *testing.T) {
	s := mustLoad(t, `
topologies: [one.yaml, two.yaml]
load:
  own: { rate: 5/s }
  mixed: { rate: 5/s, arrivals: uniform, mix: { look: 0.5 } }`)
	for i, want := range [][][]float64{{{3, 1}, {0.5, 0}}, {{3}, {0.5}}} {
		flows := s.Plans()[i].Flows
		if diff := cmp.Diff(want, [][]float64{flows[0].Weights, flows[1].Weights}); diff != "" {
			t.Errorf("topology %d: %s", i, diff)
		}
	}
}

func TestFaultsBecomeInjections(t *testing.T) {
	s := mustLoad(t, `
topologies: [one.yaml, two.yaml]
run: { duration: 5m, warmup: 0 }
load: { all: { rate: 5/s } }
faults:
  a: { at: 0, crash: { service: shop } }
  b: { at: 1m, duration: 10m, mode: fixedPercent, value: 50%, slow: { service: "*", factor: 3 } }`)
	faults := s.Plans()[0].Faults
	a, b := faults[0], faults[1]
	if a.Name != "a" || a.At != 0 || a.Duration != fault.Open || a.Kind != "crash" || a.Fault.Where().String() != "service shop" || a.Mode.Kind != "all" {
		t.Errorf("%+v", a)
	}
	if b.At != time.Minute || b.Duration != 10*time.Minute || b.Mode != (fault.Mode{Kind: "fixedPercent", Value: "50%"}) || b.Fault.(*fault.Slow).Factor != 3 {
		t.Errorf("%+v", b)
	}
	if want := []string{"fault b lasts beyond the end of the run: nothing is seen of the recovery"}; !slices.Equal(s.Warnings[:1], want) {
		t.Errorf("warnings %q", s.Warnings)
	}
	if w := s.Plans()[0].Warnings; slices.ContainsFunc(w, lacks) {
		t.Errorf("one has service shop: %q", w)
	}
	if w := s.Plans()[1].Warnings; !slices.ContainsFunc(w, lacks) {
		t.Errorf("two has no service shop, and nothing says so: %q", w)
	}
}

func lacks(w string) bool { return w == "fault a does not apply here: there is no service shop" }

func TestDifferentApplicationsAreAWarning(t *testing.T) {
	s := mustLoad(t, "topologies: [one.yaml, two.yaml]\nload: { all: { rate: 5/s } }")
	if len(s.Warnings) != 1 || !strings.HasPrefix(s.Warnings[0], "one and two deploy different applications") {
		t.Errorf("%q", s.Warnings)
	}
}

func TestThresholdsKeepTheirPlace(t *testing.T) {
	s := mustLoad(t, `
topologies: one.yaml
load: { all: { rate: 5/s } }
thresholds:
  "latency{journey:look}": ["p(99) < 300ms", "avg < 50ms"]
  availability: ">= 99.9%"`)
	var got []string
	for _, th := range s.Thresholds {
		got = append(got, th.Source+" "+th.Selector.String()+" "+th.Expression.String())
	}
	want := []string{"scenario.yaml:6 latency{journey:look} p(99) < 300ms", "scenario.yaml:6 latency{journey:look} avg < 50ms", "scenario.yaml:7 availability >= 99.9%"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnOverridesFirstSegmentSaysWhatItChanges(t *testing.T) {
	const text = "topologies: [one.yaml, two.yaml]\nload: { all: { rate: 5/s } }"
	s := mustLoad(t, text, "run.seed=9", "zones=[x, y]", "one.services.shop.replicas=4", "journeys.look.weight=7")
	if s.Run.Seed != 9 {
		t.Errorf("seed %d", s.Run.Seed)
	}
	for i, replicas := range []int{4, 1} {
		sys := s.Plans()[i].System
		if !slices.Equal(sys.Zones, []string{"x", "y"}) || sys.Stations[1].Replicas != replicas || sys.Journeys[0].Weight != 7 {
			t.Errorf("%s: zones %v, %d replicas, weight %v", sys.Name, sys.Zones, sys.Stations[1].Replicas, sys.Journeys[0].Weight)
		}
	}
	if plain := mustLoad(t, text); plain.Digest == s.Digest || plain.Topologies[0].Digest == s.Topologies[0].Digest {
		t.Error("overrides leave a digest as it was")
	}
}

func TestFlagsOfTheirOwnOverrideTheFile(t *testing.T) {
	seed, replications, duration := uint64(1<<63), 3, 90*time.Second
	s, err := Load("canary-must-fail", Options{Seed: &seed, Replications: &replications, Duration: &duration})
	if err != nil {
		t.Fatal(err)
	}
	if s.Run.Seed != seed || s.Run.Replications != 3 || s.Plans()[0].Duration != duration {
		t.Errorf("%+v", s.Run)
	}
	if want := (result.Resolved{Path: "run.duration", Value: "90s", Origin: "--duration"}); !slices.Contains(slices.Collect(s.Resolved().All()), want) {
		t.Errorf("resolved lacks %v", want)
	}
	short := 30 * time.Second
	_, err = Load("canary-must-fail", Options{Duration: &short})
	if err == nil || !strings.Contains(err.Error(), "1m is not between the warm-up and the end (write 20s or later, and less than 30s)") {
		t.Errorf("a fault after the end: %v", err)
	}
}

func TestBuiltInScenariosLoadWithoutAnyWarning(t *testing.T) {
	entries := Entries()
	if len(entries) < 3 {
		t.Fatalf("%d built-in scenarios", len(entries))
	}
	for _, e := range entries {
		t.Run(e.Name, func(t *testing.T) {
			v, err := Validate(e.Name, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range v.Warnings {
				t.Error(w)
			}
			s, err := Load(e.Name, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if e.Name+".yaml" != e.File || s.Description == "" || e.Description == "" || len(s.Thresholds) == 0 {
				t.Errorf("%s: file %s, description %q, comment %q, %d thresholds", s.Name, e.File, s.Description, e.Description, len(s.Thresholds))
			}
		})
	}
}

func TestAFileMayNameBuiltInTopologies(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.yaml")
	text := "scenario: s\ntopologies: [shop-monolith, shop-microservices]\nload: { all: { rate: 5/s } }\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, src := range s.Sources {
		paths = append(paths, src.Path)
	}
	want := []string{"s.yaml", "builtin:topologies/shop/monolith.yaml", "builtin:topologies/shop/application.yaml", "builtin:topologies/shop/microservices.yaml"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func TestValidateTellsKindsApart(t *testing.T) {
	for _, test := range []struct{ ref, kind, name string }{
		{"recommendations-crash", "scenario", "recommendations-crash"},
		{"shop-monolith", "topology", "shop-monolith"},
		{"shop", "application", "shop"},
		{"recommendations-crash.yaml", "scenario", "recommendations-crash"},
		{"../topologies/shop/microservices.yaml", "topology", "shop-microservices"},
		{"../topologies/shop/application.yaml", "application", "shop"},
	} {
		v, err := Validate(test.ref, Options{Root: ".."})
		if err != nil {
			t.Error(err)
			continue
		}
		if v.Kind != test.kind || v.Name != test.name || len(v.Files) == 0 {
			t.Errorf("%s: %+v", test.ref, v)
		}
	}
	if _, err := Validate("recommendation-crash", Options{}); err == nil || !strings.Contains(err.Error(), `did you mean "recommendations-crash"?`) {
		t.Errorf("a misspelt name: %v", err)
	}
}

func TestAKeyIsEveryTaggedField(t *testing.T) {
	var tagged []string
	spec := reflect.TypeFor[Spec]()
	for i := range spec.NumField() {
		if key := spec.Field(i).Tag.Get("yaml"); key != "" {
			tagged = append(tagged, key)
		}
	}
	slices.Sort(tagged)
	own := slices.Clone(keys)
	slices.Sort(own)
	if diff := cmp.Diff(tagged, own); diff != "" {
		t.Error(diff)
	}
	for _, k := range keys {
		if slices.Contains(topologies.Keys, k) || slices.Contains(topologies.ApplicationKeys, k) {
			t.Errorf("%s is a key of a topology too: --set could not tell", k)
		}
	}
}

// Whatever the files hold, loading ends, in an error or in sound plans.
func FuzzLoad(f *testing.F) {
	for _, e := range Entries() {
		text, err := fs.ReadFile(Builtin(), e.File)
		if err != nil {
			f.Fatal(err)
		}
		local := strings.ReplaceAll(string(text), "../topologies/shop/monolith.yaml", "shop-monolith")
		f.Add([]byte(strings.ReplaceAll(local, "../topologies/shop/microservices.yaml", "shop-microservices")))
	}
	f.Add([]byte("scenario: s\ntopologies: one.yaml\nload: { all: { stages: [ { duration: 1m, target: 5/s } ], mix: { look: 1 } } }"))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer bounded.Input(t)()
		s, err := loadText(string(text))
		if err != nil {
			return
		}
		for _, p := range s.Plans() {
			if p.System == nil || p.Warmup >= p.Duration || len(p.Flows) == 0 {
				t.Fatalf("%+v", p)
			}
			for _, f := range p.Flows {
				if len(f.Weights) != len(p.System.Journeys) || f.Profile == nil || f.Arrivals == nil {
					t.Fatalf("%+v", f)
				}
			}
			for _, in := range p.Faults {
				if in.Fault == nil || in.At < p.Warmup || in.At >= p.Duration {
					t.Fatalf("%+v", in)
				}
			}
		}
	})
}

// What only the values in force are read from can go before the simulation.
func TestAScenarioThatForgetsItsFilesKeepsWhatASimulationNeeds(t *testing.T) {
	load := func() *Scenario {
		s, err := Load("recommendations-crash", Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s, whole := load(), load()
	s.Forget()
	if got, want := s.Resolved(), whole.Resolved(); got.Len() < 500 || !got.Equal(want) {
		t.Errorf("%d values in force, want %d", got.Len(), want.Len())
	}
	if got, want := s.Plans(), whole.Plans(); len(got) != len(want) || got[1].System == nil || got[1].Digest != want[1].Digest {
		t.Errorf("plans %v, want %v", got, want)
	}
	top := s.Topologies[0]
	top.Resolved(func(r result.Resolved) { t.Errorf("the topology still has %v", r) })
	if top.Application != nil || top.EdgeValues() != nil {
		t.Error("the topology holds its application")
	}
}
