package step

import (
	"faultline/sim/dist"
	"faultline/sim/model"
)

// Sleep is time off the CPU while the worker is held: a third party, a disk.
type Sleep struct {
	Time dist.Value `yaml:"sleep" required:"true" doc:"time off the CPU while the worker is held"`
}

// Validate accepts every distribution.
func (*Sleep) Validate() error { return nil }

// Compile appends one OpSleep.
func (s *Sleep) Compile(a *Asm) {
	a.Emit(model.Instr{Op: model.OpSleep, A: a.Dist(s.Time.Dist), P: a.Place("sleep")})
}
