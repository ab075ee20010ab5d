package measure

// octave is what lies in the buckets of an octave: one digit of each count, in
// base 256.
type octave [subBuckets]uint8

// octaves is how many there are, up to the longest duration.
const octaves = 56

// counts are numbers of readings by bucket, of all octaves from first on. Most are
// below 256, so an octave holds a byte a bucket; how often one has gone beyond 255 is
// counted in turn, in more, by octaves of its own.
type counts struct {
	n      uint64 // readings counted
	counts []*octave
	first  int32
	more   *counts // the next digits; nil: all are zero
}

// take counts the readings whose octaves are counted, and moves the others, which it
// returns the number of, to the front.
func (c *counts) take(readings []uint16) (left int) {
	counts, first := c.counts, int(c.first)
	for _, i := range readings {
		k := int(i)>>SubBits - first
		if uint(k) >= uint(len(counts)) {
			readings[left] = i
			left++
			continue
		}
		n := &counts[k][uint8(i)]
		if *n++; *n == 0 {
			c.carry(int(i), 1)
		}
	}
	c.n += uint64(len(readings) - left)
	return left
}

// add counts n readings in bucket i.
func (c *counts) add(i int, n uint64) {
	c.n += n
	o := c.open(i >> SubBits)
	n += uint64(o[uint8(i)])
	if o[uint8(i)] = uint8(n); n > 255 {
		c.carry(i, n>>8)
	}
}

// carry adds to the next digit of bucket i. It stays out of line, so that take has
// registers enough.
//
//go:noinline
func (c *counts) carry(i int, n uint64) {
	if c.more == nil {
		c.more = new(counts)
	}
	c.more.add(i, n)
}

// openThose lets the octaves be counted that have so many of the readings, and those
// in between.
func (c *counts) openThose(readings []uint16, least int) {
	var n [octaves]int
	for _, i := range readings {
		n[i>>SubBits]++
	}
	for o := range n {
		if n[o] >= least {
			c.open(o)
		}
	}
}

// open lets octave o be counted, and those between it and the others.
func (c *counts) open(o int) *octave {
	if len(c.counts) == 0 {
		c.first = int32(o)
	}
	first, end := int(c.first), int(c.first)+len(c.counts)
	if low, high := min(o, first), max(o+1, end); high-low > len(c.counts) {
		more := make([]*octave, high-low)
		copy(more[first-low:], c.counts)
		for k := range more {
			if more[k] == nil {
				more[k] = new(octave)
			}
		}
		c.first, c.counts = int32(low), more
	}
	return c.counts[o-int(c.first)]
}

// each calls f for each bucket that has been counted, in ascending order.
func (c *counts) each(f func(i int, n uint64)) {
	var all [subBuckets]uint64
	for k := range c.counts {
		at := int(c.first) + k
		c.read(at, &all)
		for j, n := range all {
			if n > 0 {
				f(at<<SubBits+j, n)
			}
		}
	}
}

// read sets all to the counts of octave o, from the first digit on.
func (c *counts) read(o int, all *[subBuckets]uint64) {
	k := o - int(c.first)
	if uint(k) >= uint(len(c.counts)) {
		clear(all[:])
		return
	}
	if c.more == nil {
		clear(all[:])
	} else {
		c.more.read(o, all)
	}
	for j, digit := range c.counts[k] {
		all[j] = all[j]<<8 + uint64(digit)
	}
}
