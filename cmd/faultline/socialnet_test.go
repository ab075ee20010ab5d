package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"faultline/sim/result"
)

// The social network of DeathStarBench with ⌈p·N⌉ of its N containers killed, in
// thousands of replications of one request each. What R is exactly comes from counting
// the sets of containers. A replication is one throw of a coin, so the number of
// requests that succeed is binomial; it is refused where it, or one further off, comes
// less often than once in a thousand times, all rows and journeys together.

// kills runs the scenario with a share of the containers killed; the result is by
// the name of the topology.
func kills(t *testing.T, share string, replications int) map[string]*result.Topology {
	t.Helper()
	args := []string{"--set", "faults.failure.value=" + share, "--replications", strconv.Itoa(replications)}
	doc := simulate(t, "testdata/socialnet/kill.yaml", args...).Document()
	tops := make(map[string]*result.Topology)
	for i := range doc.Topologies {
		tops[doc.Topologies[i].Name] = &doc.Topologies[i]
	}
	return tops
}

// survived counts the requests of a journey, of all for "", and those that succeeded.
func survived(top *result.Topology, journey string) (k, n int64) {
	for _, j := range top.Journeys {
		if journey == "" || j.Name == journey {
			k += j.Counts.Succeeded
			n += j.Counts.Offered
		}
	}
	return k, n
}

// chance is how likely k of n successes, or a number further off, are at best.
func chance(k, n int64, p float64) float64 {
	below, above := binomialTails(k, n, p)
	return min(1, 2*min(below, above))
}

func TestTheSocialNetworkIsAsReliableAsCountingSays(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 24,000 replications")
	}
	rows, replications := publishedRows(t, "testdata/socialnet/socialnet.csv"), 3_000
	if soaking() {
		replications = 40_000
	}
	journeys := []struct{ name, column string }{{"", "R_exact"}, {"home", "R_home"}, {"user", "R_user"}, {"compose", "R_compose"}}
	runs := make(map[string]map[string]*result.Topology)
	for _, p := range rows {
		t.Run(p["mode"]+" "+p["p_fail"], func(t *testing.T) {
			if runs[p["p_fail"]] == nil {
				runs[p["p_fail"]] = kills(t, fmt.Sprintf("%g%%", 100*p.number(t, "p_fail")), replications)
			}
			top := runs[p["p_fail"]][p["mode"]]
			for _, j := range journeys {
				k, n := survived(top, j.name)
				likely := chance(k, n, p.number(t, j.column))
				t.Logf("%-9s %6d of %6d, %.5f; exactly %.5f (likely with %.2g)", j.column, k, n, float64(k)/float64(n), p.number(t, j.column), likely)
				if likely < falseAlarms/float64(len(rows)*len(journeys)) {
					t.Errorf("%s is %v over %d requests, exactly %s", j.column, float64(k)/float64(n), n, p[j.column])
				}
			}
			if _, n := survived(top, ""); n != int64(replications) {
				t.Errorf("%d requests in %d replications", n, replications)
			}
			alive(t, top, p)
		})
	}
}

// alive counts the containers that are left: as many were killed as the row says, in
// every replication.
func alive(t *testing.T, top *result.Topology, row published) {
	t.Helper()
	want := row.number(t, "N_containers") - row.number(t, "K_killed")
	var ready float64
	for _, s := range top.Services {
		ready += *s.Replicas.Value
	}
	if math.Abs(ready-want) > 1e-9*want {
		t.Errorf("%v containers are alive on average, want %v", ready, want)
	}
}

// The count must be able to refuse: another number of containers killed, containers
// that fail each by itself, no replicas.
func TestTheSocialNetworkRefusesAnotherReliability(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates some 10,000 replications")
	}
	rows := publishedRows(t, "testdata/socialnet/socialnet.csv")
	row := rows[slices.IndexFunc(rows, func(p published) bool { return p["mode"] == "repl" && p["p_fail"] == "0.1" })]
	const replications = 1_000
	refused := func(what string, top *result.Topology, r float64) {
		k, n := survived(top, "")
		likely := chance(k, n, r)
		t.Logf("%s: %d of %d, against %v: likely with %.2g", what, k, n, r, likely)
		if likely > falseAlarms/30 {
			t.Errorf("%s: %d of %d requests succeed, and %v is not refused", what, k, n, r)
		}
	}
	as := kills(t, "10%", replications)
	refused("no replicas", as["norepl"], row.number(t, "R_exact"))
	refused("each container by itself", as["repl"], row.number(t, "R_indep_per_replica"))
	refused("a container more killed", kills(t, "15%", replications)["repl"], row.number(t, "R_exact"))
}
