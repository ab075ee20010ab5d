package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// replacement stands for every character that must not reach a reader.
const replacement = '\uFFFD'

// Clean makes a name safe to show on one line: control characters (a terminal
// would obey them), characters that turn the direction of the text around or
// are invisible, and broken UTF-8 become U+FFFD. Escaping for HTML is left to
// the templates.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.Map(cleanRune, valid(s))
}

// isPlain reports what nearly all names are: printable ASCII, which is clean.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// CleanText is Clean for a text of several lines: line ends and tabs stay.
func CleanText(s string) string {
	s = strings.ReplaceAll(valid(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return cleanRune(r)
	}, s)
}

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, string(replacement))
}

func cleanRune(r rune) rune {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return replacement
	case r == '\u200c', r == '\u200d':
		return r // joiners: some scripts and emoji cannot be written without
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return replacement
	}
	return r
}

// Shorten cuts a name to at most n characters, with an ellipsis as the last.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return strings.TrimRight(string(runes[:max(n-1, 0)]), " -_.") + "…"
}

// maxName bounds the names that the reports show; result.json has them whole.
const maxName = 72

// Name is a name of the model, made safe and short enough to be read.
func Name(s string) string { return Shorten(Clean(s), maxName) }
