package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tolerance is the relative error that docs/results.md allows a quantile.
const tolerance = 0.005

func TestQuantileOfAConstantIsThatConstant(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 127, 128, 257, time.Millisecond, 3*time.Second + 1, math.MaxInt64} {
		var h Histogram
		for range 10 {
			h.Record(d)
		}
		for _, q := range []float64{0, 0.5, 0.999, 1} {
			if got := h.Quantile(q); got != d {
				t.Errorf("quantile %v of %v is %v", q, d, got)
			}
		}
	}
}

func TestQuantileOfTwoConstantsIsWithinHalfAPercent(t *testing.T) {
	// Interpolation puts the values of a bucket anywhere within it, so constants
	// at its ends are the worst case.
	for d := time.Duration(1000); d < time.Second; d = d*101/100 + 1 {
		var h Histogram
		for range 99 {
			h.Record(d)
		}
		h.Record(10 * d)
		for _, q := range []float64{0.01, 0.5, 0.98} {
			if got := h.Quantile(q); math.Abs(float64(got-d)) > tolerance*float64(d) {
				t.Fatalf("quantile %v of %v is %v, off by %.2f%%", q, d, got, 100*float64(got-d)/float64(d))
			}
		}
	}
}

func TestQuantilesOfAnyDataAreWithinHalfAPercentOfAnOrderStatistic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Int64Range(0, 1<<50), 1, 200).Draw(t, "ns")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		var h Histogram
		for _, d := range data {
			h.Record(time.Duration(d))
		}
		slices.Sort(data)
		want := float64(data[max(0, int(math.Ceil(q*float64(len(data))))-1)])
		if got := float64(h.Quantile(q)); math.Abs(got-want) > tolerance*want+1 {
			t.Fatalf("quantile %v is %v, want %v", q, got, want)
		}
	})
}

func TestQuantilesOfAnExponentialAreCloseToExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var h Histogram
	for range 1_000_000 {
		h.Record(time.Duration(r.ExpFloat64() * 1e6))
	}
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
		want := -math.Log1p(-q) * 1e6
		// Three standard errors of the sample, and nothing for the buckets.
		se := math.Sqrt(q/(1-q)/1e6) * 1e6
		if got := float64(h.Quantile(q)); math.Abs(got-want) > 3*se+0.0005*want {
			t.Errorf("quantile %v is %v ns, want %v", q, got, want)
		}
	}
}

func TestQuantilesAscend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Histogram
		for _, d := range rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 50).Draw(t, "ns") {
			h.Record(time.Duration(d))
		}
		last := h.Quantile(0)
		for q := 0.05; q <= 1; q += 0.05 {
			now := h.Quantile(q)
			if now < last || now < h.Min() || now > h.Max {
				t.Fatalf("quantile %v is %v, after %v, of %v..%v", q, now, last, h.Min(), h.Max)
			}
			last = now
		}
	})
}

func TestMergingIsRecordingEverything(t *testing.T) {
	// Some are so near to each other that both histograms have them.
	durations := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(-5, 20), rapid.Int64Range(-5, 1<<45)))
	rapid.Check(t, func(t *rapid.T) {
		var a, b, c, all Histogram
		for _, h := range []*Histogram{&a, &b, &c} {
			for _, d := range durations.Draw(t, "durations") {
				h.Record(time.Duration(d))
				all.Record(time.Duration(d))
			}
		}
		before := b.Count
		a.Add(&b)
		a.Add(&c) // finds what b has left
		if a.Count != all.Count || a.Min() != all.Min() || a.Max != all.Max || a.Sum != all.Sum {
			t.Fatalf("merged %d %v..%v %v, want %d %v..%v %v", a.Count, a.Min(), a.Max, a.Sum, all.Count, all.Min(), all.Max, all.Sum)
		}
		if !slices.Equal(list(&a), list(&all)) {
			t.Fatal("the buckets differ")
		}
		if b.Count != before {
			t.Fatal("merging changed its argument")
		}
	})
}

func list(h *Histogram) (out []Bucket) {
	h.Buckets(func(b Bucket) { out = append(out, b) })
	return out
}

func TestBucketsHoldTheirValuesAndNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, math.MaxInt64/2).Draw(t, "ns"))
		var h Histogram
		h.Record(d)
		b := list(&h)
		if len(b) != 1 || b[0].Count != 1 || d < b[0].Low || d >= b[0].High {
			t.Fatalf("%d ns lies in %+v", d, b)
		}
		if width := float64(b[0].High - b[0].Low); width > 1 && width > tolerance*float64(d) {
			t.Fatalf("the bucket of %d ns is %v wide", d, width)
		}
	})
}

func TestNegativeDurationsCountAsZero(t *testing.T) {
	var h Histogram
	h.Record(-time.Second)
	if h.Count != 1 || h.Min() != 0 || h.Max != 0 || h.Sum != 0 {
		t.Errorf("%d values in %v..%v", h.Count, h.Min(), h.Max)
	}
}

func TestAnEmptyHistogramHasNoValues(t *testing.T) {
	var h, o Histogram
	h.Add(&o)
	if h.Quantile(0.5) != 0 || h.Mean() != 0 || len(list(&h)) != 0 {
		t.Error("an empty histogram has values")
	}
	h.Record(time.Second)
	h.Add(&o)
	if h.Min() != time.Second || h.Count != 1 {
		t.Errorf("merging an empty histogram changed the minimum to %v", h.Min())
	}
}

func TestMeanIsExact(t *testing.T) {
	var h Histogram
	h.Record(time.Millisecond)
	h.Record(2*time.Millisecond + 500*time.Microsecond)
	if got := h.Mean(); got != 1750*time.Microsecond {
		t.Errorf("mean %v, want 1.75ms", got)
	}
}

func TestRecordingWithinTheRangeAllocatesNothing(t *testing.T) {
	var h Histogram
	h.Record(time.Millisecond)
	h.Record(time.Second)
	if n := testing.AllocsPerRun(100, func() { h.Record(time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

// 5.0 ns on a shared server (Intel Xeon, Go 1.26.8), with the counting of each batch.
func BenchmarkRecord(b *testing.B) {
	var h Histogram
	d := time.Duration(1)
	for b.Loop() {
		h.Record(d)
		d = (d*6364136223846793005 + 1442695040888963407) & (1<<25 - 1)
	}
}

// Five percentiles of ten thousand latencies: 20 µs on a shared server (Intel Xeon, Go
// 1.26.8), 100 when each took two walks.
func BenchmarkQuantiles(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	var h Histogram
	for range 10_000 {
		h.Record(time.Duration(r.ExpFloat64() * 1e6))
	}
	qs := []float64{0.5, 0.9, 0.95, 0.99, 0.999}
	out := make([]time.Duration, len(qs))
	for b.Loop() {
		h.Quantiles(qs, out)
	}
}
