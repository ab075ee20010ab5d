package strict

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxQuoted bounds what an error repeats of a file's text, in characters, and
// maxMessage a whole message.
const (
	maxQuoted  = 60
	maxMessage = 600
)

// Quote shows a text from a file in an error: in quotes, escaped, cut when long.
func Quote(s string) string {
	if short := cut(s, maxQuoted); short != s {
		return strconv.Quote(short) + "…"
	}
	return strconv.Quote(s)
}

// cut is the first n characters of s.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// clean escapes what a terminal would obey or hide, and cuts what is endless.
func clean(s string) string {
	var b strings.Builder
	short := cut(s, maxMessage)
	for i, r := range short {
		b.WriteString(visible(r, short[i:]))
	}
	if short != s {
		b.WriteString("…")
	}
	return b.String()
}

// visible is the character that s begins with, or its escape.
func visible(r rune, s string) string {
	switch _, size := utf8.DecodeRuneInString(s); {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[0])
	case r == ' ' || unicode.IsPrint(r):
		return s[:size]
	default:
		quoted := strconv.QuoteRune(r)
		return quoted[1 : len(quoted)-1]
	}
}

// The excerpt shows this many columns of a line on each side of the caret at
// most, and looks for them in so many bytes a column: combining marks take none.
const (
	columnsBefore = 50
	columnsAfter  = 40
	reach         = 8
)

// lastBytes is the end of s: n bytes, or a little less so as to begin with a character.
func lastBytes(s string, n int) string {
	i := max(0, len(s)-n)
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return s[i:]
}

// excerpt is the given line of the file, fit for a terminal, and a line with a
// caret under the column; ok is false if there is no such line or
// nothing in it.
func (f *File) excerpt(line, column int) (shown, caret string, ok bool) {
	text, ok := f.line(line)
	if !ok || strings.TrimSpace(text) == "" {
		return "", "", false
	}
	before, after := splitColumn(text, column-1)
	left, right := lastBytes(before, reach*columnsBefore), after[:min(len(after), reach*columnsAfter)]
	head, headCut := keepRight(shownRunes(left), columnsBefore)
	tail, tailCut := keepLeft(shownRunes(right), columnsAfter)
	if headCut || len(left) < len(before) {
		head = "…" + head
	}
	if tailCut || len(right) < len(after) {
		tail += "…"
	}
	return strings.TrimRight(head+tail, " "), strings.Repeat(" ", uniseg.StringWidth(head)) + "^", true
}

// line is the text of a line, counted from 1. The file keeps the offsets of its
// lines once it has been asked.
func (f *File) line(n int) (string, bool) {
	if f.lines == nil {
		f.lines = []int{0}
		for i, c := range f.Text {
			if c == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	if n < 1 || n > len(f.lines) {
		return "", false
	}
	text := f.Text[f.lines[n-1]:]
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(string(text), "\r"), true
}

// splitColumn cuts after n characters. An invalid byte counts as one.
func splitColumn(s string, n int) (before, after string) {
	for i := range s {
		if n == 0 {
			return s[:i], s[i:]
		}
		n--
	}
	return s, ""
}

// shownRunes splits text into what is shown for each character: a tab is four
// spaces, what a terminal would obey is escaped.
func shownRunes(s string) []string {
	var out []string
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == '\t' {
			out = append(out, "    ")
		} else {
			out = append(out, visible(r, s))
		}
		s = s[size:]
	}
	return out
}

// keepLeft joins as many of the first pieces as fit into the columns.
func keepLeft(pieces []string, columns int) (joined string, cut bool) {
	for i, p := range pieces {
		if columns -= uniseg.StringWidth(p); columns < 0 {
			return strings.Join(pieces[:i], ""), true
		}
	}
	return strings.Join(pieces, ""), false
}

// keepRight joins as many of the last pieces as fit into the columns.
func keepRight(pieces []string, columns int) (joined string, cut bool) {
	for i := len(pieces) - 1; i >= 0; i-- {
		if columns -= uniseg.StringWidth(pieces[i]); columns < 0 {
			return strings.Join(pieces[i+1:], ""), true
		}
	}
	return strings.Join(pieces, ""), false
}
