package topologies

import (
	"flag"
	"fmt"
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
		lines = append(lines, moreOfSystem(top)...)
		for _, w := range top.Warnings {
			lines = append(lines, "warning: "+w)
		}
		return strings.Join(lines, "\n") + "\n"
	})
}

// moreOfSystem is what most systems have none of.
func moreOfSystem(top *Topology) (lines []string) {
	sys := top.System
	for _, p := range sys.Pools {
		lines = append(lines, fmt.Sprintf("pool %s -> %s size=%d timeout=%v", sys.Stations[p.From].Name, sys.Stations[p.To].Name, p.Size, p.Timeout))
	}
	if !sys.Cost.Assumed {
		lines = append(lines, fmt.Sprintf("cost %+v", sys.Cost))
	}
	for _, op := range sys.Ops {
		if op.ErrorRate > 0 || op.Memory > 0 || op.Size != 1<<10 {
			lines = append(lines, fmt.Sprintf("operation %s errors=%g memory=%d size=%d", op.Name, op.ErrorRate, op.Memory, op.Size))
		}
	}
	for _, d := range sys.Dists {
		if strings.Contains(d.String(), ".csv") {
			lines = append(lines, fmt.Sprintf("%s mean=%v", d, d.Mean()))
		}
	}
	for _, s := range top.Sources[1:] {
		if s.Path != "app.yaml" {
			lines = append(lines, "source "+s.Path)
		}
	}
	return lines
}
