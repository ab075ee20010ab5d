package result

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"faultline/cmd/bounded"
	"faultline/sim/metric"
)

func writeJSON(t testing.TB, s *Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The golden file pins the spelling: FAULTLINE_UPDATE=1 go test rewrites it.
func TestResultJSONIsSpelledAsTheGoldenFile(t *testing.T) {
	got := writeJSON(t, newStore(t, testDocument()))
	path := filepath.Join("testdata", "result.json")
	if os.Getenv("FAULTLINE_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("result.json differs from %s", path)
	}
}

func TestWritingIsRepeatable(t *testing.T) {
	first := writeJSON(t, newStore(t, testDocument()))
	for range 5 {
		if again := writeJSON(t, newStore(t, testDocument())); again != first {
			t.Fatal("two writings differ")
		}
	}
	if !strings.HasPrefix(first, "{\n  \"schema\": \"faultline/result/v1\",\n  \"tool\"") {
		t.Errorf("it begins %.60q", first)
	}
}

func TestReadingGivesTheSameDocument(t *testing.T) {
	text := writeJSON(t, newStore(t, testDocument()))
	s, err := ReadJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if again := writeJSON(t, s); again != text {
		t.Error("written, read and written again, it differs")
	}
	if f, ok := s.Figure(selector(t, "latency{journey:browse, topology:micro, versus:mono}", "p(99)")); !ok || f.Value == nil {
		t.Error("the store read has no difference")
	}
}

// Null is for figures that are undefined, never for a list.
func TestListsAreNeverNull(t *testing.T) {
	doc := testDocument()
	doc.Warnings, doc.Sources, doc.Samples = nil, nil, nil
	doc.Resolved = Values{}
	doc.Thresholds = []Verdict{verdict("mono", "pass")}
	doc.Comparisons = []Comparison{{A: est(1), B: est(1), Difference: est(1), Verdict: "same"}}
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		top.Graph, top.Flows, top.Databases, top.Warnings = Graph{Nodes: []Node{{Name: "n"}}}, nil, []Database{{Name: "db"}}, nil
		*top = fill(*top)
	}
	var tree any
	if err := json.Unmarshal([]byte(writeJSON(t, newStore(t, doc))), &tree); err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"value": true, "low": true, "high": true, "data": true, "cost": true, "baseline": true,
		"completion": true, "end": true, "state": true, "varianceReduction": true, "reached": true, "hurt": true}
	var look func(path, key string, v any)
	look = func(path, key string, v any) {
		switch v := v.(type) {
		case nil:
			if !allowed[key] {
				t.Errorf("%s is null", path)
			}
		case map[string]any:
			for k, e := range v {
				look(path+"."+k, k, e)
			}
		case []any:
			for _, e := range v {
				look(path+"[]", key, e)
			}
		}
	}
	look("", "", tree)
}

// fill strips the lists within lists of a topology and gives its estimates reasons.
func fill(t Topology) Topology {
	t.Journeys = []Journey{{Name: "browse"}}
	t.Services = []Service{{Name: "shop"}}
	t.Edges = []Edge{{From: "a", To: "b"}}
	t.Faults = []Fault{{Name: "f", Baseline: &Baseline{Journeys: []Journey{{Name: "browse"}}}}}
	t.Baseline = &Baseline{}
	t.Series = Series{Window: 1, Journeys: map[string]map[string]Band{"browse": {"goodput": {}}}, Services: map[string]map[string]Band{"shop": nil, "db": {"utilization": {}}}}
	t.Histograms = map[string]Histogram{"latency{journey:browse}": {}}
	walk("", &t, func(_ place, _ metric.Selector, e *Estimate) { e.Reason = "none" })
	return t
}

func TestReadJSONRefusesWhatItDoesNotUnderstand(t *testing.T) {
	good := writeJSON(t, newStore(t, testDocument()))
	for _, c := range []struct{ text, want string }{
		{"", "unexpected end"},
		{"null", "the key schema is missing"},
		{"[]", "line 1"},
		{"{}", "the key schema is missing"},
		{`{"schema": 1}`, "schema 1 is not known"},
		{`{"schema": "faultline/result/v2"}`, `schema "faultline/result/v2" is not known`},
		{`{"schema": "faultline/result/v1"}`, "the key tool is missing"},
		{strings.Replace(good, `"samples":`, `"simples":`, 1), "the key samples is missing"},
		{strings.Replace(good, `"seed": 42`, `"seed": -1`, 1), "line 16"},
		{good + "{}", "after top-level value"},
		{good[:len(good)/2], "unexpected end"},
		{strings.Replace(good, `"seed": 42`, `"seed": 4.2`, 1), "seed"},
		{strings.Replace(good, `"offered": 1000`, `"offered": 1001`, 1), "topologies[0].journeys[0].counts"},
		{strings.Replace(good, `"verdict": "pass"`, `"verdict": "good"`, 1), "none of pass, fail"},
	} {
		if _, err := ReadJSON(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want an error with %q", c.text, err, c.want)
		}
	}
}

func TestUnknownKeysAreSkipped(t *testing.T) {
	good := writeJSON(t, newStore(t, testDocument()))
	more := strings.Replace(good, `"seed": 42`, `"seed": 42, "weather": {"sun": [1, 2]}`, 1)
	s, err := ReadJSON(strings.NewReader(more))
	if err != nil || writeJSON(t, s) != good {
		t.Errorf("with another key: %v", err)
	}
}

// endless yields spaces and never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadJSONIsBounded(t *testing.T) {
	if _, err := readJSON(endless{}, 1<<20); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("got %v", err)
	}
	text := writeJSON(t, newStore(t, testDocument()))
	if _, err := readJSON(strings.NewReader(text), int64(len(text))); err != nil {
		t.Errorf("a document of just the size: %v", err)
	}
}

// A small document: the fuzzer mutates bytes, and most of a large one are figures.
const small = `{"schema":"faultline/result/v1","tool":{},"scenario":{},"seed":1,"replications":1,"fingerprint":"0","verdict":"pass",
"partial":false,"warnings":null,"sources":[],"resolved":[],"topologies":[{"name":"t","baseline":{"series":{"window":1}},
"flows":[{"name":"f","offered":{"value":1},"throughput":{"value":1,"low":0,"high":2},"goodput":{"reason":"none"}}],
"series":{"window":1,"journeys":{"j":{"goodput":{"value":[1,null]}}}}}],"comparisons":[],
"thresholds":[{"verdict":"fail","observed":{"value":1}}],"samples":[{"metric":"goodput","tags":{"topology":"t"},"values":[1]}]}`

func FuzzReadJSON(f *testing.F) {
	if _, err := ReadJSON(strings.NewReader(small)); err != nil {
		f.Fatal(err) // a seed that is refused leads nowhere
	}
	f.Add([]byte(small))
	f.Add([]byte(`{"schema":"faultline/result/v1","topologies":[{"faults":[{"baseline":{}}]}],"samples":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer bounded.Input(t)()
		s, err := ReadJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		once := writeJSON(t, s)
		again, err := ReadJSON(strings.NewReader(once))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if writeJSON(t, again) != once {
			t.Fatal("written twice, it differs")
		}
	})
}
