package study

import (
	"context"

	"faultline/scenarios"
	"faultline/sim"
	"faultline/sim/judge"
	"faultline/sim/result"
)

// RunOptions say how to run, not what: a figure changes only where a limit is reached.
type RunOptions struct {
	Jobs     int                   // simulations at once; 0: one per processor
	Limits   sim.Limits            // of each simulation
	Progress func(done, total int) // told after each simulation; may be nil
	// Simulated is called once all is simulated, as that of sim.Options; may be nil.
	Simulated func()
	Stop      <-chan struct{} // closed: finish what is in flight; may be nil
	Version   string          // of the tool, for the result
	Command   string          // that repeats the run, for the result
}

// Run simulates a scenario and judges its thresholds. The errors are those of
// sim.Run and judge.Judge.
func Run(ctx context.Context, s *scenarios.Scenario, o RunOptions) (*result.Store, error) {
	options := s.Options()
	options.Jobs, options.Limits, options.Progress, options.Stop = o.Jobs, o.Limits, o.Progress, o.Stop
	options.Simulated = o.Simulated
	options.Meta.Tool.Version, options.Meta.Scenario.Command = o.Version, o.Command
	store, err := sim.Run(ctx, s.Plans(), options)
	if err != nil {
		return nil, err
	}
	return judge.Judge(store, s.Thresholds)
}
