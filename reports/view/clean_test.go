package view

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"faultline/reports/internal/fixture"
)

func TestCleanReplacesWhatMustNotReachAReader(t *testing.T) {
	for in, want := range map[string]string{
		"cart":                    "cart",
		"Größe 店 🛒":               "Größe 店 🛒",
		"👩\u200d💻":                "👩\u200d💻", // a joiner belongs to its emoji
		"a\x1b[31mb":              "a\ufffd[31mb",
		"a\nb\tc\x00":             "a\ufffdb\ufffdc\ufffd",
		"a\u009b31m":              "a\ufffd31m",
		"\u202egnp.exe\u202c":     "\ufffdgnp.exe\ufffd",
		"a\u2066b\u2069":          "a\ufffdb\ufffd",
		"zero\u200bwidth\ufeff":   "zero\ufffdwidth\ufffd",
		"line\u2028para\u2029":    "line\ufffdpara\ufffd",
		"bad\xffutf8":             "bad\ufffdutf8",
		"\U000e0041tag\U000e007f": "\ufffdtag\ufffd",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := CleanText("a:\r\n\tb\x1b\n"); got != "a:\n\tb\ufffd\n" {
		t.Errorf("text: got %q", got)
	}
}

func TestShortenCountsCharacters(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"cart", 4, "cart"}, {"größer", 4, "grö…"}, {"a-very-long-name", 8, "a-very…"}, {"店店店店", 2, "店…"}, {"", 3, ""}} {
		if got := Shorten(c.in, c.n); got != c.want {
			t.Errorf("%q to %d: got %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// Whatever field a view gains, a name of the user must have been cleaned on its
// way there. The sources may hold line ends and tabs, nothing else may.
func TestEveryStringOfAViewIsClean(t *testing.T) {
	v := New(fixture.Store(fixture.Hostile()))
	seen := 0
	walk(t, reflect.ValueOf(v), "View", func(path, s string) {
		seen++
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8: %q", path, s)
		}
		for _, r := range s {
			text := strings.HasPrefix(path, "View.Sources") && (r == '\n' || r == '\t')
			if !text && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%s holds %U: %q", path, r, s)
				return
			}
		}
	})
	if seen < 200 {
		t.Errorf("only %d strings were looked at", seen)
	}
}

// The estimates of the document stay in the view for the charts' sake; their
// reasons are cleaned where they are written.
func walk(t *testing.T, v reflect.Value, path string, visit func(path, s string)) {
	switch v.Kind() {
	case reflect.String:
		visit(path, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			walk(t, v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(t, v.Index(i), path, visit)
		}
	case reflect.Struct:
		if v.Type().Name() == "Estimate" {
			return
		}
		for i := range v.NumField() {
			walk(t, v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	}
}
