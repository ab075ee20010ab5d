package sim

import (
	"context"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
)

// TestFaultsAloneMustShareOneTwin: what could not be compared with the one run
// without a fault is refused before anything is simulated.
func TestFaultsAloneMustShareOneTwin(t *testing.T) {
	kill := func(name string, at time.Duration) fault.Injection {
		return injected(name, at, &fault.Kill{Target: fault.Target{Service: "shop"}})
	}
	for want, c := range map[string]struct {
		faults []fault.Injection
		o      Options
	}{
		"has another window than the first": {[]fault.Injection{kill("a", 5*time.Second), kill("b", 6*time.Second)}, Options{Replications: 1}},
		"fault lost does not apply to one":  {[]fault.Injection{injected("lost", 5*time.Second, &fault.Kill{Target: fault.Target{Service: "nowhere"}})}, Options{Replications: 1}},
		"0 replications":                    {[]fault.Injection{kill("a", 5*time.Second)}, Options{}},
		"with a precision: true":            {[]fault.Injection{kill("a", 5*time.Second)}, Options{Replications: 20, Precision: &Precision{}}},
		"no fault":                          {nil, Options{Replications: 1}},
	} {
		c.o.Progress = func(int, int) { t.Errorf("%s: something was simulated", want) }
		if _, err := RunAlone(context.Background(), []Plan{plan(service, c.faults...)}, c.o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestALimitEndsFaultsAloneAsPartial: a fault whose run reaches a limit says so, and
// a run without a fault that does begins no more replications. (Limits on events are
// looked at after 65,536 of them.)
func TestALimitEndsFaultsAloneAsPartial(t *testing.T) {
	slow := injected("slow", 5*time.Second, &fault.Surge{Target: fault.Target{Flow: "all"}, Factor: 20})
	under := func(rate float64) []Plan {
		p := plan(dist.Constant(500*time.Microsecond), slow)
		p.Flows[0].Profile = load.Constant(rate)
		return []Plan{p}
	}
	report, err := RunAlone(context.Background(), under(600), Options{Seed: 1, Replications: 3, Limits: Limits{Events: 60_000}})
	if err != nil {
		t.Fatal(err)
	}
	if f := report.Plans[0].Faults[0]; !report.Partial || f.EndedEarly == "" || f.Replications != 3 || f.BlastRadius.Value != nil || report.Plans[0].Replications != 3 {
		t.Errorf("partial %v, ended early %q, %d replications, blast radius %v", report.Partial, f.EndedEarly, f.Replications, f.BlastRadius)
	}
	report, err = RunAlone(context.Background(), under(2000), Options{Seed: 1, Replications: 50, Jobs: 1, Limits: Limits{Events: 10_000}})
	if err != nil {
		t.Fatal(err)
	}
	if n := report.Plans[0].Replications; !report.Partial || n == 0 || n > 3 || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "a run without a fault ended early") {
		t.Errorf("partial %v after %d of 50 replications: %v", report.Partial, n, report.Warnings)
	}
}
