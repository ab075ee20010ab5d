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
// counted some hundreds at a time: with a thousand services the buckets lie far from
// the caches, and a visit to them should be worth it. A histogram that has seen little
// has no buckets at all; one that has seen more holds those of the octaves that have
// many readings, and of what lies in between, 256 bytes each while no count of the octave
// exceeds 255, and goes on keeping the readings of the others. Ten thousand latencies of milliseconds take 2–4
// kB, against 229 kB of an HDR histogram of three digits (hdrhistogram-go; its 32 kB
// one of two digits errs by 1%, more than the 0.5% that results promise).
type Histogram struct {
	Count  uint64
	Sum    time.Duration
	Max    time.Duration
	below  time.Duration // MaxInt64 − Min, so that the zero value has no minimum
	recent []uint16      // buckets of readings that are not counted yet
	counts *counts       // nil: none yet
}

// batch is about how many readings are counted at a time. A quarter of them at most are
// of octaves that are not counted; those with rare or more of these are from then on.
// There is room for some at first.
const (
	batch = 512
	rare  = 32
	some  = 12 * atOnce
)

// atOnce is how many readings a [Recorder] keeps; there is always room for as many.
const atOnce = 10

// Record adds one duration; a negative one counts as zero.
func (h *Histogram) Record(d time.Duration) {
	if len(h.recent) == cap(h.recent) {
		h.settle(atOnce, false)
	}
	d = max(d, 0)
	h.recent = append(h.recent, uint16(index(uint64(d))))
	h.Count++
	h.Sum += d
	h.Max, h.below = max(h.Max, d), max(h.below, math.MaxInt64-d)
}

// recordAll adds a few durations in ns, at most atOnce.
func (h *Histogram) recordAll(durations []uint32) {
	n := len(h.recent)
	if cap(h.recent)-n < len(durations) {
		h.settle(some, len(durations) < atOnce)
		n = len(h.recent)
	}
	room := h.recent[n : n+len(durations)]
	sum, longest, shortest := h.Sum, uint32(0), uint32(math.MaxUint32)
	for k, ns := range durations {
		sum += time.Duration(ns)
		longest, shortest = max(longest, ns), min(shortest, ns)
		room[k] = uint16(index(uint64(ns)))
	}
	h.Count += uint64(len(durations))
	h.Sum, h.Max = sum, max(h.Max, time.Duration(longest))
	if len(durations) > 0 {
		h.below = max(h.below, math.MaxInt64-time.Duration(shortest))
	}
	h.recent = h.recent[:n+len(durations)]
}

// RecordZeros adds n durations of zero. They are counted in no bucket: they are what
// the buckets leave out of Count.
func (h *Histogram) RecordZeros(n uint64) {
	if n > 0 {
		h.Count += n
		h.below = math.MaxInt64
	}
}

// settle makes room for what a recorder keeps: it counts a whole batch, fewer get more
// room, in the beginning first. The last get little more than they need.
func (h *Histogram) settle(first int, last bool) {
	if room := cap(h.recent); room < batch {
		switch {
		case last && room <= some:
			room += atOnce
		case room >= some:
			room = batch
		case room > 0:
			room *= 4
		default:
			room = first
		}
		h.recent = append(make([]uint16, 0, room), h.recent...)
		return
	}
	if h.counts == nil {
		h.counts = new(counts)
	}
	h.recent = h.recent[:h.counts.take(h.recent)]
	for least := rare; len(h.recent) > batch/4; least /= 2 {
		h.counts.openThose(h.recent, least)
		h.recent = h.recent[:h.counts.take(h.recent)]
	}
}

// add counts n readings in bucket i.
func (h *Histogram) add(i int, n uint64) {
	if h.counts == nil {
		h.counts = new(counts)
	}
	h.counts.add(i, n)
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

// Bucket is one non-empty bucket: [Low, High) nanoseconds and its count.
type Bucket struct {
	Low, High time.Duration
	Count     uint64
}

// Buckets calls f for each non-empty bucket in ascending order.
func (h *Histogram) Buckets(f func(Bucket)) {
	zeros := h.Count - uint64(len(h.recent))
	if h.counts != nil {
		zeros -= h.counts.n
	}
	h.each(func(i int, n uint64) {
		if i == 0 {
			n, zeros = n+zeros, 0
		} else if zeros > 0 {
			f(Bucket{0, 1, zeros})
			zeros = 0
		}
		f(Bucket{time.Duration(lowOf(i)), time.Duration(lowOf(i + 1)), n})
	})
	if zeros > 0 {
		f(Bucket{0, 1, zeros})
	}
}

// each calls f for each bucket that readings are kept or counted in, in ascending
// order: the counts, with the recent readings sorted in between.
func (h *Histogram) each(f func(i int, n uint64)) {
	slices.Sort(h.recent)
	recent := h.recent
	// upTo tells of the recent readings below bucket i and returns how many lie in it.
	upTo := func(i int) (n uint64) {
		for len(recent) > 0 && int(recent[0]) <= i {
			b, k := recent[0], uint64(0)
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
	if h.counts != nil {
		h.counts.each(func(i int, n uint64) { f(i, n+upTo(i)) })
	}
	upTo(math.MaxInt)
}

// Add merges o into h.
func (h *Histogram) Add(o *Histogram) {
	h.Count += o.Count
	h.Sum += o.Sum
	h.Max = max(h.Max, o.Max)
	h.below = max(h.below, o.below)
	o.each(func(i int, n uint64) {
		if i > 0 {
			h.add(i, n)
		}
	})
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
	var out [1]time.Duration
	h.Quantiles([]float64{q}, out[:])
	return out[0]
}

// Quantiles sets each element of out to the Quantile of that of qs, which ascend: in
// one walk over the buckets.
func (h *Histogram) Quantiles(qs []float64, out []time.Duration) {
	k, seen := 0, 0.0
	h.Buckets(func(b Bucket) {
		n := float64(b.Count)
		for ; k < len(qs); k++ {
			target := float64(qs[k] * float64(h.Count))
			if seen+n < target {
				break
			}
			part := (target - seen) / n
			out[k] = b.Low + time.Duration(float64(b.High-b.Low)*part)
		}
		seen += n
	})
	for i := range qs {
		if i >= k {
			out[i] = h.Max
		}
		out[i] = min(max(out[i], h.Min()), h.Max)
	}
}

// Mean is the mean; zero when empty.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / time.Duration(h.Count)
}
