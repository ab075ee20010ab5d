package walls

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPropertyTestsDrawTheSameEachTime: a package whose tests draw with rapid
// fixes the seed in its TestMain.
func TestPropertyTestsDrawTheSameEachTime(t *testing.T) {
	draws, fixed := map[string]string{}, map[string]bool{}
	err := filepath.WalkDir(top(), func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join(top(), "cmd", "walls") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if strings.Contains(string(text), `"pgregory.net/rapid"`) {
			draws[dir] = path
		}
		if strings.Contains(string(text), "{ seeded.Main(m) }") {
			fixed[dir] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(draws) == 0 {
		t.Error("no property tests found")
	}
	for dir, path := range draws {
		if !fixed[dir] {
			t.Errorf("%s draws with rapid: give its package a TestMain that calls seeded.Main", path)
		}
	}
}
