package platform

import (
	"errors"
	"time"

	"faultline/sim/unit"
)

// RateLimit lets requests in as tokens of a bucket allow: Rate tokens a second
// flow into it, it holds Burst, and each request takes one.
type RateLimit struct {
	Rate  unit.Rate `yaml:"rate" required:"true" doc:"requests let in per second, in the long run"`
	Burst int       `yaml:"burst" default:"1" min:"1" doc:"requests let in at once after a quiet time"`
}

// Validate refuses a limit that lets nothing in.
func (r *RateLimit) Validate() error {
	if r.Rate <= 0 {
		return &fieldError{"rate", errors.New("a rate of 0 lets no request in; write a rate such as 100/s")}
	}
	return nil
}

// Bucket is the tokens of one RateLimit. It counts from the last moment at which
// it was full, so that no rounding adds up.
type Bucket struct {
	rate, burst float64
	full        time.Duration // when it was full for the last time
	taken       float64       // since
}

// Start is a full bucket at time zero.
func (r *RateLimit) Start() Bucket {
	return Bucket{rate: float64(r.Rate), burst: float64(r.Burst)}
}

// Take takes a token, if there is one. Time must not go back.
func (b *Bucket) Take(now time.Duration) bool {
	flowed := float64(float64(now-b.full)*b.rate) / float64(time.Second)
	if flowed >= b.taken {
		b.full, b.taken, flowed = now, 0, 0
	}
	if b.burst+flowed-b.taken < 1 {
		return false
	}
	b.taken++
	return true
}
