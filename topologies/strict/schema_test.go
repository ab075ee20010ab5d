package strict

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// variantOf is a file that may be laid over another.
type variantOf struct {
	Extends  string        `yaml:"extends"`
	Name     string        `yaml:"name" required:"true"`
	Services Map[service]  `yaml:"services" required:"true"`
	Price    *int          `yaml:"price" default:"3"`
	Zones    []string      `yaml:"zones" default:"[a, b]"`
	Faults   *Map[fault]   `yaml:"faults"`
	Plan     Map[retries]  `yaml:"plan"`
	Steps    *operation    `yaml:"steps"`
	Words    Map[[]string] `yaml:"words"`
	_        struct{}      `yaml:"later" notyet:"true"`
}

// schemaOf compiles the schema of a type.
func schemaOf(t *testing.T, v any) *jsonschema.Schema {
	t.Helper()
	text, err := Schema(v, SchemaOptions{Title: "test", Extends: "extends", Words: []string{"none", "go"},
		Spellings: []Spelling{{`[0-9.]+(ms|s|m|h)`, []string{"5ms", "3s"}}, {`[a-z]+\(.*\)`, []string{"exp(3ms)"}}}})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4) // the schema must name its own
	if err := c.AddResource("test.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("test.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// asJSON is a YAML text as an editor's YAML reader makes it.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// Texts for the type shop: what is right decodes and is valid, what is wrong in a
// way that a schema can see is neither.
var schemaCases = []struct {
	name, text string
	right      bool
}{
	{"least", "name: a", true},
	{"a name that looks like a number", "name: 2024", true},
	{"every form", `
name: a
description: "two\nlines"
platform: { base: 5ms }
raw: { anything: [ 1, { x: y } ] }
services:
  s:
    replicas: 3
    weight: 5
    price: 0.25
    ready: false
    scheduling: fifo
    zones: [a, b]
    timeout: 5ms
    runtime: { base: jvm, startup: 3s }
    retries: { attempts: 2, retryOn: [timeout], backoff: { base: 5ms } }
    backoff: none
    operations:
      bare: [ { cpu: exp(3ms) }, { call: a.b, probability: 0.5, optional: true }, [ { cpu: exp(3ms) } ] ]
      full: { steps: [ { cpu: exp(3ms) } ], size: 5 }
  t: { runtime: go, retries: none }
faults:
  f: { at: 5s, duration: 3s, crash: { component: c } }
  g: { at: 5s, slow: { component: c, factor: 1.5 } }
`, true},
	{"an unknown key", "name: a\nnaem: b", false},
	{"an unknown key inside", "name: a\nplatform: { bse: 5ms }", false},
	{"a missing key", "description: a", false},
	{"a missing key inside", "name: a\nservices: { s: { retries: { retryOn: [a] } } }", false},
	{"a key that is not supported yet", "name: a\nservices: { s: { autoscaling: {} } }", false},
	{"a field that is no key", "name: a\nservices: { s: { Derived: 5 } }", false},
	{"a bare number for a time", "name: a\nplatform: { base: 5 }", false},
	{"a text that is no time", "name: a\nplatform: { base: soon }", false},
	{"a word outside the choice", "name: a\nservices: { s: { scheduling: lifo } }", false},
	{"below the bound", "name: a\nservices: { s: { replicas: 0 } }", false},
	{"above the bound", "name: a\nservices: { s: { replicas: 1001 } }", false},
	{"negative", "name: a\nservices: { s: { weight: -1 } }", false},
	{"a fraction for a count", "name: a\nservices: { s: { replicas: 1.5 } }", false},
	{"a text for a boolean", "name: a\nservices: { s: { ready: maybe } }", false},
	{"a list for a mapping", "name: a\nservices: [s]", false},
	{"a mapping for a list", "name: a\nservices: { s: { zones: { a: b } } }", false},
	{"null", "name: a\nplatform:", false},
	{"no kind", "name: a\nfaults: { f: { at: 5s } }", false},
	{"two kinds", "name: a\nfaults: { f: { at: 5s, crash: { component: c }, slow: { component: c, factor: 2 } } }", false},
	{"a kind that is not supported yet", "name: a\nfaults: { f: { at: 5s, zoneOutage: {} } }", false},
	{"a step of two kinds", "name: a\nservices: { s: { operations: { o: [ { cpu: exp(1ms), call: a.b } ] } } }", false},
	{"a step of no kind", "name: a\nservices: { s: { operations: { o: [ { probability: 0.5 } ] } } }", false},
	{"a step of an unsupported kind", "name: a\nservices: { s: { operations: { o: [ { publish: t } ] } } }", false},
	{"a word for a policy", "name: a\nservices: { s: { retries: some } }", false},
	{"none where nothing is switched off", "name: a\nservices: { s: none }", false},
	{"a list for the root", "[ name ]", false},
}

func TestSchemaAgreesWithDecoding(t *testing.T) {
	schema := schemaOf(t, new(shop))
	for _, c := range schemaCases {
		t.Run(c.name, func(t *testing.T) {
			_, problems := read(c.text, new(shop))
			if (problems == "") != c.right {
				t.Fatalf("decoding: %s", problems)
			}
			if err := schema.Validate(asJSON(t, c.text)); (err == nil) != c.right {
				t.Errorf("schema: %v", err)
			}
		})
	}
}

func TestSchemaOfAFileThatExtendsAnotherRequiresNothingElse(t *testing.T) {
	schema := schemaOf(t, new(variantOf))
	for text, valid := range map[string]bool{
		"name: a":                                false, // services are missing
		"name: a\nservices: {}":                  true,
		"extends: x.yaml":                        true,
		"extends: x.yaml\nservices: { s: none }": true,
		"extends: x.yaml\nservices: none":        true,
		"extends: x.yaml\nplan: { p: { retryOn: [timeout] } }": true,
		"extends: x.yaml\nplan: { p: none }":                   true,
		"extends: x.yaml\nzones: none":                         true,
		"extends: x.yaml\nfaults: { f: { duration: 5s } }":     true,
		"extends: x.yaml\nserivces: {}":                        false,
		"extends: x.yaml\nservices: { s: { replica: 5 } }":     false,
		"extends: x.yaml\nservices: some":                      false,
		"extends: x.yaml\nlater: 5":                            false,
		"name: a\nservices: { s: none }":                       false,
	} {
		if err := schema.Validate(asJSON(t, text)); (err == nil) != valid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSchemaCarriesDefaultsAndBounds(t *testing.T) {
	text, err := Schema(new(variantOf), SchemaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{`"default": 3, "type": "integer"`, `"default": [ "a", "b" ]`, `"default": 1, "type": "integer", "minimum": 1, "maximum": 1000`,
		`"default": true, "type": "boolean"`, `"default": "5s"`, `"default": 0.5`} {
		if !strings.Contains(flat, want) {
			t.Errorf("%s is missing", want)
		}
	}
	again, err := Schema(new(variantOf), SchemaOptions{})
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("a second schema differs: %v", err)
	}
}
