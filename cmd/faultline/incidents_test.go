package main

import (
	"math"
	"slices"
	"testing"

	"faultline/sim/result"
)

// What happened to others, small, with what was seen of it: testdata/incidents. And
// relations that hold between ways to send a call: testdata/relations.

// seconds is the mean over replications of a component's throughput, by second.
func seconds(t *testing.T, top *result.Topology, component string) (rates []float64) {
	t.Helper()
	for _, v := range top.Series.Components[component]["throughput"].Value {
		if v == nil {
			t.Fatalf("%s: no throughput of %s in a window", top.Name, component)
		}
		rates = append(rates, *v)
	}
	if top.Series.Window != 1 {
		t.Fatalf("windows of %v s, want 1 s", top.Series.Window)
	}
	return rates
}

func average(of []float64) (sum float64) {
	for _, v := range of {
		sum += v
	}
	return sum / float64(len(of))
}

// Canva, 2024: what waited for one file comes back as three times the usual peak. The
// 2,700 (a standard deviation of 52, of 26 for the mean of four runs) ask four times
// each within the first second: 10,800 on top of the 5,000.
func TestCoalescedRequestsComeBackAsThreeTimesThePeak(t *testing.T) {
	doc := simulate(t, "testdata/incidents/herd.yaml").Document()
	for i := range doc.Topologies {
		top := &doc.Topologies[i]
		api := seconds(t, top, "api")
		usual, held, peak := average(api[10:30]), average(api[31:90]), slices.Max(api[90:])
		t.Logf("%s: usually %.0f/s, while the file is held %.0f/s, at most %.0f/s, %.2f times", top.Name, usual, held, peak, peak/usual)
		if math.Abs(usual-5000) > 50 || math.Abs(held-4820) > 50 {
			t.Errorf("%s: %.0f/s before and %.0f/s during the pause, want 5000 and 4820", top.Name, usual, held)
		}
		least, most := 2.9, 3.4
		if top.Name == "herd-spread" { // 1,080/s for ten seconds
			least, most = 1.15, 1.35
		}
		if peak < least*usual || peak > most*usual {
			t.Errorf("%s: a peak of %.2f times the usual, want %v to %v", top.Name, peak/usual, least, most)
		}
	}
}

// Kinesis, 2020: a server more, and no server has a thread left.
func TestOneServerMoreTipsTheWholeFleetOverItsThreads(t *testing.T) {
	for _, c := range []struct {
		servers, peers string
		threads        float64 // held, of ten a server
		served         bool
	}{
		{"9", "72", 72, true},
		{"10", "90", 90, true},
		{"11", "110", 110, false},
	} {
		t.Run(c.servers, func(t *testing.T) {
			store := simulate(t, "testdata/incidents/threads.yaml", "--set", "threads.services.fleet.replicas="+c.servers, "--set", "load.peers.vus="+c.peers)
			held := *mustFigure(t, store, "concurrency", "service:fleet").Value
			if held < c.threads || held > c.threads+0.2 { // customers take 0.1
				t.Errorf("%v threads are taken, want %v", held, c.threads)
			}
			for _, j := range store.Document().Topologies[0].Journeys {
				good := j.Counts.Succeeded
				switch {
				case j.Name != "put":
				case j.Counts.Offered < 5000:
					t.Errorf("only %d requests", j.Counts.Offered)
				case c.served && good != j.Counts.Offered, !c.served && (good > 0 || j.Failures["rejected"] != j.Counts.Offered):
					t.Errorf("of %d requests %d were served; failures: %v", j.Counts.Offered, good, j.Failures)
				}
			}
		})
	}
}

// DynamoDB, 2015: after a blip errors stay, though the load is a sixth of the capacity,
// until the clients are paused; fewer clients get over it alone.
func TestAServiceThatAllAskAtOnceComesBackWhenTheyArePaused(t *testing.T) {
	goodput := func(args ...string) []*float64 {
		return simulate(t, "testdata/incidents/metadata.yaml", args...).Document().Topologies[0].Series.Total["goodput"].Value
	}
	between := func(of []*float64, from, to int) (sum float64) {
		for _, v := range of[from:to] {
			sum += *v / float64(to-from)
		}
		return sum
	}
	many, unpaused, few := goodput(), goodput("--set", "faults.pause=none"), goodput("--set", "load.servers.vus=90", "--set", "faults.pause=none")
	for _, c := range []struct {
		name        string
		of          []*float64
		from, to    int
		least, most float64
	}{
		{"500 servers before the blip", many, 20, 60, 14, 20},
		{"500 servers after the blip", many, 100, 240, 0, 0.5},
		{"500 servers after the pause", many, 300, 360, 14, 20},
		{"500 servers that nobody pauses", unpaused, 100, 360, 0, 0.5},
		{"90 servers after the blip", few, 100, 360, 2.5, 3.5},
	} {
		got := between(c.of, c.from, c.to)
		t.Logf("%s: %.2f renewals a second", c.name, got)
		if got < c.least || got > c.most {
			t.Errorf("%s: %v renewals a second, want %v to %v", c.name, got, c.least, c.most)
		}
	}
}

// The SRE book's ramp: 1% too much is 1% more every second.
func TestRetriesOfOnePercentTooMuchClimbSecondBySecond(t *testing.T) {
	run := func(args ...string) []float64 {
		return seconds(t, &simulate(t, "testdata/incidents/ramp.yaml", args...).Document().Topologies[0], "backend")
	}
	within := func(name string, got []float64, want func(int) float64) {
		if len(got) != 8 {
			t.Fatalf("%s: %d seconds", name, len(got))
		}
		for i, v := range got {
			if math.Abs(v-want(i)) > 15 { // the bucket's ten, and the edges of a second
				t.Errorf("%s: %v/s in second %d, want %v", name, v, i, want(i))
			}
		}
	}
	within("1% too much", run(), func(i int) float64 { return 10_100 + 100*float64(i) })
	within("no retries", run("--set", "ramp.edges.users -> backend.retries=none"), func(int) float64 { return 10_100 })
	within("1% to spare", run("--set", "load.askers.rate=9900/s"), func(int) float64 { return 9_900 })
}

// Hedging at the 95th percentile makes a twentieth of the calls twice, and the 99th
// percentile is the one worked out in hedging.yaml.
func TestHedgingAtThe95thPercentileCostsATwentieth(t *testing.T) {
	store := simulate(t, "testdata/relations/hedging.yaml")
	for _, top := range store.Document().Topologies {
		e := top.Edges[0]
		p := map[string]float64{"never": 0, "hedged": 0.05}[top.Name]
		below, above := binomialTails(e.Retries, e.Calls, p)
		if min(below, above) < falseAlarms/4 {
			t.Errorf("%s: %d of %d calls were made twice, want %v", top.Name, e.Retries, e.Calls, p)
		}
	}
	about(t, "p99 without", mustFigure(t, store, "latency.p99", "topology:never"), 0.046052, 2)
	about(t, "p99 with", mustFigure(t, store, "latency.p99", "topology:hedged"), 0.038004, 2)
}

// The shorter of two random queues lies between the shortest of all and taking turns.
func TestPowerOfTwoLiesBetweenTheShortestQueueAndTakingTurns(t *testing.T) {
	store := simulate(t, "testdata/relations/shortest.yaml")
	order := []string{"least", "power", "round", "random"}
	for i, better := range order[:len(order)-1] {
		f := mustFigure(t, store, "latency.avg", "topology:"+order[i+1], "versus:"+better)
		if f.Low == nil || *f.Low <= 0 {
			t.Errorf("%s − %s: mean response differs by %v, want more than 0", order[i+1], better, *f.Value)
		}
	}
}
