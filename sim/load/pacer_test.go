package load

import (
	"math"
	"testing"
	"time"

	"github.com/tsenart/vegeta/v12/lib"
)

// pacers are ours beside vegeta's.
var pacers = []struct {
	name   string
	ours   Profile
	theirs vegeta.Pacer
}{
	{"linear", Linear{100, 5}, vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 100, Per: sec}, Slope: 5}},
	{"linear, slow", Linear{0.5, 0.01}, vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 30, Per: 60 * sec}, Slope: 0.01}},
	{"linear, steep", Linear{1000, 900}, vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 1000, Per: sec}, Slope: 900}},
	{"linear, falling", Linear{1000, -1}, vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: 1000, Per: sec}, Slope: -1}},
	{"sine", Sine{600 * sec, 100, 50, MeanUp}, vegeta.SinePacer{Period: 600 * sec, Mean: vegeta.Rate{Freq: 100, Per: sec}, Amp: vegeta.Rate{Freq: 50, Per: sec}, StartAt: vegeta.MeanUp}},
	{"sine, peak", Sine{60 * sec, 1000, 900, Peak}, vegeta.SinePacer{Period: 60 * sec, Mean: vegeta.Rate{Freq: 1000, Per: sec}, Amp: vegeta.Rate{Freq: 900, Per: sec}, StartAt: vegeta.Peak}},
	{"sine, mean down", Sine{20 * sec, 30, 29, MeanDown}, vegeta.SinePacer{Period: 20 * sec, Mean: vegeta.Rate{Freq: 30, Per: sec}, Amp: vegeta.Rate{Freq: 29, Per: sec}, StartAt: vegeta.MeanDown}},
	{"sine, trough", Sine{3600 * sec, 400, 100, Trough}, vegeta.SinePacer{Period: 3600 * sec, Mean: vegeta.Rate{Freq: 400, Per: sec}, Amp: vegeta.Rate{Freq: 100, Per: sec}, StartAt: vegeta.Trough}},
}

// near reports durations within a nanosecond.
func near(a, b time.Duration) bool { return a-b <= 1 && b-a <= 1 }

// Each step of an attack, from the instants of vegeta's.
func TestPaceAgreesWithVegetaWithinANanosecond(t *testing.T) {
	for _, p := range pacers {
		at := time.Duration(0)
		for hits := range uint64(50_000) {
			ours, stop := p.ours.Pace(at, hits)
			theirs, stopped := p.theirs.Pace(at, hits)
			if !near(ours, theirs) || stop != stopped {
				t.Fatalf("%s: %d hits at %v: wait %v, %v; vegeta has %v, %v", p.name, hits, at, ours, stop, theirs, stopped)
			}
			if r := p.theirs.Rate(at); math.Abs(p.ours.Rate(at)-r) > 1e-9*r {
				t.Fatalf("%s: the rate at %v is %v, vegeta's %v", p.name, at, p.ours.Rate(at), r)
			}
			at += theirs
		}
	}
}

// And off the path: callers who are late, early, or far from where they should be.
func TestPaceAgreesWithVegetaFromAnywhere(t *testing.T) {
	for _, p := range pacers {
		for at := time.Duration(0); at < 300*sec; at += 1234567891 {
			for _, off := range []float64{-1000, -2, -1, -0.5, 0, 0.5, 1, 2, 10} {
				hits := uint64(max(p.ours.Hits(at)+off, 0))
				ours, stop := p.ours.Pace(at, hits)
				theirs, stopped := p.theirs.Pace(at, hits)
				if !near(ours, theirs) || stop != stopped {
					t.Fatalf("%s: %d hits at %v: wait %v, %v; vegeta has %v, %v", p.name, hits, at, ours, stop, theirs, stopped)
				}
			}
		}
	}
}

// What is simulated, At, is where vegeta's attack is too: within the thousandth of
// a hit that its sine is content with, and what the rate changes by between two
// hits on its line.
func TestAttackWithVegetaKeepsToTheProfile(t *testing.T) {
	for _, p := range pacers {
		instants := attack(p.theirs, 20_000)
		for i := 1; i < len(instants); i++ {
			if d := math.Abs(p.ours.Hits(instants[i]) - float64(i+1)); d > 0.02 && instants[i] > 10*sec {
				t.Fatalf("%s: %v hits are expected when vegeta sends hit %d", p.name, p.ours.Hits(instants[i]), i+1)
			}
		}
	}
}

func TestLinearEndsAtZero(t *testing.T) {
	l := Linear{100, -10} // 500 hits in 10 s
	if at, ok := l.At(500); at != 10*sec || !ok {
		t.Errorf("the last hit comes at %v, %v", at, ok)
	}
	if at, ok := l.At(500.01); ok {
		t.Errorf("a hit comes at %v, after the end", at)
	}
	if h := l.Hits(3600 * sec); h != 500 {
		t.Errorf("%v hits in all", h)
	}
	if r := l.Rate(11 * sec); r != 0 {
		t.Errorf("the rate after the end is %v", r)
	}
	if wait, stop := l.Pace(11*sec, 500); !stop {
		t.Errorf("wait %v for a hit after the end", wait)
	}
}

// Whole periods expect whole means, however many went before.
func TestSineIsTrueOverManyPeriods(t *testing.T) {
	s := Sine{10 * sec, 100, 99, Peak}
	for _, turns := range []time.Duration{1, 1000, 1_000_000, 100_000_000} {
		if at, ok := s.At(float64(turns) * 1000); at != turns*10*sec || !ok {
			t.Errorf("%d periods end at %v, %v", turns, at, ok)
		}
		if r := s.Rate(turns * 10 * sec); math.Abs(r-199) > 1e-9 {
			t.Errorf("the rate after %d periods is %v", turns, r)
		}
	}
	quarter := s.Hits(2500 * time.Millisecond) // 250 + 99 × 10/2π
	if math.Abs(quarter-(250+990/(2*math.Pi))) > 1e-9 {
		t.Errorf("%v hits in the first quarter", quarter)
	}
}

func BenchmarkLinearAt(b *testing.B) { benchAt(b, Linear{100, 5}) }
func BenchmarkSineAt(b *testing.B)   { benchAt(b, Sine{600 * sec, 100, 50, MeanUp}) }
