package sim

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/rng"
	"faultline/sim/step"
)

// flat resolves every call to the one operation over the one edge.
type flat struct{}

func (flat) Call(string) (model.OpID, model.EdgeID)                   { return 0, 0 }
func (flat) Store(string, bool, dist.Dist) (model.OpID, model.EdgeID) { return 0, 0 }

// plan is one service of two cores under 50 requests a second for 20 s.
func plan(service dist.Dist, faults ...fault.Injection) Plan {
	sys := &model.System{Name: "one",
		Stations: []model.Station{
			{Name: "users", Kind: model.KindUsers, Replicas: 1, Cores: model.Unlimited, Workers: model.Unlimited, Queue: model.Unlimited},
			{Name: "shop", Kind: model.KindService, Components: []model.ComponentID{0}, Replicas: 2, Cores: 1, Workers: 8, Queue: 8,
				Startup: time.Second, Zones: []int{0, 0}},
		},
		Zones:      []string{"a"},
		Components: []model.Component{{Name: "shop", Station: 1}},
		Ops:        []model.Op{{Name: "shop.buy", Component: 0, Station: 1}},
		Edges:      []model.Edge{{Name: "users -> shop", From: model.Users, To: 1, LoadBalancer: "LEAST_REQUEST"}},
	}
	asm := step.NewAsm(sys)
	sys.Ops[0].Entry = asm.Program("shop.buy", step.List{{Step: &step.CPU{Time: dist.Value{Dist: service}}}}, flat{})
	buy := &step.Call{Target: "shop.buy", Modifiers: step.Modifiers{Probability: 1}}
	sys.Journeys = []model.Journey{{Name: "buy", Weight: 1, Entry: asm.Program("journey buy", step.List{{Step: buy}}, flat{})}}
	return Plan{System: sys, Duration: 20 * time.Second, Warmup: 2 * time.Second, Drain: 10 * time.Second, Faults: faults,
		Flows: []load.Flow{{Name: "all", Profile: load.Constant(50), Arrivals: load.Poisson{}, Weights: []float64{1}}}}
}

func injected(name string, at time.Duration, f fault.Fault) fault.Injection {
	return fault.Injection{Name: name, At: at, Duration: 4 * time.Second, Spec: fault.Spec{Kind: name, Fault: f}}
}

var service = dist.Constant(5 * time.Millisecond)

func figure(t *testing.T, s *result.Store, text string) float64 {
	t.Helper()
	sel, err := metric.ParseSelector(text)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := s.Figure(sel)
	if !ok || f.Value == nil {
		t.Fatalf("no %s", text)
	}
	return *f.Value
}

func TestTheNumberOfJobsChangesNothing(t *testing.T) {
	crash := injected("crash", 5*time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}})
	var first []byte
	for _, jobs := range []int{1, 2, 7} {
		store, err := Run(context.Background(), []Plan{plan(service, crash)}, Options{Seed: 3, Replications: 6, Jobs: jobs})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := store.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("%d jobs give another result than one", jobs)
		}
	}
}

func TestEachFaultHasItsTwin(t *testing.T) {
	slow := injected("slow", 5*time.Second, &fault.Slow{Target: fault.Target{Service: "shop"}, Factor: 2})
	crash := injected("crash", 12*time.Second, &fault.Crash{Target: fault.Target{Service: "shop"}})
	elsewhere := injected("elsewhere", 5*time.Second, &fault.Crash{Target: fault.Target{Service: "bank"}})
	for _, c := range []struct {
		name   string
		faults []fault.Injection
		runs   int // a replication
	}{
		{"no fault", nil, 1},
		{"one fault, whose twin has none", []fault.Injection{slow}, 2},
		{"two faults, two twins, and none", []fault.Injection{slow, crash}, 4},
		{"a fault that is not applicable", []fault.Injection{elsewhere}, 1},
		{"one of two is not applicable", []fault.Injection{elsewhere, crash}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls, total := 0, 0
			store, err := Run(context.Background(), []Plan{plan(service, c.faults...)},
				Options{Seed: 1, Replications: 3, Progress: func(_, n int) { calls++; total = n }})
			if err != nil {
				t.Fatal(err)
			}
			if calls != 3*c.runs || total != calls {
				t.Errorf("%d simulations of %d, want %d", calls, total, 3*c.runs)
			}
			faults := store.Document().Topologies[0].Faults
			for i, f := range faults {
				if want := c.faults[i].Name != "elsewhere"; f.Applicable != want || (f.BlastRadius.Value != nil) != want {
					t.Errorf("%s: applicable %v, blast radius %v", f.Name, f.Applicable, f.BlastRadius)
				}
			}
		})
	}
}

func TestATotalCrashLosesEverythingUntilTheProcessIsBack(t *testing.T) {
	crash := injected("crash", 5*time.Second, &fault.Crash{Target: fault.Target{Component: "shop"}})
	store, err := Run(context.Background(), []Plan{plan(service, crash)}, Options{Seed: 1, Replications: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := figure(t, store, "blastRadius{fault:crash, topology:one}"); got != 1 {
		t.Errorf("blast radius %v, want 1", got)
	}
	if got := figure(t, store, "availability{topology:one, run:baseline}"); got != 1 {
		t.Errorf("baseline availability %v, want 1", got)
	}
}

func TestStoppedRunsHoldWholeReplications(t *testing.T) {
	stop := make(chan struct{})
	done := 0
	_, err := Run(context.Background(), []Plan{plan(service), plan(service)}, Options{Seed: 1, Replications: 50, Jobs: 1, Stop: stop,
		Progress: func(n, _ int) {
			if done = n; n == 5 {
				close(stop)
			}
		}})
	if err == nil || !strings.Contains(err.Error(), "one") {
		t.Fatalf("two topologies of one name: %v", err)
	}
	if done > 7 {
		t.Errorf("%d simulations after the stop at 5", done)
	}
	stop = make(chan struct{})
	store, err := Run(context.Background(), []Plan{plan(service)}, Options{Seed: 1, Replications: 50, Jobs: 1, Stop: stop,
		Progress: func(n, _ int) {
			if n == 5 {
				close(stop)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	doc := store.Document()
	if !doc.Partial || doc.Replications < 5 || doc.Replications > 6 || !slices.ContainsFunc(doc.Warnings, func(w string) bool { return strings.Contains(w, "of 50 replications") }) {
		t.Errorf("partial %v, %d replications, warnings %q", doc.Partial, doc.Replications, doc.Warnings)
	}
}

func TestWhatCannotBeRunIsAnError(t *testing.T) {
	stopped := make(chan struct{})
	close(stopped)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		plan Plan
		o    Options
		want string
	}{
		{"no replication", context.Background(), plan(service), Options{}, "at least 1"},
		{"stopped before it began", context.Background(), plan(service), Options{Replications: 2, Stop: stopped}, ErrStopped.Error()},
		{"cancelled", cancelled, plan(service), Options{Replications: 2}, ""},
		{"a panic", context.Background(), plan(broken{}), Options{Replications: 2, Seed: 77}, "seed 77, replication"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := Run(c.ctx, []Plan{c.plan}, c.o)
			if err == nil || store != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want an error with %q", err, c.want)
			}
		})
	}
	if _, err := Run(cancelled, []Plan{plan(service)}, Options{Replications: 2}); !errors.Is(err, context.Canceled) && !errors.Is(err, ErrStopped) {
		t.Errorf("cancelled: %v", err)
	}
}

// broken is a distribution with a defect.
type broken struct{}

func (broken) Sample(rng.Stream) time.Duration { panic("a defect") }
func (broken) Mean() time.Duration             { return time.Millisecond }
func (broken) Quantile(float64) time.Duration  { return time.Millisecond }
func (broken) String() string                  { return "broken" }

func TestSeriesStayShortHoweverLongTheRun(t *testing.T) {
	for _, c := range []struct{ duration, want time.Duration }{
		{time.Minute, time.Second},
		{20 * time.Minute, time.Second},
		{21 * time.Minute, 2 * time.Second},
		{10 * time.Hour, 30 * time.Second},
		{30 * 24 * time.Hour, time.Hour},
	} {
		p := Plan{Duration: c.duration}
		if got := p.window(); got != c.want || c.duration/got > maxWindows {
			t.Errorf("%v: windows of %v, want %v", c.duration, got, c.want)
		}
	}
	if p := (Plan{Duration: time.Hour, Window: time.Minute}); p.window() != time.Minute {
		t.Error("a window that was asked for is not taken")
	}
}
