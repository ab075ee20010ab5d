package topologies

import (
	"slices"
	"strings"

	"faultline/sim/result"
	"faultline/topologies/strict"
)

// maxExtends bounds a chain of topologies that extend one another.
const maxExtends = 16

// extended lays a topology over the one that it extends, and that over its own:
// mappings merge, the rest replaces, none removes. Each value keeps the place in
// which it stands. The chain is the files up to this one, the first the one that
// was asked for; the sources are the files of the chain.
func (l *Loader) extended(chain []Location, root *strict.Node, sources *[]result.Source) *strict.Node {
	ref := root.Get("extends")
	if ref == nil || ref.IsNone() || ref.Kind() != strict.Scalar || ref.Text() == "" {
		return root // nothing, or refused when it is decoded
	}
	near, err := l.reference(chain[len(chain)-1], ref, "topology", ref.Text())
	if err != nil {
		l.Errs.At(ref, "%v", err)
		return root
	}
	begin := slices.IndexFunc(chain, func(at Location) bool { return at.String() == near.String() })
	switch {
	case begin >= 0:
		l.Errs.At(ref, "topologies extend each other in a circle: %s", circleOf(append(chain[begin:], near)))
		return root
	case len(chain) >= maxExtends:
		l.Errs.At(ref, "more than %d topologies extend one another; write fewer steps", maxExtends)
		return root
	}
	file, base := l.Open(near, ref)
	if base == nil || l.IsWrongKind(base, ref, "topology") {
		return root
	}
	if root.Get("topology") == nil {
		l.Errs.AtKey(root, "extends", "topology is missing: a variant has a name of its own")
	}
	*sources = addSource(*sources, Source(near, file.Text))
	base = l.extended(append(chain, near), base, sources)
	return strict.Merge(base.Without("extends"), root)
}

func circleOf(chain []Location) string {
	names := make([]string, len(chain))
	for i, at := range chain {
		names[i] = at.String()
	}
	return strings.Join(names, " → ")
}

// reference is the file that a value names: a path relative to the file in which
// the value stands, or a built-in one's name.
func (l *Loader) reference(at Location, ref *strict.Node, kind, name string) (Location, error) {
	if !IsPath(name) {
		return Find(kind, name)
	}
	return l.fileOf(ref, at).Near(name)
}
