package reports

import (
	"fmt"
	"io"
	"strings"

	"faultline/reports/view"
	"faultline/sim/result"
)

// mostAnnotations are written; GitHub shows ten of a step, and the last one counts
// the rest.
const mostAnnotations = 9

// GitHub writes a result as annotations of a workflow.
func GitHub(w io.Writer, store *result.Store, o Options) error { return gateGitHub(w, one(store), o) }

// gateGitHub writes workflow commands: an error for each thing that fails the gate,
// a warning for what is undecided, at most nine, the gravest first, then how many
// more there are. The last line says how the gate ended; it is no command.
func gateGitHub(w io.Writer, g *result.Gate, _ Options) error {
	var b strings.Builder
	all := view.Problems(g)
	for _, p := range all[:min(len(all), mostAnnotations)] {
		b.WriteString(annotation(p))
	}
	if more := len(all) - mostAnnotations; more > 0 {
		fmt.Fprintf(&b, "::%s title=faultline::%s\n", level(all[mostAnnotations]), commandData(view.Plural(more, "more is", "more are")+" in the job summary"))
	}
	v := view.NewGate(g).Verdict
	fmt.Fprintf(&b, "faultline: %s: %s\n", v.Word, v.Sentence)
	_, err := io.WriteString(w, b.String())
	return err
}

func level(p view.Problem) string {
	if p.Grave {
		return "error"
	}
	return "warning"
}

// annotation is a workflow command on a line of its own.
func annotation(p view.Problem) string {
	line := p.Line
	if line == "" || strings.Trim(line, "0123456789") != "" {
		line = "1"
	}
	return fmt.Sprintf("::%s file=%s,line=%s,title=%s::%s\n", level(p), commandProperty(p.Path), line, commandProperty(p.Title), commandData(p.Text))
}

// commandData escapes what follows the second pair of colons, and commandProperty a
// value before it, as GitHub's toolkit does (actions/toolkit, core/src/command.ts).
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(view.Clean(s))
}

func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(s))
}
