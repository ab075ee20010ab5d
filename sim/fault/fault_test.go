package fault

import (
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/unit"
)

// recorder is a World that writes down what a fault does to it.
type recorder struct {
	places, running []Place
	did             []string
	turned          []float64
	clocks          []func()
}

func (r *recorder) Targets() []Place { return r.places }
func (r *recorder) Running() []Place { return r.running }
func (r *recorder) Turn(p Place, k Knob, v float64) {
	r.did = append(r.did, Knobs[k].Name)
	r.turned = append(r.turned, v)
}
func (r *recorder) Flush(Place)      { r.did = append(r.did, "flush") }
func (r *recorder) Clients() []Place { return r.places }
func (r *recorder) Hold(_ Place, k Knob, v float64, length dist.Dist, done func()) {
	r.did = append(r.did, Knobs[k].Name+" for "+length.String())
	r.clocks = append(r.clocks, done)
}
func (r *recorder) Delay(_ Place, d dist.Dist)  { r.did = append(r.did, "delay "+d.String()) }
func (r *recorder) Crash(Place)                 { r.did = append(r.did, "crash") }
func (r *recorder) After(d dist.Dist, f func()) { r.clocks = append(r.clocks, f) }
func (r *recorder) tickAll() {
	for range len(r.clocks) {
		r.tick()
	}
}
func (r *recorder) tick()                   { f := r.clocks[0]; r.clocks = r.clocks[1:]; f() }
func on(key string) (t Target)              { t.set(key, "x"); return t }
func exp(mean time.Duration) (v dist.Value) { mustText(&v, unit.Duration(mean).String()); return v }
func mustText(v interface{ UnmarshalText([]byte) error }, text string) {
	if err := v.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
}

func (t *Target) set(key, name string) {
	switch key {
	case "component":
		t.Component = name
	case "operation":
		t.Operation = name
	case "service":
		t.Service = name
	case "edge":
		t.Edge = name
	case "flow":
		t.Flow = name
	case "zone":
		t.Zone = name
	case "database":
		t.Database = name
	}
}

var targetKeys = []string{"component", "operation", "service", "edge", "flow", "zone", "database"}

// examples has a valid fault of each kind that is supported, on its first target.
var examples = map[string]func() Fault{
	"crash":      func() Fault { return &Crash{Target: on("component")} },
	"slow":       func() Fault { return &Slow{Target: on("component"), Factor: 3} },
	"errors":     func() Fault { return &Errors{Target: on("component"), Share: 0.2} },
	"delay":      func() Fault { return &Delay{Target: on("edge"), Latency: exp(time.Second)} },
	"surge":      func() Fault { return &Surge{Target: on("flow"), Factor: 2} },
	"kill":       func() Fault { return &Kill{Target: on("component")} },
	"pause":      func() Fault { return &Pause{Target: on("component")} },
	"cpuStress":  func() Fault { return &CPUStress{Target: on("component"), Load: 0.5} },
	"memoryLeak": func() Fault { return &MemoryLeak{Target: on("component"), Rate: 5 << 20} },
	"deadlock":   func() Fault { return &Deadlock{Target: on("component"), Rate: 2} },
	"pauses": func() Fault {
		return &Pauses{Target: on("component"), Every: exp(time.Second), Length: exp(time.Second)}
	},
	"loss":             func() Fault { return &Loss{Target: on("edge"), Share: 0.1} },
	"partition":        func() Fault { return &Partition{Target: on("edge"), Direction: "to"} },
	"bandwidth":        func() Fault { return &Bandwidth{Target: on("edge"), Rate: 5 << 20} },
	"slowQueries":      func() Fault { return &SlowQueries{Target: on("database"), Factor: 10} },
	"connectionLimit":  func() Fault { return &ConnectionLimit{Target: on("database"), Connections: 3} },
	"cacheFlush":       func() Fault { return &CacheFlush{Target: on("component")} },
	"zoneOutage":       func() Fault { return &ZoneOutage{Target: on("zone")} },
	"dependencyOutage": func() Fault { return &DependencyOutage{Target: on("component")} },
	"retryStorm":       func() Fault { return &RetryStorm{Target: on("edge"), Attempts: 3} },
}

// forEach runs a test for each kind of the table that is supported.
func forEach(t *testing.T, test func(t *testing.T, k Kind, example func() Fault)) {
	for _, k := range Table {
		if k.New == nil {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			if examples[k.Name] == nil {
				t.Fatal("no example: add one, so that the conformance tests cover the kind")
			}
			test(t, k, examples[k.Name])
		})
	}
}

func TestEveryKindTakesTheTargetsThatSuitItAndNoOther(t *testing.T) {
	forEach(t, func(t *testing.T, k Kind, example func() Fault) {
		if k.Doc == "" || len(k.Suits) == 0 {
			t.Errorf("entry without doc or targets: %+v", k)
		}
		for _, key := range targetKeys {
			f := example()
			*f.Where() = on(key)
			err := f.Validate()
			if suits := slices.Contains(k.Suits, key); suits != (err == nil) {
				t.Errorf("on a %s: %v, want suits %v", key, err, suits)
			}
			if f.Where().Key() != key || f.Where().Name() != "x" || f.Where().String() != key+" x" {
				t.Errorf("on a %s: Where is %q %q", key, f.Where().Key(), f.Where().Name())
			}
		}
	})
}

func TestEveryKindRefusesNoTargetAndTwo(t *testing.T) {
	forEach(t, func(t *testing.T, k Kind, example func() Fault) {
		f := example()
		*f.Where() = Target{}
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), "needs a target: one of "+k.Suits[0]) {
			t.Errorf("no target: %v", err)
		}
		f.Where().set("component", "a")
		f.Where().set("flow", "b")
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), "two targets, component and flow") {
			t.Errorf("two targets: %v", err)
		}
	})
}

func TestEveryKindActsOnEachOfItsTargets(t *testing.T) {
	forEach(t, func(t *testing.T, _ Kind, example func() Fault) {
		none := &recorder{}
		example().Apply(none)
		if len(none.did) != 0 {
			t.Errorf("without targets it did %v", none.did)
		}
		one, three := &recorder{places: make([]Place, 1)}, &recorder{places: make([]Place, 3)}
		example().Apply(one)
		example().Apply(three)
		if len(one.did) == 0 { // it acts by a clock
			one.tickAll()
			three.tickAll()
		}
		if len(one.did) == 0 || len(three.did) != 3*len(one.did) {
			t.Errorf("on one place it did %v, on three %v", one.did, three.did)
		}
	})
}

func TestKindsThatAreNotSupportedAreKnownByName(t *testing.T) {
	var s Spec
	for i, name := range s.Kinds() {
		k := Table[i]
		if name != k.Name || k.Doc == "" {
			t.Errorf("entry %d is %q, %+v", i, name, k)
		}
		if made := s.New(name); (made != nil) != (k.New != nil) {
			t.Errorf("%s: made %v", name, made)
		}
	}
	if s.New("meteor") != nil {
		t.Error("an unknown kind was made")
	}
	s.Set("slow", &Slow{Factor: 2})
	if s.Kind != "slow" || s.Fault.(*Slow).Factor != 2 {
		t.Errorf("set %+v", s)
	}
}

func TestWhatEachFaultDoes(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  Fault
		did    []string
		turned []float64
	}{
		{"a crash holds the instance down, then kills it", &Crash{}, []string{"down", "crash", "down", "crash"}, []float64{1, 1}},
		{"a deadly call only turns the share", &Crash{PerCall: 0.02}, []string{"crashShare", "crashShare"}, []float64{0.02, 0.02}},
		{"slow multiplies", &Slow{Factor: 3}, []string{"slowness", "slowness"}, []float64{3, 3}},
		{"errors", &Errors{Share: 0.25}, []string{"errorShare", "errorShare"}, []float64{0.25, 0.25}},
		{"delay", &Delay{Latency: exp(time.Second)}, []string{"delay 1s", "delay 1s"}, nil},
		{"a surge adds what exceeds the flow's own", &Surge{Factor: 2.5}, []string{"traffic", "traffic"}, []float64{1.5, 1.5}},
		{"a kill is a crash that lasts", &Kill{}, []string{"down", "crash", "down", "crash"}, []float64{1, 1}},
		{"a pause", &Pause{}, []string{"frozen", "frozen"}, []float64{1, 1}},
		{"half of the cores is twice the time", &CPUStress{Load: 0.5}, []string{"cpuSlowness", "cpuSlowness"}, []float64{2, 2}},
		{"a leak", &MemoryLeak{Rate: 1024}, []string{"leak", "leak"}, []float64{1024, 1024}},
		{"loss", &Loss{Share: 0.1}, []string{"lossShare", "lossShare"}, []float64{0.1, 0.1}},
		{"a partition cuts both ways", &Partition{}, []string{"cutTo", "cutFrom", "cutTo", "cutFrom"}, []float64{1, 1, 1, 1}},
		{"or one", &Partition{Direction: "to"}, []string{"cutTo", "cutTo"}, []float64{1, 1}},
		{"or the other", &Partition{Direction: "from"}, []string{"cutFrom", "cutFrom"}, []float64{1, 1}},
		{"bandwidth", &Bandwidth{Rate: 4096}, []string{"lineRate", "lineRate"}, []float64{4096, 4096}},
		{"slow queries", &SlowQueries{Factor: 10}, []string{"slowness", "slowness"}, []float64{10, 10}},
		{"fewer connections", &ConnectionLimit{Connections: 3}, []string{"workerLimit", "workerLimit"}, []float64{3, 3}},
		{"a flush", &CacheFlush{}, []string{"flush", "flush"}, nil},
		{"a zone goes dark before it dies", &ZoneOutage{}, []string{"dark", "down", "crash", "dark", "down", "crash"}, []float64{1, 1, 1, 1}},
		{"a dependency only goes dark", &DependencyOutage{}, []string{"dark", "dark"}, []float64{1, 1}},
		{"a storm", &RetryStorm{Attempts: 3}, []string{"storm", "storm"}, []float64{3, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &recorder{places: make([]Place, 2)}
			c.fault.Apply(w)
			if !slices.Equal(w.did, c.did) || !slices.Equal(w.turned, c.turned) {
				t.Errorf("did %v with %v, want %v with %v", w.did, w.turned, c.did, c.turned)
			}
		})
	}
}

func TestACrashClockHitsWhatRunsAtEachTick(t *testing.T) {
	every := exp(time.Second)
	w := &recorder{places: make([]Place, 3), running: make([]Place, 2)}
	(&Crash{Every: &every}).Apply(w)
	if len(w.did) != 0 {
		t.Errorf("before the first tick it did %v", w.did)
	}
	w.tick()
	w.running = nil
	w.tick()
	w.running = make([]Place, 1)
	w.tick()
	if len(w.did) != 3 || len(w.clocks) != 1 {
		t.Errorf("three ticks did %v, and %d clocks run on", w.did, len(w.clocks))
	}
}

// TestADeadlockTakesWorkersFromTheSameInstances: the mode picks once.
func TestADeadlockTakesWorkersFromTheSameInstances(t *testing.T) {
	w := &recorder{places: make([]Place, 2)}
	(&Deadlock{Rate: 2}).Apply(w)
	w.places = make([]Place, 5)
	w.tick()
	w.tick()
	if want := []string{"lostWorkers", "lostWorkers", "lostWorkers", "lostWorkers"}; !slices.Equal(w.did, want) || len(w.clocks) != 1 {
		t.Errorf("two ticks did %v, and %d clocks run on", w.did, len(w.clocks))
	}
}

// TestEachInstancePausesByAClockOfItsOwn: after a pause it waits again.
func TestEachInstancePausesByAClockOfItsOwn(t *testing.T) {
	w := &recorder{places: make([]Place, 2)}
	(&Pauses{Every: exp(time.Second), Length: exp(time.Millisecond)}).Apply(w)
	if len(w.did) != 0 || len(w.clocks) != 2 {
		t.Fatalf("at first %v, %d clocks", w.did, len(w.clocks))
	}
	w.tick() // the first instance stops
	w.tick() // and the second
	w.tick() // the first goes on
	if len(w.did) != 2 || w.did[0] != "frozen for 1ms" || len(w.clocks) != 2 {
		t.Errorf("did %v, %d clocks", w.did, len(w.clocks))
	}
}

// TestADependencyIsSomebodyElses: what is hosted here can be killed or paused.
func TestADependencyIsSomebodyElses(t *testing.T) {
	sys := &model.System{Components: []model.Component{{Name: "bank", External: true}, {Name: "shop"}}}
	for i, refused := range []bool{false, true} {
		p := Anywhere
		p.Component = model.ComponentID(i)
		err := (&DependencyOutage{Target: on("component")}).Suits(sys, []Place{p})
		if (err != nil) != refused {
			t.Errorf("%s: %v", sys.Components[i].Name, err)
		}
	}
}

func TestDirectionsAreThree(t *testing.T) {
	for text, ok := range map[string]bool{"both": true, "to": true, "from": true, "": false, "in": false} {
		var d Direction
		if err := d.UnmarshalText([]byte(text)); (err == nil) != ok || ok && string(d) != text {
			t.Errorf("%q: %q, %v", text, d, err)
		}
	}
}

func TestValidateRefusesWhatChangesNothingOrContradicts(t *testing.T) {
	every, never := exp(time.Second), dist.Value{Dist: dist.Constant(0)}
	for _, c := range []struct {
		name  string
		fault Fault
		err   string // "" where it is fine
	}{
		{"a crash", &Crash{Target: on("service")}, ""},
		{"a crash clock", &Crash{Target: on("service"), Every: &every}, ""},
		{"deadly calls", &Crash{Target: on("component"), PerCall: 0.02}, ""},
		{"a crash of both forms", &Crash{Target: on("service"), Every: &every, PerCall: 0.1}, "both every and perCall"},
		{"a clock that stands still", &Crash{Target: on("service"), Every: &never}, "above 0"},
		{"slower", &Slow{Target: on("service"), Factor: 3}, ""},
		{"faster", &Slow{Target: on("service"), Factor: 0.5}, ""},
		{"at a standstill", &Slow{Target: on("service"), Factor: 1e6 + 1}, "between 0.001 and 1000000"},
		{"in no time", &Slow{Target: on("service"), Factor: 0.9e-3}, "between 0.001 and 1000000"},
		{"as fast", &Slow{Target: on("service"), Factor: 1}, ""},
		{"all errors", &Errors{Target: on("edge"), Share: 1}, ""},
		{"no errors", &Errors{Target: on("edge")}, ""},
		{"a delay", &Delay{Target: on("edge"), Latency: every}, ""},
		{"a delay of nothing", &Delay{Target: on("edge"), Latency: never}, "changes nothing"},
		{"a surge", &Surge{Target: on("flow"), Factor: 1.01}, ""},
		{"a crash of a zone by its calls", &Crash{Target: on("zone"), PerCall: 0.1}, "not of a zone"},
		{"a load of nothing", &CPUStress{Target: on("service")}, ""},
		{"a load of all", &CPUStress{Target: on("service"), Load: 1}, "leaves nothing"},
		{"nearly all", &CPUStress{Target: on("service"), Load: 0.99}, ""},
		{"no leak", &MemoryLeak{Target: on("service")}, "changes nothing"},
		{"no deadlock", &Deadlock{Target: on("service")}, "changes nothing"},
		{"all workers at once", &Deadlock{Target: on("service"), Rate: 2e6}, "above 1000000/s"},
		{"pauses without end", &Pauses{Target: on("service"), Every: never, Length: every}, "every needs a mean above 0"},
		{"pauses of no length", &Pauses{Target: on("service"), Every: every, Length: never}, "changes nothing"},
		{"no loss", &Loss{Target: on("edge")}, ""},
		{"all lost", &Loss{Target: on("edge"), Share: 1}, ""},
		{"no bandwidth", &Bandwidth{Target: on("edge")}, "lets nothing through"},
		{"queries as fast", &SlowQueries{Target: on("database"), Factor: 1}, ""},
		{"queries at a standstill", &SlowQueries{Target: on("database"), Factor: 1e7}, "between 0.001 and 1000000"},
		{"no connections", &ConnectionLimit{Target: on("database")}, "less than 1"},
		{"no attempts", &RetryStorm{Target: on("edge")}, "between 1 and 100"},
		{"too many", &RetryStorm{Target: on("edge"), Attempts: 101}, "between 1 and 100"},
		{"a surge of nothing", &Surge{Target: on("flow"), Factor: 1}, "above 1"},
		{"a surge that takes away", &Surge{Target: on("flow"), Factor: 0.5}, "above 1"},
	} {
		err := c.fault.Validate()
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}

func TestWhatIsDoneAtOnceIsMomentary(t *testing.T) {
	every := dist.Value{Dist: dist.Constant(time.Second)}
	for _, c := range []struct {
		name  string
		fault Fault
		want  bool
	}{
		{"a crash", &Crash{}, true},
		{"a clock of crashes", &Crash{Every: &every}, false},
		{"deadly calls", &Crash{PerCall: 0.5}, false},
		{"slowness", &Slow{}, false},
		{"a kill", &Kill{}, true},
		{"a flush", &CacheFlush{}, true},
		{"a pause", &Pause{}, false},
	} {
		if got := (&Spec{Fault: c.fault}).Momentary(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestAnInjectionEndsAfterItsDurationOrNever(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Injection
		end  time.Duration
		ends bool
	}{
		{"two minutes", Injection{At: 4 * time.Minute, Duration: 2 * time.Minute}, 6 * time.Minute, true},
		{"an instant", Injection{At: time.Minute, Duration: 0}, time.Minute, true},
		{"to the end", Injection{At: time.Minute, Duration: Open}, 0, false},
	} {
		if end, ends := c.in.End(); end != c.end || ends != c.ends {
			t.Errorf("%s: ends at %v (%v)", c.name, end, ends)
		}
	}
}
