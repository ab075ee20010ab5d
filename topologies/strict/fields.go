package strict

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// field is a tagged field of a struct, those of its inlined structs included.
type field struct {
	name     string
	index    []int // for reflect's FieldByIndex
	required bool
	notyet   bool
	text     bool
	pointer  bool
	hasDef   bool
	def      string
	min, max *float64
	oneof    []string

	ready   reflect.Value // what the default comes to, if it is a single value
	spelled string        // that value
}

// layout is what the tags of a struct type say.
type layout struct {
	fields []field
	byName map[string]int
	kind   *field  // the union tagged ",kind", nil if there is none
	inline [][]int // inlined structs, for their Validate
}

// names lists the keys that are supported, in the order of the fields.
func (l *layout) names() []string {
	var names []string
	for _, f := range l.fields {
		if !f.notyet {
			names = append(names, f.name)
		}
	}
	return names
}

// layoutOf reads the tags of a struct type, once for each Decoder.
func (d *Decoder) layoutOf(t reflect.Type) *layout {
	if l, ok := d.layouts[t]; ok {
		return l
	}
	l := &layout{byName: make(map[string]int)}
	l.collect(t, nil)
	if d.layouts == nil {
		d.layouts = make(map[reflect.Type]*layout)
	}
	d.layouts[t] = l
	return l
}

// collect appends the fields of t, which lies at an index of the outer struct.
func (l *layout) collect(t reflect.Type, at []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, ok := sf.Tag.Lookup("yaml")
		if !ok || tag == "-" {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		if !sf.IsExported() && sf.Tag.Get("notyet") != "true" {
			panic(fmt.Sprintf("strict: %v.%s has a yaml tag but is not exported", t, sf.Name))
		}
		index := append(at[:len(at):len(at)], i)
		switch {
		case name == "" && option == "inline" && sf.Type.Kind() == reflect.Struct:
			l.inline = append(l.inline, index)
			l.collect(sf.Type, index)
		case name == "" && option == "kind" && l.kind == nil:
			l.kind = &field{index: index}
		case name != "" && option == "":
			l.add(t, sf, name, index)
		default:
			panic(fmt.Sprintf("strict: %v.%s: bad tag yaml:%q", t, sf.Name, tag))
		}
	}
}

func (l *layout) add(t reflect.Type, sf reflect.StructField, name string, index []int) {
	if _, twice := l.byName[name]; twice {
		panic(fmt.Sprintf("strict: %v.%s: key %q is declared twice", t, sf.Name, name))
	}
	f := field{name: name, index: index,
		required: sf.Tag.Get("required") == "true",
		notyet:   sf.Tag.Get("notyet") == "true",
		text:     sf.Tag.Get("text") == "true",
		pointer:  sf.Type.Kind() == reflect.Pointer,
		min:      bound(sf, "min"), max: bound(sf, "max"),
		oneof: strings.Fields(sf.Tag.Get("oneof"))}
	f.def, f.hasDef = sf.Tag.Lookup("default")
	l.byName[name] = len(l.fields)
	l.fields = append(l.fields, f)
}

// bound is the number in a min or max tag, nil if there is none.
func bound(sf reflect.StructField, tag string) *float64 {
	text, ok := sf.Tag.Lookup(tag)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("strict: %s: bad tag %s:%q", sf.Name, tag, text))
	}
	return &v
}

// defaultNode is the node of a default.
func (d *Decoder) defaultNode(text string) *Node {
	n, ok := d.defaults[text]
	if !ok {
		if d.defaults == nil {
			d.defaults = make(map[string]*Node)
		}
		n = newDefault(text)
		d.defaults[text] = n
	}
	return n
}

// newDefault makes the node of a default. Most are plain words; a list or a
// mapping is parsed.
func newDefault(text string) *Node {
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return &Node{text: text}
	}
	var errs Errors
	f := &File{Path: "default", Text: []byte(text)}
	parse(f, &errs)
	if errs.Len() > 0 {
		panic("strict: bad tag default: " + errs.Error())
	}
	return unplaced(f.Root)
}

// unplaced is a copy of a tree that stands in no file.
func unplaced(n *Node) *Node {
	out := *n
	out.file, out.line, out.column = nil, 0, 0
	switch n.kind {
	case Mapping:
		pairs := make([]Pair, 0, n.Len())
		for _, p := range n.Pairs() {
			pairs = append(pairs, Pair{unplaced(p.Key), unplaced(p.Value)})
		}
		return out.withPairs(pairs)
	case Sequence:
		items := make([]*Node, 0, n.Len())
		for _, item := range n.Items() {
			items = append(items, unplaced(item))
		}
		return out.withItems(items)
	}
	return &out
}
