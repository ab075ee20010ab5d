package judge

import (
	"math"
	"strings"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
)

func repeat(n int, words ...string) (out []string) {
	for range n {
		out = append(out, words...)
	}
	return out
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		name, expression, verdict, reason string
		states                            []string
	}{
		{"all agree", "== stable", "pass", "", repeat(3, "stable")},
		{"all agree on another", "== stable", "fail", "", repeat(3, "metastable")},
		{"not what all are", "!= metastable", "fail", "", repeat(3, "metastable")},
		{"not what none is", "!= metastable", "pass", "", repeat(3, "stable")},
		{"a clear majority", "== stable", "pass", "", append(repeat(18, "stable"), "degraded", "degraded")},
		{"a clear minority", "== stable", "fail", "", append(repeat(18, "degraded"), "stable", "stable")},
		{"no clear majority", "== stable", "inconclusive", "6 of 10 replications", append(repeat(6, "stable"), repeat(4, "outage")...)},
		{"different but all satisfy", "!= outage", "pass", "", append(repeat(3, "stable"), repeat(3, "degraded")...)},
		{"one replication", "== stable", "pass", "the point decides", []string{"stable"}},
		{"unknown", "== stable", "inconclusive", "no judgement", repeat(3, "unknown")},
		{"overloaded without the fault", "!= stable", "inconclusive", "no judgement", repeat(3, "overloaded")},
		{"unknown is asked for", "== unknown", "pass", "", repeat(3, "unknown")},
		{"unknown is excluded", "!= unknown", "fail", "", repeat(3, "unknown")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, len(c.states))
			w.fault("mono", "poison", c.states...)
			v := w.judge("state{fault:poison, topology:mono}", c.expression).Thresholds[0]
			if v.Verdict != c.verdict || !strings.Contains(v.Reason, c.reason) || c.reason == "" && v.Reason != "" {
				t.Errorf("%s (%q), want %s (%q)", v.Verdict, v.Reason, c.verdict, c.reason)
			}
			if v.Observed.Value != nil || !strings.Contains(v.Observed.Reason, "replications") {
				t.Errorf("observed %+v", v.Observed)
			}
		})
	}
}

func TestNoStateIsInconclusive(t *testing.T) {
	w := newWorld(t, 3)
	w.fault("mono", "poison", "stable", "stable", "stable").State = nil
	expect(t, w.judge("state{fault:poison, topology:mono}", "state == stable"), "inconclusive", "mono inconclusive")
}

func TestWilsonInterval(t *testing.T) {
	// Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 0/20, 1/29.
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {0, 0, 0, 1}} {
		low, high := wilson(c.k, c.n)
		if math.Abs(low-c.low) > 1e-4 || math.Abs(high-c.high) > 1e-4 {
			t.Errorf("%d/%d: %.4f..%.4f, want %.4f..%.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

func TestZeroGoodputFailsEveryLatencyThreshold(t *testing.T) {
	load, served := []float64{10, 10, 10}, []float64{9, 9, 9}
	fast := []float64{0.1, 0.1, 0.1}
	for _, c := range []struct {
		name                  string
		offered, goodput, p99 []float64
		expression, verdict   string
		reason                string
	}{
		{"served", load, served, fast, "p(99) < 1s", "pass", ""},
		{"never served", load, []float64{0, 0, 0}, []float64{nan, nan, nan}, "p(99) < 1s", "fail", "in 3 of 3"},
		{"never served well, but fast", load, []float64{0, 0, 0}, fast, "p(99) < 1s", "fail", "in 3 of 3"},
		{"once not served", load, []float64{9, 0, 9}, []float64{0.1, nan, 0.1}, "p(99) < 1s", "fail", "in 1 of 3"},
		{"whatever the operator", load, []float64{0, 0, 0}, fast, "p(99) > 1ms", "fail", "in 3 of 3"},
		{"nobody asked", []float64{0, 0, 0}, []float64{0, 0, 0}, []float64{nan, nan, nan}, "p(99) < 1s", "inconclusive", "undefined"},
		{"once nobody asked", []float64{10, 0, 10}, []float64{9, 0, 9}, []float64{0.1, nan, 0.1}, "p(99) < 1s", "pass", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 3)
			w.journey("mono", c.offered, c.goodput, c.p99)
			v := w.judge("latency{journey:checkout, topology:mono}", c.expression).Thresholds[0]
			if v.Verdict != c.verdict || !strings.Contains(v.Reason, c.reason) {
				t.Errorf("%s (%q), want %s (%q)", v.Verdict, v.Reason, c.verdict, c.reason)
			}
		})
	}
}

func TestZeroGoodputInAComparison(t *testing.T) {
	served, dead, fast, slow := []float64{9, 9, 9}, []float64{0, 0, 0}, []float64{0.1, 0.11, 0.12}, []float64{0.5, 0.51, 0.52}
	for _, c := range []struct {
		name        string
		mono, micro []float64
		want        string
	}{{"both serve", served, served, "pass"}, {"the candidate does not", served, dead, "fail"}, {"the yardstick does not", dead, served, "inconclusive"}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 3)
			w.journey("mono", served, c.mono, slow)
			w.journey("micro", served, c.micro, fast)
			expect(t, w.judge("latency{journey:checkout, versus:mono}", "p(99) < -100ms"), c.want, "micro "+c.want)
		})
	}
}

func TestAServiceOfWhichEveryCallFailsIsNotFast(t *testing.T) {
	w := newWorld(t, 2)
	s := &w.top("mono").Services[0]
	of := at("mono").With(metric.Service, "shop")
	w.set(&s.Latency.P99, "latency.p99", of, 0.1, 0.1)
	w.set(&s.ErrorRate, "errorRate", of, 0.2, 0.3)
	expect(t, w.judge("latency{service:shop, topology:mono}", "p(99) < 1s"), "pass", "mono pass")
	*w.doc.Samples[1].Values[1] = 1
	expect(t, w.judge("latency{service:shop, topology:mono}", "p(99) < 1s"), "fail", "mono fail")
}

// times sets up one fault whose recovery took the given times; NaN: never.
func times(t *testing.T, key string, share []float64, values ...float64) *world {
	w := newWorld(t, len(values))
	states := repeat(len(values), "degraded")
	f := w.fault("mono", "poison", states...)
	of := at("mono").With(metric.Fault, "poison")
	e := map[string]*result.Estimate{"timeToImpact": &f.TimeToImpact, "timeToRecover": &f.TimeToRecover, "timeToRestore": &f.TimeToRestore}[key]
	w.set(e, key, of, values...)
	w.set(&f.RecoveredShare, "recoveredShare", of, share...)
	return w
}

func TestATimeThatNeverCameIsLaterThanAnyBound(t *testing.T) {
	for _, c := range []struct {
		name, key, expression, verdict, reason string
		share, values                          []float64
	}{
		{"recovered", "timeToRecover", "< 60s", "pass", "", []float64{1, 1, 1}, []float64{30, 31, 32}},
		{"recovered late", "timeToRecover", "< 20s", "fail", "", []float64{1, 1, 1}, []float64{30, 31, 32}},
		{"once not recovered", "timeToRecover", "< 60s", "fail", "never came in 1 of 3", []float64{1, 0, 1}, []float64{30, nan, 32}},
		{"never recovered", "timeToRecover", "<= 60s", "fail", "never came in 3 of 3", []float64{0, 0, 0}, []float64{nan, nan, nan}},
		{"never recovered, and that was wanted", "timeToRecover", "> 60s", "pass", "never came in 3 of 3", []float64{0, 0, 0}, []float64{nan, nan, nan}},
		{"not compared", "timeToRecover", "< 60s", "inconclusive", "undefined", []float64{nan, nan, nan}, []float64{nan, nan, nan}},
		{"never hurt", "timeToImpact", "> 30s", "pass", "never came in 3 of 3", []float64{1, 1, 1}, []float64{nan, nan, nan}},
		{"hurt at once where hurt at all", "timeToImpact", "> 30s", "fail", "", []float64{1, 1, 1}, []float64{nan, 10, 11}},
		{"hurt late where hurt at all", "timeToImpact", "> 30s", "pass", "", []float64{1, 1, 1}, []float64{nan, 40, 40}},
		{"never hurt needs no restoring", "timeToRestore", "< 60s", "pass", "", []float64{1, 1, 1}, []float64{nan, nan, nan}},
		{"restored where hurt", "timeToRestore", "< 60s", "pass", "", []float64{1, 1, 1}, []float64{nan, 10, 10}},
		{"not restored", "timeToRestore", "< 60s", "fail", "never came in 1 of 3", []float64{1, 0, 1}, []float64{nan, nan, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := times(t, c.key, c.share, c.values...).judge(c.key+"{fault:poison, topology:mono}", c.expression).Thresholds[0]
			if v.Verdict != c.verdict || !strings.Contains(v.Reason, c.reason) {
				t.Errorf("%s (%q), want %s (%q)", v.Verdict, v.Reason, c.verdict, c.reason)
			}
		})
	}
}

func TestFromAFaultWithoutAnEndNothingRecovers(t *testing.T) {
	w := times(t, "timeToRecover", []float64{0, 0}, nan, nan)
	f := &w.top("mono").Faults[0]
	f.Window.End, f.TimeToRecover.Reason = nil, "the fault has no end"
	v := w.judge("timeToRecover{fault:poison, topology:mono}", "< 60s").Thresholds[0]
	if v.Verdict != "inconclusive" || !strings.Contains(v.Reason, "the fault has no end") {
		t.Errorf("%s (%q)", v.Verdict, v.Reason)
	}
}

func TestTimesThatNeverCameCannotBeCompared(t *testing.T) {
	w := times(t, "timeToRecover", []float64{1, 1, 0}, 30, 31, nan)
	f := w.fault("micro", "poison", "stable", "stable", "stable")
	of := at("micro").With(metric.Fault, "poison")
	w.set(&f.TimeToRecover, "timeToRecover", of, 10, 11, 12)
	w.set(&f.RecoveredShare, "recoveredShare", of, 1, 1, 1)
	doc := w.judge("timeToRecover{fault:poison, versus:mono}", "< 0")
	expect(t, doc, "inconclusive", "micro inconclusive")
	if !strings.Contains(doc.Thresholds[0].Reason, "never came in 1 of") {
		t.Errorf("reason %q", doc.Thresholds[0].Reason)
	}
}

func TestPhasesOfAFaultAreJudged(t *testing.T) {
	w := newWorld(t, 3)
	w.fault("mono", "poison", "stable", "stable", "stable")
	w.fault("micro", "poison")
	of := at("mono").With(metric.Fault, "poison").With(metric.Journey, "checkout")
	w.sample("availability", of.With(metric.Phase, metric.During), 0.5, 0.52, 0.51)
	w.sample("availability", of.With(metric.Phase, metric.After), 1, 1, 1)
	w.sample("lost", at("mono").With(metric.Fault, "poison").With(metric.Phase, metric.After), 0, 0, 0)
	doc := w.judge(
		"availability{journey:checkout, fault:poison, phase:during, topology:mono}", ">= 99%",
		"availability{journey:checkout, fault:poison, phase:after, topology:mono}", ">= 99%",
		"lost{fault:poison, phase:after, topology:mono}", "< 1")
	expect(t, doc, "fail", "mono fail", "mono pass", "mono pass")
	if tags := doc.Thresholds[0].Tags; tags["phase"] != "during" || tags["fault"] != "poison" {
		t.Errorf("tags %v", tags)
	}
	// The second topology has no such target: it is not judged, with a warning.
	doc = w.judge("availability{journey:checkout, fault:poison, phase:after}", ">= 99%")
	expect(t, doc, "pass", "mono pass")
	if !strings.Contains(strings.Join(doc.Warnings, "\n"), "fault poison does not apply to micro") {
		t.Errorf("warnings %q", doc.Warnings)
	}
	// Without the tag fault: every fault that applies.
	doc = w.judge("availability{journey:checkout, phase:during}", ">= 99%")
	expect(t, doc, "fail", "mono fail")
	if tags := doc.Thresholds[0].Tags; tags["fault"] != "poison" {
		t.Errorf("tags %v", tags)
	}
	if _, err := w.try("availability{journey:checkout, fault:poisn, phase:after}", ">= 99%"); err == nil || !strings.Contains(err.Error(), "poison") {
		t.Errorf("a fault that is none: %v", err)
	}
}

func TestNothingGoodDuringAFaultIsNotFast(t *testing.T) {
	w := newWorld(t, 3)
	w.fault("mono", "poison", "outage", "outage", "outage")
	of := at("mono").With(metric.Fault, "poison").With(metric.Phase, metric.During)
	w.sample("latency.p99", of, 0.1, 0.1, 0.1)
	w.sample("offered", of, 10, 10, 10)
	w.sample("goodput", of, 9, 0, 9)
	expect(t, w.judge("latency{fault:poison, phase:during, topology:mono}", "p(99) < 1s"), "fail", "mono fail")
	w = newWorld(t, 3)
	w.fault("mono", "poison", "outage", "outage", "outage")
	w.sample("latency.p99", of, 0.1, 0.1, 0.1)
	w.sample("offered", of, 10, 10, 10)
	w.sample("goodput", of, 9, 8, 9)
	expect(t, w.judge("latency{fault:poison, phase:during, topology:mono}", "p(99) < 1s"), "pass", "mono pass")
}

func TestATeamMustBeKnown(t *testing.T) {
	w := newWorld(t, 3)
	w.fault("mono", "poison", "stable", "stable", "stable")
	w.top("mono").Graph.Nodes = []result.Node{{Name: "shop", Teams: []string{"buying"}}}
	w.sample("blastRadius", at("mono").With(metric.Fault, "poison").With(metric.Team, "buying"), 0, 0.01, 0)
	expect(t, w.judge("blastRadius{team:buying, topology:mono}", "< 50%"), "pass", "mono pass")
	if _, err := w.try("blastRadius{team:byuing, topology:mono}", "< 50%"); err == nil || !strings.Contains(err.Error(), `did you mean "buying"`) {
		t.Errorf("a team that is none: %v", err)
	}
}
