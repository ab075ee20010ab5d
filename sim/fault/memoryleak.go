package fault

import (
	"errors"

	"faultline/sim/unit"
)

// MemoryLeak lets the memory of each process grow: beyond its bound it is killed,
// and a new one begins from nothing.
type MemoryLeak struct {
	Target `yaml:",inline"`
	Rate   unit.ByteRate `yaml:"rate" required:"true" doc:"growth of each process"`
}

// Validate checks target and rate.
func (f *MemoryLeak) Validate() error {
	if f.Rate == 0 {
		return errors.New("a rate of 0 changes nothing; write a rate such as 5MiB/s")
	}
	return f.check("memoryLeak")
}

// Apply turns Leak.
func (f *MemoryLeak) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p.host(), Leak, float64(f.Rate))
	}
}
