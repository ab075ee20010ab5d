package step

import (
	"errors"
	"strconv"

	"faultline/sim/model"
	"faultline/sim/unit"
)

// Parallel is a nested list: its elements run concurrently, sharing the
// request's worker, and join when all are done.
type Parallel []Item

// MaxBranches bounds a fork: an instruction counts its branches, and one token
// more, in 16 bits.
const MaxBranches = 10_000

// Validate refuses a fork of nothing, and one too wide.
func (s *Parallel) Validate() error { return checkWidth("", len(*s), "concurrent branches") }

func checkWidth(key string, n int, what string) error {
	switch {
	case n == 0:
		return fieldError(key, "an empty list of "+what+"; write at least one")
	case n > MaxBranches:
		return fieldError(key, "more than "+strconv.Itoa(MaxBranches)+" "+what+"; write fewer")
	}
	return nil
}

// Compile appends OpFork, its list of branches, then their code.
func (s *Parallel) Compile(a *Asm) { a.fork(*s, 0, func(it Item) { it.Step.Compile(a) }) }

// Fork is the mapping form of concurrent branches, which may go on before all
// are done.
type Fork struct {
	Fork ForkBody `yaml:"parallel" required:"true" doc:"concurrent branches, joined after all, any or k of them"`
}

// ForkBody is what stands under parallel.
type ForkBody struct {
	Wait     Wait     `yaml:"wait" default:"all" doc:"all, any, or how many branches must have succeeded; the rest run on, holding the worker"`
	Branches Parallel `yaml:"branches" required:"true" doc:"the branches: a step each, or a list of steps that run one after the other"`
}

// Validate refuses to wait for more branches than there are.
func (s *ForkBody) Validate() error {
	if n := len(s.Branches); int(s.Wait) > n {
		return fieldError("wait", "it waits for "+s.Wait.String()+" of "+strconv.Itoa(n)+" branches; write all, any, or a number up to "+strconv.Itoa(n))
	}
	return nil
}

// Validate leaves the body to its own.
func (*Fork) Validate() error { return nil }

// Compile appends OpFork with the number to wait for. Under branches a list is one
// branch, whose steps follow each other: concurrent branches directly within
// concurrent branches would only be more of them.
func (s *Fork) Compile(a *Asm) {
	a.fork(s.Fork.Branches, s.Fork.Wait, func(it Item) {
		if sequence, ok := it.Step.(*Parallel); ok {
			a.list(List(*sequence))
			return
		}
		it.Step.Compile(a)
	})
}

// Wait is how many branches must have succeeded before their caller goes on; 0
// is all of them.
type Wait int

// UnmarshalText parses all, any, or a number of 1 or more.
func (w *Wait) UnmarshalText(text []byte) error {
	switch s := string(text); s {
	case "all":
		*w = 0
	case "any":
		*w = 1
	default:
		n, err := unit.ParseLimit(s)
		if err != nil || n == unit.Unlimited {
			return errors.New(unit.Quote(s) + " is not a number of branches (write all, any, or a whole number of 1 or more)")
		}
		*w = Wait(n)
	}
	return nil
}

// String is all, or the number.
func (w Wait) String() string {
	if w == 0 {
		return "all"
	}
	return strconv.Itoa(int(w))
}

// fork appends OpFork, its list of branches, then their code.
func (a *Asm) fork(branches []Item, wait Wait, compile func(Item)) {
	fork := a.Emit(model.Instr{Op: model.OpFork, N: uint16(len(branches)), A: int32(wait), P: a.Place("fork")})
	for range branches {
		a.Emit(model.Instr{Op: model.OpBranch})
	}
	for i, it := range branches {
		a.push("branch", strconv.Itoa(i))
		start := a.Here()
		compile(it)
		list := &a.sys.Code[fork+1+int32(i)]
		if a.Here() == start+1 && a.sys.Code[start].Op == model.OpCall {
			// One bare call needs no frame of its own: the call's frame is the branch.
			*list = model.Instr{Op: model.OpBranch, Flags: model.FlagDirect, A: a.sys.Code[start].A}
			a.sys.Code = a.sys.Code[:start]
		} else {
			list.A = start
			a.Emit(model.Instr{Op: model.OpEnd})
		}
		a.pop(2)
	}
	a.sys.Code[fork].B = a.Here()
}
