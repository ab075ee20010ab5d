package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports/view"
	"faultline/scenarios"
)

func (t *tool) validateCommand() *cobra.Command {
	f := new(modelFlags)
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check scenario, topology and application files, and all files that they name",
		Long: `Check files and all files that they name: a scenario is checked together with its
topologies and their application. All mistakes are reported at once, each with its
place. The exit code is 0, or 2 if there is a mistake. Nothing is simulated.`,
		Example: `  faultline validate scenarios/*.yaml`,
		Args:    someArgs("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			code := exitPass
			for _, arg := range args {
				code = worse(code, t.report(t.validateFile(arg, f)))
			}
			return fail(code, "")
		},
	}
	cmd.ValidArgsFunction = completeFiles
	f.addRoot(cmd)
	return cmd
}

// validateFile says that a file is valid, or returns what is wrong with it.
func (t *tool) validateFile(arg string, f *modelFlags) error {
	v, err := scenarios.Validate(pathFirst(arg), f.options())
	if err != nil {
		return asUsage(err)
	}
	for _, w := range v.Warnings {
		fmt.Fprintf(t.stderr, "warning: %s\n", view.Clean(w))
	}
	what := v.Kind + " " + v.Name
	if len(v.Topologies) > 0 {
		what += " on " + strings.Join(v.Topologies, ", ")
	}
	_, err = fmt.Fprintf(t.stdout, "%s: %s: valid\n", arg, view.Clean(what))
	return written(err)
}
