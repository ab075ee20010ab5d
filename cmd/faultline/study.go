package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/reports/view"
)

// studyFlags are those of a command that asks a scenario a question of its own and
// writes a folder of files: where to, how to print it, and how much to do at once.
type studyFlags struct {
	out      string
	format   string
	noReport bool
	quiet    bool
	jobs     count
}

func (f *studyFlags) add(cmd *cobra.Command, formats []string, folder string) {
	f.jobs = count{min: 1}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default "+folder+")")
	flags.BoolVar(&f.noReport, "no-report", false, "write no report.html")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress, no warnings: errors alone on stderr")
	flags.Var(&f.jobs, "jobs", "`number` of simulations at once (default: one per processor); the result is the same")
	addFormatOf(cmd, &f.format, "what stdout gets", formats)
}

// dir is the folder that --out names, else the one given.
func (f *studyFlags) dir(folder string) string {
	if f.out != "" {
		return f.out
	}
	return folder
}

// oneScenario are the arguments of a command that takes one scenario.
func oneScenario(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError(cmd, "%s takes one scenario", cmd.Name())
	}
	return someArgs("scenario")(cmd, args)
}

func writerNames[T any](list []reports.Writer[T]) (names []string) {
	for _, w := range list {
		names = append(names, w.Name)
	}
	return names
}

// lookupWriter finds a format of a study by its name.
func lookupWriter[T any](cmd *cobra.Command, list []reports.Writer[T], name string) (reports.Writer[T], error) {
	for _, w := range list {
		if w.Name == name {
			return w, nil
		}
	}
	return reports.Writer[T]{}, unknownFormat(cmd, name, writerNames(list))
}

// outFile is a file of a study's folder.
type outFile struct {
	name  string
	write func(io.Writer) error
}

// deliver writes the files of a folder, then prints: a reader of stdout who goes
// away early does not lose them.
func (t *tool) deliver(dir string, files []outFile, quiet bool, print func(io.Writer, reports.Options) error) error {
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := writeAtomically(path, f.write); err != nil {
			return fail(exitTool, "%v", err)
		}
		paths = append(paths, path)
	}
	if err := print(t.stdout, reports.Options{Color: t.color(t.stdout)}); err != nil {
		return written(err)
	}
	if !quiet {
		fmt.Fprintf(t.stderr, "wrote %s\n", strings.Join(paths, " and "))
	}
	return nil
}

// say prints warnings.
func (t *tool) say(warnings []string) {
	for _, w := range warnings {
		fmt.Fprintf(t.stderr, "warning: %s\n", view.CleanText(w))
	}
}
