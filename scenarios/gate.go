package scenarios

import (
	"faultline/sim/judge"
	"faultline/sim/unit"
	"faultline/topologies"
)

// Gate is what a difference to the baseline must exceed to be a regression, or an
// improvement. A run that changes nothing differs by exactly zero, so the defaults
// are small.
type Gate struct {
	Tolerance unit.Share `yaml:"tolerance" default:"2%" doc:"relative to the baseline; of availability, to what the baseline lacks of 100%"`
	Floor     Floor      `yaml:"floor" doc:"absolute, by metric: what nobody would notice"`
}

// Floor is, for each metric that is gated, the difference that is too small to
// count, however large it is relative to the baseline.
type Floor struct {
	Goodput        unit.Rate        `yaml:"goodput" default:"0.1/s" doc:"of good requests"`
	Availability   unit.Share       `yaml:"availability" default:"0.05%" doc:"in points of the share"`
	Latency        unit.Duration    `yaml:"latency" default:"100us" doc:"of the median and of p99"`
	BlastRadius    unit.Share       `yaml:"blastRadius" default:"0.5%" doc:"in points of the share"`
	CostPerMillion topologies.Price `yaml:"costPerMillion" default:"0.01" doc:"of a million good requests"`
}

// Bounds are those of the scenario, as package judge takes them.
func (g *Gate) Bounds() judge.Bounds {
	return judge.Bounds{Tolerance: float64(g.Tolerance), Floor: map[string]float64{
		"goodput":        float64(g.Floor.Goodput),
		"availability":   float64(g.Floor.Availability),
		"latency":        g.Floor.Latency.Std().Seconds(),
		"blastRadius":    float64(g.Floor.BlastRadius),
		"costPerMillion": float64(g.Floor.CostPerMillion),
	}}
}
