package result

import (
	"bufio"
	"bytes"
)

// indent writes compact JSON spread over lines, two spaces a level, as encoding/json
// would, but keeps a list of numbers on one line: a series has hundreds, and a
// line for each made the file of a scenario three times as large. The value stands
// so many levels deep.
func indent(dst *bufio.Writer, src []byte, depth int) {
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			end := stringEnd(src, i)
			dst.Write(src[i:end])
			i = end - 1
		case '[', '{':
			if end := flatEnd(src, i); end > 0 {
				dst.Write(src[i:end])
				i = end - 1
				continue
			}
			depth++
			dst.WriteByte(c)
			newline(dst, depth)
		case ']', '}':
			depth--
			newline(dst, depth)
			dst.WriteByte(c)
		case ',':
			dst.WriteByte(c)
			newline(dst, depth)
		case ':':
			dst.WriteString(": ")
		default:
			dst.WriteByte(c)
		}
	}
}

func newline(dst *bufio.Writer, depth int) {
	dst.WriteByte('\n')
	for range depth {
		dst.WriteString("  ")
	}
}

// stringEnd is the index after the string that begins at i.
func stringEnd(src []byte, i int) int {
	for i++; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// flatEnd is the index after the list or object that begins at i, if it is
// empty or holds numbers and null alone; 0 if not.
func flatEnd(src []byte, i int) int {
	end := bytes.IndexAny(src[i+1:], `{}["]`)
	if end < 0 || src[i+1+end] != src[i]+2 { // ']' is '[' + 2, '}' is '{' + 2
		return 0
	}
	return i + end + 2
}
