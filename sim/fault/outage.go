package fault

import (
	"fmt"

	"faultline/sim/model"
)

// ZoneOutage makes everything in a zone silent: processes die there without a
// word, messages to and from it vanish, and at the end they restart.
type ZoneOutage struct {
	Target `yaml:",inline"`
}

// Validate checks the target.
func (f *ZoneOutage) Validate() error { return f.check("zoneOutage") }

// Apply turns Dark and Down, and kills.
func (f *ZoneOutage) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p, Dark, 1)
		w.Turn(p, Down, 1)
		w.Crash(p)
	}
}

// DependencyOutage makes somebody else's component silent: requests to it and
// replies from it vanish while it lasts.
type DependencyOutage struct {
	Target `yaml:",inline"`
}

// Validate checks the target.
func (f *DependencyOutage) Validate() error { return f.check("dependencyOutage") }

// Suits refuses a component that is hosted here.
func (f *DependencyOutage) Suits(sys *model.System, places []Place) error {
	for _, p := range places {
		if p.Component != model.None && !sys.Components[p.Component].External {
			return fmt.Errorf("component %s is not external (write kill or pause, for what runs here)", f.Component)
		}
	}
	return nil
}

// Apply turns Dark.
func (f *DependencyOutage) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p.host(), Dark, 1)
	}
}
