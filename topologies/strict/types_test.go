package strict

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The types below stand for those of other rooms: each feature once.

type span time.Duration

func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%s has no unit (write 5ms, 5s, …)", Quote(string(text)))
	}
	*s = span(d)
	return nil
}

func (s span) String() string { return time.Duration(s).String() }

// drawn is a struct without tagged fields that is spelt as a text.
type drawn struct{ law string }

func (d *drawn) UnmarshalText(text []byte) error {
	if !strings.HasPrefix(string(text), "exp(") && !strings.HasPrefix(string(text), "lognormal(") {
		return wordError{string(text), []string{"exp(…)", "lognormal(…)"}}
	}
	d.law = string(text)
	return nil
}

func (d drawn) MarshalText() ([]byte, error) { return []byte(d.law), nil }

// wordError lists what would be valid.
type wordError struct {
	got   string
	valid []string
}

func (e wordError) Error() string   { return Quote(e.got) + " is not a distribution" }
func (e wordError) Valid() []string { return e.valid }

// runtime is a mapping with a short form.
type runtime struct {
	Base    string `yaml:"base" required:"true" oneof:"go jvm node"`
	Startup span   `yaml:"startup" default:"5s"`
}

func (*runtime) ShortKey() string { return "base" }

// retries is a mapping, or the word none.
type retries struct {
	Attempts int      `yaml:"attempts" required:"true" min:"1" max:"100"`
	On       []string `yaml:"retryOn" default:"[timeout, rejected]"`
	Backoff  backoff  `yaml:"backoff"`
	off      bool
}

func (r *retries) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return errors.New("retries is a mapping such as { attempts: 2 }, or none")
	}
	r.off = true
	return nil
}

type backoff struct {
	Base span `yaml:"base" default:"25ms"`
	Max  span `yaml:"max" default:"250ms"`
}

func (b *backoff) Validate() error {
	if b.Max < b.Base {
		return keyError{"max", "max is below base"}
	}
	return nil
}

type keyError struct{ key, text string }

func (e keyError) Error() string { return e.text }
func (e keyError) Field() string { return e.key }

type Modifiers struct {
	Probability float64  `yaml:"probability" default:"1" min:"0" max:"1"`
	Optional    bool     `yaml:"optional"`
	_           struct{} `yaml:"fallback" notyet:"true"`
}

func (m *Modifiers) Validate() error {
	if m.Probability == 0 {
		return keyError{"probability", "a step that nobody takes"}
	}
	return nil
}

type call struct {
	Target    string `yaml:"call" required:"true"`
	Modifiers `yaml:",inline"`
}

func (c *call) Validate() error {
	var both []error
	if !strings.Contains(c.Target, ".") {
		both = append(both, keyError{"call", "a call names component.operation"})
	}
	if c.Target == "x" {
		both = append(both, errors.New("x is a bad name"))
	}
	return errors.Join(both...)
}

type cpu struct {
	Time drawn `yaml:"cpu" required:"true"`
}

type parallel []step

func (p *parallel) Validate() error {
	if len(*p) == 0 {
		return errors.New("an empty list of branches")
	}
	return nil
}

// step is a union in a list.
type step struct {
	kind string
	body any
}

func (*step) Kinds() []string { return []string{"cpu", "call", "[]", "publish"} }
func (*step) New(kind string) any {
	switch kind {
	case "cpu":
		return new(cpu)
	case "call":
		return new(call)
	case "[]":
		return new(parallel)
	}
	return nil
}
func (s *step) Set(kind string, v any) { s.kind, s.body = kind, v }

type operation struct {
	Steps []step   `yaml:"steps" required:"true"`
	Size  int64    `yaml:"size" default:"1024"`
	_     struct{} `yaml:"memory" notyet:"true"`
}

func (*operation) ShortKey() string { return "steps" }

// Damage is a union that is a field of its mapping.
type Damage struct {
	kind string
	body any
}

type crash struct {
	Component string `yaml:"component" required:"true"`
}
type slow struct {
	Component string  `yaml:"component" required:"true"`
	Factor    float64 `yaml:"factor" required:"true" min:"1"`
}

func (*Damage) Kinds() []string { return []string{"crash", "slow", "zoneOutage"} }
func (*Damage) New(kind string) any {
	switch kind {
	case "crash":
		return new(crash)
	case "slow":
		return new(slow)
	}
	return nil
}
func (s *Damage) Set(kind string, v any) { s.kind, s.body = kind, v }

type fault struct {
	At       span  `yaml:"at" required:"true"`
	Duration *span `yaml:"duration"`
	Damage   `yaml:",kind"`
}

type service struct {
	Replicas   int             `yaml:"replicas" default:"1" min:"1" max:"1000"`
	Weight     uint8           `yaml:"weight"`
	Price      float64         `yaml:"price" default:"0.5"`
	Ready      bool            `yaml:"ready" default:"true"`
	Scheduling string          `yaml:"scheduling" default:"ps" oneof:"ps fifo"`
	Zones      []string        `yaml:"zones"`
	Timeout    *span           `yaml:"timeout"`
	Runtime    *runtime        `yaml:"runtime"`
	Retries    *retries        `yaml:"retries"`
	Backoff    *backoff        `yaml:"backoff"`
	Operations Map[*operation] `yaml:"operations"`
	_          struct{}        `yaml:"autoscaling" notyet:"true"`
	Derived    int             // not a key
}

type shop struct {
	Name        string       `yaml:"name" required:"true"`
	Description string       `yaml:"description" text:"true"`
	Services    Map[service] `yaml:"services"`
	Faults      Map[fault]   `yaml:"faults"`
	Platform    backoff      `yaml:"platform"`
	Raw         *Node        `yaml:"raw"`
}

// read decodes a text and returns all its errors as one text.
func read(text string, dst any) (*File, string) {
	errs := new(Errors)
	f := Parse("shop.yaml", []byte(text), errs)
	Decode(f.Root, dst, errs)
	if err := errs.Err(); err != nil {
		return f, err.Error()
	}
	return f, ""
}

// mustRead decodes a text that has no error.
func mustRead(t *testing.T, text string) (*File, *shop) {
	t.Helper()
	s := new(shop)
	f, problems := read(text, s)
	if problems != "" {
		t.Fatal(problems)
	}
	return f, s
}
