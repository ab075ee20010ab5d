package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFindListsTheScenariosUnderAFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.yaml": "scenario: b\n", "a/deep/c.yml": "# first a comment\nscenario: c\n", "wrong.yaml": "scenario: [\n", "topology.yaml": "topology: t\n",
		"notes.txt": "scenario: none\n", ".git/d.yaml": "scenario: d\n", "other.yaml": "a: [\n", "empty.yaml": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i], _ = filepath.Rel(dir, got[i])
	}
	if want := []string{filepath.Join("a", "deep", "c.yml"), "b.yaml", "wrong.yaml"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if one, err := Find(filepath.Join(dir, "b.yaml")); err != nil || len(one) != 1 {
		t.Errorf("of a file: %v, %v", one, err)
	}
	if _, err := Find(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there has scenarios")
	}
}
