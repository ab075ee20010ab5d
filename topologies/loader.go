package topologies

import (
	"slices"
	"strings"

	"faultline/sim/result"
	"faultline/sim/step"
	"faultline/topologies/strict"
)

// Loader loads topologies that belong together: it reads each application once,
// and collects all errors.
type Loader struct {
	Errs  *strict.Errors
	apps  map[string]*application
	files map[string]Location // of this load, by their path in messages
	read  map[string][]byte   // files of data, by the same
	taken int                 // bytes of data that values have read, each time that they have
}

// NewLoader returns a loader whose errors go to errs.
func NewLoader(errs *strict.Errors) *Loader {
	return &Loader{Errs: errs, apps: make(map[string]*application), files: make(map[string]Location), read: make(map[string][]byte)}
}

// application is an application with where its parts stand.
type application struct {
	*Application
	root       *strict.Node
	components *strict.Node    // where an error about them all stands
	sources    []result.Source // its file, then the files of data that it names; none of a single-file topology
	ops        []operation
	index      map[string]int // of ops, by component.operation
	byName     map[string]*Component
	stores     map[string]*Store
	calls      [][]string // of each journey: the operations that it calls
	warnings   []string
	sound      bool // nothing wrong: it can be lowered
}

// operation is one operation with the calls, reads and writes in it.
type operation struct {
	name      string // component.operation
	component int
	spec      *step.Operation
	refs      []reference
	reached   bool // by some journey
}

// reference is a step that names something else.
type reference struct {
	path string
	node *strict.Node // the step's mapping
	step any          // *step.Call, *step.Read, *step.Write; *step.CPU, *step.Cached, which users have none of
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
	l.files[at.String()] = at
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
	t := &Topology{At: at.String(), Sources: []result.Source{Source(at, file.Text)}}
	set := setFor(root.Get("topology").Text())
	root = l.extended([]Location{at}, root, &t.Sources)
	own, inner := splitSet(set)
	if !states(root, "application") && !setsApplication(own) { // a single file: all keys are its own
		own, inner = set, nil
	}
	root = l.Apply(root, own)
	var spec Spec
	decoder := l.Decoder(at, &t.Sources)
	refs := l.decode(decoder, root, &spec)
	l.checkSpec(&spec, root)
	t.Name = spec.Name
	app := l.applicationOf(&spec, at, root, refs, inner)
	if app == nil {
		return t
	}
	t.Application = app.Application
	t.ApplicationDigest = DigestOf(app.sources, inner)
	if app.sources == nil {
		t.ApplicationDigest = DigestOf(t.Sources, inner)
	}
	for _, s := range app.sources {
		t.Sources = addSource(t.Sources, s)
	}
	t.Digest = DigestOf(t.Sources, set)
	decoder.Visit = nil
	c := &cut{l: l, app: app, root: root, spec: &spec, decoder: decoder}
	c.place()
	if l.Errs.Len() > before || !app.sound {
		return t
	}
	t.System = c.lower()
	t.Warnings = append(slices.Clone(app.warnings), c.warnings()...)
	t.cut = c
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

// states reports a key that is there, and not taken away by a none.
func states(root *strict.Node, key string) bool {
	n := root.Get(key)
	return n != nil && !n.Removed()
}

// decode fills dst and returns the references of each operation and each journey
// by its path.
func (l *Loader) decode(d *strict.Decoder, root *strict.Node, dst any) map[string][]reference {
	refs := make(map[string][]reference)
	var pending []reference // of the operation whose steps are being decoded
	d.Visit = func(path string, n *strict.Node, v any) {
		switch v.(type) {
		case *step.Call, *step.Read, *step.Write, *step.CPU, *step.Cached:
			pending = append(pending, reference{path, n, v})
		case *step.Operation, *Journey:
			for _, r := range pending {
				if strings.HasPrefix(r.path, path+".") {
					refs[path] = append(refs[path], r)
				} else { // of an operation that has been refused: its names are checked all the same
					refs[""] = append(refs[""], r)
				}
			}
			pending = pending[:0]
		}
	}
	d.Decode(root, "", dst)
	return refs
}

// applicationOf loads the application that a topology names, or makes that which
// it states itself; nil if there is nothing to use.
func (l *Loader) applicationOf(spec *Spec, at Location, root *strict.Node, refs map[string][]reference, set []Override) *application {
	if !states(root, "application") {
		return l.singleFile(spec, root, refs)
	}
	ref := root.Get("application")
	if spec.Application == "" {
		l.Errs.At(ref, "application: the path is empty") // unless the value has been refused already
		return nil
	}
	near, err := l.reference(at, ref, "application", spec.Application)
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
		sources: []result.Source{Source(at, file.Text)}}
	refs := l.decode(l.Decoder(at, &app.sources), root, app.Application)
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
