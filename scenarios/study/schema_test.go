package study_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// schemas compiles the schemas of all kinds of files.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	out := make(map[string]*jsonschema.Schema)
	for _, kind := range study.SchemaKinds {
		text, err := study.Schema(kind)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(kind, doc); err != nil {
			t.Fatal(err)
		}
		if out[kind], err = c.Compile(kind); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// kindOf is the kind of a file, "" for none.
func kindOf(text []byte) string {
	return topologies.KindOf(strict.Parse("f", text, new(strict.Errors)).Root)
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaTakesEveryBuiltInFile(t *testing.T) {
	all := schemas(t)
	n := 0
	for _, fsys := range []fs.FS{scenarios.Builtin(), topologies.Builtin()} {
		err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(fsys, file)
			if err != nil {
				return err
			}
			n++
			if err := all[kindOf(text)].Validate(parsed(t, text)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 6 {
		t.Errorf("only %d files", n)
	}
}

// Every file of the project's test data that loads is valid: the schema must not
// mark what runs.
func TestSchemaTakesEveryFileThatLoads(t *testing.T) {
	all := schemas(t)
	n := 0
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".yaml" || !strings.Contains(file, "testdata") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		schema := all[kindOf(text)]
		if schema == nil {
			return nil // of no kind of ours
		}
		if _, err := scenarios.Validate(file, scenarios.Options{Root: "../.."}); err != nil {
			return nil
		}
		n++
		if err := schema.Validate(parsed(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 30 {
		t.Errorf("only %d files", n)
	}
}

// Mistakes that an editor should mark while they are typed.
var mistyped = map[string][]string{
	"scenario": {
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nlaod: {}",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5 } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5 per second } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s, arrivals: poison } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s, mix: { browse: 20% } } }",
		"scenario: s\ntopologies: t.yaml\nload: [ { rate: 5/s } ]",
		"scenario: s\nload: { all: { rate: 5/s } }",
		"topologies: t.yaml\nload: { all: { rate: 5/s } }",
		"scenario: s\ntopologies: t.yaml\nrun: { duration: 10 }\nload: { all: { rate: 5/s } }",
		"scenario: s\ntopologies: t.yaml\nrun: { replications: 0 }\nload: { all: { rate: 5/s } }",
		"scenario: s\ntopologies: t.yaml\nrun: { replications: ten }\nload: { all: { rate: 5/s } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nexpect: failure",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 4m } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 4m, crush: { component: c } } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 4m, crash: { component: c, perCall: 200% } , slow: { component: c, factor: 2 } } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 4m, crash: { component: c, perCall: 2 } } }",
		"scenario: s\ntopologies: t.yaml\nload: { all: { rate: 5/s } }\nfaults: { f: { at: 4m, slow: { component: c } } }",
		"scenario: s\ntopologies: t.yaml\nload:",
	},
	"topology": {
		"topology: t",
		"topology: t\nservices: { s: { replicsa: 2 } }",
		"topology: t\nservices: { s: { replicas: 2.5 } }",
		"topology: t\nservices: { s: { workers: many } }",
		"topology: t\nservices: { s: { cpu: 2 cores } }",
		"topology: t\nservices: { s: { components: everything } }",
		"topology: t\nservices: { s: { operations: { do: [ { cpu: 8 } ] } } }",
		"topology: t\nservices: { s: { operations: { do: [ { cpu: exp(8ms), sleep: 5ms } ] } } }",
		"topology: t\nservices: { s: { operations: { do: [ { spin: 5ms } ] } } }",
		"topology: t\nservices: { s: none }",
		"topology: t\nservices: {}\nedges: { a -> b: { timeout: 5 } }",
		"topology: t\nservices: {}\nedges: { a -> b: { timeout: 0 } }",
		"topology: t\nservices: {}\nedges: { a -> b: { retries: 2 } }",
		"topology: t\nservices: {}\nedges: { a -> b: { retries: { perTryTimeout: 5ms } } }",
		"topology: t\nservices: {}\nedges: { a -> b: { loadBalancer: FASTEST } }",
		"topology: t\nservices: {}\nnetwork: some",
	},
	"application": {
		"application: a\ncomponents: {}",
		"application: a\njourneys: {}\ncomponents: { c: { operations: { do: [ { call: 5, optional: perhaps } ] } } }",
		"application: a\njourneys: {}\ncomponents: { c: { operations: { do: [ { call: a.b, prob: 5% } ] } } }",
		"application: a\njourneys: { j: { call: c.do, weight: 5% } }\ncomponents: {}",
		"application: a\njourneys: { j: { call: c.do, criticality: high } }\ncomponents: {}",
		"application: a\njourneys: { j: { call: c.do, objectives: { latency: fast } } }\ncomponents: {}",
		"application: a\njourneys: {}\ncomponents: {}\nstores: { s: { read: 5 } }",
	},
}

func TestSchemaRefusesWhatIsMistyped(t *testing.T) {
	all := schemas(t)
	for kind, texts := range mistyped {
		for _, text := range texts {
			if err := all[kind].Validate(parsed(t, []byte(text))); err == nil {
				t.Errorf("%s is valid:\n%s", kind, text)
			}
		}
	}
}

func TestSchemaOfAnUnknownKindIsRefused(t *testing.T) {
	if _, err := study.Schema("scenarios"); err == nil || !strings.Contains(err.Error(), `did you mean "scenario"?`) {
		t.Errorf("error %v", err)
	}
}
