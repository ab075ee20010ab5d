package view

import (
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// bestOf marks the candidates that no other certainly beats, provided that at
// least one of the others is certainly beaten; else none.
func bestOf(all []candidate, way better) []bool {
	marks := make([]bool, len(all))
	top, known := -1, 0
	for i, c := range all {
		if c.figure.Value == nil || !finite(*c.figure.Value) {
			continue
		}
		known++
		if top < 0 || beats(*c.figure.Value, *all[top].figure.Value, way) {
			top = i
		}
	}
	if known < 2 {
		return marks
	}
	marked := 0
	for i, c := range all {
		if c.figure.Value == nil || !finite(*c.figure.Value) {
			continue
		}
		if i == top || !certain(all[top], c) {
			marks[i] = true
			marked++
		}
	}
	if marked == known {
		return make([]bool, len(all))
	}
	return marks
}

func beats(a, b float64, way better) bool {
	if way == higher {
		return a > b
	}
	return a < b
}

// certain reports whether two candidates differ beyond chance. Without any
// interval, as with one replication, the points decide; the page says so.
func certain(a, b candidate) bool {
	if differs, known := differ(a.figure.Samples, b.figure.Samples); known {
		return differs
	}
	x, y := a.figure.Estimate, b.figure.Estimate
	if x.Low != nil && x.High != nil && y.Low != nil && y.High != nil {
		return *x.Low > *y.High || *y.Low > *x.High
	}
	return *x.Value != *y.Value
}

// differ reports whether b − a, replication by replication, is certainly not
// zero, and known whether the samples could tell. Paired replications met the
// same requests, so their differences say more than two intervals side by side.
func differ(a, b []*float64) (differs, known bool) {
	if len(a) != len(b) {
		return false, false
	}
	var differences []float64
	for i := range a {
		if a[i] != nil && b[i] != nil {
			differences = append(differences, *b[i]-*a[i])
		}
	}
	_, low, high, ok := stats.Interval(differences)
	return ok && (low > 0 || high < 0), ok
}

// total is a figure over all journeys of a topology: as the result has it, with
// its replications, else put together from the journeys' estimates.
func total(store *result.Store, t *result.Topology, name string) candidate {
	c := candidate{figure: figure(store, name, "", metric.Tags{}.With(metric.Topology, t.Name))}
	if c.figure.Value == nil {
		c.figure = result.Figure{Estimate: overEstimates(t, name)}
	}
	return c
}

// figure asks the store; what it does not have is a figure without a value.
func figure(store *result.Store, name string, by metric.Aggregator, tags metric.Tags) result.Figure {
	f, _ := store.Figure(metric.Selector{Metric: name, Aggregator: by, Tags: tags})
	return f
}

// overEstimates adds the journeys' estimates, the half-widths too: an upper
// bound of the interval. Shares are weighed by the requests offered.
func overEstimates(t *result.Topology, name string) result.Estimate {
	var value, low, high, weight float64
	bounded := true
	for _, j := range t.Journeys {
		e, w := j.Goodput, 1.0
		if name == "availability" {
			e, w = j.Availability, float64(j.Counts.Offered)
		}
		if e.Value == nil {
			return result.Estimate{Reason: e.Reason}
		}
		weight += w
		value += *e.Value * w
		if e.Low == nil || e.High == nil {
			bounded = false
			continue
		}
		low += *e.Low * w
		high += *e.High * w
	}
	if name == "availability" {
		value, low, high = value/weight, low/weight, high/weight
	}
	if len(t.Journeys) == 0 || !finite(value) {
		return result.Estimate{}
	}
	if !bounded {
		return result.Estimate{Value: &value}
	}
	return result.Estimate{Value: &value, Low: &low, High: &high}
}
