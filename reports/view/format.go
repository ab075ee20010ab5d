package view

import (
	"math"
	"strconv"
	"strings"

	"faultline/sim/metric"
	"faultline/sim/result"
)

// Unit says how a figure is written; it is the unit of its metric. All
// formatting of numbers in the reports happens in this file, so that a page, a
// table and a chart never disagree.
type Unit metric.Unit

// The units of the reports.
const (
	Time  = Unit(metric.Time)  // seconds; written in µs, ms or s
	Rate  = Unit(metric.Rate)  // per second; written as req/s
	Share = Unit(metric.Share) // 0..1; written in percent
	Count = Unit(metric.Count) // a plain number
	Ratio = Unit(metric.Ratio) // a factor; written as 1.2×

	// Currency is of the topology's price list, which does not name it.
	Currency = Unit(metric.Currency)
)

// Missing is written where a figure is null.
const Missing = "–"

// Figure is an estimate in words: "412 ± 12 ms". Interval holds only the
// half-width ("12") or, where it is lopsided, the range ("390–460").
type Figure struct {
	Number   string // "412", or Missing
	Interval string // "12", "390–460", or "" without an interval
	Lopsided bool   // Interval is a range
	Unit     string // "ms", "s", "req/s", "%", "×" or ""
	Reason   string // why the figure is missing
}

// String is the figure on one line: "412 ± 12 ms", "412 (390–460) ms", "–".
func (f Figure) String() string {
	if f.Interval == "" {
		return f.Value()
	}
	return f.Number + f.spread() + f.suffix()
}

// Value is the figure without its uncertainty: "412 ms".
func (f Figure) Value() string {
	if f.Number == Missing {
		return Missing
	}
	return f.Number + f.suffix()
}

// Uncertainty is the interval alone, in the number's unit: "± 12", "390–460" or "".
func (f Figure) Uncertainty() string {
	switch {
	case f.Interval == "":
		return ""
	case f.Lopsided:
		return f.Interval
	}
	return "± " + f.Interval
}

func (f Figure) spread() string {
	if f.Lopsided {
		return " (" + f.Interval + ")"
	}
	return " ± " + f.Interval
}

// suffix sets % and × directly behind the number, all else behind a space that
// does not break.
func (f Figure) suffix() string {
	switch f.Unit {
	case "":
		return ""
	case "%", "×":
		return f.Unit
	}
	return "\u00a0" + f.Unit
}

// Estimate writes an estimate with as many digits as its interval supports: the
// half-width is rounded by the Particle Data Group's rule (two digits up to
// 0.354, one above), and the value to the same decimal. Without an interval the
// value has three significant digits; nor is one written where all replications
// gave the same.
func (u Unit) Estimate(e result.Estimate) Figure {
	if e.Value == nil || !finite(*e.Value) {
		return Figure{Number: Missing, Reason: Shorten(Clean(e.Reason), maxName)}
	}
	v := *e.Value
	if e.Low == nil || e.High == nil || !finite(*e.Low) || !finite(*e.High) {
		return u.Figure(v)
	}
	factor, name := u.scale(max(math.Abs(v), math.Abs(*e.High)))
	v, low, high := v*factor, *e.Low*factor, *e.High*factor
	down, up := v-low, high-v
	half := (high - low) / 2
	if half <= 1e-9*math.Abs(v) { // the same in all replications, but for the last bit
		return u.Figure(*e.Value)
	}
	decimals := intervalDecimals(half)
	f := Figure{Number: fixed(v, decimals), Unit: name}
	if min(down, up) < 0.8*max(down, up) && fixed(down, decimals) != fixed(up, decimals) {
		f.Lopsided = true
		f.Interval = fixed(low, decimals) + "–" + fixed(high, decimals)
		return f
	}
	f.Interval = fixed(half, decimals)
	return f
}

// Figure writes a number without uncertainty: three significant digits.
func (u Unit) Figure(v float64) Figure {
	if !finite(v) {
		return Figure{Number: Missing}
	}
	factor, name := u.scale(math.Abs(v))
	scaled := v * factor
	decimals := plainDecimals(scaled)
	if u == Share {
		// 99.996% must not read 100%: the missing part is what matters.
		for decimals < 5 && v < 1 && math.Abs(scaled-100) < 0.5*math.Pow10(-decimals) {
			decimals++
		}
	}
	return Figure{Number: trim(fixed(scaled, decimals)), Unit: name}
}

// Format writes a number without uncertainty on one line: "412 ms".
func (u Unit) Format(v float64) string { return u.Figure(v).Value() }

// scale chooses the factor and the name of the unit by a value's magnitude.
func (u Unit) scale(magnitude float64) (factor float64, name string) {
	switch u {
	case Time:
		switch {
		case magnitude == 0 || magnitude >= 0.9995:
			return 1, "s"
		case magnitude >= 0.0009995:
			return 1e3, "ms"
		}
		return 1e6, "µs"
	case Rate:
		return 1, "req/s"
	case Share:
		return 100, "%"
	case Ratio:
		return 1, "×"
	}
	return 1, ""
}

// intervalDecimals is the number of decimals that a half-width deserves.
func intervalDecimals(half float64) int {
	exponent := int(math.Floor(math.Log10(half)))
	lead := half / math.Pow10(exponent) // 1 ≤ lead < 10
	digits := 1
	if lead < 3.545 {
		digits = 2
	}
	return clamp(digits-1-exponent, 0, 6)
}

// plainDecimals is the number of decimals that gives three significant digits.
func plainDecimals(v float64) int {
	if v == 0 {
		return 0
	}
	exponent := int(math.Floor(math.Log10(math.Abs(v))))
	return clamp(2-exponent, 0, 6)
}

// fixed writes v with a fixed number of decimals, commas between thousands and
// a true minus sign; a rounded zero loses its sign.
func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(s, ".")
	whole = group(whole)
	if dotted {
		whole += "." + fraction
	}
	if negative && strings.Trim(whole, "0.,") != "" {
		return "−" + whole
	}
	return whole
}

// group puts commas between thousands.
func group(digits string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// trim drops zeros behind the decimal point: they claim a precision.
func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// Integer writes a count in full: "1,234,567".
func Integer(n int64) string {
	if n < 0 {
		return "−" + group(strconv.FormatUint(uint64(-n), 10))
	}
	return group(strconv.FormatInt(n, 10))
}

// Clock writes an instant or a length of simulated time in seconds as a person
// says it: "45 s", "90 s", "4 min", "4 min 30 s", "2 h 5 min".
func Clock(seconds float64) string {
	if !finite(seconds) {
		return Missing
	}
	if seconds < 120 && seconds != 60 {
		return trim(fixed(seconds, 1)) + "\u00a0s"
	}
	total := int64(math.Round(seconds))
	var parts []string
	for _, p := range []struct {
		size int64
		name string
	}{{3600, "h"}, {60, "min"}, {1, "s"}} {
		if n := total / p.size; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+"\u00a0"+p.name)
		}
		total %= p.size
	}
	return strings.Join(parts, "\u00a0")
}

// Plural writes a count with its noun: "1 service", "3 services".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Integer(int64(n)) + " " + many
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func clamp(v, low, high int) int { return min(max(v, low), high) }
