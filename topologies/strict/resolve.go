package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// Resolved is a value in force.
type Resolved struct {
	Path   string // as for --set
	Value  string
	Origin string // "path:line", "default", or a flag's name
}

// Resolve lists every tagged leaf that is in force when n is decoded into the
// type that v points to: those written, and those with a default. A value that a
// type spells as one text is one leaf, and so is none. The order is that of the
// file, then that of the fields. The paths begin with path.
func Resolve(n *Node, v any, path string) (list []Resolved) {
	new(Decoder).Resolve(n, v, path, func(r Resolved) { list = append(list, r) })
	return list
}

// Resolve is [Resolve] with what the Decoder remembers of types, for callers that
// resolve thousands of nodes: it hands the leaves to a function, one by one. Errors are
// left aside: decoding has reported them.
func (d *Decoder) Resolve(n *Node, v any, path string, leaf func(Resolved)) {
	if d.resolver == nil {
		d.resolver = &Decoder{Errs: new(Errors)}
	}
	d.resolver.leaf = func(path, value, origin string) { leaf(Resolved{path, value, origin}) }
	d.resolver.Decode(n, path, reflect.New(reflect.TypeOf(v).Elem()).Interface())
}

// leafAt tells Resolve of a value at the current path.
func (d *Decoder) leafAt(n *Node, v reflect.Value) {
	if d.leaf != nil {
		d.leaf(JoinPath(d.path...), spell(n, v), d.originOf(n))
	}
}

// originOf is the node's Origin; those of one line follow one another.
func (d *Decoder) originOf(n *Node) string {
	if d.origin == "" || n.file != d.last.file || n.line != d.last.line {
		d.last, d.origin = Node{file: n.file, line: n.line}, n.Origin()
	}
	return d.origin
}

// rawLeaves tells Resolve of the scalars of an undecoded tree.
func (d *Decoder) rawLeaves(n *Node) {
	switch {
	case d.leaf == nil:
	case n.kind == Scalar:
		d.leafAt(n, reflect.ValueOf(n.text))
	default:
		for _, p := range n.Pairs() {
			d.inside(p.Key.text, func() bool { d.rawLeaves(p.Value); return true })
		}
		for i, item := range n.Items() {
			d.inside(strconv.Itoa(i), func() bool { d.rawLeaves(item); return true })
		}
	}
}

// spell writes a value as its type does, or else as it was written.
func spell(n *Node, v reflect.Value) string {
	if v.CanAddr() {
		switch p := v.Addr().Interface().(type) {
		case encoding.TextMarshaler:
			if text, err := p.MarshalText(); err == nil {
				return string(text)
			}
		case fmt.Stringer:
			return p.String()
		case encoding.TextUnmarshaler:
			return n.text
		}
	}
	return fmt.Sprint(v.Interface())
}
