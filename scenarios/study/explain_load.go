package study

import (
	"cmp"
	"slices"
	"time"

	"faultline/sim"
	"faultline/sim/load"
	"faultline/sim/model"
)

// FaultExplained is one fault of a scenario with its times, in seconds from the
// start of the run.
type FaultExplained struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Target string   `json:"target"`
	Mode   string   `json:"mode"`
	Start  float64  `json:"start"`
	End    *float64 `json:"end"`    // null: lasts to the end of the run
	Every  string   `json:"every"`  // of random failures; "": it strikes once
	Repair string   `json:"repair"` // "": when the fault ends
	NotIn  []string `json:"notIn"`  // topologies that lack the target
}

// explainFaults lists the faults by their beginning.
func explainFaults(plans []sim.Plan) []FaultExplained {
	list := []FaultExplained{}
	for _, in := range plans[0].Faults {
		f := FaultExplained{Name: in.Name, Kind: in.Kind, Target: in.Fault.Where().String(), Mode: in.Mode.Kind, Start: in.At.Seconds(), NotIn: []string{}}
		if in.Mode.Value != "" {
			f.Mode += " " + in.Mode.Value
		}
		if end, ok := in.End(); ok {
			s := end.Seconds()
			f.End = &s
		}
		if in.Every != nil {
			f.Every = in.Every.String()
		}
		if in.Repair != nil {
			f.Repair = in.Repair.String()
		}
		for _, p := range plans {
			if _, err := in.Fault.Where().Resolve(p.System, flowNames(p.Flows)); err != nil {
				f.NotIn = append(f.NotIn, p.System.Name)
			}
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b FaultExplained) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

func flowNames(flows []load.Flow) (names []string) {
	for _, f := range flows {
		names = append(names, f.Name)
	}
	return names
}

// rates are the mean and the highest rate of all flows together, and whether
// some of them are closed loops.
func rates(p *sim.Plan, graph *model.Graph) (mean, peak float64, closed bool) {
	const instants = 1000
	loops := 0.0
	for i := range p.Flows {
		f := &p.Flows[i]
		mean += flowRate(f, p, graph)
		if f.VUs > 0 {
			closed = true
			loops += flowRate(f, p, graph)
		}
	}
	for i := range instants {
		sum := loops
		for k := range p.Flows {
			if f := &p.Flows[k]; f.VUs == 0 {
				sum += f.Profile.Rate(time.Duration(float64(p.Duration)*float64(i)/instants)) * batch(f)
			}
		}
		peak = max(peak, sum)
	}
	return mean, peak, closed
}

// flowRate is the mean rate of a flow over the measured window. N users of a
// closed loop, each of whom thinks for Z and waits R for an answer, send N/(Z+R)
// (the interactive response time law: Denning and Buzen, Computing Surveys 10,
// 1978); R is that of an idle system, so that it is the most they can send.
func flowRate(f *load.Flow, p *sim.Plan, graph *model.Graph) float64 {
	if f.VUs == 0 {
		return (f.Profile.Hits(p.Duration) - f.Profile.Hits(p.Warmup)) / (p.Duration - p.Warmup).Seconds() * batch(f)
	}
	cycle, sum := 0.0, 0.0
	for j, w := range f.Weights {
		sum += w
		cycle += w * graph.JourneyTime(&p.System.Journeys[j])
	}
	cycle /= sum
	if f.ThinkTime != nil {
		cycle += f.ThinkTime.Mean().Seconds()
	}
	if cycle == 0 {
		return 0 // answered in no time: no figure says how often
	}
	return float64(f.VUs) / cycle
}

// batch is how many requests come at each arrival.
func batch(f *load.Flow) float64 {
	if f.Batch == nil {
		return 1
	}
	return f.Batch.Mean()
}

// journeyRates are the requests per second of each journey.
func journeyRates(p *sim.Plan, graph *model.Graph) []float64 {
	out := make([]float64, len(p.System.Journeys))
	for i := range p.Flows {
		f := &p.Flows[i]
		sum := 0.0
		for _, w := range f.Weights {
			sum += w
		}
		rate := flowRate(f, p, graph)
		for j, w := range f.Weights {
			out[j] += rate * w / sum
		}
	}
	return out
}
