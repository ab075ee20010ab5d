package metric

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"faultline/sim/unit"
)

// example is an expression on m, with an aggregator of the unit, that would be right.
func (m *Metric) example(u Unit) string {
	text := [...]string{"< 300ms", "> 500/s", ">= 99.9%", "<= 3", "< 1.5", "==", "< 10", "< 512MiB"}[u]
	switch {
	case u == Word && len(m.Words) > 0:
		return text + " " + m.Words[0]
	case u != m.Unit:
		return string(ShareOf) + " < 5%"
	case u == Share && m.Better == Lower:
		text = "< 1%"
	}
	d := m.Default()
	switch {
	case slices.Contains(m.Aggregators, "p(99)"):
		d = "p(99)"
	case d == "" || d == Total:
		return text
	}
	return string(d) + " " + text
}

// parseBound reads a number of the unit. Signed allows a negative one, for the
// difference to another topology.
func parseBound(text string, u Unit, m *Metric, signed bool) (float64, error) {
	magnitude, negative := strings.CutPrefix(text, "-")
	if negative && !signed {
		return 0, fmt.Errorf("%s is negative, and %s is not (only a difference is: add versus:TOPOLOGY)", text, m.Name)
	}
	value, err := magnitudeOf(magnitude, u)
	if err != nil {
		return 0, fmt.Errorf("%w; %s takes a %s, as in %s", err, m.Name, u, m.example(u))
	}
	if negative && value != 0 {
		value = -value
	}
	return value, nil
}

// longest bounds a time, so that seconds as float64 hold every nanosecond.
const longest = unit.Duration(2400 * time.Hour)

func magnitudeOf(text string, u Unit) (float64, error) {
	switch u {
	case Time:
		d, err := unit.ParseDuration(text)
		if err == nil && d > longest {
			err = fmt.Errorf("%q is too long (at most %s)", text, longest)
		}
		return float64(d) / 1e9, err
	case Rate:
		r, err := unit.ParseRate(text)
		return float64(r), err
	case Share:
		s, err := unit.ParseShare(text)
		return float64(s), err
	case Size:
		b, err := unit.ParseBytes(text)
		return float64(b), err
	default:
		return decimal(text)
	}
}

// decimal reads digits with an optional fraction: no sign, exponent or leading
// zero. Unlike unit.Factor it may be zero.
func decimal(text string) (float64, error) {
	whole, fraction, point := strings.Cut(text, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	if !digits(whole) || point && !digits(fraction) || len(whole) > 1 && whole[0] == '0' {
		return 0, fmt.Errorf("%q is not a plain number", text)
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is too large", text)
	}
	return v, nil
}

// Format prints a value in its unit so that an expression reads it back to the
// same float64: 0.3 s is "300ms", 0.999 "99.9%", 500 per second "500/s". A time
// is rounded to nanoseconds.
func Format(value float64, u Unit) string {
	if value < 0 {
		return "-" + Format(-value, u)
	}
	switch u {
	case Time:
		if value > longest.Std().Seconds() { // no bound: the conversion to an integer would overflow
			return strconv.FormatFloat(value, 'f', 0, 64) + "s"
		}
		return unit.Duration(math.Round(float64(value * 1e9))).String()
	case Rate:
		return unit.Rate(value).String()
	case Share:
		return unit.Share(value).String()
	case Size:
		return unit.Bytes(math.Round(min(value, 1<<60))).String()
	default:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
}
