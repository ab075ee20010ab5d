package view

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func TestTheChainLeadsFromTheFaultToTheDamage(t *testing.T) {
	v := New(fixture.Store(fixture.Document()))
	if len(v.Why) != 2 || v.Why[0].Topology != "shop-monolith" {
		t.Fatalf("%d chains: %+v", len(v.Why), v.Why)
	}
	var said []string
	for _, l := range v.Why[0].Links {
		said = append(said, strings.ReplaceAll(l.At+" "+l.Text+" ("+l.Figure+")", "\u00a0", " "))
	}
	for i, start := range []string{"4 min poison-input: recommendations crashes (for 2 min)", "4 min shop loses instances (1 of 4 ready)",
		"4 min catalogue-db loses", "4 min shop holds more calls at once (28, usually 3)",
		"4 min catalogue-db holds", "4 min Calls wait before catalogue-db", "4 min Calls wait before shop (up to 38, usually 0)", " Calls from users to shop fail (7% over the whole run: connectionRefused 210,400",
		"4 min 3 s Good requests are lost (browse 64%, checkout 44%)", "6 min 41 s All is well again (within 41 s after the fault)"} {
		if i >= len(said) || !strings.HasPrefix(said[i], start) {
			t.Errorf("link %d: want %q in\n%s", i, start, strings.Join(said, "\n"))
			break
		}
	}
}

// What the run without the fault shows too did not come from the fault.
func TestNothingIsALinkThatWasThereWithoutTheFault(t *testing.T) {
	doc := fixture.Document()
	for i := range doc.Topologies {
		doc.Topologies[i].Series.Services = doc.Topologies[i].Baseline.Series.Services
	}
	for _, c := range New(fixture.Store(doc)).Why {
		for _, l := range c.Links {
			for _, word := range []string{"instances", "busy", "wait", "holds"} {
				if strings.Contains(l.Text, word) {
					t.Errorf("%s: %q", c.Topology, l.Text)
				}
			}
		}
	}
}

func TestThereIsNoChainWithoutAFault(t *testing.T) {
	for name, doc := range map[string]*result.Document{"calm": fixture.Calm(), "void": fixture.Void(), "empty": fixture.Empty()} {
		if why := New(fixture.Store(doc)).Why; len(why) > 0 {
			t.Errorf("%s: %+v", name, why)
		}
	}
}

func TestALargeGraphKeepsItsWaysFromTheUsers(t *testing.T) {
	g := New(fixture.Store(fixture.Vast(1000))).Topologies[0].Graph
	if len(g.Nodes) > maxNodes || g.Rest+len(g.Nodes) != 1015 {
		t.Fatalf("%d nodes and %d more", len(g.Nodes), g.Rest)
	}
	reached := map[int]bool{}
	for range g.Nodes {
		for _, e := range g.Edges {
			if g.Nodes[e.From].Kind == "users" || reached[e.From] {
				reached[e.To] = true
			}
		}
	}
	if len(reached) != len(g.Nodes)-1 {
		t.Errorf("%d of %d nodes are reached", len(reached), len(g.Nodes))
	}
	if !slices.ContainsFunc(g.Nodes, GraphNode.Hurt) {
		t.Error("none of those that are hurt is there")
	}
}

func TestADatabaseIsJudgedByItsQueries(t *testing.T) {
	for _, c := range []struct {
		f, b float64
		want DamageKind
	}{{10, 10, Well}, {15, 10, Slow}, {0.5, 10, Silent}, {0, 0, Idle}, {math.NaN(), 1, Idle}, {5, 0, Slow}} {
		if got := occupancyCell(c.f, c.b); got.Kind != c.want {
			t.Errorf("%v after %v: got %v, want %v", c.f, c.b, got.Kind, c.want)
		}
	}
}

func TestDifferencesAreFactorsAndPoints(t *testing.T) {
	v := New(fixture.Store(fixture.Document()))
	seen := map[string]string{}
	for _, c := range v.Contrasts {
		if c.Subject == AllRequests {
			text := Points(*c.Change.Value)
			if !c.Absolute() {
				text = Short(Ratio, *c.Relative.Value)
			}
			seen[c.Metric] = text + " " + c.Verdict
		}
	}
	for metric, want := range map[string]string{"goodput": "1.2× better", "availability": "+12.4\u00a0pp better", "p99 latency": "1.4× worse", "blast radius": "−62.1\u00a0pp better"} {
		if seen[metric] != want {
			t.Errorf("%s: got %q, want %q", metric, seen[metric], want)
		}
	}
	zero, d := 0.0, 3.0
	if r := relative(result.Comparison{A: result.Estimate{Value: &zero}, Difference: result.Estimate{Value: &d}}); r.Value != nil || r.Reason == "" {
		t.Errorf("a factor of nothing: %+v", r)
	}
}

func TestTheRarerCausesShareALine(t *testing.T) {
	doc := fixture.Document()
	v := New(fixture.Store(doc))
	all := v.Topologies[0].Causes.All
	if len(all) != maxCauses+1 || all[0].Name != "timeout" || all[maxCauses].Name != OtherCauses {
		t.Fatalf("causes %+v", all)
	}
	sum := 0.0
	for _, c := range all {
		sum += meanOf(c.Rate) * float64(len(c.Rate)) * v.Topologies[0].Causes.Window
	}
	want := 0.0
	for _, rates := range doc.Topologies[0].Series.Causes {
		for _, r := range rates {
			want += r
		}
	}
	if math.Abs(sum-want) > 1e-6*want {
		t.Errorf("%g failures are drawn of %g", sum, want)
	}
}

func TestTheBusiestAndTheMostWaitedForAreDrawn(t *testing.T) {
	var all []Station
	for i := range 10 {
		all = append(all, Station{Name: fmt.Sprint(i), PeakBusy: float64(i) / 10, PeakQueue: math.NaN()})
	}
	all[2].PeakQueue, all[9].PeakBusy = 80, math.NaN()
	var got []string
	for _, s := range busiest(all) {
		got = append(got, s.Name)
	}
	if !slices.Equal(got, []string{"8", "7", "6", "2"}) {
		t.Errorf("got %q", got)
	}
}

func TestMoreThanTenDecisionsDropTheLesser(t *testing.T) {
	v := New(fixture.Store(fixture.Document()))
	var labels []string
	for _, r := range v.Decision.Rows {
		labels = append(labels, r.Label)
	}
	want := []string{"Goodput", "Availability", "p99 latency of browse", "p99 of browse without the fault", "Blast radius", "Blast radius, afterwards",
		"State after the fault", "Time to recover", "Cost of an hour", "Moving parts"}
	if !slices.Equal(labels, want) {
		t.Errorf("got %q", labels)
	}
}

func TestTheValiditySaysHowFarItWent(t *testing.T) {
	v := New(fixture.Store(fixture.Metastable()))
	all := ""
	for _, f := range v.Validity {
		all += f.Term + ": " + f.Text + "\n"
	}
	for _, want := range []string{"not reached: ± 3.1%", "found from pilot runs", "shop-microservices is overloaded without any fault, in 3 of 20 replications: what waits at payments grows by 1.7 a second"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestEveryFaultIsAClause(t *testing.T) {
	for want, f := range map[string]Fault{
		"When recommendations crashes":            {Kind: "crash", Target: "component recommendations"},
		"When the queries of orders-db slow down": {Kind: "slowQueries", Target: "database orders-db"},
		"When traffic surges":                     {Kind: "surge"},
		"Under the fault x":                       {Name: "x", Kind: "unheardOf", Target: "zone a"},
	} {
		if got := f.Clause(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
