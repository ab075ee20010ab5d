package result

import (
	"encoding/json"
	"fmt"
	"io"
)

// SweepSchema is the schema of [Sweep].
const SweepSchema = "faultline/sweep/v1"

// Sweep is sweep.json: chosen metrics of a scenario over a grid of values.
type Sweep struct {
	Schema   string        `json:"schema"`
	Tool     Tool          `json:"tool"`
	Scenario Scenario      `json:"scenario"` // of the first point; its digest is over all points
	Partial  bool          `json:"partial"`  // interrupted: points are missing
	Shard    string        `json:"shard,omitempty"`
	Size     int           `json:"size"` // points of the whole grid
	Axes     []SweepAxis   `json:"axes"`
	Metrics  []SweepMetric `json:"metrics"`
	Points   []SweepPoint  `json:"points"` // in the order of the grid, the last axis turning fastest
	Warnings []string      `json:"warnings"`
	Sources  []Source      `json:"sources"`
}

// SweepAxis is a path that is varied, and its values.
type SweepAxis struct {
	Path   string   `json:"path"`
	Values []string `json:"values"`
}

// SweepMetric is one of the figures of each point. Better is higher, lower or neither.
type SweepMetric struct {
	Name   string `json:"name"` // "latency{journey:browse} p(99)"
	Unit   string `json:"unit"`
	Better string `json:"better"`
}

// SweepPoint is one point of the grid. Digest is over everything that determines it.
type SweepPoint struct {
	Index        int           `json:"index"`
	At           []string      `json:"at"` // by axis
	Digest       string        `json:"digest"`
	Seed         uint64        `json:"seed"`
	Replications int           `json:"replications"`
	Fingerprint  string        `json:"fingerprint"`
	Verdict      string        `json:"verdict"` // of the scenario's thresholds
	EndedEarly   bool          `json:"endedEarly,omitempty"`
	Figures      []SweepFigure `json:"figures"` // by metric, then by topology
}

// SweepFigure is one metric of one topology at a point.
type SweepFigure struct {
	Metric   string `json:"metric"`
	Topology string `json:"topology"`
	Estimate
}

// WriteJSON writes sweep.json; equal documents give equal bytes.
func (s *Sweep) WriteJSON(w io.Writer) error { return WriteJSON(w, s) }

// WriteJSON writes one point as a file of its own.
func (p *SweepPoint) WriteJSON(w io.Writer) error { return WriteJSON(w, p) }

// ReadSweep reads what [Sweep.WriteJSON] wrote.
func ReadSweep(r io.Reader) (*Sweep, error) {
	s := new(Sweep)
	if err := readDocument(r, s); err != nil {
		return nil, err
	}
	if s.Schema != SweepSchema {
		return nil, fmt.Errorf("schema %.40q is not known (this version reads %q)", s.Schema, SweepSchema)
	}
	return s, s.check()
}

// ReadSweepPoint reads what [SweepPoint.WriteJSON] wrote.
func ReadSweepPoint(r io.Reader) (*SweepPoint, error) {
	p := new(SweepPoint)
	return p, readDocument(r, p)
}

func readDocument(r io.Reader, doc any) error {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return err
	}
	if len(text) > MaxSize {
		return fmt.Errorf("it is larger than %d MiB", MaxSize>>20)
	}
	if err := json.Unmarshal(text, doc); err != nil {
		return atLine(text, err)
	}
	return nil
}

// check refuses a document whose points do not lie in its grid, each once.
func (s *Sweep) check() error {
	size := 1
	for _, a := range s.Axes {
		if size *= len(a.Values); size > 1<<20 {
			return fmt.Errorf("its grid has more than a million points")
		}
	}
	if size != s.Size {
		return fmt.Errorf("its axes have %d points, and its size is %d", size, s.Size)
	}
	last := -1
	for i := range s.Points {
		p := &s.Points[i]
		if p.Index <= last || p.Index >= s.Size || len(p.At) != len(s.Axes) {
			return fmt.Errorf("points[%d]: index %d is out of order, or not in the grid", i, p.Index)
		}
		last = p.Index
	}
	return nil
}
