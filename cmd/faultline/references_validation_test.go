package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"faultline/sim/stats"
)

const validationPath = "../../docs/validation.md"

const validationHead = `# Validation: simulated figures beside those that are known

    make validate

runs the scenarios of cmd/faultline/testdata/references, each of which is a system whose answers are known by a closed form or exact
numerics, and writes this page. Any of them can be run by hand, with the replications that runs.csv has for it:

    go run ./cmd/faultline run cmd/faultline/testdata/references/mm1-1.yaml --replications 100

A figure is accepted where |simulated − reference| ≤ t(df, 1 − 0.0005/m) · SE + 0.2% of the reference, with m the number of figures below, a
standard error SE of at most 0.25% of the reference, at least 20 replications, one cut for the warm-up, the seed of the file, and no second try.
*z* is the deviation in standard errors, *half-width* that of the 95% interval as a share of the reference. Some figures have a rule of their own,
for the reason beside it: a deviation of at most so many percent, with a standard error of at most a third of it; or a bound, with one of at most 1%.

`

// oracleHead begins what the page says of cmd/oracle.
const oracleHead = "## Random systems beside an exact solver\n"

// lineOf is one figure in the table.
func lineOf(j judged) string {
	z, half := "–", stats.TQuantile(0.975, j.df)*j.se
	if j.se > 1e-9*math.Abs(j.value) {
		z = fmt.Sprintf("%+.2f", (j.simulated-j.value)/j.se)
	}
	verdict := "accepted"
	switch {
	case j.noisy && j.rule != "": // where noise has no part in what is allowed
		verdict = "**too noisy**"
	case j.deviates:
		verdict = "**refused**"
	case j.noisy:
		verdict = "**too noisy**"
	}
	return fmt.Sprintf("%s %.6g | %.6g | %s | %.3f%% | %d | %s%s", lineKey(j.figure), j.value, j.simulated, z, j.relative(half), j.df+1, verdict, lineEnd(j.figure))
}

// lineEnd is how it ends: the rule of its own.
func lineEnd(f figure) string {
	if f.rule == "" {
		return " |  |"
	}
	return fmt.Sprintf(" | %s: %s |", f.rule, f.why)
}

// lineKey is how the line of a figure begins.
func lineKey(f figure) string {
	return fmt.Sprintf("| %s | %s | %s |", f.id, f.metric, strings.TrimSpace(f.file+" "+f.topology))
}

// has reports whether a line is that of the figure by the rule that it has now.
func (f figure) has(line string) bool {
	return strings.HasPrefix(line, lineKey(f)) && strings.HasSuffix(line, lineEnd(f))
}

// writeValidation puts the answers of one file in docs/validation.md; the lines
// of other files stay as they are, and those of figures that are gone go.
func writeValidation(all []figure, p plan, answers []judged) error {
	old, err := os.ReadFile(validationPath)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	lines := strings.Split(string(old), "\n")
	var rows []string
	systems := make(map[string]bool) // by the rule alone
	refused := make(map[string]bool)
	var missing, accepted, checked int
	for _, f := range all {
		if f.reading == "" {
			continue
		}
		i := slices.IndexFunc(answers, func(j judged) bool { return j.figure == f })
		line := ""
		if i >= 0 {
			line = lineOf(answers[i])
		} else if k := slices.IndexFunc(lines, f.has); k >= 0 && f.file != p.file {
			line = lines[k]
		}
		switch {
		case line == "":
			missing++
			continue
		case !strings.Contains(line, "| accepted |"):
			refused[f.id] = true
		default:
			accepted++
			if f.rule == "" {
				systems[f.id] = true
			}
		}
		checked++
		rows = append(rows, line)
	}
	for id := range refused {
		delete(systems, id)
	}
	var b strings.Builder
	b.WriteString(validationHead)
	fmt.Fprintf(&b, "%d of %d figures are accepted; %d systems have figures by the general rule, all accepted.", accepted, checked, len(systems))
	if missing > 0 {
		fmt.Fprintf(&b, " %d figures have not been run.", missing)
	}
	b.WriteString("\n\n| system | figure | file and topology | reference | simulated | z | half-width | replications | verdict | rule of its own |\n" +
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n" + strings.Join(rows, "\n") + "\n\n")
	b.WriteString(unanswered(all))
	if _, rest, ok := strings.Cut(string(old), oracleHead); ok { // written by hand
		b.WriteString("\n" + oracleHead + rest)
	}
	return os.WriteFile(validationPath, []byte(b.String()), 0o644)
}

// unanswered lists the rows that no result answers, by reason.
func unanswered(all []figure) string {
	var reasons []string
	rows := make(map[string][]string)
	for _, f := range all {
		if f.reading != "" {
			continue
		}
		if rows[f.why] == nil {
			reasons = append(reasons, f.why)
		}
		rows[f.why] = append(rows[f.why], f.id+" "+f.metric)
	}
	var b strings.Builder
	b.WriteString("## Not compared\n\n| why | figures |\n| --- | --- |\n")
	for _, why := range reasons {
		fmt.Fprintf(&b, "| %s | %s |\n", why, strings.Join(rows[why], ", "))
	}
	return b.String()
}
