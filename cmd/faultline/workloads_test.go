package main

import (
	"bytes"
	"math"
	"path/filepath"
	"testing"

	"faultline/sim/result"
)

// The workloads by which the speed is measured (docs/performance.md) are what they
// are said to be: each has the mean response that is known, over as many requests
// as show it.
func TestWorkloadsHaveTheKnownMeans(t *testing.T) {
	for _, c := range []struct {
		scenario, duration string
		mean, within       float64 // milliseconds, share
	}{
		{"w1", "400s", 4.00, 0.06}, // an M/M/1 queue at 80% forgets slowly
		{"w2", "100s", 7.10, 0.02},
		{"w2t", "100s", 7.10, 0.02},
		{"w3-1000", "2s", 7.30, 0.03},
		{"w4", "100s", 7.03, 0.03}, // no closed form: that of the benchmark
	} {
		t.Run(c.scenario, func(t *testing.T) {
			path, err := filepath.Abs("testdata/workloads/" + c.scenario + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if code, _, stderr := command(t, "run", path, "--duration", c.duration, "--no-report", "--set", "run.warmup=0s"); code != exitPass {
				t.Fatalf("exit code %d\n%s", code, stderr)
			}
			store, err := result.ReadJSON(bytes.NewReader(read(t, "faultline-out/"+c.scenario+"/result.json")))
			if err != nil {
				t.Fatal(err)
			}
			requests, sum := 0.0, 0.0
			for _, j := range store.Document().Topologies[0].Journeys {
				n := float64(j.Counts.Offered)
				requests, sum = requests+n, sum+n**j.Latency.Avg.Value*1e3
			}
			if mean := sum / requests; math.Abs(mean-c.mean) > c.within*c.mean {
				t.Errorf("%.0f requests with a mean response of %.3f ms; want %.2f", requests, mean, c.mean)
			}
		})
	}
}
