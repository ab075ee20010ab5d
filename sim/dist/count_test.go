package dist

import (
	"math"
	"strings"
	"testing"
	"time"

	"faultline/cmd/bounded"
	"faultline/sim/rng"
)

var countExamples = []struct {
	text      string
	mean      float64
	low, high int
}{
	{"3", 3, 3, 3}, {"0", 0, 0, 0}, {"2.5", 2.5, 2, 3}, {"0.25", 0.25, 0, 1}, {"1000000", 1e6, 1e6, 1e6},
	{"uniform(1 5)", 3, 1, 5}, {"uniform(0 1)", 0.5, 0, 1}, {"uniform(7 7)", 7, 7, 7},
	{"exp(3)", 3, 0, 60}, {"mix(50% 1 50% 5)", 3, 1, 5}, {"geometric(4)", 4, 1, 100}, {"geometric(1)", 1, 1, 1},
	{"geometric(1.5)", 1.5, 1, 30}, {"empirical(counts.csv)", 3.25, 1, 8}, {"mix(50% empirical(counts.csv) 50% uniform(1 2))", 2.375, 1, 8},
	{"gamma(10 cv=0.5)", 10, 0, 60}, {"normal(4 sd=1)", 4, 0, 10}, {"pareto(3 alpha=2.5)", 3, 1, MaxCount},
}

func mustCount(t *testing.T, text string) Count {
	t.Helper()
	var c Count
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := c.Open(func(string) ([]byte, error) { return []byte("calls\n1\n2\n2\n8\n"), nil }); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCountsHaveTheMeanAndTheBoundsThatTheySay(t *testing.T) {
	const n = 300_000
	for _, e := range countExamples {
		c, sum, squares := mustCount(t, e.text), 0.0, 0.0
		for i := range n {
			x := c.Sample(stream(i))
			if x < e.low || x > e.high {
				t.Fatalf("%s: draw %d is %d", e.text, i, x)
			}
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		mean := sum / n
		if c.Mean() != e.mean || math.Abs(mean-e.mean) > 5*math.Sqrt(max(squares/n-mean*mean, 0)/n)+1e-9 {
			t.Errorf("%s: Mean is %v, that of %d draws %v; want %v", e.text, c.Mean(), n, mean, e.mean)
		}
		if text, err := c.MarshalText(); err != nil || string(text) != e.text || c.String() != e.text {
			t.Errorf("%s prints as %q", e.text, text)
		}
	}
}

// Each whole number of a uniform count is alike, the ends too, and a geometric one
// has P(n) = p (1-p)^(n-1), which reference batch-2 asks for.
func TestCountsHaveTheProbabilitiesThatTheySay(t *testing.T) {
	const n = 400_000
	for text, p := range map[string]func(int) float64{
		"uniform(1 5)":     func(int) float64 { return 0.2 },
		"geometric(4)":     func(k int) float64 { return 0.25 * math.Pow(0.75, float64(k-1)) },
		"mix(50% 1 50% 5)": func(k int) float64 { return map[int]float64{1: 0.5, 5: 0.5}[k] },
		"2.75":             func(k int) float64 { return map[int]float64{2: 0.25, 3: 0.75}[k] },
	} {
		c, counts := mustCount(t, text), map[int]int{}
		for i := range n {
			counts[c.Sample(stream(i))]++
		}
		for k := 1; k <= 5; k++ {
			if want := p(k) * n; math.Abs(float64(counts[k])-want) > 5*math.Sqrt(want)+1e-9 {
				t.Errorf("%s: %d draws are %d, want %.0f", text, counts[k], k, want)
			}
		}
	}
}

func TestGeometricQuantilesMeetTheProbabilities(t *testing.T) {
	d, err := parse("geometric(4)", true)
	if err != nil {
		t.Fatal(err)
	}
	for k := 1; k < 20; k++ {
		q := 1 - math.Pow(0.75, float64(k))
		if got := d.Quantile(q - 1e-9); got != time.Duration(k)*time.Second {
			t.Errorf("Quantile(%v) = %v, want %d", q, got, k)
		}
	}
}

// TestWholeNumbersHaveTheirQuantilesAndProbabilities: of uniform(2 6), where a fifth of
// the draws is each.
func TestWholeNumbersHaveTheirQuantilesAndProbabilities(t *testing.T) {
	d, err := parse("uniform(2 6)", true)
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[float64]time.Duration{-1: 2, 0: 2, 0.2: 2, 0.21: 3, 0.5: 4, 0.8: 5, 0.81: 6, 1: 6, 2: 6} {
		if got := d.Quantile(q); got != want*time.Second {
			t.Errorf("Quantile(%v) = %v, want %d", q, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 0, 1.9: 0, 2: 0.2, 2.9: 0.2, 3: 0.4, 5: 0.8, 6: 1, 7: 1} {
		if got := d.(cumulative).within(time.Duration(x * 1e9)); got != want {
			t.Errorf("%v of the draws are within %v, want %v", got, x, want)
		}
	}
	if d, err = parse("geometric(4)", true); err != nil {
		t.Fatal(err)
	}
	for x, want := range map[float64]float64{0: 0, 0.9: 0, 1: 0.25, 1.9: 0.25, 2: 0.4375} {
		if got := d.(cumulative).within(time.Duration(x * 1e9)); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v of the draws are within %v, want %v", got, x, want)
		}
	}
	if got := d.Quantile(1); got != (MaxCount+1)*time.Second {
		t.Errorf("Quantile(1) = %v", got)
	}
}

// TestAWholeNumberIsNeverRoundedUp, whatever is drawn: the least of what can be comes
// once in 10⁹ draws, and first with this seed.
func TestAWholeNumberIsNeverRoundedUp(t *testing.T) {
	least := rng.Root(150770263, 0).Stream(0)
	if s := least; s.IntN(int(time.Second)) != 0 {
		t.Fatal("the seed does not draw 0: the test tests nothing")
	}
	if got := mustCount(t, "3").Sample(least); got != 3 {
		t.Errorf("3 is %d", got)
	}
}

// What guards every committed result in [TestConformancePinnedDraws], for counts.
func TestPinnedCounts(t *testing.T) {
	for text, want := range map[string][8]int{
		"2.5":              {3, 3, 2, 2, 3, 2, 2, 2},
		"uniform(1 5)":     {2, 1, 4, 1, 4, 5, 2, 3},
		"exp(3)":           {1, 1, 1, 2, 0, 0, 2, 2},
		"geometric(4)":     {1, 1, 2, 3, 1, 1, 3, 3},
		"mix(50% 1 50% 5)": {1, 1, 5, 1, 5, 5, 1, 1},
	} {
		c, got := mustCount(t, text), [8]int{}
		for i := range got {
			got[i] = c.Sample(stream(i))
		}
		if got != want {
			t.Errorf("%s draws %v, want %v", text, got, want)
		}
	}
}

func TestACountIsBounded(t *testing.T) {
	c, held := mustCount(t, "exp(1000000)"), false
	for i := range 1000 {
		x := c.Sample(stream(i))
		if x < 0 || x > MaxCount {
			t.Fatalf("draw %d", x)
		}
		held = held || x == MaxCount
	}
	if !held {
		t.Error("no draw reached the bound; the test tests nothing")
	}
}

func TestACountDoesNotAllocate(t *testing.T) {
	for _, e := range countExamples {
		c, i := mustCount(t, e.text), 0
		if n := testing.AllocsPerRun(200, func() { c.Sample(stream(i)); i++ }); n != 0 {
			t.Errorf("%s allocates %v times a draw", e.text, n)
		}
	}
}

func TestParseCountSaysWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "the count is empty",
		"3ms":                      "has a unit",
		"-1":                       "negative",
		"0x":                       "has a unit",
		"9x":                       "has a unit",
		"three":                    "neither a number nor a distribution of numbers",
		"1000001":                  "above the largest count, 1000000",
		"exp(3ms)":                 "has a unit",
		"exp(0)":                   "the mean is 0",
		"uniform(1.5 3)":           "whole numbers",
		"uniform(-1 3)":            "negative",
		"geometric(0.5)":           "the mean is below 1",
		"geometric(4ms)":           "has a unit",
		"mix(50% 1ms 50% 2)":       "has a unit",
		"mix(50% 1 40% 2)":         "the shares make 90%",
		"poisson(3)":               "unknown distribution",
		"exp(3":                    "cut off at a comma",
		"lognormal(3)":             "no cv",
		"empirical()":              "no file",
		"uniform(1 9999999999999)": "above the largest count",
	} {
		if c, err := ParseCount(text); err == nil {
			t.Errorf("%q is accepted as %v", text, c)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %q, want %q in it", text, err, want)
		}
	}
	if (Count{}).String() != "" || (Count{}).Mean() != 0 {
		t.Error("the zero count is something")
	}
}

func FuzzParseCount(f *testing.F) {
	for _, e := range countExamples {
		f.Add(e.text)
	}
	for _, text := range []string{"3ms", "-1", "mix(50% 1 50%", "geometric(1.0000000001)", "weibull(1000000 shape=0.15)", "uniform(0 1000000)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		c, err := ParseCount(text)
		if err != nil {
			return
		}
		again, err := ParseCount(c.String())
		if err != nil {
			t.Fatalf("%q prints as %q, which is refused: %v", text, c, err)
		}
		for _, c := range []Count{c, again} {
			if err := c.Open(func(string) ([]byte, error) { return []byte("1\n2"), nil }); err != nil {
				t.Fatal(err)
			}
		}
		if c.Mean() != again.Mean() || c.Mean() < 0 {
			t.Errorf("%q: mean %v, again %v", text, c.Mean(), again.Mean())
		}
		if x := c.Sample(stream(0)); x < 0 || x > MaxCount || x != again.Sample(stream(0)) {
			t.Errorf("%q draws %d", text, x)
		}
	})
}
