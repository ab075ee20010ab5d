package scenarios

import (
	"faultline/topologies"
	"faultline/topologies/strict"
)

// Validated is a file in which nothing is wrong, with all that it names.
type Validated struct {
	Kind       string // scenario, topology or application
	Name       string
	Topologies []string // of a scenario, by name
	Files      []string // that were read, the file itself first
	Warnings   []string
}

// Validate checks the scenario, topology or application at a path, or the
// built-in one of that name, with all that it names. The error is that of Load.
func Validate(ref string, o Options) (*Validated, error) {
	kind, err := kindOf(ref, o.Root)
	if err != nil {
		return nil, err
	}
	if kind == "scenario" {
		s, err := Load(ref, o)
		if err != nil {
			return nil, err
		}
		v := &Validated{Kind: kind, Name: s.Name, Warnings: s.Warnings}
		for _, src := range s.Sources {
			v.Files = append(v.Files, src.Path)
		}
		for i, p := range s.Plans() {
			v.Topologies = append(v.Topologies, s.Topologies[i].Name)
			for _, w := range p.Warnings {
				v.Warnings = append(v.Warnings, s.Topologies[i].Name+": "+w)
			}
		}
		return v, nil
	}
	inner := topologies.Options{Root: o.Root, Set: o.Set}
	if kind == "application" {
		app, err := topologies.LoadApplication(ref, inner)
		if err != nil {
			return nil, err
		}
		return &Validated{Kind: kind, Name: app.Name, Files: []string{ref}}, nil
	}
	t, err := topologies.Load(ref, inner)
	if err != nil {
		return nil, err
	}
	v := &Validated{Kind: kind, Name: t.Name, Warnings: t.Warnings}
	for _, src := range t.Sources {
		v.Files = append(v.Files, src.Path)
	}
	return v, nil
}

// kindOf looks which kind of file a reference means. What is none is left to be
// refused as a scenario, with its place.
func kindOf(ref, root string) (string, error) {
	if !topologies.IsPath(ref) {
		for _, e := range append(Entries(), topologies.Entries(topologies.Builtin(), "topology", "application")...) {
			if e.Name == ref {
				return e.Kind, nil
			}
		}
	}
	at, err := Open(ref, root)
	if err != nil {
		return "", err
	}
	text, err := at.Read()
	if err != nil {
		return "scenario", nil // Load says why
	}
	file := strict.Parse(at.String(), text, new(strict.Errors))
	if kind := topologies.KindOf(file.Root); kind != "" {
		return kind, nil
	}
	return "scenario", nil
}
