// Package rng draws random numbers that are pure functions of their place.
//
// A draw is named by a [Key]: the replication, the flow, the request, then the
// place in the application's call tree. The same key gives the same numbers
// wherever and whenever it is asked, so that a request does the same work in
// every topology, with a fault and without, and a replay needs no state.
//
//	key := rng.Root(seed, replication).Child(flow).Child(request)
//	s := key.Child(operation).Stream(step)
//	u := s.Float64()
//
// Keys and streams are values: nothing escapes, nothing allocates, and there is
// no generator to share or to lock. A key, a stream and a draw together cost 5 ns.
package rng

import "math/bits"

// Key names a place of the random universe. Keys derived on different paths are
// different, save for collisions that are as likely as for a 64-bit hash.
type Key uint64

// Stream is a sequence of draws that begins at a place: splitmix64 (Steele, Lea
// and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014),
// of period 2^64. Copying a stream copies its position.
type Stream struct{ state uint64 }

// The three increments differ, so that neither the draws of a stream nor the
// states of streams coincide with the keys of its children. All are odd with
// irregular bits, which is what splitmix64 asks of its "gamma".
const (
	drawGamma   = 0x9e3779b97f4a7c15 // 2^64 / golden ratio
	childGamma  = 0xd1342543de82ef95
	streamGamma = 0xaf251af3b0f025b5
)

// mix is splitmix64's finaliser: Stafford's variant 13 of MurmurHash3's, a
// bijection in which each input bit flips each output bit with probability 1/2.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Root is the key from which all draws of one replication descend.
func Root(seed uint64, replication int) Key {
	return Key(mix(mix(seed+drawGamma) + uint64(replication)*childGamma))
}

// Child is the key of a place below k. It is a bijection of k for each place and
// of the place for each k, and it mixes at every step: a sum or an exclusive or
// would give Child(a).Child(b) and Child(b).Child(a) the same draws.
func (k Key) Child(place uint32) Key {
	return Key(mix(uint64(k) + (uint64(place)+1)*childGamma))
}

// Stream is the sequence of draws for one purpose at k.
func (k Key) Stream(place uint32) Stream {
	return Stream{mix(uint64(k) + (uint64(place)+1)*streamGamma)}
}

// Uint64 is the next draw, 64 uniform bits.
func (s *Stream) Uint64() uint64 {
	s.state += drawGamma
	return mix(s.state)
}

// Float64 is the next draw in [0, 1): a multiple of 2^-53, so that every value
// is exact and no CPU rounds it differently.
func (s *Stream) Float64() float64 {
	return float64(float64(s.Uint64()>>11) * 0x1p-53)
}

// IntN is the next draw in [0, n), for n ≥ 1: the high word of the draw times n
// (Lemire, "Fast Random Integer Generation in an Interval", 2019). Without his
// rejection step a value's probability is off by at most n/2^64, which no run
// can see, and every draw takes one number from the stream.
func (s *Stream) IntN(n int) int {
	if n < 1 {
		panic("rng: IntN of less than 1")
	}
	hi, _ := bits.Mul64(s.Uint64(), uint64(n))
	return int(hi)
}

// Place hashes the name of a place of the application (component and operation,
// step, purpose) to the number that Child and Stream take: FNV-1a, 32 bits, with
// a separator after each part, so that ("a", "bc") and ("ab", "c") differ. It is
// meant for load time; the result is stored. Places need to differ only from
// their siblings; among 1,000 siblings two collide with probability 1/8600.
func Place(parts ...string) uint32 {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	for _, part := range parts {
		for i := range len(part) {
			h = (h ^ uint32(part[i])) * prime
		}
		h = (h ^ 0xff) * prime // 0xff occurs in no UTF-8 text
	}
	return h
}
