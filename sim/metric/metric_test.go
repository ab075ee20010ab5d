package metric

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryRowOfTheTableIsConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Table {
		t.Run(m.Name, func(t *testing.T) {
			if seen[m.Name] {
				t.Error("named twice")
			}
			seen[m.Name] = true
			if m.Doc == "" || strings.Contains(m.Doc, "\n") {
				t.Errorf("Doc is %q, want one line", m.Doc)
			}
			if (m.Unit == Word) != (len(m.Words) > 0) {
				t.Error("words and unit Word go together")
			}
			if m.NeedsSubject && len(m.Subjects) == 0 {
				t.Error("needs a subject and has none")
			}
			if m.Due && m.Unit == Count && m.Default() != Total && !m.NeedsSubject {
				t.Error("a count without a subject is a total")
			}
			if m.Due && !slices.Contains(m.Tags, Topology) {
				t.Error("a figure belongs to a topology")
			}
		})
	}
}

// What an error recommends must itself be right.
func TestExamplesOfEveryMetricParse(t *testing.T) {
	for _, m := range Table {
		if !m.Due {
			continue
		}
		for _, a := range append([]Aggregator{m.Default()}, m.Aggregators...) {
			example := m.example(m.UnitOf(a))
			if _, err := ParseExpression(example, Selector{Metric: m.Name}); err != nil {
				t.Errorf("%s recommends %q: %v", m.Name, example, err)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	if m, err := Lookup("latency"); err != nil || m.Unit != Time || m.Better != Lower {
		t.Errorf("latency: %+v, %v", m, err)
	}
	for name, want := range map[string]string{
		"latncy":        `unknown metric "latncy" (did you mean "latency"?)`,
		"Availability":  `did you mean "availability"?`,
		"utilisation":   `did you mean "utilization"?`,
		"frobnications": `known: offered, throughput,`,
		"lag":           "metric lag is not supported yet",
		"capacity":      "metric capacity is not supported yet",
		"":              `unknown metric ""`,
	} {
		if _, err := Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Lookup(%q): %v, want %s", name, err, want)
		}
	}
}

func TestKeysOfSamples(t *testing.T) {
	for _, m := range Table {
		if !m.Due {
			if _, err := ParseKey(m.Name); err == nil {
				t.Errorf("%s is not due, and its key is accepted", m.Name)
			}
			continue
		}
		for _, a := range append([]Aggregator{m.Default()}, m.Aggregators...) {
			s := Selector{Metric: m.Name, Aggregator: a}
			if a == "med" {
				s.Aggregator = "p(50)"
			}
			if got, err := ParseKey(s.Key()); err != nil || got != s {
				t.Errorf("ParseKey(%q) = %+v, %v; want %+v", s.Key(), got, err, s)
			}
		}
	}
	for s, want := range map[Selector]string{
		{Metric: "latency"}:                          "latency.avg",
		{Metric: "latency", Aggregator: "med"}:       "latency.p50",
		{Metric: "latency", Aggregator: "p(99.9)"}:   "latency.p999",
		{Metric: "availability"}:                     "availability",
		{Metric: "lost"}:                             "lost",
		{Metric: "queueWait", Aggregator: ShareOf}:   "queueWait.share",
		{Metric: "severity", Aggregator: "tooSlow"}:  "severity.tooSlow",
		{Metric: "nosuch", Aggregator: "p(99)"}:      "nosuch.p99",
		{Metric: "availability", Aggregator: "p(1)"}: "availability.p1",
		{Metric: "latency", Aggregator: "p(97.5)"}:   "latency.p975",
		{Metric: "latency", Aggregator: "p(9.75)"}:   "latency.p0975",
		{Metric: "latency", Aggregator: "p(0.1)"}:    "latency.p001",
		{Metric: "latency", Aggregator: "p(5)"}:      "latency.p5",
	} {
		if got := s.Key(); got != want {
			t.Errorf("Key of %+v is %q, want %q", s, got, want)
		}
	}
	for _, bad := range []string{"latency", "latency.", "queueWait.p98", "latency.p", "latency.p0", "latency.p990", "latency.p9.9", "latency.px", "latency.med", "availability.avg", "x", ""} {
		if s, err := ParseKey(bad); err == nil {
			t.Errorf("ParseKey(%q) = %+v, want an error", bad, s)
		}
	}
}

func TestEveryPercentileHasAKeyOfItsOwn(t *testing.T) {
	seen := map[string]Aggregator{}
	for i := 1; i < 10000; i++ {
		a := Quantile(float64(i) / 100)
		key := Selector{Metric: "latency", Aggregator: a}.Key()
		if other, ok := seen[key]; ok {
			t.Fatalf("%s is the key of %s and of %s", key, other, a)
		}
		seen[key] = a
		if back, err := ParseKey(key); err != nil || back.Aggregator != a {
			t.Fatalf("%s: ParseKey(%s) = %+v, %v", a, key, back, err)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"replicsa", "replicas", 1}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	if got := nearest("x", []string{"offered", "state"}); got != "" {
		t.Errorf("%q is said to be near x", got)
	}
}
