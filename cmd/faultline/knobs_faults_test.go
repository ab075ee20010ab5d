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
	"slow":   {"factor=4"},
	"errors": {"share=20%"},
	"delay":  {"latency=20ms"},
	"surge":  {"factor=3"},
}

// faultSettings are what else a kind needs to show on the knobs' scenario.
var faultSettings = map[string][]string{}

// faultKnobs are the rows of all faults.
func faultKnobs() []knob {
	slowBack := hit("faults.f.slow.component=back", "faults.f.slow.factor=4")
	slowAll := hit("faults.f.slow.service=back", "faults.f.slow.factor=4")
	return append([]knob{
		{"scenarios.Fault.at", slowBack, "faults.f.at=3s", figures},
		{"scenarios.Fault.duration", slowBack, "faults.f.duration=1s", figures},
		{"scenarios.Fault.mode", slowAll, "faults.f.mode=one", figures},
		{"scenarios.Fault.value", append(slowAll, "faults.f.mode=fixed", "faults.f.value=1"), "faults.f.value=2", figures},

		{"fault.Crash.every", with("crash", "component=back"), "faults.f.crash.every=1s", figures},
		{"fault.Crash.perCall", with("crash", "component=back"), "faults.f.crash.perCall=1%", figures},
		{"fault.Slow.factor", with("slow", "component=back"), "faults.f.slow.factor=2", figures},
		{"fault.Errors.share", with("errors", "component=back"), "faults.f.errors.share=30%", figures},
		{"fault.Delay.latency", with("delay", "service=back"), "faults.f.delay.latency=30ms", figures},
		{"fault.Surge.factor", with("surge", "flow=visitors"), "faults.f.surge.factor=2", figures},
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
