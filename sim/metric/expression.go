package metric

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Aggregator makes one value of many: "avg", "med", "max", "total", "p(99.9)",
// or a part of a metric: "share" of queueWait, "tooSlow" of severity.
type Aggregator string

// Aggregators that code refers to.
const (
	Total   Aggregator = "total" // over the measured window of one run
	ShareOf Aggregator = "share" // of those that waited at all
)

// Quantile is the percentile form of a: p(99), for 0 < percent < 100.
func Quantile(percent float64) Aggregator {
	return Aggregator("p(" + strconv.FormatFloat(percent, 'f', -1, 64) + ")")
}

// Key is the aggregator as result.json spells it: "p99" for p(99), "p999" for
// p(99.9), "p50" for med, else its name. Where a fraction follows, two digits
// stand before it: p(5.5) is "p055", and p(55) "p55".
func (a Aggregator) Key() string {
	if a == "med" {
		return "p50"
	}
	if inner, ok := strings.CutPrefix(string(a), "p("); ok {
		whole, fraction, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ".")
		if len(whole) == 1 && fraction != "" {
			whole = "0" + whole
		}
		return "p" + whole + fraction
	}
	return string(a)
}

// Percent is the N of p(N); med is p(50). ok is false for other aggregators.
func (a Aggregator) Percent() (percent float64, ok bool) {
	if a == "med" {
		return 50, true
	}
	inner, ok := strings.CutPrefix(string(a), "p(")
	if !ok {
		return 0, false
	}
	percent, err := decimal(strings.TrimSuffix(inner, ")"))
	return percent, err == nil && percent > 0 && percent < 100
}

// percentileOf is the inverse of Key for percentiles.
func percentileOf(key string) (Aggregator, bool) {
	digits, ok := strings.CutPrefix(key, "p")
	if !ok || digits == "" {
		return "", false
	}
	if len(digits) > 2 {
		digits = strings.TrimPrefix(digits[:2], "0") + "." + digits[2:]
	}
	percent, ok := Aggregator("p(" + digits + ")").Percent()
	a := Quantile(percent)
	return a, ok && a.Key() == key
}

// aggregatorNames lists what an expression on m may begin with.
func (m *Metric) aggregatorNames() string {
	if len(m.Aggregators) == 0 {
		return "it has one value, as in " + m.example(m.Unit)
	}
	out := make([]string, len(m.Aggregators))
	for i, a := range m.Aggregators {
		out[i] = string(a)
	}
	if m.AnyPercentile() {
		out = append(out, "any other p(N)")
	}
	return "it has " + strings.Join(out, ", ")
}

// Op compares a value with a bound.
type Op uint8

// The operators.
const (
	Less Op = iota
	AtMost
	Greater
	AtLeast
	Equal
	Unequal
)

var opTexts = [...]string{"<", "<=", ">", ">=", "==", "!="}

// String is the operator as it is written.
func (o Op) String() string { return opTexts[o] }

// Expression is one condition on a figure: p(99) < 300ms.
type Expression struct {
	Aggregator Aggregator // never "" for a metric that has aggregators
	Op         Op
	Bound      float64 // in Unit: seconds, per second, share of 0..1, number
	Unit       Unit
	Word       string // in place of Bound, when Unit is Word
}

// String prints e as [ParseExpression] reads it.
func (e Expression) String() string {
	text := e.Op.String() + " " + e.bound()
	if e.Aggregator != "" {
		text = string(e.Aggregator) + " " + text
	}
	return text
}

func (e Expression) bound() string {
	if e.Unit == Word {
		return e.Word
	}
	return Format(e.Bound, e.Unit)
}

// Duration is the bound of an expression on a time.
func (e Expression) Duration() time.Duration {
	return time.Duration(math.Round(float64(e.Bound * 1e9)))
}

// Holds reports whether one value satisfies e; NaN satisfies nothing.
func (e Expression) Holds(value float64) bool {
	switch e.Op {
	case Less:
		return value < e.Bound
	case AtMost:
		return value <= e.Bound
	case Greater:
		return value > e.Bound
	case AtLeast:
		return value >= e.Bound
	case Equal:
		return value == e.Bound
	default:
		return value < e.Bound || value > e.Bound
	}
}

// HoldsWord reports whether a word satisfies e.
func (e Expression) HoldsWord(word string) bool { return (word == e.Word) == (e.Op == Equal) }

// Outcome is what a condition came to, from good to bad.
type Outcome uint8

// The outcomes; the worst of several is the greatest.
const (
	Pass Outcome = iota
	Inconclusive
	Fail
)

var outcomeTexts = [...]string{"pass", "inconclusive", "fail"}

// String is "pass", "inconclusive" or "fail".
func (o Outcome) String() string { return outcomeTexts[o] }

// Judge compares an interval with the bound: Pass where all of it satisfies e,
// Fail where none of it does, else Inconclusive. With low == value == high the
// point decides. NaN anywhere is Inconclusive.
func (e Expression) Judge(low, value, high float64) Outcome {
	if math.IsNaN(low) || math.IsNaN(value) || math.IsNaN(high) {
		return Inconclusive
	}
	if low < e.Bound && e.Bound < high && (e.Op == Equal || e.Op == Unequal) {
		return Inconclusive // the ends do not speak for what lies between
	}
	switch l, v, h := e.Holds(low), e.Holds(value), e.Holds(high); {
	case l && v && h:
		return Pass
	case !l && !v && !h:
		return Fail
	}
	return Inconclusive
}

// ParseExpression reads [aggregator] operator bound, as a condition on the
// selector's metric. A negative bound is for versus only. The error says what
// was found and what would be right.
func ParseExpression(text string, s Selector) (Expression, error) {
	m, err := Lookup(s.Metric)
	if err != nil {
		return Expression{}, err
	}
	e, bound, err := split(text, m)
	if err != nil {
		return Expression{}, err
	}
	if e.Aggregator == "" {
		e.Aggregator = m.Default()
	} else if !m.has(e.Aggregator) {
		return Expression{}, m.noAggregator(e.Aggregator)
	}
	e.Unit = m.UnitOf(e.Aggregator)
	if e.Unit == Word {
		return m.word(e, bound)
	}
	if e.Bound, err = parseBound(bound, e.Unit, m, s.Tags[Versus] != ""); err != nil {
		return Expression{}, err
	}
	return e, nil
}

// split cuts text at its operator. A word metric's own name may stand before
// it: state == stable.
func split(text string, m *Metric) (e Expression, bound string, err error) {
	if err := checkText(text); err != nil {
		return e, "", err
	}
	at := strings.IndexAny(text, "<>=!≤≥")
	if at < 0 {
		return e, "", fmt.Errorf("no comparison in %q (write one, as in %s)", text, m.example(m.Unit))
	}
	rest := text[at:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("<>=!≤≥", r) })
	if end < 0 {
		end = len(rest)
	}
	op := slices.Index(opTexts[:], rest[:end])
	if op < 0 {
		return e, "", fmt.Errorf("unknown operator %q (write %s)", rest[:end], suggestedOp(rest[:end]))
	}
	e.Op = Op(op)
	if bound = strings.TrimSpace(rest[end:]); bound == "" {
		return e, "", fmt.Errorf("nothing follows %s in %q (write a bound, as in %s)", e.Op, text, m.example(m.Unit))
	}
	if name := strings.TrimSpace(text[:at]); name != "" && (m.Unit != Word || name != m.Name) {
		e.Aggregator, err = parseAggregator(name, m)
	}
	return e, bound, err
}

func suggestedOp(found string) string {
	switch found {
	case "=", "===":
		return "=="
	case "=<", "≤":
		return "<="
	case "=>", "≥":
		return ">="
	case "<>", "!", "!==":
		return "!="
	}
	return "one of " + strings.Join(opTexts[:], " ")
}

// parseAggregator reads a name or p(N), with any 0 < N < 100, in its canonical
// spelling: "p( 99.0 )" is p(99).
func parseAggregator(text string, m *Metric) (Aggregator, error) {
	name, inner, call := strings.Cut(text, "(")
	if !call {
		return Aggregator(text), nil
	}
	inner, closed := strings.CutSuffix(inner, ")")
	if strings.TrimSpace(name) != "p" {
		return "", m.noAggregator(Aggregator(text))
	}
	percent, err := decimal(strings.TrimSpace(inner))
	if err != nil || !closed || percent <= 0 || percent >= 100 {
		return "", fmt.Errorf("%s is no percentile (write p(N) with N between 0 and 100, as p(99))", text)
	}
	return Quantile(percent), nil
}

// noAggregator says which there are, with the likely spelling first.
func (m *Metric) noAggregator(a Aggregator) error {
	switch {
	case len(m.Aggregators) == 0:
		return fmt.Errorf("%s has no aggregator %q (%s)", m.Name, a, m.aggregatorNames())
	}
	for _, known := range m.Aggregators {
		if known.Key() == strings.ToLower(string(a)) && known != "med" && known != a {
			return fmt.Errorf("unknown aggregator %q (did you mean %s?)", a, known)
		}
	}
	names := make([]string, len(m.Aggregators))
	for i, known := range m.Aggregators {
		names[i] = string(known)
	}
	if strings.HasPrefix(string(a), "p(") {
		return fmt.Errorf("%s has no %s (%s)", m.Name, a, m.aggregatorNames())
	}
	return unknown("aggregator", string(a), names)
}

// word reads the bound of a word metric.
func (m *Metric) word(e Expression, bound string) (Expression, error) {
	if e.Op != Equal && e.Op != Unequal {
		return Expression{}, fmt.Errorf("%s %s %s: words have no order (write == or !=)", m.Name, e.Op, bound)
	}
	if !slices.Contains(m.Words, bound) {
		return Expression{}, unknown(m.Name, bound, m.Words)
	}
	e.Word = bound
	return e, nil
}
