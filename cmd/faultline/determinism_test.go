package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// everything is a run that meets each part of the simulation: both topologies,
// all kinds of steps, edges with retries, faults of every kind, overlapping.
var everything = []string{"run", "recommendations-crash", "--quiet", "--no-report", "--replications", "3",
	"--set", "run={duration: 50s, warmup: 5s}", "--set", "thresholds={}",
	"--set", `faults={
		poison: {at: 10s, duration: 20s, crash: {component: recommendations, perCall: 2%}},
		clock: {at: 12s, duration: 20s, mode: one, crash: {component: search, every: exp(4s)}},
		slow: {at: 14s, duration: 12s, mode: fixedPercent, value: 50%, slow: {component: catalogue, factor: 3}},
		wrong: {at: 16s, duration: 10s, errors: {component: payments, share: 30%}},
		late: {at: 18s, duration: 10s, delay: {edge: "checkout -> payments", latency: lognormal(20ms cv=1)}},
		more: {at: 20s, duration: 5s, surge: {flow: shoppers, factor: 2}}}`}

// resultOf runs everything in this process and returns result.json.
func resultOf(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	code, _, stderr := command(t, append([]string{"--out", dir}, everything...)...)
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

// TestResultIsTheSameOnArm64 runs the command under an emulator of a CPU that
// has fused multiply-add, other vector units and no assembly for math's functions.
func TestResultIsTheSameOnArm64(t *testing.T) {
	emulator := qemu(t)
	binary := buildArm64(t, ".")
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, emulator, append([]string{binary, "--out", dir}, everything...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	differ(t, "on arm64", resultOf(t), read(t, filepath.Join(dir, "result.json")))
}

// TestNoFusedMultiplyAddOnArm64 looks at the machine code itself: whatever way a
// product took into a sum, through a variable or a function that was inlined, the
// compiler found nothing to fuse.
func TestNoFusedMultiplyAddOnArm64(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for another CPU")
	}
	code := disassemble(t, buildArm64(t, "."), "^faultline/sim")
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
	if len(fusions(disassemble(t, buildArm64(t, control), `^main\.sum$`))) == 0 {
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

// buildArm64 builds a command for arm64 and returns the path of the binary.
func buildArm64(t *testing.T, what string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "binary")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", binary, what)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build for arm64: %v\n%s", err, out)
	}
	return binary
}

// qemu finds the emulator. Where it must be there, its absence is a failure.
func qemu(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("emulates another CPU")
	}
	for _, name := range []string{"qemu-aarch64", "qemu-aarch64-static"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		} else if !errors.Is(err, exec.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("qemu-aarch64 is missing: install qemu-user (make test does)")
	}
	t.Skip("qemu-aarch64 is missing: install qemu-user (make test does)")
	return ""
}
