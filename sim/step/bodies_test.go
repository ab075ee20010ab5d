package step

import (
	"errors"
	"testing"

	"faultline/sim/model"
)

func TestBodiesAreRefusedAtTheirKey(t *testing.T) {
	some := list(cpu("1ms"))
	two := Parallel(list(cpu("1ms"), cpu("1ms")))
	for _, c := range []struct {
		name  string
		body  interface{ Validate() error }
		field string // "-": accepted
	}{
		{"a loop", &RepeatBody{count("3"), some}, "-"},
		{"a loop that never turns", &RepeatBody{count("0"), some}, "times"},
		{"a loop of nothing", &RepeatBody{count("3"), nil}, "steps"},
		{"a cache", &CacheBody{HitRatio: 0.5, Steps: some}, "-"},
		{"a cache that always hits", &CacheBody{HitRatio: 1, Steps: some}, "-"},
		{"a cache of nothing", &CacheBody{HitRatio: 0.5}, "steps"},
		{"all branches", &ForkBody{0, two}, "-"},
		{"as many as there are", &ForkBody{2, two}, "-"},
		{"more than there are", &ForkBody{3, two}, "wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.body.Validate()
			var at *FieldError
			if c.field == "-" && err != nil || c.field != "-" && (!errors.As(err, &at) || at.Field() != c.field) {
				t.Errorf("error %v, want one at %q", err, c.field)
			}
		})
	}
}

func TestWaitIsAllAnyOrANumber(t *testing.T) {
	for text, want := range map[string]Wait{"all": 0, "any": 1, "1": 1, "12": 12} {
		var w Wait
		if err := w.UnmarshalText([]byte(text)); err != nil || w != want {
			t.Errorf("%s is %v, %v", text, w, err)
		}
		var again Wait
		if err := again.UnmarshalText([]byte(w.String())); err != nil || again != w {
			t.Errorf("%s prints as %s", text, w)
		}
	}
	for _, text := range []string{"", "0", "-1", "1.5", "some", "unlimited", "none"} {
		if err := new(Wait).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// The mapping form and the nested list are the same branches with the same draws.
func TestTheTwoFormsOfConcurrentBranchesAreOne(t *testing.T) {
	branches := Parallel(list(call("a.x"), cpu("1ms"), seldom("b.y")))
	nested := compile("shop.do", false, list(&branches))
	mapping := compile("shop.do", false, list(&Fork{ForkBody{Branches: branches}}))
	if len(nested.Code) != len(mapping.Code) {
		t.Fatalf("%d and %d instructions", len(nested.Code), len(mapping.Code))
	}
	for i := range nested.Code {
		if nested.Code[i] != mapping.Code[i] {
			t.Errorf("instruction %d: %+v and %+v", i, nested.Code[i], mapping.Code[i])
		}
	}
	for i := range nested.Sites {
		if nested.Sites[i] != mapping.Sites[i] {
			t.Errorf("site %d: %+v and %+v", i, nested.Sites[i], mapping.Sites[i])
		}
	}
}

// The places of the steps that were there before the others came: committed
// results rest on them.
func TestPlacesArePinned(t *testing.T) {
	sys := compile("shop.do", false, list(cpu("1ms"), fork(sleep("1ms"), seldom("a.x"))))
	var got []uint32
	for _, in := range sys.Code {
		switch in.Op {
		case model.OpCPU, model.OpSleep, model.OpMaybe, model.OpFork:
			got = append(got, in.P)
		}
	}
	got = append(got, sys.Sites[0].Place)
	want := []uint32{0x9a3dd04e, 0x33108871, 0x45621e34, 0x7bd4ae1d, 0x7d334026}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("places %#v, want %#v", got, want)
			break
		}
	}
}
