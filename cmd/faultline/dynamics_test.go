package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"faultline/sim/result"
	"faultline/sim/stats"
)

// These tests hold the command to published simulations of systems that have no
// formula: retries from budgets, congestive collapse, failures that outlive their
// trigger. The files are testdata/brooker and testdata/metastable, each with the
// published rows beside it. What both sides simulated is random, so a figure is
// refused where two simulations of the same system differ so much less often than
// once in a thousand times, all figures of a test together. The seeds stand in the
// files, and there is no second try.

// falseAlarms is how often a test may refuse what is right, all its figures together.
const falseAlarms = 0.001

// published is one line of a table, by the names of its columns.
type published map[string]string

func (p published) number(t *testing.T, column string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(p[column], 64)
	if err != nil {
		t.Fatalf("%v: %s: %v", p, column, err)
	}
	return v
}

func publishedRows(t *testing.T, file string) (all []published) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		p := make(published)
		for i, name := range lines[0] {
			p[name] = line[i]
		}
		all = append(all, p)
	}
	return all
}

// soaking says that the long forms are wanted: every row, more replications.
func soaking() bool { return os.Getenv("FAULTLINE_SOAK") != "" }

// normal is the bound of a two-sided test of m figures together, in standard deviations.
func normal(m int) float64 { return stats.TQuantile(1-falseAlarms/2/float64(m), 1_000_000) }

// binomialTails are P(X ≤ k) and P(X ≥ k) for X successes of n with probability p,
// exactly but for rounding.
func binomialTails(k, n int64, p float64) (below, above float64) {
	if p <= 0 || p >= 1 {
		always := int64(0)
		if p >= 1 {
			always = n
		}
		return bit(k >= always), bit(k <= always)
	}
	one := math.Exp(lchoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	odds := p / (1 - p)
	below, above = one, one
	for i, term := k, one; i > 0 && term > 1e-20; i-- {
		term *= float64(i) / float64(n-i+1) / odds
		below += term
	}
	for i, term := k, one; i < n && term > 1e-20; i++ {
		term *= float64(n-i) / float64(i+1) * odds
		above += term
	}
	return below, above
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func lchoose(n, k int64) float64 {
	f := func(x int64) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return f(n) - f(k) - f(n-k)
}

// sameShare is Fisher's exact test: how likely shares a/n and b/m, or any pair less
// likely still, are of the same probability.
func sameShare(a, n, b, m int64) (p float64) {
	term := func(x int64) float64 { return math.Exp(lchoose(n, x) + lchoose(m, a+b-x) - lchoose(n+m, a+b)) }
	seen := term(a)
	for x := max(0, a+b-m); x <= min(n, a+b); x++ {
		if v := term(x); v <= seen*(1+1e-9) {
			p += v
		}
	}
	return p
}

func TestTheBoundsOfTheseTestsAreWhatTheySay(t *testing.T) {
	below, above := binomialTails(1, 3, 0.5)
	if math.Abs(below-0.5) > 1e-12 || math.Abs(above-0.875) > 1e-12 {
		t.Errorf("of three throws at most 1 has %v, at least 1 has %v", below, above)
	}
	// Fisher's lady tasting tea: 3 of 4 against 1 of 4.
	if p := sameShare(3, 4, 1, 4); math.Abs(p-34.0/70) > 1e-12 {
		t.Errorf("3 of 4 against 1 of 4: %v, want 34/70", p)
	}
	if p := sameShare(57, 200, 57, 60); p > 1e-15 {
		t.Errorf("57 of 200 against 57 of 60: %v", p)
	}
	if z := normal(1); math.Abs(z-3.2905) > 1e-3 {
		t.Errorf("once in a thousand is beyond %v deviations, want 3.2905", z)
	}
}

// spread is the standard deviation of a figure from one replication to the other.
func spread(f result.Figure) (sd float64, n int) {
	for _, v := range f.Samples {
		sd += (*v - *f.Value) * (*v - *f.Value)
	}
	n = len(f.Samples)
	return math.Sqrt(sd / float64(n-1)), n
}

// strategies are the published names of the topologies of brooker/retries.yaml.
var strategies = map[string]string{
	"no_retries": "no-retries", "three_retries": "three-retries", "adaptive_10pct": "token-bucket", "breaker_10pct": "breaker",
}

// fleets are the published scenarios: so many clients, so many calls a second in all.
var fleets = map[string]struct{ clients, rate string }{
	"100clients_x10rps_100s":      {"100", "1000/s"},
	"10clients_total100rps_100s":  {"10", "100/s"},
	"100clients_total100rps_100s": {"100", "100/s"},
}

// fleet are the arguments that make the clients of a published scenario.
func fleet(name string) []string {
	args := []string{"--set", "load.calls.rate=" + fleets[name].rate}
	for _, topology := range []string{"no-retries", "three-retries", "token-bucket", "breaker"} {
		args = append(args, "--set", topology+".services.client.replicas="+fleets[name].clients)
	}
	return args
}

// near wants a figure to be one more replication's, within t(n − 1) standard
// deviations of the difference between it and the mean of n. On top come the 0.2% of
// all references, which tell a token at the first call from a token after it.
func near(t *testing.T, what string, f result.Figure, want float64, m int) {
	t.Helper()
	sd, n := spread(f)
	allowed := stats.TQuantile(1-falseAlarms/2/float64(m), n-1)*sd*math.Sqrt(1+1/float64(n)) + 0.002*want + 5e-6
	verdict := "agrees"
	if math.Abs(*f.Value-want) > allowed {
		verdict = "refused"
		t.Errorf("%s: %v, published %v, allowed %v", what, *f.Value, want, allowed)
	}
	t.Logf("%-60s published %.5f simulated %.5f ± %.5f: %s", what, want, *f.Value, allowed, verdict)
}

// quickly says which rows the quick test judges: the smaller ones.
func quickly(p published) bool {
	return p["failure_rate"] == "0.1" || p["failure_rate"] == "0.5" && p["scenario"] != "100clients_x10rps_100s"
}

// Every replication is as large as the published run: 100 s of the same clients.
func TestRetryStrategiesAreThoseThatBrookerPublished(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 20 million calls")
	}
	rows := slices.DeleteFunc(publishedRows(t, "testdata/brooker/retries.csv"), func(p published) bool { return !soaking() && !quickly(p) })
	stores := make(map[string]*result.Store)
	for _, p := range rows {
		run := p["scenario"] + "/" + p["failure_rate"]
		t.Run(run+"/"+p["strategy"], func(t *testing.T) {
			if stores[run] == nil {
				args := append(fleet(p["scenario"]), "--set", "faults.failures.errors.share="+p["failure_rate"])
				stores[run] = simulate(t, "testdata/brooker/retries.yaml", args...)
			}
			top := "topology:" + strategies[p["strategy"]]
			near(t, "success rate", mustFigure(t, stores[run], "availability", top), p.number(t, "success_rate"), 2*len(rows))
			load := mustFigure(t, stores[run], "amplification", top, "edge:client -> server")
			near(t, "load", load, p.number(t, "load_factor"), 2*len(rows))
			byFormula(t, stores[run], p, len(rows))
		})
	}
}

// byFormula holds never and three times, which depend on nothing but p, to their
// formulas: with k tries at most, a call fails with pᵏ and makes (1 − pᵏ)/(1 − p) tries.
func byFormula(t *testing.T, store *result.Store, row published, m int) {
	t.Helper()
	k, ok := map[string]int{"no_retries": 1, "three_retries": 4}[row["strategy"]]
	if !ok {
		return
	}
	p := row.number(t, "failure_rate")
	var fails, tries, squares = 1.0, 0.0, 0.0 // E[X], E[X²] = Σ (2i + 1)·P(X > i)
	for i := range k {
		tries += fails
		squares += float64(2*i+1) * fails
		fails *= p
	}
	for _, top := range store.Document().Topologies {
		if top.Name != strategies[row["strategy"]] {
			continue
		}
		c := top.Journeys[0].Counts
		below, above := binomialTails(c.Failed, c.Offered, fails)
		if min(below, above) < falseAlarms/2/float64(2*m) {
			t.Errorf("%d of %d calls failed; with %v each that happens with %.2g", c.Failed, c.Offered, fails, min(below, above))
		}
		for _, e := range top.Edges {
			if e.From != "client" {
				continue
			}
			n := float64(e.Calls)
			got := (n + float64(e.Retries)) / n
			if allowed := normal(2*m)*math.Sqrt(max(0, squares-tries*tries)/n) + 1e-12; math.Abs(got-tries) > allowed {
				t.Errorf("%v tries a call, by formula %v ± %v", got, tries, allowed)
			}
		}
	}
}

// The comparison must be able to fail.
func TestOtherRetryStrategiesAreRefused(t *testing.T) {
	for _, c := range []struct {
		fleet, strategy, share, set string
		load                        bool // judge the load, else the success rate
	}{
		{"10clients_total100rps_100s", "adaptive_10pct", "0.5", `token-bucket.edges.client -> server.retries.budget.perCall=0.12`, true},
		{"100clients_x10rps_100s", "breaker_10pct", "0.1", `breaker.edges.client -> server.retries.budget.maxFailureShare=12%`, false},
		{"100clients_total100rps_100s", "adaptive_10pct", "0.5", `token-bucket.services.client.replicas=10`, true},
	} {
		t.Run(c.set, func(t *testing.T) {
			args := append(fleet(c.fleet), "--set", "faults.failures.errors.share="+c.share, "--replications", "4", "--set", c.set)
			store := simulate(t, "testdata/brooker/retries.yaml", args...)
			f, column := mustFigure(t, store, "availability", "topology:"+strategies[c.strategy]), "success_rate"
			if c.load {
				f, column = mustFigure(t, store, "amplification", "topology:"+strategies[c.strategy], "edge:client -> server"), "load_factor"
			}
			for _, p := range publishedRows(t, "testdata/brooker/retries.csv") {
				if p["scenario"] != c.fleet || p["strategy"] != c.strategy || p["failure_rate"] != c.share {
					continue
				}
				sd, n := spread(f)
				want := p.number(t, column)
				allowed := normal(100)*sd*math.Sqrt(1+1/float64(n)) + 0.002*want
				t.Logf("%v, published %v, allowed %v", *f.Value, want, allowed)
				if math.Abs(*f.Value-want) <= allowed {
					t.Error("not refused")
				}
			}
		})
	}
}

// unansweredHere are the rows of metastable/retries.csv that no scenario expresses, and why.
var unansweredHere = map[string]string{
	"hotos21_cache_flush": "whether the cache fills again depends on which calls of the database are answered in time; the hit ratio of " +
		"cache: { hitRatio, refill } climbs with time alone, and so always comes back",
}

// settled is how long a load is watched: until a minute after the last that recovers.
var settled = map[string]int{"60": 150, "100": 170, "140": 300, "160": 170, "200": 170, "280": 310}

// After a pause of 10 s the backlog drains if and only if tries × load is below the
// capacity of 300/s. Of the published figures the recovery time is the median of ten
// runs, by a rule that is not stated; ours is when goodput, the mean of ten, is back at
// nine tenths, so that 3 s are allowed, and for the two slow ones, which drain at 20/s,
// a fifth. Goodput and arrivals of the last minute are taken for those of one run of
// Poisson arrivals.
func TestRetriesRecoverOrNeverAsHotOS21Says(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 5 million calls")
	}
	const figures = 24 // judged by their noise
	stores := make(map[string]*result.Document)
	for _, p := range publishedRows(t, "testdata/metastable/retries.csv") {
		if unansweredHere[p["scenario"]] != "" {
			continue
		}
		t.Run(p["param"]+" "+p["lam"], func(t *testing.T) {
			end := settled[p["lam"]]
			if stores[p["lam"]] == nil {
				stores[p["lam"]] = simulate(t, "testdata/metastable/retries.yaml", "--duration", fmt.Sprintf("%ds", end), "--set", "load.clients.rate="+p["lam"]+"/s").Document()
			}
			tries := map[string]int{"attempts=1 outage=10s": 0, "attempts=2 outage=10s": 1}[p["param"]]
			doc := stores[p["lam"]]
			recovered := p["recovered_of_10"] == "10"
			checkRecovery(t, &doc.Topologies[tries], recovered, p.number(t, "median_recovery_s_after_trigger"), p.number(t, "lam"))
			goodput, arrivals := lastMinute(t, &doc.Topologies[tries], end)
			for _, f := range []struct {
				column string
				got    float64
				size   float64 // calls of a request
			}{{"goodput_last60s", goodput, 1}, {"db_arrivals_last60s", arrivals, bit(!recovered) + 1}} {
				want := p.number(t, f.column)
				allowed := normal(figures)*math.Sqrt(want*f.size/60*(1+0.1)) + 0.1
				t.Logf("%-20s %.1f/s, published %.1f/s ± %.1f", f.column, f.got, want, allowed)
				if math.Abs(f.got-want) > allowed {
					t.Errorf("%s is %v, published %v ± %v", f.column, f.got, want, allowed)
				}
			}
			// The control: who drops what nobody waits for gets over it, whatever the load.
			if cancelled := doc.Topologies[2].Faults[0]; *cancelled.RecoveredShare.Value != 1 {
				t.Errorf("%s: %v", doc.Topologies[2].Name, cancelled.States)
			}
		})
	}
}

func checkRecovery(t *testing.T, top *result.Topology, recovers bool, published, load float64) {
	t.Helper()
	f := top.Faults[0]
	share, after := *f.RecoveredShare.Value, -1.0
	for i, v := range top.Series.Total["goodput"].Value[70:] {
		if *v >= 0.9*load {
			after = float64(i)
			break
		}
	}
	t.Logf("%s at %v/s: %v of the runs recover, %v s after the pause, published %v s", top.Name, load, share, after, published)
	if !recovers {
		if share != 0 || f.States["metastable"] != 10 || after >= 0 {
			t.Errorf("%v of the runs recover, states %v; published: none does", share, f.States)
		}
		return
	}
	if allowed := max(3, published/5); share != 1 || math.Abs(after-published) > allowed {
		t.Errorf("%v of the runs recover, %v s after the pause; published: all do, %v ± %v s", share, after, published, allowed)
	}
}

// lastMinute are the goodput, and the arrivals at the database: what it handled, and
// what joined its queue.
func lastMinute(t *testing.T, top *result.Topology, end int) (goodput, arrivals float64) {
	t.Helper()
	queue := top.Series.Services["database"]["queueLength"].Value
	handled := seconds(t, top, "database")
	for i := end - 60; i < end; i++ {
		goodput += *top.Series.Total["goodput"].Value[i] / 60
		arrivals += handled[i] / 60
	}
	return goodput, arrivals + (*queue[end-1]-*queue[end-61])/60
}

// Capacity is what decides: with a third more of it the second tries are no harm.
func TestMoreCapacityThanTriesRecovers(t *testing.T) {
	doc := simulate(t, "testdata/metastable/retries.yaml", "--duration", "200s", "--replications", "4",
		"--set", "one-try.services.database.workers=40", "--set", "one-try.services.database.cpu=40",
		"--set", "two-tries.services.database.workers=40", "--set", "two-tries.services.database.cpu=40").Document()
	for _, top := range doc.Topologies[:2] {
		if f := top.Faults[0]; *f.RecoveredShare.Value != 1 {
			t.Errorf("%s: %v", top.Name, f.States)
		}
	}
}
