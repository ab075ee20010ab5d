package reports

import (
	"regexp"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func TestMarkdownIsAsCommitted(t *testing.T) {
	for file, store := range map[string]*result.Store{"two-topologies.md": stores()["whole"], "metastable.md": stores()["metastable"], "hostile.md": stores()["hostile"]} {
		golden(t, file, render(t, Markdown, store, Options{}))
	}
}

// A forge refuses a comment that is too long.
func TestMarkdownIsACommentInSize(t *testing.T) {
	doc := fixture.Hostile()
	for range 500 {
		doc.Warnings = append(doc.Warnings, strings.Repeat("@", 300))
		doc.Thresholds = append(doc.Thresholds, doc.Thresholds...)
		if len(doc.Thresholds) > 400 {
			doc.Thresholds = doc.Thresholds[:400]
		}
	}
	for i := range doc.Warnings[len(doc.Warnings)-500:] { // no two the same
		doc.Warnings[len(doc.Warnings)-500+i] += strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	all := map[string]*result.Store{"long": fixture.Store(doc)}
	for name, store := range stores() {
		all[name] = store
	}
	for name, store := range all {
		text := render(t, Markdown, store, Options{})
		if len(text) >= markdownLimit {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		if strings.Count(text, "<details>") != strings.Count(text, "</details>") || !strings.Contains(text, "Repeat it:") {
			t.Errorf("%s: cut in its middle", name)
		}
	}
	if text := render(t, Markdown, all["long"], Options{}); !strings.Contains(text, "more rows are in the report") || !strings.Contains(text, "more are in the report") {
		t.Error("what was left out is not counted")
	}
}

// Whatever a name holds, a table keeps its columns, no element is but ours, and
// nobody is mentioned.
func TestNamesDoNoHarmInMarkdown(t *testing.T) {
	span := regexp.MustCompile("`+ .* `+")
	for name, store := range stores() {
		columns := 0
		for line := range strings.Lines(render(t, Markdown, store, Options{})) {
			line = strings.TrimSuffix(span.ReplaceAllString(line, ""), "\n")
			for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(line, -1) {
				if !regexp.MustCompile(`^(</?(sub|b|details|summary)>|<!-- -->)$`).MatchString(tag) {
					t.Errorf("%s: %s in %q", name, tag, line)
				}
			}
			bars := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if bars > 0 && columns > 0 && bars != columns {
				t.Errorf("%s: %d bars after %d: %q", name, bars, columns, line)
			}
			columns = bars
			if bad := regexp.MustCompile(`[@~$][a-z]|://|[^\\][*_\x60\[]|\x1b|\x{202e}`).FindString(regexp.MustCompile(`\*\*`).ReplaceAllString(line, "")); bad != "" {
				t.Errorf("%s: %q in %q", name, bad, line)
			}
		}
	}
}

func TestInlineBreaksWhatAForgeWouldLink(t *testing.T) {
	for in, want := range map[string]string{
		"a_b*c":             `a\_b\*c`,
		"@all #12 !3 ~bug":  `\@<!-- -->all \#<!-- -->12 \!<!-- -->3 \~<!-- -->bug`,
		"https://a.example": "https:<!-- -->//a.example",
		"www.a.example":     "www.<!-- -->a.example",
		"%12 and 5% of":     "%<!-- -->12 and 5% of",
		"<b>&|`x`":          "&lt;b&gt;&amp;\\|\\`x\\`",
		"a\nb":              "a b",
	} {
		if got := inline(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := code("a``b`"); got != "``` a``b` ```" {
		t.Errorf("got %q", got)
	}
}

func TestAMetastableStateIsSaidFirst(t *testing.T) {
	want := "shop-monolith stays broken after poison-input is over, though the load is as before."
	for name, write := range map[string]Write{"METASTABLE: ": Text, "**metastable**: ": Markdown, `<span class="tag bad">metastable</span> `: HTML} {
		got := strings.Join(strings.Fields(render(t, write, stores()["metastable"], Options{})), " ")
		at, table := strings.Index(got, name+want), strings.Index(got, "98.")
		if at < 0 || (table >= 0 && at > table) {
			t.Errorf("%q is not there, or comes late", name+want)
		}
	}
}
