package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// naive is a histogram that forgets nothing: the number of readings of each duration
// that is the shortest of a bucket.
type naive map[time.Duration]uint64

func (n naive) record(d time.Duration, times uint64) {
	n[time.Duration(lowOf(index(uint64(max(d, 0)))))] += times
}

// buckets lists it as a histogram does.
func (n naive) buckets() (all []Bucket) {
	for low, count := range n {
		all = append(all, Bucket{low, time.Duration(lowOf(index(uint64(low)) + 1)), count})
	}
	slices.SortFunc(all, func(a, b Bucket) int { return int(min(max(a.Low-b.Low, -1), 1)) })
	return all
}

// TestNoCountIsLost: whatever is recorded, one by one or by merging, is in its bucket,
// however many there are: most often a few buckets have nearly all.
func TestNoCountIsLost(t *testing.T) {
	durations := rapid.OneOf(rapid.Int64Range(-2, 4), rapid.Int64Range(1e6, 1.02e6), rapid.Int64Min(0))
	rapid.Check(t, func(t *rapid.T) {
		var h Histogram
		want := naive{}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			d := time.Duration(durations.Draw(t, "ns"))
			n := 1 << rapid.IntRange(0, 11).Draw(t, "log2 of how many")
			if rapid.Bool().Draw(t, "in a row") {
				for i := range time.Duration(n) {
					h.Record(d - i%3)
					want.record(d-i%3, 1)
				}
				continue
			}
			times := uint64(rapid.Int64Range(1, 1<<40).Draw(t, "times"))
			var o Histogram
			for k := range uint64(n) {
				o.add(index(uint64(max(d, 1)))^int(k&1), times)
				want.record(time.Duration(lowOf(index(uint64(max(d, 1)))^int(k&1))), times)
			}
			o.Count = o.counts.n
			h.Add(&o)
		}
		if want[0] == 0 {
			delete(want, 0)
		}
		if got, want := list(&h), want.buckets(); !slices.Equal(got, want) {
			t.Fatalf("buckets %v, want %v", got, want)
		}
	})
}

// TestALongTailIsKeptReadingByReading: octaves with few readings take no memory but
// that of the readings.
func TestALongTailIsKeptReadingByReading(t *testing.T) {
	var h Histogram
	for i := range 10_000 {
		h.Record(time.Millisecond + time.Duration(i))
		if i%500 == 0 {
			h.Record(time.Nanosecond << (i / 500))
		}
	}
	if n := len(h.counts.counts); n != 1 {
		t.Errorf("%d octaves are counted, want 1", n)
	}
	for range 10_000 {
		h.Record(time.Microsecond)
	}
	if n := h.Count; n != 20_020 || h.Quantile(0) != 1 || h.Quantile(0.25) > time.Microsecond {
		t.Errorf("%d durations from %v, a quarter up to %v", n, h.Quantile(0), h.Quantile(0.25))
	}
}

// TestManyOctavesOfFewReadingsAreCountedInTheEnd: what is kept does not grow.
func TestManyOctavesOfFewReadingsAreCountedInTheEnd(t *testing.T) {
	var h Histogram
	for i := range 100_000 {
		h.Record(1 << (i % 63))
	}
	if n := cap(h.recent); n != batch {
		t.Errorf("%d readings are kept, want at most %d", n, batch)
	}
	for _, b := range list(&h) {
		if n := b.Count; n < 100_000/63 || n > 100_000/63+1 {
			t.Errorf("%d of %v", n, b.Low)
		}
	}
}

// TestQuantilesInOneWalkAreThoseOneByOne: to the nanosecond.
func TestQuantilesInOneWalkAreThoseOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Histogram
		var data []time.Duration
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			data = append(data, time.Duration(rapid.Int64Range(0, 1<<rapid.IntRange(0, 62).Draw(t, "bits")).Draw(t, "ns")))
			h.Record(data[len(data)-1])
		}
		qs := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "qs")
		slices.Sort(qs)
		out := make([]time.Duration, len(qs))
		h.Quantiles(qs, out)
		for i, q := range qs {
			if want := slowQuantile(&h, q); out[i] != want || h.Quantile(q) != want {
				t.Fatalf("quantile %v is %v of many, %v by itself, want %v", q, out[i], h.Quantile(q), want)
			}
		}
	})
}

// slowQuantile looks for the bucket in the list of them.
func slowQuantile(h *Histogram, q float64) time.Duration {
	if h.Count == 0 {
		return 0
	}
	at, seen := h.Max, 0.0
	for _, b := range list(h) {
		if target := q * float64(h.Count); seen+float64(b.Count) >= target {
			at = b.Low + time.Duration(float64(b.High-b.Low)*((target-seen)/float64(b.Count)))
			break
		}
		seen += float64(b.Count)
	}
	return min(max(at, h.Min()), h.Max)
}

// TestTheLongestDurationHasAnOctave: octaves is as many as there are.
func TestTheLongestDurationHasAnOctave(t *testing.T) {
	if got := index(math.MaxInt64)>>SubBits + 1; got != octaves {
		t.Errorf("%d octaves, want %d", got, octaves)
	}
}
