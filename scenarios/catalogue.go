package scenarios

import (
	"embed"
	"io/fs"
	"strings"

	"faultline/topologies"
)

//go:embed *.yaml
var builtin embed.FS

// Builtin holds the built-in scenarios. They name the built-in topologies by
// ../topologies/.
func Builtin() fs.FS { return builtin }

// Entries lists the built-in scenarios.
func Entries() []topologies.Entry { return topologies.Entries(builtin, "scenario") }

// catalogue shows all built-in files as the project lays them out: scenarios/
// beside topologies/.
type catalogue struct{}

// Open opens a built-in file.
func (catalogue) Open(name string) (fs.File, error) {
	if inner, ok := strings.CutPrefix(name, "topologies/"); ok {
		return topologies.Builtin().Open(inner)
	}
	if inner, ok := strings.CutPrefix(name, "scenarios/"); ok {
		return builtin.Open(inner)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
