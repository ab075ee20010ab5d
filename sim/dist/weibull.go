package dist

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

var weibullKind = Kind{
	Name:     "weibull",
	Syntax:   "weibull(MEAN shape=NUMBER)",
	Doc:      "Weibull: times to failure; shape below 1 fails early (a long tail), 1 is the exponential, above 1 wears out.",
	Source:   "quantile scale·(-ln(1-q))^(1/shape), scale = mean/Γ(1+1/shape)",
	Example:  "weibull(3ms shape=0.7)",
	Examples: []string{"weibull(1s shape=1)", "weibull(40h shape=3.5)", "weibull(3ms shape=0.4)"},
	parse: func(a *arguments) Dist {
		mean, shape := a.duration("", "mean"), a.within("shape", 0.15, 1000, "write a shape from 0.15 (a cv of 70) to 1000 (all but constant)")
		if a.err != nil {
			return nil
		}
		return &Weibull{float64(mean) / detmath.Gamma(1+1/shape), shape, mean}
	},
}

// Weibull is the Weibull distribution, scale in nanoseconds.
type Weibull struct {
	scale, shape float64
	mean         time.Duration
}

// Sample is scale·E^(1/shape), E exponential.
func (w *Weibull) Sample(s rng.Stream) time.Duration { return w.at(Exponential(s)) }

func (w *Weibull) at(e float64) time.Duration {
	return nanoseconds(float64(w.scale * detmath.Pow(e, 1/w.shape)))
}

// Mean is the parameter.
func (w *Weibull) Mean() time.Duration { return w.mean }

// Quantile is scale·(-ln(1-q))^(1/shape).
func (w *Weibull) Quantile(q float64) time.Duration {
	switch {
	case !(q > 0):
		return 0
	case q >= 1:
		return math.MaxInt64
	}
	return w.at(-detmath.Log1p(-q))
}

// String is the spelling.
func (w *Weibull) String() string {
	return fmt.Sprintf("weibull(%s shape=%s)", format(w.mean), decimal(w.shape))
}

func (w *Weibull) within(d time.Duration) float64 {
	return -detmath.Expm1(-detmath.Pow(upper(d)/w.scale, w.shape))
}
