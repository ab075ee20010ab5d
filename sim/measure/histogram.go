package measure

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// SubBits is log2 of the buckets per octave: 256 buckets, of a relative width of
// at most 0.39%. That is also the most that a quantile can be off: interpolation
// does better on smooth distributions, but not on a constant that lies at one end
// of its bucket. (With 128 buckets that would be 0.78%, over the 0.5% promised.)
const SubBits = 8

const subBuckets = 1 << SubBits

// Histogram counts durations in log-linear buckets: below 256 ns one bucket a
// nanosecond, above it 256 buckets an octave. The zero value is ready to use. It
// is not for concurrent use, not even for reading.
//
// Readings are first kept as the numbers of their buckets, two bytes each, and
// counted 512 at a time: with a thousand services the buckets lie far from the
// caches, and a visit to them should be worth it. A histogram that has seen little
// has no buckets at all. Of those only the octaves between the shortest and the
// longest duration are held, 1 KiB each, so one of millisecond latencies takes
// 4–12 kB, against 229 kB of an HDR histogram of three digits (hdrhistogram-go; its
// 32 kB one of two digits errs by 1%, more than the 0.5% that results promise).
type Histogram struct {
	Count  uint64
	Sum    time.Duration
	Max    time.Duration
	below  time.Duration // MaxInt64 − Min, so that the zero value has no minimum
	recent []uint16      // buckets of readings that are not in dense yet
	dense  *dense        // nil: none yet
}

// dense is the counts of whole octaves, from octave first on.
type dense struct {
	counts []uint32
	first  int32
}

// batch is about how many readings are counted at a time.
const batch = 512

// atOnce is how many readings there is always room for.
const atOnce = 16

// Record adds one duration; a negative one counts as zero.
func (h *Histogram) Record(d time.Duration) { h.recordAll([]time.Duration{d}) }

// recordAll adds a few durations, at most atOnce.
func (h *Histogram) recordAll(durations []time.Duration) {
	n := len(h.recent)
	if cap(h.recent)-n < len(durations) {
		h.settle()
		n = len(h.recent)
	}
	room := h.recent[n : n+len(durations)]
	sum, longest, shortest, k := h.Sum, h.Max, time.Duration(math.MaxInt64), 0
	for _, d := range durations {
		if d <= 0 {
			continue
		}
		sum += d
		longest, shortest = max(longest, d), min(shortest, d)
		room[k] = uint16(index(uint64(d)))
		k++
	}
	h.Sum, h.Max, h.below = sum, longest, max(h.below, math.MaxInt64-shortest)
	h.recent = h.recent[:n+k]
	h.Count += uint64(k)
	h.RecordZeros(uint64(len(durations) - k))
}

// RecordZeros adds n durations of zero. They lie in no bucket: they are what the
// buckets leave out of Count.
func (h *Histogram) RecordZeros(n uint64) {
	if n > 0 {
		h.Count += n
		h.below = math.MaxInt64
	}
}

// settle makes room for more readings: it counts a whole batch of them, fewer get
// more room.
func (h *Histogram) settle() {
	if cap(h.recent) < batch {
		more := make([]uint16, len(h.recent), max(16, min(4*cap(h.recent), batch)))
		copy(more, h.recent)
		h.recent = more
		return
	}
	if h.dense == nil {
		h.count(int(h.recent[0]), 0)
	}
	counts, first := h.dense.counts, int(h.dense.first)*subBuckets
	for _, i := range h.recent {
		at := int(i) - first
		if uint(at) >= uint(len(counts)) {
			h.count(int(i), 0) // makes room for it
			counts, first = h.dense.counts, int(h.dense.first)*subBuckets
			at = int(i) - first
		}
		counts[at]++
	}
	h.recent = h.recent[:0]
}

// count adds n to bucket i.
func (h *Histogram) count(i int, n uint32) {
	if h.dense == nil {
		h.dense = &dense{first: int32(i / subBuckets)}
	}
	at := i - int(h.dense.first)*subBuckets
	if uint(at) >= uint(len(h.dense.counts)) {
		h.dense.cover(int32(i / subBuckets))
		at = i - int(h.dense.first)*subBuckets
	}
	h.dense.counts[at] += n
}

// index is the bucket of a duration, counted from the bucket of zero.
func index(v uint64) int {
	if v-subBuckets < exact-subBuckets {
		// The exponent of a floating-point number and the first bits of its fraction.
		return int(math.Float64bits(float64(int64(v)))>>(52-SubBits)) - (1023+SubBits-1)<<SubBits
	}
	if v < subBuckets {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - SubBits
	return shift<<SubBits + int(v>>shift)
}

// exact is from where on floating point rounds whole numbers, at times into the
// next bucket: 104 days.
const exact = 1 << 53

// cover makes room for octave o.
func (c *dense) cover(o int32) {
	low, high := min(o, c.first), max(o+1, c.first+int32(len(c.counts)/subBuckets))
	counts := make([]uint32, int(high-low)*subBuckets)
	copy(counts[int(c.first-low)*subBuckets:], c.counts)
	c.first, c.counts = low, counts
}

// Bucket is one non-empty bucket: [Low, High) nanoseconds and its count.
type Bucket struct {
	Low, High time.Duration
	Count     uint64
}

// Buckets calls f for each non-empty bucket in ascending order.
func (h *Histogram) Buckets(f func(Bucket)) {
	zeros := h.Count
	h.each(func(_ int, n uint32) { zeros -= uint64(n) })
	if zeros > 0 {
		f(Bucket{0, 1, zeros})
	}
	h.each(func(i int, n uint32) {
		f(Bucket{time.Duration(lowOf(i)), time.Duration(lowOf(i + 1)), uint64(n)})
	})
}

// each calls f for each non-empty bucket but that of zero, in ascending order: the
// dense counts, with the recent readings sorted in between.
func (h *Histogram) each(f func(i int, n uint32)) {
	slices.Sort(h.recent)
	recent := h.recent
	// upTo tells of the recent readings below bucket i and returns how many lie in it.
	upTo := func(i int) (n uint32) {
		for len(recent) > 0 && int(recent[0]) <= i {
			b, k := recent[0], uint32(0)
			for ; len(recent) > 0 && recent[0] == b; recent = recent[1:] {
				k++
			}
			if int(b) == i {
				return k
			}
			f(int(b), k)
		}
		return 0
	}
	if h.dense != nil {
		for k, n := range h.dense.counts {
			i := int(h.dense.first)*subBuckets + k
			if n += upTo(i); n > 0 {
				f(i, n)
			}
		}
	}
	upTo(math.MaxInt)
}

// Add merges o into h.
func (h *Histogram) Add(o *Histogram) {
	h.Count += o.Count
	h.Sum += o.Sum
	h.Max = max(h.Max, o.Max)
	h.below = max(h.below, o.below)
	o.each(h.count)
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
