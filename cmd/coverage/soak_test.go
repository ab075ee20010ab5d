package coverage

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

// quickly is the number of macro-replications in every test.
const quickly = 200

// The numbers of docs/statistics.md: of the models, and of the controls, which are far off.
const (
	soundly = 2000
	roughly = 1000
)

func TestIntervalsCoverTheTruthAsOftenAsTheySay(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of runs")
	}
	for _, m := range append(models(), controls()...) {
		if !m.quick {
			continue
		}
		t.Run(cmp.Or(m.label, m.name), func(t *testing.T) { m.measure(t, quickly) })
	}
}

func TestSoakCoverage(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("half an hour of CPU time; FAULTLINE_SOAK=1 runs it")
	}
	only, err := regexp.Compile(os.Getenv("FAULTLINE_COVERAGE"))
	if err != nil {
		t.Fatal(err)
	}
	sound, wrong := models(), controls()
	all := append(sound, wrong...)
	for i, m := range all {
		macros := soundly
		if i >= len(sound) {
			macros = roughly
		}
		name := cmp.Or(m.label, m.name)
		if !only.MatchString(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if err := publish(m.measure(t, macros), all); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestACoverageIsHeldToItsRule(t *testing.T) {
	for _, c := range []struct {
		covered, macros int
		rule            rule
		want            bool
	}{
		{1867, 2000, kept, true}, {1865, 2000, kept, false}, {1934, 2000, kept, true}, {1935, 2000, kept, false},
		{1865, 2000, bounded, false}, {2000, 2000, bounded, true},
		{1867, 2000, control, false}, {1865, 2000, control, true},
		{190, 200, kept, true}, {178, 200, kept, false}, {178, 200, shown, true},
	} {
		r := row{covered: c.covered, macros: c.macros, rule: c.rule}
		if r.kept() != c.want {
			t.Errorf("%d of %d by rule %d: %v, want %v", c.covered, c.macros, c.rule, r.kept(), c.want)
		}
	}
}

// page is where the table is.
const page = "../../docs/statistics.md"

const tableHead = "| model | figure | replications | coverage | its own 95% interval | half-width | warm-up | judgement |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n"

// publish puts lines into the table of the page; the other lines stay, and those of
// models that are gone go.
func publish(rows []row, all []model) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), tableHead)
	if !ok {
		return fmt.Errorf("%s has no table of coverage", page)
	}
	body, after, ok := strings.Cut(rest, "\n\n")
	if !ok {
		return fmt.Errorf("%s: nothing follows the table", page)
	}
	lines := map[string]string{}
	for line := range strings.Lines(body) {
		if cells := strings.SplitN(line, " | ", 3); len(cells) == 3 {
			lines[cells[0]+" | "+cells[1]] = strings.TrimSuffix(line, "\n")
		}
	}
	for i := range rows {
		lines[rows[i].key()] = rows[i].line()
	}
	var out strings.Builder
	out.WriteString(before + tableHead)
	for _, m := range all {
		for _, f := range m.figures {
			r := row{model: cmp.Or(m.label, m.name), figure: f.name}
			if line, ok := lines[r.key()]; ok {
				out.WriteString(line + "\n")
			}
		}
	}
	return os.WriteFile(page, []byte(out.String()+"\n"+after), 0o644)
}

// key is how the line of a row begins.
func (r *row) key() string { return fmt.Sprintf("| %s | %s", r.model, r.figure) }

func (r *row) line() string {
	low, high := r.within()
	judgement := map[rule]string{kept: "kept", bounded: "kept: 95% or more", control: "control: caught", shown: "a limit, see below"}[r.rule]
	if !r.kept() {
		judgement = "**missed**"
	}
	warmup := "–"
	if r.warmup > 0 {
		warmup = fmt.Sprintf("%.3g s", r.warmup)
	}
	width := 100 * r.half / math.Abs(r.truth)
	digits := "%.2g%%"
	if width >= 100 {
		digits = "%.0f%%"
	}
	return fmt.Sprintf("%s | %.3g | %.1f%% | %.1f–%.1f%% | "+digits+" | %s | %s |", r.key(), r.replications, 100*r.coverage(), 100*low, 100*high,
		width, warmup, judgement)
}
