package load

import (
	"fmt"
	"slices"
	"strings"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// Arrivals is an arrival process on the scale of expected hits, on which the
// rate is 1 whatever the profile.
type Arrivals interface {
	// Next is the count of expected hits at which request n arrives, when request
	// n-1 arrived at hits; at first n and hits are 0. It never falls. The stream
	// is the request's own, so that every request arrives when it does whatever
	// becomes of the others.
	Next(hits float64, n uint64, s rng.Stream) float64
	// String is the spelling that ParseArrivals reads back.
	String() string
}

// Kind is a row of the table: one arrival process, and what its documentation says.
type Kind struct {
	Name    string // as written in a scenario
	Syntax  string // with its arguments
	Doc     string // one sentence
	Source  string // where it comes from
	Example string // the spelling to show

	arrivals Arrivals
}

// Table holds the arrival processes in the order of the documentation; the first
// is the default.
var Table = []Kind{poissonKind, uniformKind}

// notYet are the names that the documentation knows and this version does not.
var notYet = []string{"gamma", "mmpp", "trace"}

// ParseArrivals reads an arrival process.
func ParseArrivals(text string) (Arrivals, error) {
	if text == "" {
		return nil, fmt.Errorf("the arrival process is empty (known: %s)", names())
	}
	name, args, err := unit.ParseCall(text)
	if err != nil {
		return nil, err
	}
	for _, k := range Table {
		switch {
		case k.Name != name:
		case args != nil:
			return nil, fmt.Errorf("%s: %s takes no arguments (write %s)", unit.Quote(text), name, k.Syntax)
		default:
			return k.arrivals, nil
		}
	}
	if slices.Contains(notYet, name) {
		return nil, fmt.Errorf("arrival process %s is not supported yet (supported: %s)", name, names())
	}
	return nil, fmt.Errorf("unknown arrival process %s (known: %s)", unit.Quote(name), names())
}

func names() string {
	list := make([]string, len(Table))
	for i, k := range Table {
		list[i] = k.Syntax
	}
	return strings.Join(list, ", ")
}

// Value is an arrival process as a field of a YAML file.
type Value struct{ Arrivals }

// UnmarshalText reads an arrival process; see [ParseArrivals].
func (v *Value) UnmarshalText(text []byte) error {
	a, err := ParseArrivals(string(text))
	if err == nil {
		v.Arrivals = a
	}
	return err
}

// MarshalText is String.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// String is the spelling of the process, "" where there is none.
func (v Value) String() string {
	if v.Arrivals == nil {
		return ""
	}
	return v.Arrivals.String()
}
