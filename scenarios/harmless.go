package scenarios

import (
	"fmt"
	"strings"

	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/topologies"
)

// warnHarmless warns where a default, or what is not there, makes a fault
// harmless: a test that cannot fail proves nothing.
func (s *Scenario) warnHarmless() {
	flows := s.Load.Keys()
	for i, t := range s.Topologies {
		for k := range s.faults {
			if why := harmless(&s.faults[k], t, flows); why != "" {
				s.notes[i] = append(s.notes[i], "fault "+s.faults[k].Name+" does nothing here: "+why)
			}
		}
	}
}

// harmless says why a fault does nothing in a topology, "" if it may do something.
func harmless(in *fault.Injection, t *topologies.Topology, flows []string) string {
	places, err := in.Fault.Where().Resolve(t.System, flows)
	if err != nil {
		return "" // not applicable, which is said elsewhere
	}
	if in.Idle() {
		return "its strength is nothing"
	}
	switch in.Kind {
	case "memoryLeak":
		if names := all(t, places, func(st *model.Station) bool { return st.Memory == 0 }); names != "" {
			return fmt.Sprintf("memory of %s is unlimited (write memory: 512MiB)", names)
		}
	case "deadlock":
		if names := all(t, places, func(st *model.Station) bool { return st.Workers == model.Unlimited }); names != "" {
			return fmt.Sprintf("workers of %s are unlimited, and none is missed (write workers: 64)", names)
		}
	case "cacheFlush":
		if len(t.System.Caches) == 0 {
			return "no operation has a cache"
		}
	}
	return ""
}

// all names the stations of the places if all of them are so; "" if one is not.
func all(t *topologies.Topology, places []fault.Place, so func(*model.Station) bool) string {
	var names []string
	seen := make(map[model.StationID]bool)
	for _, p := range places {
		if p.Station == model.None || seen[p.Station] {
			continue
		}
		seen[p.Station] = true
		if st := &t.System.Stations[p.Station]; !so(st) {
			return ""
		} else if len(names) < 6 {
			names = append(names, st.Name)
		}
	}
	return strings.Join(names, ", ")
}
