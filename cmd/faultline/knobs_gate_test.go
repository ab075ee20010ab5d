package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Rows of the gate. Each run is compared with one that lacks the change of the
// system that is given; what moves is how the differences are judged.

const slower = page + "2.sleep=exp(60ms)"

var gateKnobs = []knob{
	{"scenarios.Gate.tolerance", []string{slower, "gate.tolerance=0%"}, "gate.tolerance=100%", against},
	{"scenarios.Floor.latency", []string{slower, "gate.tolerance=0%"}, "gate.floor.latency=10s", against},
	{"scenarios.Floor.goodput", []string{impatience, "gate.tolerance=0%"}, "gate.floor.goodput=1000/s", against},
	{"scenarios.Floor.availability", []string{impatience, "gate.tolerance=0%"}, "gate.floor.availability=100%", against},
	{"scenarios.Floor.blastRadius", hit("faults.f.slow={ component: back, factor: 20 }", impatience, "gate.tolerance=0%"), "gate.floor.blastRadius=100%", against},
	{"scenarios.Floor.costPerMillion", []string{"cost.vcpuHour=9", "gate.tolerance=0%"}, "gate.floor.costPerMillion=1000000", against},
}

// impatience lets users give up soon.
const impatience = `edges."users -> *".timeout=12ms`

// against is the effect of a key of the gate.
const against effect = "a verdict against the baseline"

// baselineOf is the result of the scenario of the knobs with the same faults and
// nothing else set; "" where no key of the gate is.
func baselineOf(t *testing.T, set []string) string {
	t.Helper()
	if !slices.ContainsFunc(set, func(s string) bool { return strings.HasPrefix(s, "gate.") }) {
		return ""
	}
	dir := t.TempDir()
	args := []string{"run", "testdata/knobs/scenario.yaml", "--no-report", "--quiet", "--out", dir}
	for _, s := range set {
		if strings.HasPrefix(s, "faults.") {
			args = append(args, "--set", s)
		}
	}
	if code, _, stderr := command(t, args...); code != exitPass && code != exitFail && code != exitInconclusive {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return filepath.Join(dir, "result.json")
}
