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
	errors := mser5(series)
	half := len(errors) - 1
	if half <= 0 {
		return 0, false
	}
	best := half
	for d := half; d >= 0; d-- {
		if errors[d] <= errors[best] {
			best = d
		}
	}
	return best * mserBatch, best < half
}

// lateness is how much larger than the smallest the squared standard error may be.
const lateness = 0.05

// LateMSER5 is the longest of the cuts that are about as good as that of [MSER5]: the
// square of the standard error is at most 5% larger, as that of 5% fewer values would
// be. MSER is flat about its smallest value, and noise decides
// where that lies; too long a cut costs little, and too short a one leaves a bias
// that no number of replications takes away.
func LateMSER5(series []float64) int {
	errors := mser5(series)
	cut, _ := MSER5(series)
	if errors[cut/mserBatch] == 0 {
		return cut // all that is left is equal, and so is what any longer one leaves
	}
	bound := float64(errors[cut/mserBatch] * (1 + lateness))
	last := len(errors) - 1
	for errors[last] > bound {
		last--
	}
	return last * mserBatch
}

// mser5 is the squared standard error of the mean of what remains, by the number of
// batches that are cut, up to half of them.
func mser5(series []float64) []float64 {
	batches := make([]float64, len(series)/mserBatch)
	for i := range batches {
		batches[i] = Mean(series[i*mserBatch : (i+1)*mserBatch])
	}
	errors := make([]float64, len(batches)/2+1)
	var rest Welford // of the batches from d on
	for d := len(batches) - 1; d >= 0; d-- {
		rest.Add(batches[d])
		if d < len(errors) {
			errors[d] = rest.m2 / float64(rest.N) / float64(rest.N)
		}
	}
	return errors
}
