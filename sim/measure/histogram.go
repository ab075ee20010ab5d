package measure

import (
	"math/bits"
	"time"
)

// SubBits is log2 of the buckets per octave: 128 buckets, a relative width of
// at most 0.78% and so an interpolation error below 0.4%.
const SubBits = 7

const (
	subBuckets = 1 << SubBits
	octaves    = 64 - SubBits
)

// Histogram counts durations in log-linear buckets: below 128 ns one bucket a
// nanosecond, above it 128 buckets an octave. Octaves are allocated when first
// touched (512 B each), so a histogram of millisecond latencies holds 2–6 kB,
// against 229 kB for an HDR histogram of three digits; an increment costs about 2 ns.
// The zero value is ready to use.
type Histogram struct {
	Count    uint64
	Sum      float64 // seconds
	Min, Max time.Duration
	octave   [octaves + 1]*[subBuckets]uint32
}

// Record adds one duration; a negative one counts as zero.
func (h *Histogram) Record(d time.Duration) {
	if d < 0 {
		d = 0
	}
	if h.Count == 0 || d < h.Min {
		h.Min = d
	}
	if d > h.Max {
		h.Max = d
	}
	h.Count++
	h.Sum += float64(d) / 1e9
	o, s := locate(uint64(d))
	b := h.octave[o]
	if b == nil {
		b = new([subBuckets]uint32)
		h.octave[o] = b
	}
	b[s]++
}

func locate(v uint64) (octave, sub int) {
	if v < subBuckets {
		return 0, int(v)
	}
	shift := bits.Len64(v) - 1 - SubBits
	return shift + 1, int(v>>shift) & (subBuckets - 1)
}

// Bucket is one non-empty bucket: [Low, High) nanoseconds and its count.
type Bucket struct {
	Low, High time.Duration
	Count     uint64
}

// Buckets calls f for each non-empty bucket in ascending order.
func (h *Histogram) Buckets(f func(Bucket)) {
	for o, b := range h.octave {
		if b == nil {
			continue
		}
		for s, n := range b {
			if n == 0 {
				continue
			}
			low, width := uint64(s), uint64(1)
			if o > 0 {
				width = 1 << (o - 1)
				low = uint64(subBuckets+s) << (o - 1)
			}
			f(Bucket{time.Duration(low), time.Duration(low + width), uint64(n)})
		}
	}
}

// Add merges o into h.
func (h *Histogram) Add(o *Histogram) {
	if o.Count == 0 {
		return
	}
	if h.Count == 0 || o.Min < h.Min {
		h.Min = o.Min
	}
	if o.Max > h.Max {
		h.Max = o.Max
	}
	h.Count += o.Count
	h.Sum += o.Sum
	for i, src := range o.octave {
		if src == nil {
			continue
		}
		if h.octave[i] == nil {
			h.octave[i] = new([subBuckets]uint32)
		}
		for s, n := range src {
			h.octave[i][s] += n
		}
	}
}

// Quantile is the q-quantile (0..1), interpolated within its bucket and held
// between Min and Max; zero when empty.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count == 0 {
		return 0
	}
	target := q * float64(h.Count)
	var seen float64
	result := h.Max
	found := false
	h.Buckets(func(b Bucket) {
		if found {
			return
		}
		n := float64(b.Count)
		if seen+n >= target {
			part := (target - seen) / n
			result = b.Low + time.Duration(float64(float64(b.High-b.Low)*part))
			found = true
		}
		seen += n
	})
	return min(max(result, h.Min), h.Max)
}

// Mean is the exact mean; zero when empty.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return time.Duration(h.Sum / float64(h.Count) * 1e9)
}
