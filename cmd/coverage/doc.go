// Package coverage holds nothing but tests: how often the 95% intervals of the
// results hold the true value.
//
// Each model is a scenario file whose answer is known, by a closed form or by one
// very long run with another seed. A macro-replication is one run of it by the whole
// way that a user's run takes, with a seed of its own; the coverage is the share of
// them whose interval holds the truth. Controls do what is known to be wrong, and
// must be caught.
//
// Two hundred macro-replications of some are in every test. Those of
// docs/statistics.md, a thousand of each control and two thousand of all others,
// take half an hour of CPU time:
//
//	FAULTLINE_SOAK=1 go test -timeout 3h -run Soak ./cmd/coverage
//
// FAULTLINE_COVERAGE names the models to measure, as a regular expression; the lines
// of the others stay as they are.
package coverage
