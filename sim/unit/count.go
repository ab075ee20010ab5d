package unit

import "strconv"

// Unlimited is the value of a Limit or a Queue that is not bounded.
const Unlimited = 1<<31 - 1

// Limit is a bound of 1 or more, or "unlimited" (also "none").
type Limit int

// Queue is a number of places of 0 or more, or "unlimited" (also "none").
type Queue int

// ParseLimit reads a limit.
func ParseLimit(text string) (Limit, error) {
	v, err := bound(text, 1)
	return Limit(v), err
}

// ParseQueue reads the length of a queue.
func ParseQueue(text string) (Queue, error) {
	v, err := bound(text, 0)
	return Queue(v), err
}

// bound reads a whole number from least to Unlimited-1, or a word for unlimited.
func bound(text string, least int) (int, error) {
	if text == "unlimited" || text == "none" {
		return Unlimited, nil
	}
	if text == "" {
		return 0, refuse(text, "is empty (write a whole number, as in 64, or unlimited)")
	}
	n, rest, err := splitNumber(text, "a whole number or unlimited", "64")
	switch {
	case err != nil:
		return 0, err
	case rest != "":
		return 0, refuse(text, "has a unit (write %s, a whole number, or unlimited)", suggest(n.whole, "64"))
	case n.fraction != "":
		return 0, refuse(text, "is not a whole number (write %s or unlimited)", suggest(n.whole, "64"))
	}
	v, _, fits := n.scaled(1)
	switch {
	case !fits || v >= Unlimited:
		return 0, refuse(text, "is too large (the largest is %d; write unlimited for no bound)", Unlimited-1)
	case v < int64(least):
		return 0, refuse(text, "is too small (write %d or more, or unlimited)", least)
	}
	return int(v), nil
}

func boundText(v int) string {
	if v == Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(v)
}

// UnmarshalText reads a limit; see [ParseLimit].
func (l *Limit) UnmarshalText(text []byte) error { return set(l, ParseLimit, text) }

// MarshalText is String.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// String is the number, or "unlimited".
func (l Limit) String() string { return boundText(int(l)) }

// UnmarshalText reads the length of a queue; see [ParseQueue].
func (q *Queue) UnmarshalText(text []byte) error { return set(q, ParseQueue, text) }

// MarshalText is String.
func (q Queue) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// String is the number, or "unlimited".
func (q Queue) String() string { return boundText(int(q)) }

// Cores is a number of CPU cores above 0: "2", "0.5", or "500m" (thousandths).
type Cores float64

// Factor is a number above 0 that multiplies something: "3", "1.5".
type Factor float64

// ParseCores reads a number of cores.
func ParseCores(text string) (Cores, error) {
	n, suffix, err := splitNumber(text, "a number of cores", "0.5 or 500m")
	if err != nil {
		return 0, err
	}
	exponent := 0
	switch suffix {
	case "":
	case "m":
		exponent = -3
	default:
		return 0, refuse(text, "has an unknown unit %s (write cores, as in %s, or thousandths, as in 500m)", Quote(suffix), n.show())
	}
	v, err := positive(text, n, exponent, "cores, as in 0.5 or 500m")
	return Cores(v), err
}

// ParseFactor reads a factor.
func ParseFactor(text string) (Factor, error) {
	n, suffix, err := splitNumber(text, "a factor", "3")
	switch {
	case err != nil:
		return 0, err
	case suffix == "%":
		return 0, refuse(text, "is a percentage (write a plain factor: %s)", percentAsFactor(n))
	case suffix != "":
		return 0, refuse(text, "has a unit (write a plain factor: %s)", n.show())
	}
	v, err := positive(text, n, 0, "a factor, as in 3")
	return Factor(v), err
}

func percentAsFactor(n number) string {
	v, ok := n.float(-2)
	if !ok || v == 0 {
		return "3"
	}
	return suggest(plain(v), "3")
}

// positive is n × 10^exponent, which must be above 0.
func positive(text string, n number, exponent int, what string) (float64, error) {
	v, ok := n.float(exponent)
	switch {
	case !ok:
		return 0, refuse(text, "is too large or too small (write %s)", what)
	case v == 0:
		return 0, refuse(text, "is not above 0 (write %s)", what)
	}
	return v, nil
}

// UnmarshalText reads a number of cores; see [ParseCores].
func (c *Cores) UnmarshalText(text []byte) error { return set(c, ParseCores, text) }

// MarshalText is String.
func (c Cores) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String is the number of cores in decimal.
func (c Cores) String() string { return plain(float64(c)) }

// UnmarshalText reads a factor; see [ParseFactor].
func (f *Factor) UnmarshalText(text []byte) error { return set(f, ParseFactor, text) }

// MarshalText is String.
func (f Factor) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// String is the factor in decimal.
func (f Factor) String() string { return plain(float64(f)) }
