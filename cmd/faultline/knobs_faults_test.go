package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"faultline/sim/fault"
)

// Rows of the faults. That a kind takes the targets which suit it, and refuses
// the others, follows from fault.Table; only the parameters are written here.

// faultTargets are two targets of each kind: a fault that moves from the first
// to the second must change something.
var faultTargets = map[string][2]string{
	"component": {"back", "front"},
	"operation": {"front.page", "front.ping"},
	"service":   {"back", "front"},
	"edge":      {"front -> back", "users -> front"},
	"flow":      {"visitors", "robots"},
	"zone":      {"a", "b"},
	"database":  {"main", "other"},
}

// faultParameters are those that a kind cannot do without; a kind without any
// needs no line.
var faultParameters = map[string][]string{
	"slow":            {"factor=4"},
	"errors":          {"share=20%"},
	"delay":           {"latency=20ms"},
	"surge":           {"factor=3"},
	"cpuStress":       {"load=60%"},
	"memoryLeak":      {"rate=40MiB/s"},
	"deadlock":        {"rate=4/s"},
	"pauses":          {"every=300ms", "length=100ms"},
	"loss":            {"share=20%"},
	"bandwidth":       {"rate=60KiB/s"},
	"slowQueries":     {"factor=4"},
	"connectionLimit": {"connections=1"},
	"retryStorm":      {"attempts=3"},
}

// aCache is a step that a flush of caches shows on.
const aCache = "{ cache: { hitRatio: 90%, refill: 10s, steps: [ { sleep: exp(8ms) } ] } }"

// faultSettings are what else a kind needs to show on the knobs' scenario.
var faultSettings = map[string][]string{
	"memoryLeak": {`services."*".memory=32MiB`, "services.front.memory=24MiB"},
	"cacheFlush": {page + "2=" + aCache, "components.back.operations.work.0=" + aCache},
	"retryStorm": {"faults.g={ at: 1s, errors: { service: back, share: 30% } }", "faults.h={ at: 1s, errors: { database: main, share: 30% } }"},
}

// faultRows are targets that need another row than the rest: nothing else of
// their kind is in the scenario to move to.
var faultRows = map[string]knob{
	"fault.DependencyOutage.component": {given: []string{"faults={}"}, moves: figures,
		change: "faults={ f: { at: 2s, duration: 1s, dependencyOutage: { component: bank } } }"},
}

// faultKnobs are the rows of all faults.
func faultKnobs() []knob {
	slowBack := hit("faults.f.slow.component=back", "faults.f.slow.factor=4")
	slowAll := hit("faults.f.slow.service=back", "faults.f.slow.factor=4")
	return append([]knob{
		{"scenarios.Fault.at", slowBack, "faults.f.at=3s", figures},
		{"scenarios.Fault.duration", slowBack, "faults.f.duration=1s", figures},
		{"scenarios.Fault.mode", slowAll, "faults.f.mode=one", figures},
		{"scenarios.Fault.value", append(slowAll, "faults.f.mode=fixed", "faults.f.value=1"), "faults.f.value=2", figures},

		{"scenarios.Fault.startAfter", []string{"faults.f={ at: 2s, duration: 1s, slow: { component: back, factor: 2 } }",
			"faults.g={ at: 2s, duration: 2s, slow: { component: back, factor: 2 } }",
			"faults.h={ startAfter: f, duration: 1s, slow: { component: front, factor: 4 } }"}, "faults.h.startAfter=g", figures},
		{"scenarios.Fault.every", with("kill", "service=front"), "faults.f.every=exp(300ms)", figures},
		{"scenarios.Fault.repair", append(with("kill", "service=front"), "faults.f.every=exp(300ms)", "faults.f.mode=one"), "faults.f.repair=50ms", figures},

		{"fault.Crash.every", with("crash", "component=back"), "faults.f.crash.every=1s", figures},
		{"fault.Crash.perCall", with("crash", "component=back"), "faults.f.crash.perCall=1%", figures},
		{"fault.Slow.factor", with("slow", "component=back"), "faults.f.slow.factor=2", figures},
		{"fault.Errors.share", with("errors", "component=back"), "faults.f.errors.share=30%", figures},
		{"fault.Delay.latency", with("delay", "service=back"), "faults.f.delay.latency=30ms", figures},
		{"fault.Surge.factor", with("surge", "flow=visitors"), "faults.f.surge.factor=2", figures},
		{"fault.CPUStress.load", with("cpuStress", "component=back"), "faults.f.cpuStress.load=80%", figures},
		{"fault.MemoryLeak.rate", with("memoryLeak", "component=back"), "faults.f.memoryLeak.rate=80MiB/s", figures},
		{"fault.Deadlock.rate", with("deadlock", "component=back"), "faults.f.deadlock.rate=8/s", figures},
		{"fault.Pauses.every", with("pauses", "component=back"), "faults.f.pauses.every=500ms", figures},
		{"fault.Pauses.length", with("pauses", "component=back"), "faults.f.pauses.length=200ms", figures},
		{"fault.Loss.share", with("loss", "service=back"), "faults.f.loss.share=40%", figures},
		{"fault.Partition.direction", with("partition", "service=back"), "faults.f.partition.direction=from", figures},
		{"fault.Bandwidth.rate", with("bandwidth", "service=back"), "faults.f.bandwidth.rate=90KiB/s", figures},
		{"fault.SlowQueries.factor", with("slowQueries", "database=main"), "faults.f.slowQueries.factor=2", figures},
		{"fault.ConnectionLimit.connections", with("connectionLimit", "database=main"), "faults.f.connectionLimit.connections=2", figures},
		{"fault.RetryStorm.attempts", with("retryStorm", "service=back"), "faults.f.retryStorm.attempts=1", figures},
	}, targetKnobs()...)
}

// with is a fault of a kind in force, with its parameters and more of them.
func with(kind string, more ...string) []string {
	set := slices.Clone(faultSettings[kind])
	for _, p := range slices.Concat(faultParameters[kind], more) {
		set = append(set, "faults.f."+kind+"."+p)
	}
	return hit(set...)
}

// targetKnobs are a row for every target of every kind.
func targetKnobs() (rows []knob) {
	for _, k := range fault.Table {
		if k.New == nil {
			continue
		}
		structure := reflect.TypeOf(k.New()).Elem().String()
		for _, key := range targetKeys() {
			pair := faultTargets[key]
			row := knob{structure + "." + key, with(k.Name, key+"="+pair[0]), "faults.f." + k.Name + "." + key + "=" + pair[1], figures}
			if special, ok := faultRows[row.field]; ok {
				row.given, row.change, row.moves = special.given, special.change, special.moves
			}
			if !slices.Contains(k.Suits, key) {
				row.given, row.moves = with(k.Name), refused(fmt.Sprintf("%s does not take %s", k.Name, key))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// targetKeys are the keys of a target that are supported.
func targetKeys() (keys []string) {
	for f := range fields(reflect.TypeFor[fault.Target]()) {
		if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); f.Tag.Get("notyet") == "" && key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestEveryTargetHasAnExample(t *testing.T) {
	for _, key := range targetKeys() {
		if faultTargets[key][0] == "" || faultTargets[key][0] == faultTargets[key][1] {
			t.Errorf("the target %s needs two examples in faultTargets", key)
		}
	}
	for kind := range faultParameters {
		if !slices.ContainsFunc(fault.Table, func(k fault.Kind) bool { return k.Name == kind }) {
			t.Errorf("there is no fault %s", kind)
		}
	}
}
