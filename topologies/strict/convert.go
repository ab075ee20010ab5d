package strict

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// converter makes the plain tree from the library's: aliases are expanded within
// a budget, and what this package refuses everywhere is reported and marked bad.
type converter struct {
	file  *File
	errs  *Errors
	texts [128]string // short ones that came last, by their hash

	open      []*yaml.Node // anchored nodes that are being converted
	inAlias   int          // nesting of aliases
	aliased   int          // values that aliases have expanded to
	exhausted bool         // more than MaxAliased
}

func (c *converter) convert(y *yaml.Node, depth int) *Node {
	n := c.at(y)
	switch {
	case depth > MaxDepth:
		return c.refuse(n, "lists and mappings are nested more than %d deep", MaxDepth)
	case y.Kind == yaml.AliasNode:
		return c.alias(n, y, depth)
	case y.Style&yaml.TaggedStyle != 0 || y.Tag == "!":
		return c.refuse(n, "the tag %s is not supported; remove it", Quote(y.Tag))
	}
	if c.inAlias > 0 {
		c.aliased++
		c.exhausted = c.aliased > MaxAliased
	}
	if y.Anchor != "" {
		c.open = append(c.open, y)
		defer func() { c.open = c.open[:len(c.open)-1] }()
	}
	switch y.Kind {
	case yaml.MappingNode:
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		c.sequence(n, y, depth)
	default:
		c.scalar(n, y)
	}
	return n
}

// at is an empty node at the place of y.
func (c *converter) at(y *yaml.Node) *Node {
	n := &Node{file: c.file, line: int32(y.Line), column: int32(y.Column)}
	if y.Style&yaml.FlowStyle != 0 {
		n.flags |= flow
	}
	return n
}

// refuse reports an error at a node and has decoding skip it.
func (c *converter) refuse(n *Node, format string, args ...any) *Node {
	c.errs.At(n, format, args...)
	n.flags |= bad
	return n
}

func (c *converter) alias(n *Node, y *yaml.Node, depth int) *Node {
	switch {
	case slices.Contains(c.open, y.Alias):
		return c.refuse(n, "the alias *%s stands inside what it stands for", cut(y.Value, maxQuoted))
	case c.exhausted:
		n.flags |= bad
		return n
	}
	c.inAlias++
	out := c.convert(y.Alias, depth)
	c.inAlias--
	if c.exhausted && c.inAlias == 0 {
		return c.refuse(n, "the aliases up to here expand to more than %d values", MaxAliased)
	}
	return out
}

func (c *converter) scalar(n *Node, y *yaml.Node) {
	n.text = c.once(y.Value)
	const quotes = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch {
	case y.Style&quotes != 0:
		n.flags |= quoted
	case y.Tag == "!!null":
		n.flags |= null
	}
	if c.file.patched && strings.ContainsRune(y.Value, '\ufffd') {
		n.flags |= bad // reported when the characters were checked
		return
	}
	why, isBroken := badText(y.Value)
	if why != "" {
		c.refuse(n, "the text holds %s", why)
	}
	if isBroken {
		n.flags |= broken
	}
}

// longText is the length from which a text is not looked for: most that come again and
// again are keys.
const longText = 24

// once is the text as it came before, if it is among the last that came: most texts are
// a few keys, each of which would be kept a thousand times.
func (c *converter) once(text string) string {
	if len(text) >= longText {
		return text
	}
	hash := uint32(len(text))
	for i := range len(text) {
		hash = hash*31 + uint32(text[i])
	}
	known := &c.texts[hash%uint32(len(c.texts))]
	if *known != text {
		*known = text
	}
	return *known
}

func (c *converter) sequence(n *Node, y *yaml.Node, depth int) {
	n.kind = Sequence
	items := make([]*Node, 0, len(y.Content))
	for i := 0; i < len(y.Content) && !c.stopped(); i++ {
		item := c.convert(y.Content[i], depth+1)
		items = append(items, item)
		if n.flags&flow != 0 {
			i += c.cutOff(item, y.Content[i+1:], 1)
		}
	}
	n.put(inside{items: items})
}

func (c *converter) mapping(n *Node, y *yaml.Node, depth int) {
	pairs := make([]Pair, 0, len(y.Content)/2)
	var seen map[string]*Node // of large mappings
	if len(y.Content)/2 >= indexed {
		seen = make(map[string]*Node, len(y.Content)/2)
	}
	for i := 0; i+1 < len(y.Content) && !c.stopped(); i += 2 {
		key, ok := c.mapKey(y.Content[i])
		value := c.convert(y.Content[i+1], depth+1)
		if n.flags&flow != 0 {
			i += c.cutOff(value, y.Content[i+2:], 2)
		}
		if !ok {
			n.flags |= partial
			continue
		}
		if first := earlier(pairs, seen, key.text); first != nil {
			if !c.errs.full() {
				c.errs.At(key, "duplicate key %s; the first is at %s", Quote(key.text), c.place(first))
			} else {
				c.errs.dropped++
			}
			continue
		}
		if seen != nil {
			seen[key.text] = key
		}
		if value.in != nil && value.flags&flow == 0 { // an error at it stands at the key
			value.in.key = key
		}
		pairs = append(pairs, Pair{key, value})
	}
	n.kind = Mapping
	*n = *n.withPairs(pairs)
}

// earlier is the key of that name among the pairs, or in their index if they have
// one; nil: there is none.
func earlier(pairs []Pair, index map[string]*Node, name string) *Node {
	if index != nil {
		return index[name]
	}
	for _, p := range pairs {
		if p.Key.text == name {
			return p.Key
		}
	}
	return nil
}

// stopped reports that the rest of an alias need not be expanded.
func (c *converter) stopped() bool { return c.exhausted && c.inAlias > 0 }

// place says where the first of two equal keys stands.
func (c *converter) place(n *Node) string {
	if c.file.flag {
		return "the same flag"
	}
	return n.Pos().String()
}

// mapKey makes the node of a key; ok is false if it cannot be one.
func (c *converter) mapKey(y *yaml.Node) (*Node, bool) {
	n := c.at(y)
	switch {
	case y.Kind != yaml.ScalarNode:
		c.refuse(n, "a key must be a plain word, not a list, a mapping or an alias")
		return n, false
	case y.Tag == "!!merge":
		c.refuse(n, "merge keys (<<) are not supported; write the keys out")
		return n, false
	case y.Style&yaml.TaggedStyle != 0 || y.Tag == "!":
		c.refuse(n, "the tag %s is not supported; remove it", Quote(y.Tag))
		return n, false
	}
	c.scalar(n, y)
	switch {
	case n.flags&bad != 0:
		return n, false
	case n.flags&null != 0 || n.text == "":
		c.refuse(n, "a key is missing before the colon")
		return n, false
	case n.flags&broken != 0:
		c.refuse(n, "the key %s holds a line break or a tab", Quote(n.text))
		return n, false
	}
	return n, true
}

// cutOff finds the trap of flow style: in { cpu: lognormal(250us, cv=1) } YAML
// ends the value at the comma, and cv=1) becomes a key without a value. If the
// elements that follow close what value left open, it is reported as that, and
// the number of them that belong to it is returned. A key with its value counts
// for two elements (stride).
func (c *converter) cutOff(value *Node, rest []*yaml.Node, stride int) int {
	open := unclosed(value.text)
	if value.kind != Scalar || value.flags&(quoted|bad) != 0 || open <= 0 {
		return 0
	}
	parts := []string{value.text}
	for i := 0; i+stride <= len(rest) && len(parts) <= maxQuoted; i += stride {
		word := rest[i]
		if word.Kind != yaml.ScalarNode || word.Style != 0 || stride == 2 && !absent(rest[i+1]) {
			return 0
		}
		parts = append(parts, word.Value)
		if open += unclosed(word.Value); open > 0 {
			continue
		}
		c.refuse(value, "%s is cut off at the comma: quote it (%s) or separate the arguments by spaces (%s)",
			Quote(value.text), Quote(strings.Join(parts, ", ")), cut(strings.Join(parts, " "), maxQuoted))
		return i + stride
	}
	return 0
}

// unclosed counts the parentheses that a text opens and does not close.
func unclosed(s string) int { return strings.Count(s, "(") - strings.Count(s, ")") }

// absent reports the value of a key that has none.
func absent(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Tag == "!!null" && y.Value == "" && y.Style == 0
}
