package unit

import (
	"math"
	"strings"
	"time"
)

// Rate is a number of events per second, 0 or more: "500/s", "90/m", "3/h",
// vegeta's "50/1s", or "0".
type Rate float64

const rateExample = "500/s"

// ParseRate reads a rate: a number of events per unit of time, or per duration.
func ParseRate(text string) (Rate, error) {
	n, rest, err := splitNumber(text, "a rate", rateExample)
	if err != nil {
		return 0, err
	}
	if rest == "" {
		if n.isZero() {
			return 0, nil
		}
		return 0, refuse(text, "has no unit of time (write %[1]s/s, %[1]s/m or %[1]s/h)", n.show())
	}
	per, ok := strings.CutPrefix(rest, "/")
	if !ok {
		return 0, refuse(text, "is not a rate (write %s/s, a number of events per unit of time)", n.show())
	}
	v, err := perSecond(text, n, 1, n.show(), per, rateExample)
	return Rate(v), err
}

// perSecond is n × size per the duration written in per, as a figure per second.
// A rate per second is kept as it was written; the others are rounded.
func perSecond(text string, n number, size float64, count, per, example string) (float64, error) {
	d, err := interval(text, count, per)
	if err != nil {
		return 0, err
	}
	v, _ := n.float(0)
	v *= size
	if d != Duration(time.Second) {
		v /= float64(d) / float64(time.Second)
	}
	if math.IsInf(v, 0) || v == 0 && !n.isZero() {
		return 0, refuse(text, "is too large or too small (write a rate such as %s)", example)
	}
	return v, nil
}

// interval reads what stands after the stroke of a rate: a unit of time ("s")
// or a duration ("1s", "100ms").
func interval(text, count, per string) (Duration, error) {
	if per == "" {
		return 0, refuse(text, "has no unit of time after the stroke (write %s/s)", count)
	}
	for _, u := range durations {
		if per == u.suffix {
			return Duration(u.size), nil
		}
	}
	if right, ok := durationHints[per]; ok {
		return 0, refuse(text, "has an unknown unit of time %s (write %s/%s)", Quote(per), count, right)
	}
	d, err := ParseDuration(per)
	switch {
	case err != nil:
		return 0, refuse(text, "has an unknown unit of time %s (write %[2]s/s, %[2]s/m or %[2]s/h)", Quote(per), count)
	case d == 0:
		return 0, refuse(text, "is a rate per no time at all (write %s/s)", count)
	}
	return d, nil
}

// UnmarshalText reads a rate; see [ParseRate].
func (r *Rate) UnmarshalText(text []byte) error { return set(r, ParseRate, text) }

// MarshalText is String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String is the rate per second: "500/s".
func (r Rate) String() string { return plain(float64(r)) + "/s" }
