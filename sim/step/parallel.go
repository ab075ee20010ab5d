package step

import (
	"strconv"

	"faultline/sim/model"
)

// Parallel is a nested list: its elements run concurrently, sharing the
// request's worker, and join when all are done.
type Parallel []Item

// MaxBranches bounds a fork: an instruction counts its branches, and one token
// more, in 16 bits.
const MaxBranches = 10_000

// Validate refuses a fork of nothing, and one too wide.
func (s *Parallel) Validate() error {
	switch n := len(*s); {
	case n == 0:
		return fieldError("", "an empty list of concurrent branches; write at least one step")
	case n > MaxBranches:
		return fieldError("", "more than "+strconv.Itoa(MaxBranches)+" concurrent branches; write fewer")
	}
	return nil
}

// Compile appends OpFork, its list of branches, then their code.
func (s *Parallel) Compile(a *Asm) {
	n := len(*s)
	fork := a.Emit(model.Instr{Op: model.OpFork, N: uint16(n), P: a.Place("fork")})
	for range *s {
		a.Emit(model.Instr{Op: model.OpBranch})
	}
	for i, it := range *s {
		a.push("branch", strconv.Itoa(i))
		start := a.Here()
		it.Step.Compile(a)
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
