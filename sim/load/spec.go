package load

import (
	"fmt"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Flow is one stream of requests of a scenario, ready to run.
type Flow struct {
	Name     string
	Profile  Profile
	Arrivals Arrivals
	Weights  []float64 // by model.JourneyID: how often each journey is chosen

	Batch      *dist.Count // requests that come together at each arrival; nil: one
	Population int         // users whom requests are given to; 0: DefaultPopulation
	VUs        int         // of a closed loop; 0: open loop, by Profile and Arrivals
	ThinkTime  dist.Dist   // of a closed loop, from an answer to the next request; nil: none
}

// DefaultPopulation is the number of users of a flow that names none.
const DefaultPopulation = 10_000

// MaxRate bounds every rate, in hits per second: one a nanosecond.
const MaxRate = 1e9

// Spec is the load of a flow as a scenario writes it: a constant rate, or a start
// rate and stages. A scenario adds the mix of journeys.
type Spec struct {
	Rate      *unit.Rate  `yaml:"rate" doc:"requests per second that arrive, whatever becomes of them (open loop)"`
	StartRate *unit.Rate  `yaml:"startRate" doc:"rate at the start of the first stage; without it, 0/s"`
	Stages    []StageSpec `yaml:"stages" doc:"linear ramps, one after the other; the last target holds on"`
	Arrivals  Value       `yaml:"arrivals" default:"poisson" doc:"how requests are spaced: poisson or uniform"`

	_ struct{} `yaml:"linear" notyet:"true"`
	_ struct{} `yaml:"sine" notyet:"true"`
	_ struct{} `yaml:"vus" notyet:"true"`
	_ struct{} `yaml:"thinkTime" notyet:"true"`
	_ struct{} `yaml:"batch" notyet:"true"`
	_ struct{} `yaml:"population" notyet:"true"`
}

// StageSpec is a stage as a scenario writes it.
type StageSpec struct {
	Duration *unit.Duration `yaml:"duration" required:"true" doc:"length of the ramp; 0 is a step"`
	Target   *unit.Rate     `yaml:"target" required:"true" doc:"rate at the end of the ramp"`
}

// fieldError is an error about one key of a mapping.
type fieldError struct{ field, message string }

func (e *fieldError) Error() string { return e.message }

// Field is the key that the error is about.
func (e *fieldError) Field() string { return e.field }

func wrong(field, format string, args ...any) error {
	return &fieldError{field, fmt.Sprintf(format, args...)}
}

// Validate refuses a stage without its two figures, or beyond MaxRate.
func (s StageSpec) Validate() error {
	switch {
	case s.Duration == nil:
		return wrong("duration", "a stage needs a duration (write duration: 30s, or duration: 0 for a step)")
	case s.Target == nil:
		return wrong("target", "a stage needs a target (write target: 800/s)")
	}
	return limited("target", *s.Target)
}

func limited(field string, rate unit.Rate) error {
	if rate > MaxRate {
		return wrong(field, "%s is above the largest rate, %s, one request a nanosecond", rate, unit.Rate(MaxRate))
	}
	return nil
}

// Validate refuses a load that is given twice, not at all, or without a request.
func (s *Spec) Validate() error {
	switch {
	case s.Rate != nil && len(s.Stages) > 0:
		return wrong("stages", "rate and stages are both given (write one: rate is constant, stages change)")
	case s.Rate != nil && s.StartRate != nil:
		return wrong("startRate", "startRate goes with stages, not with rate (leave it out)")
	case s.Rate != nil && *s.Rate == 0:
		return wrong("rate", "a rate of 0 sends no request (write a rate such as 400/s, or leave the flow out)")
	case s.Rate != nil:
		return limited("rate", *s.Rate)
	case len(s.Stages) == 0 && s.StartRate != nil:
		return wrong("startRate", "startRate needs stages (write stages: [{duration: 1m, target: 800/s}], or rate: %s)", *s.StartRate)
	case len(s.Stages) == 0:
		return wrong("rate", "the flow has no rate (write rate: 400/s, or stages: [{duration: 1m, target: 800/s}])")
	case s.StartRate != nil && *s.StartRate > MaxRate:
		return limited("startRate", *s.StartRate)
	}
	return s.validateStages()
}

// validateStages refuses what no stage can see alone.
func (s *Spec) validateStages() error {
	var total unit.Duration
	for i, stage := range s.Stages {
		if err := stage.Validate(); err != nil {
			return wrong("stages", "stage %d: %v", i+1, err)
		}
		if total += *stage.Duration; total < 0 {
			return wrong("stages", "the stages last longer than 292 years together")
		}
	}
	// A profile that ever sends a request has sent half of one by the end of time.
	if _, ok := s.Profile().At(0.5); !ok {
		return wrong("stages", "the stages send no request: every rate is 0 (write a target such as 800/s)")
	}
	return nil
}

// Profile is the rate over time. The Spec must have passed Validate.
func (s *Spec) Profile() Profile {
	if s.Rate != nil {
		return Constant(*s.Rate)
	}
	start := 0.0
	if s.StartRate != nil {
		start = float64(*s.StartRate)
	}
	stages := make([]Stage, len(s.Stages))
	for i, stage := range s.Stages {
		stages[i] = Stage{Duration: stage.Duration.Std(), Target: float64(*stage.Target)}
	}
	return NewStages(start, stages)
}
