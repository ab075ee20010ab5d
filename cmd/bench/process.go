package main

import (
	"fmt"
	"regexp"
	"strconv"
)

// processRequests is how many W2 requests both run.
const processRequests = 3e6

var benchRate = regexp.MustCompile(`([0-9.]+) Mreq/cpu-s`)

// process measures three million requests of W2 with the command and with the
// engine's benchmark, in turns.
func (b *bench) process() (string, error) {
	if err := b.build(); err != nil {
		return "", err
	}
	if err := b.command("go", "test", "-c", "-pgo", "cmd/faultline/default.pgo", "-o", b.path("engine"), "./sim/engine"); err != nil {
		return "", err
	}
	w, n := workloads[1], b.requests(processRequests)
	w.ours = processRequests
	var engine, whole []sample
	for round := range b.rounds {
		_, out, err := timed(b.path("engine"), "-test.run", "^$", "-test.bench", "W2$", "-test.benchtime", fmt.Sprintf("%.0fx", n))
		if err != nil {
			return "", err
		}
		found := benchRate.FindStringSubmatch(out)
		if found == nil {
			return "", fmt.Errorf("no rate in %q", out)
		}
		rate, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			return "", err
		}
		engine = append(engine, sample{cpu: n / (rate * 1e6)})
		s, err := b.own(&w, 1)
		if err != nil {
			return "", err
		}
		whole = append(whole, s)
		fmt.Fprintf(b.log, "round %d of %d\n", round+1, b.rounds)
	}
	cpu := func(s *sample) float64 { return s.cpu }
	e, p := median(engine, cpu), median(whole, cpu)
	return fmt.Sprintf(`| %.1f million requests of W2 | CPU time | |
| --- | --- | --- |
| the engine's benchmark | %.3f s | |
| the whole command, with loading, statistics and result.json | %.3f s | %+.1f%%, %+.0f ms; at most 10%% and 50 ms, %.3f s |
`, n/1e6, e, p, 100*(p/e-1), 1e3*(p-e), 1.1*e+0.05), nil
}
