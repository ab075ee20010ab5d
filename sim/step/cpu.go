package step

import (
	"faultline/sim/dist"
	"faultline/sim/model"
)

// CPU takes CPU time on one core of the instance that hosts the component.
type CPU struct {
	Time dist.Value `yaml:"cpu" required:"true" doc:"CPU time on one core of the instance that hosts the component"`
}

// Validate accepts every distribution.
func (*CPU) Validate() error { return nil }

// Compile appends one OpCPU.
func (s *CPU) Compile(a *Asm) {
	a.Emit(model.Instr{Op: model.OpCPU, A: a.Dist(s.Time.Dist), P: a.Place("cpu")})
}
