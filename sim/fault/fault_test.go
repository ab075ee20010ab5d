package fault

import (
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
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
func (r *recorder) Delay(_ Place, d dist.Dist)  { r.did = append(r.did, "delay "+d.String()) }
func (r *recorder) Crash(Place)                 { r.did = append(r.did, "crash") }
func (r *recorder) After(d dist.Dist, f func()) { r.clocks = append(r.clocks, f) }
func (r *recorder) tick()                       { f := r.clocks[0]; r.clocks = r.clocks[1:]; f() }
func on(key string) (t Target)                  { t.set(key, "x"); return t }
func exp(mean time.Duration) (v dist.Value)     { mustText(&v, unit.Duration(mean).String()); return v }
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
	}
}

var targetKeys = []string{"component", "operation", "service", "edge", "flow"}

// examples has a valid fault of each kind that is supported, on its first target.
var examples = map[string]func() Fault{
	"crash":  func() Fault { return &Crash{Target: on("component")} },
	"slow":   func() Fault { return &Slow{Target: on("component"), Factor: 3} },
	"errors": func() Fault { return &Errors{Target: on("component"), Share: 0.2} },
	"delay":  func() Fault { return &Delay{Target: on("edge"), Latency: exp(time.Second)} },
	"surge":  func() Fault { return &Surge{Target: on("flow"), Factor: 2} },
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
		{"as fast", &Slow{Target: on("service"), Factor: 1}, "changes nothing"},
		{"all errors", &Errors{Target: on("edge"), Share: 1}, ""},
		{"no errors", &Errors{Target: on("edge")}, "changes nothing"},
		{"a delay", &Delay{Target: on("edge"), Latency: every}, ""},
		{"a delay of nothing", &Delay{Target: on("edge"), Latency: never}, "changes nothing"},
		{"a surge", &Surge{Target: on("flow"), Factor: 1.01}, ""},
		{"a surge of nothing", &Surge{Target: on("flow"), Factor: 1}, "above 1"},
		{"a surge that takes away", &Surge{Target: on("flow"), Factor: 0.5}, "above 1"},
	} {
		err := c.fault.Validate()
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}

func TestOnlyAnOutrightCrashIsMomentary(t *testing.T) {
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
