package topologies

import (
	"strings"

	"faultline/sim/step"
	"faultline/topologies/strict"
)

// checkApplication checks the names of an application and its graph of calls.
// The references are by the path of their operation, which begins with prefix;
// before is how many errors there were when the application's file was opened.
func (l *Loader) checkApplication(app *application, refs map[string][]reference, prefix string, before int) {
	checkValue(l.Errs, app.root.Get("application"), app.Name)
	CheckNames(l.Errs, app.Components, "")
	CheckNames(l.Errs, app.Stores, "")
	CheckNames(l.Errs, app.Journeys, "")
	app.index, app.byName, app.stores = make(map[string]int), make(map[string]*Component), make(map[string]*Store)
	for i := range app.Stores {
		app.stores[app.Stores[i].Key] = &app.Stores[i].Value
	}
	for i, c := range app.Components {
		app.byName[c.Key] = &app.Components[i].Value
		CheckNames(l.Errs, c.Value.Operations, "")
		for k, op := range c.Value.Operations {
			name := c.Key + "." + op.Key
			app.index[name] = len(app.ops)
			app.ops = append(app.ops, operation{name: name, component: i, spec: &app.Components[i].Value.Operations[k].Value,
				refs: refs[strict.JoinPath(prefix, c.Key, "operations", op.Key)]})
		}
	}
	for _, list := range refs {
		for _, r := range list {
			app.checkReference(l, r)
		}
	}
	for i := range app.Journeys {
		app.checkJourney(l, &app.Journeys[i], refs[strict.JoinPath("journeys", app.Journeys[i].Key)])
	}
	if len(app.Journeys) > maxJourneys {
		l.Errs.At(app.Journeys[maxJourneys].KeyNode, "more than %d journeys; write fewer", maxJourneys)
	}
	if len(app.Journeys) == 0 && app.root.Get("journeys") != nil {
		l.Errs.AtKey(app.root, "journeys", "there is no journey: nobody would use the application")
	}
	if l.Errs.Len() > before {
		return
	}
	app.checkCycles(l.Errs)
	app.warnUnreached()
	app.warnCaches()
	app.sound = l.Errs.Len() == before
}

// checkJourney reports a journey that calls nothing, and one of which the users
// would do what only a component can.
func (app *application) checkJourney(l *Loader, j *strict.Entry[Journey], refs []reference) {
	app.calls = append(app.calls, nil)
	calls := &app.calls[len(app.calls)-1]
	if n := j.Node.Get("call"); n != nil && j.Value.Steps == nil {
		app.checkCall(l, n, j.Value.Call)
		*calls = []string{j.Value.Call}
		return
	}
	for _, r := range refs {
		switch s := r.step.(type) {
		case *step.Call:
			*calls = append(*calls, s.Target)
		case *step.CPU:
			l.Errs.AtKey(r.node, "cpu", "users compute nothing that counts here; write sleep for the time that they take")
		case *step.Read, *step.Write, *step.Cached:
			l.Errs.At(r.node, "users have no store and no cache; call an operation that does it")
		}
	}
	if len(*calls) == 0 && len(j.Value.Steps) > 0 {
		l.Errs.AtKey(j.Node, "steps", "the journey calls nothing (write a step call: component.operation)")
	}
}

// checkReference reports a step that names what does not exist.
func (app *application) checkReference(l *Loader, r reference) {
	switch s := r.step.(type) {
	case *step.Call:
		app.checkCall(l, r.node.Get("call"), s.Target)
	case *step.Read:
		app.checkStore(l, r.node.Get("read"), s.Store, false, s.Time != nil)
	case *step.Write:
		app.checkStore(l, r.node.Get("write"), s.Store, true, s.Time != nil)
	}
}

func (app *application) checkCall(l *Loader, n *strict.Node, target string) {
	component, op, ok := strings.Cut(target, ".")
	if _, found := app.index[target]; found || !ok {
		return
	}
	if c := app.byName[component]; c != nil {
		l.Errs.At(n, "component %s has no operation %s%s", component, strict.Quote(op), l.hint(op, c.Operations.Keys))
		return
	}
	l.Errs.At(n, "no component %s%s", strict.Quote(component), l.hint(component, app.Components.Keys))
}

func (app *application) checkStore(l *Loader, n *strict.Node, name string, write, timed bool) {
	errs, s := l.Errs, app.stores[name]
	if s == nil {
		errs.At(n, "no store %s%s", strict.Quote(name), l.hint(name, app.Stores.Keys))
		return
	}
	switch {
	case write && s.Write == nil && !timed:
		errs.At(n, "store %s has no write time (write stores: { %s: { write: exp(3ms) } }, or time: beside this write)", name, name)
	case !write && s.Read == nil && !timed:
		errs.At(n, "store %s has no read time (write stores: { %s: { read: exp(1ms) } }, or time: beside this read)", name, name)
	}
}

// The states of an operation in the search for cycles.
const (
	unseen = iota
	open   // on the path that is being followed
	closed
)

// checkCycles reports each call that closes a cycle, with the path, and marks
// the operations that journeys reach.
func (app *application) checkCycles(errs *strict.Errors) {
	s := cycleSearch{app: app, errs: errs, state: make([]uint8, len(app.ops)), at: make([]int, len(app.ops))}
	for _, calls := range app.calls {
		for _, target := range calls {
			if i, known := app.index[target]; known { // else that is reported where it stands
				s.visit(i)
			}
		}
	}
	for i := range app.ops {
		app.ops[i].reached = s.state[i] != unseen
	}
	for i := range app.ops { // cycles that no journey reaches are mistakes too
		s.visit(i)
	}
}

type cycleSearch struct {
	app   *application
	errs  *strict.Errors
	state []uint8
	at    []int // position on the path, of those that are open
	path  []int
}

// frameOf is where the search stands in one operation.
type frameOf struct{ op, next int }

// visit follows all calls from an operation, depth first, with a stack of its
// own: a file can hold a chain of calls far deeper than a goroutine should go.
func (s *cycleSearch) visit(start int) {
	if s.state[start] != unseen {
		return
	}
	stack := []frameOf{{op: start}}
	s.state[start], s.at[start], s.path = open, 0, append(s.path[:0], start)
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		refs := s.app.ops[top.op].refs
		if top.next == len(refs) {
			s.state[top.op] = closed
			stack, s.path = stack[:len(stack)-1], s.path[:len(s.path)-1]
			continue
		}
		r := refs[top.next]
		top.next++
		call, ok := r.step.(*step.Call)
		if !ok {
			continue
		}
		callee, known := s.app.index[call.Target]
		if !known {
			continue
		}
		switch s.state[callee] {
		case open:
			s.errs.At(r.node.Get("call"), "calls go in a circle: %s", s.circle(callee))
		case unseen:
			s.state[callee], s.at[callee] = open, len(s.path)
			stack, s.path = append(stack, frameOf{op: callee}), append(s.path, callee)
		}
	}
}

// circle prints the path from an operation back to itself, its middle left out
// where it is long.
func (s *cycleSearch) circle(callee int) string {
	const ends = 5
	path := s.path[s.at[callee]:]
	var names []string
	for i, op := range path {
		if i < ends || i >= len(path)-ends {
			names = append(names, s.app.ops[op].name)
		} else if i == ends {
			names = append(names, "…")
		}
	}
	return strings.Join(append(names, s.app.ops[callee].name), " → ")
}

// warnUnreached names the operations that no journey reaches: nothing of them
// is simulated, and a fault on them does nothing.
func (app *application) warnUnreached() {
	var idle []string
	for _, op := range app.ops {
		if !op.reached {
			idle = append(idle, op.name)
		}
	}
	if len(idle) > 0 {
		app.warnings = append(app.warnings, "no journey reaches "+list(idle)+": a fault there changes nothing")
	}
}

// warnCaches names the operations with a cache that a restart does not empty.
func (app *application) warnCaches() {
	var full []string
	for _, op := range app.ops {
		for _, r := range op.refs {
			if _, ok := r.step.(*step.Cached); ok && op.reached && r.node.Get("cache").Get("refill") == nil {
				full = append(full, op.name)
				break
			}
		}
	}
	if len(full) > 0 {
		app.warnings = append(app.warnings, "the cache of "+list(full)+" has no refill: it is full again at once after a restart or a flush")
	}
}
