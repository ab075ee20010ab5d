package stats

// mserBatch is the 5 of MSER-5.
const mserBatch = 5

// MSER5 is the length of the warm-up of a series, in values: the cut that makes
// the standard error of the mean of what remains smallest, over batch means of five
// values, in at most the first half of the batches. White, Cobb and Spratt, A
// comparison of five steady-state truncation heuristics for simulation, Winter
// Simulation Conference 2000.
//
// The series is to be the average over the replications, so that there is one cut
// for all of them: a cut for each replication by itself follows its noise, and the
// intervals of what is left cover too rarely.
//
// settled is false where the smallest lies at the half: the series may not have
// settled yet, and the cut is too short. It is so too below ten values.
func MSER5(series []float64) (cut int, settled bool) {
	batches := make([]float64, len(series)/mserBatch)
	for i := range batches {
		batches[i] = Mean(series[i*mserBatch : (i+1)*mserBatch])
	}
	half := len(batches) / 2
	if half == 0 {
		return 0, false
	}
	best, least := 0, 0.0
	var rest Welford // of the batches from d on
	for d := len(batches) - 1; d >= 0; d-- {
		rest.Add(batches[d])
		if d > half {
			continue
		}
		if e := rest.m2 / float64(rest.N) / float64(rest.N); d == half || e <= least {
			best, least = d, e
		}
	}
	return best * mserBatch, best < half
}
