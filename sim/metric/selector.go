package metric

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds the length of a selector and of an expression, in bytes.
const maxText = 4096

// Selector names one figure of a result, or one per topology (fault) where it
// leaves the tag out. The Aggregator "" means the metric's default.
type Selector struct {
	Metric     string
	Aggregator Aggregator
	Tags       Tags
}

// String prints the metric and its tags as [ParseSelector] reads them. The
// aggregator is part of expressions, and is left out.
func (s Selector) String() string { return s.Metric + s.Tags.String() }

// Key is the metric with its aggregator, as samples in result.json are named:
// "latency.p99", "availability".
func (s Selector) Key() string {
	a := s.Aggregator
	if a == "" {
		if m, err := Lookup(s.Metric); err == nil {
			a = m.Default()
		}
	}
	return key(s.Metric, a)
}

func key(metric string, a Aggregator) string {
	if a == "" || a == Total {
		return metric
	}
	return metric + "." + a.Key()
}

// ParseKey is the inverse of Key: it splits a sample's name. A name that is
// no due metric, or an aggregator that the metric has not, is an error.
func ParseKey(name string) (Selector, error) {
	base, suffix, _ := strings.Cut(name, ".")
	m, err := Lookup(base)
	if err != nil {
		return Selector{}, err
	}
	if suffix == "" {
		if d := m.Default(); d == "" || d == Total {
			return Selector{Metric: base, Aggregator: d}, nil
		}
	}
	for _, a := range m.Aggregators {
		if a.Key() == suffix && a != Total && a != "med" {
			return Selector{Metric: base, Aggregator: a}, nil
		}
	}
	if a, ok := percentileOf(suffix); ok && m.AnyPercentile() {
		return Selector{Metric: base, Aggregator: a}, nil
	}
	return Selector{}, fmt.Errorf("%s has no aggregator %q (%s)", base, suffix, m.aggregatorNames())
}

// ParseSelector reads metric{tag:value, tag:value}. Values are bare or in
// double quotes; a bare one ends at a comma or the brace. The error says what
// was found and what would be right.
func ParseSelector(text string) (Selector, error) {
	var s Selector
	if err := checkText(text); err != nil {
		return s, err
	}
	name, rest, braced := strings.Cut(text, "{")
	s.Metric = strings.TrimSpace(name)
	if s.Metric == "" {
		return s, fmt.Errorf("no metric in %q (write metric{tag:value}, as latency{journey:checkout})", text)
	}
	m, err := Lookup(s.Metric)
	if err != nil {
		return s, err
	}
	if braced {
		if s.Tags, err = parseTags(rest, m); err != nil {
			return s, err
		}
	}
	if err := m.check(s.Tags); err != nil {
		return s, err
	}
	if m.OfFaults() && s.Tags[Phase] != "" {
		s = s.ofPhase()
	}
	return s, nil
}

// PerFault reports whether each fault has a figure of its own: of a metric of
// faults, and of any other in a phase of a fault. Without the tag fault the
// selector means all of them.
func (s Selector) PerFault() bool {
	m, err := Lookup(s.Metric)
	return err == nil && m.OfFaults() || s.Tags[Phase] != ""
}

// ofPhase spells a metric of faults for its phase as results do: without one it
// is of the requests during the fault.
func (s Selector) ofPhase() Selector {
	switch {
	case s.Tags[Phase] == During:
		s.Tags[Phase] = ""
	case s.Metric == "blastRadius":
		s.Metric, s.Tags[Phase] = "blastRadiusAfter", ""
	}
	return s
}

// parseTags reads what follows the opening brace.
func parseTags(text string, m *Metric) (Tags, error) {
	var tags Tags
	rest := strings.TrimSpace(text)
	if after, ok := strings.CutPrefix(rest, "}"); ok {
		return tags, atEnd(after)
	}
	for {
		name, after, ok := strings.Cut(rest, ":")
		name = strings.TrimSpace(name)
		if !ok || strings.ContainsAny(name, "{},\"") {
			return tags, fmt.Errorf("%q is not tag:value, tag:value} (as journey:checkout})", rest)
		}
		tag, err := m.tag(name)
		if err != nil {
			return tags, err
		}
		if tags[tag] != "" {
			return tags, fmt.Errorf("tag %s is given twice", name)
		}
		value, end, err := tagValue(strings.TrimSpace(after))
		if err != nil {
			return tags, fmt.Errorf("tag %s: %w", name, err)
		}
		tags[tag] = value
		switch {
		case strings.HasPrefix(end, ","):
			rest = strings.TrimSpace(end[1:])
		case strings.HasPrefix(end, "}"):
			return tags, atEnd(end[1:])
		case end == "":
			return tags, fmt.Errorf("the tags are not closed (write } at the end)")
		default:
			return tags, fmt.Errorf("tag %s: %q follows the value (write , or })", name, end)
		}
	}
}

func atEnd(rest string) error {
	if strings.TrimSpace(rest) != "" {
		return fmt.Errorf("%q follows the tags (nothing may)", strings.TrimSpace(rest))
	}
	return nil
}

// tag finds a tag by name among those of m.
func (m *Metric) tag(name string) (Tag, error) {
	i := slices.Index(tagNames[:], name)
	switch {
	case i < 0:
		return 0, unknown("tag", name, m.tagNames())
	case !m.allows(Tag(i)):
		return 0, fmt.Errorf("%s has no tag %s (it has %s)", m.Name, name, strings.Join(m.tagNames(), ", "))
	}
	return Tag(i), nil
}

// tagValue reads one value and returns what follows it, trimmed.
func tagValue(text string) (value, rest string, err error) {
	if strings.HasPrefix(text, `"`) {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return "", "", fmt.Errorf("the quote of %s is not closed", text)
		}
		if value, err = strconv.Unquote(quoted); err != nil {
			return "", "", fmt.Errorf("%s is not a quoted value", quoted)
		}
		rest = strings.TrimSpace(text[len(quoted):])
	} else {
		end := strings.IndexAny(text, ",}")
		if end < 0 {
			end = len(text)
		}
		value, rest = strings.TrimSpace(text[:end]), text[end:]
		if strings.ContainsAny(value, "{\"") {
			return "", "", fmt.Errorf("%q needs quotes (write %s)", value, strconv.Quote(value))
		}
	}
	if value == "" {
		return "", "", fmt.Errorf("the value is missing (write tag:value)")
	}
	return value, rest, checkText(value)
}

// check reports tags that do not go together.
func (m *Metric) check(tags Tags) error {
	var subject []string
	for _, t := range m.Subjects {
		if tags[t] != "" {
			subject = append(subject, t.String()+":")
		}
	}
	switch run := tags[Run]; {
	case len(subject) > 1:
		return fmt.Errorf("%s is of one thing, not of %s (leave one out)", m.Name, strings.Join(subject, " and "))
	case len(subject) == 0 && m.NeedsSubject:
		return fmt.Errorf("%s of what? (add %s)", m.Name, m.subjectNames())
	case run != "" && run != Baseline:
		return fmt.Errorf("run:%s is not known (write run:%s, or leave it out for the run with the faults)", run, Baseline)
	case tags[Phase] != "" && !slices.Contains(m.Phases, tags[Phase]):
		return fmt.Errorf("%s has no phase:%s (it has phase:%s)", m.Name, tags[Phase], strings.Join(m.Phases, ", phase:"))
	case m.OfFaults():
	case tags[Fault] != "" && tags[Phase] == "":
		return fmt.Errorf("%s has fault: only with phase:%s", m.Name, strings.Join(m.Phases, " or phase:"))
	case tags[Phase] != "" && run != "":
		return fmt.Errorf("run:%s has no phases of a fault (leave one out)", Baseline)
	case tags[Phase] != "" && len(subject) > 0 && tags[Journey] == "":
		return fmt.Errorf("phase:%s is measured for journeys, not for %s (leave one out)", tags[Phase], subject[0])
	}
	switch versus := tags[Versus]; {
	case versus != "" && versus == tags[Topology]:
		return fmt.Errorf("versus:%s compares topology %s with itself (name another)", versus, versus)
	}
	return nil
}

// checkText refuses what no name or expression needs: bytes that are not
// UTF-8, control characters, and anything over maxText.
func checkText(text string) error {
	if len(text) > maxText {
		return fmt.Errorf("%d bytes are too long (at most %d)", len(text), maxText)
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return fmt.Errorf("%q has a control character", text)
		}
	}
	return nil
}

// quote prints a tag's value so that tagValue reads it back.
func quote(value string) string {
	for _, r := range value {
		if !strings.ContainsRune("_-./*", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return strconv.Quote(value)
		}
	}
	return value
}
