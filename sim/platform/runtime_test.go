package platform

import (
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

func runtime(name string) *Runtime {
	r := new(Runtime)
	if err := r.UnmarshalText([]byte(name)); err != nil {
		panic(err)
	}
	return r
}

func TestAnythingButAPresetIsRefused(t *testing.T) {
	for _, name := range []string{"", "rust", "JVM", "go 1.26"} {
		if err := new(Runtime).UnmarshalText([]byte(name)); err == nil || !strings.Contains(err.Error(), "go, jvm, node, python, none") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWithoutARuntimeAProcessStartsInFiveSeconds(t *testing.T) {
	for _, r := range []*Runtime{{}, runtime("none")} {
		if p := r.Process(2); p != (Process{Startup: 5 * time.Second, Workers: unit.Unlimited, Protocol: 1}) {
			t.Errorf("%+v", p)
		}
	}
}

func TestDefaultWorkers(t *testing.T) {
	for _, c := range []struct {
		name  string
		cores float64
		want  int
	}{{"go", 2, unit.Unlimited}, {"node", 2, unit.Unlimited}, {"jvm", 1, 200}, {"jvm", 16, 200},
		{"python", 1, 4}, {"python", 2.5, 10}, {"python", 0.1, 1}, {"python", 0.3, 2}} {
		if got := runtime(c.name).Process(c.cores).Workers; got != c.want {
			t.Errorf("%s on %v cores has %d workers, want %d", c.name, c.cores, got, c.want)
		}
	}
}

func TestTheKeysOfAMappingChangeItsBase(t *testing.T) {
	r := runtime("jvm")
	base := r.Process(1)
	startup, workers := unit.Duration(time.Second), unit.Limit(7)
	every, length := dist.Value{Dist: dist.Constant(time.Second)}, dist.Value{Dist: dist.Constant(time.Millisecond)}
	for _, c := range []struct {
		name   string
		change func(*Runtime)
		want   func(*Process)
	}{
		{"startup", func(r *Runtime) { r.Startup = &startup }, func(p *Process) { p.Startup = time.Second }},
		{"workers", func(r *Runtime) { r.Workers = &workers }, func(p *Process) { p.Workers = 7 }},
		{"warmup", func(r *Runtime) { r.Warmup = &WarmupSpec{Slowdown: 2, Duration: startup} },
			func(p *Process) { p.Warmup = Warmup{2, time.Second} }},
		{"warmup: none", func(r *Runtime) { r.Warmup = &WarmupSpec{none: true} }, func(p *Process) { p.Warmup = Warmup{} }},
		{"a warm-up at full speed", func(r *Runtime) { r.Warmup = &WarmupSpec{Slowdown: 1, Duration: startup} }, func(p *Process) { p.Warmup = Warmup{} }},
		{"pauses", func(r *Runtime) { r.Pauses = &PauseSpec{Pauses: Pauses{every, length}} },
			func(p *Process) { p.Pauses = &Pauses{every, length} }},
		{"pauses: none", func(r *Runtime) { r.Pauses = &PauseSpec{none: true} }, func(p *Process) { p.Pauses = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed, want := *r, base
			c.change(&changed)
			c.want(&want)
			got := changed.Process(1)
			if (got.Pauses == nil) != (want.Pauses == nil) || got.Pauses != nil && got.Pauses.Length.String() != want.Pauses.Length.String() {
				t.Errorf("pauses %+v, want %+v", got.Pauses, want.Pauses)
			}
			got.Pauses, want.Pauses = nil, nil
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// A constant without a source cannot hide.
func TestEveryConstantOfAPresetHasASource(t *testing.T) {
	for _, p := range Presets {
		var cited []string
		for _, s := range p.Sources {
			cited = append(cited, s.Constant)
			if s.Text == "" || strings.Contains(s.Text, "invented") != s.Invented {
				t.Errorf("%s %s: %q", p.Name, s.Constant, s.Text)
			}
		}
		for constant, is := range map[string]bool{"startup": true, "workers": true, "protocol": true,
			"warmup.slowdown": p.Warmup.Slowdown > 0, "warmup.duration": p.Warmup.Duration > 0,
			"pauses.every": p.PauseEvery != "", "pauses.length": p.PauseLength != ""} {
			if is && !slices.Contains(cited, constant) {
				t.Errorf("%s %s has no source", p.Name, constant)
			}
		}
		if p.process(1).Startup <= 0 || p.Protocol <= 0 || p.Doc == "" {
			t.Errorf("%+v", p)
		}
	}
	if got := Invented(); !slices.Contains(got, "jvm pauses.every") || slices.Contains(got, "go startup") {
		t.Errorf("invented: %v", got)
	}
}

func TestAWarmUpFallsLinearlyToOne(t *testing.T) {
	w := Warmup{Slowdown: 3, Duration: 10 * time.Second}
	for age, want := range map[time.Duration]float64{0: 3, 5 * time.Second: 2, 10 * time.Second: 1, time.Hour: 1} {
		if got := w.Factor(age); got != want {
			t.Errorf("factor at %v is %v, want %v", age, got, want)
		}
	}
	if (Warmup{}).Factor(0) != 1 {
		t.Error("no warm-up slows down")
	}
}

func TestPausesHaveTimeBetweenThemAndALength(t *testing.T) {
	some, zero := dist.Value{Dist: dist.Constant(time.Second)}, dist.Value{Dist: dist.Constant(0)}
	if (&Pauses{some, some}).Validate() != nil || (&Pauses{zero, some}).Validate() == nil || (&Pauses{some, zero}).Validate() == nil {
		t.Error("pauses of no length or with no time between them are the ones that are refused")
	}
}
