package dist

import (
	"errors"
	"time"

	"faultline/sim/rng"
)

// Count is a distribution of whole numbers of 0 or more: how often a loop runs,
// how many requests come together. It is written as a plain number (3), or as a
// distribution of plain numbers (uniform(1 5)), whose draws are rounded to the
// nearest.
type Count struct{ d Dist } // in seconds: 3 s is 3

// Sample draws once.
func (c Count) Sample(s rng.Stream) int {
	return int((c.d.Sample(s) + time.Second/2) / time.Second)
}

// Mean is the expected number, before rounding.
func (c Count) Mean() float64 { return c.d.Mean().Seconds() }

// UnmarshalText parses a count.
func (c *Count) UnmarshalText(text []byte) error {
	return errors.New("counts are not supported yet")
}
