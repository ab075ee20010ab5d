package topologies

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"faultline/sim/fault"
	"faultline/sim/resilience"
	"faultline/topologies/strict"
)

// pattern is one key of edges: "a -> b".
type pattern struct {
	from, to string
	key      *strict.Node
	node     *strict.Node // the policy as written
	used     bool         // by a remote call
}

// Ways in which one end of a pattern matches; larger is more specific.
const (
	matchAny = iota
	matchStation
	matchComponent
)

// parsePatterns reads the keys of edges and checks their ends.
func (c *cut) parsePatterns() {
	errs := c.l.Errs
	c.byEnds = make(map[[2]string]int)
	for _, e := range c.spec.Edges {
		from, to, ok := fault.SplitEdge(e.Key)
		if !ok || strings.Contains(to, "->") {
			errs.At(e.KeyNode, `%s is not an edge (write "caller -> callee", as in "checkout -> payments")`, strict.Quote(e.Key))
			continue
		}
		fine := c.checkEnd(e.KeyNode, from, true)
		fine = c.checkEnd(e.KeyNode, to, false) && fine
		ends := [2]string{from, to}
		if other, twice := c.byEnds[ends]; twice {
			errs.At(e.KeyNode, "edge %s -> %s stands here twice, the first time at %s", from, to, c.patterns[other].key.Pos())
			fine = false
		}
		if fine {
			c.byEnds[ends] = len(c.patterns)
			c.patterns = append(c.patterns, pattern{from: from, to: to, key: e.KeyNode, node: e.Node})
		}
	}
}

// checkEnd reports an end that is no service, component, database or users.
func (c *cut) checkEnd(at *strict.Node, name string, left bool) bool {
	errs := c.l.Errs
	switch kind := c.kinds[name]; {
	case name == "*" || left && name == Users:
		return true
	case name == Users:
		errs.At(at, "nobody calls users; users stand on the left")
		return false
	case kind == "database" && left:
		errs.At(at, "database %s calls nobody; databases stand on the right", name)
		return false
	case kind != "" || c.app.byName[name] != nil:
		return true
	case c.app.stores[name] != nil:
		house := ""
		if i, ok := c.houseOf[name]; ok {
			house = " (write " + c.databases[i].name + ")"
		}
		errs.At(at, "%s is a store; an edge ends at its database%s", name, house)
		return false
	}
	errs.At(at, "no service or component %s%s", strict.Quote(name), c.l.hint(name, func() []string { return c.ends(left) }))
	return false
}

// ends lists what an end may name.
func (c *cut) ends(left bool) []string {
	var names []string
	if left {
		names = append(names, Users)
	}
	for _, h := range c.services {
		names = append(names, h.name)
	}
	if !left {
		for _, d := range c.databases {
			names = append(names, d.name)
		}
	}
	for _, e := range c.app.Components {
		if c.kinds[e.Key] == "" {
			names = append(names, e.Key)
		}
	}
	return names
}

// party is one end of a call: what it may be called in a pattern.
type party struct {
	station   string
	component string // "" for users and databases
	wild      bool   // * means it: any caller but users; on the right, services
}

// names lists the names under which a pattern may mean the party, and how
// specific each is.
func (p party) names() []end {
	list := make([]end, 0, 3)
	if p.component != "" {
		list = append(list, end{p.component, matchComponent})
	}
	if p.station != p.component {
		list = append(list, end{p.station, matchStation})
	}
	if p.wild {
		list = append(list, end{"*", matchAny})
	}
	return list
}

type end struct {
	name     string
	specific int
}

// match is a pattern that matches a call, with how specific it is.
type match struct {
	index, from, to int
}

// rank orders matches: a -> b before a -> * before * -> b before * -> *; among
// equals, components before services, the caller's side first.
func (m match) rank() int {
	r := 0
	if m.from > matchAny {
		r += 2
	}
	if m.to > matchAny {
		r++
	}
	return r*16 + m.from*4 + m.to
}

// matches lists the patterns that match a call, the most specific last.
func (c *cut) matches(from, to party) []match {
	var found []match
	for _, f := range from.names() {
		for _, t := range to.names() {
			if i, ok := c.byEnds[[2]string{f.name, t.name}]; ok {
				found = append(found, match{i, f.specific, t.specific})
			}
		}
	}
	slices.SortFunc(found, func(a, b match) int { return cmp.Compare(a.rank(), b.rank()) })
	return found
}

// policy is what patterns come to for one call.
type policy struct {
	id   int
	node *strict.Node // merged, each value with its own place; nil if nothing matches
	resilience.Policy
}

// excludes are policies of which a call has one: a more specific pattern that has one
// of them replaces the other too.
var excludes = map[string]string{"retries": "hedging", "hedging": "retries"}

// policyOf merges the patterns that match, key by key: a policy replaces the
// less specific one whole. The same list of patterns gives the same policy.
func (c *cut) policyOf(found []match) policy {
	var key strings.Builder
	for _, m := range found {
		key.WriteString(strconv.Itoa(m.index))
		key.WriteByte(' ')
	}
	if p, ok := c.policies[key.String()]; ok {
		return p
	}
	p := policy{id: len(c.policies)}
	for _, m := range found {
		if p.node == nil {
			p.node = c.patterns[m.index].node
			continue
		}
		for _, pair := range c.patterns[m.index].node.Pairs() {
			key := pair.Key.Text()
			if other := excludes[key]; other != "" && !pair.Value.IsNone() && c.patterns[m.index].node.Get(other) == nil {
				p.node = p.node.Without(other)
			}
			p.node = p.node.With(key, pair.Value)
		}
	}
	if p.node != nil {
		last := c.patterns[found[len(found)-1].index]
		c.decoder.Decode(p.node, strict.JoinPath("edges", last.key.Text()), &p.Policy)
	}
	c.policies[key.String()] = p
	return p
}

// wallKeys are the keys of an edge that apply between two components of one
// process: a modular monolith's walls. The others are about remote calls.
var wallKeys = []string{"timeout", "circuitBreaker", "bulkhead"}

// wallOf is the pattern that names the two components of a call within a process,
// none if there is none or nothing of it applies there.
func (c *cut) wallOf(from, to party) int {
	i, ok := c.byEnds[[2]string{from.component, to.component}]
	if !ok {
		return none
	}
	c.patterns[i].used = true // its other keys wait for a cut in which the call is remote
	for _, key := range wallKeys {
		if n := c.patterns[i].node.Get(key); n != nil && !n.IsNone() {
			return i
		}
	}
	return none
}

// onlyWall is a policy without the keys that do not apply within a process.
func onlyWall(n *strict.Node) *strict.Node {
	var drop []string
	for _, key := range n.Keys() {
		if !slices.Contains(wallKeys, key) {
			drop = append(drop, key)
		}
	}
	return n.Without(drop...)
}
