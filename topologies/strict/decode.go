package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// Decode fills dst, a pointer to a struct, slice or Map, from a node. What is
// wrong goes to errs, and all that is right is filled nevertheless. It reports
// whether nothing was wrong. A nil node, whose file Parse has refused, decodes
// nothing and adds no error.
func Decode(n *Node, dst any, errs *Errors) bool {
	return (&Decoder{Errs: errs}).Decode(n, "", dst)
}

// Decoder decodes many nodes of one load; it remembers the types that it has met.
type Decoder struct {
	Errs *Errors

	// Visit, if set, is called for each struct that was decoded without error,
	// inner ones first: v is the pointer to it (for a union, what its New
	// returned). So a caller checks typed references without walking the tree:
	// case *step.Call: d.Errs.At(n.Get("call"), …).
	Visit func(path string, n *Node, v any)

	// Open reads a file that a value names, for values with an Open method; n is
	// the value, whose file the name is relative to. Without it such values are
	// refused.
	Open func(n *Node, name string) ([]byte, error)

	leaf     func(path, value, origin string) // for Resolve
	resolver *Decoder                         // what Resolve remembers of types
	last     Node                             // whose Origin was asked for last
	origin   string
	path     []string
	layouts  map[reflect.Type]*layout
	kinds    map[reflect.Type][]string // of unions
	defaults map[string]*Node
}

// What a type may have; see the package comment.
type (
	shortKey interface{ ShortKey() string }
	union    interface {
		Kinds() []string
		New(kind string) any
		Set(kind string, v any)
	}
	validator interface{ Validate() error }
	opener    interface {
		Open(func(name string) ([]byte, error)) error
	}
)

// Decode is [Decode] for a node that stands at a path of the whole ("" for the
// root), which errors show.
func (d *Decoder) Decode(n *Node, path string, dst any) bool {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("strict: Decode needs a pointer, not %T", dst))
	}
	if n == nil {
		return false
	}
	d.path = d.path[:0]
	if path != "" {
		segments, err := splitPath(path)
		if err != nil {
			segments = []string{path}
		}
		d.path = append(d.path, segments...)
	}
	return d.value(n, v.Elem(), nil)
}

// prefix is the path of the value being decoded, as errors begin with it.
func (d *Decoder) prefix() string {
	if len(d.path) == 0 {
		return ""
	}
	return d.where() + ": "
}

// where is the path for people: segments are cut, and the front is left out of
// a long one.
func (d *Decoder) where() string {
	path := d.path[max(0, len(d.path)-8):]
	short := make([]string, len(path))
	for i, s := range path {
		short[i] = cut(s, maxQuoted)
	}
	if len(path) < len(d.path) {
		return "…" + JoinPath(short...)
	}
	return JoinPath(short...)
}

func (d *Decoder) errorf(n *Node, format string, args ...any) bool {
	d.Errs.At(n, "%s%s", d.prefix(), fmt.Sprintf(format, args...))
	return false
}

// inside decodes a part under one more segment of the path.
func (d *Decoder) inside(segment string, decode func() bool) bool {
	d.path = append(d.path, segment)
	ok := decode()
	d.path = d.path[:len(d.path)-1]
	return ok
}

// value decodes n into v, which is addressable. The field, if there is one,
// holds the bounds of a scalar.
func (d *Decoder) value(n *Node, v reflect.Value, f *field) bool {
	if n.flags&bad != 0 {
		return false
	}
	if p, ok := v.Addr().Interface().(**Node); ok {
		*p = n
		d.rawLeaves(n)
		return true
	}
	if n.IsNull() {
		return d.errorf(n, "no value; write one, or leave the key out")
	}
	if v.Kind() == reflect.Pointer {
		return d.pointer(n, v, f)
	}
	if !d.fill(n, v, f) {
		return false
	}
	return d.validate(n, v)
}

// fill decodes by the first way that suits the type and the node.
func (d *Decoder) fill(n *Node, v reflect.Value, f *field) bool {
	p := v.Addr().Interface()
	t, isText := p.(encoding.TextUnmarshaler)
	if m, ok := p.(orderedMap); ok && !(isText && n.kind == Scalar) {
		return d.mapValue(n, m)
	}
	if u, ok := d.asUnion(p, v.Type()); ok {
		return d.unionValue(n, u)
	}
	if isText && (n.kind == Scalar || !d.composite(v.Type())) {
		return d.text(n, v, t)
	}
	if n.Removed() && d.composite(v.Type()) {
		return d.absent(v)
	}
	if s, ok := p.(shortKey); ok && n.kind != Mapping {
		return d.short(n, v, s.ShortKey())
	}
	switch v.Kind() {
	case reflect.Struct:
		return d.structValue(n, v)
	case reflect.Slice:
		return d.slice(n, v, f)
	}
	return d.scalar(n, v, f)
}

// asUnion reports whether the type itself is a union: a struct that embeds one
// as its ",kind" has the methods too, but is not one.
func (d *Decoder) asUnion(p any, t reflect.Type) (union, bool) {
	u, ok := p.(union)
	if ok && t.Kind() == reflect.Struct && d.layoutOf(t).kind != nil {
		return nil, false
	}
	return u, ok
}

// composite reports types that a list or a mapping can fill.
func (d *Decoder) composite(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return t.Kind() == reflect.Slice
	}
	l := d.layoutOf(t)
	return len(l.fields) > 0 || l.kind != nil
}

func (d *Decoder) pointer(n *Node, v reflect.Value, f *field) bool {
	elem := reflect.New(v.Type().Elem())
	if _, isText := elem.Interface().(encoding.TextUnmarshaler); !isText && n.IsNone() && d.composite(elem.Type().Elem()) {
		d.leafAt(n, reflect.ValueOf("none"))
		return true // none switches it off: as if absent
	}
	ok := d.value(n, elem.Elem(), f)
	if ok {
		v.Set(elem)
	}
	return ok
}

// validate calls the type's own check, and then the visitor. Resolve has what was
// checked before, with its files unread.
func (d *Decoder) validate(n *Node, v reflect.Value) bool {
	p := v.Addr().Interface()
	if c, ok := p.(validator); ok && n.flags&partial == 0 && d.leaf == nil {
		if err := c.Validate(); err != nil {
			d.Errs.wrong(n, d.prefix(), err)
			return false
		}
	}
	if d.Visit != nil && v.Kind() == reflect.Struct && d.composite(v.Type()) {
		d.Visit(JoinPath(d.path...), n, p)
	}
	return true
}

func (d *Decoder) slice(n *Node, v reflect.Value, f *field) bool {
	if n.kind != Sequence {
		return d.errorf(n, "a list is needed, such as [a, b]; found %s", found(n))
	}
	out := reflect.MakeSlice(v.Type(), n.Len(), n.Len())
	ok := true
	for i, item := range n.Items() {
		ok = d.inside(strconv.Itoa(i), func() bool { return d.value(item, out.Index(i), f) }) && ok
	}
	v.Set(out)
	if n.Len() == 0 {
		d.leafAt(n, reflect.ValueOf("[]"))
	}
	return ok
}

func (d *Decoder) mapValue(n *Node, m orderedMap) bool {
	if n.Removed() {
		m.reset(0)
		return true
	}
	if n.kind != Mapping {
		return d.errorf(n, "a mapping of names is needed; found %s", found(n))
	}
	m.reset(n.Len())
	ok := true
	for _, p := range n.Pairs() {
		if p.Value.Removed() {
			continue
		}
		fine := d.inside(p.Key.text, func() bool {
			return d.value(p.Value, reflect.ValueOf(m.add(p.Key.text, p.Key, p.Value)).Elem(), nil)
		})
		ok = ok && fine
	}
	return ok
}

// found describes a node that is not what was needed.
func found(n *Node) string {
	if n.kind == Scalar {
		return Quote(n.text)
	}
	return n.kind.String()
}
