package result

import (
	"io"

	"faultline/sim/metric"
)

// ContrastsSchema is the schema of what compare writes.
const ContrastsSchema = "faultline/compare/v1"

// Contrasts are the paired differences between topologies, of one run or of two.
type Contrasts struct {
	Schema       string   `json:"schema"`
	Tool         Tool     `json:"tool"`
	Scenario     string   `json:"scenario"`
	Seed         uint64   `json:"seed"`
	Replications int      `json:"replications"` // that are paired
	Partial      bool     `json:"partial"`
	A            Side     `json:"a"`
	B            Side     `json:"b"`
	Changes      []Change `json:"comparisons"`
	Warnings     []string `json:"warnings"`
}

// Side is one of the two runs compared; both are the same where topologies of one
// run are.
type Side struct {
	Name         string `json:"name"` // of the file, or of the scenario
	Digest       string `json:"digest"`
	Fingerprint  string `json:"fingerprint"`
	Replications int    `json:"replications"`
}

// Change is a comparison with its unit, and the difference relative to the size of A.
type Change struct {
	Comparison
	Unit     string   `json:"unit"`
	Better   string   `json:"better"` // which way: higher, lower or neither
	Relative Estimate `json:"relative"`
}

// NewChange completes a comparison.
func NewChange(c Comparison) Change {
	out := Change{Comparison: c, Relative: c.relative()}
	if s, err := metric.ParseKey(c.Metric); err == nil {
		if m, err := metric.Lookup(s.Metric); err == nil {
			out.Unit, out.Better = m.UnitOf(s.Aggregator).String(), m.Better.String()
		}
	}
	return out
}

// relative is the difference over |A|.
func (c *Comparison) relative() Estimate {
	d := c.Difference
	switch {
	case d.Value == nil:
		return Estimate{Reason: d.Reason}
	case *c.A.Value == 0 && *d.Value == 0:
		return Estimate{Value: new(float64)}
	case *c.A.Value == 0:
		return Estimate{Reason: "the baseline is 0"}
	}
	size := max(*c.A.Value, -*c.A.Value)
	over := func(v *float64) *float64 {
		if v == nil {
			return nil
		}
		r := *v / size
		return &r
	}
	return Estimate{Value: over(d.Value), Low: over(d.Low), High: over(d.High), Reason: d.Reason}
}

// WriteJSON writes the document, two spaces a level.
func (c *Contrasts) WriteJSON(w io.Writer) error { return WriteJSON(w, c) }
