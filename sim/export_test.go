package sim

// Size is how many bytes some runs of a plan are thought to take.
func Size(p *Plan, runs int) int64 { return p.size(runs) }

// AtOnce is how many jobs of the plans would run at a time.
func AtOnce(plans []Plan, o Options) int { return newRunner(plans, o).atOnce() }
