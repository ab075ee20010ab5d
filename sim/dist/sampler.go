package dist

import (
	"time"

	"faultline/sim/rng"
)

// Sampler is a distribution that is drawn from often: its most frequent kind,
// exponential, without a call through an interface. The draws are those of the
// distribution.
type Sampler struct {
	mean float64 // of an exponential; 0: any other
	dist Dist
}

// NewSampler makes a sampler of a distribution.
func NewSampler(d Dist) Sampler {
	if e, ok := d.(Exp); ok {
		return Sampler{mean: float64(e.mean), dist: d}
	}
	return Sampler{dist: d}
}

// Sample draws once.
func (p *Sampler) Sample(s rng.Stream) time.Duration {
	if p.mean == 0 {
		return p.dist.Sample(s)
	}
	u := s.Uint64()
	l, point := &expLayers.layer[u%layers], u>>(64-pointBits)
	if point < l.inside {
		return nanoseconds(float64(float64(float64(point)*l.width) * p.mean))
	}
	return nanoseconds(float64(expSlow(s, u) * p.mean))
}
