package detmath

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestNothingIsFused compiles the packages whose results must not depend on the
// CPU for arm64, where the compiler fuses whatever it may, and looks for fused
// multiply-adds in the assembly. It sees what a reader misses: a product that is
// returned and added by the caller, or a division by 2, which is a product too.
func TestNothingIsFused(t *testing.T) {
	packages := []string{"../detmath", "../rng", "../dist", "../load"}
	for _, p := range packages {
		noteSources(t, p)
	}
	cmd := exec.Command("go", append([]string{"build", "-gcflags=-S"}, packages...)...)
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	assembly, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, assembly)
	}
	if !bytes.Contains(assembly, []byte("FMULD")) {
		t.Fatal("the assembly holds no product at all: this test looks at the wrong thing")
	}
	for _, line := range regexp.MustCompile(`(?m)^.*\bFN?M(ADD|SUB)[DS]\b.*$`).FindAll(assembly, -1) {
		t.Errorf("fused: %s", line)
	}
}

// noteSources reads the sources of a package, so that go test, which caches
// results by the files that a test reads, runs this one again when they change.
func noteSources(t *testing.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources in %s (%v)", dir, err)
	}
	for _, f := range files {
		if _, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
}
