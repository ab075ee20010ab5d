package estimate

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/blast"
	"faultline/sim/measure"
	"faultline/sim/result"
)

func TestDamageIsTheMeanOverReplications(t *testing.T) {
	top := faulted(t, crash, hit(100, 60, 0), hit(300, 300, 10))
	store(t, top)
	f := document(top).Faults[0]
	check(t, "blast radius", f.BlastRadius, 0.2, 0.2-t1*0.1, 1)
	check(t, "blast radius after", f.BlastRadiusAfter, 0, 0, 0)
	check(t, "severity, failed", f.Severity.Failed, 0.18, 0, 1)
	check(t, "severity, too slow", f.Severity.TooSlow, 0.02, 0, 0.02+t1*0.02)
	check(t, "time to impact", f.TimeToImpact, 0, 0, 0)
	check(t, "time to recover", f.TimeToRecover, 5, 0, 5+t1*5)
	check(t, "time to restore", f.TimeToRestore, 35, 0, 35+t1*5)
	if f.Lost != (result.Phases{During: 400}) || f.Pairs != (result.Phases{During: 2000, After: 1000}) {
		t.Errorf("lost %+v of %+v", f.Lost, f.Pairs)
	}
	check(t, "browse", f.Journeys[0].BlastRadius, 0.2, 0.2-t1*0.1, 1)
	if buy := f.Journeys[1].BlastRadius; buy.Value != nil || buy.Reason != nothingGood {
		t.Errorf("a journey without requests: %+v", buy)
	}
	if *f.State != "degraded" || !cmp.Equal(f.States, map[string]int{"degraded": 2}) {
		t.Errorf("state %v of %v", *f.State, f.States)
	}
	if f.Window.Start != 30 || *f.Window.End != 60 || f.Target != "component stock" {
		t.Errorf("window %+v, target %q", f.Window, f.Target)
	}
	if f.ComponentBlastRadius.Value != nil || f.ComponentBlastRadius.Reason != notMeasured {
		t.Errorf("components that were not measured: %+v", f.ComponentBlastRadius)
	}
}

func TestTheBaselineIsTheRunWithoutTheFault(t *testing.T) {
	d := document(faulted(t, crash, hit(100, 60, 0)))
	check(t, "availability, faulted", d.Journeys[0].Availability, 0.9, nan, nan)
	check(t, "availability, baseline", d.Baseline.Journeys[0].Availability, 1, nan, nan)
	if b := d.Faults[0].Baseline; !cmp.Equal(b.Journeys, d.Baseline.Journeys) || !cmp.Equal(b.Series, d.Baseline.Series) || b.Services != nil {
		t.Error("the twin of the only fault is not the baseline, or holds what that of the topology has")
	}
	if d := document(plain(t, run())); d.Baseline != nil {
		t.Error("a baseline without a fault")
	}
}

func TestEachOfTwoFaultsHasItsOwnTwin(t *testing.T) {
	slow := crash
	slow.Name = "slow"
	top := New(shop(), []string{"shoppers"}, []Fault{crash, slow}, Config{Digest: "sha256:0"})
	twins := []*measure.Run{browsing(80, 0, 20, 0, 1), browsing(70, 0, 30, 0, 1)}
	if err := top.Add(Replication{Run: browsing(50, 0, 50, 0, 1), None: browsing(100, 0, 0, 0, 1), Twins: twins,
		Blast: []*blast.Pairing{hit(100, 60, 0), hit(300, 300, -1)}}); err != nil {
		t.Fatal(err)
	}
	s := store(t, top)
	d := s.Document().Topologies[0]
	check(t, "faulted", d.Journeys[0].Availability, 0.5, nan, nan)
	check(t, "without any", d.Baseline.Journeys[0].Availability, 1, nan, nan)
	check(t, "without the first", d.Faults[0].Baseline.Journeys[0].Availability, 0.8, nan, nan)
	check(t, "without the second", d.Faults[1].Baseline.Journeys[0].Availability, 0.7, nan, nan)
}

func TestAFaultThatDoesNotApplyIsNull(t *testing.T) {
	none := crash
	none.Applicable = false
	top := New(shop(), []string{"shoppers"}, []Fault{none}, Config{Digest: "sha256:0"})
	if err := top.Add(Replication{Run: browsing(90, 0, 10, 0, time.Millisecond), Twins: make([]*measure.Run, 1), Blast: make([]*blast.Pairing, 1)}); err != nil {
		t.Fatal(err)
	}
	store(t, top)
	d := document(top)
	f := d.Faults[0]
	for _, e := range []result.Estimate{f.BlastRadius, f.BlastRadiusAfter, f.Severity.Failed, f.TimeToRecover, f.RecoveredShare} {
		if e.Value != nil || e.Reason != notApplicable {
			t.Errorf("%+v, want null and why", e)
		}
	}
	if f.Applicable || f.State != nil || f.Baseline != nil || len(f.Journeys) != 0 {
		t.Errorf("%+v", f)
	}
	// Without a fault that applies, the run is its own baseline.
	check(t, "baseline", d.Baseline.Journeys[0].Availability, 0.9, nan, nan)
}

func TestRecoveryMustComeInEveryReplication(t *testing.T) {
	f := document(faulted(t, crash, hit(100, 0, 0), hit(100, 0, 10), hit(100, 0, -1))).Faults[0]
	if check(t, "time to recover", f.TimeToRecover, nan, nan, nan); f.TimeToRecover.Reason != "not recovered in 1 of 3 replications" {
		t.Errorf("reason %q", f.TimeToRecover.Reason)
	}
	check(t, "share recovered", f.RecoveredShare, 2.0/3, 0, 1)
	f = document(faulted(t, crash, hit(100, 0, -1))).Faults[0]
	if check(t, "time to recover", f.TimeToRecover, nan, nan, nan); f.TimeToRecover.Reason != noRecovery {
		t.Errorf("reason %q", f.TimeToRecover.Reason)
	}
}

func TestRecoveryInAllReplicationsIsBoundedByThreeOverN(t *testing.T) {
	all, none := make([]*blast.Pairing, 20), make([]*blast.Pairing, 20)
	for i := range all {
		all[i], none[i] = hit(100, 0, 10), hit(100, 0, -1)
	}
	check(t, "all recovered", document(faulted(t, crash, all...)).Faults[0].RecoveredShare, 1, 0.85, 1)
	check(t, "none recovered", document(faulted(t, crash, none...)).Faults[0].RecoveredShare, 0, 0, 0.15)
}

func TestTimeToImpactIsOverTheReplicationsThatWereHit(t *testing.T) {
	f := document(faulted(t, crash, hit(100, 0, 0), hit(0, 0, 0))).Faults[0]
	if check(t, "time to impact", f.TimeToImpact, 0, nan, nan); f.TimeToImpact.Reason == "" {
		t.Error("nothing says that one replication was not hit")
	}
}

func TestAnOverloadedTopologyIsJudgedByNoFault(t *testing.T) {
	p := &blast.Pairing{Reason: "overloaded without the fault already", State: blast.Overloaded, Journeys: make([]blast.Phases, 2)}
	top := faulted(t, crash, p, p)
	store(t, top)
	f := document(top).Faults[0]
	for _, e := range []result.Estimate{f.BlastRadius, f.Severity.Failed, f.TimeToImpact, f.TimeToRecover, f.RecoveredShare} {
		if e.Value != nil || e.Reason != p.Reason {
			t.Errorf("%+v, want null and why", e)
		}
	}
	if *f.State != "overloaded" {
		t.Errorf("state %s", *f.State)
	}
}

func TestTheStateIsTheCommonestAndOfTiesTheWorst(t *testing.T) {
	pairing := func(s blast.State) *blast.Pairing {
		p := hit(100, 0, 0)
		p.State = s
		return p
	}
	cases := []struct {
		states []blast.State
		want   string
	}{
		{[]blast.State{blast.Stable, blast.Stable, blast.Metastable}, "stable"},
		{[]blast.State{blast.Stable, blast.Metastable}, "metastable"},
		{[]blast.State{blast.Outage, blast.Degraded, blast.Degraded, blast.Outage}, "outage"},
		{[]blast.State{blast.Unknown, blast.Recovering}, "unknown"},
	}
	for _, c := range cases {
		var all []*blast.Pairing
		for _, s := range c.states {
			all = append(all, pairing(s))
		}
		if got := *document(faulted(t, crash, all...)).Faults[0].State; got != c.want {
			t.Errorf("%v: %s, want %s", c.states, got, c.want)
		}
	}
}

func TestAFaultThatHelpsHasANegativeRadius(t *testing.T) {
	p := hit(10, 0, 0)
	p.All.During.Gained = 60
	f := document(faulted(t, crash, p, p)).Faults[0]
	check(t, "blast radius", f.BlastRadius, -0.05, -0.05, -0.05)
}

func TestAnEndlessFaultHasNoTimeToRecover(t *testing.T) {
	endless := crash
	endless.Window = blast.Window{Start: 30 * time.Second, Open: true}
	p := hit(100, 0, 0)
	p.Recover = nil
	f := document(faulted(t, endless, p)).Faults[0]
	if f.Window.End != nil || f.TimeToRecover.Value != nil || f.TimeToRecover.Reason != noEnd {
		t.Errorf("window %+v, time to recover %+v", f.Window, f.TimeToRecover)
	}
}

func TestComparisonsArePaired(t *testing.T) {
	build := func(name string, lost ...int64) *Topology {
		var all []*blast.Pairing
		for _, n := range lost {
			all = append(all, hit(n, n, 0))
		}
		top := faulted(t, crash, all...)
		top.sys.Name = name
		return top
	}
	// The seeds differ much more than the topologies do.
	mono, micro := build("mono", 100, 300, 500), build("micro", 50, 249, 451)
	s := store(t, mono, micro)
	var radius *result.Comparison
	for i, c := range s.Document().Comparisons {
		if c.Baseline != "mono" || c.Candidate != "micro" || c.Tags["topology"] != "" {
			t.Errorf("comparison %+v", c)
		}
		if c.Metric == "blastRadius" && cmp.Equal(c.Tags, map[string]string{"fault": "poison"}) {
			radius = &s.Document().Comparisons[i]
		}
		if c.Metric == "availability" && c.Verdict != "same" {
			t.Errorf("equal availabilities are %s", c.Verdict)
		}
	}
	if radius == nil {
		t.Fatal("blast radii are not compared")
	}
	// Differences −0.050, −0.051, −0.049: t(2)·0.001/√3.
	half := 4.302652729749464 * 0.001 / math.Sqrt(3)
	check(t, "difference", radius.Difference, -0.05, -0.05-half, -0.05+half)
	check(t, "a", radius.A, 0.3, 0.3-4.302652729749464*0.2/math.Sqrt(3), 0.3+4.302652729749464*0.2/math.Sqrt(3))
	if radius.Verdict != "better" {
		t.Errorf("verdict %s, want better", radius.Verdict)
	}
	// var(a) = 0.04, var(b) = 0.040201, var(b − a) = 1e-6.
	if v := *radius.VarianceReduction; math.Abs(v-80201) > 1e-3 {
		t.Errorf("variance reduction %v, want 80201", v)
	}
	for _, c := range Compare([]*Topology{micro, mono}) {
		if c.Metric == "blastRadius" && c.Tags["journey"] == "" && c.Verdict != "worse" {
			t.Errorf("the other way round it is %s, want worse", c.Verdict)
		}
	}
}

func TestATopologyAgainstItselfIsTheSame(t *testing.T) {
	a, b := faulted(t, crash, hit(100, 60, 0), hit(300, 300, 10)), faulted(t, crash, hit(100, 60, 0), hit(300, 300, 10))
	all := Compare([]*Topology{a, b})
	if len(all) == 0 {
		t.Fatal("nothing is compared")
	}
	for _, c := range all {
		if c.Verdict != "same" || c.Difference.Value != nil && *c.Difference.Value != 0 || c.VarianceReduction != nil {
			t.Errorf("%s%v: %+v", c.Metric, c.Tags, c)
		}
	}
}

func TestWhatIsNotDefinedIsNotCompared(t *testing.T) {
	a, b := faulted(t, crash, hit(100, 0, 0), hit(100, 0, 10)), faulted(t, crash, hit(100, 0, 0), hit(100, 0, -1))
	found := false
	for _, c := range Compare([]*Topology{a, b}) {
		if c.Metric == "timeToRecover" {
			found = true
			if c.Difference.Value != nil || c.Difference.Reason == "" || c.Verdict != "same" {
				t.Errorf("%+v", c)
			}
		}
	}
	if !found {
		t.Error("times to recover are not compared at all")
	}
	if got := Compare([]*Topology{a}); got == nil || len(got) != 0 {
		t.Errorf("one topology: %v, want an empty list", got)
	}
	one := Compare([]*Topology{faulted(t, crash, hit(100, 0, 0)), faulted(t, crash, hit(50, 0, 0))})
	for _, c := range one {
		if c.Difference.Low != nil || c.Verdict != "same" {
			t.Errorf("one replication decides %s: %+v", c.Metric, c)
		}
	}
}
