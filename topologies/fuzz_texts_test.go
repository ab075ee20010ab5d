package topologies

import (
	"encoding"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"faultline/cmd/bounded"
)

// FuzzTextForms: whatever a value of a topology reads prints as a text that reads
// as the same.
func FuzzTextForms(f *testing.F) {
	for _, s := range []string{"p(99)<300ms", "p(99)<300ms, avg < 1s", "99.9%", "5", "none", "unlimited", "1%", "512MiB", "exp(3ms)", "20", "rest", "1e9", "p(50)<1s,p(50)<1s", ",", "0.05"} {
		f.Add(s)
	}
	type form interface {
		encoding.TextUnmarshaler
		fmt.Stringer
	}
	f.Fuzz(func(t *testing.T, in string) {
		defer bounded.Input(t)()
		for _, pair := range [][2]any{
			{new(LatencyObjective), new(LatencyObjective)}, {new(AvailabilityObjective), new(AvailabilityObjective)}, {new(Weight), new(Weight)}, {new(Price), new(Price)},
			{new(Wait), new(Wait)}, {new(Stretch), new(Stretch)}, {new(Memory), new(Memory)}, {new(Pool), new(Pool)}, {new(Members), new(Members)}, {new(Network), new(Network)}, {new(Prices), new(Prices)},
		} {
			a := pair[0].(encoding.TextUnmarshaler)
			if a.UnmarshalText([]byte(in)) != nil {
				continue
			}
			p, ok := pair[0].(form)
			if !ok {
				continue
			}
			if b := pair[1].(form); b.UnmarshalText([]byte(p.String())) != nil || b.String() != p.String() {
				t.Errorf("%T %q prints as %q, which reads as %q", a, in, p, b)
			}
		}
	})
}

// FuzzParseSet: an argument of --set is refused, or splits into a path and a value
// that are all of it.
func FuzzParseSet(f *testing.F) {
	for _, s := range []string{"run.seed=7", `edges."a -> b".timeout=1s`, `"a=b"=c`, "=", "a", `"=`, `"\x00".a=`, "a = b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		o, err := ParseSet(text)
		if err != nil {
			return
		}
		if !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8, and taken", text)
		}
		if !strings.HasSuffix(text, "="+o.Value) || !strings.HasPrefix(strings.TrimSpace(text), strings.TrimSpace(o.Path)) {
			t.Errorf("%q: path %q, value %q", text, o.Path, o.Value)
		}
		head, rest := o.Head()
		if len(head)+len(rest) > len(o.Path) {
			t.Errorf("%q: head %q, rest %q", o.Path, head, rest)
		}
	})
}

// FuzzName: a name that will do is safe in a path, a shell, a page and a table.
func FuzzName(f *testing.F) {
	for _, s := range []string{"shop", "../up", "a\u202eb", "=1", "名前", "a b", "-a", strings.Repeat("n", 101)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		defer bounded.Input(t)()
		if BadName(name) == "" && (strings.ContainsAny(name, " ./\\<>&'\"=+@|`$;:*?#%(){}[]!~^,\n\t\x00\x1b\u202e") || name == "" || name[0] == '-') {
			t.Errorf("%q is a name", name)
		}
	})
}
