// Package balance picks an instance for a call. A policy sees the view of one
// client instance alone: the instances it believes healthy and its own calls
// outstanding at each; it holds no state beyond that view.
//
// To add one: 1. write its file with a Policy; 2. add its line to [Table]; 3. the
// conformance test covers it.
package balance

import "faultline/sim/rng"

// View is what one client instance knows of a callee. It is kept incrementally
// by the engine.
type View struct {
	Healthy     []int32 // instances believed able to serve, ascending
	Outstanding []int32 // calls in flight, by instance
	Turn        uint32  // calls sent, for policies that go round
	Key         uint64  // the user's, for policies that keep a user in one place
}

// Policy picks one of v.Healthy, which is never empty. The stream is the
// request's own, so the same request picks alike.
type Policy interface {
	Pick(v *View, s rng.Stream) int32
}

// Kind is an entry of the table.
type Kind struct {
	Name string
	Doc  string
	New  func() Policy
}

// Table lists the policies; the first is the default.
var Table = []Kind{
	{"LEAST_REQUEST", "the fewest calls outstanding that this client instance knows of, random among equals", func() Policy { return leastRequest{} }},
	{"ROUND_ROBIN", "one after the other", func() Policy { return roundRobin{} }},
	{"RANDOM", "any, uniformly", func() Policy { return random{} }},
	{"POWER_OF_TWO", "the one with fewer outstanding of two random ones", func() Policy { return powerOfTwo{} }},
	{"RING_HASH", "always the same one for a user, as long as it is healthy (consistent hashing)", func() Policy { return ringHash{} }},
}

// Names lists the names of the table.
func Names() (names []string) {
	for _, k := range Table {
		names = append(names, k.Name)
	}
	return names
}

// New returns the policy of that name, nil if there is none.
func New(name string) Policy {
	for _, k := range Table {
		if k.Name == name {
			return k.New()
		}
	}
	return nil
}
