package reports

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"faultline/cmd/bounded"
	"faultline/reports/view"
)

// FuzzInline: whatever a text holds, in Markdown it is text, on one line, in its cell.
func FuzzInline(f *testing.F) {
	for _, s := range []string{"a_b*c", "<script>", "@all #1", "https://a.example", "www.a", "[a](b)", "![a](b)", "a|b", "``", "&lt;", "::error::x", "%12", "\\<b>", "\x1b[31m", "\u202e"} {
		f.Add(s)
	}
	ours := strings.NewReplacer("<!-- -->", "")
	live := regexp.MustCompile("[<>]|&($|[^aglt])|(^|[^\\\\])(\\\\\\\\)*[*_`\\[\\]|]|://|\n|\r")
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		out := inline(view.Clean(text))
		if found := live.FindString(ours.Replace(out)); found != "" && found != "://" {
			t.Errorf("%q becomes %q, in which %q is alive", text, out, found)
		}
		if strings.Contains(out, "://") {
			t.Errorf("%q becomes %q, a link", text, out)
		}
		for _, r := range out {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q becomes %q", text, out)
			}
		}
	})
}
