package reports

import (
	"regexp"
	"strings"
	"testing"
)

// The grammar of OpenMetrics 1.0, as far as gauges need it.
var (
	openDescriptor = regexp.MustCompile(`^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	openSample     = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*)?\} (-?[0-9.]+(e[+-]?[0-9]+)?)$`)
)

func TestOpenMetricsIsWhatItsGrammarAllows(t *testing.T) {
	for name, store := range stores() {
		t.Run(name, func(t *testing.T) {
			text := render(t, OpenMetrics, store, Options{})
			body, ok := strings.CutSuffix(text, "# EOF\n")
			if !ok {
				t.Fatal("it does not end with # EOF")
			}
			checkFamilies(t, body)
			if name == "whole" && !strings.Contains(body, `aggregator="p99",estimate="high"`) {
				t.Error("no p99 with its interval")
			}
		})
	}
}

// checkFamilies wants each family once, its samples behind its descriptors, and each
// sample once.
func checkFamilies(t *testing.T, body string) {
	t.Helper()
	family, unit := "", ""
	families, samples := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if d := openDescriptor.FindStringSubmatch(line); d != nil {
			switch d[1] {
			case "TYPE":
				if families[d[2]] || d[3] != "gauge" {
					t.Errorf("%q: a second time, or no gauge", line)
				}
				family, families[d[2]], unit = d[2], true, ""
			case "UNIT":
				if unit = d[3]; !strings.HasSuffix(d[2], "_"+unit) {
					t.Errorf("%q: the name does not end with the unit", line)
				}
			}
			if d[2] != family {
				t.Errorf("%q stands in the family %s", line, family)
			}
			continue
		}
		s := openSample.FindStringSubmatch(line)
		switch {
		case s == nil:
			t.Errorf("%q is neither a descriptor nor a sample", line)
		case s[1] != family:
			t.Errorf("%q stands in the family %s", line, family)
		case samples[s[1]+s[2]]:
			t.Errorf("%q is there twice", line)
		default:
			samples[s[1]+s[2]] = true
		}
	}
}
