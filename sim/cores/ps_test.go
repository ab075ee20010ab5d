package cores

import (
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// finish takes all jobs and returns when each ends.
func finish(p *PS) map[int32]time.Duration {
	ends := map[int32]time.Duration{}
	for at, ok := p.Next(); ok; at, ok = p.Next() {
		ends[p.Done(at)] = at
	}
	return ends
}

func TestProcessorSharingByHand(t *testing.T) {
	type start struct{ at, work time.Duration }
	for _, c := range []struct {
		name  string
		cores float64
		jobs  []start // in order of arrival, all before the first end
		want  []time.Duration
	}{
		{"a job alone", 1, []start{{0, 4 * ms}}, []time.Duration{4 * ms}},
		{"as many jobs as cores", 2, []start{{0, 4 * ms}, {ms, 5 * ms}}, []time.Duration{4 * ms, 6 * ms}},
		{"two share one core", 1, []start{{0, 4 * ms}, {0, 2 * ms}}, []time.Duration{6 * ms, 4 * ms}},
		{"the second comes later", 1, []start{{0, 4 * ms}, {2 * ms, 4 * ms}}, []time.Duration{6 * ms, 8 * ms}},
		{"three share two cores", 2, []start{{0, 2 * ms}, {0, 2 * ms}, {0, 4 * ms}}, []time.Duration{3 * ms, 3 * ms, 5 * ms}},
		{"half a core alone", 0.5, []start{{0, 4 * ms}}, []time.Duration{8 * ms}},
		{"half a core shared", 0.5, []start{{0, 4 * ms}, {0, 4 * ms}}, []time.Duration{16 * ms, 16 * ms}},
		{"one and a half cores alone", 1.5, []start{{0, 4 * ms}}, []time.Duration{4 * ms}},
		{"one and a half cores shared", 1.5, []start{{0, 3 * ms}, {0, 6 * ms}}, []time.Duration{4 * ms, 7 * ms}},
		{"ties end in order of arrival", 1, []start{{0, ms}, {0, ms}}, []time.Duration{2 * ms, 2 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := NewPS(c.cores)
			for i, j := range c.jobs {
				p.Start(j.at, int32(i), j.work)
			}
			if got, want := p.Busy(), min(c.cores, float64(len(c.jobs))); got != want {
				t.Errorf("%v cores busy, want %v", got, want)
			}
			ends := finish(&p)
			for i, want := range c.want {
				if ends[int32(i)] != want {
					t.Errorf("job %d ends at %v, want %v", i, ends[int32(i)], want)
				}
			}
		})
	}
}

func TestTiesEndInOrderOfArrival(t *testing.T) {
	p := NewPS(2)
	for job := range int32(50) {
		p.Start(0, job, 7*ms)
	}
	for want := range int32(50) {
		at, _ := p.Next()
		if got := p.Done(at); got != want {
			t.Fatalf("job %d ended, want %d", got, want)
		}
	}
}

// TestTimesAreExactWhereNobodyShares is what the pairing of topologies rests on.
func TestTimesAreExactWhereNobodyShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "cores")
		p := NewPS(float64(n))
		running := map[int32]time.Duration{}
		now := time.Duration(0)
		for id := range int32(300) {
			if len(running) == n {
				at, _ := p.Next()
				job := p.Done(at)
				if want := running[job]; at != want {
					t.Fatalf("job %d ends at %d, want %d", job, at, want)
				}
				delete(running, job)
				now = at
			}
			if at, ok := p.Next(); ok && at > now {
				now += min(time.Duration(rapid.Int64Range(0, 2e6).Draw(t, "gap")), at-now)
			}
			work := time.Duration(rapid.Int64Range(1, 1e12).Draw(t, "work"))
			p.Start(now, id, work)
			running[id] = now + work
		}
	})
}

func TestTimesAreExactAgainAfterTheCoresFellIdle(t *testing.T) {
	p := NewPS(1)
	for job := range int32(7) { // sevenths leave a virtual time that is no whole number
		p.Start(0, job, time.Duration(1000+job))
	}
	finish(&p)
	const start, work = 3_600_000_000_001, 1_234_567
	p.Start(start, 9, work)
	if at, _ := p.Next(); at != start+work {
		t.Errorf("the next job ends at %d, want %d", at, start+work)
	}
}

func TestRescaleStretchesWhatIsLeft(t *testing.T) {
	p := NewPS(2)
	p.Start(0, 0, 10*ms)
	p.Start(0, 1, 10*ms)
	p.Rescale(4*ms, func(job int32) float64 { return float64(1 + 2*job) }) // ×1, ×3
	ends := finish(&p)
	if ends[0] != 10*ms || ends[1] != 22*ms {
		t.Errorf("jobs end at %v and %v, want 10ms and 22ms", ends[0], ends[1])
	}
}

func TestRescaleAndBackLeavesTheEndsAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		factor := rapid.Float64Range(0.1, 50).Draw(t, "factor")
		work := rapid.SliceOfN(rapid.Int64Range(1, 1e9), 1, 20).Draw(t, "work")
		touched, untouched := NewPS(2), NewPS(2)
		for i, w := range work {
			touched.Start(0, int32(i), time.Duration(w))
			untouched.Start(0, int32(i), time.Duration(w))
		}
		touched.Rescale(0, func(int32) float64 { return factor })
		touched.Rescale(0, func(int32) float64 { return 1 / factor })
		got, want := finish(&touched), finish(&untouched)
		for i := range work {
			if d := got[int32(i)] - want[int32(i)]; d < -1 || d > 1 {
				t.Fatalf("job %d ends at %d, want %d ± 1", i, got[int32(i)], want[int32(i)])
			}
		}
	})
}

// TestAStopMovesAllEndsByItsLength, to the nanosecond where nobody shares, and work
// that is rescaled meanwhile is what was left.
func TestAStopMovesAllEndsByItsLength(t *testing.T) {
	p := NewPS(1)
	p.Start(0, 1, 4*ms)
	p.Start(ms, 2, 4*ms) // the first has 3 ms left
	p.Stop(3 * ms)       // 2 and 3 ms left
	p.Rescale(5*ms, func(job int32) float64 { return float64(job) })
	p.Resume(13 * ms) // 2 and 6 ms left
	ends := finish(&p)
	if ends[1] != 17*ms || ends[2] != 21*ms {
		t.Errorf("the jobs end at %v, want 17 and 21 ms", ends)
	}
	p.Stop(30 * ms)
	p.Resume(40 * ms)
	p.Start(50*ms+1, 3, 7)
	if at, _ := p.Next(); at != 50*ms+8 {
		t.Errorf("after a stop of idle cores a job of 7 ns ends at %v", at)
	}
}

func TestPSClearDropsAllJobs(t *testing.T) {
	p := NewPS(1)
	for job := range int32(9) {
		p.Start(0, job, 10*ms)
	}
	p.Clear()
	if _, ok := p.Next(); ok || p.Len() != 0 || p.Busy() != 0 {
		t.Errorf("%d jobs left, %v busy", p.Len(), p.Busy())
	}
	p.Start(5*ms, 1, 3*ms)
	if at, _ := p.Next(); at != 8*ms {
		t.Errorf("the next job ends at %v, want 8ms", at)
	}
}

func TestWorkWithoutEndEndsAtTheEndOfTime(t *testing.T) {
	p := NewPS(0.001)
	p.Start(0, 0, math.MaxInt64)
	if at, ok := p.Next(); !ok || at < 0 {
		t.Errorf("ends at %d", at)
	}
}

// naive is processor sharing as it is defined: a list of what is left of each job.
type naive struct {
	cores float64
	now   time.Duration
	left  []float64
	jobs  []int32
}

func (n *naive) rate() float64 { return math.Min(1, n.cores/float64(len(n.jobs))) }

func (n *naive) advance(to time.Duration) {
	for i := range n.left {
		n.left[i] -= n.rate() * float64(to-n.now)
	}
	n.now = to
}

func (n *naive) next() (k int, at time.Duration) {
	for i := range n.left {
		if n.left[i] < n.left[k] {
			k = i
		}
	}
	return k, n.now + time.Duration(math.Ceil(math.Max(n.left[k], 0)/n.rate()-1.0/64))
}

// until ends all jobs that end by then.
func (n *naive) until(to time.Duration, jobs []job) {
	for len(n.jobs) > 0 {
		k, at := n.next()
		if at > to {
			break
		}
		n.advance(at)
		jobs[n.jobs[k]].end = at
		n.left = append(n.left[:k], n.left[k+1:]...)
		n.jobs = append(n.jobs[:k], n.jobs[k+1:]...)
	}
	if to != forever {
		n.advance(to)
	}
}

const forever = math.MaxInt64

// TestProcessorSharingAgreesWithItsDefinition starts jobs at random and now and
// then stretches or shrinks what is left of some.
func TestProcessorSharingAgreesWithItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]float64{0.25, 0.5, 1, 1.5, 2, 3, 8}).Draw(t, "cores")
		got := drawJobs(t, 120)
		want := append([]job(nil), got...)
		p, n := NewPS(c), naive{cores: c}
		for i, j := range got {
			runPS(&p, j.at, got)
			n.until(j.at, want)
			if rapid.IntRange(0, 9).Draw(t, "rescale") == 0 {
				f := rapid.Float64Range(0.2, 5).Draw(t, "factor")
				odd := func(job int32) float64 { return 1 + (f-1)*float64(job&1) }
				p.Rescale(j.at, odd)
				for k, id := range n.jobs {
					n.left[k] *= odd(id)
				}
			}
			p.Start(j.at, int32(i), j.work)
			n.left, n.jobs = append(n.left, float64(j.work)), append(n.jobs, int32(i))
		}
		runPS(&p, forever, got)
		n.until(forever, want)
		for i := range got { // a nanosecond that falls the other way shifts those that share
			if d := got[i].end - want[i].end; d < -3 || d > 3 {
				t.Fatalf("%v cores: job %d ends at %d, want %d", c, i, got[i].end, want[i].end)
			}
		}
	})
}

// runPS ends all jobs that end by then.
func runPS(p *PS, to time.Duration, jobs []job) {
	for at, ok := p.Next(); ok && at <= to; at, ok = p.Next() {
		jobs[p.Done(at)].end = at
	}
}

func TestSharingAllocatesNothing(t *testing.T) {
	p := NewPS(2)
	f := NewFIFO(2)
	now := time.Duration(0)
	for job := range int32(100) {
		p.Start(0, job, ms)
		f.Start(job, ms)
	}
	if n := testing.AllocsPerRun(10_000, func() {
		now, _ = p.Next()
		p.Start(now, p.Done(now), ms)
		job, d, _ := f.Done()
		f.Start(job, d)
	}); n != 0 {
		t.Errorf("%v allocations per job, want 0", n)
	}
}

// The end of one job and the start of another: 14 ns among 10, 39 ns among 1,000, on a
// shared server (Intel Xeon, Go 1.26.8); the heap is as deep as its logarithm.
func BenchmarkPS(b *testing.B) {
	for _, n := range []int32{10, 1000} {
		b.Run(strconv.Itoa(int(n)), func(b *testing.B) {
			p := NewPS(4)
			for job := range n {
				p.Start(0, job, time.Duration(job)*ms)
			}
			b.ReportAllocs()
			for b.Loop() {
				at, _ := p.Next()
				job := p.Done(at)
				p.Start(at, job, time.Duration(job)*ms)
			}
		})
	}
}
