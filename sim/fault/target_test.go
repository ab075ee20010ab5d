package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"faultline/sim/model"
)

// shop is a system with all that a target can name: a service of two components,
// one of a single component of the same name, a database, somebody else's
// component, and two edges between the same stations.
func shop() *model.System {
	return &model.System{
		Zones: []string{"north", "south"},
		Stations: []model.Station{
			{Name: "users", Kind: model.KindUsers},
			{Name: "front", Kind: model.KindService, Components: []model.ComponentID{0, 1}},
			{Name: "payments", Kind: model.KindService, Components: []model.ComponentID{2}},
			{Name: "orders-db", Kind: model.KindDatabase, Stores: []string{"orders"}},
			{Name: "bank", Kind: model.KindExternal, Components: []model.ComponentID{3}},
		},
		Components: []model.Component{
			{Name: "catalog", Station: 1}, {Name: "checkout", Station: 1}, {Name: "payments", Station: 2}, {Name: "bank", Station: 4, External: true},
		},
		Ops: []model.Op{
			{Name: "catalog.list", Component: 0, Station: 1},
			{Name: "checkout.place", Component: 1, Station: 1},
			{Name: "payments.charge", Component: 2, Station: 2},
			{Name: "orders.write", Component: model.None, Station: 3},
			{Name: "bank.authorise", Component: 3, Station: 4},
		},
		Edges: []model.Edge{
			{From: 0, To: 1}, {From: 1, To: 2}, {From: 1, To: 2}, {From: 1, To: 3}, {From: 2, To: 4},
		},
	}
}

// spell writes a place as its fields that are set.
func spell(p Place) string {
	var parts []string
	for _, f := range []struct {
		name string
		id   int32
	}{{"station", int32(p.Station)}, {"instance", p.Instance}, {"component", int32(p.Component)}, {"op", int32(p.Op)},
		{"edge", int32(p.Edge)}, {"caller", int32(p.Caller)}, {"flow", p.Flow}, {"zone", p.Zone}} {
		if f.id != model.None {
			parts = append(parts, fmt.Sprintf("%s %d", f.name, f.id))
		}
	}
	return strings.Join(parts, ", ")
}

func TestTargetsMeanTheirPlaces(t *testing.T) {
	for _, c := range []struct {
		key, name string
		want      []string // nil: not in this topology
	}{
		{"component", "checkout", []string{"station 1, component 1"}},
		{"component", "bank", []string{"station 4, component 3"}},
		{"component", "front", nil},
		{"operation", "payments.charge", []string{"station 2, component 2, op 2"}},
		{"operation", "orders.write", nil}, // a store's operations have no name in a scenario
		{"operation", "payments", nil},
		{"service", "front", []string{"station 1"}},
		{"service", "*", []string{"station 1", "station 2"}},
		{"service", "orders-db", nil},
		{"service", "bank", nil},
		{"database", "orders-db", []string{"station 3"}},
		{"database", "payments", nil},
		{"zone", "south", []string{"zone 1"}},
		{"zone", "west", nil},
		{"service", "users", nil},
		{"flow", "shoppers", []string{"flow 0"}},
		{"flow", "*", []string{"flow 0", "flow 1"}},
		{"flow", "nobody", nil},
		{"edge", "users -> front", []string{"edge 0"}},
		{"edge", "front -> payments", []string{"edge 1", "edge 2"}},
		{"edge", "front->payments", []string{"edge 1", "edge 2"}},
		{"edge", "payments -> front", nil},
		{"edge", "checkout -> payments", []string{"edge 1, caller 1", "edge 2, caller 1"}},
		{"edge", "users -> catalog", []string{"component 0, edge 0"}},
		{"edge", "checkout -> orders-db", []string{"edge 3, caller 1"}},
		{"edge", "payments -> bank", []string{"edge 4"}},
		{"edge", "catalog -> checkout", nil}, // one process: no edge
		{"edge", "* -> payments", []string{"edge 1", "edge 2"}},
		{"edge", "* -> *", []string{"edge 1", "edge 2"}},     // neither users nor databases nor externals
		{"edge", "users -> *", []string{"edge 0"}},           // users by name
		{"edge", "* -> orders-db", []string{"edge 3"}},       // databases by name
		{"edge", "* -> bank", []string{"edge 4"}},            // externals by name
		{"edge", "front -> *", []string{"edge 1", "edge 2"}}, // not the database
		{"edge", "* -> front", nil},
		{"edge", "front", nil},
		{"edge", "-> front", nil},
	} {
		t.Run(c.key+" "+c.name, func(t *testing.T) {
			var target Target
			target.set(c.key, c.name)
			places, err := target.Resolve(shop(), []string{"shoppers", "robots"})
			var got []string
			for _, p := range places {
				got = append(got, spell(p))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("means %q, want %q", got, c.want)
			}
			if (c.want == nil) != errors.Is(err, ErrNotHere) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestEdgesAreSplitAtTheArrow(t *testing.T) {
	for _, c := range []struct {
		text, from, to string
		ok             bool
	}{
		{"a -> b", "a", "b", true}, {"a->b", "a", "b", true}, {"  a  ->  b ", "a", "b", true}, {"* -> *", "*", "*", true},
		{"a", "", "", false}, {"a ->", "", "", false}, {"-> b", "", "", false}, {"", "", "", false},
	} {
		from, to, ok := SplitEdge(c.text)
		if ok != c.ok || ok && (from != c.from || to != c.to) {
			t.Errorf("%q: %q, %q, %v", c.text, from, to, ok)
		}
	}
}
