package walls

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"
)

const (
	engineRoom = module + "/sim/engine"
	desRoom    = module + "/sim/des"
)

// TestEachFileOfTheEngineDoesItsOwn holds the table of ARCHITECTURE.md: what one
// file of the engine alone does.
func TestEachFileOfTheEngineDoesItsOwn(t *testing.T) {
	hold(t, engineRules, func(path string) bool { return path == engineRoom })
}

// TestOnlyTheEngineSchedules holds decision 4: deciders decide, the engine acts.
func TestOnlyTheEngineSchedules(t *testing.T) {
	hold(t, []rule{{
		name: "no room but the engine schedules", why: "policies answer when they are asked, and schedule nothing",
		find: func(u *unit) []finding {
			if u.path == engineRoom || u.path == desRoom {
				return nil
			}
			return u.calls(desRoom, "Calendar", "After", "AfterLane", "Next", "Lane")
		},
		bad: []string{
			"import \"faultline/sim/des\"\nfunc f(c *des.Calendar) { c.After(1, 0, des.Ref{}) }",
			"import \"faultline/sim/des\"\ntype e struct{ des.Calendar }\nfunc (x *e) f() { x.AfterLane(0, 1, 0, des.Ref{}) }",
		},
		good: []string{
			"package sim/engine call.go\nimport \"faultline/sim/des\"\nfunc f(c *des.Calendar) { c.After(1, 0, des.Ref{}) }",
		},
	}}, func(string) bool { return true })
}

var engineRules = []rule{
	{
		name: "only engine.go switches on the event kind", why: "one place says what an event means",
		find: only(func(u *unit) []finding { return u.switches(desRoom, "Kind") }, "engine.go"),
		bad: []string{
			"package sim/engine call.go\nimport \"faultline/sim/des\"\nfunc f(k des.Kind) { switch k { case 1: } }",
			"package sim/engine call.go\nimport \"faultline/sim/des\"\nfunc f(k des.Kind) bool { return k == 1 }",
		},
		good: []string{"package sim/engine engine.go\nimport \"faultline/sim/des\"\nfunc f(k des.Kind) { switch k { case 1: } }"},
	},
	{
		name: "only exec.go switches on the instruction", why: "one place says what an instruction means",
		find: only(func(u *unit) []finding { return u.switches(module+"/sim/model", "OpCode") }, "exec.go"),
		bad: []string{
			"package sim/engine call.go\nimport \"faultline/sim/model\"\nfunc f(i model.Instr) { switch i.Op { case model.OpEnd: } }",
			"package sim/engine call.go\nimport \"faultline/sim/model\"\nfunc f(i model.Instr) bool { return i.Op != model.OpEnd }",
		},
		good: []string{"package sim/engine exec.go\nimport \"faultline/sim/model\"\nfunc f(i model.Instr) { switch i.Op { case model.OpEnd: } }"},
	},
	{
		name: "only call.go and channel.go pick an instance and wait before a retry", why: "they alone know the order of a call's layers",
		find: only(func(u *unit) []finding {
			return append(u.calls(module+"/sim/balance", "Policy", "Pick"), u.calls(module+"/sim/resilience", "Backoff", "Wait")...)
		}, "call.go", "channel.go", "network.go"),
		bad: []string{
			"package sim/engine exec.go\nimport \"faultline/sim/balance\"\nimport \"faultline/sim/rng\"\nfunc f(p balance.Policy, s rng.Stream) { p.Pick(nil, s) }",
			"package sim/engine exec.go\nimport \"faultline/sim/resilience\"\nimport \"faultline/sim/rng\"\nfunc f(b resilience.Backoff, s rng.Stream) { b.Wait(1, 0, s) }",
		},
	},
	{
		name: "only world.go applies faults", why: "what was turned is recorded in one place, to be undone exactly",
		find: only(func(u *unit) []finding {
			return append(u.calls(module+"/sim/fault", "Fault", "Apply"), u.calls(module+"/sim/fault", "Knob", "Stack")...)
		}, "world.go"),
		bad: []string{
			"package sim/engine call.go\nimport \"faultline/sim/fault\"\nfunc f(x fault.Fault, w fault.World) { x.Apply(w) }",
			"package sim/engine call.go\nimport \"faultline/sim/fault\"\nfunc f(k fault.Knob) float64 { return k.Stack(1, 2) }",
		},
	},
	{
		name: "only source.go makes arrivals", why: "the same request arrives in every topology",
		find: only(func(u *unit) []finding { return u.calls(module+"/sim/load", "Process", "Next") }, "source.go"),
		bad: []string{
			"package sim/engine call.go\nimport \"faultline/sim/load\"\nimport \"faultline/sim/rng\"\nfunc f(a load.Process, s rng.Stream) { a.Next(0, 0, s) }",
		},
	},
	{
		name: "only observe.go and audit.go count outcomes and latencies", why: "what a figure means is said once",
		find: only(func(u *unit) []finding { return u.calls(module+"/sim/measure", "Histogram", "Record", "Add") }, "observe.go", "audit.go"),
		bad: []string{
			"package sim/engine call.go\nimport \"faultline/sim/measure\"\nfunc f(h *measure.Histogram) { h.Record(1) }",
		},
	},
}

// only leaves out what stands in the files that may do it.
func only(find func(*unit) []finding, files ...string) func(*unit) []finding {
	return func(u *unit) (out []finding) {
		for _, f := range find(u) {
			base := f.at.Filename[strings.LastIndexAny(f.at.Filename, `/\`)+1:]
			if !slices.Contains(files, base) {
				out = append(out, f)
			}
		}
		return out
	}
}

// switches finds switches over a named type of a package, and comparisons of its
// values, which are switches in disguise.
func (u *unit) switches(path, name string) (out []finding) {
	u.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.SwitchStmt:
			if n.Tag != nil && isNamed(u.info.TypeOf(n.Tag), path, name) {
				out = append(out, u.found(n, "switches on %s", name))
			}
		case *ast.BinaryExpr:
			if isNamed(u.info.TypeOf(n.X), path, name) && isNamed(u.info.TypeOf(n.Y), path, name) {
				out = append(out, u.found(n, "compares %s", name))
			}
		}
	})
	return out
}

// isNamed reports a type by its name, pointers followed.
func isNamed(t types.Type, path, name string) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path
}

// calls finds uses of methods of a named type, through embedding too.
func (u *unit) calls(path, name string, methods ...string) (out []finding) {
	u.each(func(n ast.Node) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || u.info.Selections[sel] == nil {
			return
		}
		fn, ok := u.info.Selections[sel].Obj().(*types.Func)
		if !ok || !slices.Contains(methods, fn.Name()) {
			return
		}
		if recv := fn.Signature().Recv(); recv != nil && isNamed(recv.Type(), path, name) {
			out = append(out, u.found(n, "uses %s.%s", name, fn.Name()))
		}
	})
	return out
}
