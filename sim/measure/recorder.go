package measure

import "time"

// Recorder takes durations for a histogram and hands them over a few at a time: with
// a thousand services, what a duration costs is the lines of the cache that it
// touches, which is one here. The histogram lacks those that have not been handed
// over: call [Recorder.Flush] before it is read.
type Recorder struct {
	to     *Histogram
	n      int
	recent [atOnce]time.Duration
}

// NewRecorder returns a recorder for a histogram.
func NewRecorder(to *Histogram) Recorder { return Recorder{to: to} }

// Record adds one duration; a negative one counts as zero.
func (r *Recorder) Record(d time.Duration) {
	if r.n == len(r.recent) {
		r.Flush()
	}
	r.recent[r.n] = d
	r.n++
}

// Flush hands over what has been recorded since the last time.
//
//go:noinline
func (r *Recorder) Flush() {
	r.to.recordAll(r.recent[:r.n])
	r.n = 0
}
