package result

import (
	"fmt"

	"faultline/sim/metric"
)

// part is one estimate within a figure's owner: its metric, its aggregator, and
// its key in result.json where that is not the metric's name. A nil estimate is
// left out.
type part struct {
	metric string
	by     metric.Aggregator
	e      *Estimate
	key    string
}

// place is where an estimate stands in result.json.
type place struct {
	owner string // "topologies[0].journeys[1]"
	key   string // "latency"
	by    metric.Aggregator
}

// String is the whole path: "topologies[0].journeys[1].latency.p99".
func (p place) String() string {
	path := p.owner + "." + p.key
	if p.by != "" && p.by != metric.Total {
		path += "." + p.by.Key()
	}
	return path
}

// visitor is called for every estimate of a document, with its place and the
// selector that finds it.
type visitor func(at place, s metric.Selector, e *Estimate)

func (v visitor) parts(path string, tags metric.Tags, parts ...part) {
	for _, p := range parts {
		if p.e == nil {
			continue // of a result that lacks it
		}
		key := p.metric
		if p.key != "" {
			key = p.key
		}
		v(place{path, key, p.by}, metric.Selector{Metric: p.metric, Aggregator: p.by, Tags: tags}, p.e)
	}
}

func (v visitor) latency(path, name string, tags metric.Tags, l *Latency) {
	v.times(path, name, name, tags, l)
}

// times visits the figures of a metric of times that stand under a key.
func (v visitor) times(path, key, name string, tags metric.Tags, l *Latency) {
	v.parts(path, tags, part{name, "avg", &l.Avg, key}, part{name, "p(50)", &l.P50, key}, part{name, "p(90)", &l.P90, key},
		part{name, "p(95)", &l.P95, key}, part{name, "p(99)", &l.P99, key}, part{name, "p(99.9)", &l.P999, key},
		part{name, "max", &l.Max, key}, part{name, "min", l.Min, key})
	for i := range l.More {
		m := &l.More[i]
		v(place{path, fmt.Sprintf("%s.more[%d]", key, i), ""}, metric.Selector{Metric: name, Aggregator: metric.Quantile(m.Percent), Tags: tags}, &m.Estimate)
	}
}

// phases visits the latencies of requests that arrived during a fault and after it.
func (v visitor) phases(path string, of metric.Tags, during, after *Latency) {
	if during != nil {
		v.latency(path, "latency", of.With(metric.Phase, metric.During), during)
	}
	if after != nil {
		v.times(path, "latencyAfter", "latency", of.With(metric.Phase, metric.After), after)
	}
}

func (v visitor) queueWait(path string, tags metric.Tags, q *QueueWait) {
	v.parts(path, tags, part{"queueWait", "avg", &q.Avg, ""}, part{"queueWait", "p(99)", &q.P99, ""},
		part{"queueWait", metric.ShareOf, &q.Share, ""})
}

func at(path, list string, i int) string { return fmt.Sprintf("%s.%s[%d]", path, list, i) }

// topologyPath is the place of topology i in result.json.
func topologyPath(i int) string { return fmt.Sprintf("topologies[%d]", i) }

func topologyTags(t *Topology) metric.Tags { return metric.Tags{}.With(metric.Topology, t.Name) }

// walk visits every estimate of a topology, in the order of result.json but for the
// flows.
func walk(path string, t *Topology, v visitor) {
	walkUsers(path, t, v)
	walkMachinery(path, t, v)
}

// walkUsers visits what has no tag of a service, a database or an edge.
func walkUsers(path string, t *Topology, v visitor) {
	tags := topologyTags(t)
	v.journeys(path, tags, t.Journeys)
	v.flows(path, tags, t.Flows)
	for i := range t.Faults {
		v.fault(at(path, "faults", i), tags, &t.Faults[i])
	}
	if t.Cost != nil {
		v.parts(path, tags, part{"costPerHour", "", &t.Cost.PerHour, "cost.perHour"}, part{"costPerMillion", "", &t.Cost.PerMillion, "cost.perMillion"})
	}
	if b := t.Baseline; b != nil {
		of := tags.With(metric.Run, metric.Baseline)
		v.journeys(path+".baseline", of, b.Journeys)
		v.flows(path+".baseline", of, b.Flows)
	}
}

// walkMachinery visits what has.
func walkMachinery(path string, t *Topology, v visitor) {
	tags := topologyTags(t)
	v.machinery(path, tags, t.Services, t.Databases, t.Edges)
	if b := t.Baseline; b != nil {
		v.machinery(path+".baseline", tags.With(metric.Run, metric.Baseline), b.Services, b.Databases, b.Edges)
	}
}

func (v visitor) flows(path string, tags metric.Tags, all []Flow) {
	for i := range all {
		f := &all[i]
		v.parts(at(path, "flows", i), tags.With(metric.Flow, f.Name), part{"offered", "", &f.Offered, ""},
			part{"throughput", "", &f.Throughput, ""}, part{"goodput", "", &f.Goodput, ""})
	}
}

func (v visitor) machinery(path string, tags metric.Tags, services []Service, databases []Database, edges []Edge) {
	for i := range services {
		v.service(at(path, "services", i), tags, &services[i])
	}
	for i := range databases {
		v.database(at(path, "databases", i), tags, &databases[i])
	}
	for i := range edges {
		e := &edges[i]
		p, of := at(path, "edges", i), tags.With(metric.Edge, edgeName(e.From, e.To))
		v.parts(p, of, part{"amplification", "", &e.Amplification, ""}, part{"errorRate", "", &e.ErrorRate, ""},
			part{"availability", "", e.Availability, ""}, part{"degradedRate", "", e.DegradedRate, ""})
		v.latency(p, "latency", of, &e.Latency)
	}
}

func (v visitor) journeys(path string, tags metric.Tags, all []Journey) {
	for i := range all {
		j := &all[i]
		p, of := at(path, "journeys", i), tags.With(metric.Journey, j.Name)
		v.parts(p, of, part{"offered", "", &j.Offered, ""}, part{"throughput", "", &j.Throughput, ""},
			part{"goodput", "", &j.Goodput, ""}, part{"availability", "", &j.Availability, ""},
			part{"degradedRate", "", &j.DegradedRate, ""}, part{"errorRate", "", &j.ErrorRate, ""})
		v.latency(p, "latency", of, &j.Latency)
		if j.Completion != nil {
			v.latency(p, "completion", of, j.Completion)
		}
	}
}

func (v visitor) service(path string, tags metric.Tags, s *Service) {
	of := tags.With(metric.Service, s.Name)
	v.parts(path, of, part{"replicas", "", &s.Replicas, ""}, part{"utilization", "", &s.Utilization, ""},
		part{"concurrency", "", &s.Concurrency, ""}, part{"queueLength", "", &s.QueueLength, ""})
	v.queueWait(path, of, &s.QueueWait)
	v.latency(path, "latency", of, &s.Latency)
	v.parts(path, of, part{"errorRate", "", &s.ErrorRate, ""}, part{"wastedWork", "", &s.WastedWork, ""})
	v.station(path, of, &s.StationMore)
}

func (v visitor) station(path string, of metric.Tags, m *StationMore) {
	v.parts(path, of, part{"availability", "", m.Availability, ""}, part{"degradedRate", "", m.DegradedRate, ""},
		part{"amplification", "", m.Amplification, ""}, part{"memory", "", m.Memory, ""})
}

func (v visitor) database(path string, tags metric.Tags, d *Database) {
	of := tags.With(metric.Database, d.Name)
	v.parts(path, of, part{"utilization", "", &d.Utilization, ""}, part{"concurrency", "", &d.Connections, "connections"},
		part{"queueLength", "", &d.QueueLength, ""})
	v.queueWait(path, of, &d.QueueWait)
	v.latency(path, "latency", of, &d.Latency)
	v.parts(path, of, part{"errorRate", "", &d.ErrorRate, ""}, part{"wastedWork", "", &d.WastedWork, ""},
		part{"replicas", "", d.Replicas, ""})
	v.station(path, of, &d.StationMore)
}

func (v visitor) fault(path string, tags metric.Tags, f *Fault) {
	of := tags.With(metric.Fault, f.Name)
	v.parts(path, of, part{"blastRadius", "", &f.BlastRadius, ""}, part{"blastRadiusAfter", "", &f.BlastRadiusAfter, ""},
		part{"severity", "failed", &f.Severity.Failed, ""}, part{"severity", "tooSlow", &f.Severity.TooSlow, ""},
		part{"severity", "degraded", &f.Severity.Degraded, ""},
		part{"journeyBlastRadius", "", &f.JourneyBlastRadius, ""}, part{"componentBlastRadius", "", &f.ComponentBlastRadius, ""},
		part{"teamBlastRadius", "", &f.TeamBlastRadius, ""}, part{"userBlastRadius", "", &f.UserBlastRadius, ""},
		part{"userMinutesLost", metric.Total, &f.UserMinutesLost, ""}, part{"concentration", "", &f.Concentration, ""},
		part{"containment", "", &f.Containment, ""}, part{"timeToImpact", "", &f.TimeToImpact, ""},
		part{"timeToRecover", "", &f.TimeToRecover, ""}, part{"timeToRestore", "", &f.TimeToRestore, ""},
		part{"recoveredShare", "", &f.RecoveredShare, ""}, part{"resilienceLoss", metric.Total, &f.ResilienceLoss, ""},
		part{"budgetBurn", "", &f.BudgetBurn, ""})
	for i := range f.Journeys {
		j := &f.Journeys[i]
		v.parts(at(path, "journeys", i), of.With(metric.Journey, j.Name), part{"blastRadius", "", &j.BlastRadius, ""},
			part{"blastRadiusAfter", "", &j.BlastRadiusAfter, ""})
		v.phases(at(path, "journeys", i), of.With(metric.Journey, j.Name), j.Latency, j.LatencyAfter)
	}
	for i := range f.Teams {
		j := &f.Teams[i]
		v.parts(at(path, "teams", i), of.With(metric.Team, j.Name), part{"blastRadius", "", &j.BlastRadius, ""},
			part{"blastRadiusAfter", "", &j.BlastRadiusAfter, ""})
	}
	v.phases(path, of, f.Latency, f.LatencyAfter)
	if f.Baseline != nil {
		v.journeys(path+".baseline", of.With(metric.Run, metric.Baseline), f.Baseline.Journeys)
	}
}

// The series that a document may hold, by whose they are. The maps of the
// document are read by these and by the names of its lists, never ranged over,
// so that the order is the document's.
var (
	journeySeries   = []string{"offered", "throughput", "goodput", "errorRate", "latency"}
	stationSeries   = []string{"utilization", "concurrency", "queueLength", "replicas"}
	componentSeries = []string{"throughput", "errorRate", "latency"}
)

// seriesRow is all series of one thing: those whose selectors have the same tags.
type seriesRow struct {
	tags    metric.Tags
	window  float64
	metrics []string // that it may have; what else is in bands is not known
	bands   map[string]Band
}

// seriesVisitor is called for everything of a topology that has series.
type seriesVisitor func(path string, row seriesRow)

// walkSeries visits the series of a topology, its baselines' included.
func walkSeries(t *Topology, v seriesVisitor) {
	tags := topologyTags(t)
	v.series("series", t, tags, &t.Series)
	baseline := tags.With(metric.Run, metric.Baseline)
	if t.Baseline != nil {
		v.series("baseline.series", t, baseline, &t.Baseline.Series)
	}
	for i := range t.Faults {
		if f := &t.Faults[i]; f.Baseline != nil {
			v.series(fmt.Sprintf("faults[%d].baseline.series", i), t, baseline.With(metric.Fault, f.Name), &f.Baseline.Series)
		}
	}
}

func (v seriesVisitor) series(path string, t *Topology, tags metric.Tags, s *Series) {
	v.kinds(path+".total", tags, s.Window, s.Total, journeySeries)
	for i := range t.Journeys {
		v.bands(path+".journeys", tags, metric.Journey, t.Journeys[i].Name, s.Window, s.Journeys, journeySeries)
	}
	for i := range t.Services {
		v.bands(path+".services", tags, metric.Service, t.Services[i].Name, s.Window, s.Services, stationSeries)
	}
	for i := range t.Databases {
		v.bands(path+".services", tags, metric.Database, t.Databases[i].Name, s.Window, s.Services, stationSeries)
	}
	for i := range t.Graph.Nodes {
		for _, name := range t.Graph.Nodes[i].Components {
			v.bands(path+".components", tags, metric.Component, name, s.Window, s.Components, componentSeries)
		}
	}
}

func (v seriesVisitor) bands(path string, tags metric.Tags, of metric.Tag, name string, window float64,
	all map[string]map[string]Band, metrics []string) {
	v.kinds(path+"."+name, tags.With(of, name), window, all[name], metrics)
}

func (v seriesVisitor) kinds(path string, tags metric.Tags, window float64, all map[string]Band, metrics []string) {
	if len(all) > 0 {
		v(path, seriesRow{tags, window, metrics, all})
	}
}
