package result

// BlastSchema names the document that [Blast] is.
const BlastSchema = "faultline/blast/v1"

// Blast is what every fault of a catalogue does to each of some topologies, one at
// a time: the matrix fault × journey, what is a single point of failure, the worst
// case and the expectation. Times are in seconds, rates per second, shares 0..1.
type Blast struct {
	Schema       string          `json:"schema"`
	Tool         Tool            `json:"tool"`
	Scenario     Scenario        `json:"scenario"` // its thresholds and faults are not used
	Seed         uint64          `json:"seed"`
	Replications int             `json:"replications"` // asked for
	Fingerprint  string          `json:"fingerprint"`
	Partial      bool            `json:"partial"`
	Load         BlastLoad       `json:"load"`
	Window       FaultWindow     `json:"window"`  // of every fault
	Weights      string          `json:"weights"` // "equal", or "mtbf": what the expectation weighs faults by
	Warnings     []string        `json:"warnings"`
	Sources      []Source        `json:"sources"`
	Resolved     Values          `json:"resolved"`
	Topologies   []BlastTopology `json:"topologies"`
}

// BlastLoad is the traffic of all experiments.
type BlastLoad struct {
	Rate   float64 `json:"rate"`   // requests a second, mean over the measured window
	Origin string  `json:"origin"` // in words: who says so
}

// BlastTopology is one topology under all faults that apply to it.
type BlastTopology struct {
	Name     string    `json:"name"`
	Digest   string    `json:"digest"`
	Baseline []Journey `json:"baseline"` // without any fault
	Overload *Overload `json:"overload,omitempty"`
	// Expected is the blast radius of a fault drawn by its weight; Worst the largest
	// of all, that of the fault WorstFault ("": none has one).
	Expected   Estimate      `json:"expected"`
	Worst      Estimate      `json:"worst"`
	WorstFault string        `json:"worstFault"`
	Classes    []BlastClass  `json:"classes"`
	Ranking    []BlastTarget `json:"ranking"` // targets by their worst fault, the worst first
	Faults     []BlastFault  `json:"faults"`  // by class, kind and target, in the catalogue's order
	LeftOut    []string      `json:"leftOut"` // names of faults of which no replication was done
}

// BlastClass sums up the faults of one class of targets.
type BlastClass struct {
	Class      string   `json:"class"`
	Faults     int      `json:"faults"`
	Expected   Estimate `json:"expected"` // by the weights within the class
	Worst      Estimate `json:"worst"`
	WorstFault string   `json:"worstFault"`
}

// BlastTarget is one thing that can break, by the worst of its faults.
type BlastTarget struct {
	Class       string   `json:"class"`
	Target      string   `json:"target"`
	Fault       string   `json:"fault"` // the worst
	BlastRadius Estimate `json:"blastRadius"`
	// SinglePoint: one of its faults, all alone, takes half or more of what would be
	// good from a journey. Down are the journeys to which that happens.
	SinglePoint bool     `json:"singlePoint"`
	Down        []string `json:"down"`
}

// BlastFault is one experiment: the figures of the fault, and what stands around it.
type BlastFault struct {
	Fault               // without a baseline of its own
	Class        string `json:"class"`
	TargetName   string `json:"targetName"`
	Text         string `json:"text"` // in words
	YAML         string `json:"yaml"` // as a scenario writes it
	Replications int    `json:"replications"`
	// Effect is "none" (not one request ended otherwise or at another time),
	// "absorbed" (something did, and no journey lost requests or answers whole), or
	// "damage".
	Effect     string     `json:"effect"`
	Weight     float64    `json:"weight"`   // share of the expectation
	PerMonth   *float64   `json:"perMonth"` // faults in 30 days; null: no rate was given
	Values     []*float64 `json:"values"`   // blast radius by replication
	Reach      BlastReach `json:"reach"`
	EndedEarly string     `json:"endedEarly,omitempty"`
}

// BlastReach is who can block on the target by the application's graph of calls:
// what shares a process, a pool or a core with it is not in there.
type BlastReach struct {
	Known      bool     `json:"known"` // false: the target has no place in the graph
	Journeys   []string `json:"journeys"`
	Components []string `json:"components"`
}

// The words of Effect.
const (
	NoEffect = "none"
	Absorbed = "absorbed"
	Damage   = "damage"
)
