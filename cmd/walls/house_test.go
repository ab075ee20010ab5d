package walls

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// The longest file and function, in lines. Tests may be longer: a table of cases
// is not harder to read for having one more.
const (
	maxFile     = 500
	maxFunction = 70
)

// TestTheHouseIsKept holds what style asks of all code of the module.
func TestTheHouseIsKept(t *testing.T) { hold(t, houseRules, func(string) bool { return true }) }

var houseRules = []rule{
	{
		name: "no init function", why: "a table that can be read beats a registration that happens", find: initFunctions,
		bad:  []string{"var n int\nfunc init() { n = 1 }"},
		good: []string{"type t struct{}\nfunc (t) init() {}"},
	},
	{
		name: "no variable of a package that changes", why: "runs in parallel share it", find: mutableGlobals,
		bad: []string{
			"var n int\nfunc f() { n = 1 }",
			"var n int\nfunc f() { n++ }",
			"var m = map[int]int{}\nfunc f() { m[1] = 2 }",
			"var m = map[int]int{}\nfunc f() { delete(m, 1) }",
			"var s struct{ a [2]int }\nfunc f() { s.a[0] += 1 }",
			"var p = new(int)\nfunc f() { *p = 1 }",
			"var n int\nfunc f() *int { return &n }",
			"import \"sync\"\nvar once sync.Once",
			"import \"os\"\nfunc f() { os.Args = nil }",
		},
		good: []string{
			"var table = []int{1, 2}\nfunc f() int { n := 0; n += table[1]; return n }",
			"var table = [2]int{1, 2}\nfunc f() int { t := &table; return t[1] }",
			"var table = []struct{ a int }{{1}}\nfunc f() int { for i := range table { t := &table[i]; return t.a }; return 0 }",
		},
	},
	{
		name: "no long file", why: "is it one room, or two?", find: longFiles,
		bad:  []string{strings.Repeat("\n", maxFile)},
		good: []string{strings.Repeat("\n", maxFile-2)},
	},
	{
		name: "no long function", why: "it does more than one thing", find: longFunctions,
		bad:  []string{"func f() {" + strings.Repeat("\n", maxFunction) + "}"},
		good: []string{"func f() {" + strings.Repeat("\n", maxFunction-1) + "}"},
	},
}

func initFunctions(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			out = append(out, u.found(n, "func init"))
		}
	})
	return out
}

// mutableGlobals finds assignments to variables of packages and to what is in
// them, their address, and variables that exist only to change. It cannot see
// what a callee does with a map or a slice that it was handed.
func mutableGlobals(u *unit) (out []finding) {
	change := func(n ast.Node, e ast.Expr) {
		if v := u.global(e); v != nil {
			out = append(out, u.found(n, "changes %s", v.Name()))
		}
	}
	u.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				change(n, left)
			}
		case *ast.IncDecStmt:
			change(n, n.X)
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && u.info.Types[n.Fun].IsBuiltin() {
				change(n, n.Args[0])
			}
		case *ast.UnaryExpr:
			// A table is read through its address, to spare a copy; a number is not.
			if id, ok := n.X.(*ast.Ident); ok && n.Op == token.AND && u.global(id) != nil && isScalar(u.global(id).Type()) {
				out = append(out, u.found(n, "takes the address of %s", id.Name))
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				if v, ok := u.info.Defs[name].(*types.Var); ok && u.isGlobal(v) && isLock(v.Type()) {
					out = append(out, u.found(n, "%s exists to change", name.Name))
				}
			}
		}
	})
	return out
}

// global is the variable of a package that an expression stands in, if any.
func (u *unit) global(e ast.Expr) *types.Var {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v, ok := u.info.Uses[x.Sel].(*types.Var); ok && u.isGlobal(v) {
				return v // another package's
			}
			e = x.X
		case *ast.Ident:
			if v, ok := u.object(x).(*types.Var); ok && u.isGlobal(v) {
				return v
			}
			return nil
		default:
			return nil
		}
	}
}

func (u *unit) isGlobal(v *types.Var) bool {
	return v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

func isScalar(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Basic, *types.Pointer:
		return true
	}
	return false
}

// isLock reports a type of sync or sync/atomic.
func isLock(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && strings.HasPrefix(named.Obj().Pkg().Path(), "sync")
}

func longFiles(u *unit) (out []finding) {
	for _, f := range u.files {
		if n := u.fset.File(f.Pos()).LineCount(); n > maxFile {
			out = append(out, u.found(f, "%d lines", n))
		}
	}
	return out
}

func longFunctions(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok {
			if lines := u.fset.Position(f.End()).Line - u.fset.Position(f.Pos()).Line + 1; lines > maxFunction {
				out = append(out, u.found(n, "func %s has %d lines", f.Name.Name, lines))
			}
		}
	})
	return out
}
