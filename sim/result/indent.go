package result

import "bufio"

// indent writes compact JSON spread over lines, two spaces a level, as encoding/json
// would, but keeps a list of numbers on one line: a series has hundreds, and a
// line for each made the file of a scenario three times as large. The value stands
// so many levels deep.
func indent(dst *bufio.Writer, src []byte, depth int) {
	from := 0 // what is not written yet
	write := func(to int) {
		dst.Write(src[from:to])
		from = to
	}
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '"':
			i = stringEnd(src, i) - 1
		case '[', '{':
			if end := flatEnd(src, i); end > 0 {
				i = end - 1
				continue
			}
			write(i + 1)
			depth++
			newline(dst, depth)
		case ']', '}':
			write(i)
			depth--
			newline(dst, depth)
		case ',':
			write(i + 1)
			newline(dst, depth)
		case ':':
			write(i + 1)
			dst.WriteByte(' ')
		}
	}
	write(len(src))
}

// newline begins a line so many levels deep.
func newline(dst *bufio.Writer, depth int) {
	const deep = 16 // of which one string has the spaces
	const blank = "\n" + "                                "
	dst.WriteString(blank[:1+2*min(depth, deep)])
	for range depth - deep {
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
	for end := i + 1; end < len(src); end++ {
		switch src[end] {
		case '"', '[', '{':
			return 0
		case ']', '}':
			return end + 1
		}
	}
	return 0
}
