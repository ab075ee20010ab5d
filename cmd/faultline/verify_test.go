package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim/result"
)

// verified runs a small scenario with --verify on a tool whose second simulation
// is changed.
func verified(t *testing.T, change func(s *scenarios.Scenario)) (code int, stdout, stderr string) {
	t.Helper()
	inFolder(t, map[string]string{"station.yaml": stationText, "small.yaml": `scenario: small
topologies: station.yaml
run: { duration: 10s, warmup: 1s, replications: 2 }
load: { visitors: { rate: 50/s } }
`})
	out, errs := new(writes), new(writes)
	runs := 0
	tl := newTool(out, errs)
	tl.study = func(ctx context.Context, s *scenarios.Scenario, o study.RunOptions) (*result.Store, error) {
		if runs++; runs == 2 {
			change(s)
		}
		return study.Run(ctx, s, o)
	}
	code = tl.execute([]string{"run", "small.yaml", "--verify"}, nil)
	if runs != 2 {
		t.Errorf("%d simulations", runs)
	}
	return code, out.String(), errs.String()
}

func TestVerifyFailsWhenTheSecondRunDiffers(t *testing.T) {
	code, stdout, stderr := verified(t, func(s *scenarios.Scenario) { s.Run.Seed++ })
	if code != exitTool || stdout != "" || !strings.Contains(stderr, "another result.json, from line") {
		t.Errorf("exit code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
	}
	if files, err := os.ReadDir("faultline-out/small"); err != nil || len(files) > 0 {
		t.Errorf("something is written all the same: %v %v", files, err)
	}
}

func TestVerifyPassesWhenTheSecondRunIsTheSame(t *testing.T) {
	code, _, stderr := verified(t, func(*scenarios.Scenario) {})
	if code != exitPass || !strings.Contains(stderr, "verified: ") {
		t.Errorf("exit code %d, stderr:\n%s", code, stderr)
	}
}

func TestAnInterruptOfTheSecondRunKeepsTheFirst(t *testing.T) {
	code, stdout, stderr := verified(t, func(*scenarios.Scenario) {
		interruptSelf(t)
		time.Sleep(200 * time.Millisecond) // until it is heard
	})
	if code != exitInterrupted || !strings.Contains(stdout, "station") || !strings.Contains(stderr, "not verified") {
		t.Errorf("exit code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
	}
	if text := string(read(t, "faultline-out/small/result.json")); !strings.Contains(text, `"partial": false`) {
		t.Error("the first result is not whole")
	}
}

func TestFirstDifferenceCountsLines(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"a\nb\n", "a\nb\n", 0}, {"a\nb\n", "a\nc\n", 2}, {"", "a", 1}, {"a\n", "a\nb", 2}} {
		if got := firstDifference([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
