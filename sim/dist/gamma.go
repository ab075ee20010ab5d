package dist

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

var gammaKind = Kind{
	Name:   "gamma",
	Syntax: "gamma(MEAN cv=RATIO)",
	Doc:    "Gamma: cv below 1 is more regular than the exponential, above 1 more bursty; cv is deviation over mean.",
	Source: "shape 1/cv², scale mean·cv²; Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, " +
		"ACM Trans. Math. Software 26(3), 2000",
	Example:  "gamma(3ms cv=0.5)",
	Examples: []string{"gamma(3ms cv=1)", "gamma(20us cv=2.5)", "gamma(1s cv=0.01)"},
	parse: func(a *arguments) Dist {
		mean, cv := a.duration("", "mean"), a.within("cv", 1.0/maxShapeRoot, maxCV, "write a constant, or a distribution with a tail that a run can see")
		if a.err != nil {
			return nil
		}
		return newGamma(mean, 1/float64(cv*cv), fmt.Sprintf("gamma(%s cv=%s)", format(mean), decimal(cv)))
	},
}

var erlangKind = Kind{
	Name:     "erlang",
	Syntax:   "erlang(MEAN k=STAGES)",
	Doc:      "Erlang: the sum of k exponential stages, more regular the more there are; its cv is 1/√k.",
	Source:   "gamma of shape k",
	Example:  "erlang(3ms k=4)",
	Examples: []string{"erlang(1s k=1)", "erlang(250us k=100)"},
	parse: func(a *arguments) Dist {
		mean, k := a.duration("", "mean"), a.within("k", 1, maxShapeRoot*maxShapeRoot, "write 1 to 1000000 stages")
		if k != math.Floor(k) {
			a.fail("k is not a whole number")
		}
		if a.err != nil {
			return nil
		}
		return newGamma(mean, k, fmt.Sprintf("erlang(%s k=%s)", format(mean), decimal(k)))
	},
}

// maxShapeRoot bounds the shape of a gamma: at a cv of 1/1000 it is a constant to
// anyone, and its probabilities take thousands of terms to sum.
const maxShapeRoot = 1000

// Gamma is the gamma distribution; with a whole shape, Erlang's.
type Gamma struct {
	GammaSampler
	scale float64 // nanoseconds
	mean  time.Duration
	text  string
}

func newGamma(mean time.Duration, shape float64, text string) *Gamma {
	return &Gamma{NewGammaSampler(shape), float64(mean) / shape, mean, text}
}

// Sample draws by rejection from a cubed normal, which accepts 19 of 20.
func (g *Gamma) Sample(s rng.Stream) time.Duration {
	return nanoseconds(float64(g.scale * g.Draw(s)))
}

// Mean is the parameter.
func (g *Gamma) Mean() time.Duration { return g.mean }

// Quantile inverts the probabilities numerically.
func (g *Gamma) Quantile(q float64) time.Duration { return quantile(g, q, g.mean) }

// String is the spelling.
func (g *Gamma) String() string { return g.text }

func (g *Gamma) within(d time.Duration) float64 { return g.below(upper(d) / g.scale) }

// GammaSampler draws from the gamma distribution of a shape above 0 and scale 1,
// whose mean is the shape.
type GammaSampler struct {
	shape     float64
	d, c      float64 // of Marsaglia and Tsang, for shape or shape+1
	logFactor float64 // log Γ(shape+1)
}

// NewGammaSampler prepares the draws.
func NewGammaSampler(shape float64) GammaSampler {
	d := shape - 1.0/3
	if shape < 1 {
		d++
	}
	return GammaSampler{shape, d, 1 / math.Sqrt(float64(9*d)), detmath.Lgamma(shape + 1)}
}

// Draw draws once. Below shape 1 it is a draw of shape+1 times U^(1/shape).
func (g *GammaSampler) Draw(s rng.Stream) float64 {
	x := g.cubed(&s)
	if g.shape < 1 {
		x *= detmath.Exp(-Exponential(s) / g.shape)
	}
	return x
}

// cubed draws d v with v = (1+cZ)³, Z standard normal; the first test accepts
// nearly always, and spares the logarithms.
func (g *GammaSampler) cubed(s *rng.Stream) float64 {
	for range tries {
		z := Normal(fork(s))
		root := 1 + float64(g.c*z)
		if root <= 0 {
			continue
		}
		v, u, z2 := float64(root*root*root), s.Float64(), float64(z*z)
		if u < 1-float64(0.0331*float64(z2*z2)) ||
			detmath.Log(u) < float64(0.5*z2)+float64(g.d*(1-v+detmath.Log(v))) {
			return float64(g.d * v)
		}
	}
	return g.d
}

// below is the probability that a draw is at most x > 0, the regularised
// incomplete gamma function: below the mean by its series, above by its continued
// fraction (Lentz). (Press et al., Numerical Recipes, 3rd edition, section 6.2.)
func (g *GammaSampler) below(x float64) float64 {
	k := g.shape
	front := detmath.Exp(float64(k*detmath.Log(x)) - x - g.logFactor) // x^k e^-x / Γ(k+1)
	if x < k+1 {
		term, sum := 1.0, 1.0
		for n := 1.0; n < maxTerms && term > float64(sum*0x1p-54); n++ {
			term = float64(term*x) / (k + n)
			sum += term
		}
		return min(float64(front*sum), 1)
	}
	b := x + 1 - k
	c, d := 1e300, 1/b
	h := d
	for n := 1.0; n < maxTerms; n++ {
		a := float64(n * (k - n))
		b += 2
		d = 1 / apart(float64(a*d)+b)
		c = apart(b + a/c)
		change := float64(d * c)
		if h = float64(h * change); math.Abs(change-1) < 0x1p-52 {
			break
		}
	}
	return max(1-float64(front*k*h), 0)
}

// maxTerms bounds the sums: at the largest shape they take about 10,000 terms.
const maxTerms = 100_000

// apart keeps a denominator from being 0.
func apart(x float64) float64 {
	if math.Abs(x) < 1e-300 {
		return 1e-300
	}
	return x
}
