package load

import "faultline/sim/rng"

var uniformKind = Kind{
	Name:    "uniform",
	Syntax:  "uniform",
	Doc:     "Requests arrive at even intervals, as a load generator sends them.",
	Source:  "by definition",
	Example: "uniform",
	parse:   plain(Uniform{}),
}

// Uniform spaces requests evenly, each in the middle of its interval: request n
// arrives when n + 1/2 hits are expected. Then the count until any time is within
// 1/2 of the expected one, a stretch that expects 100 requests gets 100, and none
// falls on the edge of a stretch without traffic.
type Uniform struct{}

// Next is n + 1/2.
func (Uniform) Next(_ float64, n uint64, _ rng.Stream) float64 { return float64(n) + 0.5 }

// String is "uniform".
func (Uniform) String() string { return "uniform" }
