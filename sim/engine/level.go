package engine

import "time"

// The numbers in service, waiting, busy and up are integrated over time by
// ∫N dt = N·t − Σ(times of entry) + Σ(times of exit): a change costs one addition.
// The integrals of whole numbers are integers, so that the audit needs no
// tolerance; a sum that wraps around comes back right.

// level is a whole number that changes over time, and its integral.
type level struct{ n, entered int64 }

func (l *level) add(now time.Duration, d int64) {
	l.n += d
	l.entered += int64(now) * d
}

// area is ∫n dt up to now, in nanoseconds.
func (l *level) area(now time.Duration) int64 { return l.n*int64(now) - l.entered }

type integrals struct {
	service, queue, up, busy int64
	shared, memory           float64
}

func (e *engine) integrals(st *station) integrals {
	now, service, busy := e.Now(), e.inService(st), level{}
	of := e.instancesOf(st)
	for k := range of {
		busy.n += of[k].busy.n
		busy.entered += of[k].busy.entered
	}
	i := integrals{service.area(now), st.queue.area(now), st.up.area(now), busy.area(now), 0, 0}
	if p := st.parts; p != nil {
		p.cores.add(now, 0)
		i.shared = p.cores.time
	}
	return i
}

// withMemory is integrals, that of the bytes held included.
func (e *engine) withMemory(st *station) integrals {
	i := e.integrals(st)
	if p := st.parts; p != nil {
		p.memory.add(e.Now(), 0)
		i.memory = p.memory.time
	}
	return i
}

func (e *engine) instancesOf(st *station) []instance { return e.instances[st.first : st.first+st.n] }

// inService is how many calls hold a worker of a station.
func (e *engine) inService(st *station) (l level) {
	of := e.instancesOf(st)
	for i := range of {
		l.n += of[i].service.n
		l.entered += of[i].service.entered
	}
	return l
}

// sharedCores are the cores that processor sharing uses, by fractions, which are
// integrated in floating point from change to change; so are bytes, whose
// integrals whole numbers would not hold.
type sharedCores struct {
	n, time float64
	last    time.Duration
}

func (c *sharedCores) add(now time.Duration, d float64) {
	if dt := now - c.last; dt > 0 {
		c.time += float64(c.n * float64(dt))
		c.last = now
	}
	c.n += d
}

// busyCores is the mean number of cores in use between two readings, times ns.
func (st *station) busyCores(a, b integrals) float64 {
	return float64(float64(b.busy-a.busy)*st.coreSpeed()) + (b.shared - a.shared)
}
