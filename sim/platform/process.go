package platform

import (
	"time"

	"faultline/sim/dist"
	"faultline/sim/unit"
)

// RateLimit lets requests in as tokens of a bucket allow.
type RateLimit struct {
	Rate  unit.Rate `yaml:"rate" required:"true" doc:"requests let in per second, in the long run"`
	Burst int       `yaml:"burst" default:"1" min:"1" doc:"requests let in at once after a quiet time"`
}

// Warmup is how a process that has just started works more slowly: CPU time is
// multiplied by Slowdown at first, falling linearly to 1 over Duration.
type Warmup struct {
	Slowdown float64
	Duration time.Duration
}

// Pauses stop the whole process for Length, Every so often (from the end of one
// to the start of the next).
type Pauses struct {
	Every  dist.Value `yaml:"every" required:"true" doc:"time from one pause to the next"`
	Length dist.Value `yaml:"length" required:"true" doc:"how long the process stands still"`
}
