package view

import (
	"math"
	"testing"

	"faultline/sim/result"
)

func around(v, low, high float64) result.Estimate {
	return result.Estimate{Value: &v, Low: &low, High: &high}
}

func TestEstimateShowsAsManyDigitsAsItsIntervalSupports(t *testing.T) {
	for _, c := range []struct {
		unit     Unit
		estimate result.Estimate
		want     string
	}{
		{Time, around(0.41237, 0.40037, 0.42437), "412 ± 12\u00a0ms"},
		{Time, around(0.0004, 0.00035, 0.00045), "400 ± 50\u00a0µs"},
		{Time, around(1.2345, 1.1345, 1.3345), "1.23 ± 0.10\u00a0s"},
		{Rate, around(12345.6, 12300, 12391.2), "12,346 ± 46\u00a0req/s"},
		{Rate, around(391.24, 390.14, 392.34), "391.2 ± 1.1\u00a0req/s"},
		{Share, around(0.9998, 0.9997, 0.9999), "99.980 ± 0.010%"},
		{Share, around(-0.3, -0.35, -0.25), "−30 ± 5%"},
		{Share, around(-0.00001, -0.01, 0.00998), "0.0 ± 1.0%"},
		{Ratio, around(1.25, 1.2, 1.3), "1.25 ± 0.05×"},
		{Count, around(3.1, 2.9, 3.3), "3.10 ± 0.20"},
		{Time, around(0.412, 0.390, 0.480), "412 (390–480)\u00a0ms"},
		{Share, around(1, 1, 1), "100%"},
	} {
		if got := c.unit.Estimate(c.estimate).String(); got != c.want {
			t.Errorf("%v of %v: got %q, want %q", *c.estimate.Value, *c.estimate.Low, got, c.want)
		}
	}
}

// Whatever the half-width, it is written neither so coarsely that it vanishes
// nor with digits that nobody can trust.
func TestHalfWidthsGetOneOrTwoDigits(t *testing.T) {
	for exponent := -4; exponent <= 0; exponent++ {
		for lead := 1.0; lead < 10; lead += 0.37 {
			half := lead * math.Pow10(exponent)
			step := math.Pow10(-intervalDecimals(half))
			if step > half/1.4 && step != 1 {
				t.Errorf("half-width %g is written in steps of %g: too coarse", half, step)
			}
			if step < half/100 {
				t.Errorf("half-width %g is written in steps of %g: too fine", half, step)
			}
		}
	}
}

func TestFigureWithoutInterval(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Time, 0, "0\u00a0s"}, {Time, 0.1234, "123\u00a0ms"}, {Time, 0.99999, "1\u00a0s"}, {Time, 2e-7, "0.2\u00a0µs"}, {Time, 61, "61\u00a0s"},
		{Share, 1, "100%"}, {Share, 0.99996, "99.996%"}, {Share, 0.9999999, "99.99999%"}, {Share, 0.5, "50%"}, {Share, 0, "0%"},
		{Rate, 1234567, "1,234,567\u00a0req/s"}, {Count, math.Copysign(0, -1), "0"}, {Count, 12.345, "12.3"}, {Ratio, 3.14159, "3.14×"},
		{Count, math.NaN(), Missing}, {Time, math.Inf(1), Missing},
	} {
		if got := c.unit.Format(c.v); got != c.want {
			t.Errorf("%g: got %q, want %q", c.v, got, c.want)
		}
	}
}

func TestMissingFigureKeepsItsReason(t *testing.T) {
	f := Time.Estimate(result.Estimate{Reason: "it never \x1brecovered"})
	if f.String() != Missing || f.Uncertainty() != "" || f.Reason != "it never \ufffdrecovered" {
		t.Errorf("got %+v", f)
	}
	nan := math.NaN()
	if got := Time.Estimate(result.Estimate{Value: &nan}).String(); got != Missing {
		t.Errorf("NaN is written %q", got)
	}
}

func TestClock(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 s", 1.5: "1.5 s", 60: "1 min", 90: "90 s", 240: "4 min", 270: "4 min 30 s", 7500: "2 h 5 min", 3600: "1 h", math.Inf(1): Missing,
	} {
		got := []rune(Clock(seconds))
		for i := range got {
			if got[i] == '\u00a0' {
				got[i] = ' '
			}
		}
		if string(got) != want {
			t.Errorf("%g s: got %q, want %q", seconds, string(got), want)
		}
	}
}

func TestShortIsWhatASentenceNeeds(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Share, 0.6234, "62%"}, {Share, 0.0021, "0.21%"}, {Share, 0.9994, "99.9%"}, {Share, 0.99996, "99.996%"}, {Share, 1, "100%"}, {Share, 0.0777, "7.8%"},
		{Time, 0.3879, "388\u00a0ms"}, {Time, 1.4321, "1.4\u00a0s"}, {Time, 41, "41\u00a0s"}, {Time, 0, "0\u00a0s"},
	} {
		if got := Short(c.unit, c.v); got != c.want {
			t.Errorf("%g: got %q, want %q", c.v, got, c.want)
		}
	}
}

func TestIntegersAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "−1,234,567", math.MinInt64: "−9,223,372,036,854,775,808"} {
		if got := Integer(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
