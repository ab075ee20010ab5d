package main

import (
	"bytes"
	"fmt"
	"runtime"

	"faultline/scenarios"
	"faultline/sim/result"
)

// simulateAndVerify simulates a scenario and, if asked to, once more: the same
// files, seed and version must give the same result.json, byte for byte. The
// second time another number of simulations runs at once, so that what depends
// on their order shows. When the second run is interrupted, the first stands:
// doubt is the error that says so after it has been written.
func (t *tool) simulateAndVerify(in *interrupt, s *scenarios.Scenario, arg string, f *runFlags) (store *result.Store, doubt, err error) {
	jobs := int(f.jobs.value)
	store, err = t.simulate(in, s, arg, s.Name, jobs, f)
	if err != nil || !f.verify || store.Document().Partial {
		return store, nil, err
	}
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	again, err := t.simulate(in, s, arg, s.Name+" again", jobs+1, f)
	switch {
	case in.stopped() && (err != nil || again.Document().Partial):
		return store, fail(exitInterrupted, "interrupted in the second run: the result is whole, but not verified"), nil
	case err != nil:
		return nil, nil, err
	}
	var first, second bytes.Buffer
	if err := store.WriteJSON(&first); err != nil {
		return nil, nil, fail(exitTool, "%v", err)
	}
	if err := again.WriteJSON(&second); err != nil {
		return nil, nil, fail(exitTool, "%v", err)
	}
	if line := firstDifference(first.Bytes(), second.Bytes()); line > 0 {
		return nil, nil, fail(exitTool, "verify: the second run gave another result.json, from line %d on; nothing is written (seed %d; this is a defect of the tool)",
			line, store.Document().Seed)
	}
	if !f.quiet {
		fmt.Fprintf(t.stderr, "verified: a second run gave the same result.json, byte for byte (%d bytes)\n", first.Len())
	}
	return store, nil, nil
}

// firstDifference is the line on which two texts differ first, 0 if they are equal.
func firstDifference(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return 1 + bytes.Count(a[:n], []byte("\n"))
}
