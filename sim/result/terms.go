package result

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/unit"
)

// Term is one of the conditions under which a run was made: "load.shoppers.rate"
// and "200/s".
type Term struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// Terms are what makes runs comparable, sorted by path: seed, duration, warm-up
// (the one found, where it is auto) and drain, the load, the weights of the journeys
// where a flow has no mix of its own, and the faults. Where they are equal the same
// requests arrive at the same instants and meet the same faults; topologies and
// applications may differ, for that is what is compared.
func Terms(doc *Document) []Term {
	t := termBook{doc: doc, values: map[string]string{}}
	t.put("run.seed", strconv.FormatUint(doc.Seed, 10))
	t.put("run.duration", seconds(doc.Scenario.Duration))
	t.put("run.warmup", seconds(doc.Scenario.Warmup))
	mixed := t.mixed()
	for r := range doc.Resolved.All() {
		switch {
		case r.Path == "run.drain", strings.HasPrefix(r.Path, "faults."):
			t.put(r.Path, r.Value)
		case strings.HasPrefix(r.Path, "load."):
			t.put(r.Path, t.traced(r.Value))
		case !mixed && strings.HasSuffix(r.Path, ".weight"):
			if i := strings.Index("."+r.Path, ".journeys."); i >= 0 {
				t.put(r.Path[i:], r.Value)
			}
		}
	}
	return t.sorted()
}

func seconds(s float64) string { return unit.Duration(s * 1e9).String() }

// termBook collects terms.
type termBook struct {
	doc    *Document
	paths  []string
	values map[string]string
}

// put notes a value; that of a path which topologies disagree on is all of theirs.
func (t *termBook) put(path, value string) {
	old, ok := t.values[path]
	switch {
	case !ok:
		t.paths = append(t.paths, path)
	case slices.Contains(strings.Split(old, " or "), value):
		return
	default:
		value = old + " or " + value
	}
	t.values[path] = value
}

func (t *termBook) sorted() (out []Term) {
	for _, p := range t.paths {
		out = append(out, Term{p, t.values[p]})
	}
	slices.SortFunc(out, func(a, b Term) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// mixed reports whether every flow has a mix, so that the application's weights
// are not used.
func (t *termBook) mixed() bool {
	var flows, mixes []string
	for r := range t.doc.Resolved.All() {
		rest, ok := strings.CutPrefix(r.Path, "load.")
		if !ok {
			continue
		}
		flow := firstSegment(rest)
		if flows = append(flows, flow); strings.HasPrefix(strings.TrimPrefix(rest, flow), ".mix.") {
			mixes = append(mixes, flow)
		}
	}
	return len(flows) > 0 && !slices.ContainsFunc(flows, func(f string) bool { return !slices.Contains(mixes, f) })
}

// firstSegment is a path's first name, with the quotes that it may have.
func firstSegment(path string) string {
	if strings.HasPrefix(path, `"`) {
		if end := strings.Index(path[1:], `"`); end >= 0 {
			return path[:end+2]
		}
	}
	head, _, _ := strings.Cut(path, ".")
	return head
}

// traced adds to a value that names a file what is in it.
func (t *termBook) traced(value string) string {
	inner, ok := strings.CutPrefix(value, "trace(")
	if !ok {
		return value
	}
	name, _, _ := strings.Cut(strings.Trim(inner, `"'`), ")")
	for _, s := range t.doc.Sources {
		if strings.HasSuffix("/"+s.Path, "/"+strings.TrimLeft(name, "./")) {
			return value + " " + s.Digest
		}
	}
	return value
}

// Mismatch is one term in which two runs differ; "" is absent.
type Mismatch struct{ Path, A, B string }

// Mismatches are the terms in which a and b, both sorted, differ.
func Mismatches(a, b []Term) (out []Mismatch) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Path < b[0].Path:
			out = append(out, Mismatch{a[0].Path, a[0].Value, ""})
			a = a[1:]
		case len(a) == 0 || b[0].Path < a[0].Path:
			out = append(out, Mismatch{b[0].Path, "", b[0].Value})
			b = b[1:]
		default:
			if a[0].Value != b[0].Value {
				out = append(out, Mismatch{a[0].Path, a[0].Value, b[0].Value})
			}
			a, b = a[1:], b[1:]
		}
	}
	return out
}
