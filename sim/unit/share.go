package unit

import (
	"math"
	"strconv"
	"strings"
)

// Share is a part of a whole, 0 to 1: "5%" or "0.05".
type Share float64

// ParseShare reads a share, as a percentage or as a number from 0 to 1.
func ParseShare(text string) (Share, error) {
	n, suffix, err := splitNumber(text, "a share", "5%")
	if err != nil {
		return 0, err
	}
	exponent := 0
	switch suffix {
	case "":
	case "%":
		exponent = -2
	default:
		return 0, refuse(text, "has an unknown unit %s (write %s%% or a number from 0 to 1)", Quote(suffix), n.show())
	}
	v, ok := n.float(exponent)
	switch {
	case ok && v <= 1:
		return Share(v), nil
	case ok && exponent == 0 && v <= 100:
		return 0, refuse(text, "is outside 0..1 (write %s%% if that was meant)", n.show())
	}
	return 0, refuse(text, "is outside 0%%..100%% (write 5%% or 0.05)")
}

// UnmarshalText reads a share; see [ParseShare].
func (s *Share) UnmarshalText(text []byte) error { return set(s, ParseShare, text) }

// MarshalText is String.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String is the share as a percentage, exact: 0.999 is "99.9%".
func (s Share) String() string { return shifted(float64(s), 2) + "%" }

// shifted is v × 10^places in decimal, v's shortest spelling with the point
// moved: multiplying would round, and 0.999 would print as 99.90000000000001%.
func shifted(v float64, places int) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil { // NaN or an infinity, which no parser makes
		return mantissa
	}
	sign := ""
	if math.Signbit(v) {
		sign, mantissa = "-", mantissa[1:]
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	if digits == "0" {
		return "0"
	}
	switch point := 1 + e + places; {
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return sign + digits + strings.Repeat("0", point-len(digits))
	default:
		return sign + digits[:point] + "." + digits[point:]
	}
}

// plain is v in decimal without an exponent, the shortest that parses to v.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
