package load

import (
	"fmt"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// Flow is one stream of requests of a scenario, ready to run.
type Flow struct {
	Name     string
	Profile  Profile // of a closed loop Constant(0), or nil
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

// Spec is the load of a flow as a scenario writes it. In an open loop requests
// come whatever becomes of them: by a constant rate, a start rate and stages, or
// one of vegeta's pacers. In a closed loop so many users wait for their answers. A
// scenario adds the mix of journeys.
type Spec struct {
	Rate      *unit.Rate  `yaml:"rate" doc:"requests per second that arrive, whatever becomes of them (open loop)"`
	StartRate *unit.Rate  `yaml:"startRate" doc:"rate at the start of the first stage; without it, 0/s"`
	Stages    []StageSpec `yaml:"stages" doc:"linear ramps, one after the other; the last target holds on"`
	Linear    *LinearSpec `yaml:"linear" doc:"a rate that grows or falls for ever, as vegeta's linear pacer"`
	Sine      *SineSpec   `yaml:"sine" doc:"a rate that swings, as vegeta's sine pacer"`
	Arrivals  *Value      `yaml:"arrivals" doc:"how requests are spaced: poisson (without it), uniform, gamma(cv=2), mmpp(1 for 20s 7 for 10s) or trace(FILE)"`
	Batch     *dist.Count `yaml:"batch" doc:"requests that come together at each arrival, a number or a distribution; the rate then counts the batches"`

	VUs       int         `yaml:"vus" min:"1" max:"1000000" doc:"users of a closed loop: each sends a request, waits for the answer, thinks, and sends the next"`
	ThinkTime *dist.Value `yaml:"thinkTime" doc:"of a closed loop: time from an answer to the user's next request; without it, none"`

	Population *int `yaml:"population" min:"1" max:"1000000000" doc:"users of an open loop whom requests are given to, each alike; without it, 10000"`
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
	for _, check := range []func() error{s.validateLoop, s.validateOne, s.validateRate, s.validateBatch} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// validateLoop keeps the keys of the open and of the closed loop apart.
func (s *Spec) validateLoop() error {
	if s.VUs == 0 {
		if s.ThinkTime != nil {
			return wrong("thinkTime", "thinkTime needs vus: it is the time that a user of a closed loop thinks (write vus: 50, or leave it out)")
		}
		return nil
	}
	for _, k := range s.keys() {
		if k.given {
			return wrong(k.name, "vus and %s are both given (write one: vus is a closed loop, %[1]s belongs to an open one)", k.name)
		}
	}
	return nil
}

// key is a key of the open loop, and whether it is given.
type key struct {
	name  string
	given bool
}

// keys are the keys of the open loop, the four that give the rate first: the users
// of a closed one are its vus.
func (s *Spec) keys() []key {
	return []key{{"rate", s.Rate != nil}, {"stages", len(s.Stages) > 0}, {"linear", s.Linear != nil}, {"sine", s.Sine != nil},
		{"startRate", s.StartRate != nil}, {"arrivals", s.Arrivals != nil}, {"batch", s.Batch != nil},
		{"population", s.Population != nil}}
}

// validateOne wants one of the keys that give the rate.
func (s *Spec) validateOne() error {
	given := ""
	for _, k := range s.keys()[:4] {
		switch {
		case !k.given:
		case given != "":
			return wrong(k.name, "%s and %s are both given (write one: rate is constant, stages change, linear and sine are vegeta's)", given, k.name)
		default:
			given = k.name
		}
	}
	trace := s.trace()
	switch {
	case given != "" && given != "stages" && s.StartRate != nil:
		return wrong("startRate", "startRate goes with stages, not with %s (leave it out)", given)
	case given == "" && s.StartRate != nil:
		return wrong("startRate", "startRate needs stages (write stages: [{duration: 1m, target: 800/s}], or rate: %s)", *s.StartRate)
	case given == "" && s.VUs == 0 && trace == nil:
		return wrong("rate", "the flow has no rate (write rate: 400/s, or stages: [{duration: 1m, target: 800/s}], or vus: 50)")
	case given != "" && given != "rate" && trace != nil:
		return wrong("arrivals", "a trace has its own times, and %s changes them (leave one out; with rate, the trace is played faster or slower)", given)
	}
	return nil
}

// trace is the trace of the flow, nil if it has none.
func (s *Spec) trace() *Trace {
	if s.Arrivals == nil {
		return nil
	}
	t, _ := s.Arrivals.Arrivals.(*Trace)
	return t
}

// validateRate refuses a rate that is no rate, by the key that gives it.
func (s *Spec) validateRate() error {
	switch {
	case s.Rate != nil && *s.Rate == 0:
		return wrong("rate", "a rate of 0 sends no request (write a rate such as 400/s, or leave the flow out)")
	case s.Rate != nil:
		return limited("rate", *s.Rate)
	case s.Linear != nil:
		return within("linear", s.Linear.Validate())
	case s.Sine != nil:
		return within("sine", s.Sine.Validate())
	case len(s.Stages) == 0:
		return nil
	case s.StartRate != nil && *s.StartRate > MaxRate:
		return limited("startRate", *s.StartRate)
	}
	return s.validateStages()
}

// within is the error of a mapping as one about the key that holds it.
func within(field string, err error) error {
	if err == nil {
		return nil
	}
	return wrong(field, "%v", err)
}

func (s *Spec) validateBatch() error {
	if s.Batch != nil && s.Batch.String() == "0" {
		return wrong("batch", "a batch of 0 sends no request (write 1 or more)")
	}
	return nil
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

// Profile is the rate over time; of a closed loop, which has none, a rate of 0; of
// a trace without a rate, the trace's own. The Spec must have passed Validate, and
// its trace must have been opened.
func (s *Spec) Profile() Profile {
	switch {
	case s.Rate != nil:
		return Constant(*s.Rate)
	case s.Linear != nil:
		return s.Linear.Profile()
	case s.Sine != nil:
		return s.Sine.Profile()
	case s.VUs > 0:
		return Constant(0)
	}
	if t := s.trace(); t != nil {
		return Constant(t.Rate())
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

// Fill sets what the Spec says about a flow: all but Name and Weights. The Spec
// must have passed Validate.
func (s *Spec) Fill(f *Flow) {
	f.Profile, f.Arrivals = s.Profile(), Poisson{}
	if s.Arrivals != nil {
		f.Arrivals = s.Arrivals.Arrivals
	}
	f.Batch, f.VUs, f.ThinkTime, f.Population = s.Batch, s.VUs, nil, DefaultPopulation
	if s.Population != nil {
		f.Population = *s.Population
	}
	if s.ThinkTime != nil {
		f.ThinkTime = s.ThinkTime.Dist
	}
}
