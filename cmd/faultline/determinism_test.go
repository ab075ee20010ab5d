package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"faultline/sim/balance"
	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/platform"
	"faultline/sim/resilience"
	"faultline/sim/step"
)

// everything is a scenario with every step, policy, load and fault, on pieces and
// as a whole; the event stream of sim/engine's tests is of the same.
const everything = "testdata/determinism/everything.yaml"

// runEverything are the arguments that simulate it.
func runEverything(dir string) []string {
	return []string{"run", everything, "--quiet", "--no-report", "--out", dir}
}

// resultOf runs everything in this process and returns result.json.
func resultOf(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	code, _, stderr := command(t, runEverything(dir)...)
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	return read(t, filepath.Join(dir, "result.json"))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// differ fails with the first line in which two results differ.
func differ(t *testing.T, what string, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("result.json differs %s, first in line %d:\n%s\n%s", what, i+1, a[i], b[i])
		}
	}
	t.Fatalf("result.json differs %s: %d and %d lines", what, len(a), len(b))
}

func TestResultDoesNotDependOnTheNumberOfProcessors(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	want := resultOf(t)
	for _, n := range []int{2, 8} {
		runtime.GOMAXPROCS(n)
		differ(t, "with more processors", want, resultOf(t))
	}
}

// TestTheScenarioOfEverythingMissesNothing: what is added to the simulation is
// added to it too, or has no proof that it is the same everywhere.
func TestTheScenarioOfEverythingMissesNothing(t *testing.T) {
	var text strings.Builder
	for _, name := range []string{"everything", "application", "pieces", "whole"} {
		text.Write(read(t, "testdata/determinism/"+name+".yaml"))
	}
	want := func(kind, name, pattern string) {
		if !regexp.MustCompile(pattern).MatchString(text.String()) {
			t.Errorf("no %s %s in testdata/determinism", kind, name)
		}
	}
	for _, k := range fault.Table {
		if k.New != nil {
			want("fault", k.Name, k.Name+`: \{`)
		}
	}
	for _, k := range step.Table {
		if k.New != nil && k.Name != step.ListKind {
			want("step", k.Name, `\b`+k.Name+`:`)
		}
	}
	for _, k := range slices.Concat(dist.Table[1:], dist.CountTable) { // the first is the constant
		want("distribution", k.Name, `\b`+k.Name+`\(`)
	}
	for _, k := range load.Table[1:] { // the first is the default
		want("arrival process", k.Name, `arrivals: `+k.Name)
	}
	for _, k := range balance.Table {
		want("load balancer", k.Name, k.Name)
	}
	for _, k := range platform.Presets {
		want("runtime", k.Name, `(runtime|base): `+k.Name)
	}
	policies := reflect.TypeFor[resilience.Policy]()
	for i := range policies.NumField() {
		if f := policies.Field(i); f.Tag.Get("notyet") == "" {
			want("policy", f.Tag.Get("yaml"), `\b`+f.Tag.Get("yaml")+`:`)
		}
	}
}

// TestNoFusedMultiplyAddOnArm64 looks at the machine code itself: whatever way a
// product took into a sum, through a variable or a function that was inlined, the
// compiler found nothing to fuse.
func TestNoFusedMultiplyAddOnArm64(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for another CPU")
	}
	build := arm64
	if os.Getenv("FAULTLINE_SOAK") != "" {
		build = profiled
	}
	code := disassemble(t, build.build(t, "."), "^faultline/sim")
	for _, room := range []string{"engine", "estimate", "stats", "detmath", "dist", "blast"} {
		if !strings.Contains(code, "TEXT faultline/sim/"+room+".") {
			t.Errorf("no code of sim/%s was looked at", room)
		}
	}
	for _, at := range fusions(code) {
		t.Error(at)
	}
	control := filepath.Join(t.TempDir(), "main.go")
	const fused = "package main\n\n//go:noinline\nfunc sum(x, y, z float64) float64 { return x*y + z }\n\nfunc main() { println(sum(1, 2, 3)) }\n"
	if err := os.WriteFile(control, []byte(fused), 0o644); err != nil {
		t.Fatal(err)
	}
	if len(fusions(disassemble(t, arm64.build(t, control), `^main\.sum$`))) == 0 {
		t.Error("a fused multiply-add is not found where there is one")
	}
}

var fusedInstruction = regexp.MustCompile(`\bFN?M(ADD|SUB)[SD]\b`)

// fusions lists the functions and lines of code that hold a fused multiply-add.
func fusions(code string) (out []string) {
	function := ""
	for line := range strings.Lines(code) {
		if name, ok := strings.CutPrefix(line, "TEXT "); ok {
			function, _, _ = strings.Cut(name, "(SB)")
		}
		if fusedInstruction.MatchString(line) {
			out = append(out, function+": "+strings.Join(strings.Fields(line), " "))
		}
	}
	return out
}

func disassemble(t *testing.T, binary, symbols string) string {
	t.Helper()
	out, err := exec.Command("go", "tool", "objdump", "-s", symbols, binary).Output()
	if err != nil {
		t.Fatalf("go tool objdump: %v", err)
	}
	return string(out)
}
