package fault

import (
	"testing"

	"faultline/cmd/bounded"
)

// FuzzEdge: the name of an edge is refused, or has two ends that make it again.
func FuzzEdge(f *testing.F) {
	for _, s := range []string{"a -> b", "* -> *", "a->b", "a -> b -> c", "->", " -> ", "a", "a - > b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		from, to, ok := SplitEdge(text)
		if !ok {
			return
		}
		if f2, t2, ok := SplitEdge(from + " -> " + to); !ok || f2 != from || t2 != to {
			t.Errorf("%q: %q and %q make %q and %q", text, from, to, f2, t2)
		}
	})
}

// FuzzMode: a mode is refused, or hits some of the instances and never more.
func FuzzMode(f *testing.F) {
	for _, s := range [][2]string{{"all", ""}, {"one", ""}, {"fixed", "3"}, {"fixedPercent", "50%"}, {"fixedPercent", "1e-300%"}, {"fixed", "99999999999999999999"}, {"fixedPercent", "NaN%"}} {
		f.Add(s[0], s[1], uint16(7))
	}
	f.Fuzz(func(t *testing.T, kind, value string, n uint16) {
		defer bounded.Input(t)()
		m := Mode{Kind: kind, Value: value}
		if m.Validate() != nil || n == 0 {
			return
		}
		if k := m.Count(int(n)); k < 1 || k > int(n) {
			t.Errorf("%+v hits %d of %d", m, k, n)
		}
	})
}
