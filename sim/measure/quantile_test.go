package measure

import (
	"testing"
	"time"
)

// TestQuantilesOfEvenlySpreadTimesAreExact: where times lie evenly in their buckets,
// interpolation gives the quantile to the nanosecond, not that of a bucket beside it.
func TestQuantilesOfEvenlySpreadTimesAreExact(t *testing.T) {
	const n = 1 << 20
	var h Histogram
	for d := range time.Duration(n) {
		h.Record(d)
	}
	for i := 1; i < 64; i++ {
		if got, want := h.Quantile(float64(i)/64), time.Duration(i*n/64); got != want {
			t.Errorf("quantile %d/64 of 0 to %d ns is %d, want %d", i, n-1, got, want)
		}
	}
}
