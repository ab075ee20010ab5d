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
				if got := b.Wait(i+1, rng.Root(1, 0).Stream(0)); got != want {
					t.Errorf("before retry %d: %v, want %v", i+1, got, want)
				}
			}
		})
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
					w := float64(b.Wait(n+1, rng.Root(i, n).Stream(0)))
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
		b := backoff(time.Duration(base), time.Duration(limit), rapid.SampledFrom([]Jitter{"none", "full", "equal"}).Draw(t, "jitter"))
		w := b.Wait(rapid.IntRange(1, MaxAttempts).Draw(t, "n"), rng.Root(rapid.Uint64().Draw(t, "seed"), 0).Stream(0))
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
	for attempts, ok := range map[int]bool{1: true, MaxAttempts: true, MaxAttempts + 1: false} {
		if err := (&Retries{Attempts: attempts}).Validate(); (err == nil) != ok {
			t.Errorf("%d attempts: %v", attempts, err)
		}
	}
}
