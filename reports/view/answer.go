package view

import (
	"strconv"

	"faultline/sim/result"
)

// Answer is the answer of a study other than run as a reader sees it: what every
// format shows of it. Its charts have data of their own.
type Answer struct {
	Study        string // "capacity"
	Scenario     string
	Description  string
	Version      string // of the tool
	Command      string // that repeats it
	Partial      bool   // interrupted
	Seed         string
	Replications int
	Facts        []string // what was run, for the first line: "4 min of load", …
	Sentence     string   // the answer
	Sections     []Section
	Topologies   []string // by position: the charts' inks
	Validity     []Fact
	Warnings     []string
	Digests      []Fact
	Sources      []Source
}

// Section is tables under a title.
type Section struct {
	ID     string // the anchor: lower-case letters
	Title  string
	Note   string
	Tables []Table
	Folded bool // long: a page folds it, a comment leaves it out
}

// Empty reports whether no table has a row.
func (s Section) Empty() bool {
	for _, t := range s.Tables {
		if !t.Empty() {
			return false
		}
	}
	return true
}

// head fills what is common to all answers.
func (a *Answer) head(s *result.Scenario, version string, seed uint64, sources []result.Source) {
	a.Scenario, a.Description, a.Version, a.Command = Name(s.Name), Clean(s.Description), Clean(version), Clean(s.Command)
	a.Seed = strconv.FormatUint(seed, 10)
	if s.Duration > 0 {
		a.Facts = append(a.Facts, Clock(s.Duration)+" of load, "+Clock(s.Warmup)+" warm-up")
	}
	a.Digests = []Fact{{"Scenario", Clean(s.Digest)}}
	for _, f := range sources {
		a.Sources = append(a.Sources, Source{Path: Clean(f.Path), Digest: Clean(f.Digest), Text: CleanText(f.Text)})
	}
}
