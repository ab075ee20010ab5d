package result

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"faultline/sim/metric"
)

// terms of a document with these values in force.
func termsOf(d *Document, resolved ...string) []string {
	var b ValuesBuilder
	for i := 0; i < len(resolved); i += 2 {
		b.Add(Resolved{Path: resolved[i], Value: resolved[i+1]})
	}
	d.Resolved = b.Values()
	var out []string
	for _, t := range Terms(d) {
		out = append(out, t.Path+"="+t.Value)
	}
	return out
}

func TestTermsAreWhatMakesRunsComparable(t *testing.T) {
	doc := func() *Document {
		return &Document{Seed: 7, Scenario: Scenario{Duration: 360, Warmup: 35.5},
			Sources: []Source{{Path: "data/arrivals.csv", Digest: "sha256:1"}}}
	}
	run := []string{"run.duration=6m", "run.seed=7", "run.warmup=35.5s"}
	for name, c := range map[string]struct{ resolved, want []string }{
		"nothing else": {nil, run},
		"what only says how often, or what a topology is": {[]string{"run.replications", "9", "x.services.s.cpu", "2", "gate.tolerance", "5%", "thresholds.x", "y"}, run},
		"drain, load and faults": {[]string{"load.b.rate", "2/s", "load.b.mix.j", "1", "load.a.rate", "1/s", "load.a.mix.j", "1", "faults.f.at", "1m", "run.drain", "30s"},
			append([]string{"faults.f.at=1m", "load.a.mix.j=1", "load.a.rate=1/s", "load.b.mix.j=1", "load.b.rate=2/s", "run.drain=30s"}, run...)},
		"weights, where a flow has no mix": {[]string{"load.a.rate", "1/s", "load.b.mix.j", "1", "journeys.j.weight", "3", "x.journeys.k.weight", "4"},
			append([]string{"journeys.j.weight=3", "journeys.k.weight=4", "load.a.rate=1/s", "load.b.mix.j=1"}, run...)},
		"no weights, where all have one": {[]string{"load.a.mix.j", "1", `load."b.c".mix.j`, "1", "journeys.j.weight", "3"},
			append([]string{`load."b.c".mix.j=1`, "load.a.mix.j=1"}, run...)},
		"weights that differ by topology": {[]string{"load.a.rate", "1/s", "x.journeys.j.weight", "1", "y.journeys.j.weight", "2", "z.journeys.j.weight", "1"},
			append([]string{"journeys.j.weight=1 or 2", "load.a.rate=1/s"}, run...)},
		"what is in a trace": {[]string{"load.a.arrivals", "trace(../data/arrivals.csv)"},
			append([]string{"load.a.arrivals=trace(../data/arrivals.csv) sha256:1"}, run...)},
	} {
		if got := termsOf(doc(), c.resolved...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%v, want\n%v", name, got, c.want)
		}
	}
}

func TestMismatchesAreThoseOfEitherSide(t *testing.T) {
	a := []Term{{"a", "1"}, {"b", "1"}, {"d", "1"}}
	b := []Term{{"b", "2"}, {"c", "1"}, {"d", "1"}, {"e", "1"}}
	want := "[{a 1 } {b 1 2} {c  1} {e  1}]"
	if got := fmt.Sprint(Mismatches(a, b)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := Mismatches(a, a); len(got) != 0 {
		t.Errorf("with itself: %v", got)
	}
}

func TestGatedAreThePromises(t *testing.T) {
	for text, want := range map[string]bool{
		"goodput{journey:j, topology:t}": true, "availability{journey:j, topology:t}": true, "blastRadius{fault:f, topology:t}": true, "costPerMillion{topology:t}": true,
		"goodput{topology:t}": false, "goodput{journey:j, topology:t, run:baseline}": false, "blastRadius{journey:j, fault:f, topology:t}": false,
		"costPerHour{topology:t}": false, "utilization{service:s, topology:t}": false, "goodput{flow:f, topology:t}": false,
	} {
		s, err := metric.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		if IsGated(s) != want {
			t.Errorf("%s is gated: %v", text, !want)
		}
	}
}

func TestBaselinesReadWhatTheyWrote(t *testing.T) {
	v := 1.0 / 3
	terms := []Term{{"run.seed", "7"}}
	b := &BaselineFile{Schema: BaselineSchema, Replications: 2, Comparable: Comparable{digestOf(terms), terms},
		Topologies: []BaselineTopology{{Name: "t", Figures: []BaselineFigure{{"goodput{journey:j}", &v, []*float64{&v, nil}}}}}}
	var first, second bytes.Buffer
	if err := b.WriteJSON(&first); err != nil {
		t.Fatal(err)
	}
	back, err := ReadBaselineFile(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := back.WriteJSON(&second); err != nil || first.String() != second.String() {
		t.Errorf("%v\n%s\nbecame\n%s", err, first.String(), second.String())
	}
	for want, text := range map[string]string{
		"line 2: unexpected end of JSON input":         "{\n",
		`schema "other" is not known`:                  `{ "schema": "other" }`,
		"holds no topology":                            `{ "schema": "faultline/baseline/v1" }`,
		"has 2 values, and there are 3 replications":   strings.Replace(first.String(), `"replications": 2`, `"replications": 3`, 1),
		"comparable.digest is not that of its terms":   strings.Replace(first.String(), `"value": "7"`, `"value": "8"`, 1),
		"cannot unmarshal string into Go struct field": strings.Replace(first.String(), `"replications": 2`, `"replications": "2"`, 1),
	} {
		if _, err := ReadBaselineFile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
