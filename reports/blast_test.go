package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

// blasts are the catalogues that every format must survive.
func blasts() map[string]*result.Blast {
	return map[string]*result.Blast{"whole": fixture.Blast(), "hostile": fixture.HostileBlast(), "empty": fixture.EmptyBlast(), "vast": fixture.VastBlast()}
}

func blastAs(t *testing.T, write WriteBlast, doc *result.Blast) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, doc, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormatOfABlastIsTheSameTwiceAndReportsAFailingWriter(t *testing.T) {
	for name, doc := range blasts() {
		for _, f := range BlastFormats {
			if first, second := blastAs(t, f.Write, doc), blastAs(t, f.Write, doc); first == "" || first != second {
				t.Errorf("%s of %s: %d bytes, then %d", f.Name, name, len(first), len(second))
			}
			if err := f.Write(failing{}, doc, Options{}); err == nil {
				t.Errorf("%s of %s: the writer's error is lost: %v", f.Name, name, errors.New("none"))
			}
		}
	}
}

func TestABlastIsAsCommitted(t *testing.T) {
	for file, write := range map[string]WriteBlast{"blast.txt": BlastText, "blast.md": BlastMarkdown} {
		golden(t, file, blastAs(t, write, fixture.Blast()))
	}
}

func TestABlastFitsAHundredColumnsAndObeysNobody(t *testing.T) {
	for name, doc := range blasts() {
		for line := range strings.Lines(blastAs(t, BlastText, doc)) {
			line = strings.TrimSuffix(line, "\n")
			if w := width(line); w > textWidth {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
				t.Errorf("%s: a control character in %q", name, line)
			}
		}
		if n := len(blastAs(t, BlastMarkdown, doc)); n > markdownLimit {
			t.Errorf("%s: %d bytes of Markdown", name, n)
		}
	}
}

func TestABlastIsItsJSON(t *testing.T) {
	doc, back := fixture.Blast(), new(result.Blast)
	text := blastAs(t, BlastJSON, doc)
	if err := json.Unmarshal([]byte(text), back); err != nil {
		t.Fatal(err)
	}
	if again := blastAs(t, BlastJSON, back); again != text {
		t.Error("the document does not come back from its JSON")
	}
	for _, key := range []string{`"schema": "faultline/blast/v1"`, `"blastRadius": {`, `"worstFault": "kill-service-catalogue-0"`, `"singlePoint": true`, `"reach": {`} {
		if !strings.Contains(text, key) {
			t.Errorf("no %s", key)
		}
	}
}

// What is not known to be an element, an attribute or a class of ours came out of a name.
func TestNamesDoNoHarmOnThePageOfABlast(t *testing.T) {
	used := map[string]bool{}
	for name, doc := range blasts() {
		page := blastAs(t, BlastHTML, doc)
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			for _, class := range strings.Fields(m[1]) {
				used[class] = true
			}
		}
		for _, evil := range []string{fixture.Script, fixture.Image, "\x1b", "\u202e", "\u009b", "\x00"} {
			if strings.Contains(page, evil) {
				t.Errorf("%s: %q is in the page", name, evil)
			}
		}
		policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
		if policy == nil || html.UnescapeString(policy[1]) != policyOf() || strings.Count(page, "<style") != 1 || strings.Count(page, "<script") != 1 {
			t.Errorf("%s: policy %q", name, policy)
		}
		if len(page) > 3<<20 {
			t.Errorf("%s: %d bytes", name, len(page))
		}
	}
	for class := range used {
		if !regexp.MustCompile(`\.`+regexp.QuoteMeta(class)+`\b`).MatchString(pageStyle) && class != "data" && class != "sortable" {
			t.Errorf("class %s has no style", class)
		}
	}
	if page := blastAs(t, BlastHTML, fixture.HostileBlast()); strings.Count(page, html.EscapeString(fixture.Script)) < 20 {
		t.Error("the hostile names did not reach the page, so nothing was tested")
	}
}

func policyOf() string { return policy(pageStyle, pageScript) }

func TestThePageOfABlastInABrowser(t *testing.T) {
	ctx := browser(t)
	var wrong complaints
	wrong.listen(ctx, t)
	dir := t.TempDir()
	for name, doc := range blasts() {
		path := filepath.Join(dir, name+".html")
		put(t, path, blastAs(t, BlastHTML, doc))
		for _, width := range []int64{1280, 320} {
			open(ctx, t, path, width)
			for what, expression := range map[string]string{"too wide": overflowing, "picture without a name": unnamed,
				"text outside its picture": runaway, "element that must not be": foreign, "picture without a height": unsized} {
				for _, found := range ask[[]string](ctx, t, expression) {
					t.Errorf("%s, %d px: %s: %s", name, width, what, found)
				}
			}
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		open(ctx, t, filepath.Join(dir, "whole.html"), 1280)
		emulated(ctx, t, scheme, `[]`)
		for _, v := range audit(ctx, t) {
			t.Errorf("%s: %s", scheme, v)
		}
	}
	// The matrix sorts by its figures: the mildest fault of a journey comes first on
	// the second click.
	const first = `(() => { const t = document.querySelector('table.heat'); const b = t.tHead.rows[0].cells[3].querySelector('button'); b.click(); b.click(); return t.tBodies[0].rows[0].cells[0].textContent })()`
	if got := ask[string](ctx, t, first); !strings.HasPrefix(got, "kill-service-notifications-9") {
		t.Errorf("sorted by the second journey, the mildest is %q", got)
	}
	for _, complaint := range wrong.take() {
		t.Error(complaint)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
