package result

import "faultline/sim/stats"

// Mean is the mean over the replications of a metric with its 95% interval: Student's,
// but for shares of requests, whose losses may lie in few of the replications.
// ok is false below two values.
func Mean(students *stats.Students, metric string, values []float64) (mean, low, high float64, ok bool) {
	switch metric {
	case "errorRate", "degradedRate":
		return students.Rare(values)
	case "availability":
		return students.RarelyMissing(values)
	}
	return students.Interval(values)
}
