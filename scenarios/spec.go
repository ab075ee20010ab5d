package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"faultline/sim/dist"
	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/unit"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// Spec is a scenario file: what happens to an application, whichever way it is
// cut and run.
type Spec struct {
	Name        string                  `yaml:"scenario" required:"true" doc:"the scenario's name"`
	Description string                  `yaml:"description" text:"true" doc:"what it shows"`
	Topologies  References              `yaml:"topologies" required:"true" doc:"paths relative to this file, or names of built-in ones; the first is the baseline of comparisons"`
	Run         Run                     `yaml:"run" doc:"how long, how often, from which seed"`
	Load        strict.Map[Flow]        `yaml:"load" required:"true" doc:"flows of requests, by name"`
	Faults      strict.Map[Fault]       `yaml:"faults" doc:"what breaks when, by name"`
	Thresholds  strict.Map[Expressions] `yaml:"thresholds" doc:"what must hold: expressions by metric{tags}"`
	Expect      string                  `yaml:"expect" default:"pass" oneof:"pass fail" doc:"fail: the thresholds must fail, which gate checks; run shows what they did"`
	Gate        Gate                    `yaml:"gate" doc:"what a regression against the baseline must exceed"`
}

// References are the topologies of a scenario: one, or a list.
type References []string

// UnmarshalText takes a single one.
func (r *References) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("the path is empty (write the path of a topology, or a list of paths)")
	}
	*r = References{string(text)}
	return nil
}

// String is the list as YAML writes it.
func (r References) String() string { return "[" + strings.Join(r, ", ") + "]" }

// Expressions are the conditions on one selector: one, or a list.
type Expressions []string

// UnmarshalText takes a single one.
func (e *Expressions) UnmarshalText(text []byte) error {
	*e = Expressions{string(text)}
	return nil
}

// String is the list as YAML writes it.
func (e Expressions) String() string { return "[" + strings.Join(e, ", ") + "]" }

// Run is how long, how often and from which seed.
type Run struct {
	Duration     unit.Duration  `yaml:"duration" default:"10m" doc:"time during which requests arrive, from zero"`
	Warmup       *Warmup        `yaml:"warmup" doc:"first part of it, left out of all figures; auto: until the system without faults has settled, by MSER-5; default: a tenth of the duration"`
	Replications int            `yaml:"replications" default:"10" min:"1" max:"100000" doc:"independent repetitions; fewer than 2 give no interval"`
	Seed         uint64         `yaml:"seed" default:"1" doc:"where all draws begin"`
	Drain        unit.Duration  `yaml:"drain" default:"30s" doc:"longest wait for answers after the duration"`
	Window       *unit.Duration `yaml:"window" doc:"length of a series' window; default: 1s, coarser for long runs"`

	Precision       *Precision `yaml:"precision" doc:"goes on, from 20 replications, until an interval is narrow enough"`
	MaxReplications *int       `yaml:"maxReplications" default:"1000" min:"2" max:"100000" doc:"of precision: replications at most; may stand in it too"`
}

// Precision is how narrow the interval of a figure must be.
type Precision struct {
	Metric          string     `yaml:"metric" required:"true" doc:"metric{tags}, with an aggregator as in \"latency.p99{journey:checkout}\"; without topology: of each"`
	HalfWidth       unit.Share `yaml:"halfWidth" required:"true" doc:"of the 95% interval, relative to the value"`
	MaxReplications *int       `yaml:"maxReplications" min:"2" max:"100000" doc:"replications at most; default: those of the run, else 1000"`
}

// Validate refuses a precision that no run reaches.
func (p *Precision) Validate() error {
	if p.HalfWidth == 0 {
		return &keyedError{"halfWidth", "a half-width of 0 is never reached; write a share above 0, such as 2%"}
	}
	return nil
}

// defaultMaxReplications is where a run with a precision gives up.
const defaultMaxReplications = 1000

// most is the number of replications at which a run with a precision gives up.
func (r *Run) most() int {
	switch {
	case r.Precision.MaxReplications != nil:
		return *r.Precision.MaxReplications
	case r.MaxReplications != nil:
		return *r.MaxReplications
	}
	return defaultMaxReplications
}

// Limits on a run: beyond them nobody waits for the end, or the series fill the memory.
const (
	maxDuration = unit.Duration(30 * 24 * 3_600_000_000_000)
	maxWindows  = 10_000
	maxRequests = 1e9 // of all flows in one replication
	maxUsers    = 1e7 // of all closed loops
)

// Validate refuses times that leave nothing to measure.
func (r *Run) Validate() error {
	var wrong []error
	fail := func(key, format string, args ...any) {
		wrong = append(wrong, &keyedError{key, fmt.Sprintf(format, args...)})
	}
	switch {
	case r.Duration == 0:
		fail("duration", "a duration of 0 leaves nothing to measure; write a time such as 10m")
	case r.Duration > maxDuration:
		fail("duration", "%s is longer than 30 days; write less", r.Duration)
	case r.Warmup != nil && r.Warmup.Duration >= r.Duration:
		fail("warmup", "the warm-up of %s leaves nothing of the duration of %s; write less", r.Warmup, r.Duration)
	}
	switch {
	case r.MaxReplications == nil:
	case r.Precision == nil:
		fail("maxReplications", "maxReplications belongs to a precision (write one, as in precision: { metric: availability, halfWidth: 2%% }, or replications)")
	case r.Precision.MaxReplications != nil:
		fail("maxReplications", "maxReplications stands in precision too; write it once")
	}
	switch {
	case r.Window == nil:
	case *r.Window == 0:
		fail("window", "a window of 0 holds nothing; write a time such as 1s")
	case r.Duration / *r.Window >= maxWindows:
		fail("window", "windows of %s are more than %d in %s; write a longer one", *r.Window, maxWindows, r.Duration)
	}
	if r.Drain > maxDuration {
		fail("drain", "%s is longer than 30 days; write less", r.Drain)
	}
	return errors.Join(wrong...)
}

// warmup is the warm-up in force, 0 where the run finds one itself.
func (r *Run) warmup() unit.Duration {
	if r.Warmup != nil {
		return r.Warmup.Duration
	}
	return r.Duration / 10
}

// auto reports that the run finds its warm-up itself.
func (r *Run) auto() bool { return r.Warmup != nil && r.Warmup.Auto }

// Warmup is a duration, or auto.
type Warmup struct {
	Auto     bool
	Duration unit.Duration // 0 for auto
}

// UnmarshalText parses a duration or auto.
func (w *Warmup) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*w = Warmup{Auto: true}
		return nil
	}
	w.Auto = false
	return w.Duration.UnmarshalText(text)
}

// String is the duration, or auto.
func (w Warmup) String() string {
	if w.Auto {
		return "auto"
	}
	return w.Duration.String()
}

// Flow is one named stream of requests.
type Flow struct {
	load.Spec `yaml:",inline"`
	Mix       strict.Map[topologies.Weight] `yaml:"mix" doc:"weights of the journeys, in place of the application's; those not named: 0"`
}

// Fault is one named fault with its time.
type Fault struct {
	At         *unit.Duration `yaml:"at" doc:"when it begins, from zero; between the warm-up and the end; of random failures by default the end of the warm-up"`
	StartAfter string         `yaml:"startAfter" doc:"a fault with a duration, at whose end this one begins; at, if given, is added"`
	Duration   *unit.Duration `yaml:"duration" doc:"how long it lasts; default: to the end"`
	Every      *dist.Value    `yaml:"every" doc:"random failures: time from one to the next, by one clock for the fault; each hits what mode picks among the instances that are up"`
	Repair     *dist.Value    `yaml:"repair" doc:"of random failures: time until what was hit is repaired; default: when the fault ends"`
	Mode       string         `yaml:"mode" default:"all" doc:"which instances are hit: one, all, fixed, fixedPercent"`
	Value      string         `yaml:"value" doc:"of mode fixed a number, of fixedPercent a percentage"`
	What       fault.Spec     `yaml:",kind"`
}

// Validate checks the mode, that the fault has a time, and that random failures
// come at all.
func (f *Fault) Validate() error {
	var wrong []error
	if err := (fault.Mode{Kind: f.Mode, Value: f.Value}).Validate(); err != nil {
		key := "mode"
		if f.Value != "" {
			key = "value"
		}
		wrong = append(wrong, &keyedError{key, err.Error()})
	}
	if f.At == nil && f.StartAfter == "" && f.Every == nil {
		wrong = append(wrong, errors.New("at is missing (write when the fault begins, as in at: 4m, or startAfter: NAME, or every: exp(5m) for random failures)"))
	}
	switch {
	case f.Repair != nil && f.Every == nil:
		wrong = append(wrong, &keyedError{"repair", "repair belongs to random failures (write every beside it, as in every: exp(5m))"})
	case f.Every != nil && f.Every.Mean() <= 0:
		wrong = append(wrong, &keyedError{"every", "random failures need a mean time between them above 0"})
	case f.Every != nil && f.Duration != nil && *f.Duration == 0 && f.What.Momentary():
		wrong = append(wrong, &keyedError{"duration", "a duration of 0 leaves no time for random failures; write a time, or leave it out"})
	}
	if f.Duration != nil && *f.Duration == 0 && !f.What.Momentary() {
		wrong = append(wrong, &keyedError{"duration", "a fault of duration 0 does nothing; write a time, or leave it out for a fault that lasts to the end"})
	}
	return errors.Join(wrong...)
}

// keyedError is an error about one key of a mapping.
type keyedError struct{ key, text string }

func (e *keyedError) Error() string { return e.text }

// Field is the key that is wrong.
func (e *keyedError) Field() string { return e.key }
