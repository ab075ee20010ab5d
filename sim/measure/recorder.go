package measure

import "time"

// Recorder takes durations for a histogram and hands them over a few at a time: with
// a thousand services, what a duration costs is the lines of the cache that it
// touches, which is one here, with eight bytes to spare for what goes with it. The
// histogram lacks those that have not been handed over: call [Recorder.Flush] before
// it is read.
type Recorder struct {
	to     *Histogram
	left   uint64         // how many there is room for
	recent [atOnce]uint32 // in ns, the last first
}

// NewRecorder returns a recorder for a histogram.
func NewRecorder(to *Histogram) Recorder { return Recorder{to: to, left: atOnce} }

// Record adds one duration; a negative one counts as zero.
func (r *Recorder) Record(d time.Duration) {
	r.left--
	r.recent[r.left] = uint32(d)
	// No room is left, or, as 2³² ns are sixteen times 2²⁸, there would be none for d: one
	// test for both, which some shorter ones meet a little early.
	if uint64(d)>>28 >= r.left {
		r.handOver(d)
	}
}

// handOver is Flush after d, which may be negative, or longer than four seconds.
//
//go:noinline
func (r *Recorder) handOver(d time.Duration) {
	if d>>32 != 0 {
		r.left++
		r.to.Record(d)
	}
	r.Flush()
}

// Flush hands over what has been recorded since the last time.
func (r *Recorder) Flush() {
	r.to.recordAll(r.recent[r.left:])
	r.left = atOnce
}

// Ahead reads what Flush will touch, so that it need not be waited for then.
func (r *Recorder) Ahead() (sum int64) {
	h := r.to
	if n := len(h.recent); n < cap(h.recent) {
		sum = int64(h.recent[:n+1][n])
	}
	return sum + int64(r.left)
}
