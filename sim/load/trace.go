package load

import (
	"errors"
	"fmt"
	"math"
	"time"

	"faultline/sim/dist"
	"faultline/sim/rng"
	"faultline/sim/unit"
)

var traceKind = Kind{
	Name:     "trace",
	Syntax:   "trace(FILE)",
	Doc:      "Requests arrive at the times of a file, one a line, in order; with a rate, the file is played faster or slower, so that its mean rate is that.",
	Source:   "by definition; the mean rate is the number of requests over the time of the last",
	Example:  "trace(arrivals.csv)",
	Examples: []string{"trace(../data/herd.csv)"},
	parse: func(args []unit.Arg) (Arrivals, error) {
		if len(args) != 1 || args[0].Key != "" {
			return nil, errors.New("trace takes one argument, a file")
		}
		return &Trace{name: args[0].Value}, nil
	},
}

// Trace is arrivals at given times. Until the file has been read its rate is 0, so
// that a loader can go on to find other mistakes, and an arrival panics.
type Trace struct {
	name  string
	times []time.Duration // ascending
}

// open reads the file: a time from the start of the run in each row.
func (t *Trace) open(open func(name string) ([]byte, error)) error {
	data, err := open(t.name)
	if err != nil {
		return err
	}
	var times []time.Duration
	err = dist.ReadRows(data, func(fields []string) error {
		if len(fields) != 1 {
			return fmt.Errorf("%d columns (write one time of arrival a line)", len(fields))
		}
		d, err := unit.ParseDuration(fields[0])
		switch n := len(times); {
		case err != nil:
			return err
		case n > 0 && d.Std() < times[n-1]:
			return fmt.Errorf("%s is before the time above it (write the times in order)", fields[0])
		}
		times = append(times, d.Std())
		return nil
	})
	if err == nil && times[len(times)-1] == 0 {
		err = errors.New("all times are 0 (write at least one later time, or batch: N)")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	t.times = times
	return nil
}

// Rate is the mean rate of the trace, in requests per second.
func (t *Trace) Rate() float64 {
	n := len(t.times)
	if n == 0 {
		return 0
	}
	return float64(n) / t.times[n-1].Seconds()
}

// Next is the time of request n on the scale of a rate of 1, +Inf after the last.
func (t *Trace) Next(_ float64, n uint64, _ rng.Stream) float64 {
	if t.times == nil { // an error of the program
		panic("load: " + t.String() + " is used before Open has read the file")
	}
	if n >= uint64(len(t.times)) {
		return math.Inf(1)
	}
	last := t.times[len(t.times)-1]
	return float64(float64(t.times[n])/float64(last)) * float64(len(t.times))
}

// String is the spelling.
func (t *Trace) String() string { return "trace(" + t.name + ")" }
