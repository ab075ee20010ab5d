package result

// Document is result.json, schema faultline/result/v1: times in seconds, rates
// per second, shares 0..1. A nil pointer is null: it never happened, is
// undefined, or this version does not compute it.
type Document struct {
	Schema       string       `json:"schema"`
	Tool         Tool         `json:"tool"`
	Scenario     Scenario     `json:"scenario"`
	Seed         uint64       `json:"seed"`
	Replications int          `json:"replications"`
	Fingerprint  string       `json:"fingerprint"`
	Verdict      string       `json:"verdict"` // pass, fail, inconclusive
	Partial      bool         `json:"partial"`
	Warnings     []string     `json:"warnings"`
	Sources      []Source     `json:"sources"`
	Resolved     Values       `json:"resolved"`
	Topologies   []Topology   `json:"topologies"`
	Comparisons  []Comparison `json:"comparisons"`
	Thresholds   []Verdict    `json:"thresholds"`
	Samples      []Sample     `json:"samples"`
	Precision    *Precision   `json:"precision,omitempty"` // nil: the number of replications was given
	Against      *Against     `json:"against,omitempty"`   // nil: the run was compared with no baseline
}

// Precision is how far a run went to narrow an interval: Replications of the
// document are those that it took.
type Precision struct {
	Metric          string  `json:"metric"`    // as a selector, "latency.p99{journey:checkout}"
	HalfWidth       float64 `json:"halfWidth"` // asked for, relative to the value
	MaxReplications int     `json:"maxReplications"`
	// Reached is the widest relative half-width at the end; null: undefined.
	Reached *float64 `json:"reached"`
}

// Tool is the program that computed the result.
type Tool struct {
	Version string `json:"version"`
}

// Scenario names what was run.
type Scenario struct {
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Digest      string  `json:"digest"` // sha256:… of all sources and overrides
	Duration    float64 `json:"duration"`
	Warmup      float64 `json:"warmup"`
	AutoWarmup  bool    `json:"autoWarmup,omitempty"` // Warmup was found by pilot runs
	Command     string  `json:"command"`              // that repeats it
	// Expect is "fail" for a scenario whose thresholds must fail, else "pass".
	Expect string `json:"expect"`
}

// Source is a file that was read, as it was read.
type Source struct {
	Path   string `json:"path"`
	Digest string `json:"digest"`
	Text   string `json:"text"`
}

// Resolved is one value in force and where it comes from: "file:line" or "default".
type Resolved struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Estimate is a mean over replications with its 95% interval. A nil Value is
// null and Reason says why; Low and High are nil without an interval.
type Estimate struct {
	Value  *float64 `json:"value"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Reason string   `json:"reason,omitempty"`
}

// Topology holds all that was measured of one topology, faults included.
type Topology struct {
	Name       string               `json:"name"`
	Digest     string               `json:"digest"`
	Graph      Graph                `json:"graph"`
	Parts      Parts                `json:"parts"`
	Journeys   []Journey            `json:"journeys"`
	Flows      []Flow               `json:"flows"`
	Services   []Service            `json:"services"`
	Databases  []Database           `json:"databases"`
	Topics     []struct{}           `json:"topics"` // none until there are brokers
	Edges      []Edge               `json:"edges"`
	Faults     []Fault              `json:"faults"`
	Data       *struct{}            `json:"data"` // null until there are transactions
	Cost       *Cost                `json:"cost"` // null: the result does not say
	Overload   *Overload            `json:"overload,omitempty"`
	EndedEarly string               `json:"endedEarly,omitempty"` // why: a limit was reached, and the figures are those of a shorter run
	Baseline   *Baseline            `json:"baseline"`             // the run without any fault; null without faults
	Series     Series               `json:"series"`
	Histograms map[string]Histogram `json:"histograms"` // "latency{journey:browse}", also with run:baseline
	Warnings   []string             `json:"warnings"`
}

// Cost is the price of the topology over the measured window.
type Cost struct {
	PerHour    Estimate  `json:"perHour"`
	PerMillion Estimate  `json:"perMillion"` // good requests
	Assumed    bool      `json:"assumed"`    // list prices: the topology gives none
	Parts      CostParts `json:"parts"`
}

// CostParts are what PerHour is made of, on average.
type CostParts struct {
	VCPU      float64 `json:"vcpu"`
	Memory    float64 `json:"memory"`
	CrossZone float64 `json:"crossZone"`
	Services  float64 `json:"services"`
}

// Overload says that queues grow without any fault, so that there is no steady
// state: latencies and queues are those of a run of this length.
type Overload struct {
	Replications int     `json:"replications"` // in so many
	Where        string  `json:"where"`        // the station; "": requests in flight
	GrowthRate   float64 `json:"growthRate"`   // requests (calls) a second, mean of those replications
}

// Graph is the deployment: stations and the edges between them.
type Graph struct {
	Nodes []Node      `json:"nodes"`
	Edges []GraphEdge `json:"edges"`
}

// Node is one station. Kind is users, service, database or external.
type Node struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Components []string `json:"components"`
	Teams      []string `json:"teams"` // that own a component in it
}

// GraphEdge is a remote call relation.
type GraphEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Parts counts what has to be run.
type Parts struct {
	Services       int     `json:"services"`
	Databases      int     `json:"databases"`
	Brokers        int     `json:"brokers"`
	Edges          int     `json:"edges"`
	HopsPerJourney float64 `json:"hopsPerJourney"` // expected remote calls, weighted by journey
}

// Latency is over answered requests, seconds.
type Latency struct {
	Avg  Estimate `json:"avg"`
	P50  Estimate `json:"p50"`
	P90  Estimate `json:"p90"`
	P95  Estimate `json:"p95"`
	P99  Estimate `json:"p99"`
	P999 Estimate `json:"p999"`
	Max  Estimate `json:"max"`
	// Min and More are extra: nil in results that lack them.
	Min  *Estimate    `json:"min,omitempty"`
	More []Percentile `json:"more,omitempty"`
}

// Percentile is one that was asked for beside those that every result has.
type Percentile struct {
	Percent float64 `json:"percent"`
	Estimate
}

// RequestCounts are summed over replications; they satisfy
// offered = succeeded + degraded + failed + inFlight.
type RequestCounts struct {
	Offered   int64 `json:"offered"`
	Succeeded int64 `json:"succeeded"`
	Degraded  int64 `json:"degraded"`
	Failed    int64 `json:"failed"`
	InFlight  int64 `json:"inFlight"`
}

// Journey is what its users saw in the measured window.
type Journey struct {
	Name         string           `json:"name"`
	Criticality  string           `json:"criticality"` // critical, normal, sheddable
	Objectives   Objectives       `json:"objectives"`
	Offered      Estimate         `json:"offered"`
	Throughput   Estimate         `json:"throughput"`
	Goodput      Estimate         `json:"goodput"`
	Availability Estimate         `json:"availability"`
	DegradedRate Estimate         `json:"degradedRate"`
	ErrorRate    Estimate         `json:"errorRate"`
	Latency      Latency          `json:"latency"`
	Completion   *Latency         `json:"completion"` // null until there are topics
	Counts       RequestCounts    `json:"counts"`
	Failures     map[string]int64 `json:"failures"`
}

// Objectives as the application states them; "" and 0 are none.
type Objectives struct {
	Latency      string  `json:"latency"`
	Availability float64 `json:"availability"`
}

// Flow is one named load.
type Flow struct {
	Name       string   `json:"name"`
	Offered    Estimate `json:"offered"`
	Throughput Estimate `json:"throughput"`
	Goodput    Estimate `json:"goodput"`
}

// Service is one service (or external component), all replicas together.
type Service struct {
	Name        string    `json:"name"`
	External    bool      `json:"external"`
	Components  []string  `json:"components"`
	Replicas    Estimate  `json:"replicas"` // mean number ready
	Utilization Estimate  `json:"utilization"`
	Concurrency Estimate  `json:"concurrency"` // mean requests in service
	QueueLength Estimate  `json:"queueLength"`
	QueueWait   QueueWait `json:"queueWait"`
	Latency     Latency   `json:"latency"`
	ErrorRate   Estimate  `json:"errorRate"`
	WastedWork  Estimate  `json:"wastedWork"`
	StationMore
}

// StationMore is what a service or database has beyond the schema's own figures;
// nil in results that lack it.
type StationMore struct {
	Availability  *Estimate `json:"availability,omitempty"` // of its calls
	DegradedRate  *Estimate `json:"degradedRate,omitempty"`
	Amplification *Estimate `json:"amplification,omitempty"` // of the calls to it
	Memory        *Estimate `json:"memory,omitempty"`        // mean bytes in use
}

// QueueWait is the wait for a worker of admitted calls; Share of them waited at all.
type QueueWait struct {
	Avg   Estimate `json:"avg"`
	P99   Estimate `json:"p99"`
	Share Estimate `json:"share"`
}

// Database is one database server.
type Database struct {
	Name        string    `json:"name"`
	Stores      []string  `json:"stores"`
	Utilization Estimate  `json:"utilization"`
	Connections Estimate  `json:"connections"` // mean in use
	QueueLength Estimate  `json:"queueLength"`
	QueueWait   QueueWait `json:"queueWait"`
	Latency     Latency   `json:"latency"`
	ErrorRate   Estimate  `json:"errorRate"`
	WastedWork  Estimate  `json:"wastedWork"`
	Replicas    *Estimate `json:"replicas,omitempty"` // mean number ready
	StationMore
}

// Edge is the client's side of one edge. Calls and Retries are sums over replications.
type Edge struct {
	From          string           `json:"from"`
	To            string           `json:"to"`
	Calls         int64            `json:"calls"`
	Retries       int64            `json:"retries"`
	Amplification Estimate         `json:"amplification"`
	ErrorRate     Estimate         `json:"errorRate"`
	Latency       Latency          `json:"latency"`
	Failures      map[string]int64 `json:"failures"`
	Availability  *Estimate        `json:"availability,omitempty"`
	DegradedRate  *Estimate        `json:"degradedRate,omitempty"`
}

// Baseline is the same topology and load without a fault.
type Baseline struct {
	Journeys []Journey `json:"journeys"`
	Series   Series    `json:"series"`
	Machinery
}

// Machinery is what the flows, stations and edges did in the runs without any
// fault: of a topology's baseline, not of a fault's, and nil in results that lack it.
type Machinery struct {
	Flows     []Flow     `json:"flows,omitempty"`
	Services  []Service  `json:"services,omitempty"`
	Databases []Database `json:"databases,omitempty"`
	Edges     []Edge     `json:"edges,omitempty"`
}

// Fault is the damage of one fault: F, as written, against B, without it.
// A fault that does not apply here has Applicable false and null figures.
type Fault struct {
	Name                 string         `json:"name"`
	Kind                 string         `json:"kind"`
	Target               string         `json:"target"` // "component recommendations"
	Applicable           bool           `json:"applicable"`
	Window               FaultWindow    `json:"window"`
	BlastRadius          Estimate       `json:"blastRadius"`
	BlastRadiusAfter     Estimate       `json:"blastRadiusAfter"`
	Lost                 Phases         `json:"lost"`
	Gained               Phases         `json:"gained"`
	Pairs                Phases         `json:"pairs"`
	Severity             Severity       `json:"severity"`
	JourneyBlastRadius   Estimate       `json:"journeyBlastRadius"`
	ComponentBlastRadius Estimate       `json:"componentBlastRadius"`
	TeamBlastRadius      Estimate       `json:"teamBlastRadius"`
	UserBlastRadius      Estimate       `json:"userBlastRadius"`
	UserMinutesLost      Estimate       `json:"userMinutesLost"`
	Concentration        Estimate       `json:"concentration"`
	Containment          Estimate       `json:"containment"`
	Surprise             []string       `json:"surprise"`
	TimeToImpact         Estimate       `json:"timeToImpact"`
	TimeToRecover        Estimate       `json:"timeToRecover"`
	TimeToRestore        Estimate       `json:"timeToRestore"`
	RecoveredShare       Estimate       `json:"recoveredShare"` // of the replications
	ResilienceLoss       Estimate       `json:"resilienceLoss"`
	BudgetBurn           Estimate       `json:"budgetBurn"`
	State                *string        `json:"state"`
	States               map[string]int `json:"states"`
	Journeys             []FaultJourney `json:"journeys"`
	Baseline             *Baseline      `json:"baseline"`
	// Note says how the damage was counted where it is not by pairs; "" if it is.
	Note string `json:"note,omitempty"`
	// Latency is that of all requests that arrived during the fault, LatencyAfter of
	// those that arrived later.
	Latency      *Latency `json:"latency,omitempty"`
	LatencyAfter *Latency `json:"latencyAfter,omitempty"`

	Teams      []FaultTeam      `json:"teams,omitempty"`
	Components []FaultComponent `json:"components,omitempty"`
}

// FaultTeam is the damage to the journeys that enter through a team's components.
type FaultTeam struct {
	Name             string   `json:"name"`
	BlastRadius      Estimate `json:"blastRadius"`
	BlastRadiusAfter Estimate `json:"blastRadiusAfter"`
}

// FaultComponent says how a component fared while a fault lasted.
type FaultComponent struct {
	Name      string   `json:"name"`
	Target    bool     `json:"target,omitempty"`    // what the fault hit
	Reachable bool     `json:"reachable,omitempty"` // it can block on the target
	Hurt      *float64 `json:"hurt"`                // share of the replications; null: not judged
}

// FaultWindow is when a fault was active, in seconds; End is nil if it lasts to the end.
type FaultWindow struct {
	Start float64  `json:"start"`
	End   *float64 `json:"end"`
}

// Phases are counts of requests, summed over replications: that arrived during
// the fault (or were in flight at its start), and after it.
type Phases struct {
	During int64 `json:"during"`
	After  int64 `json:"after"`
}

// Severity splits the requests lost during and after, as shares of the pairs good in B;
// Degraded is the share of B's succeeded that are degraded but good in F.
type Severity struct {
	Failed   Estimate `json:"failed"`
	TooSlow  Estimate `json:"tooSlow"`
	Degraded Estimate `json:"degraded"`
}

// FaultJourney is the damage to one journey.
type FaultJourney struct {
	Name             string    `json:"name"`
	BlastRadius      Estimate  `json:"blastRadius"`
	BlastRadiusAfter Estimate  `json:"blastRadiusAfter"`
	Broken           *Estimate `json:"broken,omitempty"`  // share of the replications in which its objective was broken
	Latency          *Latency  `json:"latency,omitempty"` // of requests that arrived during the fault
	LatencyAfter     *Latency  `json:"latencyAfter,omitempty"`
}

// Series holds values per window of Window seconds from time zero. A missing value is null.
type Series struct {
	Window     float64                    `json:"window"`
	Total      map[string]Band            `json:"total"`      // all journeys together, the same series
	Journeys   map[string]map[string]Band `json:"journeys"`   // offered, throughput, goodput, errorRate, latency (mean)
	Services   map[string]map[string]Band `json:"services"`   // utilization, concurrency, queueLength; databases too
	Components map[string]map[string]Band `json:"components"` // throughput, errorRate, latency (mean)
	// Causes are failed requests a second by cause, on average over the replications:
	// one value a window, for each cause that came.
	Causes map[string][]float64 `json:"causes,omitempty"`
}

// Band is a series: the mean over replications and its 95% interval per window;
// Low and High are nil without one.
type Band struct {
	Value []*float64 `json:"value"`
	Low   []*float64 `json:"low,omitempty"`
	High  []*float64 `json:"high,omitempty"`
}

// Histogram lists non-empty buckets of all replications merged: lower bounds,
// upper bounds in seconds, and counts.
type Histogram struct {
	Low   []float64 `json:"low"`
	High  []float64 `json:"high"`
	Count []uint64  `json:"count"`
}

// Comparison is the paired difference candidate − baseline of one metric.
type Comparison struct {
	Metric            string            `json:"metric"`
	Tags              map[string]string `json:"tags"`
	Baseline          string            `json:"baseline"`
	Candidate         string            `json:"candidate"`
	A                 Estimate          `json:"a"`
	B                 Estimate          `json:"b"`
	Difference        Estimate          `json:"difference"`
	VarianceReduction *float64          `json:"varianceReduction"` // var unpaired / var paired
	Verdict           string            `json:"verdict"`           // better, worse, same
}

// Verdict is one threshold judged for one topology.
type Verdict struct {
	Metric     string            `json:"metric"`
	Tags       map[string]string `json:"tags"`
	Expression string            `json:"expression"`
	Topology   string            `json:"topology"`
	Observed   Estimate          `json:"observed"`
	Verdict    string            `json:"verdict"` // pass, fail, inconclusive
	Reason     string            `json:"reason,omitempty"`
	Source     string            `json:"source,omitempty"` // where it stands: "scenario.yaml:21"
}

// Sample is one value a replication, in order: what compare and gate pair. A
// nil value is undefined in that replication. Metric includes the aggregator:
// "latency.p99", "availability".
type Sample struct {
	Metric string            `json:"metric"`
	Tags   map[string]string `json:"tags"`
	Values []*float64        `json:"values"`
}
