package study

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"faultline/topologies"
	"faultline/topologies/strict"
)

// Axis is a value of the files that a sweep varies: a path as for --set, and the
// values that it takes, in order.
type Axis struct {
	Path   string
	Values []string
}

// maxPoints bounds a grid: whoever needs more has other means.
const maxPoints = 10_000

// ParseAxis reads path=VALUES. VALUES are values and ranges, separated by commas:
//
//	1..8              1, 2, … 8
//	1..8:2            1, 3, 5, 7
//	100/s..1000/s:300/s   steps in the same unit
//	8..1:3            8, 5, 2: downwards
//	1,2,4..8:2        a list with a range in it
//	exp(3ms),[a, b]   commas within brackets and quotes belong to the value
func ParseAxis(text string) (Axis, error) {
	o, err := topologies.ParseSet(text)
	if err != nil {
		return Axis{}, fmt.Errorf("--vary %s: write path=values, as in services.payments.replicas=1..8", strict.Quote(text))
	}
	a := Axis{Path: o.Path}
	seen := make(map[string]bool)
	for _, part := range splitList(o.Value) {
		values, err := expand(strings.TrimSpace(part))
		if err != nil {
			return a, fmt.Errorf("--vary %s: %v", strict.Quote(text), err)
		}
		for _, v := range values {
			if seen[v] {
				return a, fmt.Errorf("--vary %s: %s is there twice", strict.Quote(text), v)
			}
			seen[v] = true
			a.Values = append(a.Values, v)
		}
		if len(a.Values) > maxPoints {
			return a, fmt.Errorf("--vary %s: more than %d values", strict.Quote(text), maxPoints)
		}
	}
	return a, nil
}

// splitList splits at the commas that stand in no brackets and no quotes.
func splitList(text string) (parts []string) {
	depth, from := 0, 0
	quote := rune(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// expand is the values of one part: a range, or itself.
func expand(part string) ([]string, error) {
	if part == "" {
		return nil, errors.New("an empty value (write values, or a range such as 1..8)")
	}
	from, rest, isRange := strings.Cut(part, "..")
	a, number := parseQuantity(from)
	if !isRange || !number { // of paths, ../ is no range
		return []string{part}, nil
	}
	to, by, stepped := strings.Cut(rest, ":")
	b, ok := parseQuantity(to)
	if !ok {
		return nil, fmt.Errorf("%s is no range of numbers (write 1..8, or 100/s..1000/s:100/s)", part)
	}
	step := quantity{digits: 1, unit: a.unit}
	if stepped {
		var ok bool
		if step, ok = parseQuantity(by); !ok || step.digits <= 0 {
			return nil, fmt.Errorf("%s is no step (write a number above 0, such as %s..%s:2%s)", strict.Quote(by), from, to, a.unit)
		}
	}
	if a.unit != b.unit || a.unit != step.unit {
		return nil, fmt.Errorf("%s has values of several units (write all of them with the same, as in 100/s..1000/s:100/s)", part)
	}
	return a.through(b, step)
}

// quantity is a decimal number with what follows it: 0.25, 100/s, 15%.
type quantity struct {
	digits int64 // the number without its point
	places int   // digits after the point
	unit   string
}

// maxPlaces bounds the digits of a number of a range.
const maxPlaces = 9

func parseQuantity(text string) (q quantity, ok bool) {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.' || end == 0 && text[end] == '-') {
		end++
	}
	number, unit := text[:end], text[end:]
	whole, fraction, dotted := strings.Cut(number, ".")
	if whole == "" || whole == "-" || dotted && fraction == "" || len(fraction) > maxPlaces || len(whole) > maxPlaces+1 || strings.ContainsAny(unit, " .") {
		return q, false
	}
	digits, err := strconv.ParseInt(whole+fraction, 10, 64)
	return quantity{digits, len(fraction), unit}, err == nil
}

// scaled is q with more digits after the point.
func (q quantity) scaled(places int) int64 {
	d := q.digits
	for range places - q.places {
		d *= 10
	}
	return d
}

// through is the values from a to b in steps; decimals stay exact.
func (q quantity) through(b, step quantity) (values []string, err error) {
	places := max(q.places, b.places, step.places)
	from, to, by := q.scaled(places), b.scaled(places), step.scaled(places)
	if n := max(to-from, from-to)/by + 1; n > maxPoints {
		return nil, fmt.Errorf("a range of %d values, more than %d (write a larger step)", n, maxPoints)
	}
	if to < from {
		for v := from; v >= to; v -= by {
			values = append(values, quantity{v, places, q.unit}.String())
		}
		return values, nil
	}
	for v := from; v <= to; v += by {
		values = append(values, quantity{v, places, q.unit}.String())
	}
	return values, nil
}

// String is the number with its unit, without zeros that say nothing.
func (q quantity) String() string {
	sign, d := "", q.digits
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("%0*d", q.places+1, d)
	if q.places > 0 {
		point := len(text) - q.places
		text = strings.TrimRight(text[:point]+"."+text[point:], "0")
		text = strings.TrimSuffix(text, ".")
	}
	return sign + text + q.unit
}

// grid is the cartesian product of axes; the last one turns fastest.
type grid []Axis

// parseGrid reads all axes. Every mistake is reported.
func parseGrid(texts []string) (g grid, err error) {
	var wrong []error
	seen := make(map[string]bool)
	n := 1
	for _, text := range texts {
		a, err := ParseAxis(text)
		switch {
		case err != nil:
			wrong = append(wrong, err)
			continue
		case seen[a.Path]:
			wrong = append(wrong, fmt.Errorf("--vary %s: %s is varied twice", strict.Quote(text), a.Path))
			continue
		}
		seen[a.Path] = true
		g = append(g, a)
		n = min(n*len(a.Values), maxPoints+1)
	}
	if n > maxPoints {
		wrong = append(wrong, fmt.Errorf("--vary: more than %d points in all (write fewer values)", maxPoints))
	}
	return g, errors.Join(wrong...)
}

// size is the number of points.
func (g grid) size() int {
	n := 1
	for _, a := range g {
		n *= len(a.Values)
	}
	return n
}

// at is the values of a point, by axis.
func (g grid) at(index int) []string {
	values := make([]string, len(g))
	for i := len(g) - 1; i >= 0; i-- {
		values[i] = g[i].Values[index%len(g[i].Values)]
		index /= len(g[i].Values)
	}
	return values
}

// sets is the point as arguments of --set.
func (g grid) sets(index int) (list []string) {
	for i, v := range g.at(index) {
		list = append(list, g[i].Path+"="+v)
	}
	return list
}
