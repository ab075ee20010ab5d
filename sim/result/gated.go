package result

import "io"

// GateSchema is the schema of what gate writes.
const GateSchema = "faultline/gate/v1"

// The verdicts of a run, and of each of its figures, against a baseline.
const (
	GatePass         = "pass"         // no difference at all
	GateNoise        = "within noise" // a difference, within tolerance or floor, or not told apart from chance
	GateImproved     = "improved"
	GateNoBaseline   = "no baseline"
	GateInconclusive = "inconclusive"
	GateIncompatible = "incompatible baseline"
	GateRegressed    = "regressed"
)

// GateVerdicts are the verdicts, from the mildest to the worst: that of a run is
// the worst of its figures.
var GateVerdicts = []string{GatePass, GateNoise, GateImproved, GateNoBaseline, GateInconclusive, GateIncompatible, GateRegressed}

// Gate is what gate found: every scenario against its thresholds and its baseline.
type Gate struct {
	Schema       string          `json:"schema"`
	Tool         Tool            `json:"tool"`
	Verdict      string          `json:"verdict"`                // pass, fail or inconclusive
	Partial      bool            `json:"partial"`                // interrupted
	Inconclusive string          `json:"inconclusive,omitempty"` // what was asked to be made of what cannot be decided: pass or fail
	Scenarios    []GatedScenario `json:"scenarios"`
}

// GatedScenario is one scenario. Error says why it could not be run; then
// nothing else is known.
type GatedScenario struct {
	Path         string    `json:"path"`
	Name         string    `json:"name"`
	Outcome      string    `json:"outcome"` // pass, fail, inconclusive or error
	Reason       string    `json:"reason,omitempty"`
	Error        string    `json:"error,omitempty"`
	Expect       string    `json:"expect"`     // of the thresholds: pass or fail
	Thresholds   string    `json:"thresholds"` // their verdict
	Judged       []Verdict `json:"judged"`
	Against      Against   `json:"against"`
	Updated      string    `json:"updated,omitempty"` // the baseline: written or unchanged
	Seed         uint64    `json:"seed"`
	Replications int       `json:"replications"`
	Fingerprint  string    `json:"fingerprint"`
	Command      string    `json:"command"`
}

// Against is a run against a baseline.
type Against struct {
	Baseline  string        `json:"baseline"` // its path
	Verdict   string        `json:"verdict"`  // one of GateVerdicts
	Reasons   []string      `json:"reasons,omitempty"`
	Tolerance float64       `json:"tolerance"` // relative
	Figures   []GatedFigure `json:"figures"`
}

// GatedFigure is one figure against its baseline.
type GatedFigure struct {
	Comparison
	Unit   string `json:"unit"`
	Better string `json:"better"` // which way: higher or lower
	// Relative is the difference over the baseline; that of availability over what the
	// baseline lacks of 1. Null: over nothing.
	Relative *float64 `json:"relative"`
	Floor    float64  `json:"floor"`   // in the metric's unit
	Verdict  string   `json:"verdict"` // one of GateVerdicts
	Reason   string   `json:"reason,omitempty"`
	Needed   int      `json:"needed,omitempty"` // about so many replications would decide
}

// WriteJSON writes the document, two spaces a level.
func (g *Gate) WriteJSON(w io.Writer) error { return WriteJSON(w, g) }

// WithBaseline is a snapshot of the store that also says how the run stands
// against a baseline; s itself is left as it was.
func (s *Store) WithBaseline(a Against) *Store {
	doc := *s.doc
	doc.Against = &a
	return &Store{&doc, s.db, s.late}
}
