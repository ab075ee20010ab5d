package engine

import "faultline/sim/des"

// farApart is from how many instances on ahead pays: what events touch does not lie in
// the nearer caches any more. With as many it makes no difference yet, with three
// times as many 8% and with 100,000 40% (docs/performance.md).
const farApart = 4096

// ahead reads a word of each line of memory that events which are due soon will touch.
// What they would wait for one after the other is fetched side by side then: with a
// hundred thousand services, waiting is most of what an event costs. It changes nothing
// but a sum that nobody reads, which keeps the reads from being left out.
func (e *engine) ahead(events []des.Event) {
	sum := int64(0)
	for i := range events {
		id := events[i].Ref().ID
		if uint(id) >= uint(len(e.frames)) {
			continue // it is of something else
		}
		f := &e.frames[id]
		sum += int64(f.key) + int64(f.lane)
		switch f.state {
		case stTravel:
			inst := &e.instances[f.inst]
			sum += int64(inst.free) + int64(inst.served)
		case stCPU:
			inst := &e.instances[f.inst]
			sum += int64(inst.free) + int64(inst.served) + inst.stay
			if f.flags&flLeaf == 0 {
				sum += e.aheadOfCalls(f.pc)
			}
		case stReply:
			sum += e.edges[max(e.edgeAt[f.site], 0)].only
			if f.parent >= 0 {
				p := &e.frames[f.parent]
				sum += int64(p.key) + int64(p.lane)
				if p.pending == 1 { // it may be done then
					inst := &e.instances[p.inst]
					sum += int64(inst.free) + int64(inst.served) + inst.stay
				}
			}
		}
	}
	e.fetched += sum
}

// aheadOfIsland reads what the calls of an island will touch.
func (e *engine) aheadOfIsland(p *island) {
	sum := int64(0)
	instances := e.instances[p.instances.from:p.instances.to]
	for i := range instances {
		inst := &instances[i]
		sum += int64(inst.free) + int64(inst.served) + inst.latency.Ahead()
	}
	edges := e.edges[p.edges.from:p.edges.to]
	for i := range edges {
		ed := &edges[i]
		sum += ed.asked + ed.only + ed.latency.Ahead()
	}
	sites := e.sites[p.sites.from:p.sites.to]
	for i := range sites {
		sum += int64(sites[i].draw) + int64(e.code[sites[i].entry].A)
	}
	e.fetched += sum
}
