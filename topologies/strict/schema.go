package strict

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// SchemaOptions say what the tags of a type do not.
type SchemaOptions struct {
	Title string
	// Extends is a key of the root: a file that has it is laid over another one, so
	// that nothing else is required of it and none removes. "" for no such key.
	Extends string
	// Words and Spellings are what scalars look like: types with an UnmarshalText
	// are tried with them, and described by those that they accept.
	Words     []string
	Spellings []Spelling
}

// Spelling is one class of texts that stand for values, such as durations.
type Spelling struct {
	Pattern  string // regular expression, without anchors, that matches all texts of the class
	Examples []string
}

// Schema writes a JSON Schema (draft 2020-12) of the files that decode into the
// type that v points to, for editors and checks by other programs. It comes from
// the same tags as decoding does: keys, documentation, defaults, what is required,
// bounds, words and unions. Every file that decodes is valid under it. The reverse
// does not hold: names that lead nowhere, and what Validate refuses, are beyond a
// schema.
//
// It walks the tags itself. A generator such as invopop/jsonschema reads json and
// jsonschema tags and knows neither unions by key, inlined kinds nor values with
// two forms (retries: none); all of its fields would need hooks that do this walk.
func Schema(v any, o SchemaOptions) ([]byte, error) {
	s := &schemer{Decoder: Decoder{Errs: new(Errors)}, o: o, made: make(map[string]bool)}
	t := reflect.TypeOf(v).Elem()
	root := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", o.Title},
	}
	whole := s.value(t, nil)
	if f, ok := s.layoutOf(t).byName[o.Extends]; ok && !s.layoutOf(t).fields[f].notyet {
		s.variant = true
		root = append(root,
			member{"if", object{{"type", "object"}, {"required", []string{o.Extends}}}},
			member{"then", s.value(t, nil)},
			member{"else", whole})
	} else {
		root = append(root, whole...)
	}
	root = append(root, member{"$defs", s.defs})
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema of %v: %w", t, err)
	}
	return append(text, '\n'), nil
}

// schemer makes the schemas of types.
type schemer struct {
	Decoder
	o       SchemaOptions
	variant bool // of files with the key Extends
	made    map[string]bool
	defs    object
}

// value is the schema of a value of a type. The field, if there is one, holds
// the bounds of a scalar.
func (s *schemer) value(t reflect.Type, f *field) object {
	p := reflect.New(t).Interface()
	if _, ok := p.(**Node); ok {
		return object{}
	}
	if t.Kind() == reflect.Pointer {
		inner := s.value(t.Elem(), f)
		if !isText(reflect.New(t.Elem()).Interface()) && s.composite(t.Elem()) {
			return anyOf(inner, none()) // none switches it off
		}
		return inner
	}
	switch {
	case isMap(p):
		names := object{{"type", "object"}, {"additionalProperties", s.removable(s.value(entryOf(t), nil))}}
		if isText(p) {
			return anyOf(names, s.text(t))
		}
		return names
	case s.isUnion(p, t):
		return s.define(t, func() object { return s.unionOf(p.(union)) })
	case isText(p) && !s.composite(t):
		return s.text(t)
	case t.Kind() == reflect.Struct:
		return s.structure(t, p)
	case t.Kind() == reflect.Slice:
		list := object{{"type", "array"}, {"items", s.value(t.Elem(), f)}}
		if isText(p) {
			return anyOf(list, s.text(t))
		}
		return list
	}
	return scalarSchema(t, f)
}

func isMap(p any) bool { _, ok := p.(orderedMap); return ok }

func isText(p any) bool { _, ok := p.(encoding.TextUnmarshaler); return ok }

func (s *schemer) isUnion(p any, t reflect.Type) bool {
	_, ok := s.asUnion(p, t)
	return ok
}

// entryOf is the type of the values of a Map, or of the one that a type embeds.
func entryOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous && isMap(reflect.New(f.Type).Interface()) {
				t = f.Type
				break
			}
		}
	}
	entry, _ := t.Elem().FieldByName("Value")
	return entry.Type
}

// removable is what a variant may write none in place of: any value with a key.
func (s *schemer) removable(o object) object {
	if s.variant {
		return anyOf(o, none())
	}
	return o
}

func none() object { return object{{"const", "none"}} }

// structure is a mapping, or what stands for one: a word, or its one short key.
func (s *schemer) structure(t reflect.Type, p any) object {
	forms := []object{s.define(t, func() object { return s.fields(t, "") })}
	if isText(p) {
		forms = append(forms, s.text(t))
	}
	if short, ok := p.(shortKey); ok {
		l := s.layoutOf(t)
		f := &l.fields[l.byName[short.ShortKey()]]
		forms = append(forms, s.value(t.FieldByIndex(f.index).Type, f))
	}
	return anyOf(forms...)
}

// define refers to the definition of a type, which build makes the first time.
func (s *schemer) define(t reflect.Type, build func() object) object {
	name := t.String()
	if s.variant {
		name = "variant." + name
	}
	if !s.made[name] {
		s.made[name] = true
		i := len(s.defs)
		s.defs = append(s.defs, member{name, nil})
		s.defs[i].value = build() // the list may have moved meanwhile: no pointer into it is kept
	}
	return object{{"$ref", "#/$defs/" + name}}
}

// fields is the schema of the tagged fields of a struct; kind is the key by which
// a union has picked it, "" for none.
func (s *schemer) fields(t reflect.Type, kind string) object {
	l := s.layoutOf(t)
	var properties object
	required := []string{}
	for i := range l.fields {
		f := &l.fields[i]
		if f.notyet {
			continue
		}
		sf := t.FieldByIndex(f.index)
		properties = append(properties, member{f.name, s.described(sf, f)})
		if f.required && !s.variant || f.name == kind {
			required = append(required, f.name)
		}
	}
	out := object{{"type", "object"}}
	if l.kind != nil {
		kinds, choice := s.kinds(reflect.New(t.FieldByIndex(l.kind.index).Type).Interface().(union))
		properties = append(properties, kinds...)
		if !s.variant {
			out = append(out, member{"oneOf", choice})
		}
	}
	out = append(out, member{"properties", properties}, member{"additionalProperties", false})
	if len(required) > 0 {
		out = append(out, member{"required", required})
	}
	return out
}

// described is the schema of a field with its documentation and default.
func (s *schemer) described(sf reflect.StructField, f *field) object {
	var out object
	if doc := sf.Tag.Get("doc"); doc != "" {
		out = append(out, member{"description", doc})
	}
	v := s.value(sf.Type, f)
	if f.hasDef {
		out = append(out, member{"default", s.defaultOf(f.def, v)})
	}
	return append(out, s.removable(v)...)
}

// defaultOf is a default as JSON.
func (s *schemer) defaultOf(text string, v object) any {
	n := s.defaultNode(text)
	if n.kind != Scalar {
		return plainValue(n)
	}
	if word := json.RawMessage(text); json.Valid(word) && s.admitsWord(v, text) {
		return word
	}
	return text
}

// admitsWord reports whether a schema takes a text that is valid JSON as what it
// is there, a number or a boolean, rather than as a string.
func (s *schemer) admitsWord(v object, text string) bool {
	if ref, ok := v.get("$ref").(string); ok {
		def, _ := s.defs.get(strings.TrimPrefix(ref, "#/$defs/")).(object)
		return s.admitsWord(def, text)
	}
	if forms, ok := v.get("anyOf").([]object); ok {
		return slices.ContainsFunc(forms, func(f object) bool { return s.admitsWord(f, text) })
	}
	kind, _ := v.get("type").(string)
	return kind == "boolean" || kind == "number" || kind == "integer" || fmt.Sprint(v.get("const")) == text
}

// plainValue is a parsed default as JSON: its scalars are words.
func plainValue(n *Node) any {
	switch n.kind {
	case Sequence:
		list := []any{}
		for _, item := range n.Items() {
			list = append(list, plainValue(item))
		}
		return list
	case Mapping:
		var o object
		for _, p := range n.Pairs() {
			o = append(o, member{p.Key.text, plainValue(p.Value)})
		}
		return o
	}
	return n.text
}

// kinds are the properties of a union that takes a key of the enclosing mapping,
// and the choice of exactly one of them.
func (s *schemer) kinds(u union) (properties object, choice []object) {
	for _, kind := range supported(u) {
		properties = append(properties, member{kind, s.value(reflect.TypeOf(u.New(kind)).Elem(), nil)})
		choice = append(choice, object{{"required", []string{kind}}})
	}
	return properties, choice
}

// unionOf is the schema of a union that is a value: a mapping by its one kind, or
// a list.
func (s *schemer) unionOf(u union) object {
	var forms []object
	for _, kind := range u.Kinds() {
		v := u.New(kind)
		if v == nil {
			continue
		}
		t := reflect.TypeOf(v).Elem()
		if kind == listKind || t.Kind() != reflect.Struct {
			forms = append(forms, s.value(t, nil))
			continue
		}
		forms = append(forms, s.define(t, func() object { return s.fields(t, kind) }))
	}
	return anyOf(forms...)
}

// scalarSchema is the schema of Go's own types.
func scalarSchema(t reflect.Type, f *field) object {
	if f == nil {
		f = &field{}
	}
	k := t.Kind()
	switch {
	case k == reflect.Bool:
		return object{{"type", "boolean"}}
	case k == reflect.String && len(f.oneof) > 0:
		return object{{"enum", f.oneof}}
	case k == reflect.String:
		return anyText()
	}
	kind := "integer"
	if k == reflect.Float32 || k == reflect.Float64 {
		kind = "number"
	}
	out := object{{"type", kind}}
	switch {
	case f.min != nil:
		out = append(out, member{"minimum", *f.min})
	case strings.HasPrefix(k.String(), "uint"):
		out = append(out, member{"minimum", 0})
	}
	if f.max != nil {
		out = append(out, member{"maximum", *f.max})
	}
	return out
}

// anyOf is the schema of a value in one of several forms.
func anyOf(forms ...object) object {
	if len(forms) == 1 {
		return forms[0]
	}
	return object{{"anyOf", forms}}
}

// member is a key of a schema with its value.
type member struct {
	name  string
	value any
}

// object is a JSON object whose keys keep their order.
type object []member

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(out, strconv.Quote(m.name)...) // keys are words of ASCII
		out = append(append(out, ':'), value...)
	}
	return append(out, '}'), nil
}

// get is the value of a key, nil if there is none.
func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}
