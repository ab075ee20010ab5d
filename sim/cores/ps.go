package cores

import "time"

// PS shares c cores among all jobs: each of n jobs runs at rate min(1, c/n).
//
// It keeps a virtual time that advances at that rate: a job that starts at
// virtual time v with work w ends at v + w, whoever comes and goes, so arrivals
// and departures cost O(log n) (Parekh and Gallager, IEEE/ACM ToN 1(3), 1993).
// Virtual time restarts at zero whenever the cores fall idle, so that it is
// exact where nobody shares: one nanosecond of work takes one nanosecond.
type PS struct {
	cores float64
	clock float64       // virtual time, ns of work
	last  time.Duration // when clock was right
	seq   uint32
	still bool // stopped: virtual time stands
	heap  []share
}

type share struct {
	end float64 // virtual
	seq uint32  // ties in order of arrival
	job int32
}

func (s share) before(o share) bool {
	return s.end < o.end || s.end == o.end && int32(s.seq-o.seq) < 0
}

// NewPS returns c cores.
func NewPS(c float64) PS { return PS{cores: c} }

// Len is the number of jobs.
func (p *PS) Len() int { return len(p.heap) }

// Busy is the number of cores in use.
func (p *PS) Busy() float64 { return min(p.cores, float64(len(p.heap))) }

func (p *PS) rate() float64 {
	if n := float64(len(p.heap)); n > p.cores {
		return p.cores / n
	}
	if p.cores < 1 {
		return p.cores
	}
	return 1
}

func (p *PS) advance(now time.Duration) {
	if len(p.heap) == 0 {
		p.clock = 0
	} else if dt := now - p.last; dt > 0 && !p.still {
		p.clock += float64(p.rate() * float64(dt))
	}
	p.last = now
}

// Start adds a job.
func (p *PS) Start(now time.Duration, job int32, work time.Duration) {
	p.advance(now)
	p.seq++
	p.heap = append(p.heap, share{})
	p.up(len(p.heap)-1, share{p.clock + float64(work), p.seq, job})
}

// Next is when the job that ends first will end if nobody comes; false if idle.
func (p *PS) Next() (time.Duration, bool) {
	if len(p.heap) == 0 {
		return 0, false
	}
	left := p.heap[0].end - p.clock
	if left <= 0 {
		return p.last, true
	}
	d := left / p.rate()
	if d >= 1<<62 {
		return 1 << 62, true
	}
	return p.last + time.Duration(d+almostOne), true
}

// almostOne rounds an end up to a whole nanosecond, but for the dust that sums
// of fractions leave: jobs that end together must not end one after the other.
const almostOne = 1 - 1.0/64

// Done removes the job that ends first; now is what Next said.
func (p *PS) Done(now time.Duration) int32 {
	p.advance(now)
	top := p.heap[0]
	n := len(p.heap) - 1
	last := p.heap[n]
	p.heap = p.heap[:n]
	if n > 0 {
		p.down(0, last)
	}
	return top.job
}

// Rescale multiplies the remaining work of each job by what factor says of it.
func (p *PS) Rescale(now time.Duration, factor func(job int32) float64) {
	p.advance(now)
	for i := range p.heap {
		if r := factor(p.heap[i].job); r != 1 {
			p.heap[i].end = p.clock + float64((p.heap[i].end-p.clock)*r)
		}
	}
	for i := len(p.heap)/2 - 1; i >= 0; i-- {
		p.down(i, p.heap[i])
	}
}

func (p *PS) up(i int, s share) {
	for i > 0 {
		q := (i - 1) / 2
		if !s.before(p.heap[q]) {
			break
		}
		p.heap[i] = p.heap[q]
		i = q
	}
	p.heap[i] = s
}

func (p *PS) down(i int, s share) {
	n := len(p.heap)
	for {
		m := 2*i + 1
		if m >= n {
			break
		}
		if m+1 < n && p.heap[m+1].before(p.heap[m]) {
			m++
		}
		if !p.heap[m].before(s) {
			break
		}
		p.heap[i] = p.heap[m]
		i = m
	}
	p.heap[i] = s
}

// Clear drops all jobs.
func (p *PS) Clear() { p.heap = p.heap[:0] }

// Remove takes a job out; it does nothing if there is no such job.
func (p *PS) Remove(now time.Duration, job int32) {
	for i := range p.heap {
		if p.heap[i].job != job {
			continue
		}
		p.advance(now)
		n := len(p.heap) - 1
		last := p.heap[n]
		p.heap = p.heap[:n]
		if i < n {
			p.up(i, last)
			p.down(i, p.heap[i])
		}
		return
	}
}

// Stop lets all jobs stand still where they are, until Resume. Next means nothing
// in between.
func (p *PS) Stop(now time.Duration) {
	p.advance(now)
	p.still = true
}

// Resume lets the jobs go on as if no time had passed since Stop.
func (p *PS) Resume(now time.Duration) {
	p.advance(now)
	p.still = false
}
