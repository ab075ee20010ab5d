package strict

import (
	"fmt"
	"strconv"
)

// Kind is what a node is made of.
type Kind uint8

// The kinds of nodes. A null is a Scalar.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// String is the word that errors use.
func (k Kind) String() string {
	return [...]string{"a value", "a mapping", "a list"}[k]
}

// flags of a node.
type flags uint8

const (
	quoted  flags = 1 << iota // a scalar in quotes, or a literal or folded block
	flow                      // a collection in [ ] or { }
	null                      // null, ~ or nothing
	broken                    // holds a line break or a tab
	bad                       // reported already: decoding skips it in silence
	partial                   // a mapping that lost a key to an error: what it lacks is no news
)

// Node is a value of a file, with its place. The tree is plain: aliases have
// been expanded. A nil *Node is absent, and every method answers for it. Nodes
// are never changed after they are made: [Merge], [Set], With and Without copy.
//
// A thousand services have thirteen thousand nodes, most of them scalars: these are
// 48 bytes, and what only others have is beside them.
type Node struct {
	file         *File
	text         string
	in           *inside // nil: nothing
	line, column int32
	kind         Kind
	flags        flags
}

// inside is what few scalars have.
type inside struct {
	pairs []Pair
	items []*Node
	key   *Node // the key that this is the value of; of a list or mapping that is no flow
	rare  *rare // nil: nothing
}

// rare is what hardly any node has.
type rare struct {
	index    map[string]int // into pairs, for large mappings
	replaced *Node          // what an overriding file or flag put this in place of
}

// put sets what is inside of a node that is being made.
func (n *Node) put(in inside) { n.in = &in }

// replacing is a copy of n that remembers what it was put in place of.
func (n *Node) replacing(other *Node) *Node {
	out := *n
	in := inside{}
	if n.in != nil {
		in = *n.in
	}
	r := rare{}
	if in.rare != nil {
		r = *in.rare
	}
	r.replaced, in.rare = other, &r
	out.in = &in
	return &out
}

// Pair is one entry of a mapping.
type Pair struct {
	Key   *Node // a Scalar
	Value *Node
}

// Pos is a place in a file. Line and Column count from 1, columns in characters.
// Line is 0 where there is no text to point at: a default, a flag.
type Pos struct {
	Path         string
	Line, Column int
}

// String is "path:line:column", or the path alone.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Column)
}

// Pos is where the node begins. A value that a flag set has the flag as its
// path; a default has the path "default".
func (n *Node) Pos() Pos {
	switch {
	case n == nil || n.file == nil:
		return Pos{Path: "default"}
	case n.file.flag:
		return Pos{Path: n.file.Path}
	}
	return Pos{n.file.Path, int(n.line), int(n.column)}
}

// Origin is "path:line", "default", or the name of the flag ("--set").
func (n *Node) Origin() string {
	p := n.Pos()
	if p.Line == 0 {
		return p.Path
	}
	return p.Path + ":" + strconv.Itoa(p.Line)
}

// File is the file that the node was read from, nil for a default.
func (n *Node) File() *File {
	if n == nil {
		return nil
	}
	return n.file
}

// Kind is what the node is made of.
func (n *Node) Kind() Kind {
	if n == nil {
		return Scalar
	}
	return n.kind
}

// Text is the text of a scalar, without quotes; "" for everything else.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// IsNull reports null, ~ and a key without a value.
func (n *Node) IsNull() bool { return n != nil && n.flags&null != 0 }

// IsNone reports the word none, without quotes.
func (n *Node) IsNone() bool { return n != nil && n.text == "none" && n.flags&quoted == 0 }

// Replaced is the node that this one was put in place of by [Merge] or [Set],
// nil if there was none.
func (n *Node) Replaced() *Node {
	if n == nil || n.in == nil || n.in.rare == nil {
		return nil
	}
	return n.in.rare.replaced
}

// Removed reports a none that was put in place of something: it removes it.
func (n *Node) Removed() bool { return n.IsNone() && n.Replaced() != nil }

// Len is the number of pairs of a mapping or items of a list.
func (n *Node) Len() int {
	return len(n.Pairs()) + len(n.Items())
}

// Pairs are the entries of a mapping in the order of the file. Read only.
func (n *Node) Pairs() []Pair {
	if n == nil || n.in == nil {
		return nil
	}
	return n.in.pairs
}

// Keys are the keys of a mapping in the order of the file.
func (n *Node) Keys() []string {
	keys := make([]string, 0, len(n.Pairs()))
	for _, p := range n.Pairs() {
		keys = append(keys, p.Key.text)
	}
	return keys
}

// Items are the elements of a list. Read only.
func (n *Node) Items() []*Node {
	if n == nil || n.in == nil {
		return nil
	}
	return n.in.items
}

// Get is the value of a key of a mapping, nil if it has none.
func (n *Node) Get(key string) *Node {
	if i := n.find(key); i >= 0 {
		return n.in.pairs[i].Value
	}
	return nil
}

// Key is the node of a key of a mapping, nil if it has none.
func (n *Node) Key(key string) *Node {
	if i := n.find(key); i >= 0 {
		return n.in.pairs[i].Key
	}
	return nil
}

// indexed is the number of pairs from which a mapping keeps an index.
const indexed = 16

func (n *Node) find(key string) int {
	if n == nil || n.in == nil {
		return -1
	}
	if n.in.rare != nil && n.in.rare.index != nil {
		if i, ok := n.in.rare.index[key]; ok {
			return i
		}
		return -1
	}
	for i, p := range n.in.pairs {
		if p.Key.text == key {
			return i
		}
	}
	return -1
}

// withPairs is a copy of n, or a new mapping if n is nil, with other pairs.
func (n *Node) withPairs(pairs []Pair) *Node {
	out, in := &Node{kind: Mapping}, inside{pairs: pairs}
	if n != nil {
		*out = *n
		if n.in != nil {
			in.key = n.in.key
		}
	}
	var r rare
	if r.replaced = n.Replaced(); len(pairs) >= indexed {
		r.index = make(map[string]int, len(pairs))
		for i, p := range pairs {
			r.index[p.Key.text] = i
		}
	}
	if r.index != nil || r.replaced != nil {
		in.rare = &r
	}
	out.put(in)
	return out
}

// withItems is a copy of a list with other items.
func (n *Node) withItems(items []*Node) *Node {
	out, in := *n, *n.in
	in.items = items
	out.put(in)
	return &out
}

// With is a copy of a mapping in which key has another value; a new key comes
// last and stands where the value does. A nil value takes the key away. With of
// a nil node is a new mapping.
func (n *Node) With(key string, value *Node) *Node {
	if value == nil {
		return n.Without(key)
	}
	if n == nil {
		n = &Node{kind: Mapping, file: value.file, line: value.line, column: value.column}
	}
	return n.WithAll([]Pair{{&Node{text: key}, value}})
}

// WithAll is With for each of the pairs of another mapping, whose values are not nil.
func (n *Node) WithAll(others []Pair) *Node {
	pairs := append(make([]Pair, 0, len(n.Pairs())+len(others)), n.Pairs()...)
	for _, p := range others {
		if i := n.find(p.Key.text); i >= 0 {
			pairs[i].Value = p.Value
			continue
		}
		v := p.Value
		pairs = append(pairs, Pair{&Node{text: p.Key.text, file: v.file, line: v.line, column: v.column}, v})
	}
	return n.withPairs(pairs)
}

// Without is a copy of a mapping that lacks the keys.
func (n *Node) Without(keys ...string) *Node {
	drop := make(map[string]bool, len(keys))
	for _, k := range keys {
		drop[k] = true
	}
	pairs := make([]Pair, 0, n.Len())
	for _, p := range n.Pairs() {
		if !drop[p.Key.text] {
			pairs = append(pairs, p)
		}
	}
	return n.withPairs(pairs)
}

// Find follows a path such as `services.cart.replicas` or `steps.0.call` and
// returns the deepest node on it that exists, so that an error has a place.
func (n *Node) Find(path string) *Node {
	segments, err := splitPath(path)
	if err != nil {
		return n
	}
	for _, s := range segments {
		next := n.child(s)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// child is the value of a key, or the element of a list by its number.
func (n *Node) child(segment string) *Node {
	if n.Kind() != Sequence {
		return n.Get(segment)
	}
	if i, ok := listIndex(segment); ok && i < len(n.Items()) {
		return n.in.items[i]
	}
	return nil
}
