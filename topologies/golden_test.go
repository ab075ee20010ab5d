package topologies

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"faultline/topologies/strict"
)

var update = flag.Bool("update", false, "write what the tests see into their golden files")

// memory makes a file system of an archive's files.
func memory(a *txtar.Archive) fstest.MapFS {
	files := fstest.MapFS{}
	for _, f := range a.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// loadFrom loads topology.yaml of an archive, with the overrides in its file set.
func loadFrom(t *testing.T, a *txtar.Archive) (*Topology, error) {
	t.Helper()
	files := memory(a)
	var lines []string
	if f := files["set"]; f != nil {
		lines = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
	}
	set, err := ParseSets(lines)
	if err != nil {
		return nil, err
	}
	l := NewLoader(new(strict.Errors))
	top := l.Topology(InFS(files, "topology.yaml"), nil, func(string) []Override { return set })
	return top, l.Errs.Err()
}

// golden runs see on each archive of a folder and compares the text with the
// archive's last file, want.
func golden(t *testing.T, pattern string, see func(*testing.T, *txtar.Archive) string) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := see(t, a)
			last := &a.Files[len(a.Files)-1]
			if last.Name != "want" {
				t.Fatalf("the last file is %s, not want", last.Name)
			}
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(last.Data) {
				t.Errorf("got:\n%s\nwant:\n%s", got, last.Data)
			}
		})
	}
}

func TestErrorsSayWhereWhatAndWhatWouldBeRight(t *testing.T) {
	golden(t, "testdata/errors/*.txtar", func(t *testing.T, a *txtar.Archive) string {
		top, err := loadFrom(t, a)
		if err == nil {
			t.Fatalf("nothing was refused: %+v", top)
		}
		return err.Error() + "\n"
	})
}

func TestGoodFilesBecomeStationsAndEdges(t *testing.T) {
	golden(t, "testdata/good/*.txtar", func(t *testing.T, a *txtar.Archive) string {
		top, err := loadFrom(t, a)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, s := range top.System.Stations {
			lines = append(lines, stationText(top.System, s))
		}
		lines = append(lines, edgeTexts(top.System)...)
		for _, w := range top.Warnings {
			lines = append(lines, "warning: "+w)
		}
		return strings.Join(lines, "\n") + "\n"
	})
}
