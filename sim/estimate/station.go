package estimate

import (
	"math"

	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

const (
	noCalls    = "no calls"
	noAdmitted = "no admitted calls"
	noMemory   = "memory is not bounded, and was not followed"
	noCores    = "no bounded cores: never up, or without a limit"
)

// station accumulates one service, database or external component. Its numbers
// are time averages over the measured window, summed over the replicas.
type station struct {
	replicas, utilization, concurrency, queueLength column
	waited, errorRate, wastedWork                   column
	availability, degradedRate                      column
	amplification, memory                           column
	wait                                            waits
	latency                                         latencies
}

func (st *station) add(m *measure.Station, sys *model.Station, seconds float64) {
	st.replicas.add(m.UpTime / seconds)
	st.concurrency.add(m.InServiceTime / seconds)
	st.queueLength.add(m.QueuedTime / seconds)
	if sys.Cores >= model.Unlimited {
		st.utilization.add(math.NaN())
	} else {
		st.utilization.ratio(m.BusyCoreTime, m.CoreTime)
	}
	st.waited.ratio(float64(m.Waited), float64(m.QueueWait.Count))
	st.errorRate.ratio(float64(m.Counts.Failed()), float64(m.Counts.Offered()))
	st.availability.ratio(float64(m.Counts.Answered()), float64(m.Counts.Offered()))
	st.degradedRate.ratio(float64(m.Counts.Of(measure.Degraded)), float64(m.Counts.Offered()))
	st.wastedWork.ratio(m.WastedTime, m.WorkTime)
	if m.MemoryTime == 0 && sys.Memory == 0 {
		st.memory.add(math.NaN())
	} else {
		st.memory.add(m.MemoryTime / seconds)
	}
	st.wait.add(&m.QueueWait)
	st.latency.add(&m.Latency)
}

// called adds the calls over the edges to each station.
func called(all []station, sys *model.System, r *measure.Run) {
	sent, calls := make([]int64, len(all)), make([]int64, len(all))
	for id := range sys.Edges {
		if e := &sys.Edges[id]; !e.Local {
			sent[e.To] += r.Edges[id].Sent
			calls[e.To] += r.Edges[id].Calls
		}
	}
	for i := range all {
		all[i].amplification.ratio(float64(sent[i]), float64(calls[i]))
	}
}

// extra are the figures beyond the schema's own.
func (st *station) extra(s scope) result.StationMore {
	return result.StationMore{
		Availability:  s.pointer("availability", st.availability, share, noCalls),
		DegradedRate:  s.pointer("degradedRate", st.degradedRate, share, noCalls),
		Amplification: s.pointer("amplification", st.amplification, amount, noCalls),
		Memory:        s.pointer("memory", st.memory, amount, noMemory),
	}
}

// documentStations are the services with the external components, then the
// databases; the users' station is none of them.
func documentStations(sys *model.System, all []station, s scope) (services []result.Service, databases []result.Database) {
	services, databases = make([]result.Service, 0, len(all)), []result.Database{}
	for i := range all {
		m := &sys.Stations[i]
		switch m.Kind {
		case model.KindService, model.KindExternal:
			services = append(services, all[i].service(sys, m, s.with(metric.Service, m.Name)))
		case model.KindDatabase:
			databases = append(databases, all[i].database(m, s.with(metric.Database, m.Name)))
		}
	}
	return services, databases
}

func (st *station) service(sys *model.System, m *model.Station, s scope) result.Service {
	return result.Service{
		Name: m.Name, External: m.Kind == model.KindExternal, Components: componentNames(sys, m),
		Replicas:    s.mean("replicas", st.replicas, amount, ""),
		Utilization: s.mean("utilization", st.utilization, share, noCores),
		Concurrency: s.mean("concurrency", st.concurrency, amount, ""),
		QueueLength: s.mean("queueLength", st.queueLength, amount, ""),
		QueueWait:   st.queueWait(s),
		Latency:     st.latency.document(s, "latency", noAnswers),
		ErrorRate:   s.mean("errorRate", st.errorRate, share, noCalls),
		WastedWork:  s.mean("wastedWork", st.wastedWork, share, noCalls),
		StationMore: st.extra(s),
	}
}

func (st *station) database(m *model.Station, s scope) result.Database {
	return result.Database{
		Name: m.Name, Stores: append([]string{}, m.Stores...),
		Utilization: s.mean("utilization", st.utilization, share, noCores),
		Connections: s.mean("concurrency", st.concurrency, amount, ""),
		QueueLength: s.mean("queueLength", st.queueLength, amount, ""),
		QueueWait:   st.queueWait(s),
		Latency:     st.latency.document(s, "latency", noAnswers),
		ErrorRate:   s.mean("errorRate", st.errorRate, share, noCalls),
		WastedWork:  s.mean("wastedWork", st.wastedWork, share, noCalls),
		Replicas:    s.pointer("replicas", st.replicas, amount, ""),
		StationMore: st.extra(s),
	}
}

func (st *station) queueWait(s scope) result.QueueWait {
	return result.QueueWait{
		Avg:   s.part("queueWait", "avg", st.wait.avg, amount, noAdmitted),
		P99:   s.section("queueWait", "p(99)", st.wait.merged.quantile(99, st.wait.p99), st.wait.p99, noAdmitted),
		Share: s.part("queueWait", metric.ShareOf, st.waited, share, noAdmitted),
	}
}

func componentNames(sys *model.System, m *model.Station) []string {
	names := make([]string, len(m.Components))
	for i, id := range m.Components {
		names[i] = sys.Components[id].Name
	}
	return names
}
