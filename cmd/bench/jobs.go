package main

import (
	"fmt"
	"strings"
)

// parallel are runs of many simulations: replications alone, and replications with
// twins of two topologies.
var parallel = []struct {
	label, scenario string
	args            []string
}{
	{"W2, 16 replications of 300,000 requests", workloadDir + "/w2.yaml", []string{"--duration", "200s", "--replications", "16"}},
	{"W3, 8 replications of 200,000 requests", workloadDir + "/w3-1000.yaml", []string{"--duration", "20s", "--replications", "8"}},
	{"W4, 16 replications of 150,000 requests", workloadDir + "/w4.yaml", []string{"--duration", "100s", "--replications", "16"}},
	{"`recommendations-crash`: 10 replications, two topologies, twins", "recommendations-crash", nil},
}

// jobs measures the same simulations one at a time and two at a time, in turns.
func (b *bench) jobs() (string, error) {
	if err := b.build(); err != nil {
		return "", err
	}
	var t strings.Builder
	t.WriteString("| | CPU time, `--jobs 1` | CPU time, `--jobs 2` | CPU efficiency | wall time, `--jobs 1` | wall time, `--jobs 2` |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, p := range parallel {
		var at [2][]sample
		for range b.rounds {
			for jobs := range at {
				s, _, err := timed(b.path("faultline"), append([]string{"run", p.scenario, "--quiet", "--no-report", "--out", b.path("out"), "--jobs", fmt.Sprint(1 + jobs)}, p.args...)...)
				if err != nil {
					return "", err
				}
				at[jobs] = append(at[jobs], s)
			}
		}
		cpu, wall := func(s *sample) float64 { return s.cpu }, func(s *sample) float64 { return s.wall }
		one, two := median(at[0], cpu), median(at[1], cpu)
		fmt.Fprintf(&t, "| %s | %.2f s | %.2f s | %.3f | %.2f s | %.2f s |\n", p.label, one, two, one/two, median(at[0], wall), median(at[1], wall))
		fmt.Fprintf(b.log, "%s: done\n", p.label)
	}
	return t.String(), nil
}
