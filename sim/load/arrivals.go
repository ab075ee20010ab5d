package load

import (
	"fmt"
	"strings"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// Process says when requests arrive, on the scale of expected hits, on which the
// rate is 1 whatever the profile.
type Process interface {
	// Next is the count of expected hits at which request n arrives, when request
	// n-1 arrived at hits; at first n and hits are 0. It never falls, and is +Inf
	// when no more request comes. The stream is the request's own, so that every
	// request arrives when it does whatever becomes of the others.
	Next(hits float64, n uint64, s rng.Stream) float64
}

// Arrivals is an arrival process as a scenario writes it, shared by all
// replications. It remembers nothing: a process with a memory is a [Starter].
type Arrivals interface {
	Process
	// String is the spelling that ParseArrivals reads back.
	String() string
}

// Starter is an arrival process that remembers, or lives in time beside the scale
// of hits. Its own Next panics: [Start] makes the process of one run.
type Starter interface {
	Arrivals
	Start(Clock) Process
}

// Clock ties the scale of expected hits of one run to time.
type Clock struct {
	// Key is the flow's, from which all that is drawn for the flow as a whole
	// descends: the same in every topology, with a fault and without.
	Key rng.Key
	// End is when requests stop: what lies beyond need not be drawn.
	End time.Duration
	// Hits is the number of hits that are expected until a time, on the scale of
	// the process; below 0 or 0 before the process begins.
	Hits func(time.Duration) float64
}

// Start is the process of a run, which must not be shared with another: of a
// Starter a new one, else the arrivals themselves.
func Start(a Arrivals, c Clock) Process {
	if s, ok := a.(Starter); ok {
		return s.Start(c)
	}
	return a
}

// Kind is a row of the table: one arrival process, and what its documentation says.
type Kind struct {
	Name     string   // as written in a scenario
	Syntax   string   // with its arguments
	Doc      string   // one sentence
	Source   string   // where it comes from
	Example  string   // the spelling to show
	Examples []string // more spellings, for the conformance test

	parse func(args []unit.Arg) (Arrivals, error) // args are nil without parentheses
}

// Table holds the arrival processes in the order of the documentation; the first
// is the default.
var Table = []Kind{poissonKind, uniformKind, gammaKind, mmppKind, traceKind}

// ParseArrivals reads an arrival process. A trace cannot be used before
// [Value.Open] has read its file.
func ParseArrivals(text string) (Arrivals, error) {
	if text == "" {
		return nil, fmt.Errorf("the arrival process is empty (known: %s)", names())
	}
	name, args, err := unit.ParseCall(text)
	if err != nil {
		return nil, err
	}
	for i := range Table {
		if k := &Table[i]; k.Name == name {
			a, err := k.parse(args)
			if err != nil {
				return nil, fmt.Errorf("%s: %w (write %s, as in %s)", unit.Quote(text), err, k.Syntax, k.Example)
			}
			return a, nil
		}
	}
	known := make([]string, len(Table))
	for i := range Table {
		known[i] = Table[i].Name
	}
	return nil, unit.Unlisted(fmt.Sprintf("unknown arrival process %s (known: %s)", unit.Quote(name), names()), name, known)
}

// plain is the parse of a process without arguments.
func plain(a Arrivals) func([]unit.Arg) (Arrivals, error) {
	return func(args []unit.Arg) (Arrivals, error) {
		if args != nil {
			return nil, fmt.Errorf("%s takes no arguments", a)
		}
		return a, nil
	}
}

func names() string {
	list := make([]string, len(Table))
	for i := range Table {
		list[i] = Table[i].Syntax
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

// Open reads the file that the process names, if it names one.
func (v Value) Open(open func(name string) ([]byte, error)) error {
	if t, ok := v.Arrivals.(*Trace); ok {
		return t.open(open)
	}
	return nil
}

// String is the spelling of the process, "" where there is none.
func (v Value) String() string {
	if v.Arrivals == nil {
		return ""
	}
	return v.Arrivals.String()
}
