package topologies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"faultline/topologies/strict"
)

// tree writes files into a temporary folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const tiny = "topology: t\napplication: %s\nservices: { s: { components: rest } }\n"

const tinyApplication = "application: a\ncomponents: { c: { operations: { do: [ { cpu: 1ms } ] } } }\njourneys: { j: { call: c.do } }\n"

func TestPathsStayInsideTheRoot(t *testing.T) {
	dir := folder(t, map[string]string{
		"repo/.git/HEAD":      "",
		"repo/app.yaml":       tinyApplication,
		"repo/deep/er/t.yaml": strings.Replace(tiny, "%s", "../../app.yaml", 1),
		"repo/out.yaml":       strings.Replace(tiny, "%s", "../app.yaml", 1),
		"repo/link.yaml":      strings.Replace(tiny, "%s", "inside.yaml", 1),
		"repo/escape.yaml":    strings.Replace(tiny, "%s", "outside.yaml", 1),
		"repo/absolute.yaml":  strings.Replace(tiny, "%s", "/etc/app.yaml", 1),
		"repo/folder.yaml":    strings.Replace(tiny, "%s", "deep.yaml", 1),
		"app.yaml":            tinyApplication,
	})
	for from, to := range map[string]string{"inside.yaml": "app.yaml", "outside.yaml": "../app.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, "repo", from)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "repo", "deep.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, file, root, want string }{
		{"up, within the nearest folder with .git", "repo/deep/er/t.yaml", "", ""},
		{"a link within it", "repo/link.yaml", "", ""},
		{"out of it", "repo/out.yaml", "", "repo/out.yaml:2:14: \"../app.yaml\" leads outside the root"},
		{"out of it, with a wider root", "repo/out.yaml", "..", ""},
		{"a link out of it", "repo/escape.yaml", "", "repo/escape.yaml:2:14: \"outside.yaml\" leads outside the root"},
		{"an absolute path", "repo/absolute.yaml", "", "repo/absolute.yaml:2:14: \"/etc/app.yaml\" is not a relative path"},
		{"a folder", "repo/folder.yaml", "", "repo/folder.yaml:2:14: deep.yaml: not a regular file"},
		{"a root that does not hold the file", "repo/out.yaml", "repo/deep", "outside the root"},
		{"no such file", "repo/none.yaml", "", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := test.root
			if root != "" {
				root = filepath.Join(dir, "repo", root)
				if test.root == "repo/deep" {
					root = filepath.Join(dir, test.root)
				}
			}
			_, err := Load(filepath.Join(dir, test.file), Options{Root: root})
			switch want := strings.TrimPrefix(test.want, "repo/"); {
			case want == "" && err != nil:
				t.Fatal(err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Fatalf("error %v, want %s", err, want)
			}
		})
	}
}

func TestWithoutGitTheRootIsTheWorkingFolderOrTheFilesOwn(t *testing.T) {
	dir := folder(t, map[string]string{
		"here/sub/t.yaml": strings.Replace(tiny, "%s", "../app.yaml", 1),
		"here/app.yaml":   tinyApplication,
		"else/t.yaml":     strings.Replace(tiny, "%s", "../here/app.yaml", 1),
	})
	t.Chdir(filepath.Join(dir, "here"))
	top, err := Load("sub/t.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if top.At != "sub/t.yaml" || top.Sources[1].Path != "app.yaml" {
		t.Errorf("at %s, sources %s", top.At, top.Sources[1].Path)
	}
	if _, err := Load("../else/t.yaml", Options{}); err == nil || !strings.Contains(err.Error(), "outside the root") {
		t.Errorf("out of the file's own folder: %v", err)
	}
}

// Whoever has the file can check it: printf 'topology: x\n' | sha256sum.
func TestTheDigestOfAFileIsThatOfSha256sum(t *testing.T) {
	s := Source(Location{tree: &tree{}, name: "x.yaml"}, []byte("topology: x\n"))
	if want := "sha256:d0bb7bd5ddc12551df489c573918027effe31deecc0d007180af002b51d9b0e0"; s.Digest != want {
		t.Errorf("digest %s, want %s", s.Digest, want)
	}
}

func TestTheDigestIsOfTheTextAndNotOfItsPlace(t *testing.T) {
	load := func(prefix string) *Topology {
		l := NewLoader(new(strict.Errors))
		files := fstest.MapFS{prefix + "t.yaml": {Data: []byte(strings.Replace(tiny, "%s", "app.yaml", 1))}, prefix + "app.yaml": {Data: []byte(tinyApplication)}}
		top := l.Topology(InFS(files, prefix+"t.yaml"), nil, func(string) []Override { return nil })
		if err := l.Errs.Err(); err != nil {
			t.Fatal(err)
		}
		return top
	}
	if a, b := load(""), load("moved/"); a.Digest != b.Digest || a.Sources[0].Path == b.Sources[0].Path {
		t.Errorf("%s at %s, %s at %s", a.Digest, a.Sources[0].Path, b.Digest, b.Sources[0].Path)
	}
}

func TestBuiltInFilesLoadWithoutAnyWarning(t *testing.T) {
	entries := Entries(Builtin(), "topology", "application")
	if len(entries) < 3 {
		t.Fatalf("%d built-in files", len(entries))
	}
	for _, e := range entries {
		t.Run(e.Name+" "+e.Kind, func(t *testing.T) {
			if e.Description == "" {
				t.Errorf("%s does not begin with a comment that says what it is", e.File)
			}
			if e.Kind == "application" {
				if _, err := LoadApplication(e.Name, Options{}); err != nil {
					t.Error(err)
				}
				return
			}
			top, err := Load(e.Name, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range top.Warnings {
				t.Error(w)
			}
		})
	}
	if _, err := Load("shop-monolit", Options{}); err == nil || !strings.Contains(err.Error(), `did you mean "shop-monolith"?`) {
		t.Errorf("a misspelt name: %v", err)
	}
}

// The comparison is of architectures, not of hardware.
func TestTheShopsTopologiesHaveEqualHardware(t *testing.T) {
	var want string
	for _, name := range []string{"shop-monolith", "shop-microservices"} {
		top, err := Load(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		cores := map[string]float64{}
		for _, s := range top.System.Stations {
			if k := s.Kind.String(); k == "service" || k == "database" {
				cores[k] += s.Cores * float64(s.Replicas)
			}
		}
		if want == "" {
			want = fmtCores(cores)
		}
		if got := fmtCores(cores); got != want {
			t.Errorf("%s has %s, the first %s", name, got, want)
		}
	}
}
