// Package dist holds the distributions of times: how long a step computes, a
// message travels, a process stays down.
//
// To add one: 1. a file kind.go with a type that is a [Dist] and has the method
// within, and a function that makes it from the arguments of its spelling; 2. a
// row in [Table] with its examples (in [CountTable] if it draws whole numbers
// only); 3. a test of what is special about it. The conformance test checks the
// rest: moments, quantiles, the round trip through text, pinned first draws, no
// negative draw, no allocation.
//
// The first argument is the mean of what is drawn, wherever a distribution has
// one first argument; what an argument may be is bounded, so that every sampler
// ends and every mean is a figure that a run can see.
//
// A distribution is immutable and shared by all replications, once its files are
// read (see [Value.Open]). Draws come from a keyed stream that is passed by value:
// by pointer it would escape to the heap.
package dist

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

// Dist is a distribution of durations of 0 or more, in whole nanoseconds.
// Figures beyond the largest duration (292 years) are held at it. Two that are equal
// (==) are the same distribution; not all that are the same are equal.
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
var Table = []Kind{constantKind, expKind, uniformKind, normalKind, lognormalKind, gammaKind, erlangKind,
	weibullKind, paretoKind, hyperexpKind, empiricalKind, mixKind}

// Parse reads a distribution: a duration, which is constant, or name(arguments).
// A distribution that names a file cannot be used before [Value.Open] has read it.
func Parse(text string) (Dist, error) {
	if text == "" {
		return nil, errors.New("the distribution is empty (write a duration, as in 3ms, or a distribution, as in exp(3ms))")
	}
	return parse(text, false)
}

// parse reads a distribution of durations, or of plain numbers, as seconds.
func parse(text string, plain bool) (Dist, error) {
	name, args, err := unit.ParseCall(text)
	if err != nil {
		return nil, err
	}
	if k := find(name, plain); k != nil {
		return k.read(text, args, plain)
	}
	switch {
	case args == nil && plain:
		return parseNumber(text)
	case args == nil:
		return parseConstant(text)
	case !plain && name == geometricKind.Name:
		return nil, fmt.Errorf("%s draws whole numbers, not durations (known: %s)", name, syntaxes())
	}
	return nil, unit.Unlisted(fmt.Sprintf("unknown distribution %s (known: %s)", unit.Quote(name), syntaxes()), name, kinds(plain))
}

// kinds are the names of the distributions of durations, or of plain numbers.
func kinds(plain bool) (names []string) {
	for i := range Table {
		names = append(names, Table[i].Name)
	}
	for i := range CountTable {
		if plain {
			names = append(names, CountTable[i].Name)
		}
	}
	return names
}

// find is the row of a name, nil if there is none.
func find(name string, plain bool) *Kind {
	for i := range Table {
		if Table[i].Name == name {
			return &Table[i]
		}
	}
	for i := range CountTable {
		if plain && CountTable[i].Name == name {
			return &CountTable[i]
		}
	}
	return nil
}

func syntaxes() string {
	list := make([]string, len(Table))
	for i, k := range Table {
		list[i] = k.Syntax
	}
	return strings.Join(list, ", ")
}

// read makes the distribution from its arguments, and refuses what is left over.
func (k *Kind) read(text string, args []unit.Arg, plain bool) (Dist, error) {
	// Kinds that nest parse through the function: naming parse would make the
	// table depend on itself.
	a := &arguments{text: text, kind: k, left: args, plain: plain, parse: func(s string) (Dist, error) { return parse(s, plain) }}
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
	text  string
	kind  *Kind
	left  []unit.Arg
	plain bool // the figures are plain numbers, read as seconds
	parse func(text string) (Dist, error)
	err   error
}

// fail records an error in the words of the kind.
func (a *arguments) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf("%s: %w (write %s, as in %s)", unit.Quote(a.text), fmt.Errorf(format, args...), a.kind.Syntax, a.kind.Example)
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

// peek is the argument with the key, which stays where it is.
func (a *arguments) peek(key string) (value string, ok bool) {
	for _, arg := range a.left {
		if arg.Key == key {
			return arg.Value, true
		}
	}
	return "", false
}

// duration takes a duration above 0. What names it in errors.
func (a *arguments) duration(key, what string) time.Duration {
	d := a.length(key, what)
	if d == 0 {
		a.fail("the %s is 0", what)
	}
	return d
}

// length takes a duration of 0 or more.
func (a *arguments) length(key, what string) time.Duration {
	value, ok := a.take(key)
	if !ok {
		a.fail("no %s", what)
		return 0
	}
	d, err := figure(value, a.plain)
	if err != nil {
		a.fail("%s: %v", what, err)
	}
	return d
}

// figure reads a duration, or a plain number as seconds.
func figure(text string, plain bool) (time.Duration, error) {
	if !plain {
		d, err := unit.ParseDuration(text)
		return d.Std(), err
	}
	if text == "0" {
		return 0, nil
	}
	f, err := unit.ParseFactor(text)
	switch {
	case err != nil:
		return 0, err
	case f > MaxCount:
		return 0, fmt.Errorf("%s is above the largest count, %d", unit.Quote(text), MaxCount)
	}
	return nanoseconds(float64(float64(f) * 1e9)), nil // no product that could be fused with what is added
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

// within takes a plain number from low to high; beyond them the advice is given.
func (a *arguments) within(key string, low, high float64, advice string) float64 {
	v := a.number(key)
	switch {
	case a.err != nil:
	case v < low:
		a.fail("%s is below %s: %s", key, decimal(low), advice)
	case v > high:
		a.fail("%s is above %s: %s", key, decimal(high), advice)
	}
	return v
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

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

// Open reads the files that the distribution names, by their names as written, in
// order. Without it such a distribution cannot be used.
func (v Value) Open(open func(name string) ([]byte, error)) error { return openFiles(v.Dist, open) }

// filed is a distribution that names files, or holds one that does.
type filed interface {
	open(open func(name string) ([]byte, error)) error
}

func openFiles(d Dist, open func(name string) ([]byte, error)) error {
	if f, ok := d.(filed); ok {
		return f.open(open)
	}
	return nil
}

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

// cumulative is what every distribution of this package is, so that they mix.
type cumulative interface {
	Dist
	// within is the probability that a draw is at most d.
	within(d time.Duration) float64
}

// quantile finds the quantile of a distribution that has no formula for it, from
// its probabilities: the bracket doubles from guess, then halves to a nanosecond.
func quantile(c cumulative, q float64, guess time.Duration) time.Duration {
	switch {
	case !(q > 0):
		return 0
	case q >= 1:
		return math.MaxInt64
	}
	low, high := time.Duration(-1), max(guess, 1)
	for c.within(high) < q {
		if low = high; high > math.MaxInt64/2 {
			high = math.MaxInt64
			break
		}
		high *= 2
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; c.within(middle) < q {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// upper is the largest of the reals that round to d.
func upper(d time.Duration) float64 { return float64(d) + 0.5 }
