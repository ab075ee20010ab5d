// Command faultline simulates the same application, cut by several
// architectures, under the same traffic and the same faults, and shows what
// breaks.
//
// Results go to stdout, everything else to stderr. It exits with 0 when all
// thresholds pass, 99 when one fails, 98 when the replications cannot decide,
// 2 for wrong usage or an invalid file, 1 when the tool itself fails, and 130
// when it was interrupted.
//
// To add a subcommand: a file with a method of tool that returns it, and a line
// in tool.root. Flags and wiring only: the answer comes from scenarios/study.
package main

import (
	"context"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim/result"
)

// garbage is how much more than what is in use the heap may hold, in percent,
// before it is collected. A simulation allocates nothing once it is under way; what
// is collected is what loading and the result leave, where twice the usual takes
// a fifth off the CPU time of a thousand services. GOGC changes it, as everywhere.
const garbage = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	t := newTool(os.Stdout, os.Stderr)
	t.collect = tidy
	os.Exit(t.execute(os.Args[1:], os.Stdin))
}

// newTool is the whole command, in a process that is not its own: it collects nothing.
func newTool(stdout, stderr io.Writer) *tool {
	return &tool{stdout: stdout, stderr: stderr, terminal: isTerminal, study: study.Run, collect: func() {}}
}

// tool is what the subcommands share.
type tool struct {
	stdout, stderr io.Writer
	terminal       func(w io.Writer) bool
	study          runner // study.Run, but for tests
	collect        func() // between the parts of a command: tidy, where the process is the command's own
}

// runner simulates a scenario, as study.Run does.
type runner func(context.Context, *scenarios.Scenario, study.RunOptions) (*result.Store, error)

func (t *tool) execute(args []string, stdin io.Reader) int {
	root := t.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(t.stdout)
	root.SetErr(t.stderr)
	err := root.ExecuteContext(context.Background())
	if _, _, unknown := root.Find(args); unknown != nil {
		err = unknownCommand(root, args)
	}
	return t.report(err)
}

func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "faultline",
		Short: "Which architecture should carry this application, and what breaks when?",
		Long: `faultline simulates one application, cut and run by several architectures, under
the same traffic and the same faults, request by request, and measures what its
users lose.

A scenario is the path of a YAML file, or the name of a built-in one (faultline
list shows them).`,
		Example: `  faultline init my-shop
  faultline run recommendations-crash
  faultline run my-scenario.yaml --set load.shoppers.rate=600/s --replications 5
  faultline explain my-scenario.yaml`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError(cmd, "no command: run, compare, gate, blast, capacity, sweep, merge, explain, validate, list, init, schema, report, completion or version")
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(t.runCommand(), t.compareCommand(), t.gateCommand(), t.blastCommand(), t.capacityCommand(), t.sweepCommand(), t.mergeCommand(), t.explainCommand(), t.validateCommand(), t.listCommand(), t.initCommand(),
		t.schemaCommand(), t.reportCommand(), t.completionCommand(), t.versionCommand())
	root.SetHelpCommand(helpCommand(root))
	root.SetUsageTemplate(usageTemplate(root))
	return root
}

// isTerminal reports whether somebody may be watching.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color reports whether a writer wants ANSI colours (no-color.org).
func (t *tool) color(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && t.terminal(w)
}
