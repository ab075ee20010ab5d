package topologies

import (
	"slices"

	"faultline/topologies/strict"
)

func (c *cut) placeDatabases() {
	errs := c.l.Errs
	defaults := c.root.Get("databases").Get("*")
	star := c.spec.Databases.Get("*")
	c.checkStar(defaults, "databases", "stores")
	for _, e := range c.spec.Databases {
		if e.Key == "*" {
			continue
		}
		d := housed{name: e.Key, node: over(withoutKey(defaults, "perStore"), e.Node), at: e.KeyNode}
		if e.Node.Get("perStore") != nil {
			errs.AtKey(e.Node, "perStore", `perStore belongs under databases."*" alone`)
		}
		c.decoder.Decode(d.node, strict.JoinPath("databases", d.name), &d.spec)
		c.databases = append(c.databases, d)
	}
	rest := none
	for i := range c.databases {
		d := &c.databases[i]
		c.checkZone(d)
		if !d.spec.Stores.IsRest() {
			c.house(i)
			continue
		}
		if rest != none {
			errs.AtKey(d.node, "stores", "two databases take the rest: %s and %s; write a list for one of them", c.databases[rest].name, d.name)
			continue
		}
		rest = i
	}
	c.houseRest(rest, star != nil && star.PerStore, defaults)
	for i := range c.databases {
		d := &c.databases[i]
		if len(d.stores) == 0 && d.spec.Stores.IsRest() {
			errs.AtKey(d.node, "stores", "nothing is left for database %s: every store is assigned", d.name)
		}
	}
}

func (c *cut) checkZone(d *housed) {
	if z := d.spec.Zone; z != "" && !slices.Contains(c.spec.Zones, z) {
		c.l.Errs.At(d.node.Get("zone"), "no zone %s%s", strict.Quote(z), c.l.hint(z, func() []string { return c.spec.Zones }))
	}
}

// house assigns the stores that a database lists.
func (c *cut) house(i int) {
	d := &c.databases[i]
	var names *strict.Node
	if states(d.node, "stores") {
		names = d.node.Get("stores")
	}
	if names.Len() == 0 && (names == nil || names.Kind() == strict.Sequence) {
		c.l.Errs.At(d.at, "database %s holds nothing (write stores: [%s], or stores: rest)", d.name, first(c.app.Stores.Keys(), "name"))
	}
	for _, n := range names.Items() {
		c.assignStore(i, n.Text(), n)
	}
}

func (c *cut) assignStore(database int, name string, at *strict.Node) {
	errs := c.l.Errs
	switch other, twice := c.houseOf[name]; {
	case c.app.stores[name] == nil:
		errs.At(at, "no store %s in application %s%s", strict.Quote(name), c.app.Name, c.l.hint(name, c.app.Stores.Keys))
	case twice && other == database:
		errs.At(at, "store %s is listed twice", name)
	case twice:
		errs.At(at, "store %s is in two databases: in %s too", name, c.databases[other].name)
	default:
		c.houseOf[name] = database
		c.databases[database].stores = append(c.databases[database].stores, name)
	}
}

// houseRest assigns the stores that no database lists, and reports them if
// nothing takes the rest.
func (c *cut) houseRest(rest int, perStore bool, defaults *strict.Node) {
	var homeless []string
	for _, e := range c.app.Stores {
		if _, ok := c.houseOf[e.Key]; ok {
			continue
		}
		switch {
		case rest != none:
			c.assignStore(rest, e.Key, nil)
		case perStore:
			d := housed{name: e.Key + "-db", node: defaults.Without("perStore"), at: defaults}
			c.decoder.Decode(d.node, strict.JoinPath("databases", d.name), &d.spec)
			c.checkZone(&d)
			c.databases = append(c.databases, d)
			c.assignStore(len(c.databases)-1, e.Key, defaults)
		default:
			homeless = append(homeless, e.Key)
		}
	}
	if rest != none && perStore {
		c.l.Errs.AtKey(defaults, "perStore", "perStore and stores: rest (of database %s) both take what is left; write one", c.databases[rest].name)
	}
	if len(homeless) > 0 {
		at := "topology"
		if c.root.Get("databases") != nil {
			at = "databases"
		}
		c.l.Errs.AtKey(c.root, at, "no database holds %s (write databases: { main: { stores: rest } }, or databases: { \"*\": { perStore: true } })", list(homeless))
	}
}

// checkPools reports pools to databases that there are not.
func (c *cut) checkPools() {
	for i := range c.services {
		h := &c.services[i]
		for _, e := range h.spec.Pool.Map {
			if !slices.ContainsFunc(c.databases, func(d housed) bool { return d.name == e.Key }) {
				c.l.Errs.At(e.KeyNode, "no database %s%s", strict.Quote(e.Key), c.l.hint(e.Key, c.databaseNames))
			}
		}
	}
}

func (c *cut) databaseNames() []string {
	names := make([]string, len(c.databases))
	for i, d := range c.databases {
		names[i] = d.name
	}
	return names
}

// checkClashes reports names that edges could not tell apart.
func (c *cut) checkClashes() {
	errs := c.l.Errs
	taken := make(map[string]string)
	c.kinds = taken
	claim := func(name, kind string, at *strict.Node) {
		if other, ok := taken[name]; ok {
			errs.At(at, "%s %s has the name of a %s; edges could not tell them apart", kind, name, other)
			return
		}
		taken[name] = kind
	}
	for _, h := range c.services {
		claim(h.name, "service", h.at)
		if i, ok := c.hostOf[h.name]; ok && c.services[i].name != h.name {
			errs.At(h.at, "service %s has the name of a component that service %s hosts; edges could not tell them apart", h.name, c.services[i].name)
		}
	}
	for _, d := range c.databases {
		claim(d.name, "database", d.at)
		if c.app.byName[d.name] != nil {
			errs.At(d.at, "database %s has the name of a component; edges could not tell them apart", d.name)
		}
	}
	for _, e := range c.app.Components {
		if e.Value.External && taken[e.Key] != "" {
			errs.AtKey(c.root, "services", "%s %s has the name of an external component; edges could not tell them apart", taken[e.Key], e.Key)
		}
	}
	instances := 0
	for _, h := range c.services {
		if instances += h.spec.Replicas; instances > maxInstances {
			errs.At(h.at, "more than %d instances up to service %s; write fewer replicas", maxInstances, h.name)
			return
		}
	}
}
