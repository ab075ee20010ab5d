package measure

import (
	"math"
	"math/bits"
	"time"
)

// SubBits is log2 of the buckets per octave: 256 buckets, of a relative width of
// at most 0.39%. That is also the most that a quantile can be off: interpolation
// does better on smooth distributions, but not on a constant that lies at one end
// of its bucket. (With 128 buckets that would be 0.78%, over the 0.5% promised.)
const SubBits = 8

const subBuckets = 1 << SubBits

// Histogram counts durations in log-linear buckets: below 256 ns one bucket a
// nanosecond, above it 256 buckets an octave. The zero value is ready to use.
//
// Only the octaves between the shortest and the longest duration are held, 1 KiB
// each, so a histogram of millisecond latencies takes 4–12 kB, against 229 kB of
// an HDR histogram of three digits (hdrhistogram-go; its 32 kB one of two digits
// errs by 1%, more than the 0.5% that results promise). Counters and buckets are
// two cache lines: with a thousand services the misses are what an increment costs.
type Histogram struct {
	Count  uint64
	Sum    time.Duration
	Max    time.Duration
	below  time.Duration // MaxInt64 − Min, so that the zero value has no minimum
	counts []uint32      // of whole octaves, from octave first on
	first  int32
	_      int32
}

// Record adds one duration; a negative one counts as zero.
func (h *Histogram) Record(d time.Duration) {
	if d < 0 {
		d = 0
	}
	h.Count++
	h.Sum += d
	if d > h.Max {
		h.Max = d
	}
	if b := math.MaxInt64 - d; b > h.below {
		h.below = b
	}
	if d == 0 {
		return // zeros are what the buckets leave out of Count
	}
	i := index(uint64(d)) - int(h.first)*subBuckets
	if uint(i) >= uint(len(h.counts)) {
		h.cover(uint64(d))
		i = index(uint64(d)) - int(h.first)*subBuckets
	}
	h.counts[i]++
}

// index is the bucket of a duration, counted from the bucket of zero.
func index(v uint64) int {
	if v < subBuckets {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - SubBits
	return shift<<SubBits + int(v>>shift)
}

// cover makes room for the octave of v.
func (h *Histogram) cover(v uint64) {
	o := int32(index(v) / subBuckets)
	if len(h.counts) == 0 {
		h.first, h.counts = o, make([]uint32, subBuckets)
		return
	}
	low, high := min(o, h.first), max(o+1, h.first+int32(len(h.counts)/subBuckets))
	counts := make([]uint32, int(high-low)*subBuckets)
	copy(counts[int(h.first-low)*subBuckets:], h.counts)
	h.first, h.counts = low, counts
}

// Bucket is one non-empty bucket: [Low, High) nanoseconds and its count.
type Bucket struct {
	Low, High time.Duration
	Count     uint64
}

// Buckets calls f for each non-empty bucket in ascending order.
func (h *Histogram) Buckets(f func(Bucket)) {
	zeros := h.Count
	for _, n := range h.counts {
		zeros -= uint64(n)
	}
	if zeros > 0 {
		f(Bucket{0, 1, zeros})
	}
	for k, n := range h.counts {
		if n == 0 {
			continue
		}
		i := int(h.first)*subBuckets + k
		f(Bucket{time.Duration(lowOf(i)), time.Duration(lowOf(i + 1)), uint64(n)})
	}
}

// Add merges o into h.
func (h *Histogram) Add(o *Histogram) {
	h.Count += o.Count
	h.Sum += o.Sum
	h.Max = max(h.Max, o.Max)
	h.below = max(h.below, o.below)
	for k, n := range o.counts {
		if n == 0 {
			continue
		}
		i := int(o.first)*subBuckets + k
		at := i - int(h.first)*subBuckets
		if uint(at) >= uint(len(h.counts)) {
			h.cover(lowOf(i))
			at = i - int(h.first)*subBuckets
		}
		h.counts[at] += n
	}
}

// lowOf is the shortest duration of bucket i; that of i + 1 is where i ends.
func lowOf(i int) uint64 {
	if i < subBuckets {
		return uint64(i)
	}
	return uint64(subBuckets+i%subBuckets) << (i/subBuckets - 1)
}

// Min is the shortest duration; zero when empty.
func (h *Histogram) Min() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return math.MaxInt64 - h.below
}

// Quantile is the q-quantile (0..1), interpolated within its bucket and held
// between Min and Max; zero when empty.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count == 0 {
		return 0
	}
	target := float64(q * float64(h.Count))
	var seen float64
	result, found := h.Max, false
	h.Buckets(func(b Bucket) {
		if found {
			return
		}
		n := float64(b.Count)
		if seen+n >= target {
			part := (target - seen) / n
			result = b.Low + time.Duration(float64(b.High-b.Low)*part)
			found = true
		}
		seen += n
	})
	return min(max(result, h.Min()), h.Max)
}

// Mean is the mean; zero when empty.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / time.Duration(h.Count)
}
