package walls

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "faultline"

// listed is what go list says of one package, its test files left out.
type listed struct {
	ImportPath string
	Dir        string
	Export     string // file with its exported types
	Standard   bool
	GoFiles    []string
	Imports    []string
	Deps       []string
	Error      *struct{ Err string }
}

// ours reports whether the package is of this module.
func (p *listed) ours() bool {
	return p.ImportPath == module || strings.HasPrefix(p.ImportPath, module+"/")
}

// room is the package's path inside the module.
func (p *listed) room() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// list is all packages of the module and what they need, by go list -deps, and
// the standard packages that the snippets of the controls import.
var list = sync.OnceValues(func() (map[string]*listed, error) {
	cmd := exec.Command("go", "list", "-deps", "-export", "-pgo=off", // a profile makes packages of other names
		"-json=ImportPath,Dir,Export,Standard,GoFiles,Imports,Deps,Error",
		"./...", "math/rand", "math/rand/v2", "reflect", "os", "maps", "time", "math", "sync")
	cmd.Dir = top()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	all := make(map[string]*listed)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := new(listed)
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if p.Error != nil {
			return nil, fmt.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
		all[p.ImportPath] = p
	}
})

// top is the module's folder, two above this one.
func top() string { return filepath.Join("..", "..") }

// packages lists the module and its dependencies.
func packages(t *testing.T) map[string]*listed {
	t.Helper()
	all, err := list()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// unit is a package with its types: of the module, or a snippet.
type unit struct {
	path  string
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
	pkg   *types.Package
}

// finding is a place where a rule is broken.
type finding struct {
	at   token.Position
	what string
}

func (f finding) String() string {
	file := f.at.Filename
	if rel, err := filepath.Rel(absolute(top()), file); err == nil {
		file = rel
	}
	return fmt.Sprintf("%s:%d: %s", file, f.at.Line, f.what)
}

func absolute(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	return abs
}

func (u *unit) found(n ast.Node, format string, args ...any) finding {
	return finding{u.fset.Position(n.Pos()), fmt.Sprintf(format, args...)}
}

// each visits every node of the package.
func (u *unit) each(visit func(ast.Node)) {
	for _, f := range u.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				visit(n)
			}
			return true
		})
	}
}

// check gives types to parsed files.
func check(all map[string]*listed, path string, fset *token.FileSet, files []*ast.File) (*unit, error) {
	lookup := func(path string) (io.ReadCloser, error) {
		p := all[path]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no exported types of %s", path)
		}
		return os.Open(p.Export)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	pkg, err := config.Check(path, fset, files, info)
	return &unit{path, fset, files, info, pkg}, err
}

// units are the module's packages with their types, their tests left out.
func units(t *testing.T) []*unit {
	t.Helper()
	all := packages(t)
	var out []*unit
	for _, p := range all {
		if !p.ours() {
			continue
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		u, err := check(all, p.ImportPath, fset, files)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, u)
	}
	return out
}

// snippet is a package of one file with the given body, for a control. A first
// line "package sim/engine call.go" says where it pretends to stand.
func snippet(t *testing.T, text string) *unit {
	t.Helper()
	path, name := module+"/sim/snippet", "snippet.go"
	if head, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(head, "package ") {
		words := strings.Fields(head)
		path, name, text = module+"/"+words[1], words[2], rest
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, "package snippet\n"+text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	u, err := check(packages(t), path, fset, []*ast.File{f})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// rule is something that code must not do, with what proves that it is found.
type rule struct {
	name string
	why  string
	find func(*unit) []finding
	bad  []string // each must be found
	good []string // none must be
}

// hold runs the rules on the packages that where picks, and on their controls.
func hold(t *testing.T, rules []rule, where func(path string) bool) {
	all := units(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			tried := 0
			for _, u := range all {
				if !where(u.path) {
					continue
				}
				tried++
				for _, f := range r.find(u) {
					t.Errorf("%v (%s)", f, r.why)
				}
			}
			if tried == 0 {
				t.Error("no package was looked at")
			}
			for _, text := range r.bad {
				if len(r.find(snippet(t, text))) == 0 {
					t.Errorf("the rule does not find what it must in:\n%s", text)
				}
			}
			for _, text := range r.good {
				for _, f := range r.find(snippet(t, text)) {
					t.Errorf("the rule finds %q where nothing is wrong:\n%s", f.what, text)
				}
			}
		})
	}
}
