package cores

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func TestStretchRoundsAndStaysBelowTheEndOfTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		work   time.Duration
		factor float64
		want   time.Duration
	}{
		{"by one", 7, 1, 7},
		{"doubled", 3 * ms, 2, 6 * ms},
		{"down to the nearest", 10, 0.33, 3},
		{"up to the nearest", 10, 0.37, 4},
		{"nothing stays nothing", 0, 1e9, 0},
		{"beyond the end of time", math.MaxInt64, 1000, 1 << 62},
		{"just beyond", 1 << 62, 1, 1 << 62},
		{"without end", 1, math.Inf(1), 1 << 62},
	} {
		if got := Stretch(c.work, c.factor); got != c.want {
			t.Errorf("%s: Stretch(%d, %v) = %d, want %d", c.name, c.work, c.factor, got, c.want)
		}
	}
}

func TestFIFOGivesEachJobACoreInOrder(t *testing.T) {
	f := NewFIFO(2)
	for job := range int32(5) {
		d, ok := f.Start(job, time.Duration(job+1)*ms)
		if ok != (job < 2) || ok && d != time.Duration(job+1)*ms {
			t.Errorf("job %d: started %v for %v", job, ok, d)
		}
	}
	if f.Waiting() != 3 {
		t.Errorf("%d wait, want 3", f.Waiting())
	}
	for want := int32(2); want < 5; want++ {
		if job, d, ok := f.Done(); !ok || job != want || d != time.Duration(want+1)*ms {
			t.Errorf("next is job %d for %v (%v), want %d", job, d, ok, want)
		}
	}
	if _, _, ok := f.Done(); ok {
		t.Error("a job came out of an empty queue")
	}
	if _, ok := f.Start(9, ms); !ok {
		t.Error("a core that was given back is not free")
	}
}

func TestFractionsOfACoreAreSlowerCores(t *testing.T) {
	for _, c := range []struct {
		name  string
		cores float64
		free  int           // jobs that start at once
		takes time.Duration // 6 ms of work
	}{
		{"one", 1, 1, 6 * ms},
		{"half a core is one at half speed", 0.5, 1, 12 * ms},
		{"one and a half are two at three quarters", 1.5, 2, 8 * ms},
		{"three", 3, 3, 6 * ms},
		{"a thousandth", 0.001, 1, 6000 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewFIFO(c.cores)
			for job := range int32(c.free) {
				if d, ok := f.Start(job, 6*ms); !ok || d != c.takes {
					t.Errorf("job %d takes %v (%v), want %v", job, d, ok, c.takes)
				}
			}
			if _, ok := f.Start(99, 6*ms); ok {
				t.Errorf("job %d found a core", c.free+1)
			}
			if _, d, ok := f.Done(); !ok || d != c.takes {
				t.Errorf("the waiting job takes %v, want %v", d, c.takes)
			}
		})
	}
}

func TestFIFORescaleTouchesTheWaitingJobsAlone(t *testing.T) {
	f := NewFIFO(1)
	for job := range int32(4) {
		f.Start(job, 10*ms)
	}
	f.Rescale(func(job int32) float64 {
		if job == 0 {
			t.Error("asked of the job on a core")
		}
		return float64(job) // 1 leaves it as it is
	})
	for job := int32(1); job < 4; job++ {
		if got, d, _ := f.Done(); got != job || d != time.Duration(job)*10*ms {
			t.Errorf("job %d takes %v, want %v", got, d, time.Duration(job)*10*ms)
		}
	}
}

func TestFIFOClearFreesAllCores(t *testing.T) {
	f := NewFIFO(2)
	for job := range int32(20) {
		f.Start(job, ms)
	}
	f.Clear(2)
	if f.Waiting() != 0 {
		t.Errorf("%d still wait", f.Waiting())
	}
	for job := range int32(3) {
		if _, ok := f.Start(job, ms); ok != (job < 2) {
			t.Errorf("job %d after Clear: started %v", job, ok)
		}
	}
}

// job is one job of a random workload and what became of it.
type job struct {
	at, work, end time.Duration
}

func drawJobs(t *rapid.T, most int) []job {
	jobs := make([]job, rapid.IntRange(1, most).Draw(t, "jobs"))
	at := time.Duration(0)
	for i := range jobs {
		at += time.Duration(rapid.IntRange(0, 1000).Draw(t, "gap"))
		jobs[i] = job{at: at, work: time.Duration(rapid.IntRange(1, 3000).Draw(t, "work")), end: -1}
	}
	return jobs
}

// TestFIFOAgreesWithTheRecursion compares it with Kiefer and Wolfowitz'
// recursion: each job takes the core that is free first.
func TestFIFOAgreesWithTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "cores")
		jobs := drawJobs(t, 200)
		runFIFO(t, n, jobs)
		free := make([]time.Duration, n)
		for i, j := range jobs {
			first := 0
			for k := range free {
				if free[k] < free[first] {
					first = k
				}
			}
			free[first] = max(free[first], j.at) + j.work
			if j.end != free[first] {
				t.Fatalf("job %d on %d cores ends at %d, want %d", i, n, j.end, free[first])
			}
		}
	})
}

// runFIFO keeps the clock for a FIFO.
func runFIFO(t *rapid.T, n int, jobs []job) {
	f := NewFIFO(float64(n))
	running := map[int32]time.Duration{}
	next := 0
	for next < len(jobs) || len(running) > 0 {
		first, at := int32(-1), time.Duration(math.MaxInt64)
		for id, end := range running {
			if end < at || end == at && id < first {
				first, at = id, end
			}
		}
		if next < len(jobs) && jobs[next].at < at {
			if d, ok := f.Start(int32(next), jobs[next].work); ok {
				running[int32(next)] = jobs[next].at + d
			}
			next++
			continue
		}
		delete(running, first)
		jobs[first].end = at
		if id, d, ok := f.Done(); ok {
			running[id] = at + d
		}
	}
	if f.Waiting() != 0 {
		t.Fatalf("%d jobs were forgotten", f.Waiting())
	}
}
