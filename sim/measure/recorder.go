package measure

import "time"

// Recorder takes durations for a histogram and hands them over a few at a time: with
// a thousand services, what a duration costs is the lines of the cache that it
// touches, which is one here, with eight bytes to spare for what goes with it. The
// histogram lacks those that have not been handed over: call [Recorder.Flush] before
// it is read.
type Recorder struct {
	to     *Histogram
	n      uint32
	recent [atOnce]uint32 // in ns
}

// NewRecorder returns a recorder for a histogram.
func NewRecorder(to *Histogram) Recorder { return Recorder{to: to} }

// Record adds one duration; a negative one counts as zero.
func (r *Recorder) Record(d time.Duration) {
	r.recent[r.n] = uint32(d)
	if r.n++; r.n == atOnce || d>>32 != 0 {
		r.handOver(d)
	}
}

// handOver is Flush after d, which may be negative, or longer than four seconds and so
// than there is room for.
//
//go:noinline
func (r *Recorder) handOver(d time.Duration) {
	if d>>32 != 0 {
		r.n--
		r.to.Record(d)
	}
	r.Flush()
}

// Flush hands over what has been recorded since the last time.
func (r *Recorder) Flush() {
	r.to.recordAll(r.recent[:r.n])
	r.n = 0
}
