package unit

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time of 0 or more, in nanoseconds: "250us", "3ms",
// "1.5s", "2m", "1h", "1h30m", or "0".
type Duration int64

const durationExample = "5ms"

// scale is a suffix and its size in the base unit.
type scale struct {
	suffix string
	size   int64
}

// durations are the units of time, largest first; the last two are other
// spellings of us.
var durations = []scale{
	{"h", int64(time.Hour)},
	{"m", int64(time.Minute)},
	{"s", int64(time.Second)},
	{"ms", int64(time.Millisecond)},
	{"us", int64(time.Microsecond)},
	{"ns", 1},
	{"µs", int64(time.Microsecond)}, // micro sign
	{"μs", int64(time.Microsecond)}, // Greek mu
}

// misspelt durations, and what was meant.
var durationHints = map[string]string{
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "S": "s",
	"min": "m", "mins": "m", "minute": "m", "minutes": "m", "M": "m",
	"hr": "h", "hrs": "h", "hour": "h", "hours": "h", "H": "h",
	"msec": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms", "MS": "ms", "Ms": "ms", "mS": "ms",
	"usec": "us", "micros": "us", "microsecond": "us", "microseconds": "us", "u": "us", "US": "us",
	"nsec": "ns", "nanos": "ns", "nanosecond": "ns", "nanoseconds": "ns", "NS": "ns",
}

// ParseDuration reads a duration. Parts add up, largest unit first: "1h30m".
func ParseDuration(text string) (Duration, error) {
	n, suffix, err := splitNumber(text, "a duration", durationExample)
	if err != nil {
		return 0, err
	}
	if suffix == "" {
		return bareDuration(text, n)
	}
	total, last := int64(0), int64(math.MaxInt64)
	for rest := text; rest != ""; {
		var part, size int64
		part, size, rest, err = durationPart(text, rest)
		switch {
		case err != nil:
			return 0, err
		case size >= last:
			return 0, refuse(text, "has its units out of order (write the largest first, each once, as in 1h30m)")
		case total > math.MaxInt64-part:
			return 0, tooLong(text)
		}
		total, last = total+part, size
	}
	return Duration(total), nil
}

// durationPart reads one number and its unit, of the given size in nanoseconds,
// off the front of rest.
func durationPart(text, rest string) (part, size int64, left string, err error) {
	n, tail, err := splitNumber(rest, "a duration", durationExample)
	if err != nil {
		return 0, 0, "", err
	}
	end := strings.IndexFunc(tail, func(r rune) bool { return '0' <= r && r <= '9' || r == '.' })
	if end < 0 {
		end = len(tail)
	}
	suffix := tail[:end]
	for _, d := range durations {
		if d.suffix != suffix {
			continue
		}
		v, whole, fits := n.scaled(d.size)
		switch {
		case !fits:
			return 0, 0, "", tooLong(text)
		case !whole:
			return 0, 0, "", refuse(text, "is finer than a nanosecond (write a whole number of ns)")
		}
		return v, d.size, tail[end:], nil
	}
	return 0, 0, "", unknownDuration(text, n, suffix)
}

func bareDuration(text string, n number) (Duration, error) {
	if n.isZero() {
		return 0, nil
	}
	return 0, refuse(text, "has no unit (write %[1]sms, %[1]ss, …)", n.show())
}

func tooLong(text string) error {
	return refuse(text, "is too long (the longest duration is %dh, or 292 years)", math.MaxInt64/int64(time.Hour))
}

func unknownDuration(text string, n number, suffix string) error {
	const known = "units of time are ns, us, ms, s, m, h"
	if right, ok := durationHints[suffix]; ok {
		return refuse(text, "has an unknown unit %s (write %s%s; %s)", Quote(suffix), n.show(), right, known)
	}
	if suffix == "d" || suffix == "day" || suffix == "days" {
		if v, whole, fits := n.scaled(24); whole && fits {
			return refuse(text, "has an unknown unit %s (write %dh; %s)", Quote(suffix), v, known)
		}
	}
	if suffix == "" {
		return refuse(text, "has no unit after %s (%s)", n.show(), known)
	}
	return refuse(text, "has an unknown unit %s (%s)", Quote(suffix), known)
}

// UnmarshalText reads a duration; see [ParseDuration].
func (d *Duration) UnmarshalText(text []byte) error { return set(d, ParseDuration, text) }

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is the duration in the largest unit that it is a whole number of, from
// minutes up, and below that in the largest unit of which it is at least one:
// "90s", "2m", "1.5s", "250us", "0".
func (d Duration) String() string {
	if d == 0 {
		return "0"
	}
	for _, u := range durations[:6] {
		if int64(d) < u.size || u.size > int64(time.Second) && int64(d)%u.size != 0 {
			continue
		}
		text := strconv.FormatInt(int64(d)/u.size, 10)
		if part := int64(d) % u.size; part != 0 {
			digits := strconv.FormatInt(u.size+part, 10)[1:] // size is a power of ten
			text += "." + strings.TrimRight(digits, "0")
		}
		return text + u.suffix
	}
	return strconv.FormatInt(int64(d), 10) + "ns" // negative: not a value that parses
}

// Std is the duration as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// set parses text into dst, and leaves dst alone when it does not parse.
func set[T any](dst *T, parse func(string) (T, error), text []byte) error {
	v, err := parse(string(text))
	if err == nil {
		*dst = v
	}
	return err
}
