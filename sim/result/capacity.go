package result

import "io"

// CapacitySchema is the schema of [Capacity].
const CapacitySchema = "faultline/capacity/v1"

// Capacity is capacity.json: how much load each topology carries within all
// objectives. Loads are requests per second of all flows together, times in
// seconds, shares 0..1; docs/capacity.md defines each figure.
type Capacity struct {
	Schema       string             `json:"schema"`
	Tool         Tool               `json:"tool"`
	Scenario     Scenario           `json:"scenario"`
	Seed         uint64             `json:"seed"`
	Replications int                `json:"replications"`
	Partial      bool               `json:"partial"`
	Precision    float64            `json:"precision"`  // relative distance of two neighbouring loads of the search
	WithFaults   bool               `json:"withFaults"` // the scenario's faults were injected; else they were left out
	Today        float64            `json:"today"`      // the scenario's own load, mean over the measured window
	Closed       bool               `json:"closed"`     // some flows are closed loops: loads are the most that their users could send
	Simulations  int                `json:"simulations"`
	Warnings     []string           `json:"warnings"`
	Topologies   []CapacityTopology `json:"topologies"`
	Crossings    []Crossing         `json:"crossings"`
	Choices      []Choice           `json:"choices"`
	Sources      []Source           `json:"sources"`
}

// CapacityTopology is what one topology carries.
type CapacityTopology struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	// Capacity is the mean over the replications of the highest load that meets all
	// objectives in each; Value is null where there is no limit, or no replication.
	Capacity Estimate `json:"capacity"`
	// Capacities are those of the replications; null: no limit was found.
	Capacities []*float64 `json:"capacities"`
	Headroom   Estimate   `json:"headroom"` // capacity ÷ today's load
	// Breaks are what is missed just above the capacity, the commonest first.
	Breaks    []Miss       `json:"breaks"`
	Predicted *Limit       `json:"predicted"` // by the utilisation law; null: nothing is bounded
	Simulated *Busiest     `json:"simulated"` // null: nothing is bounded, or nothing was simulated
	Cause     *CommonCause `json:"cause"`     // of the failures above the capacity; null: none fail
	Knee      Knee         `json:"knee"`
	Points    []LoadPoint  `json:"points"` // ascending in load
	Warnings  []string     `json:"warnings"`
}

// Miss is an objective that was not met. Journey is "" where it is of all.
type Miss struct {
	Journey      string `json:"journey"`
	Objective    string `json:"objective"`    // "latency p(99)<300ms", "availability", "goodput", "steady"
	Replications int    `json:"replications"` // in so many
}

// Limit is the resource that saturates first, by the utilisation law.
type Limit struct {
	Station     string  `json:"station"`
	Resource    string  `json:"resource"` // cores, workers or connections
	SaturatesAt float64 `json:"saturatesAt"`
}

// Busiest is the resource with the highest utilisation at the capacity.
type Busiest struct {
	Station     string   `json:"station"`
	Resource    string   `json:"resource"` // cores, workers or connections
	Utilization Estimate `json:"utilization"`
}

// CommonCause is the commonest cause of failures at the lowest load probed above
// the capacity, and the edge on which most of them were seen; "": on none.
type CommonCause struct {
	Load  float64 `json:"load"`
	Cause string  `json:"cause"`
	Edge  string  `json:"edge"`
	Share float64 `json:"share"` // of the failures
}

// Knee is the load at which power, goodput ÷ mean latency, is highest. A null
// Load has a reason.
type Knee struct {
	Load   *float64 `json:"load"`
	Reason string   `json:"reason,omitempty"`
}

// LoadPoint is what was measured at one load.
type LoadPoint struct {
	Load   float64 `json:"load"`
	Factor float64 `json:"factor"` // times the scenario's load
	// Role is "today" for the scenario's own load, "capacity" for the highest load
	// of the search that is not above the capacity, else "".
	Role           string        `json:"role"`
	Meets          float64       `json:"meets"`      // share of the replications that meet all objectives
	Overloaded     int           `json:"overloaded"` // replications in which queues grow without a bound
	Misses         []Miss        `json:"misses"`
	Offered        Estimate      `json:"offered"`
	Throughput     Estimate      `json:"throughput"`
	Goodput        Estimate      `json:"goodput"`
	Availability   Estimate      `json:"availability"`
	Latency        LoadLatency   `json:"latency"`
	Utilization    Estimate      `json:"utilization"` // of the cores of the station with the highest
	Busiest        string        `json:"busiest"`     // that station; "": none has bounded cores
	CostPerHour    Estimate      `json:"costPerHour"`
	CostPerMillion Estimate      `json:"costPerMillion"`
	Journeys       []LoadJourney `json:"journeys"`
}

// LoadLatency is the latency of answered requests at one load.
type LoadLatency struct {
	Avg Estimate `json:"avg"`
	P50 Estimate `json:"p50"`
	P99 Estimate `json:"p99"`
}

// LoadJourney is one journey at one load.
type LoadJourney struct {
	Name         string      `json:"name"`
	Goodput      Estimate    `json:"goodput"`
	Availability Estimate    `json:"availability"`
	Latency      LoadLatency `json:"latency"`
}

// Crossing is a load at which one of two topologies becomes better than the other
// in a metric: on either side the paired difference is certain.
type Crossing struct {
	Metric  string  `json:"metric"`  // costPerMillion, or latency.p99
	Journey string  `json:"journey"` // of a latency, else ""
	Load    float64 `json:"load"`
	Below   string  `json:"below"` // the topology that is better (cheaper, faster) below Load
	Above   string  `json:"above"` // and above
}

// Choice is a range of loads and the cheapest topology that meets all objectives
// there; "": none does.
type Choice struct {
	From           float64  `json:"from"`
	To             float64  `json:"to"`
	Topology       string   `json:"topology"`
	CostPerHour    *float64 `json:"costPerHour"`
	CostPerMillion *float64 `json:"costPerMillion"` // at To
}

// WriteJSON writes capacity.json; equal documents give equal bytes.
func (c *Capacity) WriteJSON(w io.Writer) error { return WriteJSON(w, c) }
