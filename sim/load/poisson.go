package load

import (
	"faultline/sim/dist"
	"faultline/sim/rng"
)

var poissonKind = Kind{
	Name:    "poisson",
	Syntax:  "poisson",
	Doc:     "Requests arrive independently of each other, as those of many users do.",
	Source:  "time change: Çinlar, Introduction to Stochastic Processes, 1975, section 4.7",
	Example: "poisson",
	parse:   plain(Poisson{}),
}

// Poisson is the Poisson process: on the scale of expected hits the gaps are
// exponential with mean 1, which over any profile gives the Poisson process with
// that rate.
type Poisson struct{}

// Next adds an exponential gap.
func (Poisson) Next(hits float64, _ uint64, s rng.Stream) float64 {
	return hits + dist.Exponential(s)
}

// String is "poisson".
func (Poisson) String() string { return "poisson" }
