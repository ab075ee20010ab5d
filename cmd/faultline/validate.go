package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports/view"
	"faultline/topologies"
	"faultline/topologies/strict"
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
	f.addRoot(cmd)
	return cmd
}

// validateFile says that a file is valid, or returns what is wrong with it.
func (t *tool) validateFile(arg string, f *modelFlags) error {
	what, warnings, err := loadAny(arg, f)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		fmt.Fprintf(t.stderr, "warning: %s\n", view.Clean(w))
	}
	_, err = fmt.Fprintf(t.stdout, "%s: %s: valid\n", arg, view.Clean(what))
	return written(err)
}

// loadAny loads a file as what its first key says that it is: a scenario, a
// topology or an application. A built-in one is found by its name.
func loadAny(arg string, f *modelFlags) (what string, warnings []string, err error) {
	switch kindOf(arg, f.root) {
	case "topology":
		top, err := topologies.Load(pathFirst(arg), topologies.Options{Root: f.root})
		if err != nil {
			return "", nil, asUsage(err)
		}
		return "topology " + top.Name, top.Warnings, nil
	case "application":
		app, err := topologies.LoadApplication(pathFirst(arg), topologies.Options{Root: f.root})
		if err != nil {
			return "", nil, asUsage(err)
		}
		return "application " + app.Name, nil, nil
	}
	s, err := f.load(arg)
	if err != nil {
		return "", nil, err
	}
	warnings = s.Warnings
	var names []string
	for _, p := range s.Plans() {
		names = append(names, p.System.Name)
		for _, w := range p.Warnings {
			warnings = append(warnings, p.System.Name+": "+w)
		}
	}
	return "scenario " + s.Name + " on " + strings.Join(names, ", "), warnings, nil
}

// kindOf is which of the three kinds a file is, or the built-in one of a name;
// a scenario, if it is none: its loader says best what is missing.
func kindOf(arg, root string) string {
	if !topologies.IsPath(pathFirst(arg)) {
		for _, kind := range []string{"topology", "application"} {
			for _, e := range topologies.Entries(topologies.Builtin(), kind) {
				if e.Name == arg {
					return kind
				}
			}
		}
	}
	at, err := topologies.OnDisk(arg, root)
	if err != nil {
		return "scenario"
	}
	text, err := at.Read()
	if err != nil {
		return "scenario"
	}
	keys := strict.Parse(arg, text, new(strict.Errors)).Root
	for _, kind := range []string{"scenario", "topology", "application"} {
		if keys.Get(kind) != nil {
			return kind
		}
	}
	return "scenario"
}
