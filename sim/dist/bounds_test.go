package dist

import (
	"bytes"
	"math"
	"testing"
	"time"
)

const (
	ms      = time.Millisecond
	endless = time.Duration(math.MaxInt64)
)

// TestQuantilesEndWhereTheDrawsDo: 0 and the largest duration where nothing bounds
// them, and no further for what is no probability.
func TestQuantilesEndWhereTheDrawsDo(t *testing.T) {
	for text, ends := range map[string][2]time.Duration{
		"3ms":                                {3 * ms, 3 * ms},
		"uniform(1ms 5ms)":                   {ms, 5 * ms},
		"exp(3ms)":                           {0, endless},
		"normal(3ms sd=1ms)":                 {0, endless},
		"normal(1ms sd=5ms)":                 {0, endless},
		"lognormal(3ms cv=1.5)":              {0, endless},
		"gamma(3ms cv=0.5)":                  {0, endless},
		"weibull(3ms shape=0.7)":             {0, endless},
		"hyperexp(3ms cv=2)":                 {0, endless},
		"pareto(3ms alpha=2.5)":              {0, endless},
		"pareto(3ms alpha=2.2 max=4ms)":      {0, 4 * ms},
		"empirical(latencies.csv)":           {250 * time.Microsecond, time.Second},
		"empirical(weighted.csv)":            {ms, 2 * time.Second},
		"mix(90% 1ms 10% 40ms)":              {0, 40 * ms},
		"mix(100% 1ms 0% 40ms)":              {0, ms},
		"mix(50% 1ms 50% gamma(5ms cv=0.5))": {0, endless},
	} {
		d := must(t, text)
		for q, want := range map[float64]time.Duration{-1: ends[0], 0: ends[0], 1: ends[1], 2: ends[1]} {
			if got := d.Quantile(q); got != want {
				t.Errorf("%s: Quantile(%v) = %v, want %v", text, q, got, want)
			}
		}
	}
}

func TestNanosecondsRoundToTheNearestAndEndAtTheLargest(t *testing.T) {
	for x, want := range map[float64]time.Duration{0: 0, 0.49: 0, 0.5: 1, 1.49: 1, 0x1p62: 1 << 62, 0x1p63 - 1024: 1<<63 - 1024, 0x1p63: endless, math.Inf(1): endless} {
		if got := nanoseconds(x); got != want {
			t.Errorf("nanoseconds(%v) = %d, want %d", x, got, want)
		}
	}
}

// TestADrawAtTheBorderOfTwoRowsIsOfTheUpper: below the border are exactly the draws
// that the weights of the lower rows ask for.
func TestADrawAtTheBorderOfTwoRowsIsOfTheUpper(t *testing.T) {
	e := &Empirical{}
	e.take([]row{{ms, 1}, {2 * ms, 1}, {3 * ms, 2}}, true)
	for u, want := range map[float64]int{0: 0, 0.25: 1, math.Nextafter(0.25, 0): 0, 0.5: 2, math.Nextafter(0.5, 0): 1, 1 - 0x1p-53: 2} {
		if got := e.above(u); got != want {
			t.Errorf("a draw of %v is of row %d, want %d", u, got, want)
		}
	}
}

// TestAQuantileIsTheLeastThatIsEnough: half of the draws are within 1 ms, so that
// the median is 1 ms, not the next value.
func TestAQuantileIsTheLeastThatIsEnough(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"mix(50% 1ms 50% 2ms)": ms, "mix(50% 2ms 50% 1ms)": ms, "mix(25% 3ms 25% 1ms 50% 2ms)": 2 * ms, "mix(50% 0 50% exp(1h))": 0,
	} {
		if got := must(t, text).Quantile(0.5); got != want {
			t.Errorf("%s has the median %v, want %v", text, got, want)
		}
	}
}

// TestProbabilitiesAreOfRoundedDraws: of a distribution a few nanoseconds wide those
// below half a nanosecond are draws of 0.
func TestProbabilitiesAreOfRoundedDraws(t *testing.T) {
	const n = 50_000
	for _, text := range []string{
		"exp(2ns)", "uniform(1ns 4ns)", "normal(3ns sd=1ns)", "normal(1ns sd=5ns)", "lognormal(2ns cv=1)", "gamma(2ns cv=0.7)",
		"gamma(2ns cv=2)", "weibull(2ns shape=0.7)", "pareto(2ns alpha=1.5)", "pareto(2ns alpha=1.5 max=5ns)", "hyperexp(2ns cv=2)", "mix(30% 2ns 70% exp(3ns))",
	} {
		d, counts := must(t, text), [8]float64{}
		for i := range n {
			for x := int(d.Sample(stream(i))); x < len(counts); x++ {
				counts[x]++
			}
		}
		for x, within := range counts {
			p := d.(cumulative).within(time.Duration(x))
			if math.Abs(within-p*n) > 5*math.Sqrt(n*p*(1-p))+1e-6 {
				t.Errorf("%s: %.0f of %d draws are within %d ns, want %.0f", text, within, n, x, p*n)
			}
		}
	}
}

// TestASamplerDrawsAsItsDistributionDoes, the rare draws of the exponential too.
func TestASamplerDrawsAsItsDistributionDoes(t *testing.T) {
	for _, text := range []string{"3ms", "exp(3ms)", "exp(1ns)", "exp(2562047h)", "uniform(1ms 5ms)", "empirical(weighted.csv)"} {
		d := must(t, text)
		p := NewSampler(d)
		for i := range 100_000 {
			if got, want := p.Sample(stream(i)), d.Sample(stream(i)); got != want {
				t.Fatalf("%s: draw %d is %v, want %v", text, i, got, want)
			}
		}
	}
}

// TestNormalQuantilesKeepTheirDigitsFarOut: one minus a probability near one would
// lose them, in either tail.
func TestNormalQuantilesKeepTheirDigitsFarOut(t *testing.T) {
	const mean, sd = 2e6, 1e4 // s: the lower end is 200 deviations away
	d := must(t, "normal(2000000s sd=10000s)")
	for p := 0.3; p > 1e-14; p /= 10 {
		q := 1 - p
		above := normalAbove((d.Quantile(q).Seconds() - mean) / sd)
		below := normalAbove((mean - d.Quantile(p).Seconds()) / sd)
		if math.Abs(above/(1-q)-1) > 1e-8 || math.Abs(below/p-1) > 1e-8 {
			t.Errorf("beyond the quantiles of %v lie %v above and %v below", p, above, below)
		}
	}
}

// TestTheLargestFileIsRead: so many rows, and lines so long, as the errors allow.
func TestTheLargestFileIsRead(t *testing.T) {
	rows := 0
	count := func([]string) error { rows++; return nil }
	if err := ReadRows(bytes.Repeat([]byte("1\n"), MaxRows), count); err != nil || rows != MaxRows {
		t.Errorf("%d of %d rows are read: %v", rows, MaxRows, err)
	}
	if err := ReadRows(bytes.Repeat([]byte("1"), maxLine), count); err != nil || rows != MaxRows+1 {
		t.Errorf("a line of %d bytes: %v", maxLine, err)
	}
	heaviest := &Empirical{name: "f.csv"}
	if err := (Value{heaviest}).Open(func(string) ([]byte, error) { return []byte("1ms,1000000000000"), nil }); err != nil {
		t.Errorf("the largest weight: %v", err)
	}
}
