package engine

import (
	"fmt"
	"slices"
	"testing"

	"faultline/sim/fault"
	"faultline/sim/load"
	"faultline/sim/model"
)

// edit takes something out of a job; false if it was not there.
type edit struct {
	name  string
	apply func(*Job) bool
}

// shrink takes out of a failing system all that it fails without, and returns
// what is left, with its findings.
func shrink(system func() *Job, bad findings) (func() *Job, findings) {
	var kept []edit
	without := func(more ...edit) func() *Job {
		edits := append(slices.Clone(kept), more...)
		return func() *Job {
			job := system()
			for _, ed := range edits {
				ed.apply(job)
			}
			return job
		}
	}
	for again := true; again; {
		again = false
		for _, ed := range editsOf(without()()) {
			if !ed.apply(without()()) {
				continue
			}
			if found := inspect(without(ed), false); len(found) > 0 {
				kept, bad, again = append(kept, ed), found, true
			}
		}
	}
	return without(), bad
}

// editsOf lists what could be taken out of a job.
func editsOf(job *Job) (list []edit) {
	for _, f := range job.Faults {
		list = append(list, edit{"fault " + f.Name, func(j *Job) bool {
			n := len(j.Faults)
			j.Faults = slices.DeleteFunc(j.Faults, func(x fault.Injection) bool { return x.Name == f.Name })
			return len(j.Faults) < n
		}})
	}
	for i, f := range job.Flows {
		list = append(list, edit{"flow " + f.Name, func(j *Job) bool {
			if len(j.Flows) < 2 || i >= len(j.Flows) {
				return false
			}
			j.Flows = slices.DeleteFunc(j.Flows, func(x load.Flow) bool { return x.Name == f.Name })
			return true
		}})
	}
	for i := range job.System.Edges {
		list = append(list, edgeEdits(i)...)
	}
	for i := range job.System.Stations {
		list = append(list, edit{fmt.Sprintf("station %d", i), func(j *Job) bool {
			s := &j.System.Stations[i]
			plain := model.Station{Name: s.Name, Kind: s.Kind, Components: s.Components, Stores: s.Stores, Replicas: s.Replicas, Cores: s.Cores,
				Scheduling: s.Scheduling, Workers: s.Workers, Queue: s.Queue, Startup: s.Startup, Zones: s.Zones}
			changed := s.QueueTimeout != nil || s.Discipline != 0 || s.Contention != 0 || s.RateLimit != nil || s.Memory != 0 || s.Warmup != plain.Warmup || s.Pauses != nil
			*s = plain
			return changed
		}})
	}
	return list
}

// edgeEdits takes the policies of an edge away, one by one.
func edgeEdits(i int) (list []edit) {
	policy := func(name string, clear func(*model.Edge) bool) {
		list = append(list, edit{fmt.Sprintf("%s of edge %d", name, i), func(j *Job) bool { return clear(&j.System.Edges[i]) }})
	}
	policy("hedging", func(e *model.Edge) (had bool) { had, e.Hedging = e.Hedging != nil, nil; return had })
	policy("retries", func(e *model.Edge) (had bool) { had, e.Retries = e.Retries != nil, nil; return had })
	policy("breaker", func(e *model.Edge) (had bool) { had, e.CircuitBreaker = e.CircuitBreaker != nil, nil; return had })
	policy("bulkhead", func(e *model.Edge) (had bool) { had, e.Bulkhead = e.Bulkhead != nil, nil; return had })
	policy("outliers", func(e *model.Edge) (had bool) { had, e.OutlierDetection = e.OutlierDetection != nil, nil; return had })
	policy("throttling", func(e *model.Edge) (had bool) {
		had, e.AdaptiveThrottling = e.AdaptiveThrottling != nil, nil
		return had
	})
	policy("cancel", func(e *model.Edge) (had bool) { had, e.CancelOnTimeout = e.CancelOnTimeout, false; return had })
	policy("deadline", func(e *model.Edge) (had bool) { had, e.DeadlinePropagation = e.DeadlinePropagation, false; return had })
	policy("zones", func(e *model.Edge) (had bool) { had, e.LocalityAware = e.LocalityAware, false; return had })
	policy("pool", func(e *model.Edge) (had bool) { had, e.Pool = e.Pool != 0, 0; return had })
	policy("protocol", func(e *model.Edge) (had bool) { had, e.Protocol = e.Protocol != nil, nil; return had })
	policy("timeout", func(e *model.Edge) (had bool) { had, e.Timeout = e.Timeout != 0, 0; return had })
	return list
}

// TestShrinkingKeepsTheFailure plants a failure that one of a system's faults
// alone brings about.
func TestShrinkingKeepsTheFailure(t *testing.T) {
	system := func() *Job {
		var job *Job
		for seed := uint64(1); job == nil || len(job.Faults) < 3; seed++ {
			job = newSwarmer(seed).job()
		}
		job.Faults[1].Fault = planted{job.Faults[1].Fault}
		return job
	}
	small, bad := shrink(system, inspect(system, false))
	if job := small(); len(bad) == 0 || len(job.Faults) != 1 {
		t.Errorf("%d faults left, findings %q", len(job.Faults), bad)
	}
}

// planted is a fault that panics when it begins.
type planted struct{ fault.Fault }

func (planted) Apply(fault.World) { panic("planted") }
