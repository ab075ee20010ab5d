package step

import (
	"strings"

	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/unit"
)

// Modifiers are what call, read and write have in common.
type Modifiers struct {
	Probability unit.Share  `yaml:"probability" default:"100%" doc:"share of the requests that take this step"`
	Times       *dist.Count `yaml:"times" doc:"how often, one after the other, each with draws of its own; default: once"`
	Optional    bool        `yaml:"optional" doc:"a failure degrades the response, it does not fail it"`
	Fallback    List        `yaml:"fallback" doc:"steps that take the place of a call that has failed; the response is degraded"`
	_           struct{}    `yaml:"compensate" notyet:"true"`
}

// Validate refuses a loop that never turns. A probability of 0 is one: the first
// point of a sweep.
func (m *Modifiers) Validate() error {
	if m.Times != nil && m.Times.Mean() <= 0 {
		return fieldError("times", "the step is never taken; remove it or write a number above 0")
	}
	return nil
}

// Call is a synchronous call of another operation.
type Call struct {
	Target    string `yaml:"call" required:"true" doc:"component.operation to call"`
	Modifiers `yaml:",inline"`
}

// Validate refuses a target that is not component.operation.
func (s *Call) Validate() error {
	if c, op, ok := strings.Cut(s.Target, "."); !ok || c == "" || op == "" {
		return fieldError("call", "a call names component.operation, such as payments.charge")
	}
	return s.Modifiers.Validate()
}

// Compile appends the call, behind its probability.
func (s *Call) Compile(a *Asm) {
	op, edge := a.resolver.Call(s.Target)
	a.site(op, edge, &s.Modifiers, "call")
}

// Read is a round trip to the database that holds the store.
type Read struct {
	Store       string `yaml:"read" required:"true" doc:"store to read"`
	StoreAccess `yaml:",inline"`
	Modifiers   `yaml:",inline"`
}

// StoreAccess is what read and write have in common.
type StoreAccess struct {
	Time *dist.Value `yaml:"time" doc:"time on the database's cores, in place of the store's"`
	_    struct{}    `yaml:"key" notyet:"true"`
	_    struct{}    `yaml:"lock" notyet:"true"`
}

func (s *StoreAccess) dist() dist.Dist {
	if s.Time == nil {
		return nil
	}
	return s.Time.Dist
}

// Validate checks the modifiers.
func (s *Read) Validate() error { return s.Modifiers.Validate() }

// Compile appends the call of the store's read operation.
func (s *Read) Compile(a *Asm) {
	op, edge := a.resolver.Store(s.Store, false, s.dist())
	a.site(op, edge, &s.Modifiers, "read")
}

// Write is a round trip to the database that holds the store.
type Write struct {
	Store       string `yaml:"write" required:"true" doc:"store to write"`
	StoreAccess `yaml:",inline"`
	Modifiers   `yaml:",inline"`
}

// Validate checks the modifiers.
func (s *Write) Validate() error { return s.Modifiers.Validate() }

// Compile appends the call of the store's write operation.
func (s *Write) Compile(a *Asm) {
	op, edge := a.resolver.Store(s.Store, true, s.dist())
	a.site(op, edge, &s.Modifiers, "write")
}

// site appends a call in its modifiers: probability outside, then times, then
// the fallback of each single call.
func (a *Asm) site(op model.OpID, edge model.EdgeID, m *Modifiers, what string) {
	a.maybe(m.Probability, func() {
		a.loop(m.Times, "times", func() {
			a.call(op, edge, m, what)
		})
	})
}

// call appends one call, and what takes its place if it fails.
func (a *Asm) call(op model.OpID, edge model.EdgeID, m *Modifiers, what string) {
	id := a.Site(model.Site{Op: op, Edge: edge, Place: a.Place(what),
		Optional: m.Optional || a.forgiving > 0, Fallback: m.Fallback != nil})
	a.Emit(model.Instr{Op: model.OpCall, A: int32(id), P: a.Place(what)})
	if m.Fallback == nil {
		return
	}
	// A fallback of an optional call fails no more than the call itself would.
	if m.Optional {
		a.forgiving++
		defer func() { a.forgiving-- }()
	}
	fallback := a.Emit(model.Instr{Op: model.OpFallback, P: a.Place("fallback")})
	a.steps("fallback", m.Fallback)
	a.sys.Code[fallback].B = a.Here()
}

// maybe appends code behind a jump over it with the complement of a probability.
func (a *Asm) maybe(p unit.Share, code func()) {
	if p >= 1 {
		code()
		return
	}
	at := a.Emit(model.Instr{Op: model.OpMaybe, A: a.Share(float64(p)), P: a.Place("probability")})
	code()
	a.sys.Code[at].B = a.Here()
}
