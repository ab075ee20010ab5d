package topologies

import (
	"slices"

	"faultline/sim/model"
	"faultline/topologies/strict"
)

// cut is one topology on its way to a model.System: an application, and which
// part of it runs where.
type cut struct {
	l    *Loader
	app  *application
	root *strict.Node // of the topology's file
	spec *Spec

	decoder   *strict.Decoder
	services  []hosted
	databases []housed
	hostOf    map[string]int    // component → services; external ones are not in it
	houseOf   map[string]int    // store → databases
	kinds     map[string]string // "service" or "database" by name
	patterns  []pattern
	byEnds    map[[2]string]int // of patterns

	sys       *model.System
	edges     map[edgeKey]model.EdgeID
	walls     map[wallKey]model.EdgeID
	pools     map[poolKey]int32 // 1 + index into sys.Pools
	edgeNodes []*strict.Node    // the policy of each edge, nil if it has none
	policies  map[string]policy
	storeOps  map[storeKey]model.OpID
	later     []storeProgram
}

// hosted is a service with its defaults filled in.
type hosted struct {
	name       string
	own        *strict.Node // its own keys, nil if it has none
	defaults   *strict.Node // "*", of which it takes what it does not say itself
	at         *strict.Node // where errors about it stand
	spec       Service
	components []string
}

// node is "*" under the service's own keys. It is made anew each time: to hold that of
// a thousand services takes more than to look into two mappings ([hosted.get]).
func (h *hosted) node() *strict.Node {
	if h.own == nil {
		return h.defaults
	}
	return over(h.defaults, h.own)
}

// get is the value of a key of [hosted.node].
func (h *hosted) get(key string) *strict.Node {
	if n := h.own.Get(key); n != nil || h.own != nil && h.defaults.Kind() != strict.Mapping {
		return n
	}
	return h.defaults.Get(key)
}

// housed is a database with its defaults filled in.
type housed struct {
	name   string
	node   *strict.Node
	at     *strict.Node
	spec   Database
	stores []string
}

// limits on what a file may ask for: far above any honest topology.
const (
	maxInstances = 1_000_000  // of all services together
	maxPairs     = 20_000_000 // of an instance that calls and one that is called: each knows the other
	maxSteps     = 100_000    // expected steps of a journey
	maxJourneys  = 1 << 8     // measure.Ledger has a byte for the journey of a request
)

// checkSpec checks what concerns the topology's own file alone.
func (l *Loader) checkSpec(spec *Spec, root *strict.Node) {
	checkValue(l.Errs, root.Get("topology"), spec.Name)
	CheckNames(l.Errs, spec.Services, "*")
	CheckNames(l.Errs, spec.Databases, "*")
	zones := root.Get("zones")
	for i, z := range zones.Items() {
		if why := BadName(z.Text()); why != "" {
			l.Errs.At(z, "%s", why)
		}
		if slices.Contains(spec.Zones[:min(i, len(spec.Zones))], z.Text()) {
			l.Errs.At(z, "zone %s is listed twice", z.Text())
		}
	}
	if zones != nil && zones.Kind() == strict.Sequence && zones.Len() == 0 {
		l.Errs.At(zones, "a list of no zones; write one at least, or leave zones out")
	}
	if states(root, "application") {
		for _, key := range []string{"stores", "journeys"} {
			if states(root, key) {
				l.Errs.AtKey(root, key, "%s are in the application, %s; remove them here", key, spec.Application)
			}
		}
	}
}

// place decides what runs where, and reports what is nowhere, or twice.
func (c *cut) place() {
	c.hostOf, c.houseOf = make(map[string]int), make(map[string]int)
	c.placeServices()
	c.placeDatabases()
	c.checkClashes()
	c.checkPools()
	c.parsePatterns()
	c.spec.Services, c.spec.Databases = nil, nil // what is in force is in c.services and c.databases
}

// over lays a service's or a database's own keys on the defaults, key by key.
func over(defaults, own *strict.Node) *strict.Node {
	if defaults.Kind() != strict.Mapping {
		return own
	}
	return defaults.WithAll(own.Pairs())
}

// withoutKey is a mapping without one key; of all else it is the node itself.
func withoutKey(n *strict.Node, key string) *strict.Node {
	if n.Kind() != strict.Mapping {
		return n
	}
	return n.Without(key)
}

func (c *cut) placeServices() {
	errs := c.l.Errs
	defaults := c.root.Get("services").Get("*")
	star := c.spec.Services.Get("*")
	c.checkStar(defaults, "services", "components", "operations")
	shared := withoutKey(defaults, "perComponent")
	c.services = make([]hosted, 0, len(c.spec.Services))
	for _, e := range c.spec.Services {
		if e.Key == "*" {
			continue
		}
		h := hosted{name: e.Key, own: e.Node, defaults: shared, at: e.KeyNode}
		if e.Node.Get("perComponent") != nil {
			errs.AtKey(e.Node, "perComponent", `perComponent belongs under services."*" alone`)
		}
		// The application has the operations already, with all that is wrong with them.
		if defaults.Kind() == strict.Mapping {
			c.decoder.Decode(h.node().Without("operations"), strict.JoinPath("services", h.name), &h.spec)
		} else {
			h.spec = e.Value // decoded with the file
			h.spec.Operations = nil
		}
		c.services = append(c.services, h)
	}
	rest := none
	for i := range c.services {
		if c.services[i].spec.Components.IsRest() {
			if rest != none {
				errs.AtKey(c.services[i].node(), "components", "two services take the rest: %s and %s; write a list for one of them",
					c.services[rest].name, c.services[i].name)
				continue
			}
			rest = i
			continue
		}
		c.host(i)
	}
	c.hostRest(rest, star != nil && star.PerComponent, defaults)
	for i := range c.services {
		h := &c.services[i]
		if len(h.components) == 0 && h.spec.Components.IsRest() {
			errs.AtKey(h.node(), "components", "nothing is left for service %s: every component is assigned", h.name)
		}
	}
}

const none = -1

// checkStar refuses keys that make no sense as defaults.
func (c *cut) checkStar(star *strict.Node, section string, keys ...string) {
	for _, k := range keys {
		if star.Get(k) != nil {
			c.l.Errs.AtKey(star, k, `%s belongs to a single entry, not to %s."*"`, k, section)
		}
	}
}

// host assigns the components that a service lists.
func (c *cut) host(i int) {
	errs, h := c.l.Errs, &c.services[i]
	var names *strict.Node
	if n := h.get("components"); n != nil && !n.Removed() {
		names = n
	}
	operations := h.get("operations")
	switch own := operations != nil && !operations.Removed(); {
	case own && c.spec.Application != "":
		errs.AtKey(h.node(), "operations", "operations are in the application, %s; list components here", c.spec.Application)
	case own && names != nil:
		errs.AtKey(h.node(), "components", "a service with operations is the component of its own name; remove components")
		names = nil
	}
	switch {
	case names == nil && c.app.byName[h.name] != nil:
		c.assign(i, h.name, h.at)
	case names == nil:
		errs.At(h.at, "service %s hosts nothing (write components: [%s])", h.name, first(c.app.Components.Keys(), "name"))
	case names.Kind() == strict.Sequence && names.Len() == 0:
		errs.At(names, "service %s hosts nothing (write components: [%s])", h.name, first(c.app.Components.Keys(), "name"))
	}
	for _, n := range names.Items() {
		c.assign(i, n.Text(), n)
	}
}

func first(names []string, otherwise string) string {
	if len(names) > 0 {
		return names[0]
	}
	return otherwise
}

// assign puts one component into a service.
func (c *cut) assign(service int, name string, at *strict.Node) {
	errs := c.l.Errs
	component := c.app.byName[name]
	switch other, twice := c.hostOf[name]; {
	case component == nil:
		errs.At(at, "no component %s in application %s%s", strict.Quote(name), c.app.Name, c.l.hint(name, c.app.Components.Keys))
	case component.External:
		errs.At(at, "component %s is external: somebody else hosts it; remove it here", name)
	case twice && other == service:
		errs.At(at, "component %s is listed twice", name)
	case twice:
		errs.At(at, "component %s is hosted twice: by service %s too", name, c.services[other].name)
	default:
		c.hostOf[name] = service
		c.services[service].components = append(c.services[service].components, name)
	}
}

// hostRest assigns what no service lists, and reports it if nothing takes the rest.
func (c *cut) hostRest(rest int, perComponent bool, defaults *strict.Node) {
	var homeless []string
	shared := withoutKey(defaults, "perComponent")
	for _, e := range c.app.Components {
		if _, ok := c.hostOf[e.Key]; ok || e.Value.External {
			continue
		}
		switch {
		case rest != none:
			c.assign(rest, e.Key, nil)
		case perComponent:
			h := hosted{name: e.Key, defaults: shared, at: defaults}
			c.decoder.Decode(h.node(), strict.JoinPath("services", h.name), &h.spec)
			c.services = append(c.services, h)
			c.assign(len(c.services)-1, e.Key, defaults)
		default:
			homeless = append(homeless, e.Key)
		}
	}
	if rest != none && perComponent {
		c.l.Errs.AtKey(defaults, "perComponent", "perComponent and components: rest (of service %s) both take what is left; write one", c.services[rest].name)
	}
	if len(homeless) > 0 {
		c.l.Errs.AtKey(c.root, "services", "no service hosts %s (list them under components, or write components: rest, or services: { \"*\": { perComponent: true } })",
			list(homeless))
	}
}
