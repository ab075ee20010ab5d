package step

import (
	"math"
	"strconv"

	"faultline/sim/model"
	"faultline/sim/unit"
)

// Choose runs exactly one of several branches.
type Choose struct {
	Branches []Alternative `yaml:"choose" required:"true" doc:"the branches; their probabilities sum to 100%"`
}

// Alternative is one branch of a Choose.
type Alternative struct {
	Probability unit.Share `yaml:"probability" required:"true" doc:"share of the requests that take this branch"`
	Steps       List       `yaml:"steps" required:"true" doc:"the steps of this branch; [] does nothing"`
}

// chooseTolerance is how far the probabilities may miss 100% together: thirds
// written with two decimals are meant to be all.
const chooseTolerance = 1e-4

// Validate refuses probabilities that do not sum to 100%.
func (s *Choose) Validate() error {
	if err := checkWidth("choose", len(s.Branches), "branches"); err != nil {
		return err
	}
	sum := 0.0
	for _, b := range s.Branches {
		sum += float64(b.Probability)
	}
	if math.Abs(sum-1) > chooseTolerance {
		return fieldError("choose", "the probabilities sum to "+strconv.FormatFloat(math.Round(sum*1e6)/1e4, 'f', -1, 64)+
			"%; write shares that sum to 100%, the last for what is left (steps: [] does nothing)")
	}
	return nil
}

// Compile appends OpChoose, its list of branches with cumulated shares, then
// their code; each ends with a jump to what follows.
func (s *Choose) Compile(a *Asm) {
	n := len(s.Branches)
	choose := a.Emit(model.Instr{Op: model.OpChoose, N: uint16(n), P: a.Place("choose")})
	sum := 0.0
	for i, b := range s.Branches {
		if sum += float64(b.Probability); sum > 1 || i == n-1 {
			sum = 1 // whatever the rounding: one branch runs
		}
		a.Emit(model.Instr{Op: model.OpBranch, B: a.Share(sum)})
	}
	jumps := make([]int32, n)
	for i, b := range s.Branches {
		a.sys.Code[choose+1+int32(i)].A = a.Here()
		a.push("choice", strconv.Itoa(i))
		a.list(b.Steps)
		a.pop(2)
		jumps[i] = a.Emit(model.Instr{Op: model.OpJump})
	}
	for _, j := range jumps {
		a.sys.Code[j].B = a.Here()
	}
	a.sys.Code[choose].B = a.Here()
}
