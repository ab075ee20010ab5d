package dist

import (
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
)

var paretoKind = Kind{
	Name:   "pareto",
	Syntax: "pareto(MEAN alpha=NUMBER) or pareto(MEAN alpha=NUMBER max=TIME)",
	Doc: "Pareto of type I: the heaviest of tails, P(X > x) = (least/x)^alpha; up to 2 its variance is infinite. " +
		"With max, bounded: never longer.",
	Source: "quantile least·(1-q)^(-1/alpha), least = mean·(alpha-1)/alpha; bounded: 1-q is 1-q·(1-(least/max)^alpha), " +
		"least solved from the mean",
	Example:  "pareto(3ms alpha=2.5)",
	Examples: []string{"pareto(1s alpha=3.5)", "pareto(200ms alpha=20)", "pareto(2.905223541s alpha=1.5 max=1000s)", "pareto(3ms alpha=2.2 max=4ms)"},
	parse:    parsePareto,
}

// Pareto is the Pareto distribution of type I, bounded or not.
type Pareto struct {
	least float64 // nanoseconds
	power float64 // 1/alpha
	alpha float64
	mass  float64       // of the unbounded one up to most: 1 if unbounded
	most  time.Duration // 0: unbounded
	mean  time.Duration
}

func parsePareto(a *arguments) Dist {
	mean := a.duration("", "mean")
	alpha := a.within("alpha", 1.01, 1000, "write an alpha from 1.01 (the mean is infinite at 1) to 1000 (all but constant)")
	p := &Pareto{alpha: alpha, power: 1 / alpha, mass: 1, mean: mean}
	if _, ok := a.peek("max"); ok {
		if p.most = a.duration("max", "max"); a.err == nil && p.most <= mean {
			a.fail("max is not above the mean")
		}
	}
	if a.err != nil {
		return nil
	}
	p.least = float64(float64(mean)*(alpha-1)) / alpha
	if p.most > 0 {
		p.solve()
	}
	return p
}

// solve finds the least value with which the bounded distribution has the mean,
// which grows with it from below.
func (p *Pareto) solve() {
	low, high := 0.0, float64(p.mean)
	for range 200 {
		middle := float64(0.5 * (low + high))
		if middle <= low || middle >= high {
			break
		}
		if p.boundedMean(middle) < float64(p.mean) {
			low = middle
		} else {
			high = middle
		}
	}
	p.least = high
	p.mass = 1 - detmath.Pow(high/float64(p.most), p.alpha)
}

// boundedMean is alpha/(alpha-1)·least·(1-r^(alpha-1))/(1-r^alpha), r = least/most.
func (p *Pareto) boundedMean(least float64) float64 {
	r := detmath.Log(least / float64(p.most))
	ratio := detmath.Expm1(float64((p.alpha-1)*r)) / detmath.Expm1(float64(p.alpha*r))
	return float64(p.alpha*least*ratio) / (p.alpha - 1)
}

// Sample is the quantile of a uniform draw; unbounded, least·e^(E/alpha), E
// exponential, which is the same and reaches farther.
func (p *Pareto) Sample(s rng.Stream) time.Duration {
	if p.most > 0 {
		return p.at(-detmath.Log1p(float64(-s.Float64() * p.mass)))
	}
	return p.at(Exponential(s))
}

func (p *Pareto) at(e float64) time.Duration {
	d := nanoseconds(float64(p.least * detmath.Exp(float64(e*p.power))))
	if p.most > 0 {
		return min(d, p.most)
	}
	return d
}

// Mean is the parameter.
func (p *Pareto) Mean() time.Duration { return p.mean }

// Quantile is least·(1-q)^(-1/alpha).
func (p *Pareto) Quantile(q float64) time.Duration {
	switch {
	case !(q > 0):
		return 0
	case q >= 1 && p.most > 0:
		return p.most
	case q >= 1:
		return math.MaxInt64
	}
	return p.at(-detmath.Log1p(float64(-q * p.mass)))
}

// String is the spelling.
func (p *Pareto) String() string {
	text := fmt.Sprintf("pareto(%s alpha=%s", format(p.mean), decimal(p.alpha))
	if p.most > 0 {
		text += " max=" + format(p.most)
	}
	return text + ")"
}

func (p *Pareto) within(d time.Duration) float64 {
	switch x := upper(d); {
	case x <= p.least:
		return 0
	case p.most > 0 && d >= p.most:
		return 1
	default:
		return min(-detmath.Expm1(float64(p.alpha*detmath.Log(p.least/x)))/p.mass, 1)
	}
}
