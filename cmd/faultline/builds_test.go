package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// target is a CPU, or another way to build for this one.
type target struct {
	name      string
	env       []string // of go build
	flags     []string // of go build
	emulators []string // of the CPU, the first that there is; nil: programs run as they are (of 386, on amd64)
	soon      bool     // in every run of the tests; the others are for make determinism
}

// arm64 has fused multiply-add, other vector units and no assembly for math's
// functions.
var arm64 = target{"arm64", arch("arm64"), nil, []string{"qemu-aarch64", "qemu-aarch64-static"}, true}

// targets are all that must give the same bits: of other word sizes and byte
// orders too, and with what the compiler would not do elsewhere.
var targets = []target{
	arm64,
	{"amd64 as of 2003", []string{"GOAMD64=v1", "CGO_ENABLED=0"}, nil, nil, false},
	{"amd64 with AVX2 and fused multiply-add", []string{"GOAMD64=v3", "CGO_ENABLED=0"}, nil, nil, false},
	{"nothing optimised", []string{"CGO_ENABLED=0"}, []string{"-gcflags=all=-N -l"}, nil, false},
	{"the race detector", []string{"CGO_ENABLED=1"}, []string{"-race"}, nil, false},
	{"386", arch("386"), nil, nil, false},
	{"riscv64", arch("riscv64"), nil, []string{"qemu-riscv64", "qemu-riscv64-static"}, false},
	{"s390x", arch("s390x"), nil, []string{"qemu-s390x", "qemu-s390x-static"}, false},
	profiled,
}

// profiled is arm64 as a user builds it, by the profile, which inlines more.
var profiled = target{"arm64 by the profile", arch("arm64"), []string{byProfile}, arm64.emulators, false}

const byProfile = "-pgo=default.pgo"

func arch(name string) []string { return []string{"GOOS=linux", "GOARCH=" + name, "CGO_ENABLED=0"} }

// TestResultIsTheSameOnEveryMachine builds the command in other ways, runs it on
// an emulator where it has to, and compares result.json, byte for byte.
func TestResultIsTheSameOnEveryMachine(t *testing.T) {
	want := resultOf(t)
	t.Logf("SHA-256 of result.json: %x", sha256.Sum256(want))
	for i := range targets {
		m := &targets[i]
		t.Run(m.name, func(t *testing.T) {
			emulator := m.needed(t)
			dir := t.TempDir()
			began := time.Now()
			program(t, emulator, ".", m.build(t, "."), runEverything(dir)...)
			differ(t, "on "+m.name, want, read(t, filepath.Join(dir, "result.json")))
			t.Logf("the same, in %v", time.Since(began).Round(time.Second))
		})
	}
}

// TestResultOfEachEventIsTheSameOnEveryMachine runs the test of the raw event
// stream on all of them: it knows what is right.
func TestResultOfEachEventIsTheSameOnEveryMachine(t *testing.T) {
	const stream = "^TestTheEventStreamIsTheSameEverywhere$"
	for i := range targets {
		m := &targets[i]
		t.Run(m.name, func(t *testing.T) {
			if os.Getenv("FAULTLINE_SOAK") == "" {
				t.Skip("is for make determinism, which sets FAULTLINE_SOAK")
			}
			emulator := m.needed(t)
			binary := filepath.Join(t.TempDir(), "engine.test")
			m.gotool(t, append(append([]string{"test"}, m.flags...), "-c", "-vet=off", "-o", binary, "faultline/sim/engine")...)
			out := program(t, emulator, "../../sim/engine", binary, "-test.v", "-test.run", stream)
			if !strings.Contains(out, "--- PASS: ") {
				t.Errorf("the test of the event stream has not run:\n%s", out)
			}
		})
	}
}

// needed skips what is not for now, and what this machine cannot run, and returns
// the emulator to run it with. Where it must be there, its absence is a failure.
func (m *target) needed(t *testing.T) (emulator string) {
	t.Helper()
	if testing.Short() || !m.soon && os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("is for make determinism, which sets FAULTLINE_SOAK")
	}
	if slices.Contains(m.env, "GOAMD64=v3") {
		if info, err := os.ReadFile("/proc/cpuinfo"); err == nil && !strings.Contains(string(info), "avx2") {
			t.Skip("this CPU has no AVX2")
		}
	}
	if slices.Contains(m.flags, "-race") {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector needs a C compiler")
		}
	}
	if m.emulators == nil {
		return ""
	}
	for _, name := range m.emulators {
		if path, err := exec.LookPath(name); err == nil {
			return path
		} else if !errors.Is(err, exec.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal(m.emulators[0] + " is missing: install qemu-user (make test does)")
	}
	t.Skip(m.emulators[0] + " is missing: install qemu-user (make test does)")
	return ""
}

// build builds a command and returns the path of the program.
func (m *target) build(t *testing.T, what string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "binary")
	m.gotool(t, append(append([]string{"build"}, m.flags...), "-buildvcs=false", "-o", binary, what)...)
	return binary
}

func (m *target) gotool(t *testing.T, args ...string) {
	t.Helper()
	if !slices.Contains(m.flags, byProfile) { // with which this test itself is built
		args = slices.Insert(args, 1, "-pgo=off")
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), m.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s for %s: %v\n%s", args[0], m.name, err, out)
	}
}

// program runs a program in a folder, on an emulator if it needs one, and returns
// what it writes.
func program(t *testing.T, emulator, dir, binary string, args ...string) string {
	t.Helper()
	if emulator != "" {
		binary, args = emulator, append([]string{binary}, args...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
