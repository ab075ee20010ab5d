package sim

import (
	"runtime"

	"faultline/sim/engine"
	"faultline/sim/model"
)

// How many bytes the parts of a run take, roughly: what is set aside for a system,
// whatever its load is. Histograms grow to the octaves that they have seen.
const (
	histogramBytes = 3 << 10
	instanceBytes  = 1 << 10
	pairBytes      = 48 // of an instance that calls and one that is called
	stationWindow  = 16 // of the series of a station, and so on
	partWindow     = 16
	journeyWindow  = 24
	ledgerBytes    = 2 // of a request
)

// atOnce is how many jobs run at a time: as many as asked for, or one a processor,
// but no more than there is room for, and one in any case. A job is a replication of
// a plan with its twins, which are kept until they are compared.
func (r *runner) atOnce() int {
	jobs := r.o.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	if r.o.Limits.Process <= 0 {
		return jobs
	}
	largest := int64(1)
	for k := range r.plans {
		runs := 2 // of faults that are run alone: with one, and without
		if r.use != nil {
			runs = r.plans[k].simulations(r.use[k])
		}
		largest = max(largest, r.plans[k].size(runs))
	}
	return int(max(1, min(int64(jobs), r.o.Limits.Process/largest)))
}

// largeAtOnce is how many simulations that have grown beyond 256 MiB run at a time:
// two, if there is room for two as large as they may become.
func (o *Options) largeAtOnce() int64 {
	each := o.Limits.Memory
	if each <= 0 {
		each = engine.DefaultMaxMemory
	}
	if o.Limits.Process > 0 && o.Limits.Process < 2*each {
		return 1
	}
	return 2
}

// size is about how many bytes so many runs of a plan take that are kept together,
// without what grows with the calls in flight.
func (p *Plan) size(runs int) int64 {
	sys := p.System
	windows, spans := int64(p.Duration/p.window())+1, int64(len(p.Faults))
	run := int64(len(sys.Edges)) * histogramBytes
	run += int64(len(sys.Stations)) * (2*histogramBytes + stationWindow*windows)
	run += int64(len(sys.Components)) * (spans*histogramBytes + partWindow*windows)
	run += int64(len(sys.Journeys)) * ((1+2*spans)*histogramBytes + journeyWindow*windows)
	n := run * int64(runs)
	for i := range sys.Stations {
		n += int64(sys.Stations[i].Replicas) * instanceBytes
	}
	for i := range sys.Edges {
		e := &sys.Edges[i]
		if e.From != model.Users {
			n += int64(sys.Stations[e.From].Replicas*sys.Stations[e.To].Replicas) * pairBytes
		}
	}
	if spans > 0 { // the ledgers of a run and of the one that it is compared with
		for i := range p.Flows {
			n += int64(2 * ledgerBytes * p.hits(&p.Flows[i]))
		}
	}
	return n
}
