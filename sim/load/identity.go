package load

import (
	"time"

	"faultline/sim/rng"
)

// Who a request is, as a pure function of its flow and number: the engine makes
// requests by these, and a report can ask again who request 1,234 was.

var placeUser = rng.Place("load", "user")

// FlowKey is the key of a flow's requests, under the key of the replication.
func FlowKey(root rng.Key, flow string) rng.Key { return root.Child(rng.Place("flow", flow)) }

// RequestKey is the key of request n, counted from 0, under the key of its flow.
func RequestKey(flow rng.Key, n uint64) rng.Key {
	k := flow.Child(uint32(n))
	if high := uint32(n >> 32); high != 0 {
		k = k.Child(high)
	}
	return k
}

// User is who sends a request of the flow: a number below its population, all
// alike.
func (f *Flow) User(request rng.Key) uint32 {
	n := f.Population
	if n <= 0 {
		n = DefaultPopulation
	}
	s := request.Stream(placeUser)
	return uint32(s.IntN(n))
}

// Expected is the number of requests that are expected until t: hits of the
// profile, times the mean batch. A closed loop's depends on the answers, and is 0
// here.
func (f *Flow) Expected(t time.Duration) float64 {
	if f.VUs > 0 || f.Profile == nil {
		return 0
	}
	hits := f.Profile.Hits(t)
	if f.Batch != nil {
		hits *= f.Batch.Mean()
	}
	return hits
}
