package unit

import "strings"

// Arg is one argument of a call: "cv=1.5" has Key "cv", "3ms" has Key "".
type Arg struct{ Key, Value string }

// callLimit bounds the length of a call, and nestLimit how deep its parentheses
// go: far beyond what anyone writes by hand.
const (
	callLimit = 4096
	nestLimit = 32
)

// ParseCall reads the syntax name(args): a name, and arguments separated by
// spaces or by a comma. An argument is a value or key=value; parentheses inside
// one are kept whole, so that "mix(95% exp(1ms) 5% exp(40ms))" has four
// arguments. A name alone, "poisson", has nil arguments, and "f()" has none.
func ParseCall(text string) (name string, args []Arg, err error) {
	switch {
	case text == "":
		return "", nil, refuse(text, "is empty (write a name, as in exp(3ms))")
	case strings.TrimSpace(text) != text:
		return "", nil, refuse(text, "has spaces around it (write %s)", Quote(strings.TrimSpace(text)))
	case len(text) > callLimit:
		return "", nil, refuse(text, "is longer than %d bytes", callLimit)
	}
	if err := balanced(text); err != nil {
		return "", nil, err
	}
	name, rest, ok := strings.Cut(text, "(")
	switch trimmed := strings.TrimRight(name, " \t"); {
	case !ok:
		return name, nil, nil
	case trimmed == "":
		return "", nil, refuse(text, "has no name before the parenthesis (write exp(3ms))")
	case trimmed != name:
		return "", nil, refuse(text, "has a space before the parenthesis (write %s)", Quote(trimmed+"("+rest))
	case !strings.HasSuffix(rest, ")") || closing(rest) != len(rest)-1:
		return "", nil, refuse(text, "goes on after its closing parenthesis (write one call, as in exp(3ms))")
	}
	args, err = arguments(text, rest[:len(rest)-1])
	return name, args, err
}

// balanced refuses parentheses that do not match. The commonest cause is YAML,
// which ends a plain scalar at a comma inside { }.
func balanced(text string) error {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return refuse(text, "has a closing parenthesis too many")
		}
		if depth > nestLimit {
			return refuse(text, "nests deeper than %d parentheses", nestLimit)
		}
	}
	if depth > 0 {
		return refuse(text, "has no closing parenthesis; was it cut off at a comma? "+
			"(inside { } YAML ends a plain value at a comma: separate the arguments by spaces, or quote the value)")
	}
	return nil
}

// closing is the index of the parenthesis that closes the one before rest.
func closing(rest string) int {
	depth := 1
	for i := range len(rest) {
		switch rest[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// arguments splits what stands between the parentheses of text.
func arguments(text, inner string) ([]Arg, error) {
	args := []Arg{}
	for inner = trimLeft(inner); inner != ""; {
		token := inner[:tokenEnd(inner)]
		arg, err := argument(text, token)
		if err != nil {
			return nil, err
		}
		for _, other := range args {
			if arg.Key != "" && other.Key == arg.Key {
				return nil, refuse(text, "gives %s twice (write it once)", Quote(arg.Key))
			}
		}
		args = append(args, arg)
		inner = trimLeft(inner[len(token):])
		if after, comma := strings.CutPrefix(inner, ","); comma {
			if inner = trimLeft(after); inner == "" {
				return nil, refuse(text, "has a comma with no argument after it (leave it out)")
			}
		}
	}
	return args, nil
}

func trimLeft(s string) string { return strings.TrimLeft(s, " \t") }

// tokenEnd is the index of the first separator outside parentheses.
func tokenEnd(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ' ', '\t', ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(s)
}

// argument reads value or key=value; an equals sign in parentheses belongs to
// the value.
func argument(text, token string) (Arg, error) {
	if token == "" {
		return Arg{}, refuse(text, "has a comma with no argument before it (leave it out)")
	}
	head, _, _ := strings.Cut(token, "(")
	key, _, found := strings.Cut(head, "=")
	if !found {
		return Arg{Value: token}, nil
	}
	value := token[len(key)+1:]
	if key == "" || value == "" || value[0] == '=' {
		return Arg{}, refuse(text, "has an incomplete argument %s (write key=value, without spaces)", Quote(token))
	}
	return Arg{Key: key, Value: value}, nil
}
