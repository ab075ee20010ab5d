package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"faultline/topologies/strict"
)

// TestTheActionGates runs the script of action.yml as a GitHub runner does: with
// bash, and the inputs as variables.
func TestTheActionGates(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	binary, err := exec.LookPath("faultline")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(module(t), "action.yml")
	errs := new(strict.Errors)
	root := strict.Parse(path, read(t, path), errs).Root
	if errs.Err() != nil {
		t.Fatal(errs.Err())
	}
	script := ""
	for _, step := range root.Get("runs").Get("steps").Items() {
		if step.Get("id").Text() == "gate" {
			script = step.Get("run").Text()
		}
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "station.yaml"), "topology: station\nservices: { s: { operations: { do: [ { cpu: exp(8ms) } ] } } }\njourneys: { j: { call: s.do } }\n")
	scenario := "scenario: small\ntopologies: station.yaml\nrun: { duration: 20s, warmup: 5s, replications: 3 }\nload: { visitors: { rate: 50/s } }\nthresholds: { availability: \">= 50%\" }\n"
	put(t, filepath.Join(dir, "small.yaml"), scenario)

	step := func(want int, verdict string, env ...string) string {
		t.Helper()
		for _, name := range []string{"output", "summary"} {
			_ = os.Remove(filepath.Join(dir, name))
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "FAULTLINE="+binary, "SOURCE="+module(t), "GATE_PATH=.", "REPLICATIONS=", "INCONCLUSIVE=", "OUT=kept",
			"GITHUB_OUTPUT="+filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"), "RUNNER_TEMP="+dir)
		cmd.Env = append(cmd.Env, env...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Errorf("exit code %d, want %d\n%s", code, want, out)
		}
		if got := string(read(t, filepath.Join(dir, "output"))); got != "verdict="+verdict+"\n" {
			t.Errorf("outputs: %q", got)
		}
		if text := string(read(t, filepath.Join(dir, "summary"))); !strings.HasPrefix(text, "## faultline gate: ") {
			t.Errorf("summary: %q", text)
		}
		return string(out)
	}

	step(98, "inconclusive") // no baseline
	step(0, "pass", "INCONCLUSIVE=pass", "REPLICATIONS=2")
	if code, _, stderr := command(t, "gate", dir, "--update", "--quiet", "--out", filepath.Join(dir, "kept")); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	step(0, "pass")
	put(t, filepath.Join(dir, "small.yaml"), strings.Replace(scenario, ">= 50%", "< 50%", 1))
	if out := step(99, "fail"); !strings.Contains(out, "::error file=small.yaml,line=5,title=small::threshold availability < 50%25 on station: fail") {
		t.Errorf("no annotation:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "kept", "gate.xml")); err != nil {
		t.Error(err)
	}
}

// TestTheActionTakesNoInputAsCode: what a workflow passes must not be part of a script.
func TestTheActionTakesNoInputAsCode(t *testing.T) {
	text := string(read(t, filepath.Join(module(t), "action.yml")))
	_, script, _ := strings.Cut(text, "run: |")
	script, _, _ = strings.Cut(script, "\n    - if:")
	if script == "" || strings.Contains(script, "${{") {
		t.Errorf("the script holds an expression:\n%s", script)
	}
}
