package dist

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

var empiricalKind = Kind{
	Name:     "empirical",
	Syntax:   "empirical(FILE)",
	Doc:      "The values of a file, each as often as it stands there (or by its weight, the second column); nothing between them is drawn.",
	Source:   "the empirical distribution function, without interpolation: a draw's mean is the mean of the file",
	Example:  "empirical(latencies.csv)",
	Examples: []string{"empirical(weighted.csv)", "empirical(../data/one.csv)"},
	parse: func(a *arguments) Dist {
		name, ok := a.take("")
		if !ok {
			a.fail("no file")
		}
		return &Empirical{name: name, plain: a.plain}
	},
}

// Empirical draws from the values of a file. Until the file has been read, its
// figures are 0, so that a loader can go on to find other mistakes, and a draw
// panics.
type Empirical struct {
	name   string
	plain  bool
	values []time.Duration // ascending
	upTo   []float64       // sum of the weights so far over all; nil: all weigh the same
	mean   time.Duration
}

// row is a value of the file and its weight.
type row struct {
	value  time.Duration
	weight float64
}

// open reads the file: a value a row, and perhaps a weight in a second column.
func (e *Empirical) open(open func(name string) ([]byte, error)) error {
	data, err := open(e.name)
	if err != nil {
		return err
	}
	var rows []row
	weights := 0
	err = ReadRows(data, func(fields []string) error {
		r, weighted, err := e.row(fields)
		if weighted {
			weights++
		}
		if err == nil && weights != 0 && weights != len(rows)+1 {
			err = fmt.Errorf("some rows have a weight and some have none (write value, weight in every row)")
		}
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	e.take(rows, weights > 0)
	return nil
}

func (e *Empirical) row(fields []string) (r row, weighted bool, err error) {
	r.weight = 1
	if len(fields) > 2 {
		return r, false, fmt.Errorf("%d columns (write the value, and perhaps its weight)", len(fields))
	}
	if r.value, err = figure(fields[0], e.plain); err != nil || len(fields) == 1 {
		return r, false, err
	}
	var f unit.Factor
	err = f.UnmarshalText([]byte(fields[1]))
	if err == nil && f > maxWeight {
		err = fmt.Errorf("the weight %s is above %.0e", unit.Quote(fields[1]), float64(maxWeight))
	}
	r.weight = float64(f)
	return r, true, err
}

// maxWeight keeps the sum of all weights finite and exact enough.
const maxWeight = 1e12

// take sorts the rows and sums the weights, the mean in order of the values.
func (e *Empirical) take(rows []row, weighted bool) {
	slices.SortStableFunc(rows, func(a, b row) int { return int(min(max(a.value-b.value, -1), 1)) })
	sum, total := 0.0, 0.0
	e.values, e.upTo = make([]time.Duration, len(rows)), nil
	for i, r := range rows {
		e.values[i] = r.value
		total += r.weight
		sum += float64(r.weight * float64(r.value))
	}
	e.mean = nanoseconds(sum / total)
	if !weighted {
		return
	}
	e.upTo = make([]float64, len(rows))
	sofar := 0.0
	for i, r := range rows {
		sofar += r.weight
		e.upTo[i] = sofar / total
	}
	e.upTo[len(rows)-1] = 1
}

// Sample draws a row.
func (e *Empirical) Sample(s rng.Stream) time.Duration {
	if e.values == nil { // an error of the program
		panic("dist: " + e.String() + " is drawn from before Open has read the file")
	}
	if e.upTo == nil {
		return e.values[s.IntN(len(e.values))]
	}
	return e.values[e.above(s.Float64())]
}

// above is the first row up to which the weights make more than u in [0, 1).
func (e *Empirical) above(u float64) int {
	low, high := -1, len(e.upTo)-1
	for high-low > 1 {
		if middle := (low + high) / 2; e.upTo[middle] > u {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// Mean is the mean of the values by their weights.
func (e *Empirical) Mean() time.Duration { return e.mean }

// Quantile is the smallest value up to which the weights make q of all; nothing is
// interpolated.
func (e *Empirical) Quantile(q float64) time.Duration {
	n := len(e.values)
	i := 0
	switch {
	case n == 0:
		return 0
	case e.upTo != nil:
		i = sort.SearchFloat64s(e.upTo, q)
	case q > 0:
		i = int(math.Ceil(float64(min(q, 1)*float64(n)))) - 1
	}
	return e.values[min(i, n-1)]
}

// String is the spelling.
func (e *Empirical) String() string { return "empirical(" + e.name + ")" }

func (e *Empirical) within(d time.Duration) float64 {
	n := sort.Search(len(e.values), func(i int) bool { return e.values[i] > d })
	switch {
	case len(e.values) == 0:
		return 1
	case n == 0:
		return 0
	case e.upTo != nil:
		return e.upTo[n-1]
	}
	return float64(n) / float64(len(e.values))
}
