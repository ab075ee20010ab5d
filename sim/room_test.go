package sim_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/engine"
)

func plans(t *testing.T, scenario string) ([]sim.Plan, sim.Options) {
	t.Helper()
	s, err := scenarios.Load(scenario, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s.Plans(), s.Options()
}

// What a run holds must not be much more than is thought, or the machine would swap,
// nor much less, or cores would idle.
func TestTheRoomThatARunTakes(t *testing.T) {
	for _, c := range []struct {
		scenario string
		duration time.Duration
	}{
		{"../cmd/faultline/testdata/workloads/w3-1000.yaml", 10 * time.Second},
		{"../cmd/faultline/testdata/workloads/w4.yaml", 20 * time.Second},
	} {
		all, _ := plans(t, c.scenario)
		p := all[0]
		p.Duration, p.Warmup, p.Window = c.duration, 0, time.Second
		before := heap()
		run, err := engine.Run(context.Background(), &engine.Job{System: p.System, Flows: p.Flows, Seed: 1, Duration: p.Duration, Window: p.Window, Drain: p.Drain})
		if err != nil {
			t.Fatal(err)
		}
		took, thought := heap()-before, sim.Size(&p, 1)
		if took > 2*thought || thought > 8*took {
			t.Errorf("%s: a run holds %d bytes, thought to be %d", c.scenario, took, thought)
		}
		t.Logf("%s: a run holds %d bytes, thought to be %d", c.scenario, took, thought)
		runtime.KeepAlive(run)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestFewerJobsWhereThereIsNoRoom(t *testing.T) {
	all, o := plans(t, "../cmd/faultline/testdata/workloads/w3-1000.yaml")
	o.Jobs = 8
	each := sim.Size(&all[0], 1)
	for _, c := range []struct {
		room int64
		want int
	}{{0, 8}, {100 * each, 8}, {3*each + each/2, 3}, {each / 2, 1}} {
		o.Limits.Process = c.room
		if got := sim.AtOnce(all, o); got != c.want {
			t.Errorf("%d jobs in %d bytes for %d each, want %d", got, c.room, each, c.want)
		}
	}
	faulted, o := plans(t, "recommendations-crash")
	o.Jobs, o.Limits.Process = 8, 0
	if sim.AtOnce(faulted, o) != 8 {
		t.Error("without a limit as many as asked for")
	}
	if one, two := sim.Size(&faulted[0], 1), sim.Size(&faulted[0], 2); two <= one {
		t.Errorf("a run with its twin takes %d bytes, alone %d", two, one)
	}
}
