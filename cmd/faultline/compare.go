package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/scenarios/study"
	"faultline/sim/result"
)

func (t *tool) compareCommand() *cobra.Command {
	f := &runFlags{jobs: count{min: 1}}
	cmd := &cobra.Command{
		Use:   "compare SCENARIO | RESULT RESULT",
		Short: "Paired differences between the topologies of a scenario, or between two results",
		Long: `Simulate a scenario and show what differs between its topologies, each against the
first, or compare the result.json of two runs, the second against the first. The
difference is taken replication by replication on the same requests, so that chance
cancels; it is better or worse where its 95% interval excludes zero.

Two results are compared where the same requests met them: other seeds, loads,
durations, faults or versions are refused, with what differs, and exit code 98.
Topologies are matched by name; one of each that have other names are a pair.

The table goes to stdout; compare.json and compare.html go to faultline-out/SCENARIO/,
or to the folder that --out names. The exit code says nothing of better or worse: that
is for gate.`,
		Example: `  faultline compare recommendations-crash
  faultline compare before/result.json after/result.json --format markdown`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usageError(cmd, "compare takes one scenario, or the result.json of two runs")
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
		RunE:              func(cmd *cobra.Command, args []string) error { return t.compare(cmd, args, f) },
	}
	f.modelFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`folder` to write to (default faultline-out/SCENARIO)")
	flags.BoolVar(&f.noReport, "no-report", false, "write no compare.html")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress, no warnings: errors alone on stderr")
	flags.Var(&f.jobs, "jobs", "`number` of simulations at once (default: one per processor); the result is the same")
	f.limitFlags.add(flags)
	addFormatOf(cmd, &f.format, "what stdout gets", writerNames(reports.CompareWriters))
	return cmd
}

func (t *tool) compare(cmd *cobra.Command, args []string, f *runFlags) error {
	format, err := lookupWriter(cmd, reports.CompareWriters, f.format)
	if err != nil {
		return err
	}
	in := t.interruptible(cmd.Context())
	defer in.release()
	found, err := t.contrasts(cmd, in, args, f)
	if err != nil {
		return err
	}
	if err := t.writeContrasts(found, f); err != nil {
		return err
	}
	if err := format.Write(t.stdout, found, reports.Options{Color: t.color(t.stdout)}); err != nil {
		return written(err)
	}
	switch {
	case found.Partial && in.stopped():
		return fail(exitInterrupted, "interrupted: the comparison is of the replications that were done")
	case found.Partial:
		return fail(exitInconclusive, "a simulation ended early, at a limit: what is compared is not the whole run")
	}
	return nil
}

// contrasts reads or simulates what is to be compared.
func (t *tool) contrasts(cmd *cobra.Command, in *interrupt, args []string, f *runFlags) (*result.Contrasts, error) {
	if len(args) == 2 || isResult(args[0]) {
		return t.betweenResults(cmd, args, f)
	}
	s, err := f.load(args[0])
	if err != nil {
		return nil, err
	}
	if len(s.Topologies) < 2 {
		return nil, fail(exitUsage, "%s has one topology, and nothing to compare it with (add another to topologies, or compare two results)", args[0])
	}
	store, err := t.simulate(in, s, args[0], s.Name, int(f.jobs.value), f)
	if err != nil {
		return nil, err
	}
	if !f.quiet {
		t.warn(store)
	}
	return study.Compare(store)
}

func (t *tool) betweenResults(cmd *cobra.Command, args []string, f *runFlags) (*result.Contrasts, error) {
	if len(args) != 2 {
		return nil, usageError(cmd, "%s is a result; compare takes two of them", args[0])
	}
	for _, name := range []string{"set", "seed", "replications", "duration"} {
		if f.flags.Changed(name) {
			return nil, usageError(cmd, "--%s changes a simulation, and two results have been simulated", name)
		}
	}
	var stores [2]*result.Store
	for i, arg := range args {
		store, err := readResult(resultPath(arg))
		if err != nil {
			return nil, fail(exitUsage, "%v", err)
		}
		stores[i] = store
	}
	found, err := study.CompareResults(args[0], stores[0], args[1], stores[1])
	if errors.Is(err, study.ErrNotComparable) {
		return nil, fail(exitInconclusive, "%v", err)
	}
	return found, err
}

// isResult reports whether an argument is no scenario but a result.json, or a
// folder that holds one.
func isResult(arg string) bool {
	if strings.EqualFold(filepath.Ext(arg), ".json") {
		return true
	}
	_, err := os.Stat(filepath.Join(arg, "result.json"))
	return err == nil
}

// resultPath is the result.json that a path means.
func resultPath(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "result.json")
	}
	return path
}

// writeContrasts writes compare.json and, unless it is not wanted, compare.html.
func (t *tool) writeContrasts(found *result.Contrasts, f *runFlags) error {
	dir := f.dir(found.Scenario, false)
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	var files []string
	for _, format := range reports.CompareWriters {
		if format.Name != "json" && (format.Name != "html" || f.noReport) {
			continue
		}
		path := filepath.Join(dir, "compare."+format.Name)
		err := writeAtomically(path, func(w io.Writer) error { return format.Write(w, found, reports.Options{}) })
		if err != nil {
			return fail(exitTool, "%v", err)
		}
		files = append(files, path)
	}
	if !f.quiet {
		fmt.Fprintf(t.stderr, "wrote %s\n", strings.Join(files, " and "))
	}
	return nil
}
