package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

const killableSweep = `scenario: sweep
topologies: ./t.yaml
run: { duration: 30s, warmup: 3s, replications: 2 }
load: { all: { rate: 60/s } }
`

const oneService = `topology: t
services: { s: { operations: { do: [ { cpu: exp(8ms) } ] } } }
journeys: { j: { call: s.do, objectives: { latency: p(99)<200ms } } }
`

// A sweep that is killed again and again comes to the same files in the end.
func TestAKilledSweepGoesOnToTheSameBytes(t *testing.T) {
	inFolder(t, map[string]string{"s.yaml": killableSweep, "t.yaml": oneService})
	args := func(out string) []string {
		return []string{"sweep", "s.yaml", "--quiet", "--vary", "load.all.rate=40/s..90/s:2/s", "--out", out}
	}
	began := time.Now()
	if out, err := exec.Command("faultline", args("whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(began)
	draw := rand.New(rand.NewPCG(5, 6))
	kills, kept := 0, 0
	for range times(4, 30) {
		cmd := exec.Command("faultline", args("killed")...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(draw.Float64() * 0.6 * float64(took)))
		_ = cmd.Process.Signal(syscall.SIGKILL)
		if err := cmd.Wait(); err != nil {
			kills++
		}
		entries, _ := os.ReadDir("killed/points")
		kept = max(kept, len(entries))
	}
	if out, err := exec.Command("faultline", args("killed")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"sweep.json", "report.html"} {
		if !bytes.Equal(read(t, "whole/"+name), read(t, "killed/"+name)) {
			t.Errorf("after %d kills %s has other bytes", kills, name)
		}
	}
	t.Logf("%d kills, up to %d points kept by them", kills, kept)
}

// The first interrupt of a sweep or a search writes what there is, and says so.
func TestAnInterruptOfASweepOrASearchLeavesWhatThereIs(t *testing.T) {
	inFolder(t, map[string]string{"s.yaml": killableSweep, "t.yaml": oneService})
	for name, args := range map[string][]string{
		"sweep":    {"sweep", "s.yaml", "--vary", "load.all.rate=40/s..90/s:1/s", "--replications", "1000", "--out", "a"},
		"capacity": {"capacity", "s.yaml", "--replications", "5000", "--out", "b"},
	} {
		cmd := exec.Command("faultline", args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond)
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !bytes.Contains(stderr.Bytes(), []byte("interrupted")) {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr.String())
		}
	}
}
