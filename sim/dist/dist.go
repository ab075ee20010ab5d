// Package dist holds the distributions of times: how long a step computes, a
// message travels, a process stays down.
//
// To add one: 1. a file kind.go with a type that is a [Dist], and a function that
// makes it from the arguments of its spelling; 2. a row in [Table], taken out of
// notYet, and its examples; 3. a test of what is special about it. The
// conformance test checks the rest: moments, quantiles, the round trip through
// text, pinned first draws, no negative draw, no allocation.
//
// A distribution is immutable and shared by all replications. Draws come from a
// keyed stream that is passed by value: by pointer it would escape to the heap.
package dist

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// Dist is a distribution of durations of 0 or more, in whole nanoseconds.
// Figures beyond the largest duration (292 years) are held at it.
type Dist interface {
	// Sample draws once. The same stream gives the same draw.
	Sample(rng.Stream) time.Duration
	// Mean is the expected value.
	Mean() time.Duration
	// Quantile is the smallest duration that a draw stays within with
	// probability q in [0, 1]; the largest duration where there is none.
	Quantile(q float64) time.Duration
	// String is the spelling that Parse reads back.
	String() string
}

// Kind is a row of the table: one distribution, and what its documentation says.
type Kind struct {
	Name     string   // as written before the parenthesis
	Syntax   string   // the form of its arguments
	Doc      string   // one sentence
	Source   string   // where the formulas come from
	Example  string   // the spelling to show
	Examples []string // more spellings, for the conformance test

	parse func(*arguments) Dist
}

// Table holds the distributions in the order of the documentation.
var Table = []Kind{constantKind, expKind, lognormalKind}

// notYet are the names that the documentation knows and this version does not.
var notYet = []string{"uniform", "normal", "gamma", "erlang", "weibull", "pareto", "hyperexp", "empirical", "mix"}

// Parse reads a distribution: a duration, which is constant, or name(arguments).
func Parse(text string) (Dist, error) {
	if text == "" {
		return nil, errors.New("the distribution is empty (write a duration, as in 3ms, or a distribution, as in exp(3ms))")
	}
	name, args, err := unit.ParseCall(text)
	if err != nil {
		return nil, err
	}
	if args == nil && !known(name) {
		return parseConstant(text)
	}
	for _, k := range Table {
		if k.Name == name {
			return k.read(text, args)
		}
	}
	if slices.Contains(notYet, name) {
		return nil, fmt.Errorf("distribution %s is not supported yet (supported: %s)", name, syntaxes())
	}
	return nil, fmt.Errorf("unknown distribution %s (known: %s)", unit.Quote(name), syntaxes())
}

// known reports whether name is a distribution of this version or of a later one.
func known(name string) bool {
	return slices.Contains(notYet, name) || slices.ContainsFunc(Table, func(k Kind) bool { return k.Name == name })
}

func syntaxes() string {
	list := make([]string, len(Table))
	for i, k := range Table {
		list[i] = k.Syntax
	}
	return strings.Join(list, ", ")
}

// read makes the distribution from its arguments, and refuses what is left over.
func (k Kind) read(text string, args []unit.Arg) (Dist, error) {
	a := &arguments{text: text, kind: k, left: args}
	d := k.parse(a)
	if a.err == nil && len(a.left) > 0 {
		a.fail("unknown argument %s", unit.Quote(spelled(a.left[0])))
	}
	if a.err != nil {
		return nil, a.err
	}
	return d, nil
}

// arguments hands the arguments of a spelling to a kind, one by one, and keeps
// the first error.
type arguments struct {
	text string
	kind Kind
	left []unit.Arg
	err  error
}

// fail records an error in the words of the kind.
func (a *arguments) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf("%s: %s (write %s, as in %s)", unit.Quote(a.text), fmt.Sprintf(format, args...), a.kind.Syntax, a.kind.Example)
	}
}

func spelled(a unit.Arg) string {
	if a.Key == "" {
		return a.Value
	}
	return a.Key + "=" + a.Value
}

// take removes the argument with the key, or with "" the first positional one.
func (a *arguments) take(key string) (value string, ok bool) {
	for i, arg := range a.left {
		if arg.Key == key {
			a.left = append(a.left[:i:i], a.left[i+1:]...)
			return arg.Value, true
		}
	}
	return "", false
}

// duration takes a duration above 0. What names it in errors.
func (a *arguments) duration(key, what string) time.Duration {
	value, ok := a.take(key)
	if !ok {
		a.fail("no %s", what)
		return 0
	}
	d, err := unit.ParseDuration(value)
	switch {
	case err != nil:
		a.fail("%s: %v", what, err)
	case d == 0:
		a.fail("the %s is 0", what)
	}
	return d.Std()
}

// number takes a plain number above 0.
func (a *arguments) number(key string) float64 {
	value, ok := a.take(key)
	if !ok {
		a.fail("no %s", key)
		return 0
	}
	f, err := unit.ParseFactor(value)
	if err != nil {
		a.fail("%s: %v", key, err)
	}
	return float64(f)
}

// Value is a distribution as a field of a YAML file.
type Value struct{ Dist }

// UnmarshalText reads a distribution; see [Parse].
func (v *Value) UnmarshalText(text []byte) error {
	d, err := Parse(string(text))
	if err == nil {
		v.Dist = d
	}
	return err
}

// MarshalText is String.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// String is the spelling of the distribution, "" where there is none.
func (v Value) String() string {
	if v.Dist == nil {
		return ""
	}
	return v.Dist.String()
}

// nanoseconds rounds x ≥ 0 to the nearest whole number, and holds it at the
// largest duration. Rounding to the nearest leaves the mean where it is;
// cutting would take half a nanosecond off.
func nanoseconds(x float64) time.Duration {
	x += 0.5
	if x >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(x)
}

func format(d time.Duration) string { return unit.Duration(d).String() }
