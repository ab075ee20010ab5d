package study

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"faultline/scenarios"
	"faultline/sim/fault"
	"faultline/sim/model"
	"faultline/sim/unit"
)

// attack is a row of the catalogue: one kind of fault, with its parameters, on
// every target of a class.
type attack struct {
	Class string // of targets, see targetsOf
	Kind  string // of fault.Table
	Doc   string
	// Body is the fault as a scenario writes it: $ is the target's name, # the key
	// and the name where a class has targets of several kinds.
	Body string
	Mode string // "one": one instance, picked anew in each replication; "": all
}

// attacks is the catalogue of blast. Its order is that in which faults are tried
// where time is short: what takes most away comes first, for it tells most; a
// budget that ends early leaves out the slight and the many.
//
// The parameters are invented: severe, as a drill is, and the same for all targets
// of a class, so that they can be compared. To add a fault: a row here; the tests
// then want it to apply to a built-in topology, and to change something there.
var attacks = []attack{
	{Class: "service", Kind: "kill", Doc: "all instances are gone", Body: "kill: { service: $ }"},
	{Class: "database", Kind: "kill", Doc: "the database is gone", Body: "kill: { database: $ }"},
	{Class: "external", Kind: "dependencyOutage", Doc: "requests to it vanish", Body: "dependencyOutage: { component: $ }"},
	{Class: "zone", Kind: "zoneOutage", Doc: "everything in the zone is silent", Body: "zoneOutage: { zone: $ }"},
	{Class: "component", Kind: "crash", Doc: "a bug: one call in fifty kills the process that handles it", Body: "crash: { component: $, perCall: 2% }"},
	{Class: "component", Kind: "errors", Doc: "every call fails at once", Body: "errors: { component: $, share: 100% }"},
	{Class: "component", Kind: "slow", Doc: "its work takes ten times as long", Body: "slow: { component: $, factor: 10 }"},
	{Class: "instance", Kind: "kill", Doc: "one instance is gone", Body: "kill: { # }", Mode: "one"},
	{Class: "database", Kind: "slowQueries", Doc: "reads and writes take ten times as long", Body: "slowQueries: { database: $, factor: 10 }"},
	{Class: "database", Kind: "connectionLimit", Doc: "one connection is left to all", Body: "connectionLimit: { database: $, connections: 1 }"},
	{Class: "external", Kind: "slow", Doc: "it answers ten times as slowly", Body: "slow: { component: $, factor: 10 }"},
	{Class: "external", Kind: "errors", Doc: "it answers every call with an error", Body: "errors: { component: $, share: 100% }"},
	{Class: "edge", Kind: "partition", Doc: "messages vanish, both ways", Body: "partition: { edge: $ }"},
	{Class: "edge", Kind: "loss", Doc: "a tenth of the messages is lost, and sent again later", Body: "loss: { edge: $, share: 10% }"},
	{Class: "edge", Kind: "delay", Doc: "each request arrives 300 ms later", Body: "delay: { edge: $, latency: 300ms }"},
}

// Experiment is one fault of the catalogue on one target of one topology.
type Experiment struct {
	Name   string // unique in the topology, and the name of a fault in a scenario
	Class  string // service, instance, component, database, external, zone, edge
	Kind   string
	Target string // the target's name alone
	Doc    string
	Count  int    // targets that the experiment stands for: the replicas, of an instance
	YAML   string // the fault as a scenario writes it, its name first
	fault  fault.Injection
}

// target is something that can be hit.
type target struct {
	name  string
	key   string // of fault.Target
	count int
}

// classes are the classes of targets, in the order of reports.
var classes = []string{"service", "instance", "component", "database", "external", "zone", "edge"}

// targetsOf lists the targets of a class, in the system's order.
func targetsOf(class string, sys *model.System) (list []target) {
	switch class {
	case "component", "external":
		for _, c := range sys.Components {
			if c.External == (class == "external") {
				list = append(list, target{c.Name, "component", 1})
			}
		}
	case "service", "database", "instance":
		for i := range sys.Stations {
			s := &sys.Stations[i]
			kind := s.Kind.String()
			several := class == "instance" && s.Replicas > 1 && (kind == "service" || kind == "database")
			switch {
			case several:
				list = append(list, target{s.Name, kind, s.Replicas})
			case kind == class:
				list = append(list, target{s.Name, kind, 1})
			}
		}
	case "zone":
		for _, z := range sys.Zones {
			list = append(list, target{z, "zone", 1})
		}
	case "edge":
		for _, e := range sys.Edges {
			if !e.Local && !slices.ContainsFunc(list, func(t target) bool { return t.name == e.Name }) {
				list = append(list, target{e.Name, "edge", 1})
			}
		}
	}
	return list
}

// experiments are the faults of the catalogue on all targets of a system, between
// two instants, in the catalogue's order.
func experiments(sys *model.System, at, lasts time.Duration) ([]Experiment, error) {
	var list []Experiment
	taken := make(map[string]int)
	for i := range attacks {
		a := &attacks[i]
		for _, t := range targetsOf(a.Class, sys) {
			e := Experiment{Class: a.Class, Kind: a.Kind, Target: t.name, Doc: a.Doc, Count: t.count}
			e.Name = slug(a.Kind + "-" + a.Class + "-" + t.name)
			if taken[e.Name]++; taken[e.Name] > 1 { // "a -> b" and "a-to-b" may be one word
				e.Name += "-" + strconv.Itoa(taken[e.Name])
			}
			text := a.text(&t, at, lasts)
			e.YAML = e.Name + ": " + text
			var err error
			if e.fault, err = scenarios.Injection(e.Name, text); err != nil {
				return nil, fmt.Errorf("the catalogue's %s of %s %s: %w", a.Kind, a.Class, t.name, err)
			}
			if _, err := e.fault.Fault.Where().Resolve(sys, nil); err == nil {
				list = append(list, e)
			}
		}
	}
	return list, nil
}

// text is the fault as a scenario writes it.
func (a *attack) text(t *target, at, lasts time.Duration) string {
	body := strings.NewReplacer("$", scalar(t.name), "#", t.key+": "+scalar(t.name)).Replace(a.Body)
	mode := ""
	if a.Mode != "" {
		mode = "mode: " + a.Mode + ", "
	}
	return fmt.Sprintf("{ at: %s, duration: %s, %s%s }", unit.Duration(at), unit.Duration(lasts), mode, body)
}

// scalar writes a name for YAML: quoted, where it could be taken for something else.
func scalar(name string) string {
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-') {
			return strconv.Quote(name)
		}
	}
	switch name {
	case "null", "true", "false", "yes", "no", "on", "off", "none", "y", "n", "Y", "N":
		return strconv.Quote(name)
	}
	return strings.TrimSpace(name)
}

// slug makes a name of a fault of words.
func slug(text string) string { return strings.ReplaceAll(text, " -> ", "-to-") }

// Matches reports whether a pattern means the experiment: a class (edge), a kind
// of fault (kill), a target (payments, "a -> b"), or one of these, or the
// experiment's name, with * and ? for what is left open.
func (e *Experiment) Matches(pattern string) bool {
	for _, s := range []string{e.Class, e.Kind, e.Target, e.Name} {
		if ok, err := path.Match(slug(pattern), slug(s)); err == nil && ok {
			return true
		}
	}
	return false
}

// pick keeps the experiments that a pattern of only means, or all without one, and
// none that one of skip means.
func pick(all []Experiment, only, skip []string) (kept []Experiment) {
	for i := range all {
		means := all[i].Matches
		if (len(only) == 0 || slices.ContainsFunc(only, means)) && !slices.ContainsFunc(skip, means) {
			kept = append(kept, all[i])
		}
	}
	return kept
}
