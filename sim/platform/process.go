package platform

import (
	"errors"
	"time"

	"faultline/sim/dist"
)

// Warmup is how a process that has just started works more slowly: CPU time is
// multiplied by Slowdown at first, falling linearly to 1 over Duration.
type Warmup struct {
	Slowdown float64
	Duration time.Duration
}

// Factor is what CPU time is multiplied by at an age of the process, from 0 when
// it begins to serve.
func (w Warmup) Factor(age time.Duration) float64 {
	if age >= w.Duration || w.Slowdown <= 1 {
		return 1
	}
	left := float64(w.Duration-age) / float64(w.Duration)
	return 1 + float64((w.Slowdown-1)*left)
}

// Pauses stop the whole process for Length, Every so often (from the end of one
// to the start of the next).
type Pauses struct {
	Every  dist.Value `yaml:"every" required:"true" doc:"time from the end of a pause to the next"`
	Length dist.Value `yaml:"length" required:"true" doc:"how long the process stands still"`
}

// Validate refuses pauses that never end or never come.
func (p *Pauses) Validate() error {
	switch {
	case p.Every.Dist != nil && p.Every.Mean() <= 0:
		return &fieldError{"every", errors.New("pauses without time between them; write a duration above 0")}
	case p.Length.Dist != nil && p.Length.Mean() <= 0:
		return &fieldError{"length", errors.New("a pause of no length; write a duration above 0, or leave the pauses out")}
	}
	return nil
}

// fieldError is an error about one key of a mapping.
type fieldError struct {
	key string
	err error
}

func (e *fieldError) Error() string { return e.err.Error() }

// Field is the key that is wrong.
func (e *fieldError) Field() string { return e.key }
