package topologies

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"faultline/sim/dist"
	"faultline/sim/metric"
	"faultline/sim/step"
	"faultline/topologies/strict"
)

// Application is what the software does, however it is cut and run.
type Application struct {
	Name       string                `yaml:"application" required:"true" doc:"the application's name"`
	Components strict.Map[Component] `yaml:"components" required:"true" doc:"units of code, by name"`
	Stores     strict.Map[Store]     `yaml:"stores" doc:"what is read and written, by name"`
	Journeys   strict.Map[Journey]   `yaml:"journeys" required:"true" doc:"what users want, by name"`
	_          struct{}              `yaml:"topics" notyet:"true"`
}

// Component is a unit of code that a service hosts.
type Component struct {
	Team       string                     `yaml:"team" doc:"who owns it"`
	External   bool                       `yaml:"external" doc:"somebody else's: no topology entry, unlimited capacity"`
	Operations strict.Map[step.Operation] `yaml:"operations" required:"true" doc:"what it does when called, by name"`
	_          struct{}                   `yaml:"consumes" notyet:"true"`
}

// Validate refuses a component that does nothing.
func (c *Component) Validate() error {
	if len(c.Operations) == 0 {
		return fieldError("operations", "the component has no operation (write operations: { name: [steps] })")
	}
	return nil
}

// Store is a set of data with the time that one access takes on its database's cores.
type Store struct {
	Read  *dist.Value `yaml:"read" doc:"time of one read on a core of the database"`
	Write *dist.Value `yaml:"write" doc:"time of one write on a core of the database"`
}

// Validate refuses a store that can be neither read nor written.
func (s *Store) Validate() error {
	if s.Read == nil && s.Write == nil {
		return errors.New("the store has neither a read nor a write time (write { read: exp(1ms), write: exp(3ms) })")
	}
	return nil
}

// Journey is what a user wants: a call from outside, or a session of several.
type Journey struct {
	Call        string     `yaml:"call" doc:"component.operation that serves it"`
	Steps       step.List  `yaml:"steps" doc:"in place of call: a session of calls and sleeps, in order; its latency leaves the sleeps out"`
	Weight      Weight     `yaml:"weight" default:"1" doc:"how often it is chosen, relative to the others; a flow's mix overrides it"`
	Objectives  Objectives `yaml:"objectives" doc:"what its users expect"`
	Criticality string     `yaml:"criticality" default:"normal" oneof:"critical normal sheddable" doc:"who matters most"`
}

// ShortKey says that a bare list is the steps.
func (*Journey) ShortKey() string { return "steps" }

// Validate refuses a journey without a call or steps, with both, and a call that
// is not component.operation.
func (j *Journey) Validate() error {
	switch c, op, ok := strings.Cut(j.Call, "."); {
	case j.Steps != nil && j.Call != "":
		return fieldError("steps", "call and steps exclude each other; write the call as the first step")
	case j.Steps != nil && len(j.Steps) == 0:
		return fieldError("steps", "a session of no steps (write steps: [ { call: component.operation } ])")
	case j.Steps == nil && j.Call == "":
		return errors.New("the journey calls nothing (write call: component.operation, or steps)")
	case j.Steps == nil && (!ok || c == "" || op == ""):
		return fieldError("call", "a journey calls component.operation, such as checkout.place")
	}
	return nil
}

// Objectives are what the users of a journey expect; a nil pointer is no objective.
type Objectives struct {
	Latency      *LatencyObjective      `yaml:"latency" doc:"bound of a good answer, as p(99)<300ms; several, separated by commas, in quotes"`
	Availability *AvailabilityObjective `yaml:"availability" doc:"share that must succeed, as 99.9%"`
	_            struct{}               `yaml:"completion" notyet:"true"`
}

// LatencyObjective is one or more bounds on latency.
type LatencyObjective struct {
	Text  string        // as written
	Bound time.Duration // the loosest: an answer later than this is not good
}

// UnmarshalText parses "p(99)<300ms", or several separated by commas.
func (o *LatencyObjective) UnmarshalText(text []byte) error {
	read := LatencyObjective{Text: string(text)}
	for _, part := range strings.Split(read.Text, ",") {
		e, err := metric.ParseObjective("latency", strings.TrimSpace(part))
		if err != nil {
			return err
		}
		read.Bound = max(read.Bound, e.Duration())
	}
	*o = read
	return nil
}

// String is the objective as written.
func (o LatencyObjective) String() string { return o.Text }

// AvailabilityObjective is the share of requests that must succeed, 0 to 1.
type AvailabilityObjective struct {
	Text  string // as written
	Share float64
}

// UnmarshalText parses "99.9%".
func (o *AvailabilityObjective) UnmarshalText(text []byte) error {
	e, err := metric.ParseObjective("availability", string(text))
	if err != nil {
		return err
	}
	*o = AvailabilityObjective{string(text), e.Bound}
	return nil
}

// String is the objective as written.
func (o AvailabilityObjective) String() string { return o.Text }

// Weight is a relative frequency of 0 or more.
type Weight float64

// UnmarshalText parses a plain number.
func (w *Weight) UnmarshalText(text []byte) error {
	s := string(text)
	v, plain := plainNumber(s)
	switch {
	case strings.HasSuffix(s, "%"):
		return fmt.Errorf("%s is a percentage; weights are relative (write %s, the sum does not matter)",
			strict.Quote(s), strings.TrimSuffix(s, "%"))
	case !plain:
		return fmt.Errorf("%s is not a weight (write a plain number of 0 or more, as in 80)", strict.Quote(s))
	case v > maxWeight:
		return fmt.Errorf("%s is too large for a weight (at most %d)", strict.Quote(s), maxWeight)
	}
	*w = Weight(v)
	return nil
}

const maxWeight = 1_000_000_000

// String is the number.
func (w Weight) String() string { return strconv.FormatFloat(float64(w), 'f', -1, 64) }

// keyedError is an error about one key of a mapping.
type keyedError struct{ key, text string }

func (e *keyedError) Error() string { return e.text }

// Field is the key that is wrong.
func (e *keyedError) Field() string { return e.key }

func fieldError(key, text string) error { return &keyedError{key, text} }
