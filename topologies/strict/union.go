package strict

import (
	"reflect"
	"slices"
	"strings"
)

// listKind is the kind of a union that a list stands for.
const listKind = "[]"

func (s *structure) union() union {
	return s.into.FieldByIndex(s.layout.kind.index).Addr().Interface().(union)
}

// supported lists the kinds of a union that can be written as a key today.
func supported(u union) []string {
	var kinds []string
	for _, k := range u.Kinds() {
		if k != listKind && u.New(k) != nil {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// kindValue decodes the value of a key that is a kind into New(kind).
func (s *structure) kindValue(u union, p Pair) bool {
	if s.kind != nil {
		return s.errorf(p.Key, "%s and %s exclude each other; write one of them", s.kind.text, p.Key.text)
	}
	s.kind = p.Key
	if u.New(p.Key.text) == nil {
		return s.errorf(p.Key, "%s is not supported yet", p.Key.text)
	}
	return s.inside(p.Key.text, func() bool { return s.makeKind(u, p.Key, p.Value, p.Key.text) })
}

// makeKind decodes n into a new value of a kind; key is where the kind stands.
func (d *Decoder) makeKind(u union, key, n *Node, kind string) bool {
	v := u.New(kind)
	if v == nil {
		if kind == listKind {
			kind = "a nested list"
		}
		return d.errorf(key, "%s is not supported yet", kind)
	}
	if !d.value(n, reflect.ValueOf(v).Elem(), nil) {
		return false
	}
	u.Set(kind, v)
	return true
}

// kindsOf asks each type of union once.
func (d *Decoder) kindsOf(u union) []string {
	t := reflect.TypeOf(u)
	kinds, ok := d.kinds[t]
	if !ok {
		if d.kinds == nil {
			d.kinds = make(map[reflect.Type][]string)
		}
		kinds = u.Kinds()
		d.kinds[t] = kinds
	}
	return kinds
}

// unionValue decodes a mapping by the one of its keys that is a kind, and a list
// by the kind "[]".
func (d *Decoder) unionValue(n *Node, u union) bool {
	kinds := d.kindsOf(u)
	switch {
	case n.kind == Sequence && slices.Contains(kinds, listKind):
		return d.makeKind(u, n, n, listKind)
	case n.kind != Mapping:
		return d.errorf(n, "a mapping with one of %s is needed; found %s", strings.Join(supported(u), ", "), found(n))
	}
	var kind *Node
	for _, p := range n.Pairs() {
		if !slices.Contains(kinds, p.Key.text) || p.Key.text == listKind {
			continue
		}
		if kind != nil {
			return d.errorf(p.Key, "%s and %s exclude each other; write one of them", kind.text, p.Key.text)
		}
		kind = p.Key
	}
	if kind == nil {
		return d.noKind(n, u)
	}
	return d.makeKind(u, kind, n, kind.text)
}

// noKind reports a mapping without a kind: at the misspelt one if there is one.
func (d *Decoder) noKind(n *Node, u union) bool {
	if n.flags&partial != 0 {
		return false
	}
	kinds := supported(u)
	for _, p := range n.Pairs() {
		if hint := DidYouMean(p.Key.text, kinds); hint != "" {
			d.Errs.At(p.Key, "unknown field %s%s%s", Quote(p.Key.text), d.in(), hint)
			return false
		}
	}
	return d.errorf(n, "one of %s is needed", strings.Join(kinds, ", "))
}
