package fault

import (
	"errors"

	"faultline/sim/unit"
)

// SlowQueries stretches the reads and writes of a database by a factor, those in
// progress too.
type SlowQueries struct {
	Target `yaml:",inline"`
	Factor unit.Factor `yaml:"factor" required:"true" doc:"times of reads and writes are multiplied by it"`
}

// Validate checks target and factor.
func (f *SlowQueries) Validate() error {
	if err := checkFactor(f.Factor); err != nil {
		return err
	}
	return f.check("slowQueries")
}

// Idle reports a factor of 1.
func (f *SlowQueries) Idle() bool { return f.Factor == 1 }

// Apply turns Slowness.
func (f *SlowQueries) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, Slowness, float64(f.Factor))
	}
}

// ConnectionLimit bounds the connections that a database serves at once. Those in
// use beyond it are not cut off: they are not given out again.
type ConnectionLimit struct {
	Target      `yaml:",inline"`
	Connections int `yaml:"connections" required:"true" min:"1" doc:"requests in service at once"`
}

// Validate checks target and connections.
func (f *ConnectionLimit) Validate() error {
	if f.Connections < 1 {
		return errors.New("connections of less than 1 serve nothing; write 1 or more, or kill the database")
	}
	return f.check("connectionLimit")
}

// Apply turns WorkerLimit.
func (f *ConnectionLimit) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, WorkerLimit, float64(f.Connections))
	}
}

// CacheFlush empties the caches of the processes that it hits, once, at its
// start; they fill again as after a restart.
type CacheFlush struct {
	Target `yaml:",inline"`
}

// Validate checks the target.
func (f *CacheFlush) Validate() error { return f.check("cacheFlush") }

// Momentary reports that a flush takes no time.
func (f *CacheFlush) Momentary() bool { return true }

// Apply flushes.
func (f *CacheFlush) Apply(w World) {
	for _, p := range w.Targets() {
		w.Flush(p.host())
	}
}
