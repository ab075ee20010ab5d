package study

import (
	"math"

	"faultline/sim/detmath"
)

// lattice is the loads that a search may try, in requests per second: the powers
// 2^(k/(4·steps)), k a whole number. Being absolute, they are the same whatever the
// scenario's own rate is, and for all topologies. Every steps-th of them is a rung:
// four rungs double the load.
type lattice struct{ steps int }

// rungs is how many rungs double the load.
const rungs = 4

// newLattice has neighbours at most that relative distance apart. Steps is a power
// of two, so that bisection between rungs is even.
func newLattice(precision float64) lattice {
	l := lattice{1}
	for l.width() > precision && l.steps < 1<<20 {
		l.steps *= 2
	}
	return l
}

// width is the relative distance of two neighbours.
func (l lattice) width() float64 { return detmath.Pow(2, 1/float64(rungs*l.steps)) - 1 }

// load is the load at a place of the lattice; fractions lie between.
func (l lattice) load(at float64) float64 { return detmath.Pow(2, at/float64(rungs*l.steps)) }

// below is the last place that is not above a load > 0.
func (l lattice) below(load float64) int {
	at := int(math.Floor(float64(detmath.Log(load)/detmath.Log(2)) * float64(rungs*l.steps)))
	for l.load(float64(at+1)) <= load {
		at++
	}
	for l.load(float64(at)) > load {
		at--
	}
	return at
}

// rung is the last rung that is not above a load > 0.
func (l lattice) rung(load float64) int {
	return int(math.Floor(float64(l.below(load)) / float64(l.steps)))
}

// seek finds the highest rung within [floor, ceiling] that holds and above which
// the next does not, from a first guess: in strides that double until the two are
// bracketed, then by bisection. It is floor−1 where none holds, and ceiling where
// all do. Where holding is not monotone, it is one of several such rungs.
func seek(guess, floor, ceiling int, holds func(rung int) (bool, error)) (int, error) {
	guess = min(max(guess, floor), ceiling)
	ok, err := holds(guess)
	if err != nil {
		return 0, err
	}
	for stride := 1; ; stride *= 2 {
		switch {
		case ok && guess == ceiling:
			return ceiling, nil
		case !ok && guess == floor:
			return floor - 1, nil
		}
		next := min(guess+stride, ceiling)
		if !ok {
			next = max(guess-stride, floor)
		}
		held, err := holds(next)
		switch {
		case err != nil:
			return 0, err
		case held != ok:
			return bisect(min(guess, next), max(guess, next), holds)
		}
		guess = next
	}
}

// bisect narrows a bracket, of which low holds and high does not, until they are
// neighbours, and returns low.
func bisect(low, high int, holds func(int) (bool, error)) (int, error) {
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := holds(middle)
		switch {
		case err != nil:
			return 0, err
		case ok:
			low = middle
		default:
			high = middle
		}
	}
	return low, nil
}
