package study

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/dist"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/unit"
	"faultline/topologies"
)

// Explanation is a scenario as it would run: what is called how often, what is
// used how much, and each value in force with where it comes from. Nothing is
// simulated; all figures are means without a fault and without queueing.
type Explanation struct {
	Scenario    string              `json:"scenario"`
	Description string              `json:"description"`
	Rate        float64             `json:"rate"`   // requests per second, mean over the measured window
	Peak        float64             `json:"peak"`   // highest rate at any of 1,000 instants
	Closed      bool                `json:"closed"` // some flows are closed loops: their rate is that on an idle system, the most there can be
	Faults      []FaultExplained    `json:"faults"` // by their beginning
	Topologies  []TopologyExplained `json:"topologies"`
	Resolved    []result.Resolved   `json:"resolved"`
	Warnings    []string            `json:"warnings"`
}

// TopologyExplained is one topology under the scenario's load.
type TopologyExplained struct {
	Name       string             `json:"name"`
	Stations   []StationExplained `json:"stations"` // services, databases, external components
	Edges      []EdgeExplained    `json:"edges"`
	Journeys   []JourneyExplained `json:"journeys"`
	Bottleneck *Bottleneck        `json:"bottleneck"` // null if nothing is bounded
	Hops       float64            `json:"hops"`       // expected remote calls a request
	Warnings   []string           `json:"warnings"`
}

// StationExplained is one service, database or external component. Utilization
// is by the utilisation law, demand × rate ÷ capacity; WorkerUse the same for
// workers, of which each is held for the time of a call on an idle system.
type StationExplained struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Hosts       []string `json:"hosts"` // components or stores
	Replicas    int      `json:"replicas"`
	Cores       *float64 `json:"cores"`   // of an instance; null: unlimited
	Workers     *int     `json:"workers"` // of an instance; null: unlimited
	Queue       *int     `json:"queue"`
	Calls       float64  `json:"calls"`       // that reach it, per second
	Demand      float64  `json:"demand"`      // core-seconds per second
	Utilization *float64 `json:"utilization"` // null: unlimited
	WorkerUse   *float64 `json:"workerUse"`
}

// EdgeExplained is the client's side of the calls from one station to another.
type EdgeExplained struct {
	Name          string  `json:"name"`
	From          string  `json:"from"`
	To            string  `json:"to"`
	Timeout       float64 `json:"timeout"`       // seconds; 0: none
	PerTryTimeout float64 `json:"perTryTimeout"` // seconds; 0: none
	MaxTries      int     `json:"maxTries"`
	LoadBalancer  string  `json:"loadBalancer"`
	Protocol      string  `json:"protocol"` // CPU on each side, or none
	SameZone      string  `json:"sameZone"` // one-way delay, or none
	CrossZone     string  `json:"crossZone"`
	Calls         float64 `json:"calls"` // per second
	// Policies are the other policies in force, by their keys: circuitBreaker, …
	Policies  []string `json:"policies"`
	InProcess bool     `json:"inProcess"` // a wall between modules of one process: no message is sent
}

// JourneyExplained is what one request of a journey leads to.
type JourneyExplained struct {
	Name     string             `json:"name"`
	Share    float64            `json:"share"`    // of all requests
	Steps    float64            `json:"steps"`    // expected
	Hops     float64            `json:"hops"`     // expected remote calls
	MaxCalls float64            `json:"maxCalls"` // remote calls when everything is retried; 1e300 and more: beyond counting
	CPU      float64            `json:"cpu"`      // expected core-seconds
	Time     float64            `json:"time"`     // mean seconds on an idle system
	Calls    map[string]float64 `json:"calls"`    // expected, by station
}

// Bottleneck is the station that saturates first when the load grows in proportion.
type Bottleneck struct {
	Station     string  `json:"station"`
	Resource    string  `json:"resource"` // cores, workers or connections
	Utilization float64 `json:"utilization"`
	SaturatesAt float64 `json:"saturatesAt"` // requests per second, all flows together
}

// Explain computes the explanation of a scenario.
func Explain(s *scenarios.Scenario) *Explanation {
	e := &Explanation{Scenario: s.Name, Description: s.Description, Resolved: inForce(s), Warnings: s.Warnings}
	plans := s.Plans()
	e.Faults = explainFaults(plans)
	for i, p := range plans {
		graph := model.NewGraph(p.System)
		if i == 0 {
			e.Rate, e.Peak, e.Closed = rates(&p, graph)
		}
		t := explainTopology(&p, graph)
		t.Warnings = p.Warnings
		e.Topologies = append(e.Topologies, t)
	}
	return e
}

// inForce lists the values in force: those of the files, but for edges, of which
// it tells what their patterns come to.
func inForce(s *scenarios.Scenario) []result.Resolved {
	var out []result.Resolved
	pattern := func(r result.Resolved) bool {
		return slices.ContainsFunc(s.Topologies, func(t *topologies.Topology) bool { return strings.HasPrefix(r.Path, t.Name+".edges.") })
	}
	for r := range s.Resolved().All() {
		if !pattern(r) {
			out = append(out, r)
		}
	}
	for _, t := range s.Topologies {
		out = append(out, slices.Concat(t.EdgeValues()...)...)
	}
	return out
}

// explainer adds up what the journeys of one topology lead to.
type explainer struct {
	sys   *model.System
	graph *model.Graph
	rate  []float64 // per second, by model.JourneyID
	total float64
	calls []float64 // per second, by station
	cpu   []float64 // core-seconds per second, by station
	held  []float64 // worker-seconds per second, by station
	edges []float64 // calls per second, by edge
}

func explainTopology(p *sim.Plan, graph *model.Graph) TopologyExplained {
	sys := p.System
	x := &explainer{sys: sys, graph: graph, rate: journeyRates(p, graph),
		calls: make([]float64, len(sys.Stations)), cpu: make([]float64, len(sys.Stations)),
		held: make([]float64, len(sys.Stations)), edges: make([]float64, len(sys.Edges))}
	for _, r := range x.rate {
		x.total += r
	}
	t := TopologyExplained{Name: sys.Name}
	for i := range sys.Journeys {
		j := x.journey(i)
		t.Journeys = append(t.Journeys, j)
		t.Hops += j.Share * j.Hops
	}
	for i := range sys.Stations[1:] {
		t.Stations = append(t.Stations, x.station(i+1))
	}
	for i := range sys.Edges {
		t.Edges = append(t.Edges, x.edge(i))
	}
	t.Bottleneck = x.bottleneck(t.Stations)
	return t
}

// journey explains one journey and adds its load to the totals.
func (x *explainer) journey(i int) JourneyExplained {
	j := &x.sys.Journeys[i]
	v := x.graph.Visits(j.Entry, model.Users)
	out := JourneyExplained{Name: j.Name, Share: x.rate[i] / max(x.total, math.SmallestNonzeroFloat64), Steps: v.Steps, Calls: make(map[string]float64),
		MaxCalls: min(x.graph.MaxCalls(j.Entry), 1e300), Time: x.graph.JourneyTime(j)}
	for id, n := range v.Edges {
		to := x.sys.Edges[id].To
		out.Hops += n
		x.edges[id] += x.rate[i] * n
		x.calls[to] += x.rate[i] * n
		if n > 0 {
			out.Calls[x.sys.Stations[to].Name] += n
		}
	}
	for id := range x.sys.Stations {
		if id != int(model.Users) {
			out.CPU += v.CPU[id]
		}
		x.cpu[id] += x.rate[i] * v.CPU[id]
		x.held[id] += x.rate[i] * v.Held[id]
	}
	return out
}

func (x *explainer) station(id int) StationExplained {
	s := &x.sys.Stations[id]
	out := StationExplained{Name: s.Name, Kind: s.Kind.String(), Hosts: append([]string{}, s.Stores...), Replicas: s.Replicas,
		Calls: x.calls[id], Demand: x.cpu[id], Workers: bounded(s.Workers), Queue: bounded(s.Queue)}
	for _, c := range s.Components {
		out.Hosts = append(out.Hosts, x.sys.Components[c].Name)
	}
	if s.Cores != model.Unlimited {
		out.Cores = &s.Cores
		u := x.cpu[id] / (s.Cores * float64(s.Replicas))
		out.Utilization = &u
	}
	if out.Workers != nil {
		u := x.held[id] / (float64(s.Workers) * float64(s.Replicas))
		out.WorkerUse = &u
	}
	return out
}

func bounded(n int) *int {
	if n == model.Unlimited {
		return nil
	}
	return &n
}

func (x *explainer) edge(id int) EdgeExplained {
	e := &x.sys.Edges[id]
	out := EdgeExplained{Name: e.Name, From: x.sys.Stations[e.From].Name, To: x.sys.Stations[e.To].Name,
		Timeout: e.Timeout.Seconds(), PerTryTimeout: e.PerTryTimeout.Seconds(), MaxTries: 1, LoadBalancer: e.LoadBalancer,
		Protocol: spelled(e.Protocol), SameZone: spelled(e.SameZone), CrossZone: spelled(e.CrossZone), Calls: x.edges[id]}
	if e.Retries != nil {
		out.MaxTries += e.Retries.Attempts
	}
	if e.Hedging != nil {
		out.MaxTries = e.Hedging.MaxAttempts
	}
	out.Policies, out.InProcess = x.policies(e), e.Local
	return out
}

// policies are the keys of what is in force on an edge beside timeouts and tries.
func (x *explainer) policies(e *model.Edge) []string {
	list := []string{}
	add := func(is bool, text string) {
		if is {
			list = append(list, text)
		}
	}
	add(e.Retries != nil && e.Retries.Budget != nil, "retry budget")
	add(e.CircuitBreaker != nil, "circuitBreaker")
	if b := e.Bulkhead; b != nil {
		add(true, fmt.Sprintf("bulkhead %d", b.MaxConcurrentCalls))
	}
	if h := e.Hedging; h != nil {
		add(true, fmt.Sprintf("hedging %d after %s", h.MaxAttempts, h.HedgingDelay))
	}
	add(e.OutlierDetection != nil, "outlierDetection")
	add(e.AdaptiveThrottling != nil, "adaptiveThrottling")
	add(e.CancelOnTimeout, "cancelOnTimeout")
	add(e.DeadlinePropagation, "deadlinePropagation")
	add(e.LocalityAware, "localityAware")
	if e.Pool > 0 {
		add(true, fmt.Sprintf("pool %d", x.sys.Pools[e.Pool-1].Size))
	}
	add(e.Local, "in process")
	return list
}

func spelled(d dist.Dist) string {
	if d == nil {
		return "none"
	}
	return d.String()
}

// bottleneck is the resource with the highest utilisation.
func (x *explainer) bottleneck(stations []StationExplained) *Bottleneck {
	var worst *Bottleneck
	consider := func(s *StationExplained, resource string, u *float64) {
		if u != nil && *u > 0 && (worst == nil || *u > worst.Utilization) {
			worst = &Bottleneck{s.Name, resource, *u, x.total / *u}
		}
	}
	for i := range stations {
		s := &stations[i]
		consider(s, "cores", s.Utilization)
		resource := "workers"
		if s.Kind == model.KindDatabase.String() {
			resource = "connections"
		}
		consider(s, resource, s.WorkerUse)
	}
	return worst
}

// seconds prints a time for people: three digits are enough for a mean.
func seconds(s float64) string {
	d := time.Duration(math.Round(s * 1e9))
	for unit := time.Duration(1); unit < time.Hour; unit *= 10 {
		if d < 1000*unit {
			d = d.Round(unit)
			break
		}
	}
	return unit.Duration(d).String()
}
