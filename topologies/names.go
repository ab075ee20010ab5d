package topologies

import (
	"fmt"
	"strings"
	"unicode"

	"faultline/topologies/strict"
)

// Users is the name of where requests come from; nothing else may have it.
const Users = "users"

// BadName says why a name will not do, "" if it will. Dots, stars, arrows and
// spaces belong to the grammar of calls and edges, slashes to paths.
func BadName(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case len(name) > 100:
		return "the name " + strict.Quote(name) + " is longer than 100 bytes"
	case name == Users:
		return `"users" is reserved for where requests come from; choose another name`
	}
	for i, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (i == 0 || !strings.ContainsRune("-_", r)) {
			return strict.Quote(name) + " is not a name (write letters, digits, - and _, beginning with a letter or a digit)"
		}
	}
	return ""
}

// CheckNames reports bad keys of a mapping.
func CheckNames[T any](errs *strict.Errors, m strict.Map[T], except string) {
	for _, e := range m {
		if why := BadName(e.Key); why != "" && e.Key != except {
			errs.At(e.KeyNode, "%s", why)
		}
	}
}

// checkValue reports a bad name that is a value.
func checkValue(errs *strict.Errors, n *strict.Node, name string) {
	if why := BadName(name); why != "" && n != nil && n.Text() == name {
		errs.At(n, "%s", why)
	}
}

// maxHints bounds the errors that come with a suggestion: comparing every bad
// name with every good one takes their product.
const maxHints = 100

// hint is a "did you mean", or the list of what would be right where nothing is near.
func (l *Loader) hint(got string, names func() []string) string {
	if l.Errs.Len() >= maxHints {
		return ""
	}
	valid := names()
	if near := strict.DidYouMean(got, valid); near != "" {
		return near
	}
	const most = 12
	switch {
	case len(valid) == 0:
		return ""
	case len(valid) > most:
		return " (known: " + strings.Join(valid[:most], ", ") + ", …)"
	}
	return " (known: " + strings.Join(valid, ", ") + ")"
}

// list joins names for a sentence, cut when there are many.
func list(names []string) string {
	const most = 6
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
