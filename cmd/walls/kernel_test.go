package walls

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"
	"testing"
)

// inSim is the code that leads to result.json.
func inSim(path string) bool { return path == module+"/sim" || strings.HasPrefix(path, module+"/sim/") }

// TestKernelGivesTheSameBitsEverywhere holds what ARCHITECTURE.md forbids in sim,
// because it gives other bits on another CPU, with another number of processors,
// or on another day.
func TestKernelGivesTheSameBitsEverywhere(t *testing.T) { hold(t, kernelRules, inSim) }

var kernelRules = []rule{
	{
		name: "no iteration over a map", why: "its order changes from run to run", find: mapRanges,
		bad: []string{
			"func f(m map[string]int) (n int) { for _, v := range m { n += v }; return }",
			"type table map[int]int\nfunc f(m table) { for range m { } }",
			"import \"maps\"\nfunc f(m map[int]int) { for range maps.Keys(m) { } }",
		},
		good: []string{"func f(s []int, m map[int]int) (n int) { for _, v := range s { n += m[v] }; return }"},
	},
	{
		name: "no clock of the machine", why: "simulated time is the only time", find: clocks,
		bad: []string{
			"import \"time\"\nfunc f() time.Time { return time.Now() }",
			"import \"time\"\nfunc f(t time.Time) time.Duration { return time.Since(t) }",
			"import \"time\"\nvar wait = time.Sleep",
		},
		good: []string{"import \"time\"\nfunc f() time.Duration { return 3 * time.Second }"},
	},
	{
		name: "no source of randomness but rng", why: "every draw is keyed by its place", find: randomness,
		bad: []string{
			"import \"math/rand\"\nfunc f() int { return rand.Int() }",
			"import \"math/rand/v2\"\nfunc f() int { return rand.Int() }",
		},
		good: []string{"import \"math\"\nfunc f() float64 { return math.Sqrt(2) }"},
	},
	{
		name: "no function of math that differs between CPUs", why: "detmath is the same everywhere", find: mathCalls,
		bad: []string{
			"import \"math\"\nfunc f(x float64) float64 { return math.Exp(x) }",
			"import \"math\"\nfunc f(x float64) float64 { return math.Pow(x, 2) }",
			"import m \"math\"\nvar log = m.Log",
			"import . \"math\"\nfunc f(x float64) float64 { return Hypot(x, x) }",
		},
		good: []string{"import \"math\"\nfunc f(x float64) float64 { return math.Sqrt(math.Floor(x)) + math.Inf(1)*math.Pi }"},
	},
	{
		name: "no product that can fuse with a sum", why: "write float64(x*y) + z: arm64 rounds x*y + z once, amd64 twice", find: fusedProducts,
		bad: []string{
			"func f(x, y, z float64) float64 { return x*y + z }",
			"func f(x, y, z float64) float64 { return z - (x * y) }",
			"func f(x, y, z float64) float64 { return z + -(x * y) }",
			"func f(x, y, z float64) float64 { z += x * y; return z }",
			"func f(x, y, z float64) float64 { z -= x * y; return z }",
			"func f(x, y, z float64) float64 { p := x * y; return p + z }",
			"func f(x, y, z float64) float64 { x *= y; return z - x }",
			"func f(x, y float32) float32 { return x*y + 1 }",
			"func f(x, z float64) float64 { return 3*x + z }",
			"type metres float64\nfunc f(x, y, z metres) metres { return x*y + z }",
		},
		good: []string{
			"func f(x, y, z float64) float64 { return float64(x*y) + z }",
			"func f(x, y, z int) int { return x*y + z }",
			"func f(x float64) float64 { const k = 2.0 * 3; return k*1.5 + x/2 }",
			"func f(x, y, z float64) float64 { p := float64(x * y); return p + z }",
			"func f(x, z float64) float64 { return 2*x + z }",
		},
	},
	{
		name: "no goroutine of its own", why: "one run is single-threaded; replications share an errgroup", find: goStatements,
		bad:  []string{"func f() { go f() }"},
		good: []string{"func f() { defer f() }"},
	},
}

func mapRanges(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if t := u.info.TypeOf(n.X); t != nil {
				if _, ok := t.Underlying().(*types.Map); ok {
					out = append(out, u.found(n, "ranges over a map"))
				}
			}
		case *ast.Ident:
			if isFrom(u.info.Uses[n], "maps", "Keys", "Values", "All") {
				out = append(out, u.found(n, "iterates over a map by maps.%s", n.Name))
			}
		}
	})
	return out
}

// isFrom reports whether an object is one of the named ones of a package; all of
// the package's functions if there is no name.
func isFrom(o types.Object, path string, names ...string) bool {
	return o != nil && o.Pkg() != nil && o.Pkg().Path() == path && o.Parent() == o.Pkg().Scope() &&
		(len(names) == 0 || slices.Contains(names, o.Name()))
}

func clocks(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		if id, ok := n.(*ast.Ident); ok && isFrom(u.info.Uses[id], "time",
			"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker") {
			out = append(out, u.found(n, "time.%s", id.Name))
		}
	})
	return out
}

func randomness(u *unit) (out []finding) {
	for _, f := range u.files {
		for _, i := range f.Imports {
			switch path := strings.Trim(i.Path.Value, `"`); path {
			case "math/rand", "math/rand/v2", "crypto/rand", "hash/maphash", "math/cmplx":
				out = append(out, u.found(i, "imports %s", path))
			}
		}
	}
	return out
}

// exact are the functions of math whose result is exact, and so the same on
// every CPU, whatever instructions compute it.
var exact = []string{"Abs", "Ceil", "Copysign", "Float32bits", "Float64bits", "Float64frombits", "Floor", "Frexp", "Inf",
	"IsInf", "IsNaN", "Ldexp", "Max", "Min", "Mod", "Modf", "NaN", "Nextafter", "Round", "RoundToEven", "Signbit", "Sqrt", "Trunc"}

func mathCalls(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		id, ok := n.(*ast.Ident)
		if !ok {
			return
		}
		if fn, ok := u.info.Uses[id].(*types.Func); ok && isFrom(fn, "math") && !slices.Contains(exact, fn.Name()) {
			out = append(out, u.found(n, "math.%s", fn.Name()))
		}
	})
	return out
}

func goStatements(u *unit) (out []finding) {
	u.each(func(n ast.Node) {
		if _, ok := n.(*ast.GoStmt); ok {
			out = append(out, u.found(n, "starts a goroutine"))
		}
	})
	return out
}

// fusedProducts finds a product that is an operand of a sum, or was put in a
// variable that is: an assignment does not round.
func fusedProducts(u *unit) (out []finding) {
	held := u.productVariables()
	operand := func(e ast.Expr) bool {
		if u.isProduct(e) {
			return true
		}
		id, ok := bare(e).(*ast.Ident)
		return ok && held[u.info.Uses[id]]
	}
	u.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if (n.Op == token.ADD || n.Op == token.SUB) && u.isFloat(n) && (operand(n.X) || operand(n.Y)) {
				out = append(out, u.found(n, "a product inside a sum"))
			}
		case *ast.AssignStmt:
			if (n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN) && u.isFloat(n.Lhs[0]) && operand(n.Rhs[0]) {
				out = append(out, u.found(n, "a product added to a sum"))
			}
		}
	})
	return out
}

// productVariables are the variables that hold a product as it was computed.
func (u *unit) productVariables() map[types.Object]bool {
	held := make(map[types.Object]bool)
	hold := func(left, right ast.Expr) {
		if id, ok := left.(*ast.Ident); ok && u.isProduct(right) {
			held[u.object(id)] = true
		}
	}
	u.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			switch {
			case n.Tok == token.MUL_ASSIGN:
				if id, ok := n.Lhs[0].(*ast.Ident); ok && u.isFloat(id) {
					held[u.object(id)] = true
				}
			case len(n.Lhs) == len(n.Rhs) && (n.Tok == token.ASSIGN || n.Tok == token.DEFINE):
				for i := range n.Lhs {
					hold(n.Lhs[i], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i := range n.Values {
				if len(n.Values) == len(n.Names) {
					hold(n.Names[i], n.Values[i])
				}
			}
		}
	})
	delete(held, nil)
	return held
}

func (u *unit) object(id *ast.Ident) types.Object {
	if o := u.info.Defs[id]; o != nil {
		return o
	}
	return u.info.Uses[id]
}

// bare is an expression without parentheses and signs.
func bare(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.UnaryExpr:
			if x.Op != token.SUB && x.Op != token.ADD {
				return e
			}
			e = x.X
		default:
			return e
		}
	}
}

// isProduct reports a floating-point product that is computed when the program
// runs, and that rounds.
func (u *unit) isProduct(e ast.Expr) bool {
	b, ok := bare(e).(*ast.BinaryExpr)
	return ok && b.Op == token.MUL && u.isFloat(b) && !u.isPowerOfTwo(b.X) && !u.isPowerOfTwo(b.Y)
}

// isPowerOfTwo reports a constant 1, 2, 4, …: a product with it is exact, and
// fused or not the sum is the same.
func (u *unit) isPowerOfTwo(e ast.Expr) bool {
	v := u.info.Types[e].Value
	if v == nil {
		return false
	}
	x, _ := constant.Float64Val(constant.ToFloat(v))
	mantissa, exponent := math.Frexp(x)
	return mantissa == 0.5 && exponent >= 1
}

// isFloat reports a floating-point or complex expression that is no constant.
func (u *unit) isFloat(e ast.Expr) bool {
	tv, ok := u.info.Types[e]
	t := tv.Type
	if !ok {
		id, isIdent := e.(*ast.Ident)
		if !isIdent || u.object(id) == nil {
			return false
		}
		t = u.object(id).Type()
	}
	basic, isBasic := t.Underlying().(*types.Basic)
	return isBasic && basic.Info()&(types.IsFloat|types.IsComplex) != 0 && tv.Value == nil
}
