package study

import (
	"fmt"
	"math"
	"strings"

	"faultline/sim"
	"faultline/sim/blast"
	"faultline/sim/engine"
	"faultline/sim/load"
	"faultline/sim/measure"
	"faultline/sim/metric"
	"faultline/sim/model"
	"faultline/sim/result"
)

// promise is what one journey promises its users.
type promise struct {
	latency      []metric.Expression
	quantile     float64 // of the loosest latency objective, share of 0..1; 0: none
	availability float64 // 0: none
}

// promises are those of all journeys, by model.JourneyID; some is false if there
// are none at all.
func promises(sys *model.System) (all []promise, some bool) {
	all = make([]promise, len(sys.Journeys))
	for i := range sys.Journeys {
		j, p := &sys.Journeys[i], &all[i]
		p.availability = j.Availability
		some = some || p.availability > 0 || j.Latency != ""
		if j.Latency == "" {
			continue
		}
		for part := range strings.SplitSeq(j.Latency, ",") {
			e, err := metric.ParseObjective("latency", strings.TrimSpace(part))
			if err != nil {
				continue // the loader has refused it
			}
			p.latency = append(p.latency, e)
			if percent, ok := e.Aggregator.Percent(); ok && e.Duration() == j.LatencyBound {
				p.quantile = max(p.quantile, percent/100)
			}
		}
	}
	return all, some
}

// examiner finds the objectives that one run misses: none where it meets all.
type examiner struct {
	sys      *model.System
	promises []promise
	faults   bool // were injected: what they leave waiting is no overload
}

// Words for what is missed beside a latency objective.
const (
	missAvailability = "availability"
	missGoodput      = "goodput"
	missSteady       = "steady"
	missLimit        = "limit"
)

// misses judges a run. What is still open in one that was ended early says nothing.
func (j *examiner) misses(run *measure.Run) (list []result.Miss) {
	if run.Partial != "" && run.Partial != engine.Enough {
		return []result.Miss{{Objective: missLimit, Replications: 1}}
	}
	for i := range run.Journeys {
		for _, what := range j.promises[i].missed(&run.Journeys[i], run.Partial != "", j.sys.Journeys[i].LatencyBound.Seconds()) {
			list = append(list, result.Miss{Journey: j.sys.Journeys[i].Name, Objective: what, Replications: 1})
		}
	}
	if _, over := blast.Overload(run, run.Warmup, min(run.Duration, run.End)); over && !j.faults {
		list = append(list, result.Miss{Objective: missSteady, Replications: 1})
	}
	return list
}

// missed are the objectives of a journey that a run misses. The bound, in seconds,
// is that of a good answer.
func (p *promise) missed(m *measure.Journey, early bool, bound float64) (list []string) {
	offered := m.Counts.Offered()
	if early {
		offered -= m.Counts.Of(measure.InFlight)
	}
	if offered == 0 {
		return nil
	}
	answered := m.Counts.Answered()
	for _, e := range p.latency {
		if !p.fast(m, answered, e, bound) {
			list = append(list, "latency "+e.String())
		}
	}
	if p.availability > 0 && less(answered, p.availability, offered) {
		list = append(list, missAvailability)
	}
	if share := p.goodShare(); share > 0 && len(list) == 0 && less(m.Good, share, offered) {
		list = append(list, missGoodput)
	}
	return list
}

// fast judges one latency objective: by the exact count of good answers where it
// is their bound, else by the histogram.
func (p *promise) fast(m *measure.Journey, answered int64, e metric.Expression, bound float64) bool {
	if answered == 0 {
		return false
	}
	percent, quantile := e.Aggregator.Percent()
	if quantile && e.Bound == bound {
		return !less(m.Good, percent/100, answered)
	}
	v := m.Latency.Max
	switch {
	case quantile:
		v = m.Latency.Quantile(percent / 100)
	case e.Aggregator == "avg":
		v = m.Latency.Mean()
	case e.Aggregator == "min":
		v = m.Latency.Min()
	}
	return e.Holds(v.Seconds())
}

// goodShare is the share of all requests offered that must be good: what the
// promises come to together, those that have none being kept in full. It stops a
// journey that has no availability objective from meeting its latency objective by
// refusing most of its users.
func (p *promise) goodShare() float64 {
	switch {
	case p.quantile == 0 && len(p.latency) > 0:
		return 0 // of a mean: its bound is no bound of an answer
	case p.quantile == 0:
		return p.availability
	case p.availability == 0:
		return p.quantile
	}
	return float64(p.quantile * p.availability)
}

// less reports whether n is less than a share of all. Shares such as 0.999 are no
// binary fractions, and 999 of 1000 is not less.
func less(n int64, share float64, all int64) bool {
	return float64(n) < float64(float64(all)*(share-1e-9))
}

// budgets end a run of a plan early, once it cannot meet its objectives any more:
// when more requests are late, or have failed, than all that are expected may. The
// number that is expected is taken high, so that chance does not decide.
func (j *examiner) budgets(p *sim.Plan, graph *model.Graph) func(*measure.Run) bool {
	rates := journeyRates(p, graph)
	measured := (p.Duration - p.Warmup).Seconds()
	late, failed := make([]float64, len(rates)), make([]float64, len(rates))
	for i, r := range rates {
		most := float64(r * measured * 1.25)
		most += float64(6*math.Sqrt(most*largestBatch(p.Flows))) + 10
		late[i], failed[i] = math.Inf(1), math.Inf(1)
		if q := j.promises[i].quantile; q > 0 {
			late[i] = float64(most * (1 - q))
		}
		if a := j.promises[i].availability; a > 0 {
			failed[i] = float64(most * (1 - a))
		}
	}
	return func(run *measure.Run) bool {
		for i := range run.Journeys {
			c := &run.Journeys[i].Counts
			answered := c.Answered()
			if float64(answered-run.Journeys[i].Good) > late[i] || float64(c.Failed()) > failed[i] {
				return true
			}
		}
		return false
	}
}

func largestBatch(flows []load.Flow) float64 {
	most := 1.0
	for i := range flows {
		most = max(most, batch(&flows[i]))
	}
	return most
}

// NoObjectives says that no journey of a topology has an objective, so that any
// load meets them all.
type NoObjectives struct{ Topology string }

// Error tells what to write.
func (e *NoObjectives) Error() string {
	return fmt.Sprintf("no journey of topology %s has an objective, so that any load meets them all (write one, as in journeys: { browse: { objectives: { latency: p(99)<300ms, availability: 99.9%% } } })", e.Topology)
}
