package resilience

import "time"

// never is the end of time.
const never = time.Duration(1<<63 - 1)

// later is the sum of two times, the end of time where it is beyond.
func later(from, wait time.Duration) time.Duration { return from + min(wait, never-from) }

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// buckets counts three kinds of things over the last seconds, by whole seconds
// since the start: the second in progress and those before it that fit.
type buckets struct {
	ring   [][3]uint32
	sum    [3]uint32 // of the ring
	second int64     // of the newest bucket
	at     int       // where it lies
}

func newBuckets(seconds int) buckets { return buckets{ring: make([][3]uint32, seconds)} }

// reset forgets everything.
func (b *buckets) reset() {
	clear(b.ring)
	b.sum = [3]uint32{}
}

// move drops the seconds that lie before the window at a time.
func (b *buckets) move(now time.Duration) {
	second := int64(now / time.Second)
	if second == b.second {
		return
	}
	if second-b.second >= int64(len(b.ring)) {
		b.reset()
		b.second = second
		return
	}
	for ; b.second < second; b.second++ {
		if b.at++; b.at == len(b.ring) {
			b.at = 0
		}
		old := &b.ring[b.at]
		b.sum[0] -= old[0]
		b.sum[1] -= old[1]
		b.sum[2] -= old[2]
		*old = [3]uint32{}
	}
}

// add counts at a time.
func (b *buckets) add(now time.Duration, x, y, z uint32) {
	b.move(now)
	bucket := &b.ring[b.at]
	bucket[0] += x
	bucket[1] += y
	bucket[2] += z
	b.sum[0] += x
	b.sum[1] += y
	b.sum[2] += z
}

// lastCalls counts failed and slow calls among the last so many.
type lastCalls struct {
	ring []uint8 // bit 0: failed, bit 1: slow
	sum  outcomes
	at   int // the oldest, which goes next
}

func newLastCalls(n int) lastCalls { return lastCalls{ring: make([]uint8, n)} }

// reset forgets everything. What the ring holds is dropped as it fills again.
func (l *lastCalls) reset() {
	clear(l.ring)
	l.sum, l.at = outcomes{}, 0
}

// add counts a call in place of the oldest.
func (l *lastCalls) add(failed, slow bool) outcomes {
	f, s := uint8(bit(failed)), uint8(bit(slow))
	old := l.ring[l.at]
	l.ring[l.at] = f | s<<1
	if l.at++; l.at == len(l.ring) {
		l.at = 0
	}
	l.sum.failed += int(f) - int(old&1)
	l.sum.slow += int(s) - int(old>>1)
	l.sum.calls = min(l.sum.calls+1, len(l.ring))
	return l.sum
}
