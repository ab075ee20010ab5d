package dist

import (
	"errors"
	"fmt"
	"math"
	"time"

	"faultline/sim/detmath"
	"faultline/sim/rng"
	"faultline/sim/unit"
)

// MaxCount bounds every draw of a [Count], and every figure in its spelling.
const MaxCount = 1_000_000

// CountTable holds the distributions that only a [Count] may be, besides those of
// [Table].
var CountTable = []Kind{geometricKind}

// Count is a distribution of whole numbers of 0 or more: how often a loop runs,
// how many requests come together. It is written as a plain number (3), or as a
// distribution of plain numbers: uniform(1 5), where every whole number from 1 to 5
// is alike, geometric(4), exp(3), mix(50% 1 50% 5), empirical(file.csv).
//
// What is drawn between two whole numbers becomes the upper one with the
// probability of what it is above the lower one, so that rounding leaves the mean
// where it is: 2.5 is 2 or 3, and 2.5 on average.
type Count struct {
	d    Dist // in seconds: 3 s is 3
	text string
}

// ParseCount reads a count.
func ParseCount(text string) (Count, error) {
	if text == "" {
		return Count{}, errors.New("the count is empty (write a number, as in 3, or a distribution of numbers, as in uniform(1 5))")
	}
	d, err := parse(text, true)
	if err != nil {
		return Count{}, err
	}
	return Count{d, text}, nil
}

// parseNumber reads a plain number, as seconds.
func parseNumber(text string) (Dist, error) {
	d, err := figure(text, true)
	if err != nil && (text[0] < '0' || text[0] > '9') && text[0] != '-' && text[0] != '+' && text[0] != '.' {
		return nil, fmt.Errorf("%s is neither a number nor a distribution of numbers (write 3, uniform(1 5), exp(3), geometric(4), …)", unit.Quote(text))
	}
	if err != nil {
		return nil, err
	}
	return Constant(d), nil
}

// Sample draws once: 0 to [MaxCount], at which larger draws are held.
func (c Count) Sample(s rng.Stream) int {
	up := s.IntN(int(time.Second))
	x := c.d.Sample(s)
	n := min(x/time.Second, MaxCount)
	if time.Duration(up) < x%time.Second && n < MaxCount {
		n++
	}
	return int(n)
}

// Mean is the expected number, 0 of the zero Count. (Of a distribution with a mean
// near [MaxCount] the draws that are held there are counted in full.)
func (c Count) Mean() float64 {
	if c.d == nil {
		return 0
	}
	return c.d.Mean().Seconds()
}

// Open reads the files that the count names; see [Value.Open].
func (c Count) Open(open func(name string) ([]byte, error)) error { return openFiles(c.d, open) }

// UnmarshalText reads a count; see [ParseCount].
func (c *Count) UnmarshalText(text []byte) error {
	v, err := ParseCount(string(text))
	if err == nil {
		*c = v
	}
	return err
}

// MarshalText is String.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// String is the count as it was written.
func (c Count) String() string { return c.text }

// wholes is every whole number from low to high alike.
type wholes struct{ low, high int }

func (w wholes) Sample(s rng.Stream) time.Duration {
	return time.Duration(w.low+s.IntN(w.high-w.low+1)) * time.Second
}

func (w wholes) Mean() time.Duration { return time.Duration(w.low+w.high) * time.Second / 2 }

func (w wholes) Quantile(q float64) time.Duration {
	n := float64(w.high - w.low + 1)
	i := int(math.Ceil(float64(min(max(q, 0), 1)*n))) - 1
	return time.Duration(w.low+max(i, 0)) * time.Second
}

func (w wholes) String() string { return fmt.Sprintf("uniform(%d %d)", w.low, w.high) }

func (w wholes) within(d time.Duration) float64 {
	n := int(d/time.Second) - w.low + 1
	return min(max(float64(n)/float64(w.high-w.low+1), 0), 1)
}

var geometricKind = Kind{
	Name:     "geometric",
	Syntax:   "geometric(MEAN)",
	Doc:      "Geometric, of counts only: 1 or more, going on with the same probability after each.",
	Source:   "P(n) = p (1-p)^(n-1), p = 1/mean; 1 + ⌊E/-ln(1-p)⌋, E exponential",
	Example:  "geometric(4)",
	Examples: []string{"geometric(1)", "geometric(1.5)"},
	parse: func(a *arguments) Dist {
		mean := a.length("", "mean")
		if a.err == nil && mean < time.Second {
			a.fail("the mean is below 1, the least that is drawn")
		}
		return geometric{mean, -detmath.Log1p(-1 / mean.Seconds())}
	},
}

// geometric is the geometric distribution from 1 up, in seconds.
type geometric struct {
	mean time.Duration
	rate float64 // -ln(1-p), +Inf at a mean of 1
}

func (g geometric) Sample(s rng.Stream) time.Duration {
	return g.at(Exponential(s))
}

func (g geometric) at(e float64) time.Duration {
	return time.Duration(1+min(math.Floor(e/g.rate), MaxCount)) * time.Second
}

func (g geometric) Mean() time.Duration { return g.mean }

func (g geometric) Quantile(q float64) time.Duration {
	if q >= 1 {
		return g.at(math.MaxFloat64)
	}
	return quantile(g, q, g.mean)
}

func (g geometric) String() string { return "geometric(" + decimal(g.mean.Seconds()) + ")" }

func (g geometric) within(d time.Duration) float64 {
	if d < time.Second {
		return 0
	}
	return -detmath.Expm1(float64(-g.rate * float64(d/time.Second)))
}
