package strict

import (
	"fmt"
	"strings"
)

// Set returns a copy of the tree in which the value at a path is another, as
// `--set path=value` asks: `services.payments.replicas`, `edges."checkout ->
// payments".timeout`, `topologies.0`. Mappings that the path lacks are made. The
// value is YAML. The error names the flag.
func Set(root *Node, path, value string) (*Node, error) {
	return SetFlag(root, "--set", path+"="+value, path, value)
}

// SetArgument is Set for the argument of --set, "path=value". A = within quotes
// belongs to the path.
func SetArgument(root *Node, argument string) (*Node, error) {
	quoted := false
	for i, c := range argument {
		switch {
		case c == '"' && (i == 0 || argument[i-1] != '\\'):
			quoted = !quoted
		case c == '=' && !quoted:
			return Set(root, argument[:i], argument[i+1:])
		}
	}
	var errs Errors
	errs.AtPlace(&File{Path: "--set", Text: []byte(argument), flag: true}, 1, 1, "no = (write path=value)")
	return root, errs.Err()
}

// SetFlag is Set for a flag of another name, which is the value's origin; text
// is what errors repeat after it, as in SetFlag(root, "--seed", "7", "run.seed", "7").
func SetFlag(root *Node, flag, text, path, value string) (*Node, error) {
	f := &File{Path: flag, Text: []byte(asText(value)), flag: true}
	var errs Errors
	segments, err := splitPath(path)
	switch {
	case err != nil:
		errs.AtPlace(f, 1, 1, "%v", err)
	case len(segments) > MaxDepth:
		errs.AtPlace(f, 1, 1, "the path has more than %d parts", MaxDepth)
	case len(value) > MaxBytes:
		errs.AtPlace(f, 1, 1, "the value has more than %d MiB", MaxBytes>>20)
	case strings.TrimSpace(value) == "":
		errs.AtPlace(f, 1, 1, "no value (write %s=VALUE)", cut(path, maxQuoted))
	default:
		parse(f, &errs)
	}
	f.Text = []byte(text)
	if errs.Len() > 0 {
		return root, errs.Err()
	}
	out, err := setAt(root, segments, 0, f.Root)
	if err != nil {
		errs.AtPlace(f, 1, 1, "%v", err)
	}
	return out, errs.Err()
}

// asText quotes a value of one line that begins as a YAML block of several would:
// in thresholds.offered=>= 50/s the sign is meant.
func asText(value string) string {
	if block := strings.HasPrefix(value, ">") || strings.HasPrefix(value, "|"); !block || strings.Contains(value, "\n") {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// setAt is n with another value at segments[i:].
func setAt(n *Node, segments []string, i int, value *Node) (*Node, error) {
	if i == len(segments) {
		return value.replacing(n), nil
	}
	child, err := setAt(n.child(segments[i]), segments, i+1, value)
	if err != nil {
		return n, err
	}
	switch {
	case n == nil || n.IsNull():
		return (*Node)(nil).With(segments[i], child), nil
	case n.kind == Mapping:
		return n.With(segments[i], child), nil
	case n.kind == Scalar:
		return n, fmt.Errorf("%s is the value %s, which has no %s inside",
			cut(JoinPath(segments[:i]...), maxQuoted), Quote(n.text), Quote(segments[i]))
	}
	index, ok := listIndex(segments[i])
	if !ok || index >= n.Len() {
		return n, fmt.Errorf("%s is not in the list %s, which has %d (write 0 for the first)",
			Quote(segments[i]), cut(JoinPath(segments[:i]...), maxQuoted), n.Len())
	}
	items := append([]*Node(nil), n.Items()...)
	items[index] = child
	return n.withItems(items), nil
}
