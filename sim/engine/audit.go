package engine

import (
	"fmt"

	"faultline/sim/measure"
)

// finish closes the books: unfinished parts are counted where they stand, and
// the identities of docs/results.md are checked as integers, with no tolerance.
func (e *engine) finish() error {
	if e.limits.full {
		e.withdraw()
	}
	e.run.End, e.run.Fingerprint = e.Now(), e.fingerprint()
	e.seeEnd()
	e.countOpen()
	e.auditRequests()
	e.auditEdges()
	e.auditStations()
	if n := len(e.run.Violations); n > 0 {
		return fmt.Errorf("engine: seed %d, replication %d of %s: %d invariants broken, first: %s",
			e.job.Seed, e.job.Replication, e.sys.Name, n, e.run.Violations[0])
	}
	return nil
}

func (e *engine) violate(format string, args ...any) {
	e.run.Violations = append(e.run.Violations, fmt.Sprintf(format, args...))
}

// countOpen gives the requests and calls that are left their place in the counts.
func (e *engine) countOpen() {
	for i := range e.frames {
		f := &e.frames[i]
		if f.state == stFree || f.flags&flMeasured == 0 {
			continue
		}
		ed := e.edgeOf(f)
		switch f.role {
		case roleRoot:
			e.run.Journeys[f.site].Counts.Add(measure.InFlight, 1)
		case roleCall:
			ed.stat.Counts.Add(measure.InFlight, 1)
		case roleTry:
			if f.flags&flOrphan != 0 {
				continue
			}
			ed.stat.Tries.Add(measure.InFlight, 1)
			if f.flags&flWrapped == 0 {
				ed.stat.Counts.Add(measure.InFlight, 1)
			}
		case roleLocal:
			if ed != nil && f.flags&flOrphan == 0 {
				ed.stat.Tries.Add(measure.InFlight, 1)
			}
		}
	}
}

// auditRequests: offered = succeeded + degraded + failed + in flight.
func (e *engine) auditRequests() {
	var offered, counted int64
	for i := range e.flows {
		offered += e.flows[i].stat.Offered
	}
	for i := range e.run.Journeys {
		counted += e.run.Journeys[i].Counts.Offered()
	}
	if offered != counted {
		e.violate("requests: %d offered, %d accounted for", offered, counted)
	}
	if l := e.run.Ledger; l != nil {
		for i := range e.flows {
			if n := uint64(len(l.Flows[i])); n != e.flows[i].count {
				e.violate("ledger: %d entries of flow %s, %d requests", n, e.flows[i].Name, e.flows[i].count)
			}
		}
	}
}

// auditEdges: calls sent = answered + failed + in flight, and the same of tries.
func (e *engine) auditEdges() {
	open, tries := map[int]int64{}, map[int]int64{} // by edge: few have any
	for i := range e.frames {
		f := &e.frames[i]
		if f.state == stFree || f.flags&flOrphan != 0 || f.role != roleCall && f.role != roleTry && f.role != roleLocal {
			continue
		}
		ed := e.sites[f.site].ed
		if ed == nil {
			continue
		}
		k := int(ed.id)
		if f.role != roleCall {
			tries[k]++
		}
		if f.role == roleCall || f.role == roleTry && f.flags&flWrapped == 0 {
			open[k]++
		}
	}
	for i := range e.edges {
		ed := &e.edges[i]
		if calls, ended := ed.calls+ed.asked, ed.ended+ed.only; calls != ended+open[i] {
			e.violate("edge %s: %d calls, %d ended, %d in flight", ed.Name, calls, ended, open[i])
		}
		if sent, ended := ed.sent+ed.asked, ed.triesEnded+ed.only; sent != ended+tries[i] {
			e.violate("edge %s: %d attempts, %d ended, %d in flight", ed.Name, sent, ended, tries[i])
		}
	}
}

// auditStations: Little's law, ∫N dt = Σ time in the station with unfinished
// parts included, and workers lent = held.
func (e *engine) auditStations() {
	stay, held := map[int]int64{}, map[int]int64{} // by station: few have any
	for i := range e.frames {
		f := &e.frames[i]
		if f.role != roleTry || f.state == stFree || f.state == stTravel || f.state == stReply || f.state == stLost || f.state == stClientCPU || f.state == stPool {
			continue
		}
		s := int(e.instances[f.inst].station)
		stay[s] += int64(e.Now() - f.arrived)
		if f.state != stQueued {
			held[s]++
		}
	}
	for i := range e.stations {
		st := &e.stations[i]
		service, stayed, lent := e.inService(st), stay[i], int64(0)
		for k := range st.n {
			inst := &e.instances[st.first+k]
			stayed += inst.stayed
			lent += int64(inst.capacity - inst.free)
		}
		if area := service.area(e.Now()) + st.queue.area(e.Now()); area != stayed {
			e.violate("station %s: Little's law: area %d ns, stays %d ns", st.Name, area, stayed)
		}
		if lent != held[i] {
			e.violate("station %s: %d workers lent, %d held", st.Name, lent, held[i])
		}
		if service.n != held[i] {
			e.violate("station %s: %d in service by the gauge, %d frames", st.Name, service.n, held[i])
		}
	}
}
