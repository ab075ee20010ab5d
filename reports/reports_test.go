package reports

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// stores are the results that every format must survive. Nobody changes them.
var stores = sync.OnceValue(func() map[string]*result.Store {
	out := map[string]*result.Store{}
	for name, doc := range map[string]*result.Document{
		"whole": fixture.Document(), "hostile": fixture.Hostile(), "many": fixture.Many(7), "calm": fixture.Calm(),
		"one point": fixture.OnePoint(), "void": fixture.Void(), "empty": fixture.Empty(),
		"metastable": fixture.Metastable(), "vast": fixture.Vast(1000),
	} {
		out[name] = fixture.Store(doc)
	}
	return out
})

func render(t *testing.T, write Write, store *result.Store, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, store, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormatWritesEveryResultTheSameTwice(t *testing.T) {
	for name, store := range stores() {
		for _, f := range Formats {
			var first, second bytes.Buffer
			if err := errors.Join(f.Write(&first, store, Options{}), f.Write(&second, store, Options{})); err != nil {
				t.Errorf("%s of %s: %v", f.Name, name, err)
			}
			if first.Len() == 0 || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%s of %s: %d bytes, then %d", f.Name, name, first.Len(), second.Len())
			}
		}
	}
}

func TestLookupNamesTheFormats(t *testing.T) {
	if f, err := Lookup("html"); err != nil || f.Name != "html" {
		t.Errorf("html: %v, %v", f.Name, err)
	}
	if _, err := Lookup("pdf"); err == nil || err.Error() != `unknown format "pdf" (there are text, markdown, json, html, junit, github, openmetrics)` {
		t.Errorf("pdf: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAFailingWriterIsReported(t *testing.T) {
	for _, f := range Formats {
		if err := f.Write(failing{}, stores()["calm"], Options{}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestTextIsAsCommitted(t *testing.T) {
	for file, doc := range map[string]*result.Store{"two-topologies.txt": stores()["whole"], "no-fault.txt": stores()["calm"], "many.txt": stores()["many"], "hostile.txt": stores()["hostile"],
		"metastable.txt": stores()["metastable"]} {
		golden(t, file, render(t, Text, doc, Options{}))
	}
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := "testdata/" + file
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (rewrite it with -update) got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestTextFitsAHundredColumnsAndObeysNobody(t *testing.T) {
	for name, doc := range stores() {
		for line := range strings.Lines(render(t, Text, doc, Options{})) {
			line = strings.TrimSuffix(line, "\n")
			if w := width(line); w > textWidth {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
			if line != strings.TrimRight(line, " ") {
				t.Errorf("%s: spaces at the end of %q", name, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
				t.Errorf("%s: a control character in %q", name, line)
			}
		}
	}
}

// Colour is only for those who ask, and only around what it is about.
func TestColourIsAnOption(t *testing.T) {
	plain, coloured := render(t, Text, stores()["whole"], Options{}), render(t, Text, stores()["whole"], Options{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("escapes that nobody asked for")
	}
	if !strings.Contains(coloured, "\x1b[31mfail\x1b[0m") || !strings.Contains(coloured, "\x1b[32mpass\x1b[0m") {
		t.Errorf("no colour in\n%s", coloured)
	}
	if stripped := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(coloured, ""); stripped != plain {
		t.Errorf("colour changes the table:\n%s", stripped)
	}
}

func TestTheTextTableKeepsWhatDecides(t *testing.T) {
	for name, doc := range map[string]*result.Store{"two": stores()["whole"], "many": stores()["many"]} {
		got := render(t, Text, doc, Options{})
		for _, column := range []string{"TOPOLOGY", "GOODPUT", "AVAILABLE", "P99", "BLAST RADIUS", "STATE", "RECOVERY"} {
			if !strings.Contains(got, column) {
				t.Errorf("%s: no column %s in\n%s", name, column, got)
			}
		}
	}
}

// A threshold's bound is what a reader needs: it outlives the cut.
func TestALongThresholdKeepsItsBound(t *testing.T) {
	doc := fixture.Document()
	doc.Thresholds[0].Tags = map[string]string{"journey": "checkout", "versus": strings.Repeat("long-", 20)}
	if got := render(t, Text, fixture.Store(doc), Options{}); !strings.Contains(got, "…") || !regexp.MustCompile(`…\S*\} >= 99\.9%`).MatchString(got) {
		t.Errorf("the bound is gone:\n%s", got)
	}
}

func TestCutCountsColumnsOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"cart", 4, "cart"}, {"basket", 4, "bas…"}, {"店店店", 4, "店…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}} {
		if got := cut(c.in, c.n); got != c.want || width(got) > c.n {
			t.Errorf("%q to %d: got %q", c.in, c.n, got)
		}
	}
	g := grid{tail: 3}
	if got := g.cut("abcdefghij", 0, 7); got != "abc…hij" {
		t.Errorf("with a tail: %q", got)
	}
}

func TestJSONIsTheStoreUnchanged(t *testing.T) {
	text := render(t, JSON, stores()["hostile"], Options{})
	store, err := result.ReadJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := store.Document().Topologies[0].Name; got != stores()["hostile"].Document().Topologies[0].Name {
		t.Errorf("a name became %q", got)
	}
}
