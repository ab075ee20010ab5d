package measure

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestARecorderRecordsWhatAHistogramWould: whatever is recorded, and whenever it is
// handed over.
func TestARecorderRecordsWhatAHistogramWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var direct, late Histogram
		r := NewRecorder(&late)
		for range rapid.IntRange(0, 40).Draw(t, "rounds") {
			for range rapid.IntRange(0, 40).Draw(t, "durations") {
				d := time.Duration(rapid.OneOf(rapid.Int64Range(-2, 2000), rapid.Int64()).Draw(t, "d")) >> 8
				direct.Record(d)
				r.Record(d)
			}
			if rapid.Bool().Draw(t, "flush") {
				r.Flush()
			}
		}
		r.Flush()
		if late.Count != direct.Count || late.Sum != direct.Sum || late.Max != direct.Max || late.Min() != direct.Min() {
			t.Fatalf("%d durations, sum %v, %v to %v; want %d, %v, %v to %v",
				late.Count, late.Sum, late.Min(), late.Max, direct.Count, direct.Sum, direct.Min(), direct.Max)
		}
		if got, want := buckets(&late), buckets(&direct); !reflect.DeepEqual(got, want) {
			t.Fatalf("buckets %v, want %v", got, want)
		}
	})
}

// TestReadingsMayBeHandedOverInAnyNumbers: each time the same, up to beyond a batch.
func TestReadingsMayBeHandedOverInAnyNumbers(t *testing.T) {
	for n := 1; n <= atOnce; n++ {
		var direct, late Histogram
		r := NewRecorder(&late)
		for i := range 3 * batch {
			d := time.Duration(i) * time.Microsecond
			direct.Record(d)
			if r.Record(d); i%n == 0 {
				r.Flush()
			}
		}
		r.Flush()
		if got, want := buckets(&late), buckets(&direct); !reflect.DeepEqual(got, want) || late.Sum != direct.Sum {
			t.Errorf("%d at a time: sum %v, want %v", n, late.Sum, direct.Sum)
		}
	}
}

func buckets(h *Histogram) (all []Bucket) {
	h.Buckets(func(b Bucket) { all = append(all, b) })
	return all
}

// TestBucketsAreFoundAlikeByBothWays: by floating point below 104 days, by shifts
// beyond, with the same bounds.
func TestBucketsAreFoundAlikeByBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := uint64(rapid.Int64Min(1).Draw(t, "v")) >> rapid.IntRange(0, 62).Draw(t, "shift")
		i := index(v)
		if low, high := lowOf(i), lowOf(i+1); v < low || v >= high {
			t.Fatalf("%d is in bucket %d, of [%d, %d)", v, i, low, high)
		}
	})
}
