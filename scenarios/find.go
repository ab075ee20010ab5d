package scenarios

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"faultline/topologies"
	"faultline/topologies/strict"
)

// maxScenario bounds the files that Find looks into, in bytes: no scenario is so
// long.
const maxScenario = 4 << 20

// Find lists the scenarios under a folder, sorted: the YAML files with the key
// scenario, also those with mistakes. Folders whose names begin with a dot are left
// out. The path of a file is that file.
func Find(dir string) ([]string, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: no such folder", dir)
	case !info.IsDir():
		return []string{dir}, nil
	}
	var found []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path)):
			return nil
		}
		is, err := isScenario(path)
		if is {
			found = append(found, path)
		}
		return err
	})
	slices.Sort(found)
	return found, err
}

func isScenario(path string) (bool, error) {
	if info, err := os.Stat(path); err != nil || info.Size() > maxScenario {
		return false, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	root := strict.Parse(path, text, new(strict.Errors)).Root
	if root == nil { // not even YAML; whoever wrote it meant one if it says so
		return strings.HasPrefix(string(text), "scenario:") || strings.Contains(string(text), "\nscenario:"), nil
	}
	return topologies.KindOf(root) == "scenario", nil
}
