package engine

import (
	"faultline/sim/des"
	"faultline/sim/model"
)

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
		r := events[i].Ref()
		switch events[i].Kind() {
		case evArrive:
			f := &e.frames[r.ID]
			inst := &e.instances[f.inst]
			sum += int64(f.key) + int64(f.lane) + int64(inst.free) + int64(inst.served)
		case evWork:
			f := &e.frames[r.ID]
			inst := &e.instances[f.inst]
			sum += int64(f.key) + int64(inst.free) + int64(inst.served) + inst.stay
			if f.flags&flLeaf == 0 {
				sum += e.aheadOf(f)
			}
		case evReply:
			f := &e.frames[r.ID]
			sum += int64(f.key) + e.edges[max(e.edgeAt[f.site], 0)].only
			if f.parent >= 0 {
				p := &e.frames[f.parent]
				sum += int64(p.key) + int64(p.lane)
			}
		}
	}
	e.fetched += sum
}

// aheadOf reads ahead for the calls that a frame will make next.
func (e *engine) aheadOf(f *frame) (sum int64) {
	in := &e.code[f.pc]
	switch in.Op {
	case model.OpCall:
		return e.aheadAt(in.A)
	case model.OpFork:
		for _, b := range e.code[f.pc+1 : f.pc+1+int32(in.N)] {
			if b.Flags&model.FlagDirect != 0 {
				sum += e.aheadAt(b.A)
			}
		}
	}
	return sum
}

func (e *engine) aheadAt(site int32) int64 {
	if ed := e.sites[site].ed; ed != nil {
		return ed.asked
	}
	return 0
}
