package metric

import (
	"fmt"
	"strings"
)

// Tag is the name of one tag of a selector.
type Tag uint8

// The tags, in the order in which a selector prints them.
const (
	Journey Tag = iota
	Flow
	Service
	Database
	Component
	Edge // "from -> to"
	Team
	Fault
	Topology
	Run    // only "baseline": the run without faults
	Phase  // of a fault: "during" or "after"
	Versus // a topology: the paired difference to it
	NTags
)

var tagNames = [NTags]string{"journey", "flow", "service", "database", "component", "edge",
	"team", "fault", "topology", "run", "phase", "versus"}

// String is the tag as it is written, "journey".
func (t Tag) String() string { return tagNames[t] }

// Baseline is the only value of the tag run.
const Baseline = "baseline"

// The values of the tag phase: of requests that arrived during a fault, and after it.
const (
	During = "during"
	After  = "after"
)

// Tags are the tags of a selector, indexed by [Tag]; "" is absent. It is a
// value: comparable, and a key of maps.
type Tags [NTags]string

// With returns t with one tag set.
func (t Tags) With(tag Tag, value string) Tags {
	t[tag] = value
	return t
}

// Map is t as result.json writes it; never nil.
func (t Tags) Map() map[string]string {
	m := map[string]string{}
	for i, v := range t {
		if v != "" {
			m[tagNames[i]] = v
		}
	}
	return m
}

// FromMap is the inverse of Map; a name that is no tag is an error.
func FromMap(m map[string]string) (Tags, error) {
	var t Tags
	found := 0
	for i, name := range tagNames {
		if v, ok := m[name]; ok {
			t[i], found = v, found+1
		}
	}
	if found != len(m) {
		// fmt prints a map sorted by key.
		return t, fmt.Errorf("%v has a name that is no tag (tags: %s)", m, strings.Join(tagNames[:], ", "))
	}
	return t, nil
}

// Check reports the first tag whose value is not among the names known for
// it, with the nearest that is. known returns nil for a tag not to be checked.
func (t Tags) Check(known func(Tag) []string) error {
	for i, v := range t {
		tag := Tag(i)
		if v == "" {
			continue
		}
		names := known(tag)
		if names == nil || contains(names, v) {
			continue
		}
		return unknown(tag.String(), v, names)
	}
	return nil
}

// String prints the tags in braces, "" when there are none.
func (t Tags) String() string {
	var b strings.Builder
	for i, v := range t {
		if v == "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteByte('{')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(tagNames[i])
		b.WriteByte(':')
		b.WriteString(quote(v))
	}
	if b.Len() == 0 {
		return ""
	}
	b.WriteByte('}')
	return b.String()
}
