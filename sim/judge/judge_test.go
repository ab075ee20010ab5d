package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// words lists the verdicts as "mono pass".
func words(doc *result.Document) []string {
	out := []string{}
	for _, v := range doc.Thresholds {
		out = append(out, v.Topology+" "+v.Verdict)
	}
	return out
}

func expect(t *testing.T, doc *result.Document, overall string, want ...string) {
	t.Helper()
	if got := words(doc); !slices.Equal(got, want) || doc.Verdict != overall {
		t.Errorf("%q, overall %s; want %q, overall %s", got, doc.Verdict, want, overall)
		for _, v := range doc.Thresholds {
			t.Logf("%s: %s", v.Topology, v.Reason)
		}
	}
}

func TestNoThresholdPasses(t *testing.T) {
	doc := newWorld(t, 3).judge()
	expect(t, doc, "pass")
	if len(doc.Warnings) != 1 {
		t.Errorf("warnings: %q", doc.Warnings)
	}
}

func TestTheIntervalDecides(t *testing.T) {
	w := newWorld(t, 4)
	w.availability("mono", 0.990, 0.991, 0.989, 0.990) // 0.990 ± 0.0013
	w.availability("micro", 0.999, 0.998, 1.000, 0.999)
	for _, c := range []struct {
		expression, overall, mono, micro string
	}{
		{">= 98%", "pass", "pass", "pass"},
		{">= 99.5%", "fail", "fail", "pass"},
		{">= 99%", "inconclusive", "inconclusive", "pass"},
		{">= 99.95%", "fail", "fail", "inconclusive"},
		{"< 98%", "fail", "fail", "fail"},
	} {
		t.Run(c.expression, func(t *testing.T) {
			doc := w.judge("availability{journey:checkout}", c.expression)
			expect(t, doc, c.overall, "mono "+c.mono, "micro "+c.micro)
		})
	}
}

func TestTheWorstVerdictIsThatOfTheWhole(t *testing.T) {
	w := newWorld(t, 4)
	w.availability("mono", 0.990, 0.991, 0.989, 0.990)
	w.availability("micro", 0.999, 0.999, 0.999, 0.998)
	pass, fail, straddle := ">= 90%", ">= 99.99%", ">= 99%"
	const mono = "availability{journey:checkout, topology:mono}"
	for _, c := range []struct {
		overall string
		list    []string
	}{
		{"pass", []string{mono, pass, mono, pass}},
		{"inconclusive", []string{mono, pass, mono, straddle}},
		{"fail", []string{mono, straddle, mono, fail}},
		{"fail", []string{mono, fail, mono, pass}},
	} {
		if doc := w.judge(c.list...); doc.Verdict != c.overall || len(doc.Thresholds) != 2 {
			t.Errorf("%q: %s with %q", c.list, doc.Verdict, words(doc))
		}
	}
}

func TestAVerdictSaysWhatWasJudged(t *testing.T) {
	w := newWorld(t, 4)
	w.availability("mono", 0.990, 0.991, 0.989, 0.990)
	v := w.judge("availability{topology:mono, journey:checkout}", ">=0.9").Thresholds[0]
	if v.Metric != "availability" || v.Expression != ">= 90%" || v.Topology != "mono" || v.Reason != "" {
		t.Errorf("verdict %+v", v)
	}
	if len(v.Tags) != 1 || v.Tags["journey"] != "checkout" {
		t.Errorf("tags %v", v.Tags)
	}
	if v.Observed.Value == nil || *v.Observed.Value != 0.99 || v.Observed.Low == nil {
		t.Errorf("observed %+v", v.Observed)
	}
}

func TestInconclusiveSaysHowManyReplicationsWouldDecide(t *testing.T) {
	w := newWorld(t, 4)
	// Mean 0.99, half-width 3.182·0.0008165/2 = 0.0013; the bound lies 0.0005 off:
	// 4·(0.0013/0.0005)² = 27.008.
	w.availability("mono", 0.990, 0.991, 0.989, 0.990)
	w.availability("micro", 0.9904, 0.991, 0.989, 0.9896)
	doc := w.judge("availability{journey:checkout, topology:mono}", ">= 99.05%")
	expect(t, doc, "inconclusive", "mono inconclusive")
	if want := "about 28 replications would decide (4 were run)"; !strings.Contains(doc.Thresholds[0].Reason, want) {
		t.Errorf("reason %q, want %q", doc.Thresholds[0].Reason, want)
	}
	doc = w.judge("availability{journey:checkout, topology:micro}", ">= 99%")
	if want := "more than 100000 replications"; !strings.Contains(doc.Thresholds[0].Reason, want) {
		t.Errorf("on the bound: reason %q, want %q", doc.Thresholds[0].Reason, want)
	}
}

func TestReplicationsAreRoundedToTwoDigits(t *testing.T) {
	for n, want := range map[int]int{7: 7, 27: 27, 99: 99, 101: 110, 110: 110, 1234: 1300, 99999: 100000} {
		if got := twoDigits(n); got != want {
			t.Errorf("twoDigits(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestOneReplicationIsJudgedByThePointAndWarns(t *testing.T) {
	w := newWorld(t, 1)
	w.availability("mono", 0.99)
	w.availability("micro", 0.9)
	doc := w.judge("availability{journey:checkout}", ">= 99%")
	expect(t, doc, "fail", "mono pass", "micro fail")
	if len(doc.Warnings) != 2 || !strings.Contains(doc.Warnings[1], "one replication") {
		t.Errorf("warnings: %q", doc.Warnings)
	}
	if !strings.Contains(doc.Thresholds[0].Reason, "the point decides") {
		t.Errorf("reason %q", doc.Thresholds[0].Reason)
	}
}

func TestAnUndefinedFigureIsInconclusive(t *testing.T) {
	w := newWorld(t, 3)
	doc := w.judge("availability{journey:checkout, topology:mono}", ">= 1%")
	expect(t, doc, "inconclusive", "mono inconclusive")
	if got := doc.Thresholds[0].Reason; got != "undefined: not measured" {
		t.Errorf("reason %q", got)
	}
}

func TestNamesThatTheResultLacks(t *testing.T) {
	w := newWorld(t, 2)
	w.availability("mono", 0.99, 0.98)
	w.availability("micro", 0.99, 0.98)
	w.fault("mono", "poison", "stable", "stable")
	w.fault("micro", "poison", "stable", "stable")
	micro := w.top("micro")
	micro.Services = append(micro.Services, micro.Services[0])
	micro.Services[1].Name = "payments"
	for _, c := range []struct{ selector, expression, want string }{
		{"availability{journey:chekcout}", "> 1%", `unknown journey "chekcout" (did you mean "checkout"?)`},
		{"availability{journey:checkout, topology:mno}", "> 1%", `unknown topology "mno" (did you mean "mono"?)`},
		{"availability{journey:checkout, versus:macro}", "> 1%", `unknown versus "macro" (did you mean "micro"?)`},
		{"utilization{service:payment}", "< 90%", `unknown service "payment" (did you mean "payments"?)`},
		{"utilization{service:payments, topology:mono}", "< 90%", "mono has no service payments"},
		{"utilization{service:payments, versus:mono}", "< 90%", "mono has no service payments"},
		{"blastRadius{fault:poisson}", "< 1%", `unknown fault "poisson" (did you mean "poison"?)`},
		{`errorRate{edge:"a -> b"}`, "< 1%", `unknown edge "a -> b" (there is none)`},
		{"goodput{flow:x}", "> 1/s", `unknown flow "x" (there is none)`},
		{"concurrency{database:db}", "< 3", `unknown database "db" (there is none)`},
		{"availability{topology:mono}", "> 1%", "the result has no availability{topology:mono}"},
		{"availability{journey:checkout, run:baseline}", "> 1%",
			"the result has no availability{journey:checkout, topology:mono, run:baseline}"},
		{"degradedRate{journey:checkout, versus:mono}", "< 1%", "no replication values"},
	} {
		th, err := Parse(c.selector, c.expression)
		if err != nil {
			t.Errorf("%s %s: %v", c.selector, c.expression, err)
			continue
		}
		th.Source = "s.yaml:7"
		_, err = Judge(w.store(), []Threshold{th})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "s.yaml:7: ") {
			t.Errorf("%s: %v, want an error at s.yaml:7 with %q", c.selector, err, c.want)
		}
	}
}

func TestEveryThresholdThatCannotBeJudgedIsNamed(t *testing.T) {
	_, err := newWorld(t, 2).try("availability{journey:a}", "> 1%", "availability{journey:checkout}", "> 1%", "availability{journey:b}", "> 1%")
	if err == nil || !strings.Contains(err.Error(), `"a"`) || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("got %v", err)
	}
}

func TestAPercentileThatIsNotMeasuredListsThoseThatAre(t *testing.T) {
	w := newWorld(t, 2)
	th := Threshold{Selector: metric.Selector{Metric: "latency", Tags: checkout("mono")},
		Expression: metric.Expression{Aggregator: "p(97)", Op: metric.Less, Bound: 1, Unit: metric.Time}}
	_, err := Judge(w.store(), []Threshold{th})
	if err == nil || !strings.Contains(err.Error(), "it has [avg med max p(50) p(90) p(95) p(99) p(99.9)]") {
		t.Errorf("got %v", err)
	}
}

func TestWhatATopologyLacksIsNotJudgedThere(t *testing.T) {
	w := newWorld(t, 2)
	w.fault("mono", "poison", "stable", "stable")
	w.fault("micro", "poison")
	f := &w.top("mono").Faults[0]
	w.set(&f.BlastRadius, "blastRadius", at("mono").With(metric.Fault, "poison"), 0.5, 0.501)
	doc := w.judge("blastRadius{fault:poison}", "< 90%")
	expect(t, doc, "pass", "mono pass")
	if len(doc.Warnings) != 2 || !strings.Contains(doc.Warnings[1], "is not judged for micro: fault poison does not apply to micro") {
		t.Errorf("warnings: %q", doc.Warnings)
	}
	for _, text := range []string{"blastRadius{fault:poison, topology:micro}", "blastRadius{fault:poison, topology:mono, versus:micro}",
		"blastRadius{topology:micro}", "blastRadius{fault:poison, versus:mono}"} {
		if _, err := w.try(text, "< 90%"); err == nil || !strings.Contains(err.Error(), "to micro") {
			t.Errorf("%s: %v, want an error", text, err)
		}
	}
}

func TestWithoutAFaultEveryFaultIsJudged(t *testing.T) {
	w := newWorld(t, 2)
	for i, name := range []string{"first", "second", "third"} {
		states := []string{"stable", "stable"}
		if name == "third" {
			states = nil
		}
		f := w.fault("mono", name, states...)
		if name != "third" {
			w.set(&f.BlastRadius, "blastRadius", at("mono").With(metric.Fault, name), 0.1+float64(i), 0.1+float64(i))
		}
	}
	doc := w.judge("blastRadius{topology:mono}", "< 50%")
	expect(t, doc, "fail", "mono pass", "mono fail")
	if a, b := doc.Thresholds[0].Tags["fault"], doc.Thresholds[1].Tags["fault"]; a != "first" || b != "second" {
		t.Errorf("faults %s, %s", a, b)
	}
	if _, err := newWorld(t, 2).try("blastRadius", "< 50%"); err == nil || !strings.Contains(err.Error(), "no fault applies") {
		t.Errorf("without any fault: %v", err)
	}
}

func TestVersusIsThePairedDifference(t *testing.T) {
	w := newWorld(t, 4)
	// The noise between replications is far larger than the difference of −0.3,
	// and both share it: only pairing can decide.
	w.availability("mono", 0.9, 0.5, 0.7, 0.6)
	w.availability("micro", 0.601, 0.2, 0.4, 0.299)
	doc := w.judge("availability{journey:checkout, versus:mono}", "< -20%")
	expect(t, doc, "pass", "micro pass")
	if v := *doc.Thresholds[0].Observed.Value; v < -0.301 || v > -0.299 {
		t.Errorf("observed %v, want −0.3", v)
	}
	doc = w.judge("availability{journey:checkout, topology:mono, versus:micro}", "< -20%")
	expect(t, doc, "fail", "mono fail")
	// Negative control: unpaired, each interval holds the other's mean.
	doc = w.judge("availability{journey:checkout, topology:mono}", "> 60%")
	expect(t, doc, "inconclusive", "mono inconclusive")
}

func TestVersusNeedsAnotherTopology(t *testing.T) {
	w := newWorld(t, 2)
	w.doc.Topologies = w.doc.Topologies[:1]
	w.availability("mono", 0.99, 0.98)
	if _, err := w.try("availability{journey:checkout, versus:mono}", "< 1%"); err == nil || !strings.Contains(err.Error(), "no topology to compare") {
		t.Errorf("got %v", err)
	}
}

func TestRunBaselineIsTheRunWithoutFaults(t *testing.T) {
	w := newWorld(t, 2)
	w.availability("mono", 0.1, 0.1)
	w.top("mono").Baseline.Journeys = w.topology("x").Journeys
	w.set(&w.top("mono").Baseline.Journeys[0].Availability, "availability", checkout("mono").With(metric.Run, metric.Baseline), 0.99, 0.99)
	expect(t, w.judge("availability{journey:checkout, topology:mono, run:baseline}", ">= 90%"), "pass", "mono pass")
	expect(t, w.judge("availability{journey:checkout, topology:mono}", ">= 90%"), "fail", "mono fail")
}

func TestThresholdsPrintWhereTheyStand(t *testing.T) {
	th, err := Parse("latency{topology:x,journey:checkout}", "p(99)<300ms")
	if err != nil {
		t.Fatal(err)
	}
	if got := th.String(); got != "latency{journey:checkout, topology:x} p(99) < 300ms" {
		t.Errorf("prints %s", got)
	}
	th.Source = "a.yaml:3"
	if got := fmt.Sprint(th); !strings.HasPrefix(got, "a.yaml:3: latency") {
		t.Errorf("prints %s", got)
	}
	for _, bad := range [][2]string{{"latncy", "avg < 1s"}, {"latency", "avg < 1"}} {
		if _, err := Parse(bad[0], bad[1]); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
