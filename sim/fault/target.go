package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/sim/model"
)

// Target names what a fault hits: exactly one key.
type Target struct {
	Component string   `yaml:"component" doc:"whichever service hosts it: process faults hit the host, code faults only its own steps"`
	Operation string   `yaml:"operation" doc:"component.operation"`
	Service   string   `yaml:"service" doc:"every instance of the service; * for every service"`
	Edge      string   `yaml:"edge" doc:"a -> b: the calls between them"`
	Flow      string   `yaml:"flow" doc:"a flow of the load; * for every flow"`
	Zone      string   `yaml:"zone" doc:"every instance of the services and databases there; its bounds, for faults of the network"`
	Database  string   `yaml:"database" doc:"the instances of a database"`
	_         struct{} `yaml:"node" notyet:"true"`
	_         struct{} `yaml:"broker" notyet:"true"`
	_         struct{} `yaml:"topic" notyet:"true"`
}

// Where is the target itself: faults inline it.
func (t *Target) Where() *Target { return t }

type setKey struct{ key, name string }

func (t *Target) keys() (set []setKey) {
	for _, k := range []setKey{{"component", t.Component}, {"operation", t.Operation}, {"service", t.Service}, {"edge", t.Edge}, {"flow", t.Flow},
		{"zone", t.Zone}, {"database", t.Database}} {
		if k.name != "" {
			set = append(set, k)
		}
	}
	return set
}

// Key is the kind of target ("component"), "" if none is set.
func (t *Target) Key() string {
	if set := t.keys(); len(set) > 0 {
		return set[0].key
	}
	return ""
}

// Name is the name of the target as written.
func (t *Target) Name() string {
	if set := t.keys(); len(set) > 0 {
		return set[0].name
	}
	return ""
}

// String is "component recommendations".
func (t *Target) String() string { return strings.TrimSpace(t.Key() + " " + t.Name()) }

// check refuses none, several, and keys that do not suit the kind.
func (t *Target) check(kind string) error {
	i := slices.IndexFunc(Table, func(k Kind) bool { return k.Name == kind })
	suits := Table[i].Suits
	want := strings.Join(suits, ", ")
	set := t.keys()
	if len(set) == 0 {
		return fmt.Errorf("%s needs a target: one of %s", kind, want)
	}
	if len(set) > 1 {
		return fmt.Errorf("%s has two targets, %s and %s; write one", kind, set[0].key, set[1].key)
	}
	if !slices.Contains(suits, set[0].key) {
		return fmt.Errorf("%s does not take %s; one of %s", kind, set[0].key, want)
	}
	return nil
}

// Place is a part of a compiled system that knobs belong to. A field that is
// model.None is not constrained: a place matches everything that agrees with
// the fields that are set.
type Place struct {
	Station   model.StationID
	Instance  int32
	Component model.ComponentID // of the callee
	Op        model.OpID
	Edge      model.EdgeID
	Caller    model.ComponentID // of an edge between components
	Flow      int32
	Zone      int32 // index: its instances, or its bounds where messages cross them
}

// Anywhere matches everything.
var Anywhere = Place{model.None, model.None, model.None, model.None, model.None, model.None, model.None, model.None}

// host is the process that a place lies in: faults of the process hit all of it.
func (p Place) host() Place {
	p.Component, p.Op = model.None, model.None
	return p
}

// ErrNotHere says that a topology has nothing of that name: the fault is not
// applicable there.
var ErrNotHere = errors.New("not in this topology")

// Resolve lists the places that t means in a system with the given flows,
// before the fault's mode picks instances. The error is ErrNotHere, wrapped.
func (t *Target) Resolve(sys *model.System, flows []string) ([]Place, error) {
	var places []Place
	switch t.Key() {
	case "component":
		for i, c := range sys.Components {
			if c.Name == t.Component {
				places = append(places, at(c.Station, model.ComponentID(i), model.None))
			}
		}
	case "operation":
		for i, op := range sys.Ops {
			if op.Name == t.Operation && op.Component != model.None {
				places = append(places, at(op.Station, op.Component, model.OpID(i)))
			}
		}
	case "service":
		for i, s := range sys.Stations {
			if s.Kind == model.KindService && (s.Name == t.Service || t.Service == "*") {
				places = append(places, at(model.StationID(i), model.None, model.None))
			}
		}
	case "database":
		for i, s := range sys.Stations {
			if s.Kind == model.KindDatabase && s.Name == t.Database {
				places = append(places, at(model.StationID(i), model.None, model.None))
			}
		}
	case "zone":
		if z := slices.Index(sys.Zones, t.Zone); z >= 0 {
			p := Anywhere
			p.Zone = int32(z)
			places = append(places, p)
		}
	case "edge":
		places = resolveEdge(sys, t.Edge)
	case "flow":
		for i, name := range flows {
			if name == t.Flow || t.Flow == "*" {
				p := Anywhere
				p.Flow = int32(i)
				places = append(places, p)
			}
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%s: %w", t, ErrNotHere)
	}
	return places, nil
}

// at is the place of a station, or of a component or operation hosted there.
func at(s model.StationID, c model.ComponentID, op model.OpID) Place {
	p := Anywhere
	p.Station, p.Component, p.Op = s, c, op
	return p
}

// SplitEdge parses "a -> b".
func SplitEdge(s string) (from, to string, ok bool) {
	from, to, ok = strings.Cut(s, "->")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	return from, to, ok && from != "" && to != ""
}

func resolveEdge(sys *model.System, name string) (places []Place) {
	from, to, ok := SplitEdge(name)
	if !ok {
		return nil
	}
	for i, e := range sys.Edges {
		caller, okFrom := matchEnd(sys, from, e.From)
		callee, okTo := matchEnd(sys, to, e.To)
		if !okFrom || !okTo || from == "*" && e.From == model.Users || to == "*" && sys.Stations[e.To].Kind != model.KindService {
			continue
		}
		p := Anywhere
		p.Edge, p.Caller, p.Component = model.EdgeID(i), caller, callee
		places = append(places, p)
	}
	return places
}

// matchEnd reports whether name means the station, or a component that it
// hosts; the component is None when the station as a whole is meant.
func matchEnd(sys *model.System, name string, id model.StationID) (model.ComponentID, bool) {
	s := &sys.Stations[id]
	if name == "*" || s.Name == name {
		return model.None, true
	}
	for _, c := range s.Components {
		if sys.Components[c].Name == name {
			return c, true
		}
	}
	return model.None, false
}
