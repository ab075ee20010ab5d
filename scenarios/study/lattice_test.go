package study

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLatticeNeighboursAreAsCloseAsAsked(t *testing.T) {
	for _, precision := range []float64{0.25, 0.1, 0.05, 0.01, 0.001} {
		l := newLattice(precision)
		if w := l.load(8)/l.load(7) - 1; w > precision*(1+1e-9) || w < precision/2.2 && l.steps > 1 {
			t.Errorf("precision %g: neighbours are %g apart", precision, w)
		}
		if double := l.load(float64(rungs*l.steps)) / l.load(0); math.Abs(double-2) > 1e-12 {
			t.Errorf("precision %g: %d rungs are a factor of %g", precision, rungs, double)
		}
	}
}

func TestBelowIsTheLastPlaceNotAboveALoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lattice{1 << rapid.IntRange(0, 8).Draw(t, "steps")}
		load := math.Exp(rapid.Float64Range(-12, 20).Draw(t, "log"))
		at := l.below(load)
		if !(l.load(float64(at)) <= load && load < l.load(float64(at+1))) {
			t.Fatalf("place %d of %g: %g to %g", at, load, l.load(float64(at)), l.load(float64(at+1)))
		}
		if r := l.rung(load); !(r*l.steps <= at && at < (r+1)*l.steps) {
			t.Fatalf("place %d is on rung %d of %d steps", at, r, l.steps)
		}
	})
}

func TestSeekFindsWhereItStopsToHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floor := rapid.IntRange(-50, 50).Draw(t, "floor")
		ceiling := floor + rapid.IntRange(0, 100).Draw(t, "width")
		last := rapid.IntRange(floor-3, ceiling+3).Draw(t, "last")
		guess := rapid.IntRange(floor-20, ceiling+20).Draw(t, "guess")
		calls := 0
		got, err := seek(guess, floor, ceiling, func(rung int) (bool, error) {
			if calls++; rung < floor || rung > ceiling {
				t.Fatalf("rung %d of %d to %d", rung, floor, ceiling)
			}
			return rung <= last, nil
		})
		if want := min(max(last, floor-1), ceiling); err != nil || got != want {
			t.Fatalf("%d, want %d (%v)", got, want, err)
		}
		if calls > 16 {
			t.Fatalf("%d probes", calls)
		}
	})
}

func TestSeekAndBisectStopAtAnError(t *testing.T) {
	broken := errors.New("broken")
	for _, good := range []int{0, 1, 2, 3, 4} {
		n := 0
		_, err := seek(0, -100, 100, func(rung int) (bool, error) {
			if n++; n > good {
				return false, broken
			}
			return rung < 20, nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("after %d probes: %v", good, err)
		}
	}
}
