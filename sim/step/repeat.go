package step

import (
	"faultline/sim/dist"
	"faultline/sim/model"
)

// Repeat is a loop.
type Repeat struct {
	Repeat RepeatBody `yaml:"repeat" required:"true" doc:"a loop, one turn after the other"`
}

// RepeatBody is what stands under repeat.
type RepeatBody struct {
	Times *dist.Count `yaml:"times" required:"true" doc:"how many turns, a whole number or a distribution of numbers"`
	Steps List        `yaml:"steps" required:"true" doc:"the steps of a turn; each turn has draws of its own"`
}

// Validate refuses a loop that does nothing.
func (s *RepeatBody) Validate() error {
	switch {
	case s.Times != nil && s.Times.Mean() <= 0:
		return fieldError("times", "the loop never turns; remove it or write a number above 0")
	case len(s.Steps) == 0:
		return fieldError("steps", "a loop of no steps; write at least one")
	}
	return nil
}

// Validate leaves the body to its own.
func (*Repeat) Validate() error { return nil }

// Compile appends OpLoop, the code of one turn, and its OpEnd.
func (s *Repeat) Compile(a *Asm) {
	a.loop(s.Repeat.Times, "repeat", func() { a.steps("repeat", s.Repeat.Steps) })
}

// loop appends OpLoop around the code of one turn; nil times is no loop at all.
func (a *Asm) loop(times *dist.Count, purpose string, turn func()) {
	if times == nil {
		turn()
		return
	}
	loop := a.Emit(model.Instr{Op: model.OpLoop, A: a.Count(*times), P: a.Place(purpose)})
	turn()
	a.Emit(model.Instr{Op: model.OpEnd})
	a.sys.Code[loop].B = a.Here()
}
