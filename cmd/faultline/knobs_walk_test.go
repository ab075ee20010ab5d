package main

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
	"testing"

	"faultline/scenarios"
	"faultline/topologies"
)

// union is what package strict decodes by one of several keys.
type union interface {
	Kinds() []string
	New(kind string) any
}

// fieldsOf lists every key that YAML may hold below the types of values: those
// of structs as "package.Type.key", kinds that are lists as "package.Type".
func fieldsOf(values ...any) []string {
	w := walker{seen: make(map[reflect.Type]bool)}
	for _, v := range values {
		w.walk(reflect.TypeOf(v).Elem())
	}
	slices.Sort(w.fields)
	return slices.Compact(w.fields)
}

type walker struct {
	seen   map[reflect.Type]bool
	fields []string
}

// walk lists the keys of a type, and reports false if it has none.
func (w *walker) walk(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && !isUnion(t) {
		t = t.Elem()
	}
	switch {
	case isUnion(t):
		w.kinds(t)
	case t.Kind() != reflect.Struct:
		return false
	case strings.HasPrefix(t.Name(), "Entry["): // of a strict.Map
		value, _ := t.FieldByName("Value")
		return w.walk(value.Type)
	case !isTagged(t):
		return false
	case !w.seen[t]:
		w.seen[t] = true
		w.structure(t, t.String())
	}
	return true
}

func (w *walker) kinds(t reflect.Type) {
	u := reflect.New(t).Interface().(union)
	for _, kind := range u.Kinds() {
		made := u.New(kind)
		if made == nil {
			continue // not supported yet
		}
		of := reflect.TypeOf(made).Elem()
		if of.Kind() == reflect.Slice {
			w.fields = append(w.fields, of.String())
			continue
		}
		w.walk(of)
	}
}

func (w *walker) structure(t reflect.Type, name string) {
	for f := range fields(t) {
		key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			w.structure(f.Type, name)
		case option == "kind":
			w.walk(f.Type)
		case f.Tag.Get("notyet") != "" || key == "":
		case !w.walk(f.Type) || hasText(f.Type):
			w.fields = append(w.fields, name+"."+key)
		}
	}
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func isTagged(t reflect.Type) bool {
	for f := range fields(t) {
		if f.Tag.Get("yaml") != "" {
			return true
		}
	}
	return false
}

// hasText reports a type that one word may spell too, as in retries: none.
func hasText(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func isUnion(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[union]())
}

func TestTheWalkFindsKeysOfAllRooms(t *testing.T) {
	found := fieldsOf(new(scenarios.Spec), new(topologies.Spec), new(topologies.Application))
	for _, want := range []string{
		"scenarios.Run.seed", "load.StageSpec.target", "scenarios.Flow.rate", "fault.Crash.perCall", "fault.Surge.flow",
		"topologies.Service.replicas", "platform.Runtime.startup", "resilience.Backoff.jitter",
		"step.CPU.cpu", "step.Read.probability", "step.Parallel", "topologies.Objectives.latency",
	} {
		if !slices.Contains(found, want) {
			t.Errorf("%s is not among the %d keys found", want, len(found))
		}
	}
	for _, f := range found {
		t.Log(f)
	}
}
