package main

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// An interrupted gate judges what was whole, and writes no baseline at all: not even
// those of the scenarios that were done.
func TestAnInterruptedGateWritesNoBaseline(t *testing.T) {
	defer goleak.VerifyNone(t)
	inFolder(t, map[string]string{"station.yaml": stationText, "a-short.yaml": `scenario: short
topologies: station.yaml
run: { duration: 10s, warmup: 2s, replications: 2 }
load: { visitors: { rate: 50/s } }
`, "b-long.yaml": `scenario: long
topologies: station.yaml
run: { duration: 2m, warmup: 10s, replications: 100000 }
load: { visitors: { rate: 100/s } }
`})
	code, stdout, stderr := runWatched(interruptAt(t, "/100000"), "gate", ".", "--update")
	if code != exitInterrupted || !strings.Contains(stderr, "no baseline was written") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if !strings.Contains(stdout, "a-short.yaml") || strings.Contains(stdout, "b-long.yaml") || !strings.Contains(stdout, "interrupted before the end") {
		t.Errorf("it shows\n%s", stdout)
	}
	for _, name := range []string{"a-short.baseline.json", "b-long.baseline.json"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
