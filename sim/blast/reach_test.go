package blast

import (
	"slices"
	"testing"
	"time"

	"faultline/sim/dist"
	"faultline/sim/model"
)

// chain is web → cart → stock → db, and web → ads; search stands alone. Cart and
// search share a process.
func chain() *model.System {
	call := func(site int32) model.Instr { return model.Instr{Op: model.OpCall, A: site} }
	end := model.Instr{Op: model.OpEnd}
	return &model.System{
		Stations: []model.Station{{Name: "users"}, {Name: "web", Components: []model.ComponentID{0}},
			{Name: "shop", Components: []model.ComponentID{1, 4}}, {Name: "stock", Components: []model.ComponentID{2}},
			{Name: "ads", Components: []model.ComponentID{3}}, {Name: "db", Kind: model.KindDatabase}},
		Components: []model.Component{{Name: "web", Station: 1}, {Name: "cart", Station: 2}, {Name: "stock", Station: 3},
			{Name: "ads", Station: 4}, {Name: "search", Station: 2}},
		Ops: []model.Op{{Name: "web.do", Component: 0, Station: 1, Entry: 0}, {Name: "cart.add", Component: 1, Station: 2, Entry: 3},
			{Name: "stock.take", Component: 2, Station: 3, Entry: 5}, {Name: "ads.show", Component: 3, Station: 4, Entry: 7},
			{Name: "search.find", Component: 4, Station: 2, Entry: 7}, {Name: "goods.write", Component: model.None, Station: 5, Entry: 7}},
		Sites: []model.Site{{Op: 1, Edge: 0}, {Op: 3, Edge: 1}, {Op: 2, Edge: 2}, {Op: 5, Edge: 3}},
		Edges: []model.Edge{{From: 1, To: 2}, {From: 1, To: 4}, {From: 2, To: 3}, {From: 3, To: 5}},
		Code:  []model.Instr{call(0), call(1), end, call(2), end, call(3), end, {Op: model.OpCPU}, end},
		Dists: []dist.Dist{dist.Constant(time.Millisecond)},
	}
}

func TestWhoCanBlockOnTheTarget(t *testing.T) {
	sys := chain()
	const web, cart, stock, ads, search = 0, 1, 2, 3, 4
	for _, c := range []struct {
		name            string
		seed            func(*Seeds)
		blocked, target []int
	}{
		{"a component: its callers, and theirs", func(s *Seeds) { s.Component(sys, stock) }, []int{web, cart}, []int{stock}},
		{"an operation", func(s *Seeds) { s.Operation(sys, 3) }, []int{web}, []int{ads}},
		{"a component that only users call", func(s *Seeds) { s.Component(sys, web) }, nil, []int{web}},
		{"a service is all that it hosts", func(s *Seeds) { s.Station(sys, 2) }, []int{web}, []int{cart, search}},
		{"a database has no component", func(s *Seeds) { s.Station(sys, 5) }, []int{web, cart, stock}, nil},
		{"an edge: its callers, and theirs", func(s *Seeds) { s.Edge(sys, 2) }, []int{web, cart}, []int{stock}},
		{"a component that nobody calls", func(s *Seeds) { s.Component(sys, search) }, nil, []int{search}},
		{"nothing in the graph", func(*Seeds) {}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewSeeds(sys)
			c.seed(&s)
			if got := members(s.Blocking(sys)); !slices.Equal(got, c.blocked) {
				t.Errorf("%v can block, want %v", got, c.blocked)
			}
			if got := members(s.Components); !slices.Equal(got, c.target) {
				t.Errorf("the target is %v, want %v", got, c.target)
			}
		})
	}
}

func members(set []bool) (list []int) {
	for i, in := range set {
		if in {
			list = append(list, i)
		}
	}
	return list
}
