// Package step holds what an operation is made of. A step is a tagged struct
// (its YAML form) and a Compile method that appends instructions; the engine
// never sees a step.
//
// To add one: 1. write its file: struct with yaml and doc tags, Validate,
// Compile; 2. add its line to [Table]; 3. if it needs a new instruction, add an
// OpCode to sim/model and its case to sim/engine/exec.go; 4. add examples to the
// conformance test.
package step

import (
	"errors"

	"faultline/sim/unit"
)

// Step is one step of an operation.
type Step interface {
	// Validate reports values that the tags alone cannot refuse.
	Validate() error
	// Compile appends the step's instructions; targets have been checked to exist.
	Compile(*Asm)
}

// Kind is an entry of the table: the YAML key that marks the step.
type Kind struct {
	Name string
	Doc  string
	New  func() Step // nil: known, not supported yet
}

// ListKind is the kind of a nested list: concurrent branches, joined.
const ListKind = "[]"

// Table lists the steps in the order of the documentation.
var Table = []Kind{
	{"cpu", "CPU time on one core of the instance that hosts the component", func() Step { return new(CPU) }},
	{"sleep", "time off the CPU while the worker is held", func() Step { return new(Sleep) }},
	{"call", "synchronous call of component.operation", func() Step { return new(Call) }},
	{"read", "round trip to the database that holds the store", func() Step { return new(Read) }},
	{"write", "round trip to the database that holds the store", func() Step { return new(Write) }},
	{ListKind, "concurrent branches, joined when all are done", func() Step { return new(Parallel) }},
	{"parallel", "concurrent branches, joined after all, any or k of them", func() Step { return new(Fork) }},
	{"choose", "exactly one of several branches, by their probabilities", func() Step { return new(Choose) }},
	{"repeat", "a loop, one turn after the other", func() Step { return new(Repeat) }},
	{"cache", "steps that run on a miss of a cache", func() Step { return new(Cached) }},
	{"publish", "hand over to the broker", nil},
	{"transaction", "all writes or none", nil},
}

// List is a sequence of steps, run one after the other.
type List []Item

// Item is a step of any kind, as it stands in a YAML list.
type Item struct {
	Kind string
	Step Step
}

// Kinds lists the names of all kinds.
func (*Item) Kinds() []string {
	names := make([]string, len(Table))
	for i, k := range Table {
		names[i] = k.Name
	}
	return names
}

// New returns a pointer to an empty step of the kind, nil if it is not supported yet.
func (*Item) New(kind string) any {
	for _, k := range Table {
		if k.Name == kind && k.New != nil {
			return k.New()
		}
	}
	return nil
}

// Set stores a filled step.
func (it *Item) Set(kind string, v any) { it.Kind, it.Step = kind, v.(Step) }

// Operation is what a component does when it is called: a list of steps, or a
// mapping with more about it.
type Operation struct {
	Steps     List       `yaml:"steps" required:"true" doc:"the steps, one after the other"`
	ErrorRate unit.Share `yaml:"errorRate" default:"0%" doc:"share of the calls that are answered with error at once, nothing done"`
	Memory    unit.Bytes `yaml:"memory" default:"0B" doc:"memory held while the call is in service"`
	Size      unit.Bytes `yaml:"size" default:"1KiB" doc:"of a request, and of a reply"`
}

// StoreSize is the size of a read's or write's request and reply.
const StoreSize unit.Bytes = 1 << 10

// ShortKey says that a bare list is the steps.
func (*Operation) ShortKey() string { return "steps" }

// FieldError is an error about one key of a mapping.
type FieldError struct {
	Key string
	Err error
}

// Error is the message alone; the loader knows where the key stands.
func (e *FieldError) Error() string { return e.Err.Error() }

// Field is the key that is wrong.
func (e *FieldError) Field() string { return e.Key }

func fieldError(key, text string) error { return &FieldError{key, errors.New(text)} }
