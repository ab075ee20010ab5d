package load

import (
	"math"
	"testing"
	"time"

	"github.com/tsenart/vegeta/v12/lib"
)

// Every profile is a pacer of vegeta, which can so attack for real what was
// simulated.
var (
	_ vegeta.Pacer = Constant(0)
	_ vegeta.Pacer = (*Stages)(nil)
	_ vegeta.Pacer = Linear{}
	_ vegeta.Pacer = Sine{}
	_ vegeta.Pacer = Pacer(nil)
)

const sec = time.Second

// profiles are what the conformance tests run over: each kind, and the shapes
// that break an inversion.
var profiles = []struct {
	name    string
	profile Profile
}{
	{"constant", Constant(400)},
	{"constant, slow", Constant(1.0 / 3600)},
	{"constant, fast", Constant(1e9)},
	{"constant, an odd rate", Constant(300)},
	{"ramp up", NewStages(100, []Stage{{60 * sec, 800}})},
	{"ramp down", NewStages(800, []Stage{{60 * sec, 100}})},
	{"ramp from zero", NewStages(0, []Stage{{60 * sec, 800}})},
	{"ramp to zero and back", NewStages(400, []Stage{{30 * sec, 0}, {30 * sec, 400}})},
	{"ramp to zero, for good", NewStages(400, []Stage{{30 * sec, 0}})},
	{"step", NewStages(100, []Stage{{10 * sec, 100}, {0, 500}, {10 * sec, 500}, {0, 50}})},
	{"silence, then a step", NewStages(0, []Stage{{20 * sec, 0}, {0, 300}})},
	{"silence between", NewStages(200, []Stage{{10 * sec, 200}, {0, 0}, {30 * sec, 0}, {0, 200}})},
	{"silence in the end", NewStages(200, []Stage{{10 * sec, 200}, {0, 0}})},
	{"nearly level", NewStages(400, []Stage{{3600 * sec, 400.0000001}})},
	{"steep", NewStages(0, []Stage{{time.Microsecond, 1e6}, {10 * sec, 1e6}})},
	{"many", NewStages(1, []Stage{{sec, 5}, {2 * sec, 3}, {0, 9}, {3 * sec, 0}, {4 * sec, 0}, {sec, 7}, {sec / 7, 2}})},
	{"scaled", NewStages(100, []Stage{{60 * sec, 800}}).Scale(2.5)},
	{"linear", Linear{100, 5}},
	{"linear down to zero", Linear{400, -10}},
	{"sine", Sine{60 * sec, 100, 50, MeanUp}},
	{"sine from the trough, nearly touching zero", Sine{7 * sec, 100, 99.99, Trough}},
	{"sine, fast and small", Sine{3 * time.Millisecond, 300, 200, MeanDown}},
	{"sine, slow", Sine{24 * 3600 * sec, 300, 200, Peak}},
}

func TestProfileHitsIsTheIntegralOfTheRate(t *testing.T) {
	for _, p := range profiles {
		const horizon, steps = 90 * sec, 900_000
		sum, worst := 0.0, 0.0
		for i := range steps {
			at := horizon / steps * time.Duration(i)
			sum += p.profile.Rate(at+horizon/steps/2) * (horizon / steps).Seconds()
			worst = max(worst, math.Abs(sum-p.profile.Hits(at+horizon/steps)))
		}
		// A step or an edge inside a midpoint interval costs half of its hits.
		peak := 0.0
		for i := range 1000 {
			peak = max(peak, p.profile.Rate(horizon/1000*time.Duration(i)))
		}
		if bound := 1e-9*sum + 4*peak*(horizon/steps).Seconds(); worst > bound {
			t.Errorf("%s: Hits is up to %v off the integral of Rate, want at most %v", p.name, worst, bound)
		}
	}
}

func TestProfileAtInvertsHits(t *testing.T) {
	for _, p := range profiles {
		last := time.Duration(0)
		total := min(p.profile.Hits(90*sec), 1e6)
		for i := range 10_000 {
			hits := total * float64(i) / 10_000
			at, ok := p.profile.At(hits)
			if !ok {
				t.Fatalf("%s: %v hits never come, though %v are expected", p.name, hits, total)
			}
			if at < last {
				t.Fatalf("%s: %v hits come at %v, fewer came at %v", p.name, hits, at, last)
			}
			last = at
			// Half a nanosecond of rounding, and the rounding of the count itself.
			bound := (math.Max(p.profile.Rate(at), p.profile.Rate(max(at-1, 0)))+1)*1e-9 + 4e-16*total + 4e-16*hits
			if back := p.profile.Hits(at); math.Abs(back-hits) > bound {
				t.Fatalf("%s: At(%v) = %v, where Hits is %v: off by %v, want at most %v", p.name, hits, at, back, back-hits, bound)
			}
		}
	}
}

func TestProfileStartsAtZero(t *testing.T) {
	for _, p := range profiles {
		for _, at := range []time.Duration{math.MinInt64, -sec, 0} {
			if h := p.profile.Hits(at); h != 0 {
				t.Errorf("%s: %v hits are expected by %v", p.name, h, at)
			}
		}
		for _, hits := range []float64{0, -1, math.Inf(-1)} {
			if at, ok := p.profile.At(hits); at != 0 || !ok {
				t.Errorf("%s: At(%v) = %v, %v", p.name, hits, at, ok)
			}
		}
		if at, ok := p.profile.At(math.NaN()); ok {
			t.Errorf("%s: At(NaN) = %v", p.name, at)
		}
		if at, ok := p.profile.At(math.Inf(1)); ok {
			t.Errorf("%s: At(+Inf) = %v", p.name, at)
		}
		if at, ok := p.profile.At(1e300); ok {
			t.Errorf("%s: At(1e300) = %v, beyond the largest duration", p.name, at)
		}
	}
}

func TestProfileScaleMultipliesTheRate(t *testing.T) {
	for _, p := range profiles {
		for _, f := range []float64{0, 0.5, 3} {
			scaled := p.profile.Scale(f)
			for at := time.Duration(0); at < 90*sec; at += 777 * time.Millisecond {
				for what, pair := range map[string][2]float64{
					"Rate": {scaled.Rate(at), f * p.profile.Rate(at)}, "Hits": {scaled.Hits(at), f * p.profile.Hits(at)},
				} {
					if math.Abs(pair[0]-pair[1]) > 1e-12*pair[1]+1e-6*p.profile.Rate(at)*1e-6 {
						t.Fatalf("%s × %v: %s at %v is %v, want %v", p.name, f, what, at, pair[0], pair[1])
					}
				}
			}
		}
	}
}

func TestProfileNothingAllocates(t *testing.T) {
	for _, p := range profiles {
		hits, sum := 0.0, time.Duration(0)
		if n := testing.AllocsPerRun(100, func() {
			at, _ := p.profile.At(hits)
			wait, _ := p.profile.Pace(at, uint64(hits))
			sum += at + wait + time.Duration(p.profile.Rate(at)+p.profile.Hits(at))
			hits++
		}); n != 0 {
			t.Errorf("%s: allocates %v times", p.name, n)
		}
	}
}

func TestZeroRateStretchesArePassedOver(t *testing.T) {
	between := NewStages(200, []Stage{{10 * sec, 200}, {0, 0}, {30 * sec, 0}, {0, 200}})
	for hits, want := range map[float64]time.Duration{
		1: 5 * time.Millisecond, 2000: 10 * sec, 2001: 40*sec + 5*time.Millisecond, 4000: 50 * sec,
	} {
		if at, ok := between.At(hits); at != want || !ok {
			t.Errorf("At(%v) = %v, %v; want %v", hits, at, ok, want)
		}
	}
	end := NewStages(200, []Stage{{10 * sec, 200}, {0, 0}})
	if at, ok := end.At(2000); at != 10*sec || !ok {
		t.Errorf("the last hit comes at %v, %v", at, ok)
	}
	if at, ok := end.At(2000.001); ok {
		t.Errorf("a hit comes at %v, after the end of all traffic", at)
	}
	for _, never := range []Profile{Constant(0), NewStages(0, nil), NewStages(0, []Stage{{sec, 0}}), Constant(5).Scale(0)} {
		if at, ok := never.At(0.5); ok {
			t.Errorf("%s: half a hit comes at %v", never, at)
		}
		if wait, stop := never.Pace(0, 0); !stop {
			t.Errorf("%s: wait %v for the first hit", never, wait)
		}
	}
}

func TestTheLastTargetHoldsOn(t *testing.T) {
	s := NewStages(100, []Stage{{10 * sec, 300}})
	if r := s.Rate(1000 * sec); r != 300 {
		t.Errorf("the rate long after is %v", r)
	}
	if h := s.Hits(20 * sec); h != 2000+3000 {
		t.Errorf("%v hits by 20 s", h)
	}
	if r := NewStages(100, nil).Rate(5 * sec); r != 100 {
		t.Errorf("without stages the rate is %v, want the start rate", r)
	}
}

func TestStepsAreInstant(t *testing.T) {
	s := NewStages(100, []Stage{{0, 500}, {10 * sec, 500}, {0, 200}, {0, 50}})
	for at, want := range map[time.Duration]float64{-1: 0, 0: 500, 10*sec - 1: 500, 10 * sec: 50} {
		if r := s.Rate(at); r != want {
			t.Errorf("Rate(%v) = %v, want %v", at, r, want)
		}
	}
}

func TestStagesBeyondTheLargestDuration(t *testing.T) {
	s := NewStages(1, []Stage{{math.MaxInt64, 1}, {math.MaxInt64, 2}})
	if at, ok := s.At(1e6); at != 1e6*sec || !ok {
		t.Errorf("At(1e6) = %v, %v", at, ok)
	}
	if r := s.Rate(math.MaxInt64 - 1); r != 1 {
		t.Errorf("the rate in the end is %v", r)
	}
}

// attack drives a pacer as vegeta does, on a clock that waits exactly, and
// returns the instants of the hits.
func attack(p Pacer, n int) []time.Duration {
	at, instants := time.Duration(0), make([]time.Duration, n)
	for i := range instants {
		wait, stop := p.Pace(at, uint64(i))
		if stop {
			return instants[:i]
		}
		at += max(wait, 0)
		instants[i] = at
	}
	return instants
}

func TestConstantAgreesWithVegetaWithinANanosecond(t *testing.T) {
	// Whole nanoseconds between hits: all instants agree.
	for _, freq := range []int{1, 50, 400, 1000, 8000} {
		ours, theirs := attack(Constant(freq), 200_000), attack(vegeta.ConstantPacer{Freq: freq, Per: sec}, 200_000)
		if len(ours) != len(theirs) {
			t.Fatalf("%d/s: %d hits, vegeta has %d", freq, len(ours), len(theirs))
		}
		for i := range ours {
			if d := ours[i] - theirs[i]; d < -1 || d > 1 {
				t.Fatalf("%d/s: hit %d comes at %v, vegeta's at %v", freq, i, ours[i], theirs[i])
			}
		}
	}
	// Otherwise vegeta cuts the interval and runs ahead by less than 1 ns a hit;
	// the intervals agree.
	for _, freq := range []int{3, 7, 300, 999, 30_000} {
		ours, theirs := attack(Constant(freq), 100_000), attack(vegeta.ConstantPacer{Freq: freq, Per: sec}, 100_000)
		for i := 1; i < len(ours); i++ {
			if d := (ours[i] - ours[i-1]) - (theirs[i] - theirs[i-1]); d < -1 || d > 1 {
				t.Fatalf("%d/s: hit %d comes %v after the one before, vegeta's %v", freq, i, ours[i]-ours[i-1], theirs[i]-theirs[i-1])
			}
		}
		// Ours stay true to the rate: hit i at (i+1)/rate.
		if last := ours[len(ours)-1].Seconds(); math.Abs(last-100_000/float64(freq)) > 1e-9 {
			t.Errorf("%d/s: hit 100,000 comes at %v s", freq, last)
		}
	}
}

func TestConstantTellsALateCallerToHit(t *testing.T) {
	theirs := vegeta.ConstantPacer{Freq: 1000, Per: sec}
	for _, elapsed := range []time.Duration{500 * time.Millisecond, 999 * time.Millisecond, 10 * sec} {
		ours, stop := Constant(1000).Pace(elapsed, 100)
		want, stopped := theirs.Pace(elapsed, 100)
		if ours != max(want, 0) || stop != stopped {
			t.Errorf("100 hits at %v: wait %v, %v; vegeta has %v, %v", elapsed, ours, stop, want, stopped)
		}
	}
}

// Vegeta's linear pacer extrapolates with the rate r at the hit before, where ours
// solves r x + a x²/2 = d for the wait x over the d hits that are missing. By
// Taylor, x = d/r - a d²/(2r³) + …: vegeta is late by a d²/(2r³), and by half a
// nanosecond a hit for its rounded interval, and makes both good at the next hit,
// so that the difference of the instants stays there. Its first hit it sends at
// once, so that two are missing at the second; else d is 1.
func TestRampAgreesWithVegeta(t *testing.T) {
	const hits = 100_000
	for _, c := range []struct {
		start int
		slope float64 // per second and second
	}{{100, 2}, {1000, 0.5}, {50, 10}, {400, 0.01}} {
		ramp := NewStages(float64(c.start), []Stage{{3600 * sec, float64(c.start) + 3600*c.slope}})
		theirs := vegeta.LinearPacer{StartAt: vegeta.Rate{Freq: c.start, Per: sec}, Slope: c.slope}
		at := attack(theirs, hits)
		ours := attack(ramp, hits)
		for i := 1; i < hits; i++ {
			if d := math.Abs(ramp.Rate(at[i]) - theirs.Rate(at[i])); d > 1e-9 {
				t.Fatalf("%+v: the rates at %v are %v apart", c, at[i], d)
			}
			r := theirs.Rate(at[i-1])
			missing := float64(i+1) - ramp.Hits(at[i-1])
			bound := 1e9*c.slope*missing*missing/(2*r*r*r) + 2
			if d := float64(at[i] - ours[i]); math.Abs(d) > bound {
				t.Fatalf("%+v: hit %d comes at %v, vegeta's %v ns later, want at most %v", c, i, ours[i], d, bound)
			}
		}
	}
}

func TestProfilesTellWhatTheyAre(t *testing.T) {
	for want, p := range map[string]Profile{
		"400/s": Constant(400),
		"from 100/s to 800/s in 2m, then to 0/s at once": NewStages(100, []Stage{{120 * sec, 800}, {0, 0}}),
		"from 5/s":                         NewStages(5, nil),
		"from 10/s, +5/s every second":     Linear{10, 5},
		"from 10/s, -0.5/s every second":   Linear{10, -0.5},
		"100/s ± 50/s in 10m, from MeanUp": Sine{600 * sec, 100, 50, MeanUp},
	} {
		if p.String() != want {
			t.Errorf("%T is %q, want %q", p, p, want)
		}
	}
}

// Measured on one core of a Xeon in a cloud: a constant rate 5 ns, four ramps 14 ns
// (and an arrival by Poisson 6 ns).
func BenchmarkConstantAt(b *testing.B) { benchAt(b, Constant(400)) }
func BenchmarkRampAt(b *testing.B) {
	benchAt(b, NewStages(100, []Stage{{60 * sec, 800}, {60 * sec, 800}, {600 * sec, 100}}))
}

func benchAt(b *testing.B, p Profile) {
	var sum time.Duration
	for i := range b.N {
		at, _ := p.At(float64(i & 0xffff))
		sum += at
	}
	sink = float64(sum)
}

var sink float64
