package scenarios

import (
	"fmt"
	"strings"
	"sync"

	"faultline/sim/fault"
	"faultline/sim/result"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// AssembledFlow is the one flow of an assembled scenario.
const AssembledFlow = "shoppers"

// assembled is the file of an assembled scenario, before its flags. The topologies
// are loaded from where the caller names them.
const assembled = `scenario: %s
topologies: given
run: { duration: 5m, replications: 5 }
load: { ` + AssembledFlow + `: { rate: 1/s } }
`

// KindOf says which kind of file a reference means: scenario, topology or
// application. What is none of them is a scenario, for its loading to refuse.
func KindOf(ref, root string) (string, error) { return kindOf(ref, root) }

// Assemble makes a scenario of topologies alone: five minutes, five replications,
// one request a second of the application's own mix, no fault. Options and --set
// change it as they do a file; a study that needs another rate sets
// load.shoppers.rate. The error is that of [Load].
func Assemble(name string, refs []string, o Options) (*Scenario, error) {
	set, err := topologies.ParseSets(o.Set)
	if err != nil {
		return nil, err
	}
	var at []topologies.Location
	for _, ref := range refs {
		where, err := topologies.Open(ref, o.Root)
		if err != nil {
			return nil, err
		}
		at = append(at, where)
	}
	l := newLoader(append(set, o.flags()...))
	s := l.assemble(name, at)
	if err := l.Errs.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// assemble loads the topologies at some locations under a scenario of that name.
func (l *loader) assemble(name string, at []topologies.Location) *Scenario {
	file := strict.Parse("assembled", fmt.Appendf(nil, assembled, name), l.Errs)
	root := l.Apply(file.Root, l.own())
	s := new(Scenario)
	l.Decoder(at[0], &s.Sources).Decode(root, "", &s.Spec)
	listed := make(map[string]bool)
	for _, where := range at {
		if listed[where.String()] {
			l.Errs.At(nil, "%s is named twice", where)
			continue
		}
		listed[where.String()] = true
		l.addTopology(s, where, nil)
	}
	l.finish(s, root)
	s.resolved = sync.OnceValue(func() result.Values {
		var out result.ValuesBuilder
		for r := range resolvedOf(s, root).All() {
			if strings.HasPrefix(r.Origin, "assembled:") {
				r.Origin = "default"
			}
			out.Add(r)
		}
		return out.Values()
	})
	return s
}

// Injection is a fault written as in a scenario, without its name:
// "{ at: 1m, duration: 1m, kill: { service: payments } }". What is wrong with it
// is an error with its place in the text.
func Injection(name, text string) (fault.Injection, error) {
	errs := new(strict.Errors)
	file := strict.Parse(name, []byte(text), errs)
	var f Fault
	strict.Decode(file.Root, &f, errs)
	if err := errs.Err(); err != nil {
		return fault.Injection{}, err
	}
	in := fault.Injection{Name: name, At: f.At.Std(), Duration: fault.Open, Mode: fault.Mode{Kind: f.Mode, Value: f.Value},
		Every: distOf(f.Every), Repair: distOf(f.Repair), Spec: f.What}
	if f.Duration != nil {
		in.Duration = f.Duration.Std()
	}
	return in, nil
}
