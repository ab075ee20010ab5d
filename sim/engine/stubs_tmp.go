package engine

import "faultline/sim/model"

func (e *engine) storm(model.EdgeID) int { return 0 }
func (e *engine) dropQueued(int32)       {}
