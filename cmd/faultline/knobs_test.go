package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"faultline/scenarios"
	"faultline/sim/result"
	"faultline/topologies"
)

// Every key that a file may hold must do something: a configuration that is
// accepted and changes nothing is a lie. For each key there is a scenario in
// which it alone is changed, and something that must change with it. A key
// without a row fails the test, so that a new one needs a row.

// effect is where the change of a key must show.
type effect string

const (
	figures  effect = "a figure of some replication"
	series   effect = "a series"
	verdict  effect = "a verdict"
	document effect = "a name or an objective in the result"
	// What the key decides is not due yet; until then it is repeated among the
	// values in force, and nowhere else.
	resolved effect = "the values in force"
)

// refused says that the change is refused with an error that holds the text.
func refused(text string) effect { return effect("refused: " + text) }

// knob is one key with a change of it.
type knob struct {
	field  string   // as fieldsOf names it
	given  []string // --set before and after the change
	change string   // --set that changes the key and nothing else
	moves  effect
}

const (
	page = "components.front.operations.page."
	hop  = `edges."front -> back".`
)

// hit is a fault in force from the second to the fourth second.
func hit(more ...string) []string {
	return append([]string{"faults.f.at=2s", "faults.f.duration=2s"}, more...)
}

// impatient are tries that often take too long, and are repeated.
func impatient(more ...string) []string {
	return append([]string{hop + "retries.attempts=2", hop + "retries.perTryTimeout=8ms"}, more...)
}

var knobs = slices.Concat(scenarioKnobs, faultKnobs, topologyKnobs, applicationKnobs)

var scenarioKnobs = []knob{
	{"scenarios.Spec.scenario", nil, "scenario=another", document},
	{"scenarios.Spec.description", nil, "description=something else", document},
	{"scenarios.Spec.topologies", nil, "topologies=[more.yaml]", figures},
	{"scenarios.Spec.thresholds", nil, `thresholds."latency{journey:page}"=p(99) < 1ms`, verdict},
	{"scenarios.Spec.expect", nil, "expect=fail", document}, // the gate reads it
	{"scenarios.Run.duration", nil, "run.duration=7s", figures},
	{"scenarios.Run.warmup", nil, "run.warmup=2s", figures},
	{"scenarios.Run.replications", nil, "run.replications=3", figures},
	{"scenarios.Run.seed", nil, "run.seed=2", figures},
	{"scenarios.Run.drain", []string{page + "2.sleep=exp(4s)", `services."*".workers=unlimited`}, "run.drain=4s", figures},
	{"scenarios.Run.window", nil, "run.window=2s", series},
	{"scenarios.Flow.rate", nil, "load.visitors.rate=130/s", figures},
	{"scenarios.Flow.arrivals", nil, "load.visitors.arrivals=uniform", figures},
	{"scenarios.Flow.mix", nil, "load.robots.mix.page=2", figures},
	{"scenarios.Flow.startRate", nil, "load.robots.startRate=10/s", figures},
	{"load.StageSpec.duration", nil, "load.robots.stages.0.duration=2s", figures},
	{"load.StageSpec.target", nil, "load.robots.stages.0.target=40/s", figures},
}

var faultKnobs = []knob{
	{"scenarios.Fault.at", hit("faults.f.slow.component=back", "faults.f.slow.factor=4"), "faults.f.at=3s", figures},
	{"scenarios.Fault.duration", hit("faults.f.slow.component=back", "faults.f.slow.factor=4"), "faults.f.duration=1s", figures},
	{"scenarios.Fault.mode", hit("faults.f.slow.service=back", "faults.f.slow.factor=4"), "faults.f.mode=one", figures},
	{"scenarios.Fault.value", hit("faults.f.slow.service=back", "faults.f.slow.factor=4", "faults.f.mode=fixed", "faults.f.value=1"), "faults.f.value=2", figures},

	{"fault.Crash.component", hit("faults.f.crash.component=back"), "faults.f.crash.component=front", figures},
	{"fault.Crash.service", hit("faults.f.crash.service=back"), "faults.f.crash.service=front", figures},
	{"fault.Crash.every", hit("faults.f.crash.component=back"), "faults.f.crash.every=1s", figures},
	{"fault.Crash.perCall", hit("faults.f.crash.component=back"), "faults.f.crash.perCall=1%", figures},
	{"fault.Crash.operation", hit(), "faults.f.crash.operation=back.work", refused("crash does not take operation")},
	{"fault.Crash.edge", hit(), "faults.f.crash.edge=front -> back", refused("crash does not take edge")},
	{"fault.Crash.flow", hit(), "faults.f.crash.flow=visitors", refused("crash does not take flow")},

	{"fault.Slow.component", hit("faults.f.slow.factor=4", "faults.f.slow.component=back"), "faults.f.slow.component=front", figures},
	{"fault.Slow.operation", hit("faults.f.slow.factor=4", "faults.f.slow.operation=front.page"), "faults.f.slow.operation=front.ping", figures},
	{"fault.Slow.service", hit("faults.f.slow.factor=4", "faults.f.slow.service=back"), "faults.f.slow.service=front", figures},
	{"fault.Slow.factor", hit("faults.f.slow.factor=4", "faults.f.slow.component=back"), "faults.f.slow.factor=2", figures},
	{"fault.Slow.edge", hit("faults.f.slow.factor=4"), "faults.f.slow.edge=front -> back", refused("slow does not take edge")},
	{"fault.Slow.flow", hit("faults.f.slow.factor=4"), "faults.f.slow.flow=visitors", refused("slow does not take flow")},

	{"fault.Errors.component", hit("faults.f.errors.share=20%", "faults.f.errors.component=back"), "faults.f.errors.component=bank", figures},
	{"fault.Errors.operation", hit("faults.f.errors.share=20%", "faults.f.errors.operation=front.page"), "faults.f.errors.operation=front.ping", figures},
	{"fault.Errors.service", hit("faults.f.errors.share=20%", "faults.f.errors.service=back"), "faults.f.errors.service=front", figures},
	{"fault.Errors.edge", hit("faults.f.errors.share=20%", "faults.f.errors.edge=front -> back"), "faults.f.errors.edge=users -> front", figures},
	{"fault.Errors.share", hit("faults.f.errors.share=20%", "faults.f.errors.component=back"), "faults.f.errors.share=30%", figures},
	{"fault.Errors.flow", hit("faults.f.errors.share=20%"), "faults.f.errors.flow=visitors", refused("errors does not take flow")},

	{"fault.Delay.edge", hit("faults.f.delay.latency=20ms", "faults.f.delay.edge=front -> back"), "faults.f.delay.edge=users -> front", figures},
	{"fault.Delay.service", hit("faults.f.delay.latency=20ms", "faults.f.delay.service=back"), "faults.f.delay.service=front", figures},
	{"fault.Delay.latency", hit("faults.f.delay.latency=20ms", "faults.f.delay.service=back"), "faults.f.delay.latency=30ms", figures},
	{"fault.Delay.component", hit("faults.f.delay.latency=20ms"), "faults.f.delay.component=back", refused("delay does not take component")},
	{"fault.Delay.operation", hit("faults.f.delay.latency=20ms"), "faults.f.delay.operation=back.work", refused("delay does not take operation")},
	{"fault.Delay.flow", hit("faults.f.delay.latency=20ms"), "faults.f.delay.flow=visitors", refused("delay does not take flow")},

	{"fault.Surge.flow", hit("faults.f.surge.factor=3", "faults.f.surge.flow=visitors"), "faults.f.surge.flow=robots", figures},
	{"fault.Surge.factor", hit("faults.f.surge.factor=3", "faults.f.surge.flow=visitors"), "faults.f.surge.factor=2", figures},
	{"fault.Surge.component", hit("faults.f.surge.factor=3"), "faults.f.surge.component=back", refused("surge does not take component")},
	{"fault.Surge.operation", hit("faults.f.surge.factor=3"), "faults.f.surge.operation=back.work", refused("surge does not take operation")},
	{"fault.Surge.service", hit("faults.f.surge.factor=3"), "faults.f.surge.service=back", refused("surge does not take service")},
	{"fault.Surge.edge", hit("faults.f.surge.factor=3"), "faults.f.surge.edge=front -> back", refused("surge does not take edge")},
}

var topologyKnobs = []knob{
	{"topologies.Spec.topology", nil, "topology=another", document},
	{"topologies.Spec.application", nil, "application=other.yaml", figures},
	{"topologies.Spec.zones", nil, "zones=[a]", figures},
	{"topologies.Spec.network", nil, "network=none", figures},
	{"topologies.Network.sameZone", nil, "network.sameZone=2ms", figures},
	{"topologies.Network.crossZone", nil, "network.crossZone=2ms", figures},

	{"topologies.Service.components", nil, "services.front.components=[front, back]", figures},
	{"topologies.Service.perComponent", nil, `services."*".perComponent=false`, refused("no service hosts back")},
	{"topologies.Service.replicas", nil, "services.front.replicas=3", figures},
	{"topologies.Service.cpu", nil, "services.front.cpu=2", figures},
	{"topologies.Service.scheduling", nil, "services.front.scheduling=fifo", figures},
	{"topologies.Service.workers", nil, "services.front.workers=2", figures},
	{"topologies.Service.queue", []string{"services.front.workers=1"}, "services.front.queue=1", figures},
	{"topologies.Service.runtime", nil, "services.front.runtime=jvm", refused("runtime jvm is not supported yet")},
	{"topologies.Runtime.startup", hit("faults.f.crash.component=back"), `services."*".runtime.startup=500ms`, figures},

	{"topologies.Database.stores", nil, "databases.main.stores=[pages, log]", figures},
	{"topologies.Database.perStore", nil, `databases."*".perStore=true`, refused("both take what is left")},
	{"topologies.Database.cpu", nil, "databases.main.cpu=500m", figures},
	{"topologies.Database.scheduling", nil, "databases.main.scheduling=ps", figures},
	{"topologies.Database.connections", nil, "databases.main.connections=1", figures},
	{"topologies.Database.zone", []string{"zones=[a, b, c]"}, "databases.main.zone=c", figures},

	{"resilience.Policy.timeout", nil, hop + "timeout=15ms", figures},
	{"resilience.Policy.retries", impatient(), hop + "retries=none", figures},
	{"resilience.Policy.loadBalancer", nil, hop + "loadBalancer=RANDOM", figures},
	{"resilience.Policy.protocol", nil, hop + "protocol=grpc", figures},
	{"resilience.Policy.network", nil, hop + "network=3ms", figures},
	{"resilience.Protocol.cpu", []string{hop + "protocol.cpu=100us"}, hop + "protocol.cpu=1ms", figures},
	{"resilience.Retries.attempts", impatient(), hop + "retries.attempts=1", figures},
	{"resilience.Retries.perTryTimeout", impatient(), hop + "retries.perTryTimeout=12ms", figures},
	{"resilience.Retries.retryOn", impatient(), hop + "retries.retryOn=[error]", figures},
	{"resilience.Backoff.base", impatient(), hop + "retries.backoff.base=5ms", figures},
	{"resilience.Backoff.max", impatient(), hop + "retries.backoff.max=26ms", figures},
	{"resilience.Backoff.jitter", impatient(), hop + "retries.backoff.jitter=equal", figures},
}

var applicationKnobs = []knob{
	{"topologies.Application.application", nil, "application=renamed.yaml", resolved},
	{"topologies.Component.team", nil, "components.front.team=shop", document}, // teamBlastRadius is not due
	{"topologies.Component.external", nil, "components.bank.external=false", figures},
	{"topologies.Store.read", nil, "stores.pages.read=exp(4ms)", figures},
	{"topologies.Store.write", nil, "stores.log.write=exp(4ms)", figures},
	{"topologies.Journey.call", nil, "journeys.ping.call=front.page", figures},
	{"topologies.Journey.weight", nil, "journeys.ping.weight=2", figures},
	{"topologies.Journey.criticality", nil, "journeys.page.criticality=critical", document}, // shedding and priorities are not due
	{"topologies.Objectives.latency", nil, "journeys.page.objectives.latency=p(99)<30ms", figures},
	{"topologies.Objectives.availability", nil, "journeys.page.objectives.availability=90%", document},

	{"step.CPU.cpu", nil, page + "0.cpu=exp(7ms)", figures},
	{"step.Call.call", nil, page + "1.call=back.more", figures},
	{"step.Call.probability", nil, page + "1.probability=50%", figures},
	{"step.Call.optional", hit("faults.f.errors.component=back", "faults.f.errors.share=20%"), page + "1.optional=true", figures},
	{"step.Sleep.sleep", nil, page + "2.sleep=exp(3ms)", figures},
	{"step.Read.read", nil, page + "3.read=rest", figures},
	{"step.Read.time", nil, page + "3.time=exp(5ms)", figures},
	{"step.Read.probability", nil, page + "3.probability=50%", figures},
	{"step.Read.optional", []string{`edges."front -> main".timeout=6ms`}, page + "3.optional=true", figures},
	{"step.Write.write", nil, page + "4.write=pages", figures},
	{"step.Write.time", nil, page + "4.time=exp(5ms)", figures},
	{"step.Write.probability", nil, page + "4.probability=50%", figures},
	{"step.Write.optional", []string{`edges."front -> other".timeout=6ms`}, page + "4.optional=true", figures},
	{"step.Parallel", nil, page + "5=[ { sleep: exp(3ms) }, { sleep: exp(3ms) }, { sleep: exp(3ms) } ]", figures},
}

// outcome is what one command line gives, in parts that can be compared.
type outcome struct {
	code    int
	stderr  string
	samples map[string]string // the values of the replications by metric and tags
	parts   map[effect]string // all else
}

// moved reports whether a part of the result has changed. A figure has changed
// if one that both results have has other values: names alone do not count.
func (o outcome) moved(other outcome, e effect) bool {
	if e != figures {
		return o.parts[e] != other.parts[e]
	}
	for name, values := range o.samples {
		if v, ok := other.samples[name]; ok && v != values {
			return true
		}
	}
	return false
}

// tryKnob runs the scenario of the knobs with some values set.
func tryKnob(t *testing.T, cache map[string]outcome, set []string) outcome {
	t.Helper()
	args := []string{"run", "testdata/knobs/scenario.yaml", "--format", "json", "--no-report", "--quiet", "--out", t.TempDir()}
	for _, s := range set {
		args = append(args, "--set", s)
	}
	name := strings.Join(set, "\n")
	if o, ok := cache[name]; ok {
		return o
	}
	o := outcome{parts: make(map[effect]string)}
	var stdout string
	o.code, stdout, o.stderr = command(t, args...)
	if slices.Contains([]int{exitPass, exitFail, exitInconclusive}, o.code) {
		store, err := result.ReadJSON(strings.NewReader(stdout))
		if err != nil {
			t.Fatal(err)
		}
		o.split(store.Document())
	}
	cache[name] = o
	return o
}

// split takes a result apart: what is measured, and what is only repeated.
func (o *outcome) split(doc *result.Document) {
	spell := func(v any) string { return string(must(json.Marshal(v))) }
	o.samples = make(map[string]string)
	for _, s := range doc.Samples {
		delete(s.Tags, "topology")
		o.samples[s.Metric+spell(s.Tags)] = spell(s.Values)
	}
	var bands []result.Series
	names := spell([]any{doc.Scenario.Name, doc.Scenario.Description, doc.Scenario.Expect})
	var verdicts []string
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		bands = append(bands, top.Series)
		names += top.Name
		for _, n := range top.Graph.Nodes {
			names += spell(n.Teams)
		}
		for _, j := range top.Journeys {
			names += spell([]any{j.Name, j.Criticality, j.Objectives})
		}
	}
	for _, v := range doc.Thresholds {
		verdicts = append(verdicts, v.Verdict)
	}
	o.parts[series] = spell(bands)
	o.parts[document] = names
	o.parts[verdict] = spell(verdicts)
	o.parts[resolved] = spell(doc.Resolved)
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func TestEveryKeyMovesSomething(t *testing.T) {
	cache := make(map[string]outcome)
	for _, k := range knobs {
		t.Run(k.field, func(t *testing.T) {
			before := tryKnob(t, cache, k.given)
			after := tryKnob(t, cache, append(slices.Clone(k.given), k.change))
			if text, ok := strings.CutPrefix(string(k.moves), "refused: "); ok {
				if after.code != exitUsage || !strings.Contains(after.stderr, text) {
					t.Errorf("--set %s: exit code %d, want it refused with %q:\n%s", k.change, after.code, text, after.stderr)
				}
				return
			}
			if before.samples == nil || after.samples == nil {
				t.Fatalf("exit codes %d and %d\n%s%s", before.code, after.code, before.stderr, after.stderr)
			}
			if !before.moved(after, k.moves) {
				t.Errorf("--set %s does not change %s", k.change, k.moves)
			}
			for _, e := range []effect{figures, series, verdict, document} {
				if k.moves == resolved && before.moved(after, e) {
					t.Errorf("--set %s changes %s: give it a better row", k.change, e)
				}
			}
		})
	}
}

func TestEveryKeyHasARow(t *testing.T) {
	rows := make(map[string]bool)
	for _, k := range knobs {
		rows[k.field] = true
	}
	found := fieldsOf(new(scenarios.Spec), new(topologies.Spec), new(topologies.Application))
	for _, f := range found {
		if !rows[f] {
			t.Errorf("%s has no row: what does it change?", f)
		}
		delete(rows, f)
	}
	for f := range rows {
		t.Errorf("%s is no key any more", f)
	}
}

// Words that a key takes: each pair of them must make a difference.
var words = []struct {
	field, key string
	given      []string
	words      []string
}{
	{"loadBalancer", hop + "loadBalancer", nil, []string{"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM"}},
	{"jitter", hop + "retries.backoff.jitter", impatient(), []string{"none", "full", "equal"}},
	{"retryOn", hop + "retries.retryOn", impatient("services.back.components=[back]", "services.back.workers=1", "services.back.queue=1",
		"faults.e.at=2s", "faults.e.duration=2s", "faults.e.errors.component=back", "faults.e.errors.share=20%",
		"faults.c.at=5s", "faults.c.crash.component=back"),
		[]string{"[timeout]", "[unavailable]", "[rejected]", "[error]", "[timeout, unavailable, rejected]"}},
	{"protocol", hop + "protocol", nil, []string{"none", "grpc", "rest", "{ cpu: 1ms }"}},
	{"scheduling", "services.front.scheduling", nil, []string{"ps", "fifo"}},
	{"arrivals", "load.visitors.arrivals", nil, []string{"poisson", "uniform"}},
	{"mode", "faults.f.mode", hit("faults.f.slow.service=front", "faults.f.slow.factor=4"), []string{"one", "all"}},
	{"percent", "faults.f.value", hit("faults.f.slow.service=front", "faults.f.slow.factor=4", "faults.f.mode=fixedPercent"), []string{"50%", "51%"}},
	{"distribution", page + "0.cpu", nil, []string{"6ms", "exp(6ms)", "lognormal(6ms cv=0.5)", "lognormal(p50=5ms p99=20ms)"}},
	{"workers", "services.front.workers", nil, []string{"unlimited", "3", "2"}},
}

func TestEveryWordMakesADifference(t *testing.T) {
	cache := make(map[string]outcome)
	for _, w := range words {
		t.Run(w.field, func(t *testing.T) {
			for i, word := range w.words {
				a := tryKnob(t, cache, append(slices.Clone(w.given), w.key+"="+word))
				if a.samples == nil {
					t.Fatalf("%s: exit code %d\n%s", word, a.code, a.stderr)
				}
				for _, other := range w.words[:i] {
					if b := tryKnob(t, cache, append(slices.Clone(w.given), w.key+"="+other)); !a.moved(b, figures) {
						t.Errorf("%s and %s give the same figures", other, word)
					}
				}
			}
		})
	}
}
