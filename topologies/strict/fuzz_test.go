package strict

import (
	"strings"
	"testing"
	"unicode"

	"faultline/cmd/bounded"
)

// FuzzDecode looks for a file that panics, hangs, or gets control characters
// through to a terminal, with a type that has every feature.
func FuzzDecode(f *testing.F) {
	f.Add(everything)
	f.Add(faulty)
	f.Add(baseText)
	f.Add(settable)
	for _, h := range hostile {
		if len(h.text) < 10_000 {
			f.Add(h.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		errs := new(Errors)
		root := Parse("shop.yaml", []byte(text), errs).Root
		var s shop
		if root != nil {
			Decode(Merge(root, root.With("platform", root.Get("raw"))), new(shop), new(Errors))
		}
		if ok := Decode(root, &s, errs); !ok && errs.Len() == 0 {
			t.Error("decoding failed and says nothing")
		}
		for _, e := range errs.All() {
			if e.Pos.Line < 1 || e.Pos.Column < 1 {
				t.Errorf("no place: %v", e)
			}
		}
		for _, r := range errs.Error() {
			if r != '\n' && r != ' ' && !unicode.IsPrint(r) {
				t.Errorf("%U in %q", r, errs.Error())
			}
		}
		if errs.Len() == 0 {
			sound(t, root, &s)
		}
	})
}

// sound checks what a decoded value promises.
func sound(t *testing.T, root *Node, s *shop) {
	if s.Name == "" || strings.ContainsAny(s.Name, "\n\t\x1b") {
		t.Errorf("the name is %q", s.Name)
	}
	for _, e := range s.Services {
		if e.Value.Replicas < 1 || e.Value.Replicas > 1000 || e.Value.Price != e.Value.Price {
			t.Errorf("service %s is %+v", e.Key, e.Value)
		}
	}
	for _, e := range s.Faults {
		if e.Value.body == nil {
			t.Errorf("fault %s has no kind", e.Key)
		}
	}
	for _, r := range Resolve(root, s, "") {
		if _, err := splitPath(r.Path); err != nil {
			t.Errorf("path %q: %v", r.Path, err)
		}
	}
}

// FuzzSet looks for an argument of --set that panics or is accepted without effect.
func FuzzSet(f *testing.F) {
	f.Add("services.payments.replicas=7")
	f.Add(`raw.edges."checkout -> payments".timeout={ a: [1, 2] }`)
	f.Add("raw.topologies.0=x")
	f.Fuzz(func(t *testing.T, argument string) {
		defer bounded.Input(t)()
		errs := new(Errors)
		root := Parse("shop.yaml", []byte(settable), errs).Root
		after, err := SetArgument(root, argument)
		if err != nil {
			if after != root {
				t.Error("refused, and changed")
			}
			return
		}
		set := 0
		for _, r := range Resolve(after, new(*Node), "") {
			if r.Origin == "--set" {
				set++
			}
		}
		if set == 0 && !strings.ContainsAny(argument, "[{&") {
			t.Errorf("%q changed nothing", argument)
		}
	})
}
