package dist

import (
	"math"
	"strings"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

var mixKind = Kind{
	Name:     "mix",
	Syntax:   "mix(SHARE DISTRIBUTION SHARE DISTRIBUTION …)",
	Doc:      "A mixture: each draw comes from one of the distributions, chosen by their shares, which make 100%.",
	Source:   "by definition; the mean is the mean of the means, weighted by the shares",
	Example:  "mix(95% exp(1ms) 5% exp(40ms))",
	Examples: []string{"mix(90% 1ms 10% 40ms)", "mix(50% uniform(1ms 2ms) 50% mix(50% 0 50% gamma(5ms cv=0.5)))", "mix(99.9% exp(100ms) 0.1% exp(10s))"},
	parse:    parseMix,
}

// Mix is a mixture of distributions.
type Mix struct {
	parts []part
	mean  time.Duration
}

type part struct {
	share unit.Share
	upTo  float64 // sum of the shares so far, over all shares; of the last, 1
	cumulative
}

// shareSlack is how far the shares may be off 100% in sum: three thirds written as
// 33.33%.
const shareSlack = 1e-4

func parseMix(a *arguments) Dist {
	m, sum := &Mix{}, 0.0
	for a.err == nil && (len(a.left) > 0 || len(m.parts) == 0) {
		p := a.part()
		sum += float64(p.share)
		p.upTo = sum
		m.parts = append(m.parts, p)
	}
	if a.err == nil && math.Abs(sum-1) > shareSlack {
		a.fail("the shares make %s, not 100%%", decimal(math.Round(sum*1e6)/1e4)+"%")
	}
	if a.err != nil {
		return nil
	}
	for i := range m.parts {
		m.parts[i].upTo /= sum
	}
	m.parts[len(m.parts)-1].upTo = 1
	m.weigh()
	return m
}

// part takes a share and a distribution.
func (a *arguments) part() (p part) {
	share, ok := a.take("")
	if !ok {
		a.fail("no share")
		return p
	}
	text, ok := a.take("")
	if !ok {
		a.fail("no distribution after the share %s", unit.Quote(share))
		return p
	}
	if err := p.share.UnmarshalText([]byte(share)); err != nil {
		a.fail("share: %v", err)
		return p
	}
	d, err := a.parse(text)
	if err != nil {
		a.fail("%w", err)
		return p
	}
	p.cumulative = d.(cumulative)
	return p
}

// weigh computes the mean, unless a file is yet to be read.
func (m *Mix) weigh() {
	sum, last := 0.0, 0.0
	for i := range m.parts {
		if !ready(m.parts[i].cumulative) {
			return
		}
		sum += float64((m.parts[i].upTo - last) * float64(m.parts[i].Mean()))
		last = m.parts[i].upTo
	}
	m.mean = nanoseconds(sum)
}

// ready reports whether all files of a distribution have been read.
func ready(d Dist) bool {
	switch d := d.(type) {
	case *Empirical:
		return d.values != nil
	case *Mix:
		for i := range d.parts {
			if !ready(d.parts[i].cumulative) {
				return false
			}
		}
	}
	return true
}

// open reads the files of the parts.
func (m *Mix) open(open func(name string) ([]byte, error)) error {
	for i := range m.parts {
		if err := openFiles(m.parts[i].cumulative, open); err != nil {
			return err
		}
	}
	m.weigh()
	return nil
}

// Sample chooses a part, then draws from it.
func (m *Mix) Sample(s rng.Stream) time.Duration {
	u, last := s.Float64(), len(m.parts)-1
	for i := range m.parts[:last] {
		if u < m.parts[i].upTo {
			return m.parts[i].Sample(s)
		}
	}
	return m.parts[last].Sample(s)
}

// Mean is the weighted mean of the means.
func (m *Mix) Mean() time.Duration { return m.mean }

// Quantile inverts the probabilities numerically.
func (m *Mix) Quantile(q float64) time.Duration {
	if q >= 1 {
		longest := time.Duration(0)
		for i := range m.parts {
			if m.parts[i].share > 0 {
				longest = max(longest, m.parts[i].Quantile(1))
			}
		}
		return longest
	}
	return quantile(m, q, m.mean)
}

// String is the spelling.
func (m *Mix) String() string {
	var b strings.Builder
	for i := range m.parts {
		b.WriteByte(" ("[min(max(1-i, 0), 1)])
		b.WriteString(m.parts[i].share.String() + " " + m.parts[i].String())
	}
	return "mix" + b.String() + ")"
}

func (m *Mix) within(d time.Duration) float64 {
	sum, last := 0.0, 0.0
	for i := range m.parts {
		sum += float64((m.parts[i].upTo - last) * m.parts[i].within(d))
		last = m.parts[i].upTo
	}
	return min(sum, 1)
}
