package strict

import (
	"errors"
	"strconv"
	"strings"
)

// JoinPath writes segments as a path for --set: joined by dots, those that hold
// anything but letters, digits, - and _ in quotes.
func JoinPath(segments ...string) string {
	n := len(segments)
	for _, s := range segments {
		n += len(s)
	}
	var b strings.Builder
	b.Grow(n)
	for i, s := range segments {
		if i > 0 {
			b.WriteByte('.')
		}
		if plainSegment(s) {
			b.WriteString(s)
		} else {
			b.WriteString(strconv.Quote(s))
		}
	}
	return b.String()
}

func plainSegment(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '*':
		default:
			return false
		}
	}
	return s != ""
}

// splitPath is the inverse of JoinPath. A segment in quotes may hold dots.
func splitPath(path string) ([]string, error) {
	var segments []string
	for rest := path; ; {
		segment, tail, err := cutSegment(rest)
		if err != nil {
			return nil, err
		}
		segments = append(segments, segment)
		if tail == "" {
			return segments, nil
		}
		rest = tail[1:]
	}
}

// cutSegment returns the first segment, and the rest, which begins with its dot.
func cutSegment(s string) (segment, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s+".", '.')
		segment, rest = s[:end], s[end:]
		if segment == "" {
			return "", "", errors.New("the path has an empty part (write it as services.cart.replicas)")
		}
		if strings.Contains(segment, `"`) {
			return "", "", errors.New("the path has a quote inside a part (put the whole part in quotes)")
		}
		return segment, rest, nil
	}
	prefix, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", errors.New("the path has a quote that is not closed")
	}
	if rest = s[len(prefix):]; rest != "" && rest[0] != '.' {
		return "", "", errors.New("the path goes on after a closing quote (write a dot between its parts)")
	}
	segment, err = strconv.Unquote(prefix)
	if err == nil && segment == "" {
		err = errors.New("the path has an empty part (write it as services.cart.replicas)")
	}
	return segment, rest, err
}

// listIndex parses the number of an element, from 0.
func listIndex(s string) (int, bool) {
	if s == "" || len(s) > 7 || len(s) > 1 && s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	i, err := strconv.Atoi(s)
	return i, err == nil
}
