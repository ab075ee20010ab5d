package blast

import "faultline/sim/model"

// Seeds are what a fault hits, as the graph of calls knows it.
type Seeds struct {
	Ops   []bool // by model.OpID
	Edges []bool // by model.EdgeID
	// Components are the target itself, by model.ComponentID: what happens to them
	// is the fault, not its blast.
	Components []bool
	// Known: the target has a place in the graph of calls. A flow or a zone has none.
	Known bool
}

// NewSeeds are those of a fault that hits nothing that the graph knows.
func NewSeeds(sys *model.System) Seeds {
	return Seeds{make([]bool, len(sys.Ops)), make([]bool, len(sys.Edges)), make([]bool, len(sys.Components)), false}
}

// Operation adds one operation; its component is the target.
func (s *Seeds) Operation(sys *model.System, id model.OpID) {
	s.Known, s.Ops[id] = true, true
	if c := sys.Ops[id].Component; c != model.None {
		s.Components[c] = true
	}
}

// Component adds a component with all its operations.
func (s *Seeds) Component(sys *model.System, id model.ComponentID) {
	s.Known, s.Components[id] = true, true
	for i := range sys.Ops {
		if sys.Ops[i].Component == id {
			s.Ops[i] = true
		}
	}
}

// Station adds all that a station hosts.
func (s *Seeds) Station(sys *model.System, id model.StationID) {
	s.Known = true
	for _, c := range sys.Stations[id].Components {
		s.Components[c] = true
	}
	for i := range sys.Ops {
		if sys.Ops[i].Station == id {
			s.Ops[i] = true
		}
	}
}

// Edge adds the calls over an edge; what they lead to is the target.
func (s *Seeds) Edge(sys *model.System, id model.EdgeID) {
	s.Known, s.Edges[id] = true, true
	for i := range sys.Sites {
		if sys.Sites[i].Edge != id {
			continue
		}
		if c := sys.Ops[sys.Sites[i].Op].Component; c != model.None {
			s.Components[c] = true
		}
	}
}

// Blocking are the components, the target left out, that can block on it: they
// call it and wait, or call what does. It is a matter of the application's
// graph of calls: what shares a process, a pool or a core with the target is not
// in it.
func (s *Seeds) Blocking(sys *model.System) []bool {
	blocked := make([]bool, len(sys.Components))
	if !s.Known {
		return blocked
	}
	g := model.NewGraph(sys)
	for i := range sys.Ops {
		op := &sys.Ops[i]
		if op.Component == model.None || blocked[op.Component] || s.Components[op.Component] {
			continue
		}
		v := g.Visits(op.Entry, op.Station)
		for k, n := range v.Ops {
			if n > 0 && s.Ops[k] {
				blocked[op.Component] = true
			}
		}
		for k, n := range v.Edges {
			if n > 0 && s.Edges[k] {
				blocked[op.Component] = true
			}
		}
	}
	return blocked
}

// Journeys are the journeys, by model.JourneyID, that can block on the target: what
// they call, and what that calls, comes to it. It is a matter of the graph of calls
// alone, as [Seeds.Blocking] is.
func (s *Seeds) Journeys(sys *model.System) []bool {
	reached := make([]bool, len(sys.Journeys))
	if !s.Known {
		return reached
	}
	g := model.NewGraph(sys)
	for i := range sys.Journeys {
		v := g.Visits(sys.Journeys[i].Entry, model.Users)
		for k, n := range v.Ops {
			reached[i] = reached[i] || n > 0 && s.Ops[k]
		}
		for k, n := range v.Edges {
			reached[i] = reached[i] || n > 0 && s.Edges[k]
		}
	}
	return reached
}
