package dist

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

var normalKind = Kind{
	Name:   "normal",
	Syntax: "normal(MEAN sd=TIME) or normal(MEAN cv=RATIO)",
	Doc:    "Normal, cut off at 0 and moved so that the mean of what is left is the one written; sd is the normal's own, cv is sd over mean.",
	Source: "truncated normal: mean = μ + σ φ(α)/(1-Φ(α)), α = -μ/σ, solved for μ; " +
		"far tail: Robert, Simulation of Truncated Normal Variables, Statistics and Computing 5, 1995",
	Example:  "normal(3ms sd=1ms)",
	Examples: []string{"normal(10ms sd=2ms)", "normal(10ms cv=0.1)", "normal(1ms sd=1ms)", "normal(1ms sd=5ms)", "normal(3s sd=1us)"},
	parse:    parseNormal,
}

// TruncatedNormal is the distribution of μ+σZ given that it is 0 or more, Z
// standard normal.
type TruncatedNormal struct {
	mu, sigma float64
	cut       float64 // α = -μ/σ, where Z is cut off
	left      float64 // 1-Φ(α), what is left of Z
	mean      time.Duration
	text      string
}

// maxNormalCV bounds the deviation over the mean: beyond, hardly more than a
// thousandth of the bell's density is above 0, where it falls as an exponential.
const maxNormalCV = 10

func parseNormal(a *arguments) Dist {
	mean, spelling := a.duration("", "mean"), ""
	var sigma float64
	if _, ok := a.peek("cv"); ok {
		cv := a.number("cv")
		sigma, spelling = float64(cv*float64(mean)), "cv="+decimal(cv)
	} else {
		sd := a.duration("sd", "sd or cv")
		sigma, spelling = float64(sd), "sd="+format(sd)
	}
	if sigma > float64(maxNormalCV*float64(mean)) {
		a.fail("the deviation is above %d times the mean: what is left above 0 is an exponential (write exp(…), or gamma(…) for a wider one)", maxNormalCV)
	}
	if a.err != nil {
		return nil
	}
	n := &TruncatedNormal{sigma: sigma, mean: mean, text: fmt.Sprintf("normal(%s %s)", format(mean), spelling)}
	n.cut = cutFor(float64(mean) / sigma)
	n.mu, n.left = float64(-n.cut*sigma), normalAbove(n.cut)
	return n
}

// normalAbove is the probability that a standard normal is above z.
func normalAbove(z float64) float64 { return float64(0.5 * detmath.Erfc(z/math.Sqrt2)) }

// cutFor is the α at which E[Z - α | Z > α] = φ(α)/(1-Φ(α)) - α is mean ≥ 0.1. The
// left side falls from above -α, and is 0.09 at 11.
func cutFor(mean float64) float64 {
	if mean > 40 {
		return -mean // φ(40) is below the smallest float
	}
	low, high := -mean, 11.0
	for range 200 {
		middle := float64(0.5 * (low + high))
		if middle <= low || middle >= high {
			break
		}
		density := normalDensity(middle) / math.Sqrt(2*math.Pi)
		if density/normalAbove(middle)-middle > mean {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// Sample draws a normal until it is above the cut, which is at least every other
// one; where the cut is above the peak, an exponential beyond the cut until it is
// below the bell, which is at least three of four.
func (n *TruncatedNormal) Sample(s rng.Stream) time.Duration {
	if n.cut > 0 {
		return n.far(s)
	}
	for range tries {
		if x := n.mu + float64(n.sigma*Normal(fork(&s))); x >= 0 {
			return nanoseconds(x)
		}
	}
	return n.mean
}

// tries bounds every rejection loop: with at least every other try accepted, all
// are rejected less than once in 10^38 draws.
const tries = 128

// fork is a stream of its own for a sampler that takes one by value, and so does
// not tell how far it went.
func fork(s *rng.Stream) rng.Stream { return rng.Key(s.Uint64()).Stream(0) }

func (n *TruncatedNormal) far(s rng.Stream) time.Duration {
	rate := float64(0.5 * (n.cut + math.Sqrt(float64(n.cut*n.cut)+4)))
	for range tries {
		beyond := Exponential(fork(&s)) / rate
		gap := n.cut + beyond - rate
		if s.Float64() < normalDensity(gap) {
			return nanoseconds(float64(n.sigma * beyond))
		}
	}
	return n.mean
}

// Mean is as written: the mean of what is drawn.
func (n *TruncatedNormal) Mean() time.Duration { return n.mean }

// Quantile is μ+σz with 1-Φ(z) = (1-q)(1-Φ(α)).
func (n *TruncatedNormal) Quantile(q float64) time.Duration {
	switch {
	case !(q > 0):
		return 0
	case q >= 1:
		return math.MaxInt64
	}
	z, above := 0.0, float64((1-q)*n.left)
	if above < 0.5 {
		z = -detmath.NormQuantile(above)
	} else {
		z = detmath.NormQuantile(normalAbove(-n.cut) + float64(q*n.left))
	}
	return nanoseconds(max(n.mu+float64(n.sigma*z), 0))
}

// String is the spelling.
func (n *TruncatedNormal) String() string { return n.text }

func (n *TruncatedNormal) within(d time.Duration) float64 {
	if d < 0 {
		return 0
	}
	return 1 - normalAbove((upper(d)-n.mu)/n.sigma)/n.left
}
