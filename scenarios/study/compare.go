package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"faultline/sim/result"
)

// ErrNotComparable says that a difference would mean nothing, and why.
var ErrNotComparable = errors.New("not comparable")

// Compare is what differs between the topologies of one run: each against the
// first. The error is [ErrNotComparable] where there is one topology.
func Compare(store *result.Store) (*result.Contrasts, error) {
	doc := store.Document()
	if len(doc.Topologies) < 2 {
		return nil, fmt.Errorf("%w: %s has one topology, and nothing to compare it with (add another to topologies, or compare two results)",
			ErrNotComparable, doc.Scenario.Name)
	}
	out := contrasts(doc, doc.Scenario.Name, doc, doc.Scenario.Name)
	for _, c := range doc.Comparisons {
		out.Changes = append(out.Changes, result.NewChange(c))
	}
	return out, nil
}

// CompareResults is what differs between two runs, b against a: topologies of the
// same name are compared, or where each has one of another name, those two. The
// error is [ErrNotComparable] where other requests or faults met them, where
// another version of the tool or a part of a run is among them, or where they have
// no topology in common.
func CompareResults(nameA string, a *result.Store, nameB string, b *result.Store) (*result.Contrasts, error) {
	da, db := a.Document(), b.Document()
	if err := comparable(nameA, da, nameB, db); err != nil {
		return nil, err
	}
	out := contrasts(da, nameA, db, nameB)
	pairs := matched(topologyNames(da), topologyNames(db))
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%w: no topology is in both (%s has %s, %s has %s)", ErrNotComparable,
			nameA, strings.Join(topologyNames(da), ", "), nameB, strings.Join(topologyNames(db), ", "))
	}
	for _, p := range pairs {
		for _, c := range result.Differences(a, b, p[0], p[1]) {
			out.Changes = append(out.Changes, result.NewChange(c))
		}
	}
	out.Warnings = append(out.Warnings, leftOut(nameA, topologyNames(da), nameB, topologyNames(db), pairs)...)
	if da.Replications != db.Replications {
		out.Warnings = append(out.Warnings, fmt.Sprintf("replications: %d in %s and %d in %s; those in both are compared",
			da.Replications, nameA, db.Replications, nameB))
	}
	return out, nil
}

func contrasts(a *result.Document, nameA string, b *result.Document, nameB string) *result.Contrasts {
	return &result.Contrasts{
		Schema: result.ContrastsSchema, Tool: b.Tool, Scenario: b.Scenario.Name, Seed: b.Seed, Replications: min(a.Replications, b.Replications),
		Partial: a.Partial || b.Partial, A: side(nameA, a), B: side(nameB, b), Changes: []result.Change{}, Warnings: []string{},
	}
}

func side(name string, doc *result.Document) result.Side {
	return result.Side{Name: name, Digest: doc.Scenario.Digest, Fingerprint: doc.Fingerprint, Replications: doc.Replications}
}

// comparable says why two runs are not.
func comparable(nameA string, a *result.Document, nameB string, b *result.Document) error {
	var why []string
	for _, side := range []struct {
		name string
		doc  *result.Document
	}{{nameA, a}, {nameB, b}} {
		if side.doc.Partial {
			why = append(why, side.name+" is partial: its run was interrupted, or ended at a limit")
		}
	}
	if a.Tool.Version != b.Tool.Version {
		why = append(why, fmt.Sprintf("version: %s was written by faultline %s, %s by %s", nameA, a.Tool.Version, nameB, b.Tool.Version))
	}
	for _, m := range result.Mismatches(result.Terms(a), result.Terms(b)) {
		why = append(why, differs(m, nameA, nameB))
	}
	return refusal(why)
}

// differs says in words what differs: "run.seed: 7 in a.json, 8 in b.json".
func differs(m result.Mismatch, nameA, nameB string) string {
	word := func(value string) string {
		if value == "" {
			return "absent"
		}
		return value
	}
	return fmt.Sprintf("%s: %s in %s, %s in %s", m.Path, word(m.A), nameA, word(m.B), nameB)
}

// mostReasons are told; the rest are counted.
const mostReasons = 8

func refusal(why []string) error {
	if len(why) == 0 {
		return nil
	}
	if more := len(why) - mostReasons; more > 0 {
		why = append(why[:mostReasons:mostReasons], fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("%w:\n  %s", ErrNotComparable, strings.Join(why, "\n  "))
}

func topologyNames(doc *result.Document) (out []string) {
	for i := range doc.Topologies {
		out = append(out, doc.Topologies[i].Name)
	}
	return out
}

// matched pairs topologies by name; where each run has one, those are a pair.
func matched(a, b []string) (pairs [][2]string) {
	if len(a) == 1 && len(b) == 1 {
		return [][2]string{{a[0], b[0]}}
	}
	for _, name := range a {
		if slices.Contains(b, name) {
			pairs = append(pairs, [2]string{name, name})
		}
	}
	return pairs
}

// leftOut warns of the topologies that have no partner.
func leftOut(nameA string, a []string, nameB string, b []string, pairs [][2]string) (out []string) {
	for side, all := range [][]string{a, b} {
		for _, name := range all {
			if !slices.ContainsFunc(pairs, func(p [2]string) bool { return p[side] == name }) {
				out = append(out, fmt.Sprintf("%s is in %s alone, and not compared", name, []string{nameA, nameB}[side]))
			}
		}
	}
	return out
}
