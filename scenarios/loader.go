package scenarios

import (
	"slices"
	"strconv"
	"sync"

	"faultline/sim/judge"
	"faultline/sim/load"
	"faultline/sim/metric"
	"faultline/sim/result"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// loader loads one scenario with all it names.
type loader struct {
	*topologies.Loader
	set   []topologies.Override
	used  []bool // of set: it has changed something
	names []string

	precisionAt *strict.Node // where its metric stands
}

func newLoader(set []topologies.Override) *loader {
	return &loader{Loader: topologies.NewLoader(new(strict.Errors)), set: set, used: make([]bool, len(set))}
}

// keys are the first segments of an override that change the scenario.
var keys = []string{"scenario", "description", "topologies", "run", "load", "faults", "thresholds", "expect", "gate"}

// scenario loads the file at a location; nil if there is nothing to use of it.
func (l *loader) scenario(at topologies.Location) *Scenario {
	file, root := l.Open(at, nil)
	if root == nil || l.IsWrongKind(root, nil, "scenario") {
		return nil
	}
	root = l.Apply(root, l.own())
	s := &Scenario{Sources: []result.Source{topologies.Source(at, file.Text)}}
	l.Decoder(at, &s.Sources).Decode(root, "", &s.Spec)
	l.checkNames(s, root)
	l.loadTopologies(s, at, root)
	l.finish(s, root)
	return s
}

// own are the overrides that change the scenario itself.
func (l *loader) own() (own []topologies.Override) {
	for i, o := range l.set {
		if head, _ := o.Head(); slices.Contains(keys, head) {
			own = append(own, o)
			l.used[i] = true
		}
	}
	return own
}

// finish checks a scenario with its topologies, and sums it up.
func (l *loader) finish(s *Scenario, root *strict.Node) {
	l.reportUnused()
	l.injections(s)
	l.thresholds(s)
	l.precision(s, root.Get("run"))
	l.checkTogether(s)
	l.checkWindow(s, root.Get("run"))
	s.resolved = sync.OnceValue(func() result.Values { return resolvedOf(s, root) })
	s.Digest = topologies.DigestOf(s.Sources, l.set)
}

func (l *loader) checkNames(s *Scenario, root *strict.Node) {
	if n := root.Get("scenario"); n != nil && n.Text() == s.Name {
		if why := topologies.BadName(s.Name); why != "" {
			l.Errs.At(n, "%s", why)
		}
	}
	topologies.CheckNames(l.Errs, s.Load, "")
	topologies.CheckNames(l.Errs, s.Spec.Faults, "")
	if n := root.Get("load"); n != nil && n.Kind() == strict.Mapping && n.Len() == 0 {
		l.Errs.At(n, "there is no flow: nobody would arrive (write load: { shoppers: { rate: 400/s } })")
	}
}

// loadTopologies loads what topologies names.
func (l *loader) loadTopologies(s *Scenario, at topologies.Location, root *strict.Node) {
	n := root.Get("topologies")
	nodes := n.Items()
	if n.Kind() == strict.Scalar && n != nil {
		nodes = []*strict.Node{n}
	} else if n != nil && len(nodes) == 0 && n.Kind() == strict.Sequence {
		l.Errs.At(n, "a list of no topologies; write one at least")
	}
	files := make(map[string]bool)
	for _, ref := range nodes {
		if ref.Text() == "" {
			continue // refused when it was decoded
		}
		where, err := locate(at, ref.Text())
		switch {
		case err != nil:
			l.Errs.At(ref, "%v", err)
			continue
		case files[where.String()]:
			l.Errs.At(ref, "%s is listed twice", where)
			continue
		}
		files[where.String()] = true
		l.addTopology(s, where, ref)
	}
}

// addTopology loads one topology, named at ref.
func (l *loader) addTopology(s *Scenario, where topologies.Location, ref *strict.Node) {
	t := l.Topology(where, ref, l.setFor)
	if t == nil {
		return
	}
	if slices.Contains(l.names, t.Name) && t.Name != "" {
		l.Errs.At(ref, "a second topology of the name %s; rename one", t.Name)
	}
	l.names = append(l.names, t.Name)
	s.addTopology(t)
}

func (s *Scenario) addTopology(t *topologies.Topology) {
	s.Topologies = append(s.Topologies, t)
	s.notes = append(s.notes, nil)
	for _, src := range t.Sources {
		if !slices.ContainsFunc(s.Sources, func(o result.Source) bool { return o.Path == src.Path }) {
			s.Sources = append(s.Sources, src)
		}
	}
}

// locate is where a reference to a topology leads: a file, or a built-in one by
// its name.
func locate(at topologies.Location, ref string) (topologies.Location, error) {
	if topologies.IsPath(ref) {
		return at.Near(ref)
	}
	return topologies.Find("topology", ref)
}

// setFor picks the overrides that change the topology of a name, or its application.
func (l *loader) setFor(name string) (set []topologies.Override) {
	for i, o := range l.set {
		head, rest := o.Head()
		switch {
		case slices.Contains(topologies.Keys, head), slices.Contains(topologies.ApplicationKeys, head):
			l.used[i] = true
		case head == name && rest != "":
			l.used[i] = true
			o.Path = rest
		default:
			continue
		}
		set = append(set, o)
	}
	return set
}

// reportUnused reports overrides that change nothing.
func (l *loader) reportUnused() {
	for i, o := range l.set {
		if l.used[i] {
			continue
		}
		head, rest := o.Head()
		valid := slices.Concat(keys, topologies.Keys, topologies.ApplicationKeys, l.names)
		switch {
		case slices.Contains(l.names, head) && rest == "":
			l.Errs.At(nil, "%s %s: nothing follows the topology's name (write %s.services.…=value)", o.Flag, o.Text, head)
		case len(l.names) > 0:
			l.Errs.At(nil, "%s %s: no key and no topology %s%s", o.Flag, o.Text, strict.Quote(head), strict.DidYouMean(head, valid))
		}
	}
}

// thresholds parses the conditions.
func (l *loader) thresholds(s *Scenario) {
	for _, e := range s.Spec.Thresholds {
		selector, err := metric.ParseSelector(e.Key)
		if err != nil {
			l.Errs.At(e.KeyNode, "%v", err)
			continue
		}
		nodes := e.Node.Items()
		if e.Node.Kind() == strict.Scalar {
			nodes = []*strict.Node{e.Node}
		}
		if len(nodes) == 0 {
			l.Errs.At(e.KeyNode, `no expression (write one, as in ["< 5%%"])`)
		}
		for _, n := range nodes {
			expression, err := metric.ParseExpression(n.Text(), selector)
			if err != nil {
				l.Errs.At(n, "%v", err)
				continue
			}
			s.Thresholds = append(s.Thresholds, judge.Threshold{Selector: selector, Expression: expression,
				Text: e.Key + ": " + n.Text(), Source: n.Origin()})
		}
	}
}

// resolvedOf lists the scenario's own values in force, then those of its topologies;
// what several have in common, their application, is listed once.
func resolvedOf(s *Scenario, root *strict.Node) result.Values {
	var out result.ValuesBuilder
	for _, r := range ownValues(s, root) {
		out.Add(r)
	}
	if len(s.Topologies) == 1 {
		s.Topologies[0].Resolved(out.Add)
		return out.Values()
	}
	seen := make(map[result.Resolved]bool)
	for _, t := range s.Topologies {
		t.Resolved(func(r result.Resolved) {
			if !seen[r] {
				seen[r] = true
				out.Add(r)
			}
		})
	}
	return out.Values()
}

// ownValues lists the values in force of the scenario itself.
func ownValues(s *Scenario, root *strict.Node) []result.Resolved {
	var out []result.Resolved
	for _, r := range strict.Resolve(root, &Spec{}, "") {
		out = append(out, result.Resolved(r))
	}
	add := func(value string, path ...string) {
		out = append(out, result.Resolved{Path: strict.JoinPath(path...), Value: value, Origin: "default"})
	}
	for _, e := range s.Load {
		if e.Value.Arrivals == nil && e.Value.VUs == 0 {
			add(load.Table[0].Name, "load", e.Key, "arrivals")
		}
		if e.Value.Population == nil && e.Value.VUs == 0 {
			add(strconv.Itoa(load.DefaultPopulation), "load", e.Key, "population")
		}
	}
	for _, e := range s.Spec.Faults {
		if f := &e.Value; f.At == nil && f.StartAfter == "" && f.Every != nil {
			add(s.Run.warmup().String(), "faults", e.Key, "at")
		}
	}
	if s.Run.Warmup == nil {
		add(s.Run.warmup().String(), "run", "warmup")
	}
	return out
}
