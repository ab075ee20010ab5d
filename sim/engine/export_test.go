package engine

import (
	"context"

	"faultline/sim/des"
	"faultline/sim/measure"
)

// RunTraced is Run with a hook over the raw event stream, for tests that load
// scenarios: they stand outside of the package, for scenarios import it.
func RunTraced(ctx context.Context, job *Job, trace func(des.Event)) (*measure.Run, error) {
	return run(ctx, job, trace)
}
