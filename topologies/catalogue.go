package topologies

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"faultline/topologies/strict"
)

//go:embed */*.yaml
var catalogue embed.FS

// Builtin holds the built-in applications and topologies, one folder an
// application.
func Builtin() fs.FS { return catalogue }

// Entry is one file of the built-in catalogue.
type Entry struct {
	Name        string // of the topology, application or scenario
	Kind        string // "topology", "application", "scenario"
	File        string // path in the catalogue
	Description string // the first sentence of its opening comment
}

// kindKeys tell the kinds of files apart, by the first of these keys that a file
// has: a topology names its application, and a scenario its topologies.
var kindKeys = []string{"scenario", "topology", "application"}

// Entries lists the YAML files of a catalogue that are of one of the given kinds,
// in the order of their paths.
func Entries(fsys fs.FS, kinds ...string) []Entry {
	var list []Entry
	// The error can only be the one that the function returns, which is none: the
	// catalogue is part of the program.
	_ = fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".yaml" {
			return nil
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil
		}
		root := strict.Parse(file, text, new(strict.Errors)).Root
		if kind := KindOf(root); slices.Contains(kinds, kind) {
			list = append(list, Entry{root.Get(kind).Text(), kind, file, firstSentence(string(text))})
		}
		return nil
	})
	return list
}

// KindOf says what a file is: "scenario", "topology", "application", or "".
func KindOf(root *strict.Node) string {
	for _, k := range kindKeys {
		if root.Get(k) != nil {
			return k
		}
	}
	return ""
}

// firstSentence is that of the comment which a file begins with.
func firstSentence(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line, comment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !comment || line == "" {
			break
		}
		words = append(words, strings.Fields(line)...)
	}
	all := strings.Join(words, " ")
	if end := strings.Index(all, ". "); end >= 0 {
		return all[:end+1]
	}
	return all
}

// topologiesOnly shows the catalogue's topologies under topologies/, where the
// project has them.
type topologiesOnly struct{}

func (topologiesOnly) Open(name string) (fs.File, error) {
	if inner, ok := strings.CutPrefix(name, "topologies/"); ok {
		return catalogue.Open(inner)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Find is the built-in topology or application (kind) of a name.
func Find(kind, name string) (Location, error) {
	entries := Entries(catalogue, kind)
	var names []string
	for _, e := range entries {
		if e.Name == name {
			return InCatalogue(topologiesOnly{}, "topologies/"+e.File), nil
		}
		names = append(names, e.Name)
	}
	return Location{}, fmt.Errorf("no built-in %s %s%s; a path ends in .yaml", kind, strict.Quote(name), strict.DidYouMean(name, names))
}

// IsPath reports whether a reference is a path rather than a built-in name.
func IsPath(ref string) bool {
	return strings.ContainsAny(ref, `/\`) || strings.HasSuffix(ref, ".yaml") || strings.HasSuffix(ref, ".yml")
}
