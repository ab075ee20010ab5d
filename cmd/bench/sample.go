package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"faultline/sim/result"
)

// sample is one run of a program.
type sample struct {
	requests float64
	cpu      float64 // seconds
	wall     float64 // seconds
	mean     float64 // response, milliseconds
}

// rate is requests per CPU-second.
func (s *sample) rate() float64 { return s.requests / s.cpu }

// median is that of a measure of some samples.
func median(list []sample, of func(*sample) float64) float64 {
	values := make([]float64, len(list))
	for i := range list {
		values[i] = of(&list[i])
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// timed runs a program and measures the whole of its process.
func timed(program string, args ...string) (s sample, stdout string, err error) {
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err = cmd.Run(); err != nil {
		return s, "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, errs.String())
	}
	s.wall = time.Since(began).Seconds()
	s.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return s, out.String(), nil
}

// faultline runs a scenario with the whole command: loading, statistics and
// result.json count. Nothing is left out as warm-up, as elsewhere.
func (b *bench) faultline(scenario string, args ...string) (sample, error) {
	out := b.path("out")
	args = append([]string{"run", scenario, "--quiet", "--no-report", "--out", out, "--set", "run.warmup=0s"}, args...)
	s, _, err := timed(b.path("faultline"), args...)
	if err != nil {
		return s, err
	}
	f, err := os.Open(out + "/result.json")
	if err != nil {
		return s, err
	}
	defer f.Close()
	store, err := result.ReadJSON(f)
	if err != nil {
		return s, err
	}
	s.requests, s.mean = answered(store.Document())
	return s, nil
}

// answered is the requests of all journeys of the first topology, and their mean
// response in milliseconds.
func answered(doc *result.Document) (n, mean float64) {
	for _, j := range doc.Topologies[0].Journeys {
		if j.Latency.Avg.Value == nil {
			continue
		}
		n += float64(j.Counts.Offered)
		mean += float64(j.Counts.Offered) * *j.Latency.Avg.Value * 1e3
	}
	return n, mean / n
}
