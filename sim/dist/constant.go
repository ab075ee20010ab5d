package dist

import (
	"fmt"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

var constantKind = Kind{
	Name:     "constant",
	Syntax:   "a duration",
	Doc:      "Always the same.",
	Source:   "by definition",
	Example:  "3ms",
	Examples: []string{"0", "1ns", "1.5s", "24h"},
	parse: func(a *arguments) Dist {
		a.fail("a constant is written as the duration alone")
		return nil
	},
}

// Constant is always the same duration.
type Constant time.Duration

// parseConstant reads a text that is no call: a duration, or a mistake.
func parseConstant(text string) (Dist, error) {
	d, err := unit.ParseDuration(text)
	if err != nil && (text[0] < '0' || text[0] > '9') && text[0] != '-' && text[0] != '+' && text[0] != '.' {
		return nil, fmt.Errorf("%s is neither a duration nor a distribution (known: %s)", unit.Quote(text), syntaxes())
	}
	if err != nil {
		return nil, err
	}
	return Constant(d), nil
}

// Sample is the constant.
func (c Constant) Sample(rng.Stream) time.Duration { return time.Duration(c) }

// Mean is the constant.
func (c Constant) Mean() time.Duration { return time.Duration(c) }

// Quantile is the constant.
func (c Constant) Quantile(float64) time.Duration { return time.Duration(c) }

// String is the duration.
func (c Constant) String() string { return format(time.Duration(c)) }

func (c Constant) within(d time.Duration) float64 {
	if d >= time.Duration(c) {
		return 1
	}
	return 0
}
