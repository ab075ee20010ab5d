package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"faultline/sim/result"
	"faultline/sim/stats"
)

// Congestive collapse as M. Brooker simulated it: testdata/brooker/collapse.yaml, with
// what he published in collapse.csv and course.csv. The bounds are those of
// dynamics_test.go.

// collapsed says whether goodput from 70 to 80 s was below a tenth of the base, and
// what it was.
func collapsed(top *result.Topology, base float64) (is bool, goodput float64) {
	for _, v := range top.Series.Total["goodput"].Value[70:80] {
		goodput += *v / 10
	}
	return goodput < base/10, goodput
}

// spikes runs a row of collapse.csv with seeds 1 to runs: a seed is a run, so that
// collapses are counted one by one, as published.
func spikes(t *testing.T, row published, runs int, more ...string) (fell int64, goodputs []float64) {
	t.Helper()
	base := row.number(t, "base_rate")
	topology := map[string]string{"no_backoff": "at-once", "backoff_jitter": "backoff"}[row["client"]]
	sets := append([]string{"load.clients.rate=" + row["base_rate"] + "/s", "faults.spike.duration=" + row["spike_width_s"] + "s",
		fmt.Sprintf("faults.spike.surge.factor=%v", row.number(t, "peak_rate")/base)}, more...)
	for seed := range runs {
		args := []string{"--duration", "80s", "--replications", "1", "--seed", strconv.Itoa(seed + 1)}
		for _, s := range sets {
			args = append(args, "--set", s)
		}
		doc := simulate(t, "testdata/brooker/collapse.yaml", args...).Document()
		i := slices.IndexFunc(doc.Topologies, func(top result.Topology) bool { return top.Name == topology })
		is, goodput := collapsed(&doc.Topologies[i], base)
		goodputs = append(goodputs, goodput)
		if is {
			fell++
		}
	}
	return fell, goodputs
}

// Fractions are compared by Fisher's exact test, mean goodputs by their noise, of
// which the jump from all to nothing is the most.
func TestCongestiveCollapseIsAsLikelyAsBrookerPublished(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 5 million calls")
	}
	rows, runs := publishedRows(t, "testdata/brooker/collapse.csv"), 60
	if soaking() {
		runs = 200
	} else { // where collapse is neither never nor always, and backoff against none
		rows = slices.DeleteFunc(rows, func(p published) bool {
			return p["spike_width_s"] == "2" || p["spike_width_s"] == "5" || p["base_rate"] == "20" && p["client"] == "backoff_jitter"
		})
	}
	for _, p := range rows {
		fell, all := spikes(t, p, runs)
		base, n := p.number(t, "base_rate"), int64(p.number(t, "runs"))
		then := collapses(t, p)
		likely := sameShare(fell, int64(runs), then, n)
		either := float64(fell+then) / float64(int64(runs)+n)
		sd := max(math.Sqrt(stats.Variance(all)), base*math.Sqrt(either*(1-either)))
		allowed := normal(2*len(rows))*sd*math.Sqrt(1/float64(runs)+1/float64(n)) + 0.005
		t.Logf("%-14s at %s/s for %2s s: %d of %d collapsed, published %d of %d (likely with %.2g); goodput %.2f/s, published %s/s ± %.2f", p["client"],
			p["base_rate"], p["spike_width_s"], fell, runs, then, n, likely, stats.Mean(all), p["mean_goodput_70_80s"], allowed)
		if likely < falseAlarms/float64(2*len(rows)) {
			t.Errorf("%v: %d of %d runs collapsed, published are %d of %d", p, fell, runs, then, n)
		}
		if math.Abs(stats.Mean(all)-p.number(t, "mean_goodput_70_80s")) > allowed {
			t.Errorf("%v: mean goodput %v, published %s ± %v", p, stats.Mean(all), p["mean_goodput_70_80s"], allowed)
		}
	}
}

func collapses(t *testing.T, p published) int64 {
	return int64(math.Round(p.number(t, "frac_collapsed_at_70_80s") * p.number(t, "runs")))
}

// The comparison must be able to fail: a fifth more contention, half a second more of
// patience. (One try fewer would not be told apart: what tips over, tips over with two.)
func TestOtherServicesCollapseOtherwise(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 500,000 calls")
	}
	row := publishedRows(t, "testdata/brooker/collapse.csv")[1]
	for _, set := range []string{"at-once.services.server.contention=1.2%", "at-once.edges.users -> server.retries.perTryTimeout=3500ms"} {
		fell, _ := spikes(t, row, 30, set)
		likely := sameShare(fell, 30, collapses(t, row), 200)
		t.Logf("%s: %d of 30 collapsed, likely with %.2g", set, fell, likely)
		if likely > falseAlarms {
			t.Errorf("%s: %d of 30 runs collapsed, and that is not refused", set, fell)
		}
	}
}

// What stays down minutes after the spike has a name; and what makes it stay down is
// what the file says: without contention there is nothing to come back from.
func TestCongestiveCollapseIsMetastable(t *testing.T) {
	for _, c := range []struct {
		name string
		set  []string
		want string
	}{
		{"10 s", nil, "metastable"},
		{"2 s", []string{"faults.spike.duration=2s"}, "stable"},
		{"no contention", []string{"at-once.services.server.contention=0%", "backoff.services.server.contention=0%"}, "stable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"--replications", "4", "--set", "faults.spike.duration=10s"}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			doc := simulate(t, "testdata/brooker/collapse.yaml", args...).Document()
			for _, top := range doc.Topologies {
				if f := top.Faults[0]; f.States[c.want] != 4 {
					t.Errorf("%s: %v, want %s in all 4 replications", top.Name, f.States, c.want)
				}
			}
		})
	}
}

// The course of the spike of 5 s, second by second: the first timeouts of those who
// came with it, 3 s later, and their second tries, which fail or do not. Both sides
// are means over runs, of which ours give the deviation.
func TestTheSpikeRunsTheCourseThatBrookerPublished(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 500,000 calls")
	}
	const runs, then = 60, 20
	doc := simulate(t, "testdata/brooker/collapse.yaml", "--duration", "80s", "--set", "faults.spike.duration=5s", "--replications", strconv.Itoa(runs)).Document()
	rows := publishedRows(t, "testdata/brooker/course.csv")
	worst := 0.0
	for _, p := range rows {
		top := &doc.Topologies[map[string]int{"spike_no_backoff": 0, "spike_backoff_jitter": 1}[p["run"]]]
		goodput := top.Series.Total["goodput"]
		i, want := int(p.number(t, "second")), p.number(t, "successes")
		se := (*goodput.High[i] - *goodput.Low[i]) / 2 / stats.TQuantile(0.975, runs-1)
		allowed := normal(len(rows))*se*math.Sqrt(1+float64(runs)/then) + 0.03
		if d := math.Abs(*goodput.Value[i] - want); d > allowed {
			t.Errorf("%s, second %d: goodput %.2f/s, published %.2f/s ± %.2f", p["run"], i, *goodput.Value[i], want, allowed)
		} else {
			worst = max(worst, d/allowed)
		}
	}
	t.Logf("%d seconds, of which the furthest has %.0f%% of what is allowed", len(rows), 100*worst)
}
