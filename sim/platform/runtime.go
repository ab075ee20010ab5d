package platform

import (
	"errors"
	"math"
	"strings"
	"time"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Runtime is what a process runs on: the name of a preset, or a mapping that
// changes one.
type Runtime struct {
	Base    string         `yaml:"base" oneof:"none go jvm node python" doc:"the preset that the other keys change: go, jvm, node, python, or none"`
	Startup *unit.Duration `yaml:"startup" default:"5s" doc:"from the start of the process until it serves; default: the base's, else 5s"`
	Warmup  *WarmupSpec    `yaml:"warmup" doc:"CPU time is longer for a while after a start; none: not; default: the base's"`
	Pauses  *PauseSpec     `yaml:"pauses" doc:"stop-the-world pauses, as of a garbage collector; none: no pause; default: the base's"`
	Workers *unit.Limit    `yaml:"workers" default:"unlimited" doc:"requests in service at once, where the service says nothing; default: the base's, else unlimited"`
}

// WarmupSpec is a Warmup as a topology writes it.
type WarmupSpec struct {
	Slowdown unit.Factor   `yaml:"slowdown" required:"true" doc:"CPU time is multiplied by it at first, falling linearly to 1"`
	Duration unit.Duration `yaml:"duration" required:"true" doc:"until the process works at full speed"`

	none bool
}

// UnmarshalText takes "none", which switches the base's warm-up off.
func (w *WarmupSpec) UnmarshalText(text []byte) error {
	w.none = true
	return onlyNone(text, "warmup", "{ slowdown: 3, duration: 30s }")
}

// String is "none" or nothing: the fields speak for themselves.
func (w WarmupSpec) String() string { return noneText(w.none) }

// Validate refuses a warm-up that speeds up.
func (w *WarmupSpec) Validate() error {
	if !w.none && w.Slowdown < 1 {
		return &fieldError{"slowdown", errors.New("a slowdown below 1 would speed up; write a factor of 1 or more")}
	}
	return nil
}

// PauseSpec is Pauses as a topology writes them.
type PauseSpec struct {
	Pauses `yaml:",inline"`

	none bool
}

// UnmarshalText takes "none", which switches the base's pauses off.
func (p *PauseSpec) UnmarshalText(text []byte) error {
	p.none = true
	return onlyNone(text, "pauses", "{ every: exp(10s), length: 50ms }")
}

// String is "none" or nothing: the fields speak for themselves.
func (p PauseSpec) String() string { return noneText(p.none) }

func onlyNone(text []byte, key, example string) error {
	if string(text) != "none" {
		return errors.New(key + " is a mapping such as " + example + ", or none")
	}
	return nil
}

func noneText(none bool) string {
	if none {
		return "none"
	}
	return ""
}

// UnmarshalText takes the name of a preset, or none.
func (r *Runtime) UnmarshalText(text []byte) error {
	if string(text) != "none" && preset(string(text)) == nil {
		return &unknownRuntime{string(text)}
	}
	*r = Runtime{Base: string(text)}
	return nil
}

type unknownRuntime struct{ name string }

func (e *unknownRuntime) Error() string {
	return "no runtime " + unit.Quote(e.name) + "; one of " + strings.Join(e.Valid(), ", ") + ", or { startup: 5s }"
}

// Valid lists what would be right.
func (*unknownRuntime) Valid() []string {
	names := make([]string, 0, len(Presets)+1)
	for _, p := range Presets {
		names = append(names, p.Name)
	}
	return append(names, "none")
}

// String is the name of the preset.
func (r Runtime) String() string { return r.Base }

// Process is what a Runtime comes to on an instance.
type Process struct {
	Startup  time.Duration
	Warmup   Warmup  // zero: none
	Pauses   *Pauses // nil: none
	Workers  int     // unit.Unlimited: no bound
	Protocol float64 // CPU time of protocols is multiplied by it
}

// DefaultStartup is that of a process without a runtime of its own: the order of
// a container's start. It is invented.
const DefaultStartup = 5 * time.Second

// Process is the runtime on an instance with so many cores.
func (r *Runtime) Process(cores float64) Process {
	p := Process{Startup: DefaultStartup, Workers: unit.Unlimited, Protocol: 1}
	if base := preset(r.Base); base != nil {
		p = base.process(cores)
	}
	if r.Startup != nil {
		p.Startup = r.Startup.Std()
	}
	if w := r.Warmup; w != nil {
		p.Warmup = Warmup{}
		if !w.none && w.Slowdown > 1 && w.Duration > 0 {
			p.Warmup = Warmup{Slowdown: float64(w.Slowdown), Duration: w.Duration.Std()}
		}
	}
	if r.Pauses != nil {
		p.Pauses = nil
		if !r.Pauses.none {
			p.Pauses = &r.Pauses.Pauses
		}
	}
	if r.Workers != nil {
		p.Workers = int(*r.Workers)
	}
	return p
}

// process is a preset on an instance with so many cores.
func (s *Preset) process(cores float64) Process {
	p := Process{Startup: s.Startup, Warmup: s.Warmup, Workers: unit.Unlimited, Protocol: s.Protocol}
	if s.Workers > 0 {
		p.Workers = s.Workers
	}
	if s.WorkersPerCore > 0 {
		p.Workers = max(1, int(math.Ceil(float64(s.WorkersPerCore)*cores)))
	}
	if s.PauseEvery != "" {
		p.Pauses = &Pauses{Every: mustParse(s.PauseEvery), Length: mustParse(s.PauseLength)}
	}
	return p
}

// mustParse reads a distribution of the table of presets.
func mustParse(text string) dist.Value {
	d, err := dist.Parse(text)
	if err != nil {
		panic("platform: bad preset: " + err.Error())
	}
	return dist.Value{Dist: d}
}

func preset(name string) *Preset {
	for i := range Presets {
		if Presets[i].Name == name {
			return &Presets[i]
		}
	}
	return nil
}
