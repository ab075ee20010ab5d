package study

import (
	"context"
	"faultline/scenarios"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestX(t *testing.T) {
	name := os.Getenv("SC")
	if name == "" {
		t.Skip()
	}
	o := scenarios.Options{}
	if r := os.Getenv("REPS"); r != "" {
		n, _ := strconv.Atoi(r)
		o.Replications = &n
	}
	if v := os.Getenv("SET"); v != "" {
		o.Set = []string{v}
	}
	s, err := scenarios.Load(name, o)
	if err != nil {
		t.Fatal(err)
	}
	t0 := time.Now()
	st, err := Run(context.Background(), s, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("took", time.Since(t0))
	d := st.Document()
	f := func(p *float64) string {
		if p == nil {
			return "-"
		}
		return fmt.Sprintf("%.4g", *p)
	}
	fmt.Println(d.Verdict, d.Warnings)
	for _, v := range d.Thresholds {
		fmt.Println(v.Verdict, v.Metric, v.Tags, v.Expression, v.Topology, f(v.Observed.Value), f(v.Observed.Low), f(v.Observed.High), v.Reason)
	}
	for _, tp := range d.Topologies {
		fmt.Println("==", tp.Name, tp.Warnings)
		for _, x := range tp.Services {
			fmt.Println("  ", x.Name, "util", f(x.Utilization.Value), "conc", f(x.Concurrency.Value), "q", f(x.QueueLength.Value), "repl", f(x.Replicas.Value), "p99", f(x.Latency.P99.Value), "err", f(x.ErrorRate.Value))
		}
		for _, x := range tp.Databases {
			fmt.Println("  ", x.Name, "util", f(x.Utilization.Value), "conn", f(x.Connections.Value), "p99", f(x.Latency.P99.Value))
		}
		if tp.Baseline != nil {
			for _, j := range tp.Baseline.Journeys {
				fmt.Println("  B", j.Name, "avail", f(j.Availability.Value), "p50", f(j.Latency.P50.Value), "p99", f(j.Latency.P99.Value), "degr", f(j.DegradedRate.Value))
			}
		}
		for _, j := range tp.Journeys {
			fmt.Println("  F", j.Name, "avail", f(j.Availability.Value), "p50", f(j.Latency.P50.Value), "p99", f(j.Latency.P99.Value), "degr", f(j.DegradedRate.Value), j.Failures)
		}
		for _, x := range tp.Faults {
			fmt.Println("  fault", x.Name, "br", f(x.BlastRadius.Value), f(x.BlastRadius.Low), f(x.BlastRadius.High), "after", f(x.BlastRadiusAfter.Value), "state", *x.State, x.States, "lost", x.Lost, "ttr", f(x.TimeToRecover.Value), "tti", f(x.TimeToImpact.Value), "sev", f(x.Severity.Failed.Value), f(x.Severity.TooSlow.Value), f(x.Severity.Degraded.Value))
			for _, j := range x.Journeys {
				fmt.Println("     ", j.Name, f(j.BlastRadius.Value), f(j.BlastRadiusAfter.Value))
			}
		}
	}
}
