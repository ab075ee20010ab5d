package walls

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// graph is which packages a package needs, by import path; of the module's own,
// without their tests.
type graph map[string]*listed

// wall is a rule about imports. It returns what is wrong, with the room.
type wall struct {
	name string
	find func(graph) []string
	// breach is an import that the wall must not let through, from a room to a
	// package, both import paths; it may need others on the way.
	breach [][2]string
}

// TestImportWalls holds the one direction of ARCHITECTURE.md: no arrow points back.
func TestImportWalls(t *testing.T) {
	all := graph(packages(t))
	for _, w := range walls {
		t.Run(w.name, func(t *testing.T) {
			for _, what := range w.find(all) {
				t.Error(what)
			}
			for _, b := range w.breach {
				if len(w.find(all.with(b[0], b[1]))) == 0 {
					t.Errorf("the wall lets %s import %s", b[0], b[1])
				}
			}
		})
	}
}

var walls = []wall{
	{
		name: "sim imports neither topologies nor scenarios nor reports",
		find: apart("sim", "topologies", "scenarios", "reports", "cmd"),
		breach: [][2]string{
			{"faultline/sim", "faultline/topologies"}, {"faultline/sim/step", "faultline/topologies/strict"},
			{"faultline/sim/engine", "faultline/scenarios"}, {"faultline/sim/blast", "faultline/reports/view"},
		},
	},
	{
		name:   "topologies import neither scenarios nor reports",
		find:   apart("topologies", "scenarios", "reports", "cmd"),
		breach: [][2]string{{"faultline/topologies", "faultline/scenarios/study"}},
	},
	{
		name:   "scenarios do not import reports",
		find:   apart("scenarios", "reports", "cmd"),
		breach: [][2]string{{"faultline/scenarios/study", "faultline/reports"}},
	},
	{
		name: "reports reach only view, chart, sim/result, sim/metric and sim/stats",
		find: direct("reports", "reports", "sim/result", "sim/metric", "sim/stats"),
		breach: [][2]string{
			{"faultline/reports", "faultline/sim"}, {"faultline/reports/view", "faultline/sim/engine"},
			{"faultline/reports/chart", "faultline/sim/measure"}, {"faultline/reports", "faultline/topologies"},
		},
	},
	{
		name:   "what reports reach runs nothing",
		find:   apart("reports", "sim/engine", "sim/des", "topologies", "scenarios", "cmd"),
		breach: [][2]string{{"faultline/sim/result", "faultline/sim/engine"}},
	},
	{
		name:   "sim/des imports the standard library alone",
		find:   standardOnly("sim/des"),
		breach: [][2]string{{"faultline/sim/des", "faultline/sim/rng"}, {"faultline/sim/des", "golang.org/x/sync/errgroup"}},
	},
	{
		name:   "the engine never sees a step's YAML form",
		find:   apart("sim/engine", "sim/step"),
		breach: [][2]string{{"faultline/sim/engine", "faultline/sim/step"}},
	},
	{
		name:   "faults belong to the plan, not to the compiled system",
		find:   apart("sim/model", "sim/fault", "sim/engine"),
		breach: [][2]string{{"faultline/sim/model", "faultline/sim/fault"}},
	},
	{
		name: "deciders do not see the engine or its calendar",
		find: both(apart("sim/balance", "sim/engine", "sim/des"), apart("sim/resilience", "sim/engine", "sim/des"),
			apart("sim/platform", "sim/engine", "sim/des"),
			apart("sim/fault", "sim/engine", "sim/des")),
		breach: [][2]string{{"faultline/sim/balance", "faultline/sim/des"}, {"faultline/sim/fault", "faultline/sim/engine"}},
	},
	{
		name: "only topologies/strict imports YAML or reflects",
		find: alone("topologies/strict", "go.yaml.in/yaml/v4", "gopkg.in/yaml.v3", "reflect"),
		breach: [][2]string{
			{"faultline/scenarios", "go.yaml.in/yaml/v4"}, {"faultline/topologies", "reflect"}, {"faultline/sim/fault", "reflect"},
		},
	},
	{
		name: "sim opens no file and no socket",
		find: never("sim", "os", "os/exec", "io/ioutil", "net", "net/http", "path/filepath", "embed", "unsafe", "syscall"),
		breach: [][2]string{
			{"faultline/sim/dist", "os"}, {"faultline/sim", "net/http"},
		},
	},
	{
		name: "sim imports only the libraries that it was given",
		find: libraries("sim", map[string][]string{
			"sim":        {"golang.org/x/sync/errgroup", "golang.org/x/sync/semaphore"},
			"sim/result": {"github.com/hashicorp/go-memdb"},
		}),
		breach: [][2]string{
			{"faultline/sim/stats", "gonum.org/v1/gonum/stat"}, {"faultline/sim/load", "github.com/tsenart/vegeta/v12/lib"},
			{"faultline/sim/engine", "golang.org/x/sync/errgroup"},
		},
	},
	{
		name: "nothing that leads to result.json needs gonum or vegeta",
		find: func(g graph) (out []string) {
			for _, p := range g.rooms("sim") {
				for _, dep := range g.reach(p) {
					if strings.HasPrefix(dep, "gonum.org/") || strings.HasPrefix(dep, "github.com/tsenart/vegeta") {
						out = append(out, fmt.Sprintf("%s needs %s", p.room(), dep))
					}
				}
			}
			return out
		},
		breach: [][2]string{{"faultline/sim/estimate", "gonum.org/v1/gonum/stat"}},
	},
	{
		name:   "files are written by the command alone",
		find:   alone("cmd/faultline", "github.com/google/renameio/v2", "github.com/spf13/cobra"),
		breach: [][2]string{{"faultline/reports", "github.com/google/renameio/v2"}},
	},
}

// with is the graph with one more import.
func (g graph) with(from, to string) graph {
	more := make(graph, len(g)+1)
	for k, p := range g {
		more[k] = p
	}
	p := listed{ImportPath: from}
	if old := g[from]; old != nil {
		p = *old
	}
	p.Imports = append(slices.Clone(p.Imports), to)
	more[from] = &p
	if more[to] == nil {
		more[to] = &listed{ImportPath: to}
	}
	return more
}

// rooms are the module's packages at or below a room, sorted.
func (g graph) rooms(room string) (out []*listed) {
	for _, p := range g {
		if p.ours() && within(p.room(), room) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *listed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return out
}

func within(name, room string) bool {
	return room == "" || name == room || strings.HasPrefix(name, room+"/")
}

// reach is all that a package needs, however far away.
func (g graph) reach(from *listed) []string {
	seen := map[string]bool{from.ImportPath: true}
	for queue := []*listed{from}; len(queue) > 0; queue = queue[1:] {
		for _, i := range queue[0].Imports {
			if !seen[i] && g[i] != nil {
				seen[i] = true
				queue = append(queue, g[i])
			}
		}
	}
	delete(seen, from.ImportPath)
	var out []string
	for i := range seen {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

// apart forbids a room to need others, however far away.
func apart(room string, others ...string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms(room) {
			for _, dep := range g.reach(p) {
				for _, o := range others {
					if within(dep, path.Join(module, o)) {
						out = append(out, fmt.Sprintf("%s needs %s", p.room(), dep))
					}
				}
			}
		}
		return out
	}
}

func both(finds ...func(graph) []string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, find := range finds {
			out = append(out, find(g)...)
		}
		return out
	}
}

// direct forbids a room to import others of the module than those given.
func direct(room string, allowed ...string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms(room) {
			for _, i := range p.Imports {
				if g[i] != nil && g[i].ours() && !slices.ContainsFunc(allowed, func(a string) bool { return within(g[i].room(), a) }) {
					out = append(out, fmt.Sprintf("%s imports %s", p.room(), i))
				}
			}
		}
		return out
	}
}

// standardOnly forbids a room to need anything but the standard library.
func standardOnly(room string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms(room) {
			for _, dep := range g.reach(p) {
				if !g[dep].Standard {
					out = append(out, fmt.Sprintf("%s needs %s", p.room(), dep))
				}
			}
		}
		return out
	}
}

// alone forbids all rooms but one to import packages, or what lies below them.
func alone(room string, imports ...string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms("") {
			if p.room() != room {
				out = append(out, offending(p, imports)...)
			}
		}
		return out
	}
}

// never forbids a room to import packages, or what lies below them.
func never(room string, imports ...string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms(room) {
			out = append(out, offending(p, imports)...)
		}
		return out
	}
}

func offending(p *listed, imports []string) (out []string) {
	for _, i := range p.Imports {
		if slices.ContainsFunc(imports, func(forbidden string) bool { return within(i, forbidden) }) {
			out = append(out, fmt.Sprintf("%s imports %s", p.room(), i))
		}
	}
	return out
}

// libraries forbids a room to import what is neither standard nor of the module,
// but for what the table gives to single packages.
func libraries(room string, given map[string][]string) func(graph) []string {
	return func(g graph) (out []string) {
		for _, p := range g.rooms(room) {
			for _, i := range p.Imports {
				if d := g[i]; d != nil && !d.Standard && !d.ours() && !slices.Contains(given[p.room()], i) {
					out = append(out, fmt.Sprintf("%s imports %s", p.room(), i))
				}
			}
		}
		return out
	}
}
