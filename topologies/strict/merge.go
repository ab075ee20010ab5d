package strict

// Merge lays over on base: mappings merge key by key, in the order of base and
// then of over; everything else replaces. Every node keeps its own place, and a
// node that replaces another remembers it ([Node.Replaced]); a mapping that was merged
// with another replaces nothing.
//
// The word none removes: it stays in the tree, so that a field whose policy
// can be switched off sees it, and decoding drops the entry of a [Map], the list
// or the struct that it replaced ([Node.Removed]). A nil side changes nothing.
func Merge(base, over *Node) *Node {
	switch {
	case base == nil:
		return over
	case over == nil || over == base:
		return base
	case base.kind != Mapping || over.kind != Mapping:
		return over.replacing(base)
	}
	pairs := append(make([]Pair, 0, base.Len()+over.Len()), base.Pairs()...)
	for _, p := range over.Pairs() {
		if i := base.find(p.Key.text); i >= 0 {
			pairs[i] = Pair{p.Key, Merge(pairs[i].Value, p.Value)}
			continue
		}
		pairs = append(pairs, p)
	}
	out := over.withPairs(pairs)
	out.flags |= base.flags & bad
	return out
}
