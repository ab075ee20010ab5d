package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// structValue decodes a mapping into the tagged fields.
func (d *Decoder) structValue(n *Node, v reflect.Value) bool {
	if n.kind != Mapping {
		return d.errorf(n, "a mapping is needed, such as { %s: … }; found %s", d.example(v.Type()), found(n))
	}
	s := structure{Decoder: d, node: n, into: v, layout: d.layoutOf(v.Type())}
	s.present = make([]bool, len(s.layout.fields))
	ok := n.flags&partial == 0
	for _, p := range n.Pairs() {
		ok = s.pair(p) && ok
	}
	return s.finish(ok)
}

// example is a key that a struct takes.
func (d *Decoder) example(t reflect.Type) string {
	l := d.layoutOf(t)
	for _, f := range l.fields {
		if f.required && !f.notyet {
			return f.name
		}
	}
	return strings.Join(append(l.names(), "key")[:1], "")
}

// short decodes a value that is not a mapping as the one key that stands for
// all. The path stays as it is written, so that --set finds it.
func (d *Decoder) short(n *Node, v reflect.Value, key string) bool {
	s := structure{Decoder: d, node: n, into: v, layout: d.layoutOf(v.Type())}
	s.present = make([]bool, len(s.layout.fields))
	i, ok := s.layout.byName[key]
	if !ok {
		panic(fmt.Sprintf("strict: %v has no key %q for ShortKey", v.Type(), key))
	}
	s.present[i] = true
	return s.finish(s.fieldValue(n, &s.layout.fields[i]))
}

// absent fills in the defaults of a struct that is not there.
func (d *Decoder) absent(v reflect.Value) bool {
	if v.Kind() != reflect.Struct {
		v.SetZero()
		return true
	}
	s := structure{Decoder: d, into: v, layout: d.layoutOf(v.Type())}
	s.present = make([]bool, len(s.layout.fields))
	return s.defaults()
}

// structure is a struct that is being filled.
type structure struct {
	*Decoder
	node    *Node // nil when it is absent
	into    reflect.Value
	layout  *layout
	present []bool
	kind    *Node    // the key of the union
	unknown []string // keys reported as unknown
}

func (s *structure) pair(p Pair) bool {
	name := p.Key.text
	i, known := s.layout.byName[name]
	if !known {
		return s.kindPair(p)
	}
	f := &s.layout.fields[i]
	s.present[i] = true
	if f.notyet {
		s.Errs.At(p.Key, "%s%s is not supported yet", s.prefix(), name)
		return false
	}
	if p.Value.Removed() && !s.takesNone(f) {
		s.present[i] = false
		return true
	}
	return s.inside(name, func() bool { return s.fieldValue(p.Value, f) })
}

// takesNone reports that none is a value of a field, or empties it; of any other
// field, lists among them, a none that overrides takes the key away.
func (s *structure) takesNone(f *field) bool {
	t := s.into.Type().FieldByIndex(f.index).Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := reflect.New(t).Interface().(type) {
	case *Node:
		return true
	case encoding.TextUnmarshaler:
		return v.UnmarshalText([]byte("none")) == nil
	case orderedMap:
		return true
	}
	return t.Kind() == reflect.Struct && s.composite(t) || slices.Contains(f.oneof, "none")
}

func (s *structure) fieldValue(n *Node, f *field) bool {
	return s.value(n, s.into.FieldByIndex(f.index), f)
}

// kindPair decodes the value of a key that is a kind of the struct's union, and
// refuses every other.
func (s *structure) kindPair(p Pair) bool {
	name := p.Key.text
	var kinds []string
	if s.layout.kind != nil {
		u := s.union()
		kinds = supported(u)
		if slices.Contains(u.Kinds(), name) {
			return s.kindValue(u, p)
		}
	}
	if len(s.unknown) < maxUnknown {
		s.unknown = append(s.unknown, name)
	}
	names := append(s.layout.names(), kinds...)
	hint := ""
	if !s.Errs.full() {
		if hint = DidYouMean(name, names); hint == "" {
			hint = known(names)
		}
	}
	s.Errs.At(p.Key, "unknown field %s%s%s", Quote(name), s.in(), hint)
	return false
}

// maxUnknown bounds the unknown keys that may explain a missing one.
const maxUnknown = 64

// in is " in services.cart", or "" at the root.
func (d *Decoder) in() string {
	if len(d.path) == 0 {
		return ""
	}
	return " in " + d.where()
}

// known lists what would be right where nothing is near.
func known(names []string) string {
	const most = 16
	if len(names) == 0 {
		return ""
	}
	if len(names) > most {
		return " (known: " + strings.Join(names[:most], ", ") + ", …)"
	}
	return " (known: " + strings.Join(names, ", ") + ")"
}

// finish reports what is missing, fills in defaults, and runs the checks of
// inlined structs.
func (s *structure) finish(ok bool) bool {
	for i, f := range s.layout.fields {
		if f.required && !s.present[i] && !s.excused(f.name) {
			s.errorf(s.node, "%s is missing", f.name)
			ok = false
		}
	}
	if s.layout.kind != nil && s.kind == nil && len(s.unknown) == 0 && s.node.flags&partial == 0 {
		ok = s.errorf(s.node, "one of %s is needed", strings.Join(supported(s.union()), ", "))
	}
	ok = s.defaults() && ok
	for _, index := range s.layout.inline {
		if ok {
			ok = s.validate(s.node, s.into.FieldByIndex(index))
		}
	}
	return ok
}

// excused reports that the missing key is probably there under a wrong name,
// which is an error already.
func (s *structure) excused(name string) bool {
	if s.node.flags&partial != 0 {
		return true
	}
	for _, u := range s.unknown {
		if Suggest(u, s.layout.names()) == name {
			return true
		}
	}
	return false
}

// setDefault fills a field with its default. A single value is decoded once: most of
// what a thousand services have is defaults.
func (s *structure) setDefault(v reflect.Value, f *field) bool {
	if f.ready.IsValid() {
		v.Set(f.ready)
		if s.leaf != nil {
			s.leaf(JoinPath(s.path...), f.spelled, (*Node)(nil).Origin())
		}
		return true
	}
	n := s.defaultNode(f.def)
	if !s.fieldValue(n, f) {
		panic(fmt.Sprintf("strict: %v: bad tag default:%q: %v", s.into.Type(), f.def, s.Errs))
	}
	if n.kind == Scalar && !s.composite(v.Type()) {
		f.spelled = spell(n, v)
		f.ready = reflect.New(v.Type()).Elem()
		f.ready.Set(v)
	}
	return true
}

// defaults fills in what is absent.
func (s *structure) defaults() bool {
	for i := range s.layout.fields {
		f := &s.layout.fields[i]
		if s.present[i] || f.notyet || f.pointer {
			continue
		}
		v := s.into.FieldByIndex(f.index)
		switch {
		case f.hasDef:
			s.inside(f.name, func() bool { return s.setDefault(v, f) })
		case v.Kind() == reflect.Struct && s.composite(v.Type()):
			s.inside(f.name, func() bool { return s.absent(v) })
		}
	}
	return true
}
