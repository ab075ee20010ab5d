package dist

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

var hyperexpKind = Kind{
	Name:   "hyperexp",
	Syntax: "hyperexp(MEAN cv=RATIO)",
	Doc:    "Hyperexponential: one of two exponentials, a short and a long, each making up half of the mean; cv, 1 or more, is deviation over mean.",
	Source: "H2 with balanced means: p = (1+√((cv²-1)/(cv²+1)))/2, means mean/2p and mean/2(1-p); " +
		"Allen, Probability, Statistics, and Queueing Theory, 2nd edition, 1990. For others write mix(95% exp(1ms) 5% exp(40ms))",
	Example:  "hyperexp(3ms cv=2)",
	Examples: []string{"hyperexp(3ms cv=1)", "hyperexp(1s cv=1.5)", "hyperexp(3ms cv=5)"},
	parse: func(a *arguments) Dist {
		mean, cv := a.duration("", "mean"), a.within("cv", 1, maxCV, "below 1 write gamma(…) or erlang(…), far above 1 the mean hangs on draws too rare to see")
		if a.err != nil {
			return nil
		}
		square := float64(cv * cv)
		root := math.Sqrt((square - 1) / (square + 1))
		h := &Hyperexp{p: float64(0.5 * (1 + root)), mean: mean, cv: cv}
		h.short = float64(mean) / (1 + root)
		// 1 - root = 2/(cv²+1)/(1+root), without the cancellation.
		h.long = float64(float64(mean)*(square+1)*(1+root)) * 0.5
		return h
	},
}

// Hyperexp is a mixture of two exponentials of the given means in nanoseconds, the
// short one with probability p.
type Hyperexp struct {
	p, short, long float64
	mean           time.Duration
	cv             float64
}

// Sample chooses an exponential, then draws from it.
func (h *Hyperexp) Sample(s rng.Stream) time.Duration {
	scale := h.long
	if s.Float64() < h.p {
		scale = h.short
	}
	return nanoseconds(float64(scale * Exponential(s)))
}

// Mean is the parameter.
func (h *Hyperexp) Mean() time.Duration { return h.mean }

// Quantile inverts the probabilities numerically.
func (h *Hyperexp) Quantile(q float64) time.Duration { return quantile(h, q, h.mean) }

// String is the spelling.
func (h *Hyperexp) String() string {
	return fmt.Sprintf("hyperexp(%s cv=%s)", format(h.mean), decimal(h.cv))
}

func (h *Hyperexp) within(d time.Duration) float64 {
	x := upper(d)
	return 1 - float64(h.p*detmath.Exp(-x/h.short)) - float64((1-h.p)*detmath.Exp(-x/h.long))
}
