package load

import (
	"errors"
	"fmt"
	"strconv"

	"faultline/sim/dist"
	"faultline/sim/rng"
	"faultline/sim/unit"
)

var gammaKind = Kind{
	Name:     "gamma",
	Syntax:   "gamma(cv=RATIO)",
	Doc:      "Gaps between requests are gamma: cv below 1 is more even than poisson, above 1 comes in bursts.",
	Source:   "stationary renewal process, gaps of shape 1/cv²; the first one is U·G, G of shape 1/cv²+1: Cox, Renewal Theory, 1962, section 2.3",
	Example:  "gamma(cv=2)",
	Examples: []string{"gamma(cv=0.5)", "gamma(cv=1)"},
	parse:    parseGamma,
}

// The limits of cv: below, the process is as good as uniform; above, most requests
// of a run come in one burst.
const (
	leastCV = 0.001
	mostCV  = 100
)

// Gamma is the renewal process with gamma gaps, seen from a moment that has
// nothing to do with it: the expected count is the profile's from the start.
type Gamma struct {
	cv, scale float64
	gap       dist.GammaSampler
	first     dist.GammaSampler
}

func parseGamma(args []unit.Arg) (Arrivals, error) {
	if len(args) != 1 || args[0].Key != "cv" {
		return nil, errors.New("gamma takes one argument, cv")
	}
	cv, err := unit.ParseFactor(args[0].Value)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cv: %w", err)
	case cv < leastCV || cv > mostCV:
		return nil, fmt.Errorf("cv is outside %v to %v", leastCV, mostCV)
	}
	return NewGamma(float64(cv)), nil
}

// NewGamma makes the process with gaps of a coefficient of variation in
// [0.001, 100].
func NewGamma(cv float64) *Gamma {
	square := float64(cv * cv)
	return &Gamma{cv, square, dist.NewGammaSampler(1 / square), dist.NewGammaSampler(1/square + 1)}
}

// Next adds a gap. The first is what is left of a gap that a moment chosen at
// random falls into: long gaps are met more often, in proportion to their length.
func (g *Gamma) Next(hits float64, n uint64, s rng.Stream) float64 {
	if n > 0 {
		return hits + float64(g.scale*g.gap.Draw(s))
	}
	u := s.Float64()
	return hits + float64(u*g.scale*g.first.Draw(s))
}

// String is "gamma(cv=2)".
func (g *Gamma) String() string { return "gamma(cv=" + strconv.FormatFloat(g.cv, 'f', -1, 64) + ")" }
