package result

import "bytes"

// indent appends compact JSON spread over lines, two spaces a level, as encoding/json
// would, but keeps a list of numbers on one line: a series has hundreds, and a
// line for each made the file of a scenario three times as large. The value stands
// so many levels deep.
func indent(dst, src []byte, depth int) []byte {
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			end := stringEnd(src, i)
			dst = append(dst, src[i:end]...)
			i = end - 1
		case '[', '{':
			if end := flatEnd(src, i); end > 0 {
				dst = append(dst, src[i:end]...)
				i = end - 1
				continue
			}
			depth++
			dst = newline(append(dst, c), depth)
		case ']', '}':
			depth--
			dst = append(newline(dst, depth), c)
		case ',':
			dst = newline(append(dst, c), depth)
		case ':':
			dst = append(dst, ": "...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func newline(dst []byte, depth int) []byte {
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, "  "...)
	}
	return dst
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
