// Package topologies loads applications and topologies: files that say what a
// software does, and how it is cut and run. Load reads a topology with its
// application, checks both, and lowers them to the plain data of a model.System.
//
// A topology is refused with all its mistakes at once, each with its place: what
// strict refuses, names that dangle or clash, components that nobody hosts or two
// services do, calls that go in a circle, journeys that fan out beyond reason.
// What is sound but hides a queue or makes a fault harmless is a warning.
//
// The way of a file: files.go finds and reads it, extends.go lays it over what it
// extends, loader.go decodes it, data.go reads the files that its values name,
// graph.go checks the application's calls, placement.go says what runs where,
// edges.go merges the clients' policies, lower.go compiles, warnings.go warns.
//
// To add a key: a tagged field in application.go or spec.go (or, for a policy or
// a step, in its room under sim), and what it means in lower.go.
package topologies

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/topologies/strict"
)

// Options say how to load.
type Options struct {
	Root string   // folder that no path in a file leaves; "" finds one, see OnDisk
	Set  []string // path=value: values to change before decoding
}

// Topology is one application deployed by one topology, checked and compiled.
type Topology struct {
	Name        string
	Application *Application // nil after Forget
	System      *model.System
	Sources     []result.Source // the topology's file, those that it extends, the application's, and files of data
	Warnings    []string
	Digest      string // over sources and overrides
	// ApplicationDigest is that of the application alone, with its files of data; a
	// single-file topology's is that of all its files.
	ApplicationDigest string
	At                string // path of the file, as errors show it

	cut *cut
}

// Resolved hands every value in force to a function, in order; paths as for --set. It
// decodes the files once more, which those who do not ask for it are spared.
func (t *Topology) Resolved(add func(result.Resolved)) {
	if t.cut != nil {
		t.cut.resolved(add)
	}
}

// EdgeValues lists the values in force on each edge, by model.EdgeID: what the
// patterns that match it come to, and the defaults of what none of them says.
func (t *Topology) EdgeValues() [][]result.Resolved {
	if t.cut == nil {
		return nil
	}
	return t.cut.edgeValues()
}

// Forget lets go of the files as they were decoded, the Application among them, which
// take more memory than the System: after it there are no values in force.
func (t *Topology) Forget() { t.cut, t.Application = nil, nil }

// Override is a value that a flag puts in place of a file's.
type Override struct {
	Flag  string // "--set"
	Text  string // what follows the flag, as errors repeat it
	Path  string
	Value string
}

// ParseSet parses path=value. The equals sign that counts is the first outside
// quotes: a path may hold one in a quoted part.
func ParseSet(text string) (Override, error) {
	if !utf8.ValidString(text) {
		return Override{}, fmt.Errorf("--set %s: it is not UTF-8", strict.Quote(text))
	}
	quoted := false
	for i, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '=' && !quoted && i > 0:
			return Override{"--set", text, strings.TrimSpace(text[:i]), text[i+1:]}, nil
		}
	}
	return Override{}, fmt.Errorf("--set %s: write path=value, as in run.seed=7", strict.Quote(text))
}

// Head is the first segment of the override's path, and the rest.
func (o Override) Head() (head, rest string) {
	if strings.HasPrefix(o.Path, `"`) {
		if quoted, err := strconv.QuotedPrefix(o.Path); err == nil {
			head, _ = strconv.Unquote(quoted)
			return head, strings.TrimPrefix(o.Path[len(quoted):], ".")
		}
	}
	head, rest, _ = strings.Cut(o.Path, ".")
	return head, rest
}

// Load reads the topology at a path, or a built-in one by its name. The error is
// a *strict.Errors if it lies in the files.
func Load(ref string, o Options) (*Topology, error) {
	at, err := Open(ref, o.Root)
	if err != nil {
		return nil, err
	}
	set, err := ParseSets(o.Set)
	if err != nil {
		return nil, err
	}
	l := NewLoader(new(strict.Errors))
	t := l.Topology(at, nil, func(string) []Override { return set })
	if err := l.Errs.Err(); err != nil {
		return nil, err
	}
	return t, nil
}

// LoadApplication reads and checks the application at a path, or a built-in one
// by its name.
func LoadApplication(ref string, o Options) (*Application, error) {
	at, err := openKind("application", ref, o.Root)
	if err != nil {
		return nil, err
	}
	set, err := ParseSets(o.Set)
	if err != nil {
		return nil, err
	}
	l := NewLoader(new(strict.Errors))
	app := l.application(at, nil, set)
	if err := l.Errs.Err(); err != nil {
		return nil, err
	}
	return app.Application, nil
}

// Open locates the topology at a path, or the built-in one of that name.
func Open(ref, root string) (Location, error) { return openKind("topology", ref, root) }

func openKind(kind, ref, root string) (Location, error) {
	if IsPath(ref) {
		return OnDisk(ref, root)
	}
	builtin, err := Find(kind, ref)
	if err == nil {
		return builtin, nil
	}
	if at, diskErr := OnDisk(ref, root); diskErr == nil {
		return at, nil
	}
	return Location{}, err
}

// ParseSets parses flags of the form path=value.
func ParseSets(texts []string) ([]Override, error) {
	var set []Override
	for _, text := range texts {
		o, err := ParseSet(text)
		if err != nil {
			return nil, err
		}
		set = append(set, o)
	}
	return set, nil
}
