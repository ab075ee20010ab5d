package strict

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// maxCharacters is the number of bad characters that a file reports one by one.
const maxCharacters = 10

// checkCharacters reports each character that no file may hold, and returns the
// text with those replaced by U+FFFD, one for one, so that the rest can be
// checked at the same places. ok is false for what is not a text at all.
func checkCharacters(f *File, errs *Errors) (text []byte, ok bool) {
	if bytes.HasPrefix(f.Text, []byte("\xff\xfe")) || bytes.HasPrefix(f.Text, []byte("\xfe\xff")) {
		errs.AtPlace(f, 1, 1, "the file is UTF-16; save it as UTF-8")
		return nil, false
	}
	line, column, found := 1, 1, 0
	text = f.Text
	for i := 0; i < len(f.Text); {
		r, size := rune(f.Text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(f.Text[i:])
		}
		if why := badCharacter(r, f.Text[i:i+size], f.Text[i+size:]); why != "" {
			if found++; found > maxCharacters {
				errs.AtPlace(f, line, column, "more than %d such characters; is this a text file?", maxCharacters)
				return nil, false
			}
			errs.AtPlace(f, line, column, "%s", why)
			f.patched = true
			text = replaceAt(text, len(text)-len(f.Text)+i, size)
		}
		i += size
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return text, true
}

// replaceAt is a copy of text with U+FFFD in place of size bytes at i.
func replaceAt(text []byte, i, size int) []byte {
	out := make([]byte, 0, len(text)+3)
	out = append(append(out, text[:i]...), "\ufffd"...)
	return append(out, text[i+size:]...)
}

// badCharacter says why a character cannot stand in a file, comments included:
// what is shown would not be what is read. "" is a good one.
func badCharacter(r rune, itself, rest []byte) string {
	switch {
	case r == '\n' || r == '\t' || r >= ' ' && r < 0x7f:
		return ""
	case r == utf8.RuneError && len(itself) == 1:
		return fmt.Sprintf("the byte 0x%02x is not UTF-8; save the file as UTF-8", itself[0])
	case r == '\r' && len(rest) > 0 && rest[0] == '\n':
		return ""
	case r == '\r':
		return "a carriage return without a line feed; save the file with line feeds"
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return fmt.Sprintf("the line separator %U; use a line feed", r)
	case unicode.IsControl(r):
		return fmt.Sprintf("the control character %U; remove it", r)
	case unicode.Is(unicode.Bidi_Control, r):
		return fmt.Sprintf("the text direction character %U, which makes a text look like another; remove it", r)
	case r == 0xfeff:
		return "a byte order mark (U+FEFF) inside the text; remove it"
	case unicode.Is(unicode.Noncharacter_Code_Point, r):
		return fmt.Sprintf("%U is not a character; remove it", r)
	}
	return ""
}

// badText says why a scalar cannot be used, whatever its escapes spelt; broken
// reports a line break or tab, which a description may hold but no name.
func badText(s string) (why string, isBroken bool) {
	for i, r := range s {
		if r == '\n' || r == '\t' {
			isBroken = true
			continue
		}
		if r < 0x7f && r >= ' ' {
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		if why := badCharacter(r, []byte(s[i:i+size]), nil); why != "" {
			return why, isBroken
		}
		// Joiners shape Persian, Indic scripts and emoji; other format
		// characters are invisible, and two names would look the same.
		if unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d {
			return fmt.Sprintf("the invisible character %U; remove it", r), isBroken
		}
	}
	return "", isBroken
}
