package topologies

import (
	"slices"

	"faultline/sim/result"
	"faultline/sim/step"
	"faultline/topologies/strict"
)

// Loader loads topologies that belong together: it reads each application once,
// and collects all errors.
type Loader struct {
	Errs *strict.Errors
	apps map[string]*application
}

// NewLoader returns a loader whose errors go to errs.
func NewLoader(errs *strict.Errors) *Loader {
	return &Loader{Errs: errs, apps: make(map[string]*application)}
}

// application is an application with where its parts stand.
type application struct {
	*Application
	root       *strict.Node
	components *strict.Node // where an error about them all stands
	source     result.Source
	ops        []operation
	index      map[string]int // of ops, by component.operation
	byName     map[string]*Component
	stores     map[string]*Store
	warnings   []string
	sound      bool // nothing wrong: it can be lowered
}

// operation is one operation with the calls, reads and writes in it.
type operation struct {
	name      string // component.operation
	component int
	steps     step.List
	refs      []reference
	reached   bool // by some journey
}

// reference is a step that names something else.
type reference struct {
	node *strict.Node // the step's mapping
	step any          // *step.Call, *step.Read or *step.Write
}

// ApplicationKeys are the first segments of an override that change the
// application, where a topology has one.
var ApplicationKeys = []string{"components", "stores", "topics", "journeys"}

// Keys are the first segments of an override that change a topology.
var Keys = []string{"topology", "application", "zones", "services", "databases", "edges", "network", "extends", "brokers",
	"consistency", "gateway", "discovery", "orchestrator", "mesh", "observability", "cost"}

// Open reads and parses the file at a location. What is wrong with the reference
// is reported at from, nil for a path that a user typed. The root is nil if
// there is nothing to use.
func (l *Loader) Open(at Location, from *strict.Node) (*strict.File, *strict.Node) {
	text, err := at.Read()
	if err != nil {
		l.Errs.At(from, "%s: %v", at, err)
		return nil, nil
	}
	file := strict.Parse(at.String(), text, l.Errs)
	return file, file.Root
}

// IsWrongKind reports a file that is plainly of another kind than what is
// needed, so that not each of its keys becomes an error.
func (l *Loader) IsWrongKind(root, from *strict.Node, need string) bool {
	kind := KindOf(root)
	switch {
	case kind == need, kind == "":
		return false
	case kind == "application" && root.Get("components") == nil:
		return false // something that only lacks its first line
	}
	l.Errs.AtKey(root, kind, "this file is of the kind %s; one of the kind %s is needed", kind, need)
	return true
}

// Apply is the tree with overrides.
func (l *Loader) Apply(root *strict.Node, set []Override) *strict.Node {
	for _, o := range set {
		changed, err := strict.SetFlag(root, o.Flag, o.Text, o.Path, o.Value)
		if err != nil {
			l.Errs.At(nil, "%v", err)
			continue
		}
		root = changed
	}
	return root
}

// Topology loads one topology, with the overrides that are set for its name. It
// returns nil if there is nothing to use of it, and one without a System if there
// was an error, which Errs holds.
func (l *Loader) Topology(at Location, from *strict.Node, setFor func(name string) []Override) *Topology {
	before := l.Errs.Len()
	file, root := l.Open(at, from)
	if root == nil || l.IsWrongKind(root, from, "topology") {
		return nil
	}
	set := setFor(root.Get("topology").Text())
	own, inner := splitSet(set)
	if root.Get("application") == nil && !setsApplication(own) { // a single file: all keys are its own
		own, inner = set, nil
	}
	root = l.Apply(root, own)
	var spec Spec
	refs := l.decode(root, &spec)
	l.checkSpec(&spec, root)
	t := &Topology{Name: spec.Name, At: at.String(), Sources: []result.Source{Source(at, file.Text)}}
	var app *application
	if ref := root.Get("application"); ref != nil {
		app = l.applicationOf(at, ref, spec.Application, inner)
	} else {
		app = l.singleFile(&spec, root, refs)
	}
	if app == nil {
		return t
	}
	t.Application = app.Application
	if app.source.Path != "" {
		t.Sources = addSource(t.Sources, app.source)
	}
	t.Digest = DigestOf(t.Sources, set)
	t.ApplicationDigest = DigestOf(t.Sources[len(t.Sources)-1:], inner)
	c := &cut{l: l, app: app, root: root, spec: &spec}
	c.place()
	if l.Errs.Len() > before || !app.sound {
		return t
	}
	t.System = c.lower()
	t.Warnings = append(slices.Clone(app.warnings), c.warnings()...)
	t.Resolved, t.cut = c.resolved(), c
	return t
}

// splitSet separates the overrides of a topology from those of its application.
func splitSet(set []Override) (own, inner []Override) {
	for _, o := range set {
		if head, _ := o.Head(); slices.Contains(ApplicationKeys, head) {
			inner = append(inner, o)
		} else {
			own = append(own, o)
		}
	}
	return own, inner
}

func setsApplication(set []Override) bool {
	return slices.ContainsFunc(set, func(o Override) bool { return o.Path == "application" })
}

// decode fills dst and returns the references of each operation by its path.
func (l *Loader) decode(root *strict.Node, dst any) map[string][]reference {
	refs := make(map[string][]reference)
	var pending []reference // of the operation whose steps are being decoded
	d := strict.Decoder{Errs: l.Errs, Visit: func(path string, n *strict.Node, v any) {
		switch v.(type) {
		case *step.Call, *step.Read, *step.Write:
			pending = append(pending, reference{n, v})
		case *step.Operation:
			refs[path] = pending
			pending = nil
		}
	}}
	d.Decode(root, "", dst)
	return refs
}

// applicationOf loads the application that a topology names at a node.
func (l *Loader) applicationOf(at Location, ref *strict.Node, name string, set []Override) *application {
	if name == "" {
		return nil // reported when it was decoded
	}
	near, err := at.Near(name)
	if !IsPath(name) {
		near, err = Find("application", name)
	}
	if err != nil {
		l.Errs.At(ref, "%v", err)
		return nil
	}
	return l.application(near, ref, set)
}

// application loads an application, once.
func (l *Loader) application(at Location, from *strict.Node, set []Override) *application {
	key := at.String()
	for _, o := range set {
		key += "\n" + o.Text
	}
	if app, ok := l.apps[key]; ok {
		return app
	}
	l.apps[key] = nil
	before := l.Errs.Len()
	file, root := l.Open(at, from)
	if root == nil || l.IsWrongKind(root, from, "application") {
		return nil
	}
	root = l.Apply(root, set)
	app := &application{Application: new(Application), root: root, components: root.Get("components"),
		source: Source(at, file.Text)}
	refs := l.decode(root, app.Application)
	l.checkApplication(app, refs, "components", before)
	l.apps[key] = app
	return app
}

// singleFile makes the application of a topology that states it itself: each
// service with operations is a component of the same name.
func (l *Loader) singleFile(spec *Spec, root *strict.Node, refs map[string][]reference) *application {
	before := l.Errs.Len()
	app := &application{Application: &Application{Name: spec.Name, Stores: spec.Stores, Journeys: spec.Journeys},
		root: root, components: root.Get("services")}
	for _, s := range spec.Services {
		if s.Key == "*" || s.Value.Operations == nil {
			continue
		}
		app.Components = append(app.Components, strict.Entry[Component]{Key: s.Key, KeyNode: s.KeyNode, Node: s.Node,
			Value: Component{Operations: s.Value.Operations}})
	}
	if root.Get("journeys") == nil {
		l.Errs.AtKey(root, "topology", "journeys is missing: a topology names its application, or states operations under services, and journeys")
	}
	l.checkApplication(app, refs, "services", before)
	return app
}
