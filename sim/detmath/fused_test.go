package detmath

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestNothingIsFused compiles the packages whose results must not depend on the
// CPU for arm64, where the compiler fuses whatever it may, and looks for fused
// multiply-adds in the assembly. It sees what a reader misses: a product that is
// returned and added by the caller, or a division by 2, which is a product too.
func TestNothingIsFused(t *testing.T) {
	cmd := exec.Command("go", "build", "-gcflags=-S", "../detmath", "../rng", "../dist", "../load")
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
