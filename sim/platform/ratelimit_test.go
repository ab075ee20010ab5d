package platform

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"faultline/sim/unit"
)

func TestABucketLetsTheBurstInAtOnceAndThenTheRate(t *testing.T) {
	b := (&RateLimit{Rate: 10, Burst: 3}).Start()
	for i, c := range []struct {
		at   time.Duration
		want bool
	}{
		{0, true}, {0, true}, {0, true}, {0, false},
		{99 * time.Millisecond, false}, {100 * time.Millisecond, true}, {100 * time.Millisecond, false},
		{199 * time.Millisecond, false}, {300 * time.Millisecond, true}, {300 * time.Millisecond, true}, {300 * time.Millisecond, false},
		{time.Hour, true}, {time.Hour, true}, {time.Hour, true}, {time.Hour, false},
	} {
		if got := b.Take(c.at); got != c.want {
			t.Errorf("take %d at %v: %v", i, c.at, got)
		}
	}
}

// Fifty minutes of asking every millisecond: no rounding adds up. (A bucket of one
// token runs over while it waits for the next question.)
func TestTheLongRunRateIsExact(t *testing.T) {
	for _, c := range []struct {
		rate  unit.Rate
		burst int
	}{{1.0 / 3, 1}, {7, 2}, {0.1, 5}, {333.3, 10}} {
		b := (&RateLimit{Rate: c.rate, Burst: c.burst}).Start()
		const end = 3_000_000 // milliseconds
		taken := 0
		for at := range end + 1 {
			if b.Take(time.Duration(at) * time.Millisecond) {
				taken++
			}
		}
		if want := int(math.Floor(float64(c.burst) + float64(c.rate)*end/1000 + 1e-9)); taken != want {
			t.Errorf("%v with a burst of %d let %d in, want %d", c.rate, c.burst, taken, want)
		}
	}
}

// Whatever asks, no window lets in more than the burst and what flowed meanwhile;
// and a bucket that refuses would have broken that.
func TestNoWindowLetsInMoreThanBurstAndRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.01, 10_000).Draw(t, "rate")
		burst := rapid.IntRange(1, 50).Draw(t, "burst")
		gaps := rapid.SliceOfN(rapid.Int64Range(0, int64(10*time.Second/time.Duration(1+rate))), 1, 200).Draw(t, "gaps")
		b := (&RateLimit{Rate: unit.Rate(rate), Burst: burst}).Start()
		var now time.Duration
		var let []time.Duration
		room := func(now time.Duration) float64 { // of the tightest window that ends now
			least := float64(burst)
			for i, at := range let {
				least = min(least, float64(burst)+rate*(now-at).Seconds()-float64(len(let)-i))
			}
			return least
		}
		for _, gap := range gaps {
			now += time.Duration(gap)
			free := room(now)
			took := b.Take(now)
			if took && free < 1-1e-6 || !took && free > 1+1e-6 {
				t.Fatalf("at %v with room for %v: %v", now, free, took)
			}
			if took {
				let = append(let, now)
			}
		}
	})
}

func TestALimitThatLetsNothingInIsRefused(t *testing.T) {
	if (&RateLimit{Burst: 1}).Validate() == nil || (&RateLimit{Rate: 0.001, Burst: 1}).Validate() != nil {
		t.Error("a rate of 0 is the one that is refused")
	}
}

func TestTakingAllocatesNothing(t *testing.T) {
	b := (&RateLimit{Rate: 10, Burst: 3}).Start()
	now := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() { now += time.Millisecond; b.Take(now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
