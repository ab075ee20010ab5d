package metric

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"faultline/cmd/bounded"
)

func TestSelectorsAsUsersWriteThem(t *testing.T) {
	tags := func(pairs ...any) (out Tags) {
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(Tag)] = pairs[i+1].(string)
		}
		return out
	}
	for _, c := range []struct {
		text, prints string
		want         Tags
	}{
		{"latency", "latency", tags()},
		{"latency{}", "latency", tags()},
		{" latency { journey : checkout } ", "latency{journey:checkout}", tags(Journey, "checkout")},
		{"latency{topology:x,run:baseline,journey:checkout}", "latency{journey:checkout, topology:x, run:baseline}",
			tags(Journey, "checkout", Topology, "x", Run, "baseline")},
		{`latency{edge:"a -> b"}`, `latency{edge:"a -> b"}`, tags(Edge, "a -> b")},
		{`latency{edge: a -> b }`, `latency{edge:"a -> b"}`, tags(Edge, "a -> b")},
		{`errorRate{service:"a, {b}: \"c\""}`, `errorRate{service:"a, {b}: \"c\""}`, tags(Service, `a, {b}: "c"`)},
		{"blastRadius{fault:poison-input, versus:shop-monolith, topology:shop-microservices}",
			"blastRadius{fault:poison-input, topology:shop-microservices, versus:shop-monolith}",
			tags(Fault, "poison-input", Topology, "shop-microservices", Versus, "shop-monolith")},
		{"goodput{flow:shoppers}", "goodput{flow:shoppers}", tags(Flow, "shoppers")},
		{"latency{journey:größe}", "latency{journey:größe}", tags(Journey, "größe")},
	} {
		s, err := ParseSelector(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if s.Tags != c.want || s.String() != c.prints {
			t.Errorf("%s: %q in %s, want %q in %s", c.text, s.Tags, s, c.want, c.prints)
		}
	}
}

func TestSelectorErrorsSayWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "no metric",
		"{journey:x}":                        "no metric",
		"latncy{journey:x}":                  `unknown metric "latncy" (did you mean "latency"?)`,
		"latency{jorney:x}":                  `unknown tag "jorney" (did you mean "journey"?)`,
		"latency{colour:red}":                `unknown tag "colour" (known: journey, service, database, edge, fault, topology, run, phase, versus)`,
		"latency{journey=x}":                 "is not tag:value",
		"latency{journey}":                   "is not tag:value",
		"latency{journey:x":                  "not closed",
		"latency{journey:x,":                 "is not tag:value",
		"latency{journey:x,}":                "is not tag:value",
		"latency{journey:x} p(99)":           `"p(99)" follows the tags`,
		"latency{}}":                         `"}" follows the tags`,
		"latency{journey:}":                  "value is missing",
		`latency{journey:""}`:                "value is missing",
		`latency{journey:"x}`:                "quote",
		`latency{journey:"x"y}`:              `"y}" follows the value`,
		`latency{journey:x"y"}`:              "needs quotes",
		"latency{journey:x, journey:y}":      "given twice",
		"latency{journey:x, service:y}":      "not of journey: and service:",
		"latency{fault:x}":                   "latency has fault: only with phase:during",
		"availability{fault:x}":              "only with phase:during or phase:after",
		"latency{fault:x, phase:before}":     "latency has no phase:before (it has phase:during, phase:after)",
		"blastRadius{fault:x, phase:before}": "blastRadius has no phase:before (it has phase:during, phase:after)",
		"availability{fault:x, phase:during, run:baseline}": "run:baseline has no phases",
		"errorRate{fault:x, phase:after, edge:y}":           "measured for journeys, not for edge:",
		"utilization{service:x, phase:during}":              "utilization has no tag phase",
		"throughput{service:x}":                             "throughput has no tag service",
		"utilization":                                       "utilization of what? (add service: or database:)",
		"utilization{topology:x}":                           "add service: or database:",
		"latency{journey:x, run:basline}":                   "write run:baseline",
		"costPerHour{run:baseline}":                         "costPerHour has no tag run",
		"latency{topology:x, versus:x}":                     "compares topology x with itself",
		"state{fault:x, versus:y}":                          "state has no tag versus",
		"backlog{topic:x}":                                  "backlog is not supported yet",
		"latency{journey:\x00}":                             "control character",
		`latency{journey:"\x00"}`:                           "control character",
		"latency{journey:\xff}":                             "not UTF-8",
		`latency{journey:"\xff"}`:                           "not UTF-8",
		"latency{journey:`x`, topology:\"a\\q\"}":           "quote",
		strings.Repeat("x", 5000):                           "too long",
	} {
		if s, err := ParseSelector(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, %v; want an error with %q", text, s, err, want)
		}
	}
}

func TestTagsAsAMap(t *testing.T) {
	tags := Tags{}.With(Journey, "checkout").With(Topology, "x")
	m := tags.Map()
	if len(m) != 2 || m["journey"] != "checkout" || m["topology"] != "x" {
		t.Errorf("Map is %v", m)
	}
	if back, err := FromMap(m); err != nil || back != tags {
		t.Errorf("FromMap(Map) = %v, %v", back, err)
	}
	if (Tags{}).Map() == nil {
		t.Error("Map of no tags is nil: result.json would say null")
	}
	m["colour"] = "red"
	if _, err := FromMap(m); err == nil || !strings.Contains(err.Error(), "colour:red") {
		t.Errorf("an unknown tag: %v", err)
	}
}

func TestDanglingTagValuesAreNamed(t *testing.T) {
	known := func(tag Tag) []string {
		switch tag {
		case Journey:
			return []string{"browse", "checkout"}
		case Fault:
			return []string{}
		}
		return nil
	}
	if err := (Tags{Journey: "browse", Topology: "any"}).Check(known); err != nil {
		t.Errorf("known names: %v", err)
	}
	for want, tags := range map[string]Tags{
		`unknown journey "chekcout" (did you mean "checkout"?)`: {Journey: "chekcout"},
		`unknown journey "x" (known: browse, checkout)`:         {Journey: "x"},
		`unknown fault "x" (there is none)`:                     {Fault: "x"},
	} {
		if err := tags.Check(known); err == nil || err.Error() != want {
			t.Errorf("%v: %v, want %s", tags, err, want)
		}
	}
}

// selectors draws valid selectors of every due metric.
func selectors(t *rapid.T) Selector {
	var due []Metric
	for _, m := range Table {
		if m.Due {
			due = append(due, m)
		}
	}
	m := rapid.SampledFrom(due).Draw(t, "metric")
	s := Selector{Metric: m.Name}
	value := rapid.StringMatching(`[a-z][a-zA-Z0-9 _./*>{}:,"\\ü-]{0,12}[a-z]`)
	if len(m.Subjects) > 0 && (m.NeedsSubject || rapid.Bool().Draw(t, "subject")) {
		s.Tags[rapid.SampledFrom(m.Subjects).Draw(t, "of")] = value.Draw(t, "subject's name")
	}
	for _, tag := range m.Tags {
		if tag == Run || !rapid.Bool().Draw(t, tag.String()) {
			continue
		}
		s.Tags[tag] = tag.String() + value.Draw(t, "value")
	}
	return s
}

func TestThePhaseOfAMetricOfFaultsIsSpelledOneWay(t *testing.T) {
	for text, want := range map[string]string{
		"blastRadius{fault:x, phase:during}":             "blastRadius{fault:x}",
		"blastRadius{journey:j, fault:x, phase:after}":   "blastRadiusAfter{journey:j, fault:x}",
		"lost{phase:during}":                             "lost",
		"lost{fault:x, phase:after}":                     "lost{fault:x, phase:after}",
		"availability{journey:j, fault:x, phase:during}": "availability{journey:j, fault:x, phase:during}",
		"goodput{fault:x, phase:after, versus:y}":        "goodput{fault:x, phase:after, versus:y}",
	} {
		if s, err := ParseSelector(text); err != nil || s.String() != want {
			t.Errorf("%s: %s, %v; want %s", text, s, err, want)
		}
	}
}

func TestSelectorsPrintWhatTheyParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := selectors(t)
		back, err := ParseSelector(s.String())
		if err != nil || back != s {
			t.Fatalf("%+v prints %s, parses as %+v, %v", s, s, back, err)
		}
		if tags, err := FromMap(s.Tags.Map()); err != nil || tags != s.Tags {
			t.Fatalf("%v through a map: %v, %v", s.Tags, tags, err)
		}
	})
}

func FuzzSelector(f *testing.F) {
	for _, seed := range []string{"latency", "latency{journey:checkout, run:baseline}", `latency{edge:"a -> b"}`,
		"blastRadius{fault:x,versus:y}", "latency{", `latency{journey:"\u00e9"}`, "latency{journey:x y:z}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		s, err := ParseSelector(text)
		if err != nil {
			return
		}
		back, err := ParseSelector(s.String())
		if err != nil || back != s {
			t.Fatalf("%q: %+v prints %q, parses as %+v, %v", text, s, s.String(), back, err)
		}
	})
}
