package resilience

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/rng"
	"faultline/sim/unit"
)

const ms = time.Millisecond

func backoff(base, limit time.Duration, j Jitter) Backoff {
	return Backoff{Base: unit.Duration(base), Max: unit.Duration(limit), Jitter: j}
}

// TestWaitsDoubleUpToTheMaximum is the table of b = min(max, base·2ⁿ⁻¹).
func TestWaitsDoubleUpToTheMaximum(t *testing.T) {
	for _, c := range []struct {
		name      string
		base, max time.Duration
		want      []time.Duration // before retry 1, 2, …
	}{
		{"the defaults", 25 * ms, 250 * ms, []time.Duration{25 * ms, 50 * ms, 100 * ms, 200 * ms, 250 * ms, 250 * ms}},
		{"the maximum hit exactly", 10 * ms, 40 * ms, []time.Duration{10 * ms, 20 * ms, 40 * ms, 40 * ms}},
		{"base and maximum equal", 7 * ms, 7 * ms, []time.Duration{7 * ms, 7 * ms, 7 * ms}},
		{"at once", 0, 250 * ms, []time.Duration{0, 0, 0}},
		{"no end of time is passed", math.MaxInt64 / 3, math.MaxInt64, []time.Duration{math.MaxInt64 / 3, math.MaxInt64 / 3 * 2, math.MaxInt64, math.MaxInt64}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := backoff(c.base, c.max, "none")
			for i, want := range c.want {
				if got := b.Wait(i+1, 0, rng.Root(1, 0).Stream(0)); got != want {
					t.Errorf("before retry %d: %v, want %v", i+1, got, want)
				}
			}
		})
	}
}

// TestEnvoysWaitsAreThoseOfItsTable: "random between 0 and (2ⁿ−1)·25 ms": 0–24 ms,
// 0–74 ms, 0–174 ms, then up to 250 ms (Envoy's documentation, "x-envoy-max-retries").
func TestEnvoysWaitsAreThoseOfItsTable(t *testing.T) {
	for _, c := range []struct {
		base, max time.Duration
		below     []time.Duration
	}{
		{25 * ms, 250 * ms, []time.Duration{25 * ms, 75 * ms, 175 * ms, 250 * ms, 250 * ms}},
		{100 * ms, 700 * ms, []time.Duration{100 * ms, 300 * ms, 700 * ms, 700 * ms}},
		{math.MaxInt64 / 4, math.MaxInt64, []time.Duration{math.MaxInt64 / 4, math.MaxInt64 / 4 * 3, math.MaxInt64}},
	} {
		b := backoff(c.base, c.max, "envoy")
		for n, below := range c.below {
			var longest time.Duration
			for i := range uint64(2000) {
				longest = max(longest, b.Wait(n+1, 0, rng.Root(i, n).Stream(0)))
			}
			if longest > below || longest < below-below/100 { // 2000 draws miss the last hundredth once in 10⁸
				t.Errorf("retry %d of %v waits up to %v, want %v", n+1, c.base, longest, below)
			}
		}
	}
}

// TestDecorrelatedWaitsFollowThePreviousOne: min(max, U(base, 3·previous)), the
// first after base.
func TestDecorrelatedWaitsFollowThePreviousOne(t *testing.T) {
	for _, c := range []struct{ base, max, previous, low, high time.Duration }{
		{5 * ms, 2000 * ms, 0, 5 * ms, 15 * ms},
		{5 * ms, 2000 * ms, 5 * ms, 5 * ms, 15 * ms},
		{5 * ms, 2000 * ms, 100 * ms, 5 * ms, 300 * ms},
		{5 * ms, 200 * ms, 200 * ms, 5 * ms, 200 * ms},
		{0, 200 * ms, 0, 0, 0},
		{1, math.MaxInt64, math.MaxInt64 / 2, 1, math.MaxInt64},
	} {
		b := backoff(c.base, c.max, "decorrelated")
		shortest, longest := never, time.Duration(0)
		for i := range uint64(2000) {
			w := b.Wait(3, c.previous, rng.Root(i, 0).Stream(0))
			shortest, longest = min(shortest, w), max(longest, w)
		}
		if slack := (c.high - c.low) / 100; shortest < c.low || shortest > c.low+slack || longest > c.high || longest < c.high-slack {
			t.Errorf("after %v: waits %v to %v, want %v to %v", c.previous, shortest, longest, c.low, c.high)
		}
	}
}

// TestFullJitterMeetsItsMoments: the total wait over some retries is a sum of
// uniforms (reference rows backoff-1 and -2).
func TestFullJitterMeetsItsMoments(t *testing.T) {
	for _, c := range []struct {
		base, max       time.Duration
		retries         int
		mean, most, dev float64
	}{
		{100 * ms, time.Second, 4, 0.75, 1.5, 0.266145324},
		{25 * ms, 250 * ms, 5, 0.3125, 0.625, 0.0981601582},
	} {
		const calls = 100_000
		b := backoff(c.base, c.max, "full")
		var sum, squares, longest float64
		for i := range uint64(calls) {
			total := time.Duration(0)
			for n := 1; n <= c.retries; n++ {
				total += b.Wait(n, 0, rng.Root(i, n).Stream(0))
			}
			x := total.Seconds()
			sum, squares, longest = sum+x, squares+x*x, max(longest, x)
		}
		mean := sum / calls
		near(t, "mean total", mean, c.mean, 0.005)
		near(t, "standard deviation", math.Sqrt(squares/calls-mean*mean), c.dev, 0.015)
		if longest > c.most || longest < 0.9*c.most {
			t.Errorf("longest total is %v, want at most %v", longest, c.most)
		}
	}
}

// TestJitterSpreadsTheWaitAsItSays draws 20,000 waits: none lies outside the
// bounds, and the mean is within five standard errors.
func TestJitterSpreadsTheWaitAsItSays(t *testing.T) {
	const draws = 20_000
	for _, c := range []struct {
		jitter    Jitter
		low, high float64 // as parts of b
	}{{"none", 1, 1}, {"full", 0, 1}, {"equal", 0.5, 1}} {
		t.Run(string(c.jitter), func(t *testing.T) {
			b := backoff(25*ms, 250*ms, c.jitter)
			for n, whole := range []time.Duration{25 * ms, 50 * ms, 100 * ms, 200 * ms, 250 * ms, 250 * ms} {
				low, high := c.low*float64(whole), c.high*float64(whole)
				var sum float64
				for i := range uint64(draws) {
					w := float64(b.Wait(n+1, 0, rng.Root(i, n).Stream(0)))
					if w < low-1 || w > high {
						t.Fatalf("retry %d waits %v, want %v to %v", n+1, time.Duration(w), time.Duration(low), time.Duration(high))
					}
					sum += w
				}
				mean, want := sum/draws, (low+high)/2
				if se := (high - low) / math.Sqrt(12*draws); math.Abs(mean-want) > 5*se+1 {
					t.Errorf("retry %d waits %v on average, want %v", n+1, time.Duration(mean), time.Duration(want))
				}
			}
		})
	}
}

func TestNoWaitIsNegativeOrAboveTheMaximum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(0, math.MaxInt64).Draw(t, "base")
		limit := rapid.Int64Range(base, math.MaxInt64).Draw(t, "max")
		b := backoff(time.Duration(base), time.Duration(limit), rapid.SampledFrom([]Jitter{"none", "full", "equal", "decorrelated", "envoy"}).Draw(t, "jitter"))
		w := b.Wait(rapid.IntRange(1, MaxAttempts).Draw(t, "n"), time.Duration(rapid.Int64Range(0, limit).Draw(t, "previous")), rng.Root(rapid.Uint64().Draw(t, "seed"), 0).Stream(0))
		if w < 0 || w > time.Duration(limit) {
			t.Fatalf("waits %d with base %d, max %d", w, base, limit)
		}
	})
}

func TestBackoffRefusesAMaximumBelowItsBase(t *testing.T) {
	for _, c := range []struct {
		base, max time.Duration
		ok        bool
	}{{25 * ms, 250 * ms, true}, {25 * ms, 25 * ms, true}, {25 * ms, 24 * ms, false}} {
		b := backoff(c.base, c.max, "none")
		if err := b.Validate(); (err == nil) != c.ok {
			t.Errorf("base %v, max %v: %v", c.base, c.max, err)
		}
	}
}

func TestRetriesWithoutBackoffFollowAtOnce(t *testing.T) {
	b := backoff(25*ms, 250*ms, "full")
	if err := b.UnmarshalText([]byte("none")); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 4; n++ {
		if got := b.Wait(n, 0, rng.Root(1, n).Stream(0)); got != 0 {
			t.Errorf("waits %v before retry %d", got, n)
		}
	}
}

func TestRetryOnIsTheSetOfItsNames(t *testing.T) {
	for _, c := range []struct {
		names RetryOn
		want  Failure
	}{
		{nil, 0},
		{RetryOn{"timeout"}, OnTimeout},
		{RetryOn{"unavailable"}, OnUnavailable},
		{RetryOn{"rejected"}, OnRejected},
		{RetryOn{"error"}, OnError},
		{RetryOn{"timeout", "unavailable", "rejected"}, OnTimeout | OnUnavailable | OnRejected},
		{RetryOn{"error", "error"}, OnError},
	} {
		if got := c.names.Set(); got != c.want {
			t.Errorf("%v is %04b, want %04b", c.names, got, c.want)
		}
	}
}

func TestRetriesAreOffWhenAbsentOrNone(t *testing.T) {
	none := new(Retries)
	if err := none.UnmarshalText([]byte("none")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		r    *Retries
		off  bool
	}{{"absent", nil, true}, {"none", none, true}, {"one attempt", &Retries{Attempts: 1}, false}} {
		if c.r.Off() != c.off {
			t.Errorf("%s: off is %v", c.name, c.r.Off())
		}
	}
	if err := none.Validate(); err != nil {
		t.Errorf("none: %v", err)
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	for attempts, ok := range map[int]bool{0: true, 1: true, MaxAttempts: true, MaxAttempts + 1: false} {
		if err := (&Retries{Attempts: attempts}).Validate(); (err == nil) != ok {
			t.Errorf("%d attempts: %v", attempts, err)
		}
	}
}
