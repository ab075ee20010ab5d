// Package cores shares the cores of an instance among jobs, as pure data
// structures: [FIFO] gives each job a core of its own, in order; [PS] shares
// the cores equally. Jobs are small integers (the engine's frames), work and
// time are nanoseconds, and the caller keeps the clock.
package cores

import "time"

// FIFO serves jobs in order, one core each.
type FIFO struct {
	free       int32
	head, size int32
	slow       bool    // speed is below 1
	speed      float64 // of a core, for fractions of one: 0.5 cores are one core at half speed
	ring       []queued
}

type queued struct {
	job  int32
	work time.Duration
}

// NewFIFO returns c cores; a fraction is spread over the next whole number of
// slower cores.
func NewFIFO(c float64) FIFO {
	n := int32(c)
	if float64(n) < c {
		n++
	}
	return FIFO{free: n, speed: c / float64(n), slow: float64(n) != c}
}

// Start takes a core for the job, if one is free, and returns how long it will
// take; otherwise the job waits.
func (f *FIFO) Start(job int32, work time.Duration) (time.Duration, bool) {
	if f.free > 0 && !f.slow {
		f.free--
		return work, true
	}
	return f.startOrWait(job, work)
}

func (f *FIFO) startOrWait(job int32, work time.Duration) (time.Duration, bool) {
	if f.free > 0 {
		f.free--
		return f.time(work), true
	}
	if int(f.size) == len(f.ring) {
		f.grow()
	}
	f.ring[int(f.head+f.size)&(len(f.ring)-1)] = queued{job, work}
	f.size++
	return 0, false
}

// Done gives a core back, and starts the next waiting job on it.
func (f *FIFO) Done() (job int32, d time.Duration, ok bool) {
	if f.size == 0 {
		f.free++
		return 0, 0, false
	}
	return f.startNext()
}

func (f *FIFO) startNext() (job int32, d time.Duration, ok bool) {
	q := &f.ring[f.head]
	f.head = (f.head + 1) & int32(len(f.ring)-1)
	f.size--
	return q.job, f.time(q.work), true
}

// Waiting is the number of jobs that wait for a core.
func (f *FIFO) Waiting() int { return int(f.size) }

// Rescale multiplies the work of the waiting jobs by what factor says of each.
func (f *FIFO) Rescale(factor func(job int32) float64) {
	for i := range f.size {
		q := &f.ring[int(f.head+i)&(len(f.ring)-1)]
		if r := factor(q.job); r != 1 {
			q.work = Stretch(q.work, r)
		}
	}
}

func (f *FIFO) time(work time.Duration) time.Duration {
	if !f.slow {
		return work
	}
	return Stretch(work, 1/f.speed)
}

func (f *FIFO) grow() {
	ring := make([]queued, max(8, 2*len(f.ring)))
	n := copy(ring, f.ring[f.head:])
	copy(ring[n:], f.ring[:f.head])
	f.ring, f.head = ring, 0
}

// Stretch is work × factor, rounded, held below the end of time.
func Stretch(work time.Duration, factor float64) time.Duration {
	w := float64(float64(work)*factor) + 0.5
	if w >= 1<<62 {
		return 1 << 62
	}
	return time.Duration(w)
}

// Clear drops all waiting jobs and frees all cores, n of them.
func (f *FIFO) Clear(n int) { f.free, f.head, f.size = int32(n), 0, 0 }

// Remove takes a waiting job out; false if it does not wait.
func (f *FIFO) Remove(job int32) bool {
	mask := int32(len(f.ring) - 1)
	for i := range f.size {
		if f.ring[(f.head+i)&mask].job != job {
			continue
		}
		for ; i < f.size-1; i++ {
			f.ring[(f.head+i)&mask] = f.ring[(f.head+i+1)&mask]
		}
		f.size--
		return true
	}
	return false
}
